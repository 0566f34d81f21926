"""What people typed, wherever it is shown: escaped, and set apart from our own words."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest

from jalon.storage.tables import Account, AnswerRow, Organisation, Product
from support.client import Client, Fetched
from support.html_page import local
from support.portal import HEAD, RESPONSIBLE, SHARED, Site

EVIL = "<script>alert(1)</script>\"'&lt;${{7*7}}{% raw %}%(nom)s\u202e</title><!-- :"
NAME = "<script>alert(1)</script><b>\u202e</title>"  # also said in titles, where nothing can be set apart
MARK = "alert(1)"


@pytest.fixture
def client(site: Site) -> Client:
    """Name everything people name with everything that could hurt, and sign in."""
    product = site.product()
    site.change(Product, {"id": product}, name=NAME, version=NAME, purpose=EVIL, editions=[EVIL, EVIL])
    for login in (RESPONSIBLE, SHARED, HEAD):
        site.change(Account, {"login": login}, name=EVIL)
    site.change(Organisation, {"name": "Orvane Logiciels"}, name=EVIL)
    site.change(AnswerRow, {"subject_id": product}, comment=EVIL)
    return site.client(RESPONSIBLE)


def evil_product(site: Site) -> int:
    """Give the number of the product, by its new name."""
    return site.product(NAME)


def address(site: Site, axis: str) -> str:
    """Give the address of an axis of it."""
    return site.axis(axis, NAME)


def is_set_apart(found: Fetched, element: Element) -> bool:
    """Say whether an element is marked as not being our words."""
    return any(
        local(each) in {"bdi", "textarea", "title"} or each.get("dir") == "auto"
        for each in (element, *found.document.ancestors(element))
    )


def check(found: Fetched, least: int) -> None:
    """Want what was typed to be shown as typed, set apart, at least so many times."""
    assert [] == [each for each in found.every("script") if MARK in "".join(each.itertext())]
    holding = [
        each
        for each in found.document.all()
        if MARK in (each.text or "") or any(MARK in (child.tail or "") for child in each)
    ]
    assert least <= len(holding)
    assert [] == [local(each) for each in holding if not is_set_apart(found, each)]
    assert "${49}" not in found.html


@pytest.mark.parametrize("path", ["/", "/produits", "product", "axis", "unanswered"])
def test_names_are_shown_as_typed(site: Site, client: Client, path: str) -> None:
    """Names, versions, purposes and comments are text everywhere, whatever they hold."""
    places = {
        "product": f"/produits/{evil_product(site)}",
        "axis": address(site, "A08.1"),
        "unanswered": address(site, "A08.3"),
    }
    check(client.get(places.get(path, path)), 2)


def test_comments_are_shown_as_typed(site: Site, client: Client) -> None:
    """A comment comes back in its field as it was typed, and is kept so."""
    client.get(address(site, "A08.2"))
    client.post(
        address(site, "A08.2"), client.sent_by_page() | {"comment.A08.2.2": EVIL, "level.A08.2.2": "1"}
    )
    found = client.get(address(site, "A08.2"))

    assert EVIL == found.criterion("A08.2.2").comment
    check(found, 2)


def test_both_answers_are_shown_as_typed(site: Site, client: Client) -> None:
    """Where two people disagree, names and comments of both are text."""
    client.get(address(site, "A08.1"))
    other = site.client(SHARED)
    other.get(address(site, "A08.1"))
    other.click("A08.1.1", level="0", comment=EVIL + " la leur")
    found = client.click("A08.1.1", level="3", comment=EVIL + " la mienne", expect=409)
    check(found, 3)

    whole = client.post(
        address(site, "A08.1"),
        client.sent_by_page() | {"version.A08.1.1": "1", "level.A08.1.1": "3", "comment.A08.1.1": EVIL * 2},
        409,
    )
    check(whole, 3)


def test_what_is_carried_is_shown_as_typed(site: Site, client: Client) -> None:
    """Names and values of fields carried through a sign-in stay values."""
    client.get(address(site, "A08.1"))
    site.clock.advance(minutes=31)
    client.signed_in = False
    found = client.post(address(site, "A08.1"), {EVIL: EVIL, 'a" autofocus onfocus="x': "1"}, 401)

    assert (f"kept.{EVIL}", EVIL) in found.fields(action="/connexion")
    assert [] == [each for each in found.document.all() if "onfocus" in each.attrib]


@pytest.mark.parametrize(
    "path", [f"/{EVIL}", "/<script>alert(1)</script>", "/?jour=<script>", "/produits/<b>"]
)
def test_addresses_are_not_shown(site: Site, client: Client, path: str) -> None:
    """An error page says nothing of the address it was asked for."""
    found = client.http.get(path.replace("%", "%25"), buffered=True)

    assert "alert(1)</script>" not in found.get_data(as_text=True).replace("&lt;", "<").replace(EVIL, "")


def test_the_login_comes_back_as_typed(site: Site) -> None:
    """What was typed as a login comes back as a value, nothing more."""
    client = site.client()
    client.get("/connexion")
    found = client.post("/connexion", {"login": EVIL, "password": "x"}, 422)

    assert EVIL == found.one("input", id="login").get("value")
