"""Forged requests: nothing is changed without the token of a page of this very session."""

from __future__ import annotations

import time

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from jalon.storage.tables import AccountSession
from jalon_web.cli.demo import DEMO_PASSWORD
from support.client import Client
from support.portal import HEAD, RESPONSIBLE, SECRET, Site, unchanged

POSTED = ("/connexion", "/deconnexion", "axis", "axis/A08.1.1")
SAVE = {"version.A08.1.1": "1", "level.A08.1.1": "3"}
WRONG = ("", "faux", "IjEyMyI.aaaa.bbbb", "\0", "é" * 5000)


class Old(TimestampSigner):
    """Sign as eleven hours ago."""

    def get_timestamp(self) -> int:
        return int(time.time()) - 11 * 3600


def target(site: Site, path: str) -> str:
    """Give an address that is posted to."""
    return path.replace("axis", site.axis("A08.1"), 1)


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("token", WRONG)
def test_every_post_wants_its_token(site: Site, path: str, token: str) -> None:
    """Without its token, or with another, every form is refused and nothing is changed."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))
    fields = SAVE | {"login": RESPONSIBLE, "password": DEMO_PASSWORD}

    with unchanged(site):
        refused = client.post(target(site, path), fields, 400, token=token)
        assert ["La demande n’a pas pu être lue"] == refused.said("h1")
    assert 1 == len(site.rows(AccountSession))
    assert 200 == client.get("/").status


@pytest.mark.parametrize("token", ["", "faux"])
def test_htmx_wants_it_too(site: Site, token: str) -> None:
    """What htmx sends carries the token in a header; without it nothing is saved."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))

    with unchanged(site):
        client.htmx(site.axis("A08.1/A08.1.1"), SAVE, 400, token=token)


def test_the_token_of_another_session_is_refused(site: Site) -> None:
    """The token of another person's page, even of one's own other session, is not good here."""
    others: list[Client] = [site.client(), site.client(HEAD), site.client(RESPONSIBLE)]
    for each in others:
        each.get("/connexion" if not each.signed_in else "/")
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))

    with unchanged(site):
        for each in others:
            client.post(site.axis("A08.1"), SAVE, 400, token=each.token)


def test_a_token_in_the_address_is_not_read(site: Site) -> None:
    """A token counts in a form or a header, never in an address."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))

    with unchanged(site):
        client.post(f"{site.axis('A08.1')}?csrf_token={client.token}", SAVE, 400, token="")


def test_a_page_open_for_hours_still_saves(site: Site) -> None:
    """As long as the session lasts, so does its token."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))
    for _ in range(27):
        site.clock.advance(minutes=25)
        client.get("/session", 204)

    assert 200 == client.click("A08.1.1", level="3").status


def test_an_old_token_is_as_good(site: Site) -> None:
    """A token made eleven hours ago in this session is accepted."""
    client = site.client(RESPONSIBLE)
    with client.http.session_transaction() as session:
        raw = session["csrf_token"]
    serializer = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token", signer=Old)

    assert 303 == client.post(site.axis("A08.1"), SAVE, token=str(serializer.dumps(raw))).status


def test_another_site_cannot_sign_one_in(site: Site) -> None:
    """A sign-in form sent by another site, without our cookie, signs nobody in."""
    client = site.client()
    fields = {"login": RESPONSIBLE, "password": DEMO_PASSWORD}
    client.post("/connexion", fields, 400, token="")

    assert [] == list(site.rows(AccountSession))
