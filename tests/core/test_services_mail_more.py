"""Mail, closer: what is undone, who is gone, servers that fail or refuse, and every address there may be."""

from __future__ import annotations

import email
import smtplib
from collections.abc import Mapping
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jalon.services.accounts import AccountRefusedError, checked_email
from jalon.services.jobs import MOST_ATTEMPTS, Jobs
from jalon.services.links import Purpose, holder_of
from jalon.services.mail import (
    MAIL,
    NOBODY,
    MailAddressError,
    Recipient,
    SmtpTransport,
    _is_unreachable,
    _message,
    check_sender,
    mail_step,
    queue_mail,
)
from jalon.storage.database import Database
from jalon.storage.tables import METADATA, Account, AccountLink, Job
from support.services import Ticking, change_rows, make_account, make_organisation, rows_of

SENDER = "Jalon <jalon@exemple.fr>"


class Post:
    """Take messages away, or fail as told."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.failing: Exception | None = None
        self.tries = 0

    def send(self, message: EmailMessage) -> None:
        """Keep a message."""
        self.tries += 1
        if self.failing is not None:
            raise self.failing
        self.sent.append(message)


def compose(message: str, recipient: Recipient, values: Mapping[str, str]) -> tuple[str, str]:
    """Word a message: every value is in it."""
    return f"Jalon : {message}", f"{recipient.name} {recipient.login} {dict(values)}"


class Office:
    """Hold an account, a post, and the worker between."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.post = database, Ticking(), Post()
        organisation = make_organisation(database)
        self.account, self.name = make_account(database, organisation, login="marie")

    def ask(self, message: str, **more: Any) -> None:
        """Ask for a message to the account, unless said otherwise."""
        with self.database.writing() as session:
            queue_mail(session, message, at=self.clock(), **({"account_id": self.account} | more))

    def work(self) -> list[EmailMessage]:
        """Do what is due; give what was sent so far."""
        step = mail_step(self.database, self.post, SENDER, compose, self.clock)
        Jobs(self.database, {MAIL: step}, self.clock).run_due()
        return self.post.sent

    def stored(self) -> str:
        """Write out everything the database holds."""
        with self.database.reading() as session:
            return str([session.execute(each.select()).all() for each in METADATA.sorted_tables])


@pytest.fixture
def office(database: Database) -> Office:
    """Make an account that gets mail."""
    return Office(database)


def token_of(message: EmailMessage) -> str:
    """Give the token a message holds."""
    return message.get_content().partition("'token': '")[2].partition("'")[0]


def test_a_message_goes_to_the_account(office: Office) -> None:
    """It is sent once, to the address of the moment, with the name of its person."""
    office.ask("login")
    (sent,) = office.work()
    assert ("Jalon : login", SENDER) == (sent["Subject"], sent["From"])
    assert f"{office.name} <marie@exemple.fr>" == sent["To"]
    assert "auto-generated" == sent["Auto-Submitted"]
    assert 1 == len(office.work())


def test_what_is_undone_sends_nothing(office: Office) -> None:
    """A message asked for in a transaction that fails is never sent."""

    def undone() -> None:
        with office.database.writing() as session:
            queue_mail(session, "login", account_id=office.account, at=office.clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert [] == office.work()


@pytest.mark.parametrize(
    ("message", "purpose"), [("invitation", Purpose.INVITATION), ("password", Purpose.PASSWORD)]
)
def test_the_link_is_made_when_it_is_sent(office: Office, message: str, purpose: Purpose) -> None:
    """Before, there is no link at all; after, its token is in the message and nowhere in the database."""
    office.ask(message)
    assert [] == rows_of(office.database, AccountLink)
    (sent,) = office.work()
    token = token_of(sent)
    assert len(token) > 20
    assert token not in office.stored()
    with office.database.reading() as session:
        assert office.account == holder_of(session, token, purpose, at=office.clock())


@pytest.mark.parametrize("gone", ["suspended_at", "deleted_at"])
def test_who_is_gone_gets_nothing(office: Office, gone: str) -> None:
    """An account suspended or deleted since gets no message and no link."""
    office.ask("password")
    change_rows(office.database, Account, {"id": office.account}, **{gone: office.clock()})
    assert [] == office.work()
    assert [] == rows_of(office.database, AccountLink)


def test_a_message_to_nobody_is_dropped(office: Office) -> None:
    """What is asked for an unknown login costs the same, and ends without a message."""
    office.ask("password", account_id=NOBODY)
    assert [] == office.work()
    assert rows_of(office.database, Job)[0]["finished_at"] is not None


# -- failures


def test_a_message_that_fails_is_tried_again(office: Office) -> None:
    """The next try, after a pause, carries another link; the former one is as good."""
    office.ask("invitation")
    office.post.failing = smtplib.SMTPServerDisconnected("gone")
    office.work()
    office.post.failing = None
    assert [] == office.work()
    office.clock.advance(seconds=2)
    assert 1 == len(office.work())
    assert 2 == len(rows_of(office.database, AccountLink))


def worked_off(office: Office) -> timedelta:
    """Work for days; give how long messages were tried."""
    start = office.clock()
    office.work()
    while waiting := [each for each in rows_of(office.database, Job) if each["finished_at"] is None]:
        office.clock.now = waiting[0]["due_at"]
        office.work()
    return office.clock() - start


@pytest.mark.parametrize(
    ("error", "tried"),
    [
        (TimeoutError(), True),
        (smtplib.SMTPConnectError(421, ""), True),
        (smtplib.SMTPAuthenticationError(535, b""), False),
        (smtplib.SMTPDataError(552, b""), False),
    ],
)
def test_what_is_tried_for_a_day(error: OSError, tried: bool) -> None:
    """Silence is waited out; an answer that refuses is not."""
    assert tried is _is_unreachable(error)


def test_a_server_that_does_not_answer_is_tried_for_a_day(sqlite_url: str) -> None:
    """A server that is down overnight loses no message; one that is gone is given up with its error."""
    database = Database(sqlite_url)
    office = Office(database)
    office.ask("login")
    office.post.failing = ConnectionRefusedError()
    assert timedelta(days=1) < worked_off(office) < timedelta(days=2)
    assert all(each["finished_at"] for each in rows_of(database, Job))
    database.close()


def test_a_message_refused_is_given_up(office: Office) -> None:
    """A server that refuses the recipient is not asked for a day; the error stays with the job, without secret."""
    office.ask("invitation")
    office.post.failing = smtplib.SMTPRecipientsRefused({"marie@exemple.fr": (550, b"unknown")})
    for _ in range(MOST_ATTEMPTS + 2):
        office.work()
        office.clock.advance(hours=1)
    assert MOST_ATTEMPTS == office.post.tries
    (job,) = rows_of(office.database, Job)
    assert "SMTPRecipientsRefused" in job["error"]


# -- what is written


@pytest.mark.parametrize(
    "name",
    ["Marie\r\nBcc: x@y.fr", "Marie\nX: 1", "Marie\u2028Bcc: x", '"Marie" <x@y.fr>, z', "Élodie, Curie"],
)
def test_a_name_adds_no_header(name: str) -> None:
    """Whatever a name holds, a message has one recipient and the headers it should have."""
    sent = _message(SENDER, Recipient("marie@exemple.fr", name), "Objet\r\nBcc: x@y.fr", "Corps")
    read: Any = email.message_from_bytes(sent.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert ["marie@exemple.fr"] == [each.addr_spec for each in read["To"].addresses]
    assert read["Bcc"] is None
    assert read["X"] is None


TYPED = st.text(st.sampled_from("abÉéßſ.-_+'=?!#%&*/^`{|}~0９漢😀ж＠ﬁ"), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
@given(TYPED, TYPED)
def test_every_address_kept_can_be_written_to(user: str, domain: str) -> None:
    """Whatever address an account may have, a message to it can be written for a mail server."""
    try:
        kept, _key = checked_email(f"{user}@{domain}")
    except AccountRefusedError:
        assume(False)
    sent = _message(SENDER, Recipient(kept, "Marie"), "Objet", "Corps")
    (address,) = sent["To"].addresses
    assert 1 == sent.as_bytes(policy=policy.SMTPUTF8).count(b"\nTo:")
    assert sent.as_bytes(policy=policy.SMTP)
    assert kept.rpartition("@")[0] == address.username


@pytest.mark.parametrize(
    "url",
    ["mail.exemple.fr", "http://exemple.fr", "smtp://", "smtp://h:x", "smtp://h:99999", "smtp://h?startls=oui",
     "smtp://h?starttls=peut-être", "smtp://h?starttls", "smtp://h/boite", "smtp://[::1", "\u0000"],
)  # fmt: skip
def test_a_server_named_badly_is_refused(url: str) -> None:
    """An address that cannot be used, or a word mistyped in it, is told with what is expected."""
    with pytest.raises(MailAddressError, match="JALON_SMTP_URL"):
        SmtpTransport(url)


@pytest.mark.parametrize(
    "sender", ["", "Jalon", "a@x.fr, b@x.fr", "a@x.fr\r\nBcc: b@x.fr", "<>", "Jalon <jalon@"]
)
def test_a_sender_named_badly_is_refused(sender: str) -> None:
    """Messages come from one address."""
    with pytest.raises(MailAddressError, match="JALON_MAIL_FROM"):
        check_sender(sender)
    check_sender(SENDER)
    check_sender("jalon@localhost")
