"""Mail: asked for in a transaction, written and sent by the worker, tried again, and never a secret at rest."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from jalon.services.account_acts import suspend
from jalon.services.jobs import Jobs
from jalon.services.links import Purpose, holder_of
from jalon.services.mail import MAIL, MailAddressError, SmtpTransport, mail_step, queue_mail
from jalon.services.trace import Actor
from jalon.storage.database import Database
from jalon.storage.tables import AccountLink, Job
from jalon_web.mails import composer
from support.services import Ticking, make_account, make_organisation, rows_of

ROOT = "https://jalon.example"


class Kept:
    """Keep messages instead of sending them; the first ones may fail."""

    def __init__(self, failures: int = 0) -> None:
        self.messages: list[EmailMessage] = []
        self.failures = failures

    def send(self, message: EmailMessage) -> None:
        """Keep a message."""
        if self.failures:
            self.failures -= 1
            raise OSError("the server is away")
        self.messages.append(message)


def work(database: Database, transport: Kept | SmtpTransport | None, clock: Ticking) -> None:
    """Do what the worker does."""
    step = mail_step(database, transport, "Jalon <jalon@jalon.example>", composer(ROOT), clock)
    Jobs(database, {MAIL: step}, clock).run_due()


def ask(database: Database, clock: Ticking, message: str, account: int | None = None, **values: str) -> None:
    """Ask for a message."""
    with database.writing() as session:
        queue_mail(session, message, account_id=account, at=clock(), **values)


def test_an_invitation_carries_a_link_made_when_it_is_sent(database: Database) -> None:
    """What waits holds no token; what is sent holds one that is good, whose digest alone is kept."""
    clock, transport = Ticking(), Kept()
    account, _name = make_account(database, make_organisation(database))
    ask(database, clock, "invitation", account)
    waiting = json.dumps([row["argument"] for row in rows_of(database, Job)])
    assert not rows_of(database, AccountLink)

    work(database, transport, clock)

    (sent,) = transport.messages
    token = sent.get_content().split("/lien/")[1].split()[0]
    assert token not in waiting
    assert token not in str(rows_of(database, AccountLink))
    with database.reading() as session:
        assert account == holder_of(session, token, Purpose.INVITATION, at=clock())


def test_a_message_is_tried_again(database: Database) -> None:
    """While the server is away the message waits longer and longer; it is sent once."""
    clock, transport = Ticking(), Kept(failures=3)
    account, _name = make_account(database, make_organisation(database))
    ask(database, clock, "password-changed", account)
    for _ in range(6):
        work(database, transport, clock)
        clock.advance(minutes=1)
    assert 1 == len(transport.messages)


def test_without_a_server_messages_are_dropped(database: Database) -> None:
    """Nothing waits for ever, no link is made, and a server configured later sends nothing of before."""
    clock, transport = Ticking(), Kept()
    account, _name = make_account(database, make_organisation(database))
    ask(database, clock, "invitation", account)
    work(database, None, clock)
    work(database, transport, clock)
    assert ([], []) == (transport.messages, list(rows_of(database, AccountLink)))


def test_who_was_suspended_meanwhile_gets_nothing(database: Database) -> None:
    """A message to an account that is suspended when it is sent is dropped."""
    clock, transport = Ticking(), Kept()
    account, _name = make_account(database, make_organisation(database))
    ask(database, clock, "invitation", account)
    with database.writing() as session:
        suspend(session, Actor(None, "test"), account, clock())
    work(database, transport, clock)
    assert [] == transport.messages


@pytest.mark.parametrize(
    ("message", "values"),
    [
        ("invitation", {}),
        ("password", {}),
        ("login", {}),
        ("email-changed", {"email": "x@y.fr"}),
        ("password-changed", {}),
        ("second-factor-on", {}),
        ("second-factor-off", {}),
        ("registration-refused", {"organisation": "O", "text": "Non."}),
        ("product-request-accepted", {"product": "P", "text": ""}),
        ("product-request-refused", {"product": "P", "text": "Non.\r\nBcc: x@y.fr"}),
    ],
)
def test_every_message_has_words(database: Database, message: str, values: dict[str, str]) -> None:
    """Each kind of message has a subject on one line and a body in French; values are only text."""
    clock, transport = Ticking(), Kept()
    account, _name = make_account(database, make_organisation(database))
    ask(database, clock, message, account, **values)
    work(database, transport, clock)
    (sent,) = transport.messages
    assert sent["Subject"].startswith("Jalon")
    assert "%(" not in sent.get_content()
    assert sent["Bcc"] is None
    assert "Bonjour" in sent.get_content()


@pytest.mark.parametrize("url", ["", "smtp://", "http://x", "smtp://x:abc", "mail.example", "smtp://[x"])
def test_a_wrong_server_is_told(url: str) -> None:
    """An address that is none of a mail server is refused with what is expected."""
    with pytest.raises(MailAddressError, match="smtp://"):
        SmtpTransport(url)


class Inbox:
    """Receive mail as a server does."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep what is received."""
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    """Run a mail server on this machine."""
    handler = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def test_a_real_server_receives_it(database: Database, inbox: tuple[Inbox, int]) -> None:
    """A message with accents goes through SMTP to its recipient."""
    clock, (handler, port) = Ticking(), inbox
    account, _name = make_account(database, make_organisation(database), login="zoe")
    ask(database, clock, "login", account)
    work(database, SmtpTransport(f"smtp://127.0.0.1:{port}"), clock)
    (envelope,) = handler.received
    assert ["zoe@exemple.fr"] == envelope.rcpt_tos
