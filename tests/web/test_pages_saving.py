"""Saving one answer as one clicks: what is kept, what the page is told."""

from __future__ import annotations

from typing import Any

import pytest

from jalon.storage.tables import Account, AnswerRow, AnswerVersion, DraftScore, Justification
from support.client import Client, Fetched
from support.html_page import squeezed, text
from support.portal import RESPONSIBLE, SHARED, Site, unchanged


def open_axis(site: Site, axis: str, login: str = RESPONSIBLE) -> Client:
    """Open the page of an axis."""
    client = site.client(login)
    client.get(site.axis(axis))
    return client


def kept(site: Site, code: str) -> dict[str, Any]:
    """Give the row of an answer."""
    row = site.answer(code)
    assert row is not None
    return dict(row)


def state(found: Fetched, anchor: str) -> str:
    """Give the badge that a fragment brings."""
    return squeezed(text(found.by_id(f"state-{anchor}")))


# -- one click


def test_a_click_is_saved(site: Site) -> None:
    """One click: the answer, its version, its author and its time are kept."""
    client = open_axis(site, "A08.2")
    found = client.click("A08.2.2", level="2")

    row = kept(site, "A08.2.2")
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
    found = open_axis(site, "A08.2").click("A08.2.2", level="0")
    swapped = {
        each.get("id", ""): each.get("hx-swap-oob")
        for each in found.document.all()
        if each.get("hx-swap-oob")
    }

    assert "Répondu" == state(found, "A08-2-2")
    assert "3 réponses sur 3" in squeezed(text(found.by_id("progress-axis")))
    assert "3/33 réponses sur 3" == squeezed(text(found.by_id("nav-A08.2")))
    assert "innerHTML" == swapped.pop("annonces")
    navigation = [f"nav-{axis}" for axis in ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C")]
    assert {"state-A08-2-2", "n-A08-2-2", "progress-axis", "confirm-axis", *navigation} == set(swapped)
    assert {"true"} == set(swapped.values())
    assert "Écart à la cible\u00a0: 3 niveaux" in squeezed(text(found.by_id("n-A08-2-2")))


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
    open_axis(site, "A08.2").click("A08.2.2", level="3")
    where = {"subject_id": site.product(), "questionnaire": "doctrine/interoperabilite", "axis": "A08.2"}
    (score,) = site.rows(DraftScore, **where)

    assert (6, 3, 3) == (score["total"], score["counted"], score["answered"])


def test_answers_follow_one_another(site: Site) -> None:
    """Several clicks on one question, from one page, are as many versions."""
    client = open_axis(site, "A08.2")
    for level in ("0", "3", "1", "NA"):
        client.click("A08.2.2", level=level, comment="parce que" if level == "NA" else "")

    assert ("NA", 4) == (kept(site, "A08.2.2")["level"], kept(site, "A08.2.2")["version"])


def test_a_click_sent_twice_is_saved_once(site: Site) -> None:
    """The same click sent again, because its answer was lost, is the same save."""
    client = open_axis(site, "A08.1")
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
    client = open_axis(site, "A08.1")
    with unchanged(site):
        found = client.click("A08.1.1")

    assert "1" == dict(pairs(found))["version.A08.1.1"]


def test_clearing(site: Site) -> None:
    """Clearing takes the level away and keeps the comment; the question comes back whole, without answer."""
    client = open_axis(site, "A08.1")
    found = client.click("A08.1.1", clear="A08.1.1")

    row = kept(site, "A08.1.1")
    assert (None, 2) == (row["level"], row["version"])
    assert row["comment"].startswith("Les volets Partage")
    assert ("#A08-1-1", "outerHTML") == (found.headers["HX-Retarget"], found.headers["HX-Reswap"])
    assert ("Sans réponse", "") == (found.criterion("A08.1.1").state, found.criterion("A08.1.1").checked)


def test_clearing_what_has_no_answer(site: Site) -> None:
    """Clearing a question nobody answered writes nothing."""
    client = open_axis(site, "A08.2")
    with unchanged(site):
        client.click("A08.2.2", clear="A08.2.2")


# -- what rules fill


@pytest.mark.parametrize(("axis", "code", "level"), [("A08.3", "A08.3.1", 3), ("A08.5.C", "A08.5.23", 2)])
def test_confirming(site: Site, axis: str, code: str, level: int) -> None:
    """Confirming makes the pre-filled level one's own answer, and keeps what supports it."""
    client = open_axis(site, axis)
    found = client.click(code, confirm=code)

    row = kept(site, code)
    assert (level, 1) == (row["level"], row["version"])
    assert [] != list(row["support"])
    assert "Répondu" == state(found, code.replace(".", "-"))
    assert "" == dict(pairs(found))[f"prefill.{code}"]
    assert "" == squeezed(text(found.by_id("confirm-axis")))


def test_confirming_what_is_no_longer_proposed(site: Site) -> None:
    """What is confirmed is what the page showed: another proposal meanwhile is shown, not confirmed."""
    client = open_axis(site, "A08.3")
    site.change_profile(
        {"jalon/paths": [], "dmp_compat/dmp_profils": None, "doctrine/interagit_infrastructure_partage": True}
    )

    with unchanged(site):
        found = client.click("A08.3.1", confirm="A08.3.1", expect=422)
    assert "Le niveau proposé a changé." in found.text
    assert site.answer("A08.3.1") is None


def test_a_comment_alone_does_not_confirm(site: Site) -> None:
    """Writing a comment under a pre-filled level keeps the comment and leaves the level to confirm."""
    client = open_axis(site, "A08.3")
    found = client.click("A08.3.1", comment="À vérifier avec le support")

    row = kept(site, "A08.3.1")
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
    assert (3, 2) == (kept(site, "A08.3.1")["level"], kept(site, "A08.3.1")["version"])


def test_an_answer_below_a_floor_diverges(site: Site) -> None:
    """Answering below what a rule wants is saved, said, and its comment kept as the reason."""
    client = open_axis(site, "A08.5.C")
    found = client.click("A08.5.23", level="1")
    assert "Divergence" == state(found, "A08-5-23")
    said = (
        "Votre réponse (1) est inférieure au niveau proposé (2 au minimum). Indiquez pourquoi en commentaire."
    )
    assert said in squeezed(text(found.by_id("n-A08-5-23")))

    client.click("A08.5.23", comment="Retirée dans cette version")
    assert ["Retirée dans cette version"] == [
        row["text"] for row in site.rows(Justification, criterion="A08.5.23", subject_id=site.product())
    ]


def test_what_moves_elsewhere_is_announced(site: Site) -> None:
    """An answer by which a rule fills another question says which one."""
    client = open_axis(site, "A08.5.C")
    found = client.click("A08.5.24", level="3")

    assert found.announced.startswith("Enregistré à 10 h 00.")


def test_a_level_back_to_the_proposed_one(site: Site) -> None:
    """Leaving the pre-filled level and coming back to it is an answer of one's own, supported by the rule."""
    client = open_axis(site, "A08.3")
    client.click("A08.3.1", level="1")
    client.click("A08.3.1", level="3")

    row = kept(site, "A08.3.1")
    assert (3, 2) == (row["level"], row["version"])
    assert [] != list(row["support"])


def test_na_with_a_reason(site: Site) -> None:
    """NA where a reason is wanted is kept, and its reason with it."""
    client = open_axis(site, "A08.2")
    client.click("A08.2.2", level="NA", comment="Sans objet ici")

    assert ("NA", "Sans objet ici") == (kept(site, "A08.2.2")["level"], kept(site, "A08.2.2")["comment"])


def test_na_where_it_is_refused(site: Site) -> None:
    """NA on a question that does not allow it is refused, and says so."""
    client = open_axis(site, "A08.1")
    with unchanged(site):
        found = client.click("A08.1.1", level="NA", expect=422)

    assert "Non enregistré\u00a0: Cette réponse n’est pas proposée pour ce critère." in found.text


# -- two people


def test_a_stale_save_shows_both_answers(site: Site) -> None:
    """An answer somebody changed meanwhile is not overwritten: both are shown, with their comments."""
    mine, theirs = open_axis(site, "A08.1"), open_axis(site, "A08.1", SHARED)
    theirs.click("A08.1.1", level="2", comment="Leur commentaire")
    with unchanged(site):
        found = mine.click("A08.1.1", level="3", comment="Mon commentaire", expect=409)

    (mine_shown, theirs_shown) = [squeezed(text(each)) for each in found.one("dl", "stale__pair")]
    assert "Votre réponse3 vertMon commentaire" == mine_shown
    assert "Réponse de Lucie Ferrand2 jauneLeur commentaire" == theirs_shown
    assert "Lucie Ferrand a modifié cette réponse pendant votre saisie" in found.announced
    assert [("keep", "mine"), ("keep", "theirs")] == [
        (each.get("name"), each.get("value")) for each in found.every("button")
    ]


def test_keeping_mine(site: Site) -> None:
    """« Garder ma réponse » saves it after theirs, which stays in the history."""
    mine, theirs = open_axis(site, "A08.1"), open_axis(site, "A08.1", SHARED)
    theirs.click("A08.1.1", level="2")
    mine.click("A08.1.1", level="3", comment="Le mien", expect=409)
    mine.click("A08.1.1", keep="mine")

    row = kept(site, "A08.1.1")
    assert (3, "Le mien", 3) == (row["level"], row["comment"], row["version"])
    history = site.rows(AnswerVersion, subject_id=site.product(), criterion="A08.1.1")
    assert [1, 2, 3] == [row["level"] for row in sorted(history, key=lambda row: row["version"])]


def test_keeping_theirs(site: Site) -> None:
    """« Garder celle de … » writes nothing and shows their answer whole."""
    mine, theirs = open_axis(site, "A08.1"), open_axis(site, "A08.1", SHARED)
    theirs.click("A08.1.1", level="2", comment="Le leur")
    mine.click("A08.1.1", level="3", comment="Le mien", expect=409)
    with unchanged(site):
        found = mine.click("A08.1.1", keep="theirs")

    criterion = found.criterion("A08.1.1")
    assert ("2", "Le leur", 2) == (criterion.checked, criterion.comment, criterion.version)
    assert "Enregistré à 10 h 00 par Lucie Ferrand" == criterion.saved
    assert ("#A08-1-1", "outerHTML") == (found.headers["HX-Retarget"], found.headers["HX-Reswap"])


def test_keeping_mine_when_they_change_again(site: Site) -> None:
    """Keeping one's answer while the other changes theirs once more is stale again, never blind."""
    mine, theirs = open_axis(site, "A08.1"), open_axis(site, "A08.1", SHARED)
    theirs.click("A08.1.1", level="2")
    mine.click("A08.1.1", level="3", expect=409)
    theirs.click("A08.1.1", level="0")
    mine.click("A08.1.1", keep="mine", expect=409)
    mine.click("A08.1.1", keep="mine")

    assert (3, 4) == (kept(site, "A08.1.1")["level"], kept(site, "A08.1.1")["version"])


def test_both_answer_first(site: Site) -> None:
    """Two people answer a question nobody had answered: the second sees the first's answer."""
    mine, theirs = open_axis(site, "A08.2"), open_axis(site, "A08.2", SHARED)
    theirs.click("A08.2.2", level="2")
    found = mine.click("A08.2.2", level="3", expect=409)

    assert "Réponse de Lucie Ferrand2 jaune" in found.text


def test_both_give_the_same_answer(site: Site) -> None:
    """The same answer from two people is still two people's: the second is told, not silently counted."""
    mine, theirs = open_axis(site, "A08.2"), open_axis(site, "A08.2", SHARED)
    theirs.click("A08.2.2", level="2")
    with unchanged(site):
        mine.click("A08.2.2", level="2", expect=409)


def test_different_questions_merge(site: Site) -> None:
    """Two people on one page who answer different questions never meet."""
    mine, theirs = open_axis(site, "A08.2"), open_axis(site, "A08.2", SHARED)
    for level in ("0", "1", "2"):
        theirs.click("A08.2.1", level=level)
        mine.click("A08.2.2", level=level)

    assert (2, 2) == (kept(site, "A08.2.1")["level"], kept(site, "A08.2.2")["level"])


def test_a_name_changed_meanwhile(site: Site) -> None:
    """The name shown is the one the other person has now."""
    mine, theirs = open_axis(site, "A08.1"), open_axis(site, "A08.1", SHARED)
    theirs.click("A08.1.1", level="2")
    site.change(Account, {"login": SHARED}, name="Lucie Ferrand-Roche")

    assert "Lucie Ferrand-Roche a modifié" in mine.click("A08.1.1", level="3", expect=409).text


# -- a page left open


def test_a_question_put_aside_meanwhile_is_still_saved(site: Site) -> None:
    """A click on a question that no longer concerns the product is kept aside, and the page says so."""
    client = open_axis(site, "A08.4")
    site.change_profile({"doctrine/gere_agenda": False})
    found = client.click("A08.4.5", level="2", comment="Ouvert en 2023")

    row = kept(site, "A08.4.5")
    assert (2, "Ouvert en 2023") == (row["level"], row["comment"])
    assert row["set_aside_at"] is not None
    assert "Votre réponse est mise de côté" in found.criterion("A08.4.5").said("notice")[0]
    assert "Mise de côté" in found.announced
    assert "A08.4.5" not in client.get(site.axis("A08.4")).criteria()
    assert "1\u00a0réponse mise de côté" in client.get(f"/produits/{site.product()}").text

    site.change_profile({"doctrine/gere_agenda": True})
    back = client.get(site.axis("A08.4")).criterion("A08.4.5")
    assert ("2", "Ouvert en 2023") == (back.checked, back.comment)


def test_a_question_that_appeared_meanwhile(site: Site) -> None:
    """A question the open page does not have yet can be answered as soon as it is asked."""
    client = open_axis(site, "A08.4")
    assert "A08.4.6" not in client.get(site.axis("A08.4")).criteria()
    site.change_profile({"doctrine/coordination": True})
    client.get(site.axis("A08.4"))

    assert 200 == client.click("A08.4.6", level="1").status


@pytest.mark.parametrize(
    "path",
    [
        "A08.1/A08.2.1",  # of another axis
        "A08.1/inconnu",
        "A08.9/A08.1.1",
        "A08.1/A08.1.1%00",
        "A08.1/a08.1.1",
    ],
)
def test_a_save_to_nowhere(site: Site, path: str) -> None:
    """Saving a question that this axis does not have is a page that does not exist."""
    client = open_axis(site, "A08.1")
    with unchanged(site):
        client.htmx(site.axis(path), {"version.A08.2.1": "1", "level.A08.2.1": "3"}, 404)


def test_rows_are_those_of_one_product(site: Site) -> None:
    """A save touches the product of the page and no other."""
    before = [row for row in site.rows(AnswerRow) if row["subject_id"] != site.product()]
    open_axis(site, "A08.1").click("A08.1.1", level="3")

    assert before == [row for row in site.rows(AnswerRow) if row["subject_id"] != site.product()]
