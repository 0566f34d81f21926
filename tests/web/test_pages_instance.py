"""What administrators decide for the instance, and the trace they read."""

from __future__ import annotations

import re

import pytest

from jalon.storage.tables import Account, PluginSwitch, Product, Setting, Trace
from support.client import Client
from support.portal import ADMINISTRATOR, AUTHORITY, CABINET, EXPERT, HEAD, RESPONSIBLE, Site


@pytest.fixture
def admin(site: Site) -> Client:
    """Sign in as the administrator."""
    return site.client(ADMINISTRATOR)


def actions(site: Site) -> list[str]:
    """List what the trace says."""
    return [each["action"] for each in sorted(site.rows(Trace), key=lambda each: each["id"])]


def test_a_plugin_is_switched_for_everyone(site: Site, admin: Client) -> None:
    """Confirmed, a plugin is off everywhere, and heads cannot switch it on."""
    admin.get("/administration/modules")
    fields = {"plugin": "dmp_compat", "wanted": "off"}
    page = admin.post("/administration/modules", fields, 200)
    live = len([each for each in site.rows(Product) if each["archived_at"] is None])
    assert "Conséquences" in page.text
    assert f"{live} produits sont recalculés" in page.text
    assert re.search(r"[1-9]\d* produits? en cours perd", page.text)
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
