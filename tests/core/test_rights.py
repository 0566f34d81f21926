"""The rules on accounts, as tables: who may do what to whom, and why not."""

from __future__ import annotations

from itertools import product

import pytest

from jalon.domain.rights import (
    EVERY_RIGHT,
    AccountBond,
    AccountKind,
    Bond,
    Denial,
    Person,
    Rights,
    WorkProfile,
    sees_account,
    why_not_administer,
    why_not_attach,
    why_not_create,
    why_not_delete,
    why_not_enable,
    why_not_entrust,
    why_not_give,
    why_not_grant,
    why_not_lead,
    why_not_manage,
    why_not_policy,
    why_not_show_link,
    why_not_validate,
)

MEMBER, AUTHORITY, ADMINISTRATOR = AccountKind.MEMBER, AccountKind.AUTHORITY, AccountKind.ADMINISTRATOR
ALL_RIGHTS = [
    Rights(profile, validates=validates, creates_accounts=creates)
    for profile, validates, creates in product(WorkProfile, (False, True), (False, True))
]


def person(kind: AccountKind = MEMBER, rights: Rights = EVERY_RIGHT, *, head: bool = False) -> Person:
    """Make the person who asks: account 1 of organisation 7."""
    return Person(
        1,
        kind,
        7 if kind is MEMBER else None,
        rights.profile,
        validates=rights.validates,
        creates_accounts=rights.creates_accounts,
        is_head=head,
    )


def account(
    number: int = 2,
    kind: AccountKind = MEMBER,
    organisation: int | None = 7,
    *,
    manages: bool = True,
    head: bool = False,
    responsible_of: int = 0,
    rights: Rights | None = None,
) -> AccountBond:
    """Make an account as the person sees it."""
    return AccountBond(
        number,
        kind,
        organisation if kind is MEMBER else None,
        manages=manages,
        is_head=head,
        rights=rights or Rights(),
        responsible_of=responsible_of,
    )


@pytest.mark.parametrize("asked", ALL_RIGHTS)
@pytest.mark.parametrize("own", ALL_RIGHTS)
@pytest.mark.parametrize("held", ALL_RIGHTS)
def test_nobody_grants_more_than_ones_own(asked: Rights, own: Rights, held: Rights) -> None:
    """What is new among the rights asked for must be one's own; what was held may stay."""
    granted = why_not_grant(person(rights=own), asked, held) is None
    new = {right for right in asked.granted() if right not in held.granted()}
    assert granted == new.issubset(own.granted())
    assert (why_not_grant(person(rights=own), asked) is None) == asked.granted().issubset(own.granted())


@pytest.mark.parametrize(
    ("asking", "seen", "expected"),
    [
        (person(), account(), True),
        (person(), account(manages=False), False),
        (person(), account(organisation=8), False),
        (person(), account(1, manages=False), True),
        (person(), account(kind=AUTHORITY), False),
        (person(AUTHORITY), account(), False),
        (person(ADMINISTRATOR), account(manages=False), False),
        (person(ADMINISTRATOR), account(manages=False, head=True), True),
        (person(ADMINISTRATOR), account(kind=AUTHORITY, manages=False), True),
        (person(ADMINISTRATOR), account(kind=ADMINISTRATOR, manages=False), True),
    ],
)
def test_which_accounts_exist_for_whom(asking: Person, seen: AccountBond, *, expected: bool) -> None:
    """One sees oneself and the accounts below; an administrator, heads and accounts without organisation."""
    assert expected == sees_account(asking, seen)


@pytest.mark.parametrize("rule", [why_not_manage, why_not_delete, why_not_give, why_not_show_link])
def test_nobody_acts_on_oneself(rule: object) -> None:
    """One's own rights, list, link and account are for one's manager."""
    mine = account(1, manages=False, rights=EVERY_RIGHT)
    for asking in (person(), person(head=True), person(ADMINISTRATOR)):
        assert Denial.OWN_ACCOUNT == rule(asking, mine)  # type: ignore[operator]


@pytest.mark.parametrize("rule", [why_not_manage, why_not_delete, why_not_give, why_not_show_link])
def test_only_accounts_below_are_managed(rule: object) -> None:
    """A peer, a superior and an account of another organisation are out of reach."""
    for other in (account(manages=False), account(organisation=8), account(manages=False, head=True)):
        assert Denial.NOT_BELOW == rule(person(), other)  # type: ignore[operator]


def test_creating_needs_the_right() -> None:
    """A member needs the right to create accounts; an administrator creates heads; the authority none."""
    assert why_not_create(person()) is None
    assert why_not_create(person(ADMINISTRATOR)) is None
    assert Denial.NO_CREATION == why_not_create(person(rights=Rights()))
    assert Denial.NO_CREATION == why_not_create(person(AUTHORITY))


def test_a_link_lends_no_more_than_ones_own() -> None:
    """A link to an account that holds more rights than the asker is not shown to it."""
    asking = person(rights=Rights(creates_accounts=True))
    assert Denial.BEYOND_OWN == why_not_show_link(asking, account(rights=EVERY_RIGHT))
    assert why_not_show_link(asking, account(rights=Rights())) is None


def test_attaching_stays_inside_ones_own_tree() -> None:
    """Only accounts below move, only under oneself or another account below, never under themselves."""
    asking, moved = person(), account(2)
    assert why_not_attach(asking, moved, account(3), is_below=False) is None
    assert why_not_attach(asking, moved, account(1, manages=False), is_below=False) is None
    assert Denial.CYCLE == why_not_attach(asking, moved, moved, is_below=True)
    assert Denial.CYCLE == why_not_attach(asking, moved, account(3), is_below=True)
    assert Denial.NOT_BELOW == why_not_attach(asking, moved, account(3, manages=False), is_below=False)
    assert Denial.OWN_ACCOUNT == why_not_attach(asking, account(1), account(3), is_below=False)
    assert Denial.NOT_BELOW == why_not_attach(
        person(ADMINISTRATOR), account(2, manages=False, head=True), account(1, ADMINISTRATOR), is_below=False
    )


def test_an_account_that_answers_for_products_stays() -> None:
    """A responsible, the head of an organisation and the last administrator are not deleted."""
    assert Denial.RESPONSIBLE == why_not_delete(person(), account(responsible_of=1))
    assert why_not_delete(person(), account()) is None
    asking = person(ADMINISTRATOR)
    assert Denial.NOT_BELOW == why_not_delete(asking, account(manages=False, head=True))
    other = account(3, ADMINISTRATOR, manages=False)
    assert Denial.LAST == why_not_delete(asking, other, administrators=1)
    assert why_not_delete(asking, other, administrators=2) is None


@pytest.mark.parametrize(
    ("bond", "receiver", "expected"),
    [
        (Bond(7, 1), account(2), None),
        (Bond(7, 2, manages=True), account(1, manages=False), None),
        (Bond(7, 2, manages=True), account(3), None),
        (Bond(7, 9, shared=True), account(2), Denial.NOT_BELOW),
        (Bond(7, 9), account(2), Denial.NOT_BELOW),
        (Bond(8, 2, manages=True), account(3), Denial.NOT_BELOW),
        (Bond(7, 2, manages=True), account(3, manages=False), Denial.NOT_BELOW),
    ],
)
def test_responsibility_moves_between_accounts_below(
    bond: Bond, receiver: AccountBond, expected: Denial | None
) -> None:
    """One's own products, and those of accounts below, go to accounts below or to oneself."""
    assert expected == why_not_entrust(person(), receiver, bond)


def test_what_the_topmost_account_decides() -> None:
    """Only the head of an organisation chooses what it uses."""
    assert why_not_enable(person(head=True)) is None
    assert Denial.NOT_HEAD == why_not_enable(person())
    assert Denial.NOT_HEAD == why_not_enable(person(ADMINISTRATOR))


def test_what_an_administrator_decides() -> None:
    """Only administrators administer, and they have no products to give."""
    assert why_not_administer(person(ADMINISTRATOR)) is None
    assert {Denial.NOT_ADMINISTRATOR} == {why_not_administer(person()), why_not_administer(person(AUTHORITY))}
    assert Denial.NOT_BELOW == why_not_give(person(ADMINISTRATOR), account(manages=False, head=True))


def test_products() -> None:
    """Validation needs the right and a product in use; leading it needs to be its responsible."""
    assert why_not_validate(person(), Bond(7, 1)) is None
    assert Denial.NO_VALIDATION == why_not_validate(person(rights=Rights()), Bond(7, 1))
    assert Denial.ARCHIVED == why_not_validate(person(), Bond(7, 1, archived=True))
    assert why_not_lead(person(), Bond(7, 1)) is None
    assert Denial.NOT_RESPONSIBLE == why_not_lead(person(), Bond(7, 2, manages=True))
    assert why_not_policy(person()) is None
    assert Denial.NO_POLICY == why_not_policy(person(rights=Rights()))
