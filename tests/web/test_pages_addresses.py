"""Addresses that lead nowhere, methods that no page knows, accounts that are out."""

from __future__ import annotations

import pytest

from jalon.storage.tables import Account
from support.portal import HEAD, SHARED, STRANGER, Site


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
