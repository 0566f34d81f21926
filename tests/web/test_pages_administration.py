"""What administrators do: organisations, heads and successors, registrations, imports, plugins, the trace."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jalon.domain.rights import EVERY_RIGHT
from jalon.storage.tables import (
    Account,
    AccountSession,
    Organisation,
    Product,
    Registration,
    Trace,
)
from support.client import Client
from support.portal import ADMINISTRATOR, EXPERT, HEAD, RESPONSIBLE, Site

FIRST = {"name": "Inès Sauvage", "email": "ines@nouvelle.example", "login": "ines.sauvage"}


def row(site: Site, login: str) -> Any:
    """Give the row of an account."""
    (found,) = site.rows(Account, login=login)
    return found


def actions(site: Site) -> list[str]:
    """List what the trace says."""
    return [each["action"] for each in sorted(site.rows(Trace), key=lambda each: each["id"])]


@pytest.fixture
def admin(site: Site) -> Client:
    """Sign in as the administrator."""
    return site.client(ADMINISTRATOR)


# -- organisations


def test_an_organisation_begins_with_its_head(site: Site, admin: Client) -> None:
    """Created with its first account, which has every right, no password, and a link shown once."""
    admin.get("/administration/organisations/nouvelle")
    page = admin.post(
        "/administration/organisations/nouvelle", {**FIRST, "organisation": "Nouvelle Santé"}, 200
    )
    (token,) = re.findall(r"/lien/([\w-]{22,})", page.html)
    made = row(site, "ines.sauvage")
    assert (None, "", True, True) == (
        made["manager_id"],
        made["password"],
        made["validates"],
        made["creates_accounts"],
    )
    assert EVERY_RIGHT.profile.value == made["profile"]
    assert {"organisation-created", "account-created", "invited"} <= set(actions(site))
    guest = site.client()
    guest.get(f"/lien/{token}")
    guest.post(f"/lien/{token}", {"wanted": "girafe lampe orage tiroir"})
    site.client().sign_in("ines.sauvage", "girafe lampe orage tiroir")


@pytest.mark.parametrize("name", ["", "LIRÈNE LOGICIELS SANTÉ", "a\u202eb", "x" * 201])
def test_an_organisation_that_cannot_be_is_told(site: Site, admin: Client, name: str) -> None:
    """An empty, taken, deceiving or endless name: 422, nothing made, what was typed is still there."""
    taken = site.rows(Organisation)[0]["name"].upper() if name.startswith("LIR") else name
    before = len(site.rows(Organisation)), len(site.rows(Account))
    admin.get("/administration/organisations/nouvelle")
    page = admin.post("/administration/organisations/nouvelle", {**FIRST, "organisation": taken}, 422)
    assert "ines.sauvage" in page.html
    assert before == (len(site.rows(Organisation)), len(site.rows(Account)))


def test_a_successor_takes_the_place_of_the_head(site: Site, admin: Client) -> None:
    """The successor goes to the top with every right; the former head goes below, and keeps its products."""
    head, expert, responsible = row(site, HEAD), row(site, EXPERT), row(site, RESPONSIBLE)
    path = f"/administration/organisations/{head['organisation_id']}"
    admin.get(path)
    former = site.client(HEAD)
    admin.post(f"{path}/successeur", {"successor": str(expert["id"]), "suspend": "oui"})
    assert (None, True, True) == (
        row(site, EXPERT)["manager_id"],
        row(site, EXPERT)["validates"],
        row(site, EXPERT)["creates_accounts"],
    )
    assert expert["id"] == row(site, HEAD)["manager_id"]
    assert row(site, HEAD)["suspended_at"] is not None
    assert expert["id"] == row(site, RESPONSIBLE)["manager_id"]
    assert not site.rows(AccountSession, account_id=head["id"])
    former.signed_in = False
    former.get("/", 302)
    assert "Karim Benhaddou" in site.client(EXPERT).get("/comptes").html
    assert "head-replaced" in actions(site)
    assert responsible["id"] in {each["responsible_id"] for each in site.rows(Product)}


def test_only_an_account_of_the_organisation_succeeds(site: Site, admin: Client) -> None:
    """A stranger, nobody, the head itself: nothing changes."""
    path = f"/administration/organisations/{row(site, HEAD)['organisation_id']}"
    admin.get(path)
    for successor in (row(site, "sylvie.aubertin")["id"], 999_999):
        admin.post(f"{path}/successeur", {"successor": str(successor)}, 404)
    for successor in ("", "x", "9" * 30, str(row(site, HEAD)["id"])):
        admin.post(f"{path}/successeur", {"successor": successor})
    assert row(site, HEAD)["manager_id"] is None


def test_a_successor_without_account_is_invited(site: Site, admin: Client) -> None:
    """The form makes the account, puts it at the top and shows its link; what is wrong is told and kept."""
    head = row(site, HEAD)
    path = f"/administration/organisations/{head['organisation_id']}"
    admin.get(path)
    page = admin.post(f"{path}/nouveau-successeur", {**FIRST, "login": EXPERT}, 422)
    assert "déjà pris" in page.text
    assert FIRST["email"] in page.html
    assert "/lien/" in admin.post(f"{path}/nouveau-successeur", FIRST, 200).html
    assert (None, row(site, "ines.sauvage")["id"]) == (
        row(site, "ines.sauvage")["manager_id"],
        row(site, HEAD)["manager_id"],
    )
    assert row(site, HEAD)["suspended_at"] is None
    admin.post("/administration/organisations/999999/nouveau-successeur", FIRST, 404)


def test_organisations_are_found(site: Site, admin: Client) -> None:
    """A search by name, whatever the case; pages of fifty; an empty state that says what to do."""
    first = site.rows(Organisation)[0]["name"]
    assert first in admin.get(f"/administration?q={first[:5].upper()}").html
    assert "Aucune organisation ne correspond" in admin.get("/administration?q=zzzz").html
    for page in ("0", "-1", "x", "999999999999", "٣"):
        admin.get(f"/administration?page={page}")


# -- accounts an administrator answers for


def test_the_authority_and_administrators(site: Site, admin: Client) -> None:
    """Accounts without organisation are created, edited, suspended, reset and deleted."""
    admin.get("/administration/comptes/nouveau/authority")
    admin.post("/administration/comptes/nouveau/authority", FIRST, 200)
    made = row(site, "ines.sauvage")
    assert ("authority", None) == (made["kind"], made["organisation_id"])
    path = f"/administration/comptes/{made['id']}"
    admin.get(path)
    admin.post(path, {"name": "Inès Martin", "email": FIRST["email"]})
    assert "Inès Martin" == row(site, "ines.sauvage")["name"]
    admin.get(path)
    admin.post(f"{path}/suspendre")
    admin.post(f"{path}/reactiver")
    assert "/lien/" in admin.post(f"{path}/reinitialiser", expect=200).html
    assert "définitive" in admin.get(f"{path}/supprimer").text
    admin.post(f"{path}/supprimer")
    assert not site.rows(Account, login="ines.sauvage")


def test_the_last_administrator_stays(site: Site, admin: Client) -> None:
    """Nobody deletes or suspends oneself; with a second one, the first may go."""
    me = row(site, ADMINISTRATOR)["id"]
    admin.get(f"/administration/comptes/{me}")
    for act in ("supprimer", "suspendre", "reinitialiser"):
        admin.post(f"/administration/comptes/{me}/{act}", expect=403)
    assert row(site, ADMINISTRATOR)["deleted_at"] is None


def test_administrators_do_not_manage_accounts_below_heads(site: Site, admin: Client) -> None:
    """An expert's account does not exist for an administrator; a head's does, but is not deleted."""
    expert, head = row(site, EXPERT)["id"], row(site, HEAD)["id"]
    admin.get(f"/administration/comptes/{expert}", 404)
    admin.get(f"/administration/comptes/{head}")
    admin.post(f"/administration/comptes/{expert}/suspendre", expect=404)
    admin.get(f"/administration/comptes/{head}/supprimer", 403)
    admin.get(f"/administration/comptes/{expert}/supprimer", 404)
    admin.get(f"/administration/comptes/{head}")
    admin.post(f"/administration/comptes/{head}/supprimer", expect=403)
    admin.post(f"/administration/comptes/{head}/autre-chose", expect=404)


# -- registrations

ASKED = {**FIRST, "organisation": "Nouvelle Santé", "message": "Nous éditons un logiciel."}


def test_a_registration_is_accepted(site: Site, admin: Client) -> None:
    """Anyone asks; an administrator accepts: the organisation, its head, and a link."""
    guest = site.client()
    guest.get("/inscription")
    assert "Demande envoyée" in guest.post("/inscription", ASKED, 200).html
    assert "Nouvelle Santé" in admin.get("/administration/demandes").html
    page = admin.get("/administration/demandes/1")
    assert "Nous éditons un logiciel." in page.html
    accept = "/administration/demandes/1/accepter"
    taken = {**FIRST, "organisation": "Nouvelle Santé", "login": EXPERT}
    assert "déjà pris" in admin.post(accept, taken, 422).html
    assert "/lien/" in admin.post(accept, {**FIRST, "organisation": "Nouvelle Santé"}, 200).html
    assert row(site, "ines.sauvage")["organisation_id"]
    admin.get("/administration/demandes/1")
    again = {**FIRST, "organisation": "Autre", "login": "autre", "email": "autre@autre.example"}
    admin.post(accept, again, 422)
    assert not site.rows(Account, login="autre")


def test_a_registration_is_refused_with_a_reason(site: Site, admin: Client) -> None:
    """Without a reason nothing is decided; with one, the person is written to."""
    guest = site.client()
    guest.get("/inscription")
    guest.post("/inscription", ASKED, 200)
    admin.get("/administration/demandes/1")
    admin.post("/administration/demandes/1/refuser", {"answer": ""}, 422)
    admin.post("/administration/demandes/1/refuser", {"answer": "Hors du champ de la santé."})
    (kept,) = site.rows(Registration)
    assert ("Hors du champ de la santé.", None) == (kept["answer"], kept["organisation_id"])
    assert not site.rows(Organisation, name="Nouvelle Santé")


def test_asking_tells_nothing_of_what_exists(site: Site) -> None:
    """A taken name or login is not told to who asks; many requests from one address must wait."""
    guest = site.client()
    statuses = []
    for _ in range(7):
        guest.get("/inscription")
        found = guest.http.post(
            "/inscription",
            data={**ASKED, "login": EXPERT, "csrf_token": guest.token},
            base_url=guest.base,
        )
        statuses.append(found.status_code)
    assert 200 == statuses[0]
    assert 429 == statuses[-1]
