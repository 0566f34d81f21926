"""Act on accounts: who acts is read again in the transaction of the act, and the organisation is held.

What a page showed may be old: rights are decided on what is true when the act is written.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.rights import Denial, Person
from jalon.services.people import AccountSeen, account_seen
from jalon.services.products import NotSeenError
from jalon.storage.tables import Organisation, table_of

_ORGANISATION: Final = table_of(Organisation)


class DeniedError(Exception):
    """An action on something that is seen is refused; screens say why, and who can do it."""

    def __init__(self, denial: Denial, account: AccountSeen | None = None) -> None:
        super().__init__(denial.value)
        self.denial = denial
        self.account = account


def require(denial: Denial | None, account: AccountSeen | None = None) -> None:
    """Raise what a rule refuses."""
    if denial is not None:
        raise DeniedError(denial, account)


def hold(session: Session, person: Person) -> Person:
    """Keep every other act on the accounts of an organisation waiting; give the person as it is now.

    Raise NotSeenError for an account suspended or deleted meanwhile.
    """
    lock: Any = select(_ORGANISATION.c.id).where(_ORGANISATION.c.id == person.organisation_id)
    session.execute(lock.with_for_update())
    found = account_seen(session, person, person.account_id)
    if found.suspended_at is not None:
        raise NotSeenError
    return Person(
        account_id=found.id,
        kind=found.bond.kind,
        organisation_id=found.bond.organisation_id,
        profile=found.bond.rights.profile,
        validates=found.bond.rights.validates,
        creates_accounts=found.bond.rights.creates_accounts,
        is_head=found.bond.is_head,
    )
