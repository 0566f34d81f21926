"""The page of an axis: what each question shows."""

from __future__ import annotations

import pytest

from jalon.storage.tables import AnswerRow
from support.client import Criterion, words
from support.html_page import local
from support.portal import RESPONSIBLE, SHARED, VISIO, Site

PRODUCING = "Profil DMP « Alimentation »"
READING = "Profil DMP « Consultation »"
PROFILES = "à : « Pour quels profils de DMP-compatibilité le produit est-il homologué ? »"


def shown(site: Site, axis: str, code: str) -> Criterion:
    """Open the page of an axis and give one question."""
    return site.client(RESPONSIBLE).get(site.axis(axis)).criterion(code)


@pytest.mark.parametrize(
    ("axis", "code", "level", "said", "rules"),
    [
        ("A08.3", "A08.3.1", "3", "Niveau 3", (PRODUCING, READING)),
        ("A08.4", "A08.4.1", "3", "Niveau 3", (PRODUCING, READING)),
        ("A08.5.P", "A08.5.01", "3", "Niveau 3", (f"{PRODUCING}, structuration des documents produits",)),
        ("A08.5.C", "A08.5.23", "2", "Niveau 2 au minimum", (READING,)),
    ],
)
def test_what_rules_fill_says_where_it_comes_from(
    site: Site, axis: str, code: str, level: str, said: str, rules: tuple[str, ...]
) -> None:
    """A pre-filled level is shown as such, with each rule, its reason and the answer that put it there."""
    criterion = shown(site, axis, code)
    (prefill,) = criterion.said("prefill")

    assert ("Pré-rempli, à confirmer", level, level, 0) == (
        criterion.state,
        criterion.checked,
        criterion.prefill,
        criterion.version,
    )
    assert len(rules) == len(criterion.said("prefill__rule"))
    for rule, block in zip(rules, criterion.said("prefill__rule"), strict=True):
        assert said in block
        assert f"Règle : {rule}" in block
        assert "Un produit homologué pour le profil" in block
        assert PROFILES in block
    assert prefill.startswith("Réponse pré-remplie")
    assert [("confirm", code), ("clear", code)] == criterion.buttons()
    assert site.answer(code) is None


def test_a_question_shows_all_there_is_to_answer_it(site: Site) -> None:
    """A question has its code, its levels with their texts, what is expected, its target, NA, its help."""
    criterion = shown(site, "A08.1", "A08.1.1")
    inputs = [
        each for each in criterion.root.iter() if local(each) == "input" and each.get("type") == "radio"
    ]

    assert [["A08.1.1"], ["Répondu"]] == [criterion.said("criterion__code"), [criterion.state]]
    assert criterion.said("criterion__heading")[0].startswith("A08.1.1 ")
    assert criterion.said("criterion__question")[0].endswith("?")
    assert ["0", "1", "2", "3"] == [each.get("value") for each in inputs][:4]
    assert ["0 Rouge", "1 Orange", "2 Jaune", "3 Vert"] == criterion.said("level__name")[:4]
    assert all(20 < len(said) for said in criterion.said("level__text")[:4])
    assert (["1"], ["3"]) == (criterion.marked("expected"), criterion.marked("target"))
    assert "1" == criterion.checked
    assert criterion.comment.startswith("Les volets Partage")
    assert "Enregistré le 15/12/2021 à 10 h 32" == criterion.saved
    (facts,) = criterion.said("facts")
    assert "Niveau attendu à date1 orange au minimum Cible3 vert ÉcartsÉcart à la cible : 2 niveaux" == facts


def test_each_level_is_described_by_its_text(site: Site) -> None:
    """The text of a level belongs to its radio for who does not see the page."""
    page = site.client(RESPONSIBLE).get(site.axis("A08.1"))

    for criterion in page.criteria().values():
        for control in criterion.root.iter("input"):
            if control.get("type") == "radio" and control.get("value") != "NA":
                described = page.by_id(control.get("aria-describedby", ""))
                assert words(described) in criterion.said("level__text")


def test_not_applicable_is_offered_where_it_is_allowed(site: Site) -> None:
    """NA is offered where the referential allows it, and says where a reason is wanted."""
    client = site.client(RESPONSIBLE)
    offered = {}
    for axis in ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C"):
        for code, criterion in client.get(site.axis(axis)).criteria().items():
            offered[code] = "Non applicable" in criterion.said("level__name")
    catalogue = site.app.extensions["jalon"].switchboard.plugins.catalogue.names.criteria
    expected = {code: str(catalogue[f"doctrine/{code}"].criterion.na) != "no" for code in offered}

    assert expected == offered
    assert {True, False} == set(offered.values())


def test_why_a_question_is_asked(site: Site) -> None:
    """A question that an answer brings says which; one that is always asked says nothing."""
    client = site.client(RESPONSIBLE)
    said = client.get(site.axis("A08.4")).criterion("A08.4.5").said("more")
    why = next(each for each in said if each.startswith("Pourquoi cette question"))
    assert "Le produit gère-t-il des rendez-vous ou un agenda ?" in why
    assert "la réponse est « oui »" in why

    always = client.get(site.axis("A08.1")).criterion("A08.1.1")
    assert not [each for each in always.said("more") if each.startswith("Pourquoi")]


def test_answers_of_others_say_whose_they_are(site: Site) -> None:
    """An answer says when it was saved, and by whom when it was somebody else."""
    criterion = site.client(SHARED).get(site.axis("A08.1")).criterion("A08.1.1")

    assert "Enregistré le 15/12/2021 à 10 h 32 par Karim Benhaddou" == criterion.saved


def test_an_answer_to_investigate_says_so(site: Site) -> None:
    """An answer to look into suspends nothing silently: it says what it blocks."""
    site.change(
        AnswerRow, {"subject_id": site.product(), "criterion": "A08.1.1"}, level=None, to_investigate=True
    )
    criterion = shown(site, "A08.1", "A08.1.1")

    assert ("À instruire", "") == (criterion.state, criterion.checked)
    assert "Cette réponse est à instruire" in criterion.said("criterion__notices")[0]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("copied", "Réponse reprise d’un autre produit."),
        ("reworded", "La question a été reformulée."),
        ("history", "Réponse retrouvée dans l’historique."),
    ],
)
def test_an_answer_to_reconfirm_says_why(site: Site, reason: str, said: str) -> None:
    """An answer to look at again says why, and one click keeps it."""
    client = site.client(RESPONSIBLE)
    site.change(AnswerRow, {"subject_id": site.product(), "criterion": "A08.1.1"}, reconfirm=reason)
    criterion = client.get(site.axis("A08.1")).criterion("A08.1.1")
    assert "À reconfirmer" == criterion.state
    assert said in criterion.said("criterion__notices")[0]

    client.click("A08.1.1", confirm="A08.1.1")
    answer = site.kept("A08.1.1")
    assert (1, 2, "") == (answer["level"], answer["version"], answer["reconfirm"])
    assert "Répondu" == client.get(site.axis("A08.1")).criterion("A08.1.1").state


def test_axes_are_linked_in_their_order(site: Site) -> None:
    """The page links every axis that asks something, its neighbours, and says where one is."""
    page = site.client(RESPONSIBLE).get(site.axis("A08.2"))

    links = page.every("a", "axes__link")
    axes = ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C")
    assert [site.axis(axis) for axis in axes] == [each.get("href") for each in links]
    assert [site.axis("A08.2")] == [each.get("href") for each in links if each.get("aria-current") == "page"]
    assert [site.axis("A08.1")] == [each.get("href") for each in page.every("a", rel="prev")]
    assert [site.axis("A08.3")] == [each.get("href") for each in page.every("a", rel="next")]
    assert "2 réponses sur 3" == words(page.one("p", "progress__text"))


def test_the_next_unanswered_question_may_be_on_another_axis(site: Site) -> None:
    """Where the page has no question left, the link goes on to the next axis; at the end, back to the first."""
    client = site.client(RESPONSIBLE)
    link = "Aller à la prochaine question sans réponse"

    def leads(axis: str) -> str:
        page = client.get(site.axis(axis))
        (found,) = (each.get("href", "") for each in page.every("a") if words(each) == link)
        return found

    assert site.axis("A08.2") + "?suivante=1" == leads("A08.1")
    assert "#A08-2-2" == leads("A08.2")
    done = client.get(site.axis("A08.1", VISIO))
    assert "Toutes les questions ont une réponse." in done.text


def test_the_last_axis_leads_back_to_the_first_one_unfinished(site: Site) -> None:
    """Asked for the next question from a finished axis, the page of another opens at it."""
    client = site.client(RESPONSIBLE)
    for code in ("A08.5.24", "A08.5.26"):
        client.get(site.axis("A08.5.C"))
        client.click(code, level="1")
    client.get(site.axis("A08.5.C"))
    found = client.get(site.axis("A08.5.C") + "?suivante=1", 302)

    assert site.axis("A08.5.C") == found.headers["Location"]


def test_a_page_of_a_questionnaire_that_is_not_asked(site: Site) -> None:
    """The axis of a questionnaire that this product does not have is a page without question."""
    page = site.client(RESPONSIBLE).get(site.axis("TLS", questionnaire="telesante/exigences"))

    assert "Aucune question de cet axe ne concerne ce produit." in page.text
    assert {} == page.criteria()
