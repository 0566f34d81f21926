"""Who may open and send what: every route, for every kind of account, on own and on foreign objects.

The routes are those of the URL map: one without a rule, or with a place that this file does not know how to
fill, fails. What each kind of account answers to is derived from the rule that a route declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select

from jalon.storage.tables import METADATA, Account
from jalon_web.access import Access, allow, rule_of, undeclared
from jalon_web.products import routes as product_routes
from support.client import Client
from support.portal import (
    ADMINISTRATOR,
    AUTHORITY,
    CABINET,
    EXPERT,
    HEAD,
    RESPONSIBLE,
    SHARED,
    STRANGER,
    MakeSite,
    Site,
    bare,
)

KINDS: Final = (HEAD, RESPONSIBLE, SHARED, EXPERT, STRANGER, AUTHORITY, ADMINISTRATOR)
MEMBERS: Final = frozenset({HEAD, RESPONSIBLE, SHARED, EXPERT, STRANGER})
MAY_USE: Final[Mapping[Access, frozenset[str]]] = {
    Access.PUBLIC: frozenset(KINDS),
    Access.SIGNED_IN: frozenset(KINDS),
    Access.MEMBERS: MEMBERS,
    Access.HEADS: frozenset({HEAD, STRANGER}),
    Access.ADMINISTRATORS: frozenset({ADMINISTRATOR}),
}
ABSENT: Final = "999999"
FIXED: Final = {
    "referential": "doctrine",
    "questionnaire": "interoperabilite",
    "axis_key": "A08.1",
    "code": "A08.1.1",
    "filename": "jalon.css",
    "token": "aaaaaaaaaaaaaaaaaaaaaa",
    "named": "aaaaaaaaaaaaaaaa",
    "kind": "authority",
    "act": "suspendre",
}
"""Places that name no object of anybody."""

OBJECTS: Final = ("product_id", "account_id", "organisation_id", "registration_id", "request_id")
LAST: Final = ("tree.delete_one", "accounts.sign_out")
"""Routes that end what the others need."""

DENIED: Final[Mapping[str, frozenset[str]]] = {
    # Without the right to create accounts, or on one's own account: seen, refused, explained.
    "tree.create": frozenset({RESPONSIBLE, SHARED, EXPERT}),
    "tree.save": MEMBERS - {HEAD},
    "tree.suspend_one": MEMBERS - {HEAD},
    "tree.resume_one": MEMBERS - {HEAD},
    "tree.reset": MEMBERS - {HEAD},
    "tree.move_one": MEMBERS - {HEAD},
    "tree.delete_one": MEMBERS - {HEAD},
    "administration.confirm_deletion": frozenset({ADMINISTRATOR}),
}
"""Who gets a refusal with its reason (403) on own objects; one's own account where there is none below."""


class Route(NamedTuple):
    """Name one method of one route."""

    method: str
    endpoint: str
    path: str
    places: tuple[str, ...]
    access: Access


def routes(app: Flask) -> list[Route]:
    """List every method of every route, those that end the others' need last."""
    found = []
    for rule in app.url_map.iter_rules():
        declared = rule_of(app, rule.endpoint)
        assert declared is not None, f"{rule.endpoint} declares no rule"
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            places = tuple(sorted(rule.arguments))
            found.append(Route(method, rule.endpoint, rule.rule, places, declared.access))
    return sorted(
        found, key=lambda each: (LAST.index(each.endpoint) + 1 if each.endpoint in LAST else 0, each)
    )


def number(site: Site, login: str) -> str:
    """Give the number of an account."""
    (row,) = site.rows(Account, login=login)
    return str(row["id"])


def own_objects(site: Site, login: str) -> dict[str, str]:
    """Give objects that an account may open: below it, or itself where there is none."""
    head = site.rows(Account, login=HEAD)[0]
    below = {HEAD: EXPERT, ADMINISTRATOR: HEAD}.get(login, login)
    return {
        "product_id": str(site.product(CABINET)),
        "account_id": number(site, below),
        "organisation_id": str(head["organisation_id"]),
        "registration_id": "1",
        "request_id": "1",
    }


def foreign_objects(site: Site, login: str) -> dict[str, str]:
    """Give objects that exist and are somebody else's."""
    theirs = STRANGER if login != STRANGER else HEAD
    rows = site.rows(Account, login=theirs)
    others = {"account_id": number(site, EXPERT if login == ADMINISTRATOR else theirs)}
    organisation = {"organisation_id": str(rows[0]["organisation_id"])}
    return {
        "product_id": foreign_product(site, login),
        "registration_id": ABSENT,
        **organisation,
        **others,
    } | {"request_id": ABSENT if login in {HEAD, ADMINISTRATOR} else "1"}


def foreign_product(site: Site, login: str) -> str:
    """Give a product that an account does not see."""
    if login in {STRANGER, EXPERT}:
        return str(site.product(CABINET))
    stranger = site.rows(Account, login=STRANGER)[0]["organisation_id"]
    products = METADATA.tables["product"]
    with site.database.reading() as session:
        query = select(products.c.id).where(products.c.organisation_id == stranger)
        return str(session.scalars(query).first())


def filled(route: Route, objects: Mapping[str, str]) -> str:
    """Write the address of a route."""
    known = {**FIXED, **objects}
    assert set(route.places) <= known.keys(), f"{route.endpoint}: say how to fill {route.places}"
    return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: known[found[1]], route.path)


def send(client: Client, route: Route, objects: Mapping[str, str]) -> Any:
    """Open or post to a route, with the token of this session and nothing else."""
    data = {"csrf_token": client.token} if route.method != "GET" else None
    return client.http.open(
        filled(route, objects), method=route.method, data=data, base_url=client.base, buffered=True
    )


def content(site: Site) -> dict[str, list[Any]]:
    """Read everything, but what a refusal leaves: its line in the trace, the session that was seen."""
    left_out = {"trace", "account_session", "sign_in_failure"}
    with site.database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
            if table.name not in left_out
        }


@pytest.fixture
def asked(site: Site) -> Site:
    """Give a portal where an expert asked for a product and a publisher for registration."""
    expert, guest = site.client(EXPERT), site.client()
    expert.get("/mon-compte/produits")
    expert.post("/mon-compte/produits", {"wanted": CABINET})
    guest.get("/inscription")
    first = {"name": "Inès", "email": "ines@nouvelle.example", "login": "ines", "organisation": "Nouvelle"}
    guest.post("/inscription", first, 200)
    return site


def signed(site: Site, login: str) -> Client:
    """Sign in, and have a token."""
    client = site.client(login)
    client.get("/mon-compte")
    return client


def refusals(site: Site, login: str) -> Iterator[tuple[Route, dict[str, str]]]:
    """Give what an account may not do: routes that are not for it, and foreign objects."""
    foreign = foreign_objects(site, login)
    for route in routes(site.app):
        if login not in MAY_USE[route.access]:
            yield route, own_objects(site, login)
        elif set(route.places) & set(OBJECTS) and not (
            login == ADMINISTRATOR and set(route.places) & {"organisation_id"}
        ):
            yield route, foreign


@pytest.mark.parametrize("login", KINDS)
def test_what_is_not_ones_own_does_not_exist(asked: Site, login: str) -> None:
    """Every route that is not for an account, and every foreign object: the page of what does not exist.

    The answer is that of a number nobody has, to the letter, and nothing is changed.
    """
    client, absent = signed(asked, login), dict.fromkeys(OBJECTS, ABSENT)
    before = content(asked)
    for route, objects in refusals(asked, login):
        refused, nothing = send(client, route, objects), send(client, route, absent)
        assert 404 == refused.status_code, (route, refused.get_data(as_text=True)[:500])
        assert bare(nothing.get_data(as_text=True)) == bare(refused.get_data(as_text=True)), route
        assert before == content(asked), route


@pytest.mark.parametrize("login", KINDS)
def test_what_is_ones_own_answers(asked: Site, login: str) -> None:
    """Every route that is for an account answers on its own objects: done, asked again, or explained."""
    client, objects = signed(asked, login), own_objects(asked, login)
    for route in routes(asked.app):
        if login not in MAY_USE[route.access] or _is_not_seen(login, route):
            continue
        found = send(client, route, objects)
        if login in DENIED.get(route.endpoint, ()):
            assert 403 == found.status_code, (route, found.status_code)
            assert "Rien n’a été modifié" in found.get_data(as_text=True)
        elif route.endpoint == "links.choose":
            assert 404 == found.status_code
        else:
            assert found.status_code in {200, 204, 302, 303, 409, 422}, (
                route,
                found.get_data(as_text=True)[:900],
            )


def _is_not_seen(login: str, route: Route) -> bool:
    """Leave out objects that are foreign to this account: the test above has them."""
    if "product_id" in route.places:
        return login in {EXPERT, STRANGER}
    if "request_id" in route.places:
        return login != HEAD
    return route.endpoint in {
        "organisation.switch",
        "instance.switch_plugin",
    }  # without a plugin, there is nothing to switch


def test_without_session_only_public_pages_answer(asked: Site) -> None:
    """Signed out, every other page leads to the sign-in page, and nothing posted is done."""
    client = asked.client()
    client.get("/connexion")
    before = content(asked)
    for route in routes(asked.app):
        found = send(client, route, own_objects(asked, HEAD))
        if route.access is Access.PUBLIC:
            assert found.status_code in {200, 303, 404, 422}, route
        elif route.method == "GET":
            assert 302 == found.status_code, route
            assert found.headers["Location"].startswith("/connexion?next="), route
        else:
            assert 401 == found.status_code, route
    assert before == content(asked)


@pytest.mark.parametrize("login", KINDS)
def test_a_forged_token_changes_nothing(asked: Site, login: str) -> None:
    """Whatever is posted without the token of the session, or with another one's: 400 or 404."""
    client, other = signed(asked, login), signed(asked, EXPERT)
    before = content(asked)
    for route in routes(asked.app):
        if route.method == "GET":
            continue
        for token in ("", "x", other.token):
            client.token = token
            found = send(client, route, own_objects(asked, login))
            assert found.status_code in {400, 404}, (route, found.status_code)
    assert before == content(asked)


def test_every_route_declares_its_rule(site: Site) -> None:
    """No route is left without a rule."""
    assert [] == undeclared(site.app)
    assert 70 < len(routes(site.app))


def test_a_route_without_rule_stops_the_start(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application with a route that declares nothing is not made: the error names the route."""
    blueprint = type(product_routes.products)("extra", "extra")
    blueprint.add_url_rule("/extra", "bare", lambda: "")
    monkeypatch.setattr("jalon_web.factory._AREAS", (blueprint,))

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
