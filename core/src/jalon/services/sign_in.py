"""Sign in, stay signed in, sign out: sessions are rows, so that one ended is dead everywhere."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from jalon.domain.rights import AccountKind, Person, WorkProfile
from jalon.services.clock import Clock, system_clock
from jalon.services.links import Purpose, drop_expired, holder_of, make_link, use_link
from jalon.services.passwords import Passwords
from jalon.services.second_factor import WrongCodeError, second_factor_query, use_code
from jalon.services.switches import generation_query
from jalon.services.texts import TextRefusedError, clean, name_key
from jalon.services.trace import Actor, record
from jalon.storage.database import Database, add_missing, upsert
from jalon.storage.tables import Account, AccountSession, Organisation, SignInFailure, table_of

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
_TOUCH: Final = timedelta(seconds=60)
"""A session is marked as seen at most this often: reading a page should not write each time."""

_FREE_TRIES: Final = (5, 30)
"""Failures before delays begin, per login and per address: many people may share one address."""

_LONGEST_DELAY: Final = 900
_FORGET: Final = timedelta(hours=24)
_SESSION: Final = table_of(AccountSession)
_ACCOUNT: Final = table_of(Account)
_ORGANISATION: Final = table_of(Organisation)
_FAILURE: Final = table_of(SignInFailure)
_KEPT: Final = (_ACCOUNT.c.id, _ACCOUNT.c.password, _ACCOUNT.c.name, _ACCOUNT.c.totp_secret)
_ALIVE: Final = (_ACCOUNT.c.suspended_at.is_(None), _ACCOUNT.c.deleted_at.is_(None))
_LONGEST_BROWSER: Final = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Say who is signed in, until when, and the generation of the plugins' switches."""

    person: Person
    name: str
    organisation: str
    ends_at: datetime
    generation: str
    token: str
    must_enrol: bool = False  # a second factor is compulsory, and not there yet


class _Counted(NamedTuple):
    """Name what failures are counted for."""

    login: str
    address: str


class Device(NamedTuple):
    """Say from where one signs in, and with which browser, as it names itself."""

    address: str
    browser: str = ""


class SecondFactorNeededError(Exception):
    """The password is right, and a code is needed too; `pending` is the token of that step."""

    def __init__(self, pending: str) -> None:
        super().__init__("a second factor is needed")
        self.pending = pending


class WrongCredentialsError(Exception):
    """The login is unknown, or the password is not its own: callers may not tell which."""


class TooManyTriesError(Exception):
    """Too many sign-ins failed for this login or from this address; `seconds` remain to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} seconds to wait")
        self.seconds = seconds


class SignIn:
    """Open, find and close sessions."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock = system_clock) -> None:
        self._database = database
        self.passwords = passwords
        self._clock = clock

    def open(self, login: str, password: str, address: str, browser: str = "") -> str:
        """Check a password and open a session; give its token, known to the browser alone.

        Raise WrongCredentialsError, TooManyTriesError, or SecondFactorNeededError with the token of
        the second step. Every try is counted before the password is looked at, so that many at once
        gain nothing.
        """
        key = _folded(login)
        counted = _Counted(_digest("login", key), _digest("address", address))
        self.count_try(counted)
        with self._database.reading() as session:
            found = session.execute(select(*_KEPT).where(_ACCOUNT.c.login_key == key, *_ALIVE)).one_or_none()
        if not self.passwords.verify(found.password if found else None, password) or found is None:
            with self._database.writing() as session:
                record(session, self._clock(), Actor(None, "", address), "sign-in-failed")
            raise WrongCredentialsError
        return self._opened(found, Device(address, browser), counted, password=password)

    def open_second(self, pending: str, code: str, address: str, browser: str = "") -> str:
        """Check the code of the second step and open the session.

        Raise WrongCredentialsError (the step is over: too old, used), WrongCodeError, or TooManyTriesError.
        """
        with self._database.reading() as session:
            account_id = holder_of(session, pending, Purpose.SECOND_FACTOR, at=self._clock())
            found = session.execute(select(*_KEPT).where(_ACCOUNT.c.id == account_id, *_ALIVE)).one_or_none()
        if found is None:
            raise WrongCredentialsError
        counted = _Counted(_digest("second", str(found.id)), _digest("address", address))
        self.count_try(counted)
        actor = Actor(found.id, found.name, address)
        with self._database.writing() as session:
            right = use_code(session, actor, found.id, code, self._clock())
            if not right:
                record(session, self._clock(), actor, "second-factor-failed")
            elif use_link(session, pending, Purpose.SECOND_FACTOR, at=self._clock()) is None:
                raise WrongCredentialsError
        if not right:
            raise WrongCodeError("Ce code n’est pas le bon, ou il a déjà servi. Tapez celui qui est affiché.")
        return self._opened(found, Device(address, browser), counted)

    def count_address(self, kind: str, address: str) -> None:
        """Count something that may be done a few times from one address; raise TooManyTriesError."""
        self.count_act(kind, address, address)

    def count_act(self, kind: str, of: str, address: str) -> None:
        """Count a try, for what it is about and for the address it comes from; raise TooManyTriesError."""
        self.count_try(_act(kind, of, address))

    def forgive(self, kind: str, of: str, address: str) -> None:
        """Take back a try that was counted: it succeeded."""
        with self._database.writing() as session:
            _forgive(session, _act(kind, of, address))

    def find(self, token: str) -> SignedIn | None:
        """Find who holds a token; None once the session is over, or the account suspended."""
        now = self._clock()
        with self._database.reading() as session:
            row = session.execute(_WHO, {"digest": token_digest(token)}).one_or_none()
        if row is None:
            return None
        ends_at = min(row.seen_at + IDLE, row.created_at + ABSOLUTE)
        if ends_at <= now:
            return None
        if now - row.seen_at >= _TOUCH:
            with self._database.writing() as session:
                session.execute(_this_session(update(_SESSION), token).values(seen_at=now))
            ends_at = min(now + IDLE, row.created_at + ABSOLUTE)
        return _signed_in(row, ends_at, token)

    def close(self, token: str, actor: Actor) -> None:
        """End a session, whoever holds a copy of its token."""
        with self._database.writing() as session:
            session.execute(_this_session(delete(_SESSION), token))
            record(session, self._clock(), actor, "signed-out")

    def forget_ended(self) -> None:
        """Remove the sessions that are over, and failures nobody counts any more."""
        now = self._clock()
        with self._database.writing() as session:
            over = (_SESSION.c.seen_at < now - IDLE) | (_SESSION.c.created_at < now - ABSOLUTE)
            session.execute(delete(_SESSION).where(over))
            session.execute(delete(_FAILURE).where(_FAILURE.c.last_at < now - _FORGET))
            drop_expired(session, now)

    # -- delays

    def count_try(self, counted: _Counted) -> None:
        """Count a try before it is looked at; raise TooManyTriesError while one must wait."""
        now = self._clock()
        with self._database.writing() as session:
            add_missing(
                session,
                SignInFailure,
                [{"key": key, "failures": 0, "last_at": now} for key in sorted(counted)],
            )
            known = {row.key: row for row in _locked(session, counted) if now - row.last_at < _FORGET}
            waits = [
                known[key].last_at + timedelta(seconds=delay(known[key].failures, free)) - now
                for key, free in zip(counted, _FREE_TRIES, strict=True)
                if key in known
            ]
            longest = max(waits, default=timedelta())
            if longest > timedelta():
                raise TooManyTriesError(int(longest.total_seconds()) + 1)
            failures = [
                {"key": key, "failures": known[key].failures + 1 if key in known else 1, "last_at": now}
                for key in sorted(counted)
            ]
            upsert(session, SignInFailure, failures)

    def _opened(self, found: Any, device: Device, counted: _Counted, *, password: str = "") -> str:
        """Open a session, or the second step where the account has one (`password`: of the first step)."""
        token, now, pending = secrets.token_urlsafe(32), self._clock(), ""
        actor = Actor(found.id, found.name, device.address)
        outdated = password and self.passwords.is_outdated(found.password)
        renewed = self.passwords.rehashed(password) if outdated else ""
        with self._database.writing() as session:
            _locked(session, counted)
            still = select(_ACCOUNT.c.password).where(_ACCOUNT.c.id == found.id, *_ALIVE).with_for_update()
            if session.scalar(still) != found.password:  # suspended, or changed, while it was compared
                raise WrongCredentialsError
            _forgive(session, counted)
            if renewed:
                session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == found.id).values(password=renewed))
            if password and found.totp_secret:
                pending = make_link(session, found.id, Purpose.SECOND_FACTOR, now)
            else:
                session.add(_session_row(token, found.id, now, device))
                record(session, now, actor, "signed-in")
        if pending:
            raise SecondFactorNeededError(pending)
        return token


def _session_row(token: str, account_id: int, now: datetime, device: Device) -> AccountSession:
    return AccountSession(
        token_digest=token_digest(token),
        account_id=account_id,
        created_at=now,
        seen_at=now,
        address=device.address,
        browser=clean(device.browser[:_LONGEST_BROWSER]),
    )


def _act(kind: str, of: str, address: str) -> _Counted:
    return _Counted(_digest(kind, _folded(of)), _digest(f"{kind}, all", address))


def _forgive(session: Session, counted: _Counted) -> None:
    """Clear what was counted for a login; of its address, take back this one try.

    More, and an attacker's own account would clear what the attacks of that address counted.
    """
    session.execute(delete(_FAILURE).where(_FAILURE.c.key == counted.login))
    one_less = update(_FAILURE).values(failures=_FAILURE.c.failures - 1)
    session.execute(one_less.where(_FAILURE.c.key == counted.address))


def _locked(session: Session, counted: _Counted) -> Sequence[Any]:
    """Read what was counted, and keep others from counting until this transaction ends.

    Always in the same order: two sign-ins never wait for each other.
    """
    query = select(_FAILURE).where(_FAILURE.c.key.in_(counted)).order_by(_FAILURE.c.key)
    return session.execute(query.with_for_update()).all()


def delay(failures: int, free: int) -> int:
    """Give the seconds to wait after so many failures: none at first, then doubling, 15 minutes at most."""
    beyond = failures - free
    return 0 if beyond < 0 else min(2 ** min(beyond, 10), _LONGEST_DELAY)


def end_sessions(session: Session, account_id: int) -> None:
    """End every session of an account."""
    session.execute(delete(_SESSION).where(_SESSION.c.account_id == account_id))


def _who() -> Select[Any]:
    """Select who holds a token, by its digest."""
    return (
        select(
            _SESSION.c.created_at,
            _SESSION.c.seen_at,
            _ACCOUNT.c.id,
            _ACCOUNT.c.name,
            _ACCOUNT.c.kind,
            _ACCOUNT.c.organisation_id,
            _ACCOUNT.c.profile,
            _ACCOUNT.c.validates,
            _ACCOUNT.c.creates_accounts,
            _ACCOUNT.c.manager_id,
            _ACCOUNT.c.totp_secret,
            second_factor_query().label("second_factor"),
            _ORGANISATION.c.name.label("organisation"),
            generation_query().label("generation"),
        )
        .join_from(_SESSION, _ACCOUNT, _SESSION.c.account_id == _ACCOUNT.c.id)
        .outerjoin(_ORGANISATION, _ACCOUNT.c.organisation_id == _ORGANISATION.c.id)
        .where(
            _SESSION.c.token_digest == bindparam("digest"),
            *_ALIVE,
        )
    )


_WHO: Final = _who()
"""Put together once: it is read with every request."""


def _signed_in(row: Any, ends_at: datetime, token: str) -> SignedIn:
    person = Person(
        account_id=row.id,
        kind=AccountKind(row.kind),
        organisation_id=row.organisation_id,
        profile=WorkProfile(row.profile),
        validates=row.validates,
        creates_accounts=row.creates_accounts,
        is_head=row.kind == AccountKind.MEMBER and row.manager_id is None,
    )
    must_enrol = row.kind == AccountKind.ADMINISTRATOR and row.second_factor == "yes" and not row.totp_secret
    return SignedIn(
        person, row.name, row.organisation or "", ends_at, row.generation or "", token, must_enrol=must_enrol
    )


def _this_session(statement: Any, token: str) -> Any:
    return statement.where(_SESSION.c.token_digest == token_digest(token))


def _folded(login: str) -> str:
    """Fold a login as it was when the account was made; one that could not be made is nobody's."""
    try:
        return name_key(login[:200])
    except TextRefusedError:
        return ""


def token_digest(token: str) -> str:
    """Give what is kept of a session's token."""
    return _digest("token", token)


def _digest(kind: str, text: str) -> str:
    return sha256(f"{kind}:{text}".encode(errors="replace")).hexdigest()
