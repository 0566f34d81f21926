"""The page of the trace: what it says, finds and gives away, and what refusals leave in it."""

from __future__ import annotations

import ast
import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from jalon.storage.tables import Account, Trace, table_of
from jalon_web.trace.words import ACTIONS, KINDS, PAGES, detail_text
from support.client import MOST_STATEMENTS, Client
from support.portal import ADMINISTRATOR, EXPERT, HEAD, START, STRANGER, Site

ROOT = Path(__file__).parents[2]
PATH = "/administration/trace"
SPOKEN = re.compile(r"[a-z]+(-[a-z]+)*")


def add(site: Site, *names: str, **values: Any) -> None:
    """Add a line to the trace for each name."""
    common = {
        "at": START,
        "action": "signed-in",
        "object_kind": "",
        "object_id": "",
        "address": "",
        "detail": {},
    }
    with site.database.writing() as session:
        session.execute(
            insert(table_of(Trace)), [{**common, **values, "account_name": name} for name in names]
        )


def refusals(site: Site) -> list[tuple[Any, ...]]:
    """List what refusals left: who, on what, and what was asked for."""
    rows = sorted(site.rows(Trace, action="refused"), key=lambda row: row["id"])
    return [(row["account_name"], row["object_id"], row["detail"]) for row in rows]


def people(client: Client, query: str) -> set[str]:
    """List who the lines found are about."""
    page = client.get(f"{PATH}?{query}")
    return {cells[1] for cells in (re.findall(r"<td[^>]*>([^<]*)", row) for row in rows_of(page.html))}


def rows_of(html: str) -> list[str]:
    """List the lines of the table."""
    return re.findall(r"<tr><td.*?</tr>", html, re.DOTALL)


@pytest.fixture
def admin(site: Site) -> Client:
    """Sign in as the administrator."""
    return site.client(ADMINISTRATOR)


def _recorded(tree: ast.Module) -> set[tuple[str, str]]:
    """List the actions and kinds of objects that a module writes in the trace."""
    found = set()
    for node in ast.walk(tree):
        named = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
        if not isinstance(node, ast.Call) or named not in {"record", "_trace"}:
            continue
        texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
        found |= {("action", each) for each in texts if isinstance(each, str) and SPOKEN.fullmatch(each)}
        pairs = [each.elts[0] for each in node.args if isinstance(each, ast.Tuple)]
        found |= {("kind", each.value) for each in pairs if isinstance(each, ast.Constant)}
    return found


def test_every_action_is_worded() -> None:
    """Whatever the code writes in the trace, action or kind of object, has its French words."""
    sources = [*ROOT.glob("core/src/**/*.py"), *ROOT.glob("web/src/**/*.py")]
    found = set[tuple[str, str]]().union(*(_recorded(ast.parse(each.read_text("utf-8"))) for each in sources))
    assert len([name for kind, name in found if kind == "action"]) > 30
    assert set() == {name for kind, name in found if kind == "action"} - ACTIONS.keys()
    assert set() == {name for kind, name in found if kind == "kind"} - KINDS.keys() - {""}
    assert len(ACTIONS) == len({str(each) for each in ACTIONS.values()})


def test_an_action_nobody_worded_is_shown_by_its_code(site: Site, admin: Client) -> None:
    """A line of a later version, or of a plugin, is shown all the same, its object and detail too."""
    add(site, "Zoé", action="moon-landed", object_kind="moon", object_id="1", detail={"boots": ["a", None]})
    page = admin.get(PATH)
    assert "moon-landed" in page.text
    assert "moon 1" in page.text
    assert "boots a, –" in page.text


def test_details_are_words() -> None:
    """What a line says more is no code of ours where it has words."""
    assert "droits validation, politique globale" == detail_text({"rights": ["validates", "policy"]})
    assert "consultation, produit 12" == detail_text({"method": "GET", "asked": {"product_id": "12"}})
    assert "activé non" == detail_text({"on": False})
    assert "" == detail_text({"asked": {}})


def test_what_a_line_is_about_is_named(site: Site, admin: Client) -> None:
    """Accounts and organisations have their names, pages their area; numbers that nobody has stay numbers."""
    (head,) = site.rows(Account, login=HEAD)
    for kind, number in (("account", head["id"]), ("organisation", head["organisation_id"])):
        add(site, "Zoé", object_kind=kind, object_id=str(number))
    for number in ("999999", "9" * 40, "²", "-1", ""):
        add(site, "Zoé", object_kind="account", object_id=number)
    add(site, "Zoé", object_kind="page", object_id="tree.show")
    page = admin.get(f"{PATH}?qui=zoe")
    assert f"Compte {head['id']} : Claire Morel" in page.text
    assert f"Organisation {head['organisation_id']} : Orvane Logiciels" in page.text
    assert "Compte 999999" in page.text
    assert "Page Comptes" in page.text
    assert len(page.statements) <= MOST_STATEMENTS


def test_every_area_is_worded(site: Site) -> None:
    """Each part of the portal that can refuse has its name."""
    assert set(site.app.blueprints) == PAGES.keys()


def test_a_person_is_found_whatever_the_case_and_accents(either_site: Site) -> None:
    """Part of a name is enough, on both databases; signs of a search are letters like others."""
    names = ("Éric Çelik", "ZOË", "Anne-Lise", "100 % Santé", "a_b")
    add(either_site, *names)
    client = either_site.client(ADMINISTRATOR)
    for query, wanted in {
        "qui=eric": {"Éric Çelik"},
        "qui=%C3%89RIC+%C3%87": {"Éric Çelik"},
        "qui=zo%C3%AB": {"ZOË"},
        "qui=NNE-LI": {"Anne-Lise"},
        "qui=%25": {"100 % Santé"},
        "qui=_": {"a_b"},
        "qui=zoe&quoi=signed-out": set(),
    }.items():
        found = {each.replace("\u00a0", " ") for each in people(client, query)}
        assert wanted == found, query


def test_days_are_those_of_paris(site: Site, admin: Client) -> None:
    """From and to hold whole days, as clocks show them here: 23:30 UTC is of the day after."""
    add(site, "Tard", at=START.replace(day=10, hour=23, minute=30))
    assert {"Tard"} == people(admin, "depuis=2022-01-11&jusque=2022-01-11")
    assert set() == people(admin, "depuis=2022-01-10&jusque=2022-01-10")


@pytest.mark.parametrize("count", [49, 50, 51, 100, 101])
def test_there_is_a_next_page_only_where_there_are_lines(site: Site, admin: Client, count: int) -> None:
    """Links lead to every line once, forth and back, and never to an empty page."""
    add(site, *["Zoé"] * count)
    seen, addresses = [], [f"{PATH}?qui=zoe"]
    while addresses:
        path = addresses.pop().replace("&amp;", "&")
        page = admin.get(path)
        assert "qui=zoe" in path
        seen.append(len(rows_of(page.html)))
        addresses = re.findall(r'href="([^"]*avant=[^"]*)"', page.html)
    assert count == sum(seen)
    assert 0 not in seen
    back = re.findall(r'href="([^"]*apres=[^"]*)"', page.html)
    assert bool(back) == (count > 50)
    for path in back:
        assert 50 == len(rows_of(admin.get(path.replace("&amp;", "&")).html))


def test_the_page_asks_little_and_leaves_no_line(site: Site, admin: Client) -> None:
    """Reading the trace is not in the trace, and runs as many statements for 50 lines as for none."""
    add(site, *["Zoé"] * 60)
    before = len(site.rows(Trace))
    full, none = admin.get(PATH), admin.get(f"{PATH}?qui=personne-ici")
    assert before == len(site.rows(Trace))
    assert len(full.statements) <= MOST_STATEMENTS
    assert len(none.statements) <= len(full.statements)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "＝1", "＋1", "－1", "＠1"]


def test_the_file_holds_every_line_and_no_formula(site: Site, admin: Client) -> None:
    """One line of the file for each of the trace, the oldest first; a dangerous cell begins with an apostrophe."""
    add(site, *FORMULAS, object_id="=2", address="+3")
    asked = admin.http.get(f"{PATH}.csv", base_url=admin.base)
    assert "attachment" in asked.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(asked.get_data().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(site.rows(Trace)) == len(lines) - 1
    assert [f"'{each}" for each in FORMULAS] == [line[2] for line in lines if line[2].startswith("'")]
    assert {"'=2"} == {line[7] for line in lines if line[2].startswith("'")}
    assert "Connexion" in {line[5] for line in lines}
    numbers = [int(line[0]) for line in lines[1:]]
    assert sorted(numbers) == numbers


def test_the_file_is_filtered_and_told_before_its_first_byte(site: Site, admin: Client) -> None:
    """Filters hold for the file; the line that tells it has them, and is there before anything is read."""
    add(site, "Zoé", "Léa")
    asked = admin.http.get(f"{PATH}.csv?qui=zoe", base_url=admin.base, buffered=False)
    (told,) = site.rows(Trace, action="trace-exported")
    assert {"qui": "zoe"} == told["detail"]
    assert 2 == len(asked.get_data(as_text=True).strip().splitlines())


def test_a_refusal_is_traced_the_same_for_foreign_and_absent(site: Site) -> None:
    """Who was refused, on which page, for which numbers; whether they exist does not show."""
    (stranger,) = site.rows(Account, login=STRANGER)
    client = site.client(HEAD)
    for number in (stranger["id"], 999_999):
        client.get(f"/comptes/{number}", 404)
    client.get(PATH, 404)
    foreign, absent, page = refusals(site)
    assert foreign[:2] == absent[:2]
    assert {"method": "GET", "asked": {"account_id": str(stranger["id"])}} == foreign[2]
    assert foreign[2].keys() == absent[2].keys()
    assert ("trace.index", {"method": "GET", "asked": {}}) == page[1:]


def test_who_is_not_signed_in_fills_no_trace(site: Site) -> None:
    """Neither pages that do not exist nor those that ask to sign in leave a line."""
    client = site.client()
    client.get("/nulle-part", 404)
    client.get(PATH, 302)
    client.get("/comptes/999999", 302)
    assert [] == refusals(site)


def test_a_refusal_stands_where_it_cannot_be_written(site: Site) -> None:
    """A trace that refuses the line changes nothing for who is refused."""
    client = site.client(EXPERT)
    with site.database.writing() as session:
        session.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON trace BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        )
    client.get("/comptes/999999", 404)
    client.get(PATH, 404)
    assert [] == refusals(site)
