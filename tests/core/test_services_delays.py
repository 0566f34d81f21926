"""Delays after sign-ins that fail: counted before the password is looked at, per login and per address."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event

from jalon.services.passwords import Passwords
from jalon.services.sign_in import SignIn, TooManyTriesError, WrongCredentialsError, _digest, delay
from jalon.storage.database import Database
from jalon.storage.tables import AccountSession, SignInFailure, Trace
from support.services import (
    PASSWORD,
    Ticking,
    cheap_passwords,
    make_account,
    make_organisation,
    rows_of,
    together,
    wait_for,
)

HOME = "192.0.2.1"
LOGIN = "marie.curie"
WRONG = "rien de bon ici"


class Counting(Passwords):
    """Check passwords, and count how many times."""

    checks = 0

    def verify(self, hashed: str | None, password: str) -> bool:
        """Count, then check."""
        self.checks += 1
        return super().verify(hashed, password)


class Door:
    """Hold an account and what signs it in."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Ticking()
        self.passwords = Counting(cheap_passwords()._hasher)
        self.organisation = make_organisation(database, "Curie")
        self.account = make_account(database, self.organisation, login=LOGIN)
        self.sign_in = SignIn(database, self.passwords, self.clock)

    def attempt(self, password: str = WRONG, login: str = LOGIN, address: str = HOME) -> int | str:
        """Give the token, or 0 for wrong credentials, or the seconds to wait."""
        try:
            return self.sign_in.open(login, password, address)
        except WrongCredentialsError:
            return 0
        except TooManyTriesError as refused:
            return refused.seconds


@pytest.fixture
def door(database: Database) -> Door:
    """Make an account that signs in."""
    return Door(database)


@pytest.mark.parametrize(
    ("failures", "free", "seconds"),
    [(0, 5, 0), (4, 5, 0), (5, 5, 1), (6, 5, 2), (7, 5, 4), (8, 5, 8), (14, 5, 512), (15, 5, 900), (10**9, 5, 900),
     (29, 30, 0), (30, 30, 1)],
)  # fmt: skip
def test_delays_double(failures: int, free: int, seconds: int) -> None:
    """Nothing to wait at first, then 1, 2, 4 … seconds, fifteen minutes at most."""
    assert seconds == delay(failures, free)


def test_delays_grow(door: Door) -> None:
    """Five failures are free; then each one doubles the wait, and a try that comes too early is not looked at."""
    assert [0] * 5 == [door.attempt() for _ in range(5)]
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        before = door.passwords.checks
        door.clock.advance(seconds=wait, microseconds=-1)
        assert 1 == door.attempt(PASSWORD)
        door.clock.advance(microseconds=1)
        assert (before, 0) == (door.passwords.checks, door.attempt())
        assert before + 1 == door.passwords.checks


def test_what_remains_is_told(door: Door) -> None:
    """The seconds told are enough to wait, and no more than a second too many."""
    for _ in range(8):
        door.attempt()
        door.clock.advance(seconds=16)
    door.clock.advance(seconds=-16)
    seconds = door.attempt(PASSWORD)
    assert isinstance(seconds, int)
    assert 8 <= seconds <= 9
    door.clock.advance(seconds=seconds)
    assert isinstance(door.attempt(PASSWORD), str)


def test_delays_do_not_tell_logins_apart(door: Door) -> None:
    """A login that nobody has is delayed as one that somebody has."""
    told = [
        [door.attempt(login=login, address=f"192.0.2.{k}") for _ in range(7)]
        for k, login in enumerate((LOGIN, "x"))
    ]
    assert told[0] == told[1] == [0, 0, 0, 0, 0, 2, 2]


def test_spellings_of_a_login_share_their_count(door: Door) -> None:
    """Case or width of a login give no more tries."""
    spellings = ("marie.curie", "MARIE.CURIE", "Marie.Curie", "ｍarie.curie", "marie.curie ", "mARIE.curie")
    assert [0, 0, 0, 0, 0, 2] == [
        door.attempt(login=each, address=f"192.0.2.{k}") for k, each in enumerate(spellings)
    ]


def test_success_clears_the_login(door: Door) -> None:
    """Once signed in the failures of the login are forgotten."""
    for _ in range(2):
        assert [0] * 4 == [door.attempt() for _ in range(4)]
        assert isinstance(door.attempt(PASSWORD), str)


def test_success_does_not_clear_an_address(door: Door) -> None:
    """An attacker with an account of their own gains no try at other logins by signing in between."""
    make_account(door.database, door.organisation, login="attaquant")
    tried = 0
    for turn in range(40):
        if door.attempt(login=f"victime{turn}") != 0:
            break
        tried += 1
        door.attempt(PASSWORD, login="attaquant")
    assert 30 == tried


def test_many_people_share_an_address(door: Door) -> None:
    """Sign-ins that succeed never slow down others of the same address."""
    for _ in range(40):
        assert isinstance(door.attempt(PASSWORD), str)
    assert 40 == len(rows_of(door.database, AccountSession))


def test_waiting_at_one_address_leaves_the_others(door: Door) -> None:
    """An address that is delayed delays no other login elsewhere; a login that is delayed is so everywhere."""
    for turn in range(30):
        door.attempt(login=f"inconnu{turn}")
    assert 2 == door.attempt(PASSWORD)
    assert isinstance(door.attempt(PASSWORD, address="198.51.100.7"), str)
    for turn in range(5):
        door.attempt(address=f"198.51.100.{turn}")
    assert 2 == door.attempt(PASSWORD, address="203.0.113.1")


def test_failures_are_forgotten_after_a_day(door: Door) -> None:
    """A day after the last failure the count begins again."""
    for _ in range(20):
        door.attempt()
        door.clock.advance(seconds=900)
    door.clock.advance(hours=24)
    assert [0] * 5 == [door.attempt() for _ in range(5)]
    assert 2 == door.attempt()


def test_a_try_in_the_past_waits_no_longer(door: Door) -> None:
    """A clock set back makes nobody wait for longer than the longest delay and what it was set back by."""
    for _ in range(5):
        door.attempt()
    door.clock.advance(hours=-1)
    waiting = door.attempt()
    assert isinstance(waiting, int)
    assert waiting <= timedelta(hours=1, seconds=2).total_seconds()


def test_tries_at_once_gain_nothing(door: Door) -> None:
    """Thirty tries at the same instant are looked at six times at most: each is counted before its password."""
    results = together(*[door.attempt] * 30)
    assert not [each for each in results if isinstance(each, BaseException)]
    assert 5 == results.count(0) == door.passwords.checks
    kept = {row["failures"] for row in rows_of(door.database, SignInFailure)}
    assert {5} == kept
    assert 5 == len(rows_of(door.database, Trace))


def test_one_account_from_many_addresses_at_once(door: Door) -> None:
    """Coming from thirty addresses at once gives no more tries at a login."""
    tries = [lambda address=f"198.51.100.{k}": door.attempt(address=address) for k in range(30)]
    results = together(*tries)
    assert not [each for each in results if isinstance(each, BaseException)]
    assert 5 == results.count(0) == door.passwords.checks


def test_signing_in_twice_at_once(door: Door) -> None:
    """People of one address and one login who sign in together all come in, whatever the order of their locks."""
    for k in range(4):
        make_account(door.database, door.organisation, login=f"compte.{k}")

    def work(k: int) -> list[Any]:
        login, address = f"compte.{k % 4}", f"192.0.2.{k % 3}"
        return [door.attempt(PASSWORD, login, address) for _ in range(8)]

    results = together(*(lambda k=k: work(k) for k in range(5)))
    for each in results:
        assert isinstance(each, list), each
        assert ["str"] * 8 == [type(token).__name__ for token in each]


def test_a_success_and_a_try_never_wait_for_each_other(door: Door) -> None:
    """While one signs in, another try at the same login from the same address waits its turn, and no longer."""
    address = next(a for k in range(99) if _digest("address", a := f"192.0.2.{k}") < _digest("login", LOGIN))
    opening, other = Event(), Event()

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("DELETE FROM sign_in_failure"):
            opening.set()
            other.wait(0.3)

    def second() -> int | str:
        wait_for(opening)
        return door.attempt(address=address)

    event.listen(door.database.engine, "after_cursor_execute", note)
    results = together(lambda: door.attempt(PASSWORD, address=address), second)
    event.remove(door.database.engine, "after_cursor_execute", note)
    assert [str, int] == [type(each) for each in results], results
