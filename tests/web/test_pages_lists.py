"""Which products each account sees, through the pages: the matrix, and what one asks one's manager for."""

from __future__ import annotations

import re

import pytest

from jalon.storage.tables import Account, Product, ProductShare, Trace
from support.portal import CABINET, EXPERT, HEAD, SHARED, STRANGER, Site


def number(site: Site, login: str) -> int:
    """Give the number of an account."""
    (row,) = site.rows(Account, login=login)
    return int(row["id"])


def actions(site: Site) -> list[str]:
    """List what the trace says, the oldest first."""
    return [each["action"] for each in sorted(site.rows(Trace), key=lambda each: each["id"])]


def test_lists_of_products_in_the_matrix(site: Site) -> None:
    """Only what was changed on the page is given or taken back; what a colleague did meanwhile stays."""
    client = site.client(HEAD)
    client.get("/comptes/produits?compte=lebrun")
    expert, cabinet = number(site, EXPERT), site.product(CABINET)
    client.post("/comptes/produits", {"shown": "", f"given.{cabinet}-{expert}": "oui"})
    assert site.rows(ProductShare, account_id=expert, product_id=cabinet)
    assert "products-given" == actions(site)[-1]
    site.client(EXPERT).get(f"/produits/{cabinet}")
    client.post("/comptes/produits", {"shown": f"{cabinet}-{expert}"})
    assert not site.rows(ProductShare, account_id=expert, product_id=cabinet)
    site.client(EXPERT).get(f"/produits/{cabinet}", 404)


@pytest.mark.parametrize("given", ["x", "1-", "0-1", "1-1-1", "9" * 40 + "-1", "1 2", "١-١"])
def test_a_matrix_that_was_never_shown_is_refused(site: Site, given: str) -> None:
    """What is no pair of numbers is a page of another time: 400, nothing changed."""
    client = site.client(HEAD)
    client.get("/comptes/produits")
    before = site.rows(ProductShare)
    client.post("/comptes/produits", {"shown": "", f"given.{given}": "oui"}, 400)
    assert before == site.rows(ProductShare)


def test_nobody_gives_what_is_not_ones_own(site: Site) -> None:
    """Products one does not see, accounts that are not below, and oneself: refused, nothing changed."""
    client = site.client(HEAD)
    client.get("/comptes/produits")
    mine, theirs = site.product(CABINET), site.rows(Product, responsible_id=number(site, STRANGER))
    foreign = theirs[0]["id"] if theirs else 999_999
    before = site.rows(ProductShare)
    client.post("/comptes/produits", {f"given.{foreign}-{number(site, EXPERT)}": "oui"}, 404)
    client.post("/comptes/produits", {f"given.{mine}-{number(site, STRANGER)}": "oui"}, 404)
    client.post("/comptes/produits", {f"given.{mine}-{number(site, HEAD)}": "oui"}, 403)
    assert before == site.rows(ProductShare)


def test_a_request_is_accepted_in_one_click(site: Site) -> None:
    """An expert asks for a product by its name; the manager finds it chosen already, and accepts."""
    expert = site.client(EXPERT)
    page = expert.get("/mon-compte/produits")
    assert "Claire Morel" in page.html
    expert.post("/mon-compte/produits", {"wanted": CABINET, "message": "Pour remplir A08."})
    assert "en attente" in expert.get("/mon-compte/produits").html

    head = site.client(HEAD)
    page = head.get("/comptes/demandes")
    (action,) = set(re.findall(r'action="(/comptes/demandes/\d+)"', page.html))
    assert f'value="{site.product(CABINET)}" selected' in page.html
    head.post(action, {"decision": "accept", "product": str(site.product(CABINET))})

    expert.get(f"/produits/{site.product(CABINET)}")
    head.get("/comptes/demandes")
    head.post(action, {"decision": "refuse"})
    assert "déjà reçu une réponse" in head.get("/comptes/demandes").html


def test_a_refusal_is_told_with_its_reason(site: Site) -> None:
    """A refused request gives nothing; who asked reads the answer."""
    expert, head = site.client(EXPERT), site.client(HEAD)
    expert.get("/mon-compte/produits")
    expert.post("/mon-compte/produits", {"wanted": "Un produit inconnu"})
    page = head.get("/comptes/demandes")
    assert "Aucun de vos produits ne porte exactement ce nom" in page.html
    (action,) = set(re.findall(r'action="(/comptes/demandes/\d+)"', page.html))
    head.post(action, {"decision": "refuse", "answer": "Ce produit n’existe plus."})
    assert "Ce produit n’existe plus." in expert.get("/mon-compte/produits").html
    assert "Aucune demande en attente" in site.client(STRANGER).get("/comptes/demandes").html


def test_requests_of_others_cannot_be_decided(site: Site) -> None:
    """A request answers to managers of who asked only; to others it does not exist."""
    expert = site.client(EXPERT)
    expert.get("/mon-compte/produits")
    expert.post("/mon-compte/produits", {"wanted": CABINET})
    for login in (EXPERT, SHARED, STRANGER):
        client = site.client(login)
        client.get("/comptes/demandes")
        client.post("/comptes/demandes/1", {"decision": "accept", "product": str(site.product(CABINET))}, 404)
    assert not site.rows(ProductShare, account_id=number(site, EXPERT))
