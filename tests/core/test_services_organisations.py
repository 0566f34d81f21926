"""Organisations, heads and successors: on both databases, several at once."""

from __future__ import annotations

import pytest

from jalon.domain.rights import EVERY_RIGHT
from jalon.services.accounts import AccountRefusedError
from jalon.services.organisations import (
    PER_PAGE,
    FirstAccount,
    create_successor,
    create_with_head,
    give_first_account,
    organisations,
    replace_head,
)
from jalon.services.products import NotSeenError
from jalon.storage.database import Database
from jalon.storage.tables import Account, AccountLink, AccountSession, Organisation, Product
from support.office import ANA, BOB, Office, account, actions, heads
from support.services import (
    START,
    change_rows,
    cheap_passwords,
    make_account,
    make_organisation,
    make_product,
    rows_of,
    statements,
    together,
)


@pytest.fixture
def office(database: Database) -> Office:
    """Give an administrator."""
    return Office(database)


# -- organisations


def test_an_organisation_begins_with_its_head(office: Office) -> None:
    """The first account has every right and no password; its link is given once, its digest is kept."""
    organisation, made = office.found()

    head = account(office.database, made.account_id)
    assert [head["id"]] == heads(office.database, organisation)
    assert ("", True, True) == (head["password"], head["validates"], head["creates_accounts"])
    assert EVERY_RIGHT.profile.value == head["profile"]
    (link,) = rows_of(office.database, AccountLink)
    assert made.token not in str(dict(link))
    assert ["organisation-created", "account-created", "invited"] == actions(office.database)


@pytest.mark.parametrize(
    ("name", "first", "field"),
    [
        ("ÉDITEUR  a", BOB, "organisation"),
        ("", BOB, "organisation"),
        ("\u200bÉditeur", BOB, "organisation"),
        ("x" * 201, BOB, "organisation"),
        ("Éditeur B", BOB._replace(login="ANA"), "login"),
        ("Éditeur B", BOB._replace(email="Ana@Exemple.fr"), "email"),
        ("Éditeur B", BOB._replace(name=" "), "name"),
    ],
)
def test_what_cannot_be_made_names_its_field(
    office: Office, name: str, first: FirstAccount, field: str
) -> None:
    """A name, a login or an address taken or deceiving is refused with its field; nothing is left behind."""
    office.found()
    with pytest.raises(AccountRefusedError) as caught:
        office.do(create_with_head, name, first, cheap_passwords())

    assert field == caught.value.field
    assert 1 == len(rows_of(office.database, Organisation))
    assert 1 == len(rows_of(office.database, Account, kind="member"))


def test_two_who_want_the_same_name_at_once(office: Office) -> None:
    """Of two administrators who make the same organisation, one does; the other is told."""
    other = Office(office.database)
    found = together(lambda: office.found("Éditeur A", ANA), lambda: other.found("Éditeur A", BOB))

    assert 1 == sum(isinstance(each, AccountRefusedError) for each in found), found
    assert 1 == len(rows_of(office.database, Organisation))
    assert 1 == len(rows_of(office.database, Account, kind="member"))


def test_a_page_of_organisations_costs_two_statements(office: Office) -> None:
    """Fifty a page, by name, found by words, counted without those deleted; whatever their number."""
    for number in range(PER_PAGE + 2):
        make_organisation(office.database, f"Éditeur {number:03d}")
    last, made = office.found("Zéphyr Santé")
    gone, _name = make_account(office.database, last, manager=made.account_id)
    change_rows(office.database, Account, {"id": gone}, deleted_at=START)
    make_product(office.database, last, made.account_id)
    with office.database.reading() as session, statements(office.database.engine) as seen:
        first, total = organisations(session)
        assert 2 == len(seen)
        second, _total = organisations(session, page=2)
        found, count = organisations(session, "SANTÉ zéphyr")
        nothing, none = organisations(session, "100%_")

    assert (PER_PAGE, 3, PER_PAGE + 3) == (len(first), len(second), total)
    (zephyr,) = found
    assert ("Ana", 1, 1, True, False) == (
        zephyr.head,
        zephyr.accounts,
        zephyr.products,
        zephyr.head_invited,
        zephyr.head_suspended,
    )
    assert (1, [], 0) == (count, nothing, none)


# -- successors


def test_a_successor_takes_the_place_of_the_head(office: Office) -> None:
    """Those directly below go below the successor, and the former head too, with its products and sessions."""
    database = office.database
    organisation, made = office.found()
    head = made.account_id
    successor, _name = make_account(database, organisation, manager=head)
    peer, _name = make_account(database, organisation, manager=head)
    deep, _name = make_account(database, organisation, manager=successor)
    product = make_product(database, organisation, head)
    with database.writing() as session:
        kept = {"account_id": head, "created_at": START, "seen_at": START}
        session.add(AccountSession(token_digest="x" * 64, **kept))

    office.do(replace_head, organisation, successor, suspending=False)

    assert [successor] == heads(database, organisation)
    above = {each: account(database, each)["manager_id"] for each in (head, peer, deep)}
    assert {head: successor, peer: successor, deep: successor} == above
    row = account(database, successor)
    assert (True, True, EVERY_RIGHT.profile.value) == (
        row["validates"],
        row["creates_accounts"],
        row["profile"],
    )
    assert head == rows_of(database, Product, id=product)[0]["responsible_id"]
    assert rows_of(database, AccountSession, account_id=head)
    assert "head-replaced" == actions(database)[-1]


def test_an_account_far_below_may_succeed(office: Office) -> None:
    """An account under others comes to the top, and no circle is left."""
    organisation, made = office.found()
    middle, _name = make_account(office.database, organisation, manager=made.account_id)
    deep, _name = make_account(office.database, organisation, manager=middle)

    office.do(replace_head, organisation, deep, suspending=True)

    assert [deep] == heads(office.database, organisation)
    assert deep == account(office.database, middle)["manager_id"]
    former = account(office.database, made.account_id)
    assert (deep, START) == (former["manager_id"], former["suspended_at"])
    assert ["head-replaced", "account-suspended"] == actions(office.database)[-2:]


def test_a_successor_without_account_gets_one(office: Office) -> None:
    """The account is made, invited and put at the top in one act; nothing of it stays when it is refused."""
    organisation, made = office.found()
    taken = BOB._replace(login="ana")
    with pytest.raises(AccountRefusedError):
        office.do(create_successor, organisation, taken, cheap_passwords(), suspending=True)
    assert [made.account_id] == heads(office.database, organisation)

    new = office.do(create_successor, organisation, BOB, cheap_passwords(), suspending=True)

    assert [new.account_id] == heads(office.database, organisation)
    assert START == account(office.database, made.account_id)["suspended_at"]


def test_two_successors_at_once_leave_one_head(office: Office) -> None:
    """Two administrators name two successors: the organisation has one head in the end."""
    organisation, made = office.found()
    pair = [make_account(office.database, organisation, manager=made.account_id)[0] for _ in range(2)]
    other = Office(office.database)

    found = together(
        lambda: office.do(replace_head, organisation, pair[0], suspending=False),
        lambda: other.do(replace_head, organisation, pair[1], suspending=False),
    )

    assert [None, None] == found
    assert 1 == len(heads(office.database, organisation))


@pytest.mark.parametrize("which", ["stranger", "suspended", "deleted", "nobody"])
def test_who_cannot_succeed(office: Office, which: str) -> None:
    """An account of elsewhere, suspended, deleted or of no one: as one that does not exist."""
    organisation, made = office.found()
    elsewhere = make_organisation(office.database)
    own = organisation if which != "stranger" else elsewhere
    number, _name = make_account(office.database, own, manager=made.account_id)
    if which in {"suspended", "deleted"}:
        change_rows(office.database, Account, {"id": number}, **{f"{which}_at": START})
    with pytest.raises(NotSeenError):
        office.do(replace_head, organisation, 999_999 if which == "nobody" else number, suspending=False)

    assert [made.account_id] == heads(office.database, organisation)


def test_an_organisation_has_one_first_account(office: Office) -> None:
    """One without account gets its first one, once."""
    organisation = make_organisation(office.database)
    made = office.do(give_first_account, organisation, ANA, cheap_passwords())
    with pytest.raises(AccountRefusedError, match="déjà son premier compte"):
        office.do(give_first_account, organisation, BOB, cheap_passwords())

    assert [made.account_id] == heads(office.database, organisation)
