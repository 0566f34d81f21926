"""Saving the whole page: what a browser without scripts sends."""

from __future__ import annotations

from pathlib import Path

import pytest

from jalon.storage.tables import AnswerRow
from support.portal import RESPONSIBLE, SHARED, MakeSite, Site, large, unchanged

AXES = ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C")


def levels(site: Site, *codes: str) -> list[object]:
    """Give the level kept for each code; « » where there is no answer at all."""
    rows = [site.answer(code) for code in codes]
    return ["" if row is None else row["level"] for row in rows]


@pytest.mark.parametrize("axis", AXES)
def test_a_page_sent_as_it_came_changes_nothing(site: Site, axis: str) -> None:
    """« Enregistrer » without having touched anything writes nothing: a pre-fill is no answer."""
    client = site.open(axis)
    with unchanged(site):
        found = client.post(site.axis(axis), client.sent_by_page())

    assert site.axis(axis) == found.headers["Location"]
    assert "Aucune réponse n’a changé." == client.follow(found).announced


def test_every_answer_of_the_page_is_saved(make_site: MakeSite, tmp_path: Path) -> None:
    """Ten answers given on a page are ten answers saved at once, in one version each."""
    site = make_site(plugins=large(tmp_path, 12))
    site.evaluate()
    client = site.client(RESPONSIBLE)
    path = site.axis("L", questionnaire="large/essai")
    client.get(path)
    given = {f"level.L.{number}": str(number % 4) for number in range(10)}
    found = client.post(path, client.sent_by_page() | given)

    assert "10 réponses enregistrées." == client.follow(found).announced
    rows = sorted(site.rows(AnswerRow, referential="large"), key=lambda row: str(row["criterion"]))
    assert [(f"L.{number}", number % 4, 1) for number in range(10)] == [
        (row["criterion"], row["level"], row["version"]) for row in rows
    ]


@pytest.mark.parametrize("count", [5, 100])
def test_statements_do_not_grow_with_the_page(make_site: MakeSite, tmp_path: Path, count: int) -> None:
    """Opening a page, saving one answer and saving all of them run as many statements for 5 questions as for 100."""
    site = make_site(plugins=large(tmp_path, count))
    site.evaluate()
    client = site.client(RESPONSIBLE)
    path = site.axis("L", questionnaire="large/essai")
    opened = client.get(path)
    clicked = client.click("L.1", level="2")
    given = {f"level.L.{number}": "1" for number in range(count)}
    posted = client.post(path, client.sent_by_page() | given)
    product = client.get(f"/produits/{site.product()}")

    assert [3, 8, 8, 3] == [len(each.statements) for each in (opened, clicked, posted, product)]


def test_one_answer_leads_back_to_it(site: Site) -> None:
    """One answer saved: the page comes back at its question, which says when."""
    client = site.open("A08.2")
    found = client.post(site.axis("A08.2"), client.sent_by_page() | {"level.A08.2.2": "1"})

    assert site.axis("A08.2") + "#A08-2-2" == found.headers["Location"]
    page = client.get(site.axis("A08.2"))
    assert "Enregistré à 10 h 00." == page.announced
    assert "Enregistré à 10 h 00" == page.criterion("A08.2.2").saved


def test_confirming_one_saves_the_rest_too(site: Site) -> None:
    """Pressing « Confirmer » on one question saves what else was typed on the page."""
    client = site.open("A08.3")
    fields = client.sent_by_page() | {"level.A08.3.2": "2", "confirm": "A08.3.1"}
    client.post(site.axis("A08.3"), fields)

    assert [3, 2, ""] == levels(site, "A08.3.1", "A08.3.2", "A08.3.3")


def test_confirming_all(site: Site) -> None:
    """« Confirmer les réponses » confirms what rules filled on this axis, and nothing else."""
    client = site.open("A08.3")
    page = client.get(site.axis("A08.3"))
    assert ["1"] == [each.get("value") for each in page.every("button", name_="confirm_all")]
    found = client.post(site.axis("A08.3"), client.sent_by_page() | {"confirm_all": "1"})

    assert [3, "", ""] == levels(site, "A08.3.1", "A08.3.2", "A08.3.3")
    assert ["", "", ""] == levels(site, "A08.4.1", "A08.5.01", "A08.5.23")
    assert "Enregistré à 10 h 00." == client.follow(found).announced
    assert [] == client.get(site.axis("A08.3")).every("button", name_="confirm_all")


@pytest.mark.parametrize("button", [{"confirm_all": "1"}, {"confirm": "A08.3.1"}])
def test_what_one_chose_instead_is_not_replaced_by_confirming(site: Site, button: dict[str, str]) -> None:
    """Another level chosen on the page stays the answer, also when « Confirmer » is pressed."""
    client = site.open("A08.3")
    client.post(site.axis("A08.3"), client.sent_by_page() | {"level.A08.3.1": "1"} | button)

    assert [1] == levels(site, "A08.3.1")


def test_clearing_one_saves_the_rest_too(site: Site) -> None:
    """Pressing « Effacer » on one question clears it alone, and saves what else was typed."""
    client = site.open("A08.2")
    fields = client.sent_by_page() | {"level.A08.2.2": "2", "clear": "A08.2.1"}
    client.post(site.axis("A08.2"), fields)

    assert [None, 2, 1] == levels(site, "A08.2.1", "A08.2.2", "A08.2.3")


def test_a_comment_alone_is_saved(site: Site) -> None:
    """A comment under a pre-filled level is saved, the level left to confirm."""
    client = site.open("A08.3")
    client.post(site.axis("A08.3"), client.sent_by_page() | {"comment.A08.3.1": "Deux\r\nlignes\r\n"})

    row = site.kept("A08.3.1")
    assert (None, "Deux\nlignes") == (row["level"], row["comment"])
    page = client.get(site.axis("A08.3")).criterion("A08.3.1")
    assert ("Pré-rempli, à confirmer", "Deux\nlignes") == (page.state, page.comment)


def test_the_enter_key_saves(site: Site) -> None:
    """The first button of the form is « Enregistrer »: the Enter key never clears or confirms."""
    client = site.client(RESPONSIBLE)
    for axis in AXES:
        page = client.get(site.axis(axis))
        first = next(page.one("form", id="criteria").iter("button"))
        assert (None, "submit") == (first.get("name"), first.get("type"))


def test_sent_twice_is_saved_once(site: Site) -> None:
    """A page sent again, by pressing twice or going back, saves nothing twice and refuses nothing."""
    client = site.open("A08.2")
    fields = client.sent_by_page() | {"level.A08.2.2": "1", "level.A08.2.1": "0"}
    client.post(site.axis("A08.2"), fields)
    with unchanged(site):
        client.post(site.axis("A08.2"), fields)


# -- two people


def test_a_stale_answer_comes_back_with_both(site: Site) -> None:
    """What another changed meanwhile is refused with both answers shown; the rest of the page is saved."""
    mine, theirs = site.open("A08.2"), site.open("A08.2", SHARED)
    theirs.click("A08.2.1", level="0", comment="Le leur")
    fields = mine.sent_by_page() | {"level.A08.2.1": "3", "comment.A08.2.1": "Le mien", "level.A08.2.2": "2"}
    found = mine.post(site.axis("A08.2"), fields, 409)

    assert [0, 2] == levels(site, "A08.2.1", "A08.2.2")
    criterion = found.criterion("A08.2.1")
    assert ("3", "Le mien", 2) == (criterion.checked, criterion.comment, criterion.version)
    (error,) = criterion.said("govuk-error-message")
    assert "Lucie Ferrand a modifié cette réponse pendant votre saisie (sa réponse : 0 rouge)." in error
    assert found.said("title")[0].startswith("Erreur : ")
    assert "A08.2.1" in found.said("div", "govuk-error-summary")[0]


def test_saving_again_keeps_mine(site: Site) -> None:
    """The page that came back saves one's answer once sent again."""
    mine, theirs = site.open("A08.2"), site.open("A08.2", SHARED)
    theirs.click("A08.2.1", level="0", comment="Le leur")
    mine.post(
        site.axis("A08.2"), mine.sent_by_page() | {"level.A08.2.1": "3", "comment.A08.2.1": "Le mien"}, 409
    )
    mine.post(site.axis("A08.2"), mine.sent_by_page())

    row = site.kept("A08.2.1")
    assert (3, "Le mien", 3) == (row["level"], row["comment"], row["version"])


def test_what_one_did_not_touch_does_not_meet_what_others_changed(site: Site) -> None:
    """A whole page sent changes only what was touched on it: another's answer meanwhile stays, unsaid."""
    mine, theirs = site.open("A08.2"), site.open("A08.2", SHARED)
    theirs.click("A08.2.1", level="0", comment="Le leur")
    theirs.click("A08.2.2", level="3")
    mine.post(site.axis("A08.2"), mine.sent_by_page() | {"level.A08.2.3": "3"})

    assert [0, 3, 3] == levels(site, "A08.2.1", "A08.2.2", "A08.2.3")


def test_a_prefill_confirmed_by_another_meanwhile(site: Site) -> None:
    """A pre-filled level one did not touch, and another answered otherwise meanwhile, stays theirs."""
    mine, theirs = site.open("A08.3"), site.open("A08.3", SHARED)
    theirs.click("A08.3.1", level="1")
    mine.post(site.axis("A08.3"), mine.sent_by_page() | {"level.A08.3.2": "2"})

    assert [1, 2] == levels(site, "A08.3.1", "A08.3.2")


def test_a_question_put_aside_meanwhile(site: Site) -> None:
    """A question that no longer concerns the product is saved aside, and the page that follows says so."""
    client = site.open("A08.4")
    site.change_profile({"doctrine/gere_agenda": False})
    found = client.post(site.axis("A08.4"), client.sent_by_page() | {"level.A08.4.5": "2"})

    row = site.kept("A08.4.5")
    assert (2, True) == (row["level"], row["set_aside_at"] is not None)
    said = client.follow(found).announced
    assert "Enregistré à 10 h 00. Mise de côté" in said
    assert "A08.4.5" in said


def test_a_question_put_aside_and_refused_comes_back(site: Site) -> None:
    """What is refused on a question that is no longer asked is shown all the same: nothing typed is lost."""
    client = site.open("A08.4")
    site.change_profile({"doctrine/gere_agenda": False})
    fields = client.sent_by_page() | {"level.A08.4.5": "2", "comment.A08.4.5": "x" * 10_001}
    found = client.post(site.axis("A08.4"), fields, 422)

    assert ("2", "x" * 10_001) == (found.criterion("A08.4.5").checked, found.criterion("A08.4.5").comment)
