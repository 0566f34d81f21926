"""The second step of a sign-in and the page of the second factor, closer: carried fields, several pages, every route."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest

from jalon.services.second_factor import COMPULSORY
from jalon.storage.database import upsert
from jalon.storage.tables import Account, AccountSession, RecoveryCode, Setting, Trace
from jalon_web.access import Access, rule_of
from jalon_web.cli.demo import DEMO_PASSWORD
from support.client import Client
from support.portal import ADMINISTRATOR, EXPERT, Site

FACTOR = "/mon-compte/second-facteur"


def offered(client: Client) -> str:
    """Open the page that offers a secret, and read it."""
    (shown,) = re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', client.get(FACTOR).html)
    return shown.replace(" ", "")


def code_of(site: Site, secret: str) -> str:
    """Give the code of the moment."""
    return pyotp.TOTP(secret).at(site.clock())


def switched_on(site: Site) -> str:
    """Switch it on for the expert; give the secret, once its first code is over."""
    client = site.client(EXPERT)
    secret = offered(client)
    client.post(f"{FACTOR}/activer", {"code": code_of(site, secret)}, 200)
    site.clock.advance(minutes=2)
    return secret


def first_step(site: Site, **more: str) -> tuple[Client, Any]:
    """Give the right password; give the page that asks for a code."""
    client = site.client()
    client.get("/connexion")
    return client, client.post("/connexion", {"login": EXPERT, "password": DEMO_PASSWORD, **more}, 200)


def account(site: Site, login: str = EXPERT) -> Any:
    """Read an account."""
    (row,) = site.rows(Account, login=login)
    return row


# -- the second step


def test_what_was_typed_survives_both_steps(site: Site) -> None:
    """A save that met an ended session is offered again after the code, a wrong one first included."""
    secret = switched_on(site)
    kept = {"next": "/produits", "kept.level.A": "3", "kept.comment.A": "à « garder »"}
    client, page = first_step(site, **kept)
    for name in kept:
        assert f'name="{name}"' in page.html
    page = client.post("/connexion/code", {"code": "000000", **kept}, 422)
    assert 'name="kept.level.A"' in page.html
    done = client.post("/connexion/code", {"code": code_of(site, secret), **kept}, 200)
    assert 'action="/produits"' in done.html
    assert 'name="level.A"' in done.html


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_the_second_step_stays_inside(site: Site, address: str) -> None:
    """An address elsewhere is forgotten at both steps."""
    secret = switched_on(site)
    client, page = first_step(site, next=address)
    assert "evil" not in page.html
    done = client.post("/connexion/code", {"code": code_of(site, secret), "next": address})
    assert "/" == done.headers["Location"]


def test_the_step_belongs_to_its_browser(site: Site) -> None:
    """Without the password given in this very browser, a right code opens nothing."""
    secret = switched_on(site)
    first_step(site)
    other = site.client()
    other.get("/connexion")
    other.post("/connexion/code", {"code": code_of(site, secret)}, 422)
    assert 1 == len(site.rows(AccountSession, account_id=account(site)["id"]))  # where it was switched on


def test_the_page_of_the_code_leads_back_to_the_start(site: Site) -> None:
    """Opened by its address, it begins again."""
    assert "/connexion" == site.client().get("/connexion/code", 303).headers["Location"]


@pytest.mark.parametrize(
    "code", ["", " ", "x" * 65, "\u0000", "<b>", "١٢٣٤٥٦", "\u202e123456", "123 456 789"]
)
def test_what_is_no_code_is_told(site: Site, code: str) -> None:
    """Anything else is refused beside the field; no recovery code is lost."""
    switched_on(site)
    client, _page = first_step(site)
    client.post("/connexion/code", {"code": code}, 422)
    assert 10 == len(site.rows(RecoveryCode))


# -- the page of the second factor


def test_a_forgotten_page_does_not_replace_it(site: Site) -> None:
    """Another browser that was offered another secret finds it on already: the first secret stays."""
    first, second = site.client(EXPERT), site.client(EXPERT)
    mine, other = offered(first), offered(second)
    assert mine != other
    first.post(f"{FACTOR}/activer", {"code": code_of(site, mine)}, 200)
    second.post(f"{FACTOR}/activer", {"code": code_of(site, other)})
    assert "déjà activé" in second.get(FACTOR).html
    assert mine == account(site)["totp_secret"]


def test_one_without_offer_is_told(site: Site) -> None:
    """A code sent without a page that offered a secret switches nothing on."""
    client = site.client(EXPERT)
    client.get("/mon-compte")
    client.post(f"{FACTOR}/activer", {"code": "123456"}, 422)
    assert "" == account(site)["totp_secret"]


@pytest.mark.parametrize("act", ["codes", "desactiver"])
def test_what_is_off_is_left_alone(site: Site, act: str) -> None:
    """Codes of a factor that is off are not made; nothing is traced nor told."""
    client = site.client(EXPERT)
    client.get("/mon-compte")
    client.post(f"{FACTOR}/{act}", {"current": DEMO_PASSWORD})
    assert not site.rows(RecoveryCode)
    assert not [each for each in site.rows(Trace) if "factor" in each["action"]]


def test_the_page_asks_nothing_of_elsewhere(site: Site) -> None:
    """The drawing is in the page, named, without style; the key can be typed in groups of four."""
    page = site.client(EXPERT).get(FACTOR)
    (drawing,) = re.findall(r"<svg class=\"qr\".*?</svg>", page.html, re.DOTALL)
    assert 'role="img"' in drawing
    assert "aria-label=" in drawing
    assert "style" not in drawing
    assert "http" not in drawing
    assert re.search(r'<code class="key">(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}</code>', page.html)


def test_guessing_ones_password_is_slowed_down(site: Site) -> None:
    """On a session left open, a few wrong passwords make one wait; right ones never do."""
    client = site.client(EXPERT)
    client.get("/mon-compte/adresse")
    for turn in range(8):
        client.post("/mon-compte/adresse", {"email": f"yann{turn}@demo.example", "current": DEMO_PASSWORD})
        client.get("/mon-compte/adresse")
    for _ in range(5):
        client.post("/mon-compte/adresse", {"email": "y@demo.example", "current": "faux"}, 422)
    client.post("/mon-compte/adresse", {"email": "y@demo.example", "current": DEMO_PASSWORD}, 429)
    assert 5 == len([each for each in site.rows(Trace) if each["action"] == "refused"])


def test_compulsory_means_every_page(site: Site) -> None:
    """Without it, an administrator is led to it from every page but its own, and can sign out."""
    with site.database.writing() as session:
        upsert(session, Setting, [{"key": COMPULSORY, "value": "yes"}])
    client = site.client()
    client.get("/connexion")
    client.post("/connexion", {"login": ADMINISTRATOR, "password": DEMO_PASSWORD})
    client.signed_in = True
    left = 0
    for rule in site.app.url_map.iter_rules():
        declared = rule_of(site.app, rule.endpoint)
        if rule.arguments or "GET" not in (rule.methods or ()) or declared is None:
            continue
        if declared.access is Access.PUBLIC or rule.endpoint in {"factor.show", "accounts.keep_alive"}:
            continue
        assert FACTOR == client.get(rule.rule, 302).headers["Location"], rule
        left += 1
    assert left > 10
    client.get(FACTOR)
    client.post("/deconnexion")
