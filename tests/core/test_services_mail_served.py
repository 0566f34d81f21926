"""Mail through a real server: a user and a password, accents, what is refused, what is not there."""

from __future__ import annotations

import email
import smtplib
import socket
from collections.abc import Iterator
from email import policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from jalon.services.mail import Recipient, SmtpTransport, _message

SENDER = "Jalon <jalon@exemple.fr>"


class Box:
    """Keep what a mail server is given."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.tried: list[Any] = []

    async def handle_DATA(self, _server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Keep a message of somebody who is known."""
        if not session.authenticated:
            return "530 who is it"
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def served() -> Iterator[tuple[Box, int]]:
    """Serve mail on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Box()

    def let_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        box.tried.append(given)
        return AuthResult(success=given == LoginPassword(b"marie", b"passe/w@rd"), handled=False)

    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        enable_SMTPUTF8=True,
        authenticator=let_in,
        auth_require_tls=False,
    )
    server.start()
    yield box, port
    server.stop()


@pytest.mark.parametrize("address", ["marie@exemple.fr", "élodie@exemple.fr", "marie@éditeur.example"])
def test_a_server_receives_it(served: tuple[Box, int], address: str) -> None:
    """A real server, with a user and a password, takes the message: accents, and addresses with some."""
    box, port = served
    transport = SmtpTransport(f"smtp://marie:passe%2Fw%40rd@127.0.0.1:{port}")
    transport.send(_message(SENDER, Recipient(address, "Élodie Curie"), "Été", "Un corps : é à ü."))
    (envelope,) = box.received
    read: Any = email.message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
    assert ("Été", "Un corps : é à ü.") == (read["Subject"], read.get_content().strip())
    assert [address.replace("éditeur", "xn--diteur-9ua")] == envelope.rcpt_tos


def test_a_server_that_refuses_says_so(served: tuple[Box, int]) -> None:
    """A wrong password raises; nothing is received."""
    box, port = served
    with pytest.raises(smtplib.SMTPAuthenticationError):
        SmtpTransport(f"smtp://marie:faux@127.0.0.1:{port}").send(
            _message(SENDER, Recipient("a@exemple.fr"), "Objet", "Corps")
        )
    assert [] == box.received


def test_a_password_never_goes_in_the_open_instead(served: tuple[Box, int]) -> None:
    """With starttls asked for, a server that has none is given neither password nor message."""
    box, port = served
    with pytest.raises(smtplib.SMTPNotSupportedError):
        SmtpTransport(f"smtp://marie:secret@127.0.0.1:{port}?starttls=oui").send(
            _message(SENDER, Recipient("a@exemple.fr"), "Objet", "Corps")
        )
    assert ([], []) == (box.tried, box.received)


def test_a_server_that_is_not_there_raises(unused: int) -> None:
    """Nobody listens: the error is one that is tried again."""
    with pytest.raises(ConnectionRefusedError):
        SmtpTransport(f"smtp://127.0.0.1:{unused}").send(
            _message(SENDER, Recipient("a@exemple.fr"), "Objet", "Corps")
        )


@pytest.fixture
def unused() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
