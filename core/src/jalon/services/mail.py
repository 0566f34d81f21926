"""Mail: asked for in the transaction of its cause, written and sent by the worker, tried again when it fails.

No secret waits in the database: the worker makes the link of an invitation when it sends it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.errors import JalonError
from jalon.services.clock import Clock, system_clock
from jalon.services.jobs import MOST_ATTEMPTS, Claimed, Step, ask_for
from jalon.services.links import Purpose, make_link
from jalon.storage.database import Database
from jalon.storage.tables import Account, table_of

MAIL: Final = "mail"
"""Send one message: {"message": its kind, "account": id or null, "address": …, "values": {…}}."""

NOBODY: Final = 0
"""The account of a message that is asked for and never sent."""

_ACCOUNT: Final = table_of(Account)
_LINKS: Final = {"invitation": Purpose.INVITATION, "password": Purpose.PASSWORD}
_PATIENCE: Final = 20
_PORTS: Final = {"smtp": 25, "smtps": 465}
_ROUNDS: Final = 24
_BETWEEN: Final = timedelta(hours=1)
"""A server that does not answer is tried for a day: some tries each hour."""


class MailAddressError(JalonError):
    """The address of the mail server cannot be used."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Say whom a message is for."""

    address: str
    name: str = ""
    login: str = ""


Compose: TypeAlias = Callable[[str, Recipient, Mapping[str, str]], tuple[str, str]]
"""Word a message: its kind, whom it is for, its values (`token` among them); give a subject and a body."""


class Transport(Protocol):
    """Take a message away."""

    def send(self, message: EmailMessage) -> None:
        """Send a message; raise what the server answers."""


def queue_mail(
    session: Session,
    message: str,
    *,
    account_id: int | None = None,
    address: str = "",
    at: datetime,
    **values: str,
) -> None:
    """Ask for a message to an account or to an address; without a mail server, the worker drops it."""
    ask_for(
        session, MAIL, {"message": message, "account": account_id, "address": address, "values": values}, at
    )


def mail_step(
    database: Database,
    transport: Transport | None,
    sender: str,
    compose: Compose,
    clock: Clock = system_clock,
) -> Step:
    """Give what the worker does of a message that waits."""

    def send(job: Claimed) -> None:
        recipient = _recipient(database, job.argument) if transport else None
        if transport is None or recipient is None:
            return
        values = dict(job.argument["values"])
        if purpose := _LINKS.get(job.argument["message"]):
            with database.writing() as session:
                values["token"] = make_link(session, int(job.argument["account"]), purpose, clock())
        subject, body = compose(job.argument["message"], recipient, values)
        try:
            transport.send(_message(sender, recipient, subject, body))
        except OSError as error:  # those of smtplib are too
            if job.attempts < MOST_ATTEMPTS or not _is_unreachable(error):
                raise
            _ask_again(database, job.argument, clock())

    return send


def _is_unreachable(error: OSError) -> bool:
    """Tell a server that does not answer from one that refuses a message."""
    gone = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError)
    return isinstance(error, gone) or not isinstance(error, smtplib.SMTPException)


def _ask_again(database: Database, argument: Mapping[str, Any], at: datetime) -> None:
    """Put a message off; the last round of all lets it fail."""
    again = int(argument.get("again", 0)) + 1
    if again > _ROUNDS:
        raise ConnectionError("the mail server did not answer for a day")
    with database.writing() as session:
        ask_for(session, MAIL, {**argument, "again": again}, at + _BETWEEN)


class SmtpTransport:
    """Hand messages to a mail server."""

    def __init__(self, url: str) -> None:
        """Read `smtp://user:password@host:port?starttls=oui` or `smtps://…`; raise MailAddressError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise MailAddressError(_REFUSED) from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise MailAddressError(_REFUSED)
        self._host, self._port = parts.hostname, port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._tls = parts.scheme == "smtps"
        wanted = parse_qs(parts.query, keep_blank_values=True)
        starttls = wanted.pop("starttls", ["non"])[-1]
        if wanted or starttls not in _STARTTLS or parts.path.strip("/"):
            raise MailAddressError(_REFUSED)  # a word mistyped would send a password in the open
        self._starttls = _STARTTLS[starttls]

    def send(self, message: EmailMessage) -> None:
        """Open a connection, send, close."""
        with self._opened() as server:
            if self._starttls:
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)

    def _opened(self) -> smtplib.SMTP:
        if self._tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_PATIENCE, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=_PATIENCE)


def check_sender(sender: str) -> None:
    """Raise MailAddressError unless messages can be sent from this address."""
    message = EmailMessage()
    try:
        message["From"] = sender
        header: Any = message["From"]
        good = len(header.addresses) == 1 and header.addresses[0].domain and not header.defects
    except (ValueError, IndexError):
        good = False
    if not good:
        raise MailAddressError(
            "L’adresse d’envoi (JALON_MAIL_FROM) est refusée. Attendu : « Jalon <jalon@exemple.fr> »."
        )


_STARTTLS: Final = {"oui": True, "yes": True, "1": True, "non": False, "no": False, "0": False}
_REFUSED: Final = (
    "L’adresse du serveur de messagerie (JALON_SMTP_URL) est refusée. "
    "Attendu : « smtp://utilisateur:motdepasse@hôte:587?starttls=oui » ou « smtps://hôte »."
)


def _recipient(database: Database, argument: Mapping[str, Any]) -> Recipient | None:
    """Find whom a message is for, as they are now; nobody for an account suspended or deleted meanwhile."""
    if argument["account"] is None:
        return Recipient(argument["address"])
    with database.reading() as session:
        row = session.execute(
            select(_ACCOUNT.c.email, _ACCOUNT.c.name, _ACCOUNT.c.login).where(
                _ACCOUNT.c.id == argument["account"],
                _ACCOUNT.c.deleted_at.is_(None),
                _ACCOUNT.c.suspended_at.is_(None),
            )
        ).one_or_none()
    return Recipient(argument["address"] or row.email, row.name, row.login) if row else None


def _message(sender: str, recipient: Recipient, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(subject.splitlines())
    message["From"] = sender
    user, _at, domain = recipient.address.rpartition("@")
    message["To"] = Address(" ".join(recipient.name.splitlines()), username=user, domain=_as_ascii(domain))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def _as_ascii(domain: str) -> str:
    """Write the domain of an address as mail servers know it."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
