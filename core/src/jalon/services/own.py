"""One's own account: password, address, sessions, what is known of oneself; and links that set a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jalon.errors import JalonError
from jalon.services.account_acts import readdress
from jalon.services.accounts import AccountRefusedError, checked_email, update_account
from jalon.services.links import Purpose, drop_links, holder_of, use_link
from jalon.services.mail import NOBODY, queue_mail
from jalon.services.passwords import PasswordRefusedError, Passwords
from jalon.services.products import NotSeenError
from jalon.services.sign_in import ABSOLUTE, IDLE, end_sessions
from jalon.services.texts import TextRefusedError, name_key
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.tables import (
    Account,
    AccountSession,
    AnswerRow,
    Organisation,
    Product,
    Trace,
    table_of,
)

_ACCOUNT: Final = table_of(Account)
_SESSION: Final = table_of(AccountSession)
_ANSWER: Final = table_of(AnswerRow)
_ORGANISATION: Final = table_of(Organisation)
_PRODUCT: Final = table_of(Product)
_TRACE: Final = table_of(Trace)
_CHOOSING: Final = (Purpose.INVITATION, Purpose.PASSWORD)
_ID: Final = 16
"""Characters of a session's digest that name it on its owner's page."""


class WrongPasswordError(JalonError):
    """The current password is not the one that was typed."""


class SessionSeen(NamedTuple):
    """Describe one of one's sessions."""

    id: str
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Chooser:
    """Say whose password a link chooses."""

    account_id: int
    login: str
    name: str


def chooser_of(session: Session, token: str, at: datetime) -> Chooser:
    """Give whose password a link chooses; raise NotSeenError for one used, too old or unknown."""
    account_id = holder_of(session, token, *_CHOOSING, at=at)
    if account_id is None:
        raise NotSeenError
    row = _row(session, account_id)
    return Chooser(account_id, row.login, row.name)


def choose_password(
    database: Database, token: str, password: str, passwords: Passwords, actor: Actor, at: datetime
) -> Chooser:
    """Set a password with a link, which is used up; every session of the account ends.

    It is hashed before the transaction: nobody waits for that.
    """
    with database.reading() as session:
        who = chooser_of(session, token, at)
        row = _row(session, who.account_id)
    hashed = passwords.hashed(password, *_words(row))
    with database.writing() as session:
        if use_link(session, token, *_CHOOSING, at=at) is None:  # another was quicker
            raise NotSeenError
        update_account(session, who.account_id, password=hashed, password_changed_at=at)
        end_sessions(session, who.account_id)
        drop_links(session, who.account_id)
        record(session, at, actor._replace(account_id=who.account_id, name=who.name), "password-changed")
        queue_mail(session, "password-changed", account_id=who.account_id, at=at)
    return who


class Own:
    """Change one's own account: each act asks for the current password."""

    def __init__(self, database: Database, passwords: Passwords, actor: Actor, at: datetime) -> None:
        self._database = database
        self._passwords = passwords
        self._actor = actor
        self._at = at

    def check(self, current: str) -> Any:
        """Give one's account; raise WrongPasswordError, and trace it, unless this is its password."""
        with self._database.reading() as session:
            row = _row(session, self._actor.account_id or 0)
        if self._passwords.verify(row.password, current):
            return row
        with self._database.writing() as session:
            record(session, self._at, self._actor, "refused", ("account", row.id), wrong="password")
        raise WrongPasswordError(_WRONG)

    def change_password(self, digest: str, current: str, wanted: str) -> None:
        """Change one's password; the other sessions end, this one goes on."""
        row = self.check(current)
        if current == wanted:
            raise PasswordRefusedError("Ce mot de passe est déjà le vôtre. Choisissez-en un autre.")
        hashed = self._passwords.hashed(wanted, *_words(row))
        with self._database.writing() as session:
            self._hold(session, row)
            update_account(session, row.id, password=hashed, password_changed_at=self._at)
            end_others(session, row.id, digest)
            drop_links(session, row.id)
            record(session, self._at, self._actor, "password-changed")
            queue_mail(session, "password-changed", account_id=row.id, at=self._at)

    def change_email(self, current: str, wanted: str) -> None:
        """Change one's address; both addresses are told, and links sent to the former one are void."""
        row = self.check(current)
        email, _key = checked_email(wanted)
        if email == row.email:
            raise AccountRefusedError("C’est déjà votre adresse électronique.", "email")
        with self._database.writing() as session:
            self._hold(session, row)
            readdress(session, row.id, row.email, email, self._at)
            record(session, self._at, self._actor, "email-changed")

    def _hold(self, session: Session, row: Any) -> None:
        """Keep others from one's account; raise when its password changed since it was compared."""
        query = select(_ACCOUNT.c.password).where(_ACCOUNT.c.id == row.id).with_for_update()
        if session.scalar(query) != row.password:
            raise WrongPasswordError(_WRONG)


def sessions_of(session: Session, account_id: int, digest: str, at: datetime) -> list[SessionSeen]:
    """List one's sessions that are not over, the last seen first; `digest` is that of this one."""
    alive = (_SESSION.c.seen_at > at - IDLE) & (_SESSION.c.created_at > at - ABSOLUTE)
    query = select(_SESSION).where(_SESSION.c.account_id == account_id, alive)
    query = query.order_by(_SESSION.c.seen_at.desc())
    return [
        SessionSeen(
            row.token_digest[:_ID],
            row.address,
            row.browser,
            row.created_at,
            row.seen_at,
            row.token_digest == digest,
        )
        for row in session.execute(query)
    ]


def end_one(session: Session, actor: Actor, named: str, at: datetime) -> None:
    """End one of one's sessions, named as on the page; one that is over already is no fault."""
    mine = (_SESSION.c.account_id == actor.account_id) & _SESSION.c.token_digest.startswith(
        named, autoescape=True
    )
    if len(named) == _ID and session.execute(delete(_SESSION).where(mine)).rowcount:  # type: ignore[attr-defined]
        record(session, at, actor, "session-ended")


def end_others(session: Session, account_id: int, digest: str) -> None:
    """End every session of an account but one."""
    others = (_SESSION.c.account_id == account_id) & (_SESSION.c.token_digest != digest)
    session.execute(delete(_SESSION).where(others))


def ask_for_password(session: Session, typed: str, actor: Actor, at: datetime) -> None:
    """Ask for a link by mail, knowing a login or an address; who asks is not told whether there is one."""
    _ask(session, _known(session, typed), "password", at)
    record(session, at, actor, "password-reset-asked")


def ask_for_login(session: Session, typed: str, actor: Actor, at: datetime) -> None:
    """Ask to be reminded of one's login by mail; who asks is not told whether there is one."""
    _ask(session, _known(session, typed), "login", at)
    record(session, at, actor, "login-asked")


def _ask(session: Session, row: Any, message: str, at: datetime) -> None:
    """Queue a message, to nobody where there is no account: the same work, which tells nothing."""
    queue_mail(session, message, account_id=row.id if row else NOBODY, at=at)


def export_of(session: Session, actor: Actor, at: datetime) -> dict[str, Any]:
    """Give what the portal knows of oneself; the export itself is traced."""
    record(session, at, actor, "own-data-exported")
    row = _row(session, actor.account_id or 0)
    kept = ("login", "email", "name", "kind", "profile", "validates", "creates_accounts", "created_at")
    answers = (
        select(
            func.coalesce(_PRODUCT.c.name, _ORGANISATION.c.name).label("subject"),
            _PRODUCT.c.reference,
            _ANSWER.c.referential,
            _ANSWER.c.criterion,
            _ANSWER.c.level,
            _ANSWER.c.comment,
            _ANSWER.c.saved_at,
        )
        .outerjoin_from(_ANSWER, _PRODUCT, _ANSWER.c.subject_id == _PRODUCT.c.id)
        .outerjoin(_ORGANISATION, _ANSWER.c.subject_id == _ORGANISATION.c.id)
        .where(_ANSWER.c.author_id == row.id)
        .order_by(_ANSWER.c.saved_at)
    )
    traced = (
        select(_TRACE.c.at, _TRACE.c.action, _TRACE.c.object_kind, _TRACE.c.object_id, _TRACE.c.address)
        .where(_TRACE.c.account_id == row.id)
        .order_by(_TRACE.c.id)
    )
    return {
        "account": {name: getattr(row, name) for name in kept},
        "organisation": row.organisation,
        "manager": session.scalar(select(_ACCOUNT.c.name).where(_ACCOUNT.c.id == row.manager_id)),
        "second_factor": bool(row.totp_secret),
        "sessions": [each._asdict() for each in sessions_of(session, row.id, "", at)],
        "answers": [dict(each) for each in session.execute(answers).mappings()],
        "trace": [dict(each) for each in session.execute(traced).mappings()],
    }


_WRONG: Final = "Ce n’est pas votre mot de passe actuel. Rien n’a été modifié."


def _words(row: Any) -> tuple[str, ...]:
    """List what a password may not be made of."""
    return row.login, row.name, row.email, row.email.partition("@")[0], row.organisation or ""


def _known(session: Session, typed: str) -> Any:
    try:
        key = name_key(typed.strip()[:200])
    except TextRefusedError:
        return None
    which = (_ACCOUNT.c.login_key == key) | (_ACCOUNT.c.email_key == key)
    alive = _ACCOUNT.c.suspended_at.is_(None) & _ACCOUNT.c.deleted_at.is_(None)
    return session.execute(select(_ACCOUNT).where(which, alive).limit(1)).one_or_none()


def _row(session: Session, account_id: int) -> Any:
    owner = _ACCOUNT.c.organisation_id == _ORGANISATION.c.id
    query = select(_ACCOUNT, _ORGANISATION.c.name.label("organisation")).outerjoin_from(
        _ACCOUNT, _ORGANISATION, owner
    )
    return session.execute(query.where(_ACCOUNT.c.id == account_id)).one()
