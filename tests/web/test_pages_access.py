"""Who may open and send what: every route, for every kind of account."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from jalon.storage.tables import Account
from jalon_web.access import Access, allow, rule_of, undeclared
from jalon_web.products import routes as product_routes
from support.client import Client
from support.portal import (
    ADMINISTRATOR,
    AUTHORITY,
    EXPERT,
    HEAD,
    RESPONSIBLE,
    SHARED,
    STRANGER,
    MakeSite,
    Site,
)

SEERS = (RESPONSIBLE, SHARED, HEAD)
MEMBERS = (*SEERS, EXPERT, STRANGER)
EVERYBODY = (*MEMBERS, AUTHORITY, ADMINISTRATOR)

GIVEN = {
    "product_id": "",
    "referential": "doctrine",
    "questionnaire": "interoperabilite",
    "axis_key": "A08.1",
    "code": "A08.1.1",
    "filename": "jalon.css",
}
"""What stands in the places of each address; the product is that of the site."""

# What each route answers once signed in: to those who see the product, to other members, to the others.
ANSWERS = {
    ("GET", "static"): (200, 200, 200),
    ("GET", "home.index"): (200, 200, 200),
    ("GET", "accounts.sign_in"): (302, 302, 302),
    ("POST", "accounts.check"): (422, 422, 422),
    ("GET", "accounts.keep_alive"): (204, 204, 204),
    ("GET", "products.index"): (200, 200, 404),
    ("GET", "products.show"): (200, 404, 404),
    ("GET", "questionnaires.start"): (302, 404, 404),
    ("GET", "questionnaires.axis"): (200, 404, 404),
    ("POST", "questionnaires.save_axis"): (303, 404, 404),
    ("POST", "questionnaires.save_one"): (200, 404, 404),
    ("POST", "accounts.sign_out"): (303, 303, 303),  # the last: the session is over
}
ANONYMOUS = {"static": 200, "accounts.sign_in": 200, "accounts.check": 422, "accounts.sign_out": 303}


def routes(app: Flask) -> list[tuple[str, str]]:
    """List each method and endpoint of an application."""
    return [
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]


def address(site: Site, endpoint: str) -> str:
    """Give the address of a route, its places filled."""
    (rule,) = site.app.url_map.iter_rules(endpoint)
    places = GIVEN | {"product_id": str(site.product())}
    return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: places[found[1]], rule.rule)


def send(site: Site, client: Client, method: str, endpoint: str, expect: int) -> None:
    """Open or post to a route, with a token of this very session."""
    if method == "GET":
        client.get(address(site, endpoint), expect)
    elif endpoint == "questionnaires.save_one":
        fields = {"version.A08.1.1": "1", "level.A08.1.1": "1"}
        client.htmx(address(site, endpoint), fields, expect)
    else:
        client.post(address(site, endpoint), expect=expect)


def test_every_route_declares_its_rule(site: Site) -> None:
    """No route is left without a rule, and this file knows every route."""
    assert [] == undeclared(site.app)
    assert sorted(ANSWERS) == sorted(routes(site.app))


def test_a_route_without_rule_stops_the_start(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application with a route that declares nothing is not made: the error names the route."""
    blueprint = type(product_routes.products)("extra", "extra")
    blueprint.add_url_rule("/extra", "bare", lambda: "")
    monkeypatch.setattr("jalon_web.factory.products", blueprint)

    with pytest.raises(AssertionError, match=r"extra\.bare"):
        make_site()


def test_a_route_added_later_without_rule_is_refused(site: Site) -> None:
    """A route that declares nothing answers as if it did not exist, also to who is signed in."""
    site.app.add_url_rule("/extra", "bare", lambda: "secret")

    assert rule_of(site.app, "bare") is None
    site.client().get("/extra", 404)
    site.client(HEAD).get("/extra", 404)


def test_a_rule_is_kept_on_the_view() -> None:
    """Declaring a rule gives the view back unchanged."""

    def view() -> str:
        return "seen"

    assert view is allow(Access.PUBLIC)(view)


@pytest.mark.parametrize("login", EVERYBODY)
def test_each_account_reaches_what_its_rights_give(site: Site, login: str) -> None:
    """Each route answers to each account as its rights say; what is not allowed does not exist."""
    client = site.client(login)
    column = 0 if login in SEERS else 1 if login in MEMBERS else 2

    for (method, endpoint), expected in ANSWERS.items():
        send(site, client, method, endpoint, expected[column])


def test_without_session_only_the_sign_in_page_answers(site: Site) -> None:
    """Nobody signed in: pages send to the sign-in page, what is posted is answered 401 and changes nothing."""
    before = site.written()
    for method, endpoint in routes(site.app):
        client = site.client()
        client.get("/connexion")
        refused = 302 if method == "GET" else 401
        if endpoint == "questionnaires.save_one":
            client.htmx(address(site, endpoint), {"version.A08.1.1": "1", "level.A08.1.1": "3"}, 401)
            continue
        send(site, client, method, endpoint, ANONYMOUS.get(endpoint, refused))

    assert before == site.written()


def test_an_unknown_page_and_a_forbidden_one_look_alike(site: Site) -> None:
    """The page of a product of others is, to the letter, that of a product that does not exist."""
    client = site.client(STRANGER)
    product = site.product()

    def shown(path: str) -> str:
        html = client.get(path, 404).html
        return html.replace(client.header, "").replace(client.token, "")

    unknown = shown("/produits/99999")
    assert unknown == shown(f"/produits/{product}")
    assert unknown == shown(f"/produits/{product}/doctrine/interoperabilite")
    assert unknown == shown(site.axis("A08.1"))
    assert unknown == shown("/produits/99999/doctrine/interoperabilite/A08.1")
    assert unknown == shown("/nulle/part")


def test_a_refused_save_looks_like_one_to_nowhere(site: Site) -> None:
    """Posting to a product of others answers as to one that does not exist, and changes nothing."""
    client = site.client(STRANGER)
    client.get("/")
    before = site.written()
    fields = {"version.A08.1.1": "1", "level.A08.1.1": "3"}

    assert 404 == client.post(site.axis("A08.1"), fields, 404).status
    assert 404 == client.post("/produits/99999/doctrine/interoperabilite/A08.1", fields, 404).status
    assert 404 == client.htmx(site.axis("A08.1/A08.1.1"), fields, 404).status
    assert before == site.written()


@pytest.mark.parametrize(
    "path",
    [
        "/produits/0",
        "/produits/-1",
        "/produits/1e3",
        "/produits/99999999999999999999999999",
        "/produits/{id}/doctrine/inconnu",
        "/produits/{id}/inconnu/interoperabilite",
        "/produits/{id}/doctrine/interoperabilite/A08.99",
        "/produits/{id}/telesante/exigences",  # not brought by this product
        "/produits/{id}/doctrine/interoperabilite/A08.1/A08.1.1/plus",
        "/produits/{id}/doctrine/interoperabilite/%00",
        "/produits/{id}/doctrine/..%2Finteroperabilite/A08.1",
        "/produits/{id}/",
        "/Produits",
    ],
)
def test_addresses_that_lead_nowhere_are_404(site: Site, path: str) -> None:
    """Anything else in an address is a page that does not exist, never an error of ours."""
    assert 404 == site.client(HEAD).get(path.format(id=site.product()), 404).status


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_other_methods_are_refused(site: Site, method: str, signed_in: bool) -> None:
    """A method that no page knows is answered by an error page, which says nothing of what exists."""
    client = site.client(HEAD if signed_in else "")
    for path in ("/", "/connexion", "/produits", f"/produits/{site.product()}", site.axis("A08.1")):
        found = client._fetch(method, path, 404)
        assert "Page introuvable" in found.text


def test_get_of_what_is_only_posted_is_refused(site: Site) -> None:
    """Signing out or saving by following a link is not possible."""
    client = site.client(HEAD)

    client.get("/deconnexion", 404)
    client.get(site.axis("A08.1/A08.1.1"), 404)
    assert 200 == client.get("/").status


def test_a_page_asked_by_head_has_no_body(site: Site) -> None:
    """HEAD answers as GET, without the page, and signs nobody out."""
    client = site.client(HEAD)
    found = client._fetch("HEAD", "/produits", 200)

    assert "" == found.html
    assert 302 == site.client()._fetch("HEAD", "/produits", 302).status


def test_options_tell_nothing_to_strangers(site: Site) -> None:
    """OPTIONS on a page asks to sign in first, like the page itself."""
    assert 302 == site.client()._fetch("OPTIONS", site.axis("A08.1"), 302).status


def test_a_suspended_account_is_out_at_its_next_page(site: Site) -> None:
    """Suspending or deleting an account ends what it was doing: its next page asks to sign in."""
    for column in ("suspended_at", "deleted_at"):
        client = site.client(SHARED)
        site.change(Account, {"login": SHARED}, **{column: site.clock()})
        client.get("/", 302)
        client.signed_in = False
        client.get("/connexion")
        found = client.post("/connexion", {"login": SHARED, "password": "Convergence-2026"}, 422)
        assert "Identifiant ou mot de passe incorrect." in found.text
        site.change(Account, {"login": SHARED}, **{column: None})
