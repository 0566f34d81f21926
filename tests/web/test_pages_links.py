"""Links and what is forgotten, from the page to the mailbox and back; settings of mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import pytest
from flask import url_for

from jalon import JalonError
from jalon.services.jobs import Jobs
from jalon.services.links import Purpose, make_link
from jalon.services.mail import MAIL, Recipient, mail_step
from jalon.storage.tables import Account, Job, Trace
from jalon_web.mails import composer
from jalon_web.settings import load_settings
from support.client import Client
from support.portal import EXPERT, HEAD, SECRET, MakeSite, Site

ROOT = "https://jalon.exemple.fr"
CHOSEN = "girafe lampe orage tiroir"
SERVER = "smtp://127.0.0.1:1"


class Mailbox:
    """Keep what is sent."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        """Keep a message."""
        self.messages.append(message)


@pytest.fixture
def posting(make_site: MakeSite) -> Site:
    """Make a portal that has a mail server."""
    return make_site(smtp_url=SERVER, public_url=ROOT)


def delivered(site: Site) -> list[EmailMessage]:
    """Send what waits, as the worker does."""
    box = Mailbox()
    step = mail_step(site.database, box, "Jalon <jalon@exemple.fr>", composer(ROOT), site.clock)
    Jobs(site.database, {MAIL: step}, site.clock).run_due()
    return box.messages


def ask(site: Site, typed: str, page: str = "/mot-de-passe-oublie", expect: int = 200) -> Any:
    """Ask for a new password, or for one's login."""
    client = site.client()
    client.get(page)
    return client.post(page, {"typed": typed}, expect)


def number(site: Site, login: str) -> int:
    """Give the number of an account."""
    (row,) = site.rows(Account, login=login)
    return int(row["id"])


# -- from the page to the mailbox


@pytest.mark.parametrize(
    "typed", [EXPERT, EXPERT.upper(), "yann.lebrun@demo.example", " YANN.LEBRUN@Demo.example "]
)
def test_a_forgotten_password_comes_back_by_mail(posting: Site, typed: str) -> None:
    """Login or address, however spelled: the message leads to the page that chooses a password, once."""
    ask(posting, typed)
    (message,) = delivered(posting)
    (path,) = re.findall(rf"{ROOT}(/lien/[\w-]+)", message.get_content())
    client = posting.client()
    assert EXPERT in client.get(path).html
    client.post(path, {"wanted": CHOSEN})
    posting.client().sign_in(EXPERT, CHOSEN)
    posting.client().get(path, 404)
    assert ["Jalon\u00a0: Votre mot de passe a changé"] == [each["Subject"] for each in delivered(posting)]


def test_a_forgotten_login_comes_back_by_mail(posting: Site) -> None:
    """The page asks for an address alone; the message holds the login and no link that signs in."""
    page = posting.client().get("/identifiant-oublie")
    assert "Identifiant de connexion ou" not in page.html
    ask(posting, "yann.lebrun@demo.example", "/identifiant-oublie")
    (message,) = delivered(posting)
    assert EXPERT in message.get_content()
    assert "/lien/" not in message.get_content()


HOSTILE = [
    "personne",
    "x@y.fr",
    "a" * 200,
    "\u202eevil",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "#1",
    "%",
    "😀",
]


@pytest.mark.parametrize("page", ["/mot-de-passe-oublie", "/identifiant-oublie"])
def test_who_asks_learns_nothing(posting: Site, page: str) -> None:
    """Known, suspended, deleted or hostile: one answer, the same statements, and only the known get mail."""
    posting.change(Account, {"login": HEAD}, suspended_at=posting.clock())
    known = ask(posting, "yann.lebrun@demo.example", page)
    for typed in [*HOSTILE, "claire.morel@lirene.example", HEAD]:
        other = ask(posting, typed, page)
        assert bare(known.html) == bare(other.html)
        if "\u202e" not in typed:  # which is no text to look for
            assert len(known.statements) == len(other.statements)
        posting.clock.advance(hours=25)  # or the many tries of one address would be told to wait
    assert 1 == len(delivered(posting))
    assert "personne" not in str(posting.rows(Trace))


def bare(html: str) -> str:
    """Leave out what changes from page to page."""
    return re.sub(r'value="[^"]*"', "", html)


def test_asking_is_counted(posting: Site) -> None:
    """Nobody fills a mailbox: after five messages to one login one must wait; others need not."""
    for _ in range(5):
        ask(posting, EXPERT)
    assert "Réessayez" in ask(posting, EXPERT, expect=429).html
    ask(posting, HEAD)
    assert 6 == len(delivered(posting))


def test_nothing_typed_is_told(posting: Site) -> None:
    """An empty field, or one too long, is told beside it; nothing is asked for."""
    for typed in ("", "x" * 201):
        ask(posting, typed, expect=422)
    assert not posting.rows(Job, kind="mail")


# -- links on screen


@pytest.mark.parametrize("root", ["", "https://portail.exemple.fr/"])
def test_a_link_on_screen_leads_to_the_portal(make_site: MakeSite, root: str) -> None:
    """Without a mail server the link is shown: at the public address, or else at the one of the request."""
    site = make_site(public_url=root.rstrip("/"))
    client = site.client(HEAD)
    client.get("/comptes")
    with site.app.test_request_context():
        path = url_for("tree.reset", account_id=number(site, EXPERT))
    page = client.post(path, expect=200)
    assert f"{root.rstrip('/') or 'http://localhost'}/lien/" in page.html


def test_a_dead_link_says_what_to_do(site: Site, posting: Site) -> None:
    """With a mail server it leads to a new one; without, it says whom to ask."""
    assert "/mot-de-passe-oublie" in posting.client().get("/lien/mort", 404).html
    assert "responsable de rattachement" in site.client().get("/lien/mort", 404).html


@pytest.mark.parametrize(
    "wanted", ["", "   ", "x" * 257, "motdepasse1234", "yann.lebrun 2026", "\u0000" * 12]
)
def test_what_is_no_password_is_told(site: Site, wanted: str) -> None:
    """Whatever is refused is told beside the field, never sent back, and the link stays good."""
    with site.database.writing() as session:
        token = make_link(session, number(site, EXPERT), Purpose.PASSWORD, site.clock())
    client = site.client()
    client.get(f"/lien/{token}")
    page = client.post(f"/lien/{token}", {"wanted": wanted}, 422)
    assert wanted.strip("\u0000 ") == "" or f'value="{wanted}"' not in page.html
    client.post(f"/lien/{token}", {"wanted": "x" * 5 + CHOSEN * 4})


def test_a_link_does_not_sign_in(site: Site) -> None:
    """Opening a link, or choosing with it, opens no session; the token of a second step opens no page."""
    with site.database.writing() as session:
        token = make_link(session, number(site, EXPERT), Purpose.INVITATION, site.clock())
        step = make_link(session, number(site, EXPERT), Purpose.SECOND_FACTOR, site.clock())
    client: Client = site.client()
    client.get(f"/lien/{step}", 404)
    client.get(f"/lien/{token}")
    client.post(f"/lien/{token}", {"wanted": CHOSEN})
    client.get("/mon-compte", 302)


# -- settings and words


@pytest.mark.parametrize(
    "given",
    [
        {"JALON_PUBLIC_URL": "jalon.exemple.fr"},
        {"JALON_PUBLIC_URL": "https://jalon.exemple.fr/sous/dossier"},
        {"JALON_PUBLIC_URL": "javascript:alert(1)"},
        {"JALON_PUBLIC_URL": "https://a.fr\r\nX: 1"},
        {"JALON_PUBLIC_URL": "https://marie@exemple.fr"},
        {"JALON_SMTP_URL": "exemple.fr:25"},
        {"JALON_SMTP_URL": "smtp://h?startls=oui"},
        {"JALON_MAIL_FROM": "Jalon"},
        {"JALON_MAIL_FROM": "a@x.fr\r\nBcc: b@x.fr"},
    ],
)
def test_settings_of_mail_are_refused_at_start(given: Mapping[str, str]) -> None:
    """What cannot be used is told before anything starts, by the name of its setting."""
    (name,) = given
    with pytest.raises(JalonError, match=name):
        load_settings({"JALON_SECRET": SECRET, **given})


def test_settings_of_mail_are_read() -> None:
    """An address may end with a stroke; without settings, nothing is sent."""
    read = load_settings(
        {"JALON_SECRET": SECRET, "JALON_PUBLIC_URL": f"{ROOT}:8443/", "JALON_SMTP_URL": SERVER}
    )
    assert (f"{ROOT}:8443", SERVER) == (read.public_url, read.smtp_url)
    assert "" == load_settings({"JALON_SECRET": SECRET}).smtp_url


@pytest.mark.parametrize(
    "message", ["product-request-refused", "registration-refused", "product-request-accepted"]
)
def test_values_are_only_text(message: str) -> None:
    """What people wrote is put in as it is, missing or strange; it changes neither link nor login."""
    compose = composer(ROOT)
    _subject, body = compose(message, Recipient("a@x.fr"), {})
    assert "%(" not in body
    values = {
        "text": "100 % %(login)s",
        "product": "%s",
        "organisation": "%(x)s",
        "root": "http://evil",
        "login": "z",
    }
    _subject, body = compose(message, Recipient("a@x.fr", "", "marie"), values)
    assert "http://evil" not in body
