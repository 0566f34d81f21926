"""The tree of accounts, through its pages: create, edit, suspend, reset, move, delete."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jalon.storage.tables import Account, AccountLink, AccountSession, Job, Product, Trace
from support.client import Client
from support.portal import CABINET, EXPERT, HEAD, RESPONSIBLE, SHARED, STRANGER, MakeSite, Site, bare

NEW = {
    "name": "Paul Kerven",
    "email": "paul.kerven@lirene.example",
    "login": "paul.kerven",
    "profile": "products",
}


def number(site: Site, login: str) -> int:
    """Give the number of an account."""
    (row,) = site.rows(Account, login=login)
    return int(row["id"])


def row(site: Site, login: str) -> Any:
    """Give the row of an account."""
    (found,) = site.rows(Account, login=login)
    return found


def created(site: Site, client: Client, expect: int = 200, **fields: str) -> Any:
    """Make an account below the one who is signed in."""
    client.get("/comptes/nouveau")
    above = {"above": str(number(site, fields.pop("under", HEAD)))}
    return client.post("/comptes/nouveau", {**NEW, **above, **fields}, expect)


def actions(site: Site) -> list[str]:
    """List what the trace says, the oldest first."""
    return [each["action"] for each in sorted(site.rows(Trace), key=lambda each: each["id"])]


def test_the_head_sees_every_account_below_as_a_tree(site: Site) -> None:
    """The page lists the accounts below, with what each may do, and none of another organisation."""
    page = site.client(HEAD).get("/comptes")

    names = page.said("a", "tree__name")
    assert {"Karim Benhaddou", "Lucie Ferrand", "Yann Lebrun"} <= set(names)
    assert "Sylvie Aubertin" not in page.html
    assert "Claire Morel" not in names


def test_a_search_keeps_what_leads_to_those_found(site: Site) -> None:
    """Searching shows the accounts found and those above them; nothing found is said, with a way back."""
    client = site.client(HEAD)
    found = client.get("/comptes?q=FERRAND")
    assert "Lucie Ferrand" in found.html
    assert "Yann Lebrun" not in found.html
    nobody = client.get("/comptes?q=personne+ne+se+nomme+ainsi")
    assert "Aucun compte ne correspond" in nobody.html


def test_an_invitation_is_shown_once_and_its_digest_alone_is_kept(site: Site) -> None:
    """Creating an account shows a one-use link of 128 bits, nowhere to be found afterwards."""
    client = site.client(HEAD)
    page = created(site, client, login="Paul.Kerven")

    (token,) = re.findall(r"/lien/([\w-]{22,})", page.html)
    made = row(site, "paul.kerven")
    assert (number(site, HEAD), "") == (made["manager_id"], made["password"])
    (link,) = site.rows(AccountLink, account_id=made["id"])
    assert token not in str(dict(link))
    assert ["account-created", "invited"] == actions(site)[-2:]
    assert token not in client.get(f"/comptes/{made['id']}").html


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "karim.benhaddou"}, "déjà"),
        ({"login": "KARIM.BENHADDOU"}, "déjà"),
        ({"login": "pàul"}, "à"),
        ({"login": "раul"}, "U+0440"),
        ({"login": "pa\u200bul"}, "U+200B"),
        ({"email": "pas une adresse"}, "adresse électronique"),
        ({"email": "pa\u202eul@lirene.example"}, "U+202E"),
        ({"name": ""}, "Indiquez le nom"),
        ({"profile": "administrator"}, "pas proposé"),
        ({"above": "999999"}, "pas proposé"),
    ],
)
def test_what_cannot_be_an_account_is_told_beside_its_field(
    site: Site, fields: dict[str, str], said: str
) -> None:
    """A login or address that is taken or deceiving, a missing name: 422, what was typed is still there."""
    client = site.client(HEAD)
    before = len(site.rows(Account))
    client.get("/comptes/nouveau")
    page = client.post("/comptes/nouveau", {**NEW, "above": str(number(site, HEAD)), **fields}, 422)

    assert said in page.html
    assert before == len(site.rows(Account))
    if "email" not in fields:
        assert NEW["email"] in page.html


def test_nobody_grants_what_one_lacks(site: Site) -> None:
    """Rights one lacks are shown greyed with the reason; posting them all the same is refused whole."""
    site.change(Account, {"login": RESPONSIBLE}, creates_accounts=True, validates=False, profile="products")
    client = site.client(RESPONSIBLE)
    page = client.get("/comptes/nouveau")
    assert "Pourquoi ne puis-je pas donner tous les droits" in page.html
    for fields in ({"rights": "validates"}, {"profile": "products_and_policy"}):
        found = created(site, client, 403, under=RESPONSIBLE, **fields)
        assert "que vous avez vous-même" in found.html
    assert not site.rows(Account, login="paul.kerven")


def test_without_the_right_creation_is_explained(site: Site) -> None:
    """Who may not create accounts reads why, and who can: no button, and a refusal with names."""
    client = site.client(EXPERT)
    page = client.get("/comptes")
    assert "Pourquoi ne puis-je pas créer de compte" in page.html
    assert "Claire Morel" in page.html
    assert "Claire Morel" in client.get("/comptes/nouveau", 403).html


def test_editing_an_account_below(site: Site) -> None:
    """Name, address and rights change, each traced; what was typed wrong is told and kept."""
    client, target = site.client(HEAD), number(site, EXPERT)
    client.get(f"/comptes/{target}")
    fields = {"name": "Yann Le Brun", "email": "yann@lirene.example", "profile": "products_and_policy"}
    client.post(f"/comptes/{target}", {**fields, "rights": "validates"})

    changed = row(site, EXPERT)
    assert ("Yann Le Brun", "yann@lirene.example", True) == (
        changed["name"],
        changed["email"],
        changed["validates"],
    )
    assert {"account-changed", "rights-changed"} <= set(actions(site))
    page = client.post(f"/comptes/{target}", {**fields, "email": "karim.benhaddou@medivane.example x"}, 422)
    assert "karim.benhaddou@medivane.example x" in page.html


def test_nobody_edits_oneself(site: Site) -> None:
    """One's own account is shown without form; posting to it is refused with who can do it."""
    client, me = site.client(RESPONSIBLE), number(site, RESPONSIBLE)
    page = client.get(f"/comptes/{me}")
    assert "Pourquoi ne puis-je pas modifier ce compte" in page.html
    fields = {"name": "Moi", "email": "moi@lirene.example", "profile": "products_and_policy"}
    refused = client.post(f"/comptes/{me}", fields, 403)
    assert "Claire Morel" in refused.html
    for act in ("suspendre", "reinitialiser", "reactiver"):
        client.post(f"/comptes/{me}/{act}", expect=403)
    client.post(f"/comptes/{me}/supprimer", expect=403)


def test_suspending_ends_sessions_at_once(site: Site) -> None:
    """A suspended account is out with its next request, cannot sign in, and comes back when resumed."""
    suspended, client, target = site.client(EXPERT), site.client(HEAD), number(site, EXPERT)
    client.get(f"/comptes/{target}")
    client.post(f"/comptes/{target}/suspendre")
    assert not site.rows(AccountSession, account_id=target)
    suspended.signed_in = False
    suspended.get("/produits", 302)
    assert "Suspendu" in client.get(f"/comptes/{target}").html
    client.post(f"/comptes/{target}/reactiver")
    site.client(EXPERT).get("/produits")


def test_a_reset_ends_sessions_and_shows_a_link(site: Site) -> None:
    """A manager makes a link for an account below; one that holds more rights is not lent to it."""
    site.change(Account, {"login": EXPERT}, manager_id=number(site, RESPONSIBLE), validates=True)
    site.change(Account, {"login": RESPONSIBLE}, validates=False)
    target = number(site, EXPERT)
    client = site.client(RESPONSIBLE)
    assert "Pourquoi ne puis-je pas réinitialiser" in client.get(f"/comptes/{target}").html
    client.post(f"/comptes/{target}/reinitialiser", expect=403)
    head = site.client(HEAD)
    head.get(f"/comptes/{target}")
    assert "/lien/" in head.post(f"/comptes/{target}/reinitialiser", expect=200).html


def test_moving_takes_those_below_along(site: Site) -> None:
    """An account moves under another one of mine; what would make a circle is not offered, nor accepted."""
    under, moved = number(site, RESPONSIBLE), number(site, EXPERT)
    client = site.client(HEAD)
    page = client.get(f"/comptes/{under}/deplacer")
    assert f'value="{under}"' not in page.html
    client.get(f"/comptes/{moved}/deplacer")
    client.post(f"/comptes/{moved}/deplacer", {"above": str(under)})
    assert under == row(site, EXPERT)["manager_id"]
    client.post(f"/comptes/{under}/deplacer", {"above": str(moved)}, 422)
    client.post(f"/comptes/{under}/deplacer", {"above": str(number(site, STRANGER))}, 422)


def test_deleting_moves_products_first(site: Site) -> None:
    """The products of an account are listed; without a new responsible for each, nothing is deleted."""
    client, target = site.client(HEAD), number(site, RESPONSIBLE)
    page = client.get(f"/comptes/{target}/supprimer")
    products = site.rows(Product, responsible_id=target)
    assert all(each["name"] in page.html for each in products)
    client.post(f"/comptes/{target}/supprimer", expect=422)
    assert row(site, RESPONSIBLE)["deleted_at"] is None

    receiver = str(number(site, SHARED))
    client.post(f"/comptes/{target}/supprimer", {f"to.{each['id']}": receiver for each in products})

    (gone,) = site.rows(Account, id=target)
    assert gone["deleted_at"] is not None
    assert "Karim Benhaddou" == gone["name"]
    assert len(products) == len(site.rows(Product, responsible_id=int(receiver)))
    client.get(f"/comptes/{target}", 404)
    nobody = site.client()
    nobody.get("/connexion")
    nobody.post("/connexion", {"login": RESPONSIBLE, "password": "Convergence-2026"}, 422)


def test_entrusting_without_deleting(site: Site) -> None:
    """Responsibility moves product by product; those left out stay."""
    client, target = site.client(HEAD), number(site, RESPONSIBLE)
    client.get(f"/comptes/{target}/supprimer")
    client.post(f"/comptes/{target}/confier", {f"to.{site.product(CABINET)}": str(number(site, SHARED))})
    (product,) = site.rows(Product, name=CABINET)
    assert number(site, SHARED) == product["responsible_id"]
    assert row(site, RESPONSIBLE)["deleted_at"] is None


@pytest.mark.parametrize("path", ["", "/deplacer", "/supprimer"])
@pytest.mark.parametrize("login", [EXPERT, STRANGER])
def test_foreign_accounts_answer_like_accounts_that_do_not_exist(site: Site, path: str, login: str) -> None:
    """A peer's and a stranger's account give the very page of a number that nobody has."""
    client = site.client(RESPONSIBLE if login == STRANGER else SHARED)
    foreign = client.get(f"/comptes/{number(site, login)}{path}", 404)
    for absent in (999_999, 2**31, 10**30):
        nothing = client.get(f"/comptes/{absent}{path}", 404)
        assert bare(foreign.html) == bare(nothing.html)


def test_what_i_may_not_do_is_explained(site: Site) -> None:
    """« Mes droits » lists what one may do, what one may not, why, and who can."""
    page = site.client(EXPERT).get("/mon-compte/droits")
    assert "Pourquoi ne puis-je pas" in page.html
    assert "Claire Morel" in page.html
    head = site.client(HEAD).get("/mon-compte/droits")
    assert "un administrateur du portail" in head.html.replace("\u00a0", " ")


def test_an_address_lends_rights_too(make_site: MakeSite) -> None:
    """A manager cannot have the links of an account that holds more rights sent to itself."""
    site = make_site(smtp_url="smtp://127.0.0.1:1")
    site.change(Account, {"login": EXPERT}, manager_id=number(site, RESPONSIBLE), validates=True)
    site.change(Account, {"login": RESPONSIBLE}, validates=False)
    client, target = site.client(RESPONSIBLE), number(site, EXPERT)
    page = client.get(f"/comptes/{target}")
    assert "Pourquoi ne puis-je pas changer cette adresse" in page.html.replace("\u00a0", " ")
    fields = {"name": "Yann Lebrun", "profile": "products", "rights": "validates"}
    client.post(f"/comptes/{target}", {**fields, "email": "moi@ailleurs.example"}, 403)
    client.post(f"/comptes/{target}", {**fields, "name": "Yann Le Brun", "email": f"{EXPERT}@demo.example"})
    kept = row(site, EXPERT)
    assert ("Yann Le Brun", f"{EXPERT}@demo.example", True) == (
        kept["name"],
        kept["email"],
        kept["validates"],
    )


def test_a_changed_address_is_told_and_voids_links(site: Site) -> None:
    """Both addresses are written to when a manager changes one, and links sent to the former die."""
    client, target = site.client(HEAD), number(site, EXPERT)
    client.get(f"/comptes/{target}")
    client.post(f"/comptes/{target}/reinitialiser", expect=200)
    client.get(f"/comptes/{target}")
    client.post(
        f"/comptes/{target}", {"name": "Yann", "email": "yann@ailleurs.example", "profile": "products"}
    )
    told = [each["argument"] for each in site.rows(Job, kind="mail")]
    told = [each["address"] for each in told if each["message"] == "email-changed"]
    assert [f"{EXPERT}@demo.example", "yann@ailleurs.example"] == told
    assert not site.rows(AccountLink, account_id=target)


@pytest.mark.parametrize("to", ["9" * 5000, "-1", "x", "٣", "2147483648", "9999999999", "1.5"])
def test_nobody_is_made_responsible_by_a_strange_number(site: Site, to: str) -> None:
    """Whatever stands for the new responsible, nothing is moved nor deleted, and the page answers."""
    client, target = site.client(HEAD), number(site, RESPONSIBLE)
    client.get(f"/comptes/{target}/supprimer")
    fields = {f"to.{each['id']}": to for each in site.rows(Product, responsible_id=target)}
    client.post(f"/comptes/{target}/supprimer", fields, 422)
    assert len(fields) == len(site.rows(Product, responsible_id=target))
    assert row(site, RESPONSIBLE)["deleted_at"] is None
