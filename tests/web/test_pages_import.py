"""Import of organisations and accounts from a sheet: shown first, then done whole or not at all."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage

from jalon.storage.tables import Account
from support.client import Client
from support.portal import ADMINISTRATOR, Site


@pytest.fixture
def admin(site: Site) -> Client:
    """Sign in as the administrator."""
    return site.client(ADMINISTRATOR)


HEADER = "Organisation;Identifiant;Nom;Adresse;Rattachement;Profil;Validation;Création de comptes"


def row(site: Site, login: str) -> Any:
    """Give the row of an account."""
    (found,) = site.rows(Account, login=login)
    return found


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


def test_links_may_be_taken_as_a_file(site: Site, admin: Client) -> None:
    """The answer to the import is the file itself: links are kept nowhere, and no cell is a formula."""
    lines = (GOOD[0].replace("Alice Un", "=Alice()"), GOOD[1])
    page = send(admin, sheet(*lines)).get_data(as_text=True)
    (text,) = re.findall(r'name="sheet" value="([^"]+)"', page)
    found = admin.post("/administration/import/importer", {"sheet": text, "result": "csv"}, 200)

    assert 'attachment; filename="liens.csv"' == found.headers["Content-Disposition"]
    assert "no-store" == found.headers["Cache-Control"]
    cells = list(csv.reader(io.StringIO(found.html.lstrip("\ufeff")), delimiter=";"))
    assert ["'=Alice()", "alice.un"] == cells[1][:2]
    token = cells[2][2].rpartition("/")[2]
    assert "bob.un" in site.client().get(f"/lien/{token}").html


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
    """XLSX as CSV; a cell far from the others is told, not left out."""
    rows = [HEADER.split(";"), *[line.split(";") for line in GOOD]]
    for far, said in ((False, "3 à créer"), (True, "au-delà de la ligne")):
        page = send(admin, workbook(rows, far), name="comptes.xlsx").get_data(as_text=True)
        assert said in page.replace("\u00a0", " ")


def test_what_no_page_may_hold_is_named(admin: Client) -> None:
    """Controls in a cell, or in a column nobody reads, are named or left out: the page stays a page."""
    text = "\r\n".join([HEADER + ";Note", GOOD[0] + ";a\x01\x0b", GOOD[1].replace("Bob Un", "Bo\u202eb")])
    admin.get("/administration/import")
    for sent, said in ((text, "Cellule C3"), (text.replace("Un;alice", "U\x01n;alice"), "1 à créer")):
        file = FileStorage(io.BytesIO(sent.encode()), filename="comptes.csv")
        found = admin.post(
            "/administration/import/simuler",
            [("sheet", file)],
            200,
            content_type="multipart/form-data",
        )
        assert said in found.text


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
