"""The pages on SQLite and on PostgreSQL: one walk through the portal, and what databases do differently."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from support.portal import ADMINISTRATOR, HEAD, RESPONSIBLE, SHARED, STRANGER, Site, unchanged


def test_a_walk_through_the_portal(either_site: Site) -> None:
    """Signing in, reading, answering, confirming, disagreeing, signing out: the same on both databases."""
    site = either_site
    client = site.client(RESPONSIBLE)
    assert "10 réponses sur 21, dont 4 à confirmer" in client.get("/").text
    client.get("/produits")
    client.get(f"/produits/{site.product()}?jour=2022-06-30")
    client.get(site.axis("A08.3"))
    client.click("A08.3.1", confirm="A08.3.1")
    client.click("A08.3.2", level="1", comment="Deux lignes\r\n«\u00a0é\u00a0» 👍")
    client.click("A08.3.3", level="99", expect=422)
    other = site.client(SHARED)
    other.get(site.axis("A08.3"))
    client.click("A08.3.3", level="2")
    other.click("A08.3.3", level="0", expect=409)
    other.click("A08.3.3", keep="mine")

    page = client.get(site.axis("A08.3"))
    assert ["3", "1", "0"] == [each.checked for each in page.criteria().values()]
    assert "Deux lignes\n«\u00a0é\u00a0» 👍" == page.criterion("A08.3.2").comment
    with unchanged(site):
        client.post(site.axis("A08.3"), client.sent_by_page())
    client.sign_out()
    assert 302 == client.get("/", 302).status


@pytest.mark.parametrize("typed", ["a\0b", "\x00", "\ud7ff\ufffe", "x" * 20_000])
def test_characters_a_database_refuses(either_site: Site, typed: str) -> None:
    """What a database may refuse is never an error of ours."""
    client = either_site.client(RESPONSIBLE)
    client.get(either_site.axis("A08.2"))
    found = client.http.post(
        either_site.axis("A08.2"),
        data=client.sent_by_page() | {"comment.A08.2.2": typed, "csrf_token": client.token},
    )

    assert found.status_code in {303, 422}


@pytest.mark.parametrize("login", ["karim\0.benhaddou\0", "\ud7ff\uffff", "x" * 200, "k" * 199 + "é"])
def test_logins_a_database_refuses(either_site: Site, login: str) -> None:
    """Any login is nobody's, or somebody's: never an error of ours."""
    client = either_site.client()
    client.get("/connexion")
    found = client.http.post(
        "/connexion", data={"login": login, "password": "faux", "csrf_token": client.token}
    )

    assert 422 == found.status_code


@pytest.mark.parametrize("number", ["0", "2147483647", "2147483648", "9223372036854775808", "9" * 40])
def test_numbers_a_database_refuses(either_site: Site, number: str) -> None:
    """A product's number of any size is a page that does not exist."""
    client = either_site.client(HEAD)

    assert 404 == client.get(f"/produits/{number}", 404).status
    assert 404 == client.get(f"/produits/{number}/doctrine/interoperabilite/A08.1", 404).status


@pytest.mark.parametrize("code", ["A08.2.2%00", "%00", "A" * 5000])
def test_codes_a_database_refuses(either_site: Site, code: str) -> None:
    """A code of any kind is a page that does not exist."""
    client = either_site.client(HEAD)
    client.get("/")

    assert 404 == client.htmx(either_site.axis(f"A08.2/{code}"), {"level.x": "1"}, 404).status


def test_who_sees_what(either_site: Site) -> None:
    """The tree of accounts is read alike by both databases."""
    path = f"/produits/{either_site.product()}"

    assert 200 == either_site.client(HEAD).get(path).status
    assert 404 == either_site.client(STRANGER).get(path, 404).status
    assert 404 == either_site.client(ADMINISTRATOR).get(path, 404).status


def test_a_database_that_loses_a_table(either_site: Site) -> None:
    """A failure of either database is a page, never a trace of it."""
    client = either_site.client(RESPONSIBLE)
    with either_site.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE answer RENAME TO lost"))
    found = client.http.get("/", buffered=True)

    assert found.status_code in {500, 503}
    assert "answer" not in found.get_data(as_text=True)
