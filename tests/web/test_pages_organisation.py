"""What the head of an organisation switches off: preview, effect, what others read."""

from __future__ import annotations

import re

from jalon.services.jobs import Jobs
from jalon.services.worker import steps
from jalon.storage.tables import Account, AnswerRow, PluginSwitch, Product, Subject, Trace
from jalon_web.portal import portal
from support.portal import CABINET, EXPERT, HEAD, RESPONSIBLE, STRANGER, Site

DMP = "dmp_compat"


def work(site: Site) -> None:
    """Do what the worker has to do."""
    held = portal(site.app)
    Jobs(site.database, steps(site.database, held.switchboard, site.clock), site.clock).run_due()


def test_everything_optional_is_in_use_at_first(site: Site) -> None:
    """The head sees what may be switched off; main questionnaires are not among it."""
    page = site.client(HEAD).get("/organisation/parcours")
    offered = set(re.findall(r'name="plugin" value="(\w+)"', page.html))
    assert DMP in offered
    assert "doctrine" not in offered
    assert "Non activé" not in page.html


def test_switching_off_is_previewed_then_done(site: Site) -> None:
    """Consequences are shown first; confirmed, the questions go, answers stay, others read whom to ask."""
    client = site.client(HEAD)
    answers = len(site.rows(AnswerRow))
    client.get("/organisation/parcours")
    page = client.post("/organisation/parcours", {"plugin": DMP, "wanted": "off"}, 200)
    assert "Conséquences de vos modifications" in page.html
    assert not site.rows(PluginSwitch)

    client.post("/organisation/parcours", {"plugin": DMP, "wanted": "off", "confirmed": "yes"})
    work(site)

    assert 1 == len(site.rows(PluginSwitch, plugin=DMP, is_on=False))
    assert answers == len(site.rows(AnswerRow))
    assert "plugin-switched" in {each["action"] for each in site.rows(Trace)}
    product = site.client(RESPONSIBLE).get(f"/produits/{site.product(CABINET)}")
    assert "non activé – demander à" in product.html.replace("\u00a0", " ")
    assert "Claire Morel" in product.html
    client.get("/organisation/parcours")
    client.post("/organisation/parcours", {"plugin": DMP, "wanted": "on", "confirmed": "yes"})
    work(site)
    assert "non activé" not in site.client(RESPONSIBLE).get(f"/produits/{site.product(CABINET)}").html


def test_only_the_head_chooses(site: Site) -> None:
    """Others read the choices and whom to ask; posting answers as if the page did not exist."""
    client = site.client(EXPERT)
    page = client.get("/organisation/parcours")
    assert "Claire Morel" in page.html
    client.post("/organisation/parcours", {"plugin": DMP, "wanted": "off", "confirmed": "yes"}, 404)
    assert not site.rows(PluginSwitch)


def test_what_cannot_be_switched_is_refused(site: Site) -> None:
    """A main questionnaire, an unknown module, one switched off by the administrator: 404, unchanged."""
    client = site.client(HEAD)
    client.get("/organisation/parcours")
    for plugin in ("doctrine", "inconnu", "", "\x00", "a" * 5000):
        client.post("/organisation/parcours", {"plugin": plugin, "wanted": "off", "confirmed": "yes"}, 404)
    assert not site.rows(PluginSwitch)


def test_a_choice_is_for_one_organisation(site: Site) -> None:
    """What one head switches off stays in use elsewhere."""
    client = site.client(HEAD)
    client.get("/organisation/parcours")
    client.post("/organisation/parcours", {"plugin": DMP, "wanted": "off", "confirmed": "yes"})
    assert "Non activé" not in site.client(STRANGER).get("/organisation/parcours").html


def test_the_preview_reads_as_little_for_many_products(site: Site) -> None:
    """However many products an organisation has, what a switch would change is read in as many statements."""
    counts = []
    for added in (0, 5):
        add_products(site, added)
        client = site.client(HEAD)
        client.get("/organisation/parcours")
        page = client.post("/organisation/parcours", {"plugin": DMP, "wanted": "off"}, 200)
        counts.append(len(page.statements))
    assert counts[0] == counts[1]


def add_products(site: Site, count: int) -> None:
    """Give the head's organisation more products, without answers."""
    (head,) = site.rows(Account, login=HEAD)
    owner = {
        "organisation_id": head["organisation_id"],
        "responsible_id": head["id"],
        "created_by": head["id"],
    }
    for number in range(count):
        with site.database.writing() as session:
            subject = Subject(kind="product")
            session.add(subject)
            session.flush()
            row = {"reference": f"X-{number}", "name": f"X {number}", "name_key": f"x {number}"}
            session.add(Product(id=subject.id, version="1", **row, **owner))
