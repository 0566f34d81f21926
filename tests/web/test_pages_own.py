"""One's own account: links, password, address, sessions, second factor, what is known of oneself."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from jalon.services.links import Purpose, make_link
from jalon.services.second_factor import COMPULSORY
from jalon.storage.database import upsert
from jalon.storage.tables import Account, AccountLink, AccountSession, Job, RecoveryCode, Setting, Trace
from support.client import Client
from support.portal import ADMINISTRATOR, CABINET, EXPERT, HEAD, MakeSite, Site

PASSWORD = "Convergence-2026"  # noqa: S105 - of the demonstration
OTHER = "girafe lampe orage tiroir"


def number(site: Site, login: str) -> int:
    """Give the number of an account."""
    (row,) = site.rows(Account, login=login)
    return int(row["id"])


def link(site: Site, login: str, purpose: Purpose = Purpose.INVITATION) -> str:
    """Make a link for an account."""
    with site.database.writing() as session:
        return make_link(session, number(site, login), purpose, site.clock())


def actions(site: Site) -> list[str]:
    """List what the trace says."""
    return [each["action"] for each in sorted(site.rows(Trace), key=lambda each: each["id"])]


def choose(site: Site, token: str, expect: int = 303, password: str = OTHER) -> Client:
    """Choose a password with a link."""
    client = site.client()
    client.get(f"/lien/{token}", 200 if expect != 404 else 404)
    if expect == 404:  # no form either
        return client
    client.post(f"/lien/{token}", {"wanted": password}, expect)
    return client


# -- links


def test_a_link_chooses_a_password_once(site: Site) -> None:
    """The page names the login; the password chosen opens, the former one and the link do no more."""
    token, former = link(site, EXPERT), site.client(EXPERT)
    page = site.client().get(f"/lien/{token}")
    assert EXPERT in page.html
    choose(site, token)
    former.signed_in = False
    former.get("/produits", 302)
    site.client().sign_in(EXPERT, OTHER)
    choose(site, token, 404)
    assert "password-changed" in actions(site)
    assert not site.rows(AccountLink)


@pytest.mark.parametrize("password", ["court", "motdepasse2026", EXPERT + "2026", "aaaaaaaaaaaaaaaa"])
def test_a_weak_password_leaves_the_link_good(site: Site, password: str) -> None:
    """What is refused is told beside the field, and the link still works."""
    token = link(site, EXPERT)
    choose(site, token, 422, password)
    choose(site, token)


def test_a_link_lasts_a_day(site: Site) -> None:
    """After 24 hours, or once its account is suspended, a link is worth nothing."""
    old, other = link(site, EXPERT), link(site, HEAD)
    site.change(Account, {"login": HEAD}, suspended_at=site.clock())
    choose(site, other, 404)
    site.clock.advance(hours=24)
    choose(site, old, 404)


@pytest.mark.parametrize("token", ["x", "a" * 5000, "%00", "é", "..%2f..", "%F0%9F%92%A9"])
def test_whatever_follows_is_no_link(site: Site, token: str) -> None:
    """A token that was never made answers with what to do, as one that was used."""
    page = site.client().get(f"/lien/{token}", 404)
    assert ("Page introuvable" if "%2f" in token else "plus valable") in page.html


# -- forgotten


def test_without_mail_one_is_told_whom_to_ask(site: Site) -> None:
    """No server: the page says whom to ask, and takes nothing."""
    for path in ("/mot-de-passe-oublie", "/identifiant-oublie"):
        assert "responsable de rattachement" in site.client().get(path).html
    assert not site.rows(Job, kind="mail")


def test_asking_says_the_same_whoever_asks(make_site: MakeSite) -> None:
    """A known login and an unknown one give one page; only the known one gets a message, without secret."""
    site = make_site(smtp_url="smtp://127.0.0.1:1")
    pages = []
    for typed in (EXPERT, "personne", "yann.lebrun@demo.example"):
        client = site.client()
        client.get("/mot-de-passe-oublie")
        pages.append(client.post("/mot-de-passe-oublie", {"typed": typed}, 200).html)
    assert 1 == len({re.sub(r'value="[^"]*"', "", page) for page in pages})
    jobs = site.rows(Job, kind="mail")
    wanted = [number(site, EXPERT), 0, number(site, EXPERT)]  # 0: to nobody, for the same work
    assert wanted == [each["argument"]["account"] for each in jobs]
    assert not site.rows(AccountLink)


# -- password, address, sessions


def test_changing_ones_password(site: Site) -> None:
    """The current one is asked; other sessions end, this one goes on."""
    client, other = site.client(EXPERT), site.client(EXPERT)
    client.get("/mon-compte/mot-de-passe")
    client.post("/mon-compte/mot-de-passe", {"current": "faux", "wanted": OTHER}, 422)
    client.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "wanted": "court"}, 422)
    client.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "wanted": PASSWORD}, 422)
    client.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "wanted": OTHER})
    client.get("/mon-compte")
    other.signed_in = False
    other.get("/mon-compte", 302)
    site.client().sign_in(EXPERT, OTHER)


def test_changing_ones_address_tells_both(site: Site) -> None:
    """The password is asked, the address must be free, and both addresses get a message."""
    client = site.client(EXPERT)
    client.get("/mon-compte/adresse")
    fields = {"email": "yann@ailleurs.example", "current": PASSWORD}
    client.post("/mon-compte/adresse", fields | {"current": "faux"}, 422)
    client.post("/mon-compte/adresse", fields | {"email": "AUTORITE@demo.example"}, 422)
    client.post("/mon-compte/adresse", fields | {"email": "pas une adresse"}, 422)
    client.post("/mon-compte/adresse", fields)
    told = {each["argument"]["address"] for each in site.rows(Job, kind="mail")}
    assert {"yann.lebrun@demo.example", "yann@ailleurs.example"} == told
    assert "email-changed" in actions(site)


def test_sessions_are_seen_and_ended(site: Site) -> None:
    """One sees where one is signed in, ends one or all others; those of somebody else are out of reach."""
    client, second, third = site.client(EXPERT), site.client(EXPERT), site.client(EXPERT)
    stranger = site.client(HEAD)
    page = client.get("/mon-compte/sessions")
    ends = re.findall(r'action="(/mon-compte/sessions/\w{16}/terminer)"', page.html)
    assert 2 == len(ends)
    stranger.get("/mon-compte/sessions")
    stranger.post(ends[0])
    assert 3 == len(site.rows(AccountSession, account_id=number(site, EXPERT)))
    client.post(ends[0])
    assert 2 == len(site.rows(AccountSession, account_id=number(site, EXPERT)))
    client.post("/mon-compte/sessions/terminer")
    for each in (second, third):
        each.signed_in = False
        each.get("/mon-compte", 302)
    client.get("/mon-compte")
    assert {"session-ended", "sessions-ended"} <= set(actions(site))


@pytest.mark.parametrize("named", ["%25", "_" * 16, "a" * 16, "a" * 64])
def test_a_session_is_named_exactly(site: Site, named: str) -> None:
    """A pattern, or a name of the wrong length, ends nothing."""
    client = site.client(EXPERT)
    client.get("/mon-compte/sessions")
    client.post(f"/mon-compte/sessions/{named}/terminer")
    assert 1 == len(site.rows(AccountSession, account_id=number(site, EXPERT)))


def test_one_gets_what_is_known_of_oneself(site: Site) -> None:
    """The file holds identity, sessions, answers and traced actions, no secret; taking it is traced."""
    client = site.client("karim.benhaddou")
    client.get("/mon-compte")
    found = client.post("/mon-compte/donnees", expect=200)
    known = json.loads(found.data if hasattr(found, "data") else found.html)
    assert "karim.benhaddou" == known["account"]["login"]
    assert CABINET in {each["subject"] for each in known["answers"]}
    assert known["trace"]
    assert "argon2" not in json.dumps(known)
    assert "own-data-exported" == actions(site)[-1]


# -- second factor


def code_of(site: Site, secret: str, **later: float) -> str:
    """Give the code of the moment."""
    return pyotp.TOTP(secret).at(site.clock() + timedelta(**later))


def enrolled(site: Site, login: str = EXPERT) -> tuple[Client, str, list[str]]:
    """Switch the second factor on; give the client, the secret and the recovery codes."""
    client = site.client(login)
    page = client.get("/mon-compte/second-facteur")
    assert "<svg" in page.html
    (shown,) = re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    secret = shown.replace(" ", "")
    client.post("/mon-compte/second-facteur/activer", {"code": "000000"}, 422)
    done = client.post("/mon-compte/second-facteur/activer", {"code": code_of(site, secret)}, 200)
    codes = re.findall(r'<code class="key">([a-z0-9-]+)</code>', done.html)
    assert 10 == len(codes)
    return client, secret, codes


def first_step(site: Site, login: str = EXPERT) -> Client:
    """Give the right password."""
    client = site.client()
    client.get("/connexion?next=/mon-compte")
    page = client.post("/connexion", {"login": login, "password": PASSWORD, "next": "/mon-compte"}, 200)
    assert "Second facteur" in page.html
    return client


def second(client: Client, code: str, expect: int = 303) -> Any:
    """Give a code."""
    return client.post("/connexion/code", {"code": code, "next": "/mon-compte"}, expect)


def test_signing_in_takes_two_steps(site: Site) -> None:
    """After the password a code is asked; none is good twice, and the password alone opens nothing."""
    _client, secret, _codes = enrolled(site)
    site.clock.advance(seconds=60)
    client = first_step(site)
    client.get("/mon-compte", 302)
    client = first_step(site)
    second(client, "123456", 422)
    code = code_of(site, secret)
    assert "/mon-compte" == second(client, code).headers["Location"]
    client.signed_in = True
    client.get("/mon-compte")
    again = first_step(site)
    second(again, code, 422)
    assert "second-factor-failed" in actions(site)


def test_a_recovery_code_is_good_once(site: Site) -> None:
    """A code kept on paper opens once, however it is typed; only digests are stored."""
    _client, _secret, codes = enrolled(site)
    assert codes[0] not in str(site.rows(RecoveryCode))
    second(first_step(site), codes[0].upper().replace("-", " "))
    second(first_step(site), codes[0], 422)
    assert 9 == len(site.rows(RecoveryCode))


def test_the_second_step_does_not_wait_for_ever(site: Site) -> None:
    """After five minutes the password is asked again."""
    _client, secret, _codes = enrolled(site)
    client = first_step(site)
    site.clock.advance(minutes=5)
    assert "Identifiant" in second(client, code_of(site, secret), 422).html


def test_guessing_codes_is_slowed_down(site: Site) -> None:
    """After a few wrong codes, one must wait, whoever tries."""
    enrolled(site)
    client = first_step(site)
    statuses = []
    for guess in range(7):
        found = client.http.post(
            "/connexion/code", data={"code": f"{guess:06}", "csrf_token": client.token}, base_url=client.base
        )
        statuses.append(found.status_code)
    assert 429 in statuses


def test_switching_off_asks_for_the_password(site: Site) -> None:
    """Off again, the password alone is enough; codes can be replaced before that."""
    client, _secret, codes = enrolled(site)
    client.get("/mon-compte/second-facteur")
    client.post("/mon-compte/second-facteur/desactiver", {"current": "faux"}, 422)
    fresh = client.post("/mon-compte/second-facteur/codes", {"current": PASSWORD}, 200)
    assert codes[0] not in fresh.html
    client.get("/mon-compte/second-facteur")
    client.post("/mon-compte/second-facteur/desactiver", {"current": PASSWORD})
    assert not site.rows(RecoveryCode)
    site.client(EXPERT).get("/mon-compte")


def test_it_can_be_compulsory_for_administrators(site: Site) -> None:
    """An administrator without it opens nothing else until it is on."""
    with site.database.writing() as session:
        upsert(session, Setting, [{"key": COMPULSORY, "value": "yes"}])
    client = site.client()
    client.get("/connexion")
    client.post("/connexion", {"login": ADMINISTRATOR, "password": PASSWORD})
    client.signed_in = True
    assert "/mon-compte/second-facteur" == client.get("/", 302).headers["Location"]
    page = client.get("/mon-compte/second-facteur")
    assert "exige" in page.html
    (shown,) = re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', page.html)
    client.post("/mon-compte/second-facteur/activer", {"code": code_of(site, shown.replace(" ", ""))}, 200)
    client.get("/")
    site.client(EXPERT).get("/")
