"""The session cookie: what it is worth, before, during and after; and the settings that protect it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.http import parse_cookie

from jalon.storage.tables import AccountSession
from jalon_web.cli.demo import DEMO_PASSWORD
from jalon_web.settings import SettingsError, load_settings
from support.client import Client, Fetched
from support.portal import RESPONSIBLE, MakeSite, Site


def attempt(client: Client, login: str, password: str, expect: int = 422, **more: str) -> Fetched:
    """Fill in the sign-in form and send it."""
    client.get("/connexion")
    return client.post("/connexion", {"login": login, "password": password} | more, expect)


def cookie(client: Client, name: str = "jalon") -> str:
    """Give the session cookie a browser holds."""
    held = client.http.get_cookie(name)
    assert held is not None
    return held.value


def plant(client: Client, value: str) -> None:
    """Put a session cookie in a browser."""
    client.http.set_cookie("jalon", value)


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
