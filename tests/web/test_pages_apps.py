"""Several applications in one process, with other plugins or none: nothing is shared, nothing is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from jalon.plugins.registry import Plugins
from jalon.services.referentials import stored_plugins
from jalon.storage.database import Database
from jalon.storage.schema import migrate
from jalon.storage.tables import Account
from jalon_web.factory import warm_up
from jalon_web.portal import portal
from support.client import Client
from support.portal import (
    AUTHORITY,
    HEAD,
    RESPONSIBLE,
    VISIO,
    MakeSite,
    Site,
    fill,
    large,
    unchanged,
)

BROUGHT = {
    "doctrine": "/produits/{cabinet}/doctrine/interoperabilite/A08.1",
    "dmp_compat": "/produits/{cabinet}/dmp_compat/homologation/DMP",
    "telesante": "/produits/{visio}/telesante/exigences/TLS",
}


def pages(client: Client, site: Site) -> list[str]:
    """Open the pages of every product a person sees; give what they say."""
    paths = ["/", "/produits", *(f"/produits/{site.product(name)}" for name in ("Lirène Cabinet", VISIO))]
    return [client.get(path).text for path in paths]


def without(installed: Plugins, *keys: str) -> Plugins:
    """Leave out the plugins that bring these referentials."""
    names = {each.name for each in installed.all if {r.key for r in each.referentials} & set(keys)}
    assert len(keys) == len(names)
    return installed.without(names)


def test_two_applications_share_nothing(make_site: MakeSite, installed: Plugins, tmp_path: Path) -> None:
    """Two applications with other plugins show each its own questionnaires, at the same time."""
    one, other = make_site(), make_site(plugins=large(tmp_path, 3))
    other.evaluate()
    in_one, in_other = one.client(RESPONSIBLE), other.client(RESPONSIBLE)
    for _ in range(2):
        assert "Grand questionnaire" not in pages(in_one, one)[2]
        assert "Grand questionnaire" in pages(in_other, other)[2]
    path = one.axis("L", questionnaire="large/essai")
    assert 404 == in_one.get(path, 404).status
    assert {"L.0", "L.1", "L.2"} == set(in_other.get(path).criteria())

    with unchanged(one):
        in_other.click("L.0", level="3")
    assert one.app.jinja_env is not other.app.jinja_env


def test_a_session_is_that_of_one_application(make_site: MakeSite) -> None:
    """The cookie of one application opens nothing in another, even with the same secret."""
    one, other = make_site(), make_site()
    client, stranger = one.client(RESPONSIBLE), other.client()
    held = client.http.get_cookie("jalon")
    assert held is not None
    stranger.http.set_cookie("jalon", held.value)

    assert 302 == stranger.get("/", 302).status


def test_another_secret_signs_everybody_out(make_site: MakeSite) -> None:
    """Cookies signed with another secret are nobody's."""
    one = make_site()
    other = make_site(url=str(one.database.engine.url), secret="y" * 48)
    client, again = one.client(RESPONSIBLE), other.client()
    held = client.http.get_cookie("jalon")
    assert held is not None
    again.http.set_cookie("jalon", held.value)

    assert 302 == again.get("/", 302).status
    assert 200 == client.get("/").status


def test_without_any_plugin_every_page_works(make_site: MakeSite) -> None:
    """Plugins withdrawn from an instance that has answers: its pages work, nothing is lost, nothing is asked."""
    site = make_site(plugins=Plugins([]))
    client = site.client(RESPONSIBLE)

    with unchanged(site):
        shown = pages(client, site)
    assert "Aucun questionnaire ne concerne ce produit pour le moment." in shown[2]
    assert 404 == client.get(site.axis("A08.1"), 404).status
    assert 404 == client.post(site.axis("A08.1"), {"version.A08.1.1": "1", "level.A08.1.1": "3"}, 404).status
    site.client(AUTHORITY).get("/")


def test_without_any_plugin_evaluated_again(make_site: MakeSite) -> None:
    """The same once the worker has evaluated every product again."""
    site = make_site(plugins=Plugins([]))
    for name in ("Lirène Cabinet", VISIO):
        site.evaluate(name)

    assert "Aucun questionnaire ne concerne ce produit pour le moment." in pages(site.client(HEAD), site)[2]


def test_a_portal_that_never_had_a_plugin(make_site: MakeSite, tmp_path: Path) -> None:
    """An instance made without plugin starts, and its demonstration has products without questionnaire."""
    url = f"sqlite:///{tmp_path / 'bare.db'}"
    fill(url, Plugins([]))
    site = make_site(url=url, plugins=Plugins([]))

    assert "Aucun questionnaire ne concerne ce produit" in pages(site.client(RESPONSIBLE), site)[2]


@pytest.mark.parametrize("key", BROUGHT)
@pytest.mark.parametrize("evaluated", [False, True], ids=["before", "after"])
def test_without_one_plugin_the_others_work(
    make_site: MakeSite, installed: Plugins, key: str, evaluated: bool
) -> None:
    """One plugin withdrawn, before and after products are evaluated again: its pages are gone, others work."""
    alone = {"doctrine": ("doctrine", "dmp_compat", "telesante", "force_probante", "mon_espace_sante")}
    site = make_site(plugins=without(installed, *alone.get(key, (key,))))
    if evaluated:
        site.evaluate()
        site.evaluate(VISIO)
    client = site.client(RESPONSIBLE)
    places = {"cabinet": site.product(), "visio": site.product(VISIO)}

    with unchanged(site):
        pages(client, site)
        for other, path in BROUGHT.items():
            gone = other in alone.get(key, (key,))
            client.get(path.format(**places), 404 if gone else 200)


def test_a_plugin_that_comes_back_brings_its_answers(make_site: MakeSite) -> None:
    """Plugins withdrawn then installed again: every answer is there as it was."""
    bare = make_site(plugins=Plugins([]))
    for name in ("Lirène Cabinet", VISIO):
        bare.evaluate(name)
    url = str(bare.database.engine.url)
    site = make_site(url=url)
    site.evaluate()

    client = site.client(RESPONSIBLE)
    assert "10 réponses sur 21, dont 4 à confirmer" in client.get(f"/produits/{site.product()}").text.replace(
        " ", " "
    )
    assert "1" == client.get(site.axis("A08.1")).criterion("A08.1.1").checked


def test_an_empty_instance(make_site: MakeSite, tmp_path: Path) -> None:
    """An instance without any account shows its sign-in page, and signs nobody in."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    database = Database(url)
    migrate(database)
    database.close()
    site = make_site(url=url)
    client = site.client()
    client.get("/connexion")

    client.post("/connexion", {"login": RESPONSIBLE, "password": "Convergence-2026"}, 422)
    assert [] == list(site.rows(Account))


@pytest.mark.parametrize("by_htmx", [False, True])
def test_a_referential_that_is_only_stored_is_read_only(
    make_site: MakeSite, installed: Plugins, by_htmx: bool
) -> None:
    """A plugin uninstalled: its questionnaires stay readable, say why, and refuse to be answered."""
    site = make_site()
    gone = without(installed, "dmp_compat").with_stored(stored_plugins(site.database))
    site = make_site(url=str(site.database.engine.url), plugins=gone)
    client = site.client(RESPONSIBLE)
    path = site.axis("DMP", questionnaire="dmp_compat/homologation")
    page = client.get(path)
    said = "est momentanément en lecture seule. Vos réponses"

    assert said in page.text
    assert "2" == page.criterion("DMP.1").checked
    assert [] == [button for each in page.criteria().values() for button in each.buttons()]
    fields = {"version.DMP.1": "1", "level.DMP.1": "0", "seen.DMP.1": ""}
    with unchanged(site):
        if by_htmx:
            assert said in client.htmx(f"{path}/DMP.1", fields, 422).text
        else:
            assert said in client.post(path, fields, 422).text
    assert 200 == client.get(site.axis("A08.1")).status
    assert 200 == client.click("A08.1.1", level="3").status


def test_warming_up_leaves_nothing_to_compile(make_site: MakeSite) -> None:
    """Once warm, an application has every template of ours and the texts of its catalogue; it asks no database."""
    site = make_site()
    site.app.jinja_env.cache.clear()
    site.database.close()

    warm_up(site.app)

    known = {key[1] for key in site.app.jinja_env.cache}
    assert {"questionnaires/axis.html", "questionnaires/_criterion.html", "base.html"} <= known
    assert portal(site.app).texts_of(portal(site.app).switchboard.plugins).criteria
