"""Two people on one page, and pages left open while something changed: nobody's answer is lost."""

from __future__ import annotations

import pytest

from jalon.storage.tables import Account, AnswerRow, AnswerVersion
from support.client import words
from support.portal import SHARED, Site, unchanged

# -- two people


def test_a_stale_save_shows_both_answers(site: Site) -> None:
    """An answer somebody changed meanwhile is not overwritten: both are shown, with their comments."""
    mine, theirs = site.open("A08.1"), site.open("A08.1", SHARED)
    theirs.click("A08.1.1", level="2", comment="Leur commentaire")
    with unchanged(site):
        found = mine.click("A08.1.1", level="3", comment="Mon commentaire", expect=409)

    (mine_shown, theirs_shown) = [words(each) for each in found.one("dl", "stale__pair")]
    assert "Votre réponse3 vertMon commentaire" == mine_shown
    assert "Réponse de Lucie Ferrand2 jauneLeur commentaire" == theirs_shown
    assert "Lucie Ferrand a modifié cette réponse pendant votre saisie" in found.announced
    assert [("keep", "mine"), ("keep", "theirs")] == [
        (each.get("name"), each.get("value")) for each in found.every("button")
    ]


def test_keeping_mine(site: Site) -> None:
    """« Garder ma réponse » saves it after theirs, which stays in the history."""
    mine, theirs = site.open("A08.1"), site.open("A08.1", SHARED)
    theirs.click("A08.1.1", level="2")
    mine.click("A08.1.1", level="3", comment="Le mien", expect=409)
    mine.click("A08.1.1", keep="mine")

    row = site.kept("A08.1.1")
    assert (3, "Le mien", 3) == (row["level"], row["comment"], row["version"])
    history = site.rows(AnswerVersion, subject_id=site.product(), criterion="A08.1.1")
    assert [1, 2, 3] == [row["level"] for row in sorted(history, key=lambda row: row["version"])]


def test_keeping_theirs(site: Site) -> None:
    """« Garder celle de … » writes nothing and shows their answer whole."""
    mine, theirs = site.open("A08.1"), site.open("A08.1", SHARED)
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
    mine, theirs = site.open("A08.1"), site.open("A08.1", SHARED)
    theirs.click("A08.1.1", level="2")
    mine.click("A08.1.1", level="3", expect=409)
    theirs.click("A08.1.1", level="0")
    mine.click("A08.1.1", keep="mine", expect=409)
    mine.click("A08.1.1", keep="mine")

    assert (3, 4) == (site.kept("A08.1.1")["level"], site.kept("A08.1.1")["version"])


def test_both_answer_first(site: Site) -> None:
    """Two people answer a question nobody had answered: the second sees the first's answer."""
    mine, theirs = site.open("A08.2"), site.open("A08.2", SHARED)
    theirs.click("A08.2.2", level="2")
    found = mine.click("A08.2.2", level="3", expect=409)

    assert "Réponse de Lucie Ferrand2 jaune" in found.text


def test_both_give_the_same_answer(site: Site) -> None:
    """The same answer from two people is still two people's: the second is told, not silently counted."""
    mine, theirs = site.open("A08.2"), site.open("A08.2", SHARED)
    theirs.click("A08.2.2", level="2")
    with unchanged(site):
        mine.click("A08.2.2", level="2", expect=409)


def test_different_questions_merge(site: Site) -> None:
    """Two people on one page who answer different questions never meet."""
    mine, theirs = site.open("A08.2"), site.open("A08.2", SHARED)
    for level in ("0", "1", "2"):
        theirs.click("A08.2.1", level=level)
        mine.click("A08.2.2", level=level)

    assert (2, 2) == (site.kept("A08.2.1")["level"], site.kept("A08.2.2")["level"])


def test_a_name_changed_meanwhile(site: Site) -> None:
    """The name shown is the one the other person has now."""
    mine, theirs = site.open("A08.1"), site.open("A08.1", SHARED)
    theirs.click("A08.1.1", level="2")
    site.change(Account, {"login": SHARED}, name="Lucie Ferrand-Roche")

    assert "Lucie Ferrand-Roche a modifié" in mine.click("A08.1.1", level="3", expect=409).text


# -- a page left open


def test_a_question_put_aside_meanwhile_is_still_saved(site: Site) -> None:
    """A click on a question that no longer concerns the product is kept aside, and the page says so."""
    client = site.open("A08.4")
    site.change_profile({"doctrine/gere_agenda": False})
    found = client.click("A08.4.5", level="2", comment="Ouvert en 2023")

    row = site.kept("A08.4.5")
    assert (2, "Ouvert en 2023") == (row["level"], row["comment"])
    assert row["set_aside_at"] is not None
    assert "Votre réponse est mise de côté" in found.criterion("A08.4.5").said("notice")[0]
    assert "Mise de côté" in found.announced
    assert "A08.4.5" not in client.get(site.axis("A08.4")).criteria()
    assert "1 réponse mise de côté" in client.get(f"/produits/{site.product()}").text

    site.change_profile({"doctrine/gere_agenda": True})
    back = client.get(site.axis("A08.4")).criterion("A08.4.5")
    assert ("2", "Ouvert en 2023") == (back.checked, back.comment)


def test_a_question_that_appeared_meanwhile(site: Site) -> None:
    """A question the open page does not have yet can be answered as soon as it is asked."""
    client = site.open("A08.4")
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
    client = site.open("A08.1")
    with unchanged(site):
        client.htmx(site.axis(path), {"version.A08.2.1": "1", "level.A08.2.1": "3"}, 404)


def test_rows_are_those_of_one_product(site: Site) -> None:
    """A save touches the product of the page and no other."""
    before = [row for row in site.rows(AnswerRow) if row["subject_id"] != site.product()]
    site.open("A08.1").click("A08.1.1", level="3")

    assert before == [row for row in site.rows(AnswerRow) if row["subject_id"] != site.product()]
