"""The second factor: codes of a moment, recovery codes, good once: on both databases, several at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.services.second_factor import (
    FactorStateError,
    WrongCodeError,
    address_of,
    codes_left,
    enrol,
    new_secret,
    renew_codes,
    switch_off,
    use_code,
)
from jalon.services.sign_in import SecondFactorNeededError, SignIn, WrongCredentialsError
from jalon.services.trace import Actor
from jalon.storage.database import Database
from jalon.storage.tables import Account, RecoveryCode, Trace
from support.services import (
    PASSWORD,
    Ticking,
    cheap_passwords,
    make_account,
    make_organisation,
    rows_of,
    suspend,
    together,
)

HOME = "192.0.2.1"


class Phone:
    """Hold an account with a second factor, and what its phone shows."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Ticking()
        organisation = make_organisation(database)
        self.account, self.name = make_account(database, organisation, login="marie")
        self.other, _name = make_account(database, organisation)
        self.actor = Actor(self.account, self.name, HOME)
        self.secret = new_secret()
        self.codes = self.enrolled()
        self.clock.advance(minutes=5)

    def enrolled(self) -> Sequence[str]:
        """Switch it on."""
        with self.database.writing() as session:
            return enrol(session, self.actor, self.account, self.secret, self.code(), self.clock())

    def code(self, steps: int = 0) -> str:
        """Give what the phone shows, some steps of 30 seconds from now."""
        return pyotp.TOTP(self.secret).at(self.clock() + timedelta(seconds=30 * steps))

    def use(self, code: str, account: int = 0) -> bool:
        """Use a code."""
        with self.database.writing() as session:
            return use_code(session, self.actor, account or self.account, code, self.clock())


@pytest.fixture
def phone(database: Database) -> Phone:
    """Make an account whose second factor is on."""
    return Phone(database)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_one_step_around(phone: Phone, steps: int, good: bool) -> None:
    """A phone half a minute early or late still opens; one that is further off does not."""
    assert good is phone.use(phone.code(steps))


def test_no_code_is_good_twice(phone: Phone) -> None:
    """The one used, and those before it, are worth nothing, also with spaces; the next one is."""
    assert phone.use(phone.code())
    assert not phone.use(phone.code())
    assert not phone.use(phone.code(-1))
    following = phone.code(1)
    assert phone.use(f" {following[:3]} {following[3:]} ")


def test_the_code_of_enrolment_is_used_up(database: Database) -> None:
    """The code that switched it on does not sign in."""
    phone = Phone(database)
    phone.clock.advance(minutes=-5)
    assert not phone.use(phone.code())


@pytest.mark.parametrize("kind", ["phone", "paper"])
def test_two_at_once_use_a_code_once(phone: Phone, kind: str) -> None:
    """Of three who use one code at the same time, one alone gets in, every time."""
    for number in range(5):
        phone.clock.advance(minutes=2)
        code = phone.code() if kind == "phone" else phone.codes[number]
        assert 1 == sum(together(*[lambda code=code: phone.use(code)] * 3))


@pytest.mark.parametrize(
    "code", ["", " ", "000000x", "\uff11\uff12\uff13\uff14\uff15\uff16", "١٢٣٤٥٦", "-12345", "1e5000", "\x00" * 6, "12345", "1234567"]
)  # fmt: skip
def test_what_is_no_code_opens_nothing(phone: Phone, code: str) -> None:
    """Other figures, signs, too few or too many: refused, and no recovery code is lost."""
    assert not phone.use(code)
    assert 10 == len(rows_of(phone.database, RecoveryCode))


def test_figures_of_another_script_are_not_the_code(phone: Phone) -> None:
    """The right code in other figures is refused: it is compared as typed."""
    arabic = phone.code().translate({48 + n: 0x660 + n for n in range(10)})
    assert not phone.use(arabic)
    assert phone.use(phone.code())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(guess=st.text(max_size=70))
def test_guesses_open_nothing(phone: Phone, guess: str) -> None:
    """Whatever is typed, only the codes of the moment and those on paper open."""
    if guess.strip() not in {phone.code(step) for step in (-1, 0, 1)}:
        assert not phone.use(guess)


# -- recovery codes


def test_recovery_codes_hold_eighty_bits(phone: Phone) -> None:
    """Ten different ones of 16 letters out of 32; the database has their digests alone."""
    assert 10 == len(set(phone.codes))
    assert all(4 * 4 + 3 == len(each) for each in phone.codes)
    letters = {letter for _ in range(40) for code in codes_again(phone) for letter in code} - {"-"}
    assert 32 == len(letters)
    assert not letters & set("01lo")
    stored = str(rows_of(phone.database, RecoveryCode))
    assert not [each for each in phone.codes if each in stored or each.replace("-", "") in stored]


def codes_again(phone: Phone) -> Sequence[str]:
    """Replace the recovery codes."""
    with phone.database.writing() as session:
        return renew_codes(session, phone.actor, phone.account, phone.clock())


def test_a_recovery_code_is_its_owners_once(phone: Phone) -> None:
    """It is good for its account alone, once; what is used is counted and traced."""
    assert not phone.use(phone.codes[0], phone.other)
    assert phone.use(phone.codes[0].upper().replace("-", " "))
    assert not phone.use(phone.codes[0])
    with phone.database.reading() as session:
        assert 9 == codes_left(session, phone.account)
    assert "recovery-code-used" in [each["action"] for each in rows_of(phone.database, Trace)]


def test_new_codes_replace_the_former(phone: Phone) -> None:
    """Once replaced, those of before are worth nothing."""
    fresh = codes_again(phone)
    assert not phone.use(phone.codes[0])
    assert phone.use(fresh[0])


# -- on, off


def test_one_that_is_on_is_not_replaced(phone: Phone) -> None:
    """Enrolling again with another secret is refused: it must be switched off first, which asks for a password."""
    before, phone.secret = rows_of(phone.database, Account), new_secret()
    with pytest.raises(FactorStateError):
        phone.enrolled()
    assert before == rows_of(phone.database, Account)


def test_a_wrong_first_code_switches_nothing_on(database: Database) -> None:
    """Without the right code, the account stays as it was."""
    phone = Phone(database)
    with pytest.raises(WrongCodeError), database.writing() as session:
        enrol(session, phone.actor, phone.other, new_secret(), "000000", phone.clock())
    (row,) = rows_of(database, Account, id=phone.other)
    assert "" == row["totp_secret"]


def test_off_is_off(phone: Phone) -> None:
    """Switched off, no code is left; what is off cannot be renewed or switched off again."""
    with phone.database.writing() as session:
        switch_off(session, phone.actor, phone.account, phone.clock())
    assert [] == rows_of(phone.database, RecoveryCode)
    assert not phone.use(phone.code())
    with pytest.raises(FactorStateError):
        codes_again(phone)
    with pytest.raises(FactorStateError), phone.database.writing() as session:
        switch_off(session, phone.actor, phone.account, phone.clock())


def test_the_trace_holds_no_secret(phone: Phone) -> None:
    """Enrolment, use and renewal are traced; neither secret nor code is."""
    phone.use(phone.codes[0])
    codes_again(phone)
    traced = str(rows_of(phone.database, Trace))
    assert "second-factor-on" in traced
    assert "recovery-codes-renewed" in traced
    assert phone.secret not in traced
    assert phone.codes[0] not in traced


def test_the_address_names_the_account(phone: Phone) -> None:
    """What the QR code holds is read back by any authenticator: issuer, login, secret."""
    read = pyotp.parse_uri(address_of(phone.secret, "marie.curie"))
    assert isinstance(read, pyotp.TOTP)
    assert ("Jalon", "marie.curie", phone.secret) == (read.issuer, read.name, read.secret)


# -- signing in


def pending(phone: Phone, sign_in: SignIn) -> str:
    """Give the token of the second step."""
    with pytest.raises(SecondFactorNeededError) as needed:
        sign_in.open("marie", PASSWORD, HOME)
    return needed.value.pending


def test_the_second_step_opens_once(phone: Phone) -> None:
    """Of two who finish one second step, one gets in: the other has no step, and its code is kept."""
    sign_in = SignIn(phone.database, cheap_passwords(), phone.clock)
    step = pending(phone, sign_in)
    got = together(
        lambda: sign_in.open_second(step, phone.codes[0], HOME),
        lambda: sign_in.open_second(step, phone.codes[1], HOME),
    )
    assert 1 == sum(isinstance(each, WrongCredentialsError) for each in got), got
    assert 9 == len(rows_of(phone.database, RecoveryCode))


def test_a_step_ends_with_its_account(phone: Phone) -> None:
    """Suspended between the two steps, the right code opens nothing and is not used up."""
    sign_in = SignIn(phone.database, cheap_passwords(), phone.clock)
    step = pending(phone, sign_in)
    suspend(phone.database, phone.account, suspended_at=phone.clock())
    with pytest.raises(WrongCredentialsError):
        sign_in.open_second(step, phone.codes[0], HOME)
    assert 10 == len(rows_of(phone.database, RecoveryCode))
