"""Signing in and out: what a session is, how long it lasts, what ends it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from argon2 import PasswordHasher

from jalon.domain.rights import AccountKind
from jalon.services.accounts import AccountRefusedError, NewAccount, create_account
from jalon.services.passwords import Passwords
from jalon.services.sign_in import ABSOLUTE, IDLE, SignIn, WrongCredentialsError, end_sessions
from jalon.services.trace import Actor
from jalon.storage.database import Database
from jalon.storage.tables import Account, AccountSession, SignInFailure, Trace
from support.services import (
    PASSWORD,
    START,
    Ticking,
    change_rows,
    cheap_passwords,
    make_account,
    make_organisation,
    rows_of,
    statements,
)

HOME = "192.0.2.1"
LOGIN = "marie.curie"


class Counting(PasswordHasher):
    """Hash with the least work, and count how many times a password was checked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.checked: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:  # noqa: A002 - the name of the library
        """Count, then check."""
        self.checked.append(str(hash))
        return super().verify(hash, password)


class Door:
    """Hold an account and what signs it in."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Ticking()
        self.hasher = Counting()
        self.organisation = make_organisation(database, "Curie")
        self.account = make_account(database, self.organisation, login=LOGIN)
        self.sign_in = SignIn(database, Passwords(self.hasher), self.clock)

    def open(self, login: str = LOGIN, password: str = PASSWORD, address: str = HOME) -> str:
        """Sign in."""
        return self.sign_in.open(login, password, address)

    def is_in(self, token: str) -> bool:
        """Say whether a token still opens."""
        return self.sign_in.find(token) is not None


@pytest.fixture
def door(database: Database) -> Door:
    """Make an account that signs in."""
    return Door(database)


def test_the_right_password_opens(door: Door) -> None:
    """A login and its password give a token; who holds it is known with their rights and organisation."""
    found = door.sign_in.find(door.open())
    assert found is not None
    assert (door.account, "Curie") == ((found.person.account_id, found.name), found.organisation)
    assert (AccountKind.MEMBER, door.organisation) == (found.person.kind, found.person.organisation_id)
    assert START + IDLE == found.ends_at


def test_two_sessions_have_two_tokens(door: Door) -> None:
    """Each sign-in has a token of its own; ending one leaves the other."""
    first, second = door.open(), door.open()
    assert first != second
    door.sign_in.close(first, Actor(*door.account))
    assert (False, True) == (door.is_in(first), door.is_in(second))


def test_only_the_digest_of_a_token_is_kept(door: Door) -> None:
    """What the database holds of a token does not give it back."""
    token = door.open()
    (row,) = rows_of(door.database, AccountSession)
    assert sha256(f"token:{token}".encode()).hexdigest() == row["token_digest"]
    stored = [
        str(dict(each))
        for table in (AccountSession, Trace, SignInFailure)
        for each in rows_of(door.database, table)
    ]
    assert [] == [each for each in stored if token in each or PASSWORD in each]
    assert not door.is_in(row["token_digest"])


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "é" * 5000])
def test_another_token_opens_nothing(door: Door, token: str) -> None:
    """What is no token opens nothing, whatever it is made of."""
    door.open()
    assert not door.is_in(token)


# -- refusals


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (LOGIN, PASSWORD + "x"),
        (LOGIN, PASSWORD[:-1]),
        (LOGIN, PASSWORD.upper()),
        (LOGIN, ""),
        (LOGIN, "\x00"),
        (LOGIN, "\ud800" * 20),
        (LOGIN, "x" * 100_000),
        ("inconnue", PASSWORD),
        ("", PASSWORD),
        (LOGIN + "\u200b", PASSWORD),
        (LOGIN + "\x00", PASSWORD),
        (LOGIN + "\ud800", PASSWORD),
        ("marie.curi\u0435", PASSWORD),  # a Cyrillic letter
        ("x" * 100_000, PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_wrong_credentials_are_all_alike(door: Door, login: str, password: str) -> None:
    """A wrong password and an unknown login are refused alike, after the same work, and traced without secret."""
    before = len(door.hasher.checked)
    with statements(door.database.engine) as sent, pytest.raises(WrongCredentialsError) as refused:
        door.open(login, password)
    assert ("", 1) == (str(refused.value), len(door.hasher.checked) - before)
    with statements(door.database.engine) as reference, pytest.raises(WrongCredentialsError):
        door.open("autre", PASSWORD, "192.0.2.9")
    assert reference == sent
    assert ["sign-in-failed"] * 2 == [row["action"] for row in rows_of(door.database, Trace)]
    assert [{}] == [row["detail"] for row in rows_of(door.database, Trace)][:1]
    assert [] == rows_of(door.database, AccountSession)


def test_an_unknown_login_costs_as_much(door: Door) -> None:
    """For an unknown, a suspended and a deleted account a password is hashed with the same parameters."""
    make_account(door.database, door.organisation, login="deleted")
    change_rows(door.database, Account, {"login": "deleted"}, deleted_at=START)
    for login in (LOGIN, "inconnue", "deleted"):
        with pytest.raises(WrongCredentialsError):
            door.open(login, "rien de bon ici")
    parameters = {each.rpartition("$")[0].rpartition("$")[0] for each in door.hasher.checked}
    assert (3, 1) == (len(door.hasher.checked), len(parameters))


@pytest.mark.parametrize(
    "typed",
    [
        "MARIE.CURIE",
        " marie.curie ",
        "ｍａｒｉｅ．ｃｕｒｉｅ",
        "Marie.Curie",
        "marie.curie\u00a0",
        "marie.ⓒurie",
    ],
)
def test_a_login_is_folded(door: Door, typed: str) -> None:
    """Case, width and spaces around do not matter."""
    assert door.is_in(door.open(typed))


@pytest.mark.parametrize(
    ("made", "typed"), [("ﬁnance", "finance"), ("strasse", "STRAßE"), ("kelvin", "\u212aELVIN")]
)
def test_ligatures_are_folded(door: Door, made: str, typed: str) -> None:
    """A ligature is its letters, in the account and in what is typed; the other spelling is not free."""
    make_account(door.database, door.organisation, login=made)
    assert door.is_in(door.open(typed))
    new = NewAccount(typed, "Autre", "autre@exemple.fr", PASSWORD)
    with pytest.raises(AccountRefusedError, match="déjà pris"), door.database.writing() as session:
        create_account(session, new, cheap_passwords())


HIDDEN = "\u200b\u00ad\u202e\u2066\ufeff\u3164\uffa0\ufe0f\u180b\U000e0041\u206a\ufff9\u0307\u2800\U000e0100"


def test_deceiving_logins_are_refused(door: Door) -> None:
    """A login that looks like another but for a mark that no one sees is refused."""
    kept = []
    for hidden in HIDDEN:
        new = NewAccount(f"mari{hidden}e", "Marie", "m@exemple.fr", PASSWORD)
        with suppress(AccountRefusedError), door.database.writing() as session:
            create_account(session, new, cheap_passwords())
            kept.append(ascii(hidden))
    assert [] == kept
    assert 1 == len(rows_of(door.database, Account))


def test_letters_are_folded(door: Door) -> None:
    """Capitals and full-width letters are those of the login; a login has no accent."""
    make_account(door.database, door.organisation, login="zoe.zurek")
    assert door.is_in(door.open("ZOE.\uff3aurek"))
    with pytest.raises(AccountRefusedError, match="U\\+00E9"):
        make_account(door.database, door.organisation, login="zo\u00e9")


def test_mixed_alphabets_are_refused(door: Door) -> None:
    """A login that mixes look-alike letters of two alphabets, or a dotted İ, is refused."""
    for login in ("m\u0430rie", "mari\u03bf", "mar\u0130e"):
        new = NewAccount(login, "Marie", "m@exemple.fr", PASSWORD)
        with pytest.raises(AccountRefusedError, match="U\\+"), door.database.writing() as session:
            create_account(session, new, cheap_passwords())


# -- how long a session lasts


def test_an_idle_session_ends(door: Door) -> None:
    """A session ends thirty minutes after it was last seen, to the second."""
    token = door.open()
    door.clock.advance(seconds=29 * 60 + 59)
    assert door.is_in(token)
    door.clock.advance(minutes=29)
    assert door.is_in(token)
    door.clock.advance(minutes=30)
    assert not door.is_in(token)
    door.clock.advance(minutes=-1)
    assert door.is_in(token), "the row is still there: only the clock decided"


def test_a_session_ends_after_twelve_hours(door: Door) -> None:
    """However busy, a session ends twelve hours after it was opened, and says so beforehand."""
    token = door.open()
    for _ in range(35):
        door.clock.advance(minutes=20)
        found = door.sign_in.find(token)
    assert found is not None
    assert START + ABSOLUTE == found.ends_at
    door.clock.advance(minutes=20)
    assert not door.is_in(token)


def test_a_session_is_touched_at_most_once_a_minute(door: Door) -> None:
    """Reading pages writes once a minute, and the end that is told is the one that holds."""
    token = door.open()
    seen = []
    for _ in range(12):
        door.clock.advance(seconds=20)
        found = door.sign_in.find(token)
        (row,) = rows_of(door.database, AccountSession)
        seen.append(row["seen_at"])
        assert found is not None
        assert row["seen_at"] + IDLE == found.ends_at
    assert [START + timedelta(minutes=each) for each in range(5)] == sorted({START, *seen})
    with statements(door.database.engine) as sent:
        door.sign_in.find(token)
    assert 1 == len(sent)


def test_signing_out_kills_copies(door: Door) -> None:
    """Once signed out a token opens nothing, wherever a copy of it is."""
    token = door.open()
    assert door.is_in(token)
    door.sign_in.close(token, Actor(*door.account, HOME))
    assert not door.is_in(token)
    door.sign_in.close(token, Actor(*door.account, HOME))
    assert ["signed-in", "signed-out", "signed-out"] == [
        row["action"] for row in rows_of(door.database, Trace)
    ]


@pytest.mark.parametrize("column", ["suspended_at", "deleted_at"])
def test_an_account_put_out_is_out_at_once(door: Door, column: str) -> None:
    """A suspended or deleted account has no session any more and opens none; restored, it does."""
    token = door.open()
    change_rows(door.database, Account, {"id": door.account[0]}, **{column: START})
    assert not door.is_in(token)
    with pytest.raises(WrongCredentialsError):
        door.open()
    change_rows(door.database, Account, {"id": door.account[0]}, **{column: None})
    assert door.is_in(door.open())


def test_rights_are_those_of_now(door: Door) -> None:
    """A right given or taken is seen at the next page, without signing in again."""
    token = door.open()
    for value in (True, False):
        change_rows(door.database, Account, {"id": door.account[0]}, validates=value, creates_accounts=value)
        found = door.sign_in.find(token)
        assert found is not None
        assert (value, value) == (found.person.validates, found.person.creates_accounts)


def test_every_session_of_an_account_is_ended(door: Door) -> None:
    """Ending the sessions of an account leaves those of others."""
    other, _ = make_account(door.database, door.organisation, login="autre")
    mine, theirs = [door.open(), door.open()], door.open("autre")
    with door.database.writing() as session:
        end_sessions(session, door.account[0])
    assert [False, False, True] == [door.is_in(each) for each in (*mine, theirs)]
    assert other != door.account[0]


def test_what_is_over_is_forgotten(door: Door) -> None:
    """Sessions that are over and failures a day old are removed; the others stay."""
    with pytest.raises(WrongCredentialsError):
        door.open("ancien", "rien de bon ici", "192.0.2.8")
    door.open()
    door.clock.advance(hours=23, minutes=50)
    recent = door.open()
    with pytest.raises(WrongCredentialsError):
        door.open("inconnue", "rien de bon ici")
    door.sign_in.forget_ended()
    assert (1, 5) == (
        len(rows_of(door.database, AccountSession)),
        len(rows_of(door.database, SignInFailure)) + 1,
    )
    door.clock.advance(minutes=15)
    door.sign_in.forget_ended()
    assert (1, 2) == (len(rows_of(door.database, AccountSession)), len(rows_of(door.database, SignInFailure)))
    assert door.is_in(recent)


def test_a_password_is_renewed_when_costs_change(door: Door) -> None:
    """A password hashed with other parameters is hashed again at the next sign-in, and still opens."""
    (before,) = (row["password"] for row in rows_of(door.database, Account))
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    SignIn(door.database, dearer, door.clock).open(LOGIN, PASSWORD, HOME)
    (after,) = (row["password"] for row in rows_of(door.database, Account))
    assert "m=16,t=2" in after
    assert before != after
    assert door.is_in(door.open())
