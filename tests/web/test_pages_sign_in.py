"""Signing in: what the page says, where it leads, what the cookie is worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.http import parse_cookie

from jalon.storage.tables import AccountSession, Trace
from jalon_web.cli.demo import DEMO_PASSWORD
from jalon_web.settings import SettingsError, load_settings
from support.client import Client, Fetched
from support.portal import RESPONSIBLE, MakeSite, Site

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


def cookie(client: Client, name: str = "jalon") -> str:
    """Give the session cookie a browser holds."""
    held = client.http.get_cookie(name)
    assert held is not None
    return held.value


def plant(client: Client, value: str) -> None:
    """Put a session cookie in a browser."""
    client.http.set_cookie("jalon", value)


# -- the page


def test_signing_in_leads_home(site: Site) -> None:
    """The right password opens the home page, with one's name and organisation."""
    client = site.client()
    home = client.sign_in(RESPONSIBLE)

    assert ["Karim Benhaddou"] == home.said("span", "account__name")
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
    assert found.said("title")[0].startswith("Erreur\u00a0: ")
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


# -- the cookie


def test_a_cookie_planted_before_is_worth_nothing_after(site: Site) -> None:
    """A session known before the sign-in is not the one after it: neither its cookie nor its token."""
    attacker = site.client()
    attacker.get("/connexion")
    planted, token = cookie(attacker), attacker.token
    victim = site.client()
    plant(victim, planted)
    victim.get("/connexion")
    victim.post("/connexion", {"login": RESPONSIBLE, "password": DEMO_PASSWORD}, token=token)

    assert planted != cookie(victim)
    assert 302 == attacker.get("/produits", 302).status
    victim.signed_in = True
    victim.get("/")
    with_old_token = victim.post(site.axis("A08.1"), {"version.A08.1.1": "1"}, 400, token=token)
    assert "La demande n’a pas pu être lue" in with_old_token.text


def test_each_sign_in_opens_another_session(site: Site) -> None:
    """Two browsers of one person hold two sessions; ending one leaves the other."""
    one, other = site.client(RESPONSIBLE), site.client(RESPONSIBLE)

    assert 2 == len(site.rows(AccountSession))
    one.sign_out()
    assert 302 == one.get("/", 302).status
    assert 200 == other.get("/").status


def test_a_copied_cookie_dies_with_its_session(site: Site) -> None:
    """Signing out ends the session everywhere: a copy of its cookie opens nothing and saves nothing."""
    client, thief = site.client(RESPONSIBLE), site.client()
    client.get(site.axis("A08.1"))
    plant(thief, cookie(client))
    thief.signed_in = True
    thief.get(site.axis("A08.1"))
    client.sign_out()
    before = site.written()

    thief.signed_in = False
    assert 302 == thief.get("/", 302).status
    assert 401 == thief.click("A08.1.1", level="3", expect=401).status
    assert before == site.written()
    assert 302 == client.get("/", 302).status


@pytest.mark.parametrize("change", [lambda held: held[:-9] + "A" * 9, lambda held: "", lambda held: "a.b.c"])
def test_a_forged_cookie_opens_nothing(site: Site, change: Callable[[str], str]) -> None:
    """A cookie that was not signed here is that of nobody."""
    client, forger = site.client(RESPONSIBLE), site.client()
    plant(forger, change(cookie(client)))

    assert 302 == forger.get("/", 302).status


def test_the_token_is_kept_as_a_digest(site: Site) -> None:
    """Who reads the database finds no cookie to sign in with."""
    client = site.client(RESPONSIBLE)
    with client.http.session_transaction() as session:
        token = session["_user_id"]

    (row,) = site.rows(AccountSession)
    assert token not in str(dict(row))


def test_cookies_without_tls(site: Site) -> None:
    """The session cookie is out of reach of scripts and of other sites."""
    found = attempt(site.client(), RESPONSIBLE, DEMO_PASSWORD, 303)
    (set_cookie,) = found.headers.getlist("Set-Cookie")

    assert {"HttpOnly", "Path=/", "SameSite=Lax"} == {each.strip() for each in set_cookie.split(";")[1:]}
    assert ["jalon"] == list(parse_cookie(set_cookie.partition(";")[0]))
    assert "Strict-Transport-Security" not in found.headers


def test_cookies_with_tls(make_site: MakeSite) -> None:
    """Behind HTTPS the cookie is bound to this host and to HTTPS, and so are browsers."""
    site = make_site(tls=True)
    client = site.client(base="https://localhost")
    found = attempt(client, RESPONSIBLE, DEMO_PASSWORD, 303)
    (set_cookie,) = found.headers.getlist("Set-Cookie")

    assert set_cookie.startswith("__Host-jalon=")
    attributes = {each.strip() for each in set_cookie.split(";")[1:]}
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} == attributes
    assert "max-age=31536000; includeSubDomains" == found.headers["Strict-Transport-Security"]
    assert 200 == client.get("/").status


# -- settings


@pytest.mark.parametrize("proxies", [0, 1])
def test_addresses_given_by_proxies(make_site: MakeSite, proxies: int) -> None:
    """What a proxy says of the visitor's address counts where one was declared, and only there."""
    site = make_site(proxies=proxies)
    client = site.client()
    client.get("/connexion")
    fields = {"login": RESPONSIBLE, "password": DEMO_PASSWORD}
    client.post("/connexion", fields, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})

    expected = "198.51.100.7" if proxies else "127.0.0.1"
    assert [expected] == [row["address"] for row in site.rows(AccountSession)]


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    """A secret that could be guessed is refused, from a file or from the environment, without being shown."""
    (tmp_path / "secret").write_text("court", encoding="ascii")
    with pytest.raises(SettingsError, match="compte 5 caractères") as in_file:
        load_settings({"INSTANCE": str(tmp_path)})
    with pytest.raises(SettingsError, match="compte 31 caractères") as given:
        load_settings({"INSTANCE": str(tmp_path), "JALON_SECRET": "s" * 31})

    assert "court" not in str(in_file.value)
    assert "sss" not in str(given.value)
    assert "s" * 32 == load_settings({"INSTANCE": str(tmp_path), "JALON_SECRET": "s" * 32}).secret
