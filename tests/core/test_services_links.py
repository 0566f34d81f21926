"""Links that are good once, and what they and the current password may change: on both databases, several at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jalon.services.accounts import AccountRefusedError
from jalon.services.links import LASTS, Purpose, drop_expired, holder_of, make_link, use_link
from jalon.services.own import Own, WrongPasswordError, choose_password
from jalon.services.passwords import PasswordRefusedError, Passwords
from jalon.services.products import NotSeenError
from jalon.services.sign_in import SignIn, TooManyTriesError, WrongCredentialsError
from jalon.services.trace import Actor
from jalon.storage.database import Database
from jalon.storage.tables import METADATA, Account, AccountLink, AccountSession, Job, Trace
from support.services import (
    PASSWORD,
    START,
    Ticking,
    cheap_passwords,
    make_account,
    make_organisation,
    rows_of,
    suspend,
    together,
)

HOME = "192.0.2.1"
CHOSEN = "girafe lampe orage tiroir"
OTHER = "citron vague échelle brume"


class House:
    """Hold an account, its sign-in and its links."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.passwords = database, Ticking(), cheap_passwords()
        self.organisation = make_organisation(database, "Laboratoires Curie")
        self.account, self.name = make_account(database, self.organisation, login="marie.curie")
        self.sign_in = SignIn(database, self.passwords, self.clock)

    def link(self, purpose: Purpose = Purpose.INVITATION) -> str:
        """Make a link."""
        with self.database.writing() as session:
            return make_link(session, self.account, purpose, self.clock())

    def use(self, token: str, *purposes: Purpose) -> int | None:
        """Use a link up."""
        with self.database.writing() as session:
            return use_link(session, token, *(purposes or tuple(Purpose)), at=self.clock())

    def choose(self, token: str, password: str = CHOSEN, passwords: Passwords | None = None) -> Any:
        """Choose a password with a link."""
        nobody = Actor(None, "", HOME)
        return choose_password(
            self.database, token, password, passwords or self.passwords, nobody, self.clock()
        )

    def own(self, account: int = 0, passwords: Passwords | None = None) -> Own:
        """Act on one's own account."""
        actor = Actor(account or self.account, self.name, HOME)
        return Own(self.database, passwords or self.passwords, actor, self.clock())

    def opens(self, password: str) -> bool:
        """Say whether a password signs in, whatever failed before."""
        self.clock.advance(hours=1)
        try:
            return bool(self.sign_in.open("marie.curie", password, HOME))
        except WrongCredentialsError:
            return False

    def actions(self) -> list[str]:
        """List what the trace says."""
        return [each["action"] for each in rows_of(self.database, Trace)]


@pytest.fixture
def house(database: Database) -> House:
    """Make an account with links."""
    return House(database)


class Meanwhile(Passwords):
    """Hash, and do something just then: what another does between a page and its transaction."""

    def __init__(self, action: Callable[[], Any]) -> None:
        super().__init__(cheap_passwords()._hasher)
        self.action = action

    def hashed(self, password: str, *words: str) -> str:
        """Do it, then hash."""
        self.action()
        return super().hashed(password, *words)


# -- links


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_good_once_for_its_purpose(house: House, purpose: Purpose) -> None:
    """It opens for its purpose alone, and once; only its digest is stored."""
    token = house.link(purpose)
    assert token not in str(rows_of(house.database, AccountLink))
    for other in set(Purpose) - {purpose}:
        assert house.use(token, other) is None
    assert house.account == house.use(token, purpose)
    assert house.use(token, purpose) is None


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_ends_to_the_moment(house: House, purpose: Purpose) -> None:
    """A microsecond before its end it is good, at its end it is not; the worker then removes it."""
    token = house.link(purpose)
    house.clock.now = START + LASTS[purpose] - timedelta(microseconds=1)
    with house.database.reading() as session:
        assert house.account == holder_of(session, token, purpose, at=house.clock())
    house.clock.advance(microseconds=1)
    assert house.use(token) is None
    with house.database.writing() as session:
        drop_expired(session, house.clock())
    assert [] == rows_of(house.database, AccountLink)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "é" * 5000, "%", "_" * 22, "' OR 1=1 --"])
def test_what_was_never_made_opens_nothing(house: House, token: str) -> None:
    """Any other text is nobody's link."""
    house.link()
    assert house.use(token) is None


def test_two_at_once_get_it_once(house: House) -> None:
    """Of two who use one link at the same time, one alone gets it, every time."""
    for _ in range(8):
        token = house.link()
        got = together(*[lambda token=token: house.use(token)] * 3)
        assert [house.account, None, None] == sorted(got, key=str)


def test_two_at_once_choose_one_password(house: House) -> None:
    """Two people with one link: the password of one is kept, the other is told the link is dead."""
    for _ in range(4):
        token = house.link()
        got = together(
            lambda token=token: house.choose(token), lambda token=token: house.choose(token, OTHER)
        )
        assert [True, False] == sorted((isinstance(each, NotSeenError) for each in got), reverse=True)
        assert [False, True] == sorted((house.opens(CHOSEN), house.opens(OTHER)))


def test_choosing_ends_everything_of_before(house: House) -> None:
    """Sessions end, other links are void, the act is traced and told by mail; no password is stored."""
    house.sign_in.open("marie.curie", PASSWORD, HOME)
    token, other, step = house.link(), house.link(Purpose.PASSWORD), house.link(Purpose.SECOND_FACTOR)
    assert house.name == house.choose(token).name
    assert [] == rows_of(house.database, AccountSession)
    assert [None, None, None] == [house.use(each) for each in (token, other, step)]
    assert "password-changed" in house.actions()
    assert ["password-changed"] == [each["argument"]["message"] for each in rows_of(house.database, Job)]
    with house.database.reading() as session:
        stored = str([session.execute(each.select()).all() for each in METADATA.sorted_tables])
    assert CHOSEN not in stored


def test_a_weak_password_uses_nothing_up(house: House) -> None:
    """What is refused leaves the link, the password and the sessions as they were."""
    token, before = house.link(), rows_of(house.database, Account)
    for weak in (
        "court",
        "motdepasse2026",
        "marie.curie-2026",
        "Laboratoires Curie",
        "marie.curie@exemple.fr",
    ):
        with pytest.raises(PasswordRefusedError):
            house.choose(token, weak)
    assert before == rows_of(house.database, Account)
    house.choose(token)


def test_a_link_dies_while_its_page_is_open(house: House) -> None:
    """Suspended, or chosen by another, while the password was hashed: nothing is changed."""
    token = house.link()
    with pytest.raises(NotSeenError):
        house.choose(token, OTHER, Meanwhile(lambda: house.choose(token)))
    assert house.opens(CHOSEN)
    token = house.link()
    gone = Meanwhile(lambda: suspend(house.database, house.account, suspended_at=START))
    with pytest.raises(NotSeenError):
        house.choose(token, OTHER, gone)


# -- with the current password


def test_a_wrong_password_changes_nothing_and_is_traced(house: House) -> None:
    """Password and address stay; the trace has one refusal for each."""
    with pytest.raises(WrongPasswordError):
        house.own().change_password("", "faux", CHOSEN)
    with pytest.raises(WrongPasswordError):
        house.own().change_email("faux", "m@exemple.fr")
    assert ["refused", "refused"] == house.actions()
    assert house.opens(PASSWORD)


def test_two_changes_at_once_leave_one(house: House) -> None:
    """A password changed while another change was under way: the second is refused, nothing is lost."""
    first = house.own(passwords=Meanwhile(lambda: house.own().change_password("", PASSWORD, CHOSEN)))
    with pytest.raises(WrongPasswordError):
        first.change_password("", PASSWORD, OTHER)
    assert house.opens(CHOSEN)


def test_two_accounts_want_one_address(house: House) -> None:
    """Spelled differently or not, one gets it and the other is told it is taken, every time."""
    second, _name = make_account(house.database, house.organisation)
    for number in range(6):
        got = together(
            lambda number=number: house.own().change_email(PASSWORD, f"nouvelle{number}@exemple.fr"),
            lambda number=number: house.own(second).change_email(PASSWORD, f"NOUVELLE{number}@exemple.fr"),
        )
        assert 1 == sum(isinstance(each, AccountRefusedError) for each in got), got
        assert 1 == sum(each is None for each in got), got


def test_a_new_address_voids_links(house: House) -> None:
    """A link sent to the former address is worth nothing; both addresses are told."""
    token = house.link(Purpose.PASSWORD)
    house.own().change_email(PASSWORD, "m.curie@exemple.fr")
    assert house.use(token) is None
    told = {each["argument"]["address"] for each in rows_of(house.database, Job)}
    assert {"marie.curie@exemple.fr", "m.curie@exemple.fr"} == told
    with pytest.raises(AccountRefusedError):
        house.own().change_email(PASSWORD, "m.curie@exemple.fr")


# -- counted


def test_tries_are_counted_for_what_they_are_about(house: House) -> None:
    """Asking for one login slows down that login from everywhere, however it is spelled, and no other."""
    for place in range(5):
        house.sign_in.count_act("forgotten", " Marie ", f"192.0.2.{place}")
    with pytest.raises(TooManyTriesError):
        house.sign_in.count_act("forgotten", "MARIE", "198.51.100.1")
    house.sign_in.count_act("forgotten", "pierre", "192.0.2.1")
    house.sign_in.count_act("other", "marie", "192.0.2.1")


def test_a_try_that_succeeds_is_forgiven(house: House) -> None:
    """What succeeds never makes one wait; it gives an address no more than its own try back."""
    for _ in range(40):
        house.sign_in.count_act("password", "1", HOME)
        house.sign_in.forgive("password", "1", HOME)
    for number in range(30):
        house.sign_in.count_act("password", str(number), HOME)
    with pytest.raises(TooManyTriesError):
        house.sign_in.count_act("password", "31", HOME)
