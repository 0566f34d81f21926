"""Act on accounts: who acts is read again in the transaction of the act, and the organisation is held.

What a page showed may be old: rights are decided on what is true when the act is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.rights import Denial, Person, why_not_administer, why_not_manage
from jalon.services.people import AccountSeen, account_seen
from jalon.services.products import NotSeenError
from jalon.services.trace import Actor, record
from jalon.storage.tables import Organisation, table_of

_ORGANISATION: Final = table_of(Organisation)


class DeniedError(Exception):
    """An action on something that is seen is refused; screens say why, and who can do it."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


@dataclass(frozen=True, slots=True)
class Acting:
    """Hold one act: the transaction, who acts, from where, and when."""

    session: Session
    person: Person
    actor: Actor
    at: datetime

    def record(self, action: str, account_id: int, **detail: Any) -> None:
        """Trace what was done to an account."""
        record(self.session, self.at, self.actor, action, ("account", account_id), **detail)


def require(denial: Denial | None) -> None:
    """Raise what a rule refuses."""
    if denial is not None:
        raise DeniedError(denial)


def require_administrator(person: Person, session: Session) -> None:
    """Want an administrator, as things are now; the command line stands for one, without account."""
    require(why_not_administer(hold(session, person) if person.account_id else person))


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


def managed(act: Acting, account_id: int) -> AccountSeen:
    """Find an account one may act on, as things are now; raise NotSeenError or DeniedError."""
    person = hold(act.session, act.person)
    seen = account_seen(act.session, person, account_id)
    require(why_not_manage(person, seen.bond))
    return seen
