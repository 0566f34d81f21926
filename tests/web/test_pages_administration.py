"""What administrators do: organisations, heads and successors, registrations, imports, plugins, the trace."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest

from jalon.domain.rights import EVERY_RIGHT
from jalon.storage.tables import (
    Account,
    AccountSession,
    Organisation,
    PluginSwitch,
    Product,
    Registration,
    Setting,
    Trace,
)
from support.client import Client
from support.portal import ADMINISTRATOR, AUTHORITY, CABINET, EXPERT, HEAD, RESPONSIBLE, Site

FIRST = {"name": "Inès Sauvage", "email": "ines@nouvelle.example", "login": "ines.sauvage"}
HEADER = "Organisation;Identifiant;Nom;Adresse;Rattachement;Profil;Validation;Création de comptes"


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
    admin.get(path)
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
    admin.post(f"/administration/comptes/{head}/supprimer", expect=403)
    admin.post(f"/administration/comptes/{head}/autre-chose", expect=403)


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


# -- import


def send(client: Client, data: bytes, expect: int = 200, name: str = "comptes.csv") -> Any:
    """Send a sheet to be looked at."""
    client.get("/administration/import")
    return client.http.post(
        "/administration/import/simuler",
        data={"csrf_token": client.token, "sheet": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
        base_url=client.base,
    )


def sheet(*rows: str) -> bytes:
    """Write a sheet."""
    return "\r\n".join([HEADER, *rows]).encode("utf-8-sig")


GOOD = (
    "Éditeur Un;alice.un;Alice Un;alice@un.example;;;;",
    "Éditeur Un;bob.un;Bob Un;bob@un.example;alice.un;produits;oui;non",
    "Éditeur Deux;carl.deux;Carl Deux;carl@deux.example;;;;",
)


def test_an_import_is_shown_then_done(site: Site, admin: Client) -> None:
    """Nothing is written before it was seen; then everything, with a link for each account."""
    before = len(site.rows(Account))
    page = send(admin, sheet(*GOOD)).get_data(as_text=True)
    assert "3 à créer, 0 déjà là, 0 à corriger" in page.replace("\u00a0", " ")
    assert before == len(site.rows(Account))
    (text,) = re.findall(r'name="sheet" value="([^"]+)"', page)
    done = admin.post("/administration/import/importer", {"sheet": text}, 200)
    assert 3 == len(re.findall(r"/lien/[\w-]{22,}", done.html))
    alice, bob = row(site, "alice.un"), row(site, "bob.un")
    assert (None, alice["id"], True, False) == (
        alice["manager_id"],
        bob["manager_id"],
        bob["validates"],
        bob["creates_accounts"],
    )
    page = send(admin, sheet(*GOOD)).get_data(as_text=True)
    assert "0 à créer, 3 déjà là" in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Éditeur Un;bob.un;Bob;bob@un.example;;;;", "déjà un compte tout en haut"),
        ("Éditeur Un;bob.un;Bob;bob@un.example;personne;;;", "n’est pas un compte"),
        ("Éditeur Un;bob un;Bob;bob@un.example;alice.un;;;", "une espace"),
        ("Éditeur Un;bob.un;Bob;pas une adresse;alice.un;;;", "adresse électronique"),
        ("Éditeur Un;bob.un;Bob;alice@un.example;alice.un;;;", "autre compte"),
        ("Éditeur Un;bob.un;Bob;bob@un.example;alice.un;tout;;", "inconnu"),
        ("Éditeur Un;bob.un;Bob;bob@un.example;alice.un;;peut-être;", "oui ou non"),
        (";bob.un;Bob;bob@un.example;alice.un;;;", "est vide"),
        ("Éditeur Un;yann.lebrun;Bob;bob@un.example;alice.un;;;", "autre organisation"),
        ("Éditeur Un;bob.un;;bob@un.example;alice.un;;;", "est vide"),
    ],
)
def test_a_wrong_line_is_told_and_stops_all(site: Site, admin: Client, line: str, said: str) -> None:
    """Each line that cannot be imported says why; posting the sheet all the same writes nothing."""
    page = send(admin, sheet(GOOD[0], line)).get_data(as_text=True).replace("\u00a0", " ")
    assert said in page
    assert "1 à corriger" in page
    before = len(site.rows(Account))
    admin.post("/administration/import/importer", {"sheet": sheet(GOOD[0], line).decode("utf-8-sig")}, 422)
    assert before == len(site.rows(Account))


def test_a_right_beyond_the_manager_is_refused(admin: Client) -> None:
    """An account is imported with no more than its manager has."""
    lines = (
        *GOOD[:2],
        "Éditeur Un;eve.un;Eve;eve@un.example;bob.un;;non;oui",
    )
    page = send(admin, sheet(*lines)).get_data(as_text=True)
    assert "n’a pas lui-même tous ces droits" in page


def workbook(rows: list[list[Any]], far: bool = False) -> bytes:
    """Write an XLSX."""
    book = openpyxl.Workbook()
    for each in rows:
        book.active.append(each)
    if far:
        book.active["XFD1048576"] = "loin"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_too(site: Site, admin: Client) -> None:
    """XLSX as CSV; a far cell changes nothing."""
    rows = [HEADER.split(";"), *[line.split(";") for line in GOOD]]
    for far in (False, True):
        page = send(admin, workbook(rows, far), name="comptes.xlsx").get_data(as_text=True)
        assert "3 à créer" in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"\x00\x01\x02",
        b"PK\x03\x04 rien",
        b'"sans fin',
        b"nom;adresse",
        (HEADER + ";Nom").encode(),
        sheet(*[f"O;a{n};N;a{n}@x.fr;;;;" for n in range(2_001)]),
        (";" * 60).encode(),
        ("x" * 6_000).encode(),
    ],
)
def test_what_is_no_sheet_is_told(site: Site, admin: Client, data: bytes) -> None:
    """An empty, damaged, endless or shapeless file: 422 with a sentence, never a failure."""
    found = send(admin, data, 422)
    assert 422 == found.status_code, found.get_data(as_text=True)[:2000]
    assert "govuk-error-message" in found.get_data(as_text=True)


# -- plugins, settings, trace


def test_a_plugin_is_switched_for_everyone(site: Site, admin: Client) -> None:
    """Confirmed, a plugin is off everywhere, and heads cannot switch it on."""
    admin.get("/administration/modules")
    fields = {"plugin": "dmp_compat", "wanted": "off"}
    assert "Conséquences" in admin.post("/administration/modules", fields, 200).html
    admin.post("/administration/modules", {**fields, "confirmed": "yes"})
    assert site.rows(PluginSwitch, plugin="dmp_compat", organisation_id=None)
    head = site.client(HEAD)
    assert "par l’administrateur du portail" in head.get("/organisation/parcours").html
    head.post("/organisation/parcours", {"plugin": "dmp_compat", "wanted": "on", "confirmed": "yes"}, 404)
    product = site.client(RESPONSIBLE).get(f"/produits/{site.product(CABINET)}")
    assert "administrateur du portail" in product.html
    for plugin in ("", "inconnu", "\x00"):
        admin.post("/administration/modules", {"plugin": plugin, "wanted": "off"}, 404)


def test_the_second_factor_is_made_compulsory(site: Site, admin: Client) -> None:
    """Once asked for, the administrator's next page is the one that switches it on."""
    admin.get("/administration/reglages")
    admin.post("/administration/reglages", {"second_factor": "yes"})
    assert "yes" == site.rows(Setting, key="second_factor_for_administrators")[0]["value"]
    assert "/mon-compte/second-facteur" == admin.get("/administration", 302).headers["Location"]


def test_the_trace_is_read_with_filters(site: Site, admin: Client) -> None:
    """Lines are named in French, filtered by person, action, object and day; refusals are among them."""
    site.client(EXPERT).get("/produits/999999", 404)
    page = admin.get("/administration/trace")
    assert "Action refusée" in page.html
    assert "Yann Lebrun" in page.html
    assert "Yann Lebrun" not in admin.get("/administration/trace?qui=thévenin").html
    assert "Yann Lebrun" in admin.get("/administration/trace?quoi=refused&objet=page").html
    assert "Yann Lebrun" in admin.get("/administration/trace?depuis=2022-01-20&jusque=2022-01-20").html
    assert "Aucune action" in admin.get("/administration/trace?jusque=2021-01-01").html


@pytest.mark.parametrize(
    "query",
    [
        "qui=%00",
        "qui=%ED%A0%80",
        "qui=%25_%5C",
        "quoi='%20OR%201=1",
        "depuis=9999-12-31",
        "jusque=0001-01-01",
        "avant=99999999999999",
        "apres=-1",
        "numero=" + "9" * 300,
    ],
)
def test_hostile_filters_are_only_filters(admin: Client, query: str) -> None:
    """Whatever is asked for, the page answers."""
    admin.get(f"/administration/trace?{query}")
    assert 200 == admin.http.get(f"/administration/trace.csv?{query}", base_url=admin.base).status_code


def test_an_export_is_traced_and_holds_no_formula(site: Site, admin: Client) -> None:
    """The file has every line; cells that a spreadsheet would run are text; taking it leaves a line."""
    site.change(Account, {"login": EXPERT}, name="=1+1")
    site.client(EXPERT)
    text = admin.http.get("/administration/trace.csv", base_url=admin.base).get_data(as_text=True)
    assert "'=1+1" in text
    assert ";=1+1" not in text
    assert "trace-exported" == actions(site)[-1]


def test_pages_follow_one_another(site: Site, admin: Client) -> None:
    """Older and newer pages hold every line once."""
    for _ in range(120):
        site.client(EXPERT)
    path, seen = "/administration/trace?qui=lebrun", 0
    while path:
        page = admin.get(path)
        seen += page.html.count("<tr><td")
        older = re.findall(r'href="([^"]*avant=[^"]*)"', page.html)
        path = older[0].replace("&amp;", "&") if older else ""
    assert 120 == seen


@pytest.mark.parametrize("login", [AUTHORITY, HEAD, EXPERT])
def test_the_administration_is_for_administrators(site: Site, login: str) -> None:
    """For anybody else its pages do not exist."""
    client = site.client(login)
    for path in ("", "/trace", "/trace.csv", "/import", "/modules", "/reglages", "/comptes", "/demandes"):
        client.get(f"/administration{path}", 404)
