"""Signing in: what the page says, where it leads, what the cookie is worth."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from jalon.storage.tables import Trace
from jalon_web.cli.demo import DEMO_PASSWORD
from support.client import Client, Fetched
from support.portal import RESPONSIBLE, Site

WRONG = "Identifiant ou mot de passe incorrect."


def attempt(client: Client, login: str, password: str, expect: int = 422, **more: str) -> Fetched:
    """Fill in the sign-in form and send it."""
    client.get("/connexion")
    return client.post("/connexion", {"login": login, "password": password} | more, expect)


def without_tokens(found: Fetched) -> str:
    """Give a page without what changes at each request."""
    for each in found.every("input", name_="csrf_token"):
        found.html = found.html.replace(each.get("value", ""), "")
    return found.html


# -- the page


def test_signing_in_leads_home(site: Site) -> None:
    """The right password opens the home page, with one's name and organisation."""
    client = site.client()
    home = client.sign_in(RESPONSIBLE)

    assert ["Karim Benhaddou"] == home.said("a", "account__name")
    assert ["Orvane Logiciels"] == home.said("span", "account__organisation")
    assert ["signed-in"] == [row["action"] for row in site.rows(Trace)]


@pytest.mark.parametrize("login", ["KARIM.BENHADDOU", " karim.benhaddou ", "ｋａｒｉｍ.benhaddou"])
def test_logins_are_folded(site: Site, login: str) -> None:
    """Capitals, spaces around and full-width letters are the same login."""
    assert 303 == attempt(site.client(), login, DEMO_PASSWORD, 303).status


def test_a_known_login_looks_like_an_unknown_one(site: Site) -> None:
    """A wrong password and a login nobody has give the same page, with nothing else to tell them apart."""
    client = site.client()
    known = attempt(client, RESPONSIBLE, "mot de passe faux")
    unknown = attempt(client, "personne.ici", "mot de passe faux")

    assert [WRONG] == unknown.said("p", "govuk-error-message", id="login-error") or WRONG in unknown.text
    assert without_tokens(known).replace(RESPONSIBLE, "") == without_tokens(unknown).replace(
        "personne.ici", ""
    )


def test_a_refused_form_comes_back_without_its_password(site: Site) -> None:
    """What was typed is kept, the password never; the title says that there is an error."""
    found = attempt(site.client(), "Karim <b>&\"'", "un secret de travers", next="/produits")

    assert "Karim <b>&\"'" == found.one("input", id="login").get("value")
    assert found.one("input", id="password").get("value") is None
    assert "un secret de travers" not in found.html
    assert "/produits" == found.one("input", name_="next").get("value")
    assert found.said("title")[0].startswith("Erreur : ")
    assert [("#login", WRONG)] == [
        (each.get("href"), "".join(each.itertext()))
        for each in found.one("div", "govuk-error-summary").iter("a")
    ]


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        ("", "", "Indiquez votre identifiant."),
        ("", DEMO_PASSWORD, "Indiquez votre identifiant."),
        (RESPONSIBLE, "", "Indiquez votre mot de passe."),
        ("x" * 201, DEMO_PASSWORD, "Cet identifiant est trop long."),
        ("karim\0.benhaddou2", DEMO_PASSWORD, WRONG),
        ("karim.benhaddou\u200b", DEMO_PASSWORD, WRONG),
        ("kаrim.benhaddou", DEMO_PASSWORD, WRONG),  # a Cyrillic a
        ("' OR 1=1 --", DEMO_PASSWORD, WRONG),
        (RESPONSIBLE, "x" * 100_000, WRONG),
        (RESPONSIBLE, DEMO_PASSWORD + "\0", WRONG),
        (RESPONSIBLE, DEMO_PASSWORD.lower(), WRONG),
    ],
)
def test_what_cannot_sign_in(site: Site, login: str, password: str, said: str) -> None:
    """Anything but a login and its password is refused with one sentence."""
    assert said in attempt(site.client(), login, password).text


def test_the_page_of_who_is_signed_in_already(site: Site) -> None:
    """Somebody signed in who opens the sign-in page goes on where it would have led."""
    client = site.client(RESPONSIBLE)

    assert "/" == client.get("/connexion", 302).headers["Location"]
    assert "/produits" == client.get("/connexion?next=/produits", 302).headers["Location"]
    assert "/" == client.get("/connexion?next=//evil.example", 302).headers["Location"]


# -- too many tries


def test_many_failures_must_wait(site: Site) -> None:
    """After five failures the next try waits, whatever its password; waiting is enough."""
    client = site.client()
    for _ in range(5):
        attempt(client, RESPONSIBLE, "faux")
    client.get("/connexion")
    found = client.post("/connexion", {"login": RESPONSIBLE, "password": DEMO_PASSWORD}, 429)

    assert "Trop d’essais" in found.text
    assert "Réessayez dans 2 secondes." in found.text
    assert "2" == found.headers["Retry-After"]
    site.clock.advance(seconds=2)
    assert 303 == attempt(client, RESPONSIBLE, DEMO_PASSWORD, 303).status


def test_the_wait_grows_to_a_quarter_of_an_hour(site: Site) -> None:
    """Each failure doubles the wait, to fifteen minutes at most; long waits are told in minutes."""
    client = site.client()
    for _ in range(18):
        attempt(client, RESPONSIBLE, "faux")
        site.clock.advance(minutes=15)
    site.clock.advance(minutes=-14)

    found = attempt(client, RESPONSIBLE, DEMO_PASSWORD, 429)
    assert "Réessayez dans 15 minutes." in found.text


def test_unknown_logins_wait_too(site: Site) -> None:
    """Delays are the same for a login nobody has: they do not tell who exists."""
    client = site.client()
    for _ in range(5):
        attempt(client, "personne.ici", "faux")

    assert 429 == attempt(client, "personne.ici", "faux", 429).status
    assert 303 == attempt(client, RESPONSIBLE, DEMO_PASSWORD, 303).status


# -- where it leads


@pytest.mark.parametrize(
    "address", ["/produits", "/produits/1?jour=2022-01-01", "/produits/1/doctrine/x/A08.1?suivante=1", "/%2F"]
)
def test_one_comes_back_to_where_one_was(site: Site, address: str) -> None:
    """An address of the site is where the sign-in leads."""
    found = attempt(site.client(), RESPONSIBLE, DEMO_PASSWORD, 303, next=address)

    assert address == found.headers["Location"]


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "https://evil.example/",
        "https:evil.example",
        "HTTPS://localhost@evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\n//evil.example",
        " //evil.example",
        "/produits\r\nSet-Cookie: a=b",
        "/produits\0",
        "/a\\..\\evil",
        "/\u202eproduits",
        "",
    ],
)
def test_one_never_leaves_the_site(site: Site, address: str) -> None:
    """Anything that could lead elsewhere is forgotten: in the form, in the address, once signed in."""
    client = site.client()
    shown = client.get(f"/connexion?next={quote(address, safe='')}")
    assert "" == shown.one("input", name_="next").get("value")

    found = client.post("/connexion", {"login": RESPONSIBLE, "password": DEMO_PASSWORD, "next": address}, 303)
    assert "/" == found.headers["Location"]
    again = client.get(f"/connexion?next={quote(address, safe='')}", 302)
    assert "/" == again.headers["Location"]


def test_an_encoded_address_is_not_decoded_twice(site: Site) -> None:
    """An address that is evil once decoded again stays a path of the site."""
    found = attempt(site.client(), RESPONSIBLE, DEMO_PASSWORD, 303, next="/%2F%2Fevil.example")

    assert "/%2F%2Fevil.example" == found.headers["Location"]


def test_a_page_asked_before_sign_in_comes_back_whole(site: Site) -> None:
    """A page with its query, asked while nobody is signed in, opens after the sign-in."""
    client = site.client()
    asked = f"/produits/{site.product()}?jour=2022-01-01"
    to = client.get(asked, 302).headers["Location"]
    client.get(to)
    found = client.post(
        "/connexion",
        {"login": RESPONSIBLE, "password": DEMO_PASSWORD, "next": client_next(client.get(to))},
    )

    assert asked == found.headers["Location"]


def client_next(found: Fetched) -> str:
    """Give the address a sign-in page would lead to."""
    return found.one("input", name_="next").get("value", "")
