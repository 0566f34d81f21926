"""Publishers who ask to be registered, and what an administrator decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from jalon.errors import JalonError
from jalon.services.accounts import AccountRefusedError, checked_email, checked_login, checked_name
from jalon.services.acting import Acting, require_administrator
from jalon.services.mail import queue_mail
from jalon.services.managing import Invited
from jalon.services.organisations import FirstAccount, create_with_head, organisation_line
from jalon.services.passwords import Passwords
from jalon.services.products import LARGEST, NotSeenError
from jalon.services.texts import TextRefusedError, clean
from jalon.services.trace import record
from jalon.storage.tables import Account, Registration, table_of

_ACCOUNT: Final = table_of(Account)
_REGISTRATION: Final = table_of(Registration)
_MOST_PENDING: Final = 500
_LONGEST_MESSAGE: Final = 2_000


def ask_for_registration(act: Acting, organisation: str, first: FirstAccount, message: str) -> None:
    """Ask to be registered; nobody is told which names are taken."""
    pending = select(func.count()).where(_REGISTRATION.c.decided_at.is_(None))
    if (act.session.scalar(pending) or 0) >= _MOST_PENDING:
        raise JalonError("Trop de demandes attendent une réponse. Réessayez dans quelques jours.")
    row = Registration(
        organisation=organisation_line(organisation),
        name=checked_name(first.name),
        login=checked_login(first.login),
        email=checked_email(first.email)[0],
        message=_message(message),
        created_at=act.at,
    )
    act.session.add(row)
    act.session.flush()
    record(act.session, act.at, act.actor, "registration-asked", ("registration", row.id or 0))


def registrations(session: Session) -> Sequence[Any]:
    """List the registrations that wait, the oldest first."""
    waiting = select(_REGISTRATION).where(_REGISTRATION.c.decided_at.is_(None))
    return list(session.execute(waiting.order_by(_REGISTRATION.c.id).limit(200)))


def registration(session: Session, registration_id: int, *, holding: bool = False) -> Any:
    """Give one registration; raise NotSeenError. While it is held, no other act decides it."""
    if not 0 < registration_id <= LARGEST:
        raise NotSeenError
    query = select(_REGISTRATION).where(_REGISTRATION.c.id == registration_id)
    row = session.execute(query.with_for_update() if holding else query).one_or_none()
    if row is None:
        raise NotSeenError
    return row


def accept_registration(
    act: Acting, registration_id: int, organisation: str, first: FirstAccount, passwords: Passwords
) -> Invited:
    """Make the organisation and its first account; the invitation is the answer."""
    _undecided(act, registration_id)
    made = create_with_head(act, organisation, first, passwords)
    owner = select(_ACCOUNT.c.organisation_id).where(_ACCOUNT.c.id == made.account_id)
    _decide(act, registration_id, organisation_id=act.session.scalar(owner))
    record(act.session, act.at, act.actor, "registration-accepted", ("registration", registration_id))
    return made


def refuse_registration(act: Acting, registration_id: int, answer: str) -> None:
    """Refuse a registration; the person is told why."""
    row = _undecided(act, registration_id)
    said = _message(answer)
    if not said:
        raise AccountRefusedError("Indiquez pourquoi\u00a0: la personne lira ce message.", "answer")
    _decide(act, registration_id, answer=said)
    record(act.session, act.at, act.actor, "registration-refused", ("registration", registration_id))
    values = {"organisation": row.organisation, "text": said}
    queue_mail(act.session, "registration-refused", address=row.email, at=act.at, **values)


def _undecided(act: Acting, registration_id: int) -> Any:
    require_administrator(act.person, act.session)
    row = registration(act.session, registration_id, holding=True)
    if row.decided_at is not None:
        raise AccountRefusedError("Cette demande a déjà reçu une réponse.")
    return row


def _decide(act: Acting, registration_id: int, **values: Any) -> None:
    decision = {"decided_at": act.at, "decided_by": act.person.account_id, **values}
    act.session.execute(update(_REGISTRATION).where(_REGISTRATION.c.id == registration_id).values(decision))


def _message(text: str) -> str:
    try:
        return clean(text, longest=_LONGEST_MESSAGE)
    except TextRefusedError as error:
        raise AccountRefusedError(str(error), "message") from None
