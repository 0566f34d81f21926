"""Administrators among themselves, and what they decide of registrations: on both databases, several at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jalon.domain.rights import AccountKind
from jalon.services.account_acts import delete_account, suspend
from jalon.services.accounts import AccountRefusedError
from jalon.services.acting import DeniedError
from jalon.services.managing import administrators, delete_one, suspend_one
from jalon.services.organisations import (
    FirstAccount,
    create_with_head,
    create_without_organisation,
    edit_identity,
    give_first_account,
)
from jalon.services.products import NotSeenError
from jalon.services.registrations import (
    accept_registration,
    ask_for_registration,
    refuse_registration,
    registrations,
)
from jalon.storage.database import Database
from jalon.storage.tables import Account, AccountLink, Organisation, Registration
from support.office import ANA, BOB, Office, account, heads
from support.services import (
    START,
    change_rows,
    cheap_passwords,
    make_account,
    make_organisation,
    rows_of,
    together,
)


@pytest.fixture
def office(database: Database) -> Office:
    """Give an administrator."""
    return Office(database)


# -- administrators


@pytest.mark.parametrize("kind", [AccountKind.MEMBER, AccountKind.AUTHORITY])
def test_only_administrators_administer(database: Database, kind: AccountKind) -> None:
    """Every act is refused to others, whatever a page let them send."""
    office, organisation = Office(database, kind), make_organisation(database)
    for act, *arguments in (
        (create_with_head, "Éditeur", ANA, cheap_passwords()),
        (give_first_account, organisation, ANA, cheap_passwords()),
        (create_without_organisation, AccountKind.AUTHORITY, ANA, cheap_passwords()),
        (edit_identity, office.id, "Autre", "autre@exemple.fr"),
        (accept_registration, 1, "Éditeur", ANA, cheap_passwords()),
        (refuse_registration, 1, "Non."),
    ):
        with pytest.raises(DeniedError):
            office.do(act, *arguments)


def test_an_administrator_suspended_meanwhile_does_nothing(office: Office) -> None:
    """Rights are read again in the transaction of the act."""
    change_rows(office.database, Account, {"id": office.id}, suspended_at=START)
    with pytest.raises(NotSeenError):
        office.found()

    assert not rows_of(office.database, Organisation)


@pytest.mark.parametrize("act", [delete_one, suspend_one])
def test_two_administrators_cannot_remove_each_other(office: Office, act: Callable[..., object]) -> None:
    """At once, one alone is deleted or suspended: an instance keeps an administrator."""
    other = Office(office.database)

    found = together(lambda: office.do(act, other.id), lambda: other.do(act, office.id))

    assert 1 == sum(isinstance(each, (DeniedError, NotSeenError)) for each in found), found
    with office.database.reading() as session:
        assert 1 == administrators(session)


def test_a_deleted_account_frees_its_login(office: Office) -> None:
    """Its login and address may be used again, its name stays, sessions and links are gone."""
    organisation, made = office.found()
    below, _name = make_account(office.database, organisation, login="cle", manager=made.account_id)
    office.do(lambda act: delete_account(act.session, act.actor, below, act.at))
    again, _name = make_account(office.database, organisation, login="cle", manager=made.account_id)

    gone = account(office.database, below)
    assert ("Personne cle", "", "", "") == (gone["name"], gone["login"], gone["email"], gone["password"])
    assert again != below
    office.do(lambda act: suspend(act.session, act.actor, made.account_id, act.at))
    assert not rows_of(office.database, AccountLink)


# -- registrations


def asked(office: Office, organisation: str = "Éditeur A", first: FirstAccount = ANA) -> int:
    """Ask for registration; give its number."""
    office.do(ask_for_registration, organisation, first, "Bonjour.")
    return max(row["id"] for row in rows_of(office.database, Registration))


def test_a_registration_becomes_an_organisation(office: Office) -> None:
    """Accepting makes it, as corrected, and the request leaves the queue; a name that is taken loses nothing."""
    number = asked(office)
    office.found("Autre", BOB)
    with pytest.raises(AccountRefusedError) as caught:
        office.do(accept_registration, number, "AUTRE", ANA, cheap_passwords())
    assert "organisation" == caught.value.field

    made = office.do(accept_registration, number, "Éditeur A", ANA, cheap_passwords())

    (row,) = rows_of(office.database, Registration)
    assert (office.id, START) == (row["decided_by"], row["decided_at"])
    assert [made.account_id] == heads(office.database, row["organisation_id"])
    with office.database.reading() as session:
        assert [] == list(registrations(session))


def test_two_administrators_decide_at_once(office: Office) -> None:
    """One decision stands, the other is told; never both."""
    number, other = asked(office), Office(office.database)
    found = together(
        lambda: office.do(accept_registration, number, "Éditeur A", ANA, cheap_passwords()),
        lambda: other.do(refuse_registration, number, "Non."),
    )

    assert 1 == sum(isinstance(each, AccountRefusedError) for each in found), found
    (row,) = rows_of(office.database, Registration)
    assert (row["organisation_id"] is None) == (row["answer"] == "Non.")
    assert int(row["organisation_id"] is not None) == len(rows_of(office.database, Organisation))
