"""Saving one answer as one clicks: what is kept, what the page is told."""

from __future__ import annotations

import pytest

from jalon.storage.tables import AnswerVersion, DraftScore, Justification
from support.client import Fetched, words
from support.portal import RESPONSIBLE, Site, unchanged


def state(found: Fetched, anchor: str) -> str:
    """Give the badge that a fragment brings."""
    return words(found.by_id(f"state-{anchor}"))


# -- one click


def test_a_click_is_saved(site: Site) -> None:
    """One click: the answer, its version, its author and its time are kept."""
    client = site.open("A08.2")
    found = client.click("A08.2.2", level="2")

    row = site.kept("A08.2.2")
    assert (2, "", 1, [], site.clock()) == (
        row["level"],
        row["comment"],
        row["version"],
        list(row["support"]),
        row["saved_at"],
    )
    (version,) = site.rows(AnswerVersion, subject_id=site.product(), criterion="A08.2.2")
    assert ("answered", 1, 2) == (version["act"], version["version"], version["level"])
    assert "1" == client.typed["version.A08.2.2"]
    assert "Enregistré à 10 h 00." == found.announced


def test_the_fragment_brings_all_that_changed(site: Site) -> None:
    """A save gives the result, the badge, the notices, the progress of the axis and of each other."""
    found = site.open("A08.2").click("A08.2.2", level="0")
    swapped = {
        each.get("id", ""): each.get("hx-swap-oob")
        for each in found.document.all()
        if each.get("hx-swap-oob")
    }

    assert "Répondu" == state(found, "A08-2-2")
    assert "3 réponses sur 3" in words(found.by_id("progress-axis"))
    assert "3/33 réponses sur 3" == words(found.by_id("nav-A08.2"))
    assert "innerHTML" == swapped.pop("annonces")
    navigation = [f"nav-{axis}" for axis in ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C")]
    assert {"state-A08-2-2", "n-A08-2-2", "progress-axis", "confirm-axis", *navigation} == set(swapped)
    assert {"true"} == set(swapped.values())
    assert "Écart à la cible : 3 niveaux" in words(found.by_id("n-A08-2-2"))


def test_every_part_has_its_place_on_the_page(site: Site) -> None:
    """What a save brings apart replaces something that the page has."""
    client = site.client(RESPONSIBLE)
    page = client.get(site.axis("A08.2"))
    found = client.click("A08.2.2", level="0")

    parts = {each.get("id", "") for each in found.document.all() if each.get("hx-swap-oob")}
    assert set() == parts - set(page.document.identifiers)
    target = page.criterion("A08.2.2").root.get("hx-target", "")
    assert target.removeprefix("#") in page.document.identifiers


def test_the_scores_follow(site: Site) -> None:
    """The score of the axis is brought up to date in the same save."""
    site.open("A08.2").click("A08.2.2", level="3")
    where = {"subject_id": site.product(), "questionnaire": "doctrine/interoperabilite", "axis": "A08.2"}
    (score,) = site.rows(DraftScore, **where)

    assert (6, 3, 3) == (score["total"], score["counted"], score["answered"])


def test_answers_follow_one_another(site: Site) -> None:
    """Several clicks on one question, from one page, are as many versions."""
    client = site.open("A08.2")
    for level in ("0", "3", "1", "NA"):
        client.click("A08.2.2", level=level, comment="parce que" if level == "NA" else "")

    assert ("NA", 4) == (site.kept("A08.2.2")["level"], site.kept("A08.2.2")["version"])


def test_a_click_sent_twice_is_saved_once(site: Site) -> None:
    """The same click sent again, because its answer was lost, is the same save."""
    client = site.open("A08.1")
    fields = client.sent_by_page() | {"level.A08.1.1": "3"}
    first = client.htmx(site.axis("A08.1/A08.1.1"), fields)
    before = site.written()
    again = client.htmx(site.axis("A08.1/A08.1.1"), fields)

    assert before == site.written()
    assert "2" == dict(pairs(again))["version.A08.1.1"]
    assert first.announced == again.announced


def pairs(found: Fetched) -> list[tuple[str, str]]:
    """List the hidden fields of a fragment."""
    return [(each.get("name", ""), each.get("value", "")) for each in found.every("input", type="hidden")]


def test_nothing_changed_is_nothing_saved(site: Site) -> None:
    """Sending what stands writes nothing."""
    client = site.open("A08.1")
    with unchanged(site):
        found = client.click("A08.1.1")

    assert "1" == dict(pairs(found))["version.A08.1.1"]


def test_clearing(site: Site) -> None:
    """Clearing takes the level away and keeps the comment; the question comes back whole, without answer."""
    client = site.open("A08.1")
    found = client.click("A08.1.1", clear="A08.1.1")

    row = site.kept("A08.1.1")
    assert (None, 2) == (row["level"], row["version"])
    assert row["comment"].startswith("Les volets Partage")
    assert ("#A08-1-1", "outerHTML") == (found.headers["HX-Retarget"], found.headers["HX-Reswap"])
    assert ("Sans réponse", "") == (found.criterion("A08.1.1").state, found.criterion("A08.1.1").checked)


def test_clearing_what_has_no_answer(site: Site) -> None:
    """Clearing a question nobody answered writes nothing."""
    client = site.open("A08.2")
    with unchanged(site):
        client.click("A08.2.2", clear="A08.2.2")


# -- what rules fill


@pytest.mark.parametrize(("axis", "code", "level"), [("A08.3", "A08.3.1", 3), ("A08.5.C", "A08.5.23", 2)])
def test_confirming(site: Site, axis: str, code: str, level: int) -> None:
    """Confirming makes the pre-filled level one's own answer, and keeps what supports it."""
    client = site.open(axis)
    found = client.click(code, confirm=code)

    row = site.kept(code)
    assert (level, 1) == (row["level"], row["version"])
    assert [] != list(row["support"])
    assert "Répondu" == state(found, code.replace(".", "-"))
    assert "" == dict(pairs(found))[f"prefill.{code}"]
    assert "" == words(found.by_id("confirm-axis"))


def test_confirming_what_is_no_longer_proposed(site: Site) -> None:
    """What is confirmed is what the page showed: another proposal meanwhile is shown, not confirmed."""
    client = site.open("A08.3")
    site.change_profile(
        {"jalon/paths": [], "dmp_compat/dmp_profils": None, "doctrine/interagit_infrastructure_partage": True}
    )

    with unchanged(site):
        found = client.click("A08.3.1", confirm="A08.3.1", expect=422)
    assert "Le niveau proposé a changé." in found.text
    assert site.answer("A08.3.1") is None


def test_a_comment_alone_does_not_confirm(site: Site) -> None:
    """Writing a comment under a pre-filled level keeps the comment and leaves the level to confirm."""
    client = site.open("A08.3")
    found = client.click("A08.3.1", comment="À vérifier avec le support")

    row = site.kept("A08.3.1")
    assert (None, "À vérifier avec le support") == (row["level"], row["comment"])
    assert "Pré-rempli, à confirmer" == state(found, "A08-3-1")
    page = client.get(site.axis("A08.3")).criterion("A08.3.1")
    assert ("Pré-rempli, à confirmer", "3", "3", "À vérifier avec le support") == (
        page.state,
        page.checked,
        page.prefill,
        page.comment,
    )
    client.click("A08.3.1", confirm="A08.3.1")
    assert (3, 2) == (site.kept("A08.3.1")["level"], site.kept("A08.3.1")["version"])


def test_an_answer_below_a_floor_diverges(site: Site) -> None:
    """Answering below what a rule wants is saved, said, and its comment kept as the reason."""
    client = site.open("A08.5.C")
    found = client.click("A08.5.23", level="1")
    assert "Divergence" == state(found, "A08-5-23")
    said = (
        "Votre réponse (1) est inférieure au niveau proposé (2 au minimum). Indiquez pourquoi en commentaire."
    )
    assert said in words(found.by_id("n-A08-5-23"))

    found = client.click("A08.5.23", comment="Retirée dans cette version")
    assert "Votre commentaire en donne la raison." in words(found.by_id("n-A08-5-23"))
    assert ["Retirée dans cette version"] == [
        row["text"] for row in site.rows(Justification, criterion="A08.5.23", subject_id=site.product())
    ]


def test_what_moves_elsewhere_is_announced(site: Site) -> None:
    """An answer by which a rule fills another question, or no longer does, says which one."""
    client = site.client("nadia.cherif")
    client.get(site.axis("A08.5.C", "Partagia Région"))
    moved = "Enregistré à 10 h 00. Le pré-remplissage change pour : A08.5.23."

    assert "Enregistré à 10 h 00." == client.click("A08.5.24", level="3").announced
    assert moved == client.click("A08.5.24", level="0").announced
    assert "Sans réponse" == client.get(site.axis("A08.5.C", "Partagia Région")).criterion("A08.5.23").state


def test_a_level_back_to_the_proposed_one(site: Site) -> None:
    """Leaving the pre-filled level and coming back to it is an answer of one's own, supported by the rule."""
    client = site.open("A08.3")
    client.click("A08.3.1", level="1")
    client.click("A08.3.1", level="3")

    row = site.kept("A08.3.1")
    assert (3, 2) == (row["level"], row["version"])
    assert [] != list(row["support"])


def test_na_with_a_reason(site: Site) -> None:
    """NA where a reason is wanted is kept, and its reason with it."""
    client = site.open("A08.2")
    client.click("A08.2.2", level="NA", comment="Sans objet ici")

    assert ("NA", "Sans objet ici") == (site.kept("A08.2.2")["level"], site.kept("A08.2.2")["comment"])


def test_na_where_it_is_refused(site: Site) -> None:
    """NA on a question that does not allow it is refused, and says so."""
    client = site.open("A08.1")
    with unchanged(site):
        found = client.click("A08.1.1", level="NA", expect=422)

    assert "Non enregistré : Cette réponse n’est pas proposée pour ce critère." in found.text
