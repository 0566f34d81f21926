"""Profiles of products: numbered revisions, answers parked and brought back, facts of what is absent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from jalon.domain.core_facts import PATHS, REFERENTIALS
from jalon.services.answering import Act, Change
from jalon.services.drafts import read_draft
from jalon.services.evaluating import bring_up_to_date
from jalon.services.facts import typed
from jalon.storage.database import Database
from jalon.storage.tables import AnswerRow, DraftScore, Justification, ProfileRevision
from support.services import START, Firm, check_derived, check_versions, make_firm

SIMPLE = "parcours/simple"
OTHER = "second/autre"


@pytest.fixture
def firm(database: Database, load: Any) -> Firm:
    """Make a publisher whose products may choose two completion paths."""
    return make_firm(database, load("base", "filling", "path", "second_path"))


def without(firm: Firm, *keys: str) -> None:
    """Uninstall the plugins that bring some referentials, and evaluate again."""
    names = {each.name for each in firm.plugins.all if {r.key for r in each.referentials} & set(keys)}
    assert len(keys) == len(names)
    firm.plugins = firm.plugins.without(names)
    assert bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)


def questionnaires(firm: Firm) -> set[str]:
    """Name the questionnaires a product has scores for, with something to answer."""
    rows = firm.rows(DraftScore, subject_id=firm.product, axis="")
    return {row["questionnaire"] for row in rows if row["applicable"]}


def test_revisions_are_numbered(firm: Firm) -> None:
    """Each validation adds a revision, numbered from 1, with its author and time; those before do not change."""
    firm.clock.advance(days=1)
    firm.profile(a=True)
    before = firm.rows(ProfileRevision)
    firm.clock.advance(days=1)
    firm.profile(c="x", m=["q", "p"], n=2.5, d="2022-01-01", t="Texte")
    after = sorted(firm.rows(ProfileRevision), key=lambda row: int(row["number"]))
    assert sorted(before, key=lambda row: int(row["number"])) == after[:2]
    assert [1, 2, 3] == [row["number"] for row in after]
    assert [{}, {"base/a": True}] == [row["facts"] for row in after[:2]]
    assert START.replace(day=22) == after[2]["created_at"]
    assert {firm.head[0]} == {row["author_id"] for row in after}
    with firm.database.reading() as session:
        facts = read_draft(session, firm.product).facts
    assert after[2]["facts"] == facts
    check_derived(firm)


def test_a_number_is_never_taken_twice(firm: Firm) -> None:
    """The database itself refuses two revisions of one number."""
    with pytest.raises(IntegrityError), firm.database.writing() as session:
        session.add(ProfileRevision(product_id=firm.product, number=1, author_id=firm.head[0]))


def test_answers_are_parked_and_come_back(firm: Firm) -> None:
    """An answer whose criterion ceases to apply is set aside with its value, and comes back with it."""
    firm.profile(a=True, b=True)
    firm.answer("A3", 2, comment="Fait.")
    firm.answer("A1", 1)
    left = firm.clock.advance(days=1)
    firm.profile(a=True, b=False)
    assert (left, 2, "Fait.", 1) == tuple(
        firm.row("A3")[k] for k in ("set_aside_at", "level", "comment", "version")
    )
    assert None is firm.row("A1")["set_aside_at"]
    check_derived(firm)
    firm.clock.advance(days=1)
    firm.profile(c="y")
    assert left == firm.row("A3")["set_aside_at"], "set aside since the first day"
    firm.profile(a=True, b=True)
    assert (None, 2, 1) == tuple(firm.row("A3")[name] for name in ("set_aside_at", "level", "version"))
    check_derived(firm)
    check_versions(firm)


def test_parked_answers_feed_no_rule(firm: Firm) -> None:
    """A parked answer is read by no rule and counts in no score; its support is not told lost."""
    firm.profile(m=["r"])
    firm.answer("B2", "NA", act=Act.CONFIRMED)
    firm.profile(c="x")
    assert firm.row("B2")["set_aside_at"] is not None
    assert not firm.standing().of("base/B2").support_lost
    check_derived(firm)


def test_a_justified_divergence_is_not_asked_again(firm: Firm) -> None:
    """After parking and coming back, the same disagreement has the same key, so its justification holds."""
    rule = {"a": True, "b": True, "c": "y"}
    firm.profile(**rule)
    firm.answer("A2", 1, comment="Non.")
    key = firm.standing().of("base/A2").divergence
    firm.profile()
    assert "" == firm.standing().of("base/A2").divergence
    firm.profile(**rule, n=3)
    assert key == firm.standing().of("base/A2").divergence
    assert [key] == [row["key"] for row in firm.rows(Justification)]


def test_scores_of_a_questionnaire_that_goes_away(firm: Firm) -> None:
    """A questionnaire that a path brought has scores while it is chosen, and its answers are kept after."""
    assert {"base/produit"} == questionnaires(firm)
    firm.facts({PATHS: [SIMPLE]})
    assert {"base/produit", "parcours/exigences"} == questionnaires(firm)
    firm.save(Change("parcours/E1", 0, 2))
    firm.facts({PATHS: []})
    assert {"base/produit"} == questionnaires(firm)
    assert 2 == firm.row("E1", "parcours")["level"]
    check_derived(firm)
    firm.facts({PATHS: [SIMPLE]})
    assert None is firm.row("E1", "parcours")["set_aside_at"]
    check_derived(firm)


def test_scores_of_an_uninstalled_questionnaire(firm: Firm) -> None:
    """Scores of a questionnaire whose plugin is gone go away; its answers stay, and come back with it."""
    everything = firm.plugins
    firm.facts({PATHS: [SIMPLE, OTHER], "parcours/echange": True, "base/c": "y"})
    firm.save(Change("parcours/E1", 0, 2), Change("second/S1", 0, 1))
    before = firm.rows(AnswerRow)
    without(firm, "parcours")
    assert {"base/produit", "second/suite"} == {
        row["questionnaire"] for row in firm.rows(DraftScore) if row["questionnaire"] != "base/organisation"
    }
    check_derived(firm)
    firm.plugins = everything
    bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)
    assert sorted(before, key=str) == sorted(firm.rows(AnswerRow), key=str)
    check_derived(firm)


def test_a_path_that_is_gone_hides_no_other(firm: Firm) -> None:
    """Where one of the paths chosen is uninstalled, the questionnaires of the other are still asked."""
    firm.facts({PATHS: [SIMPLE, OTHER]})
    without(firm, "parcours")
    assert {"base/produit", "second/suite"} == questionnaires(firm)
    assert ["second/autre"] == firm.standing().facts[PATHS]


def test_facts_of_what_is_absent_stay(firm: Firm) -> None:
    """A profile validated while a referential is absent keeps its facts and its path; all come back with it."""
    everything = firm.plugins
    firm.facts({PATHS: [SIMPLE, OTHER], "parcours/echange": True, "base/a": True})
    firm.save(Change("parcours/E1", 0, 2))
    without(firm, "parcours")
    firm.facts({PATHS: [], "base/c": "x"})
    assert {"base/produit"} == questionnaires(firm)
    firm.plugins = everything
    bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)
    with firm.database.reading() as session:
        facts = read_draft(session, firm.product).facts
    assert {PATHS: [SIMPLE], "parcours/echange": True, "base/c": "x"} == facts
    assert {"base/produit", "parcours/exigences"} == questionnaires(firm)
    assert None is firm.row("E1", "parcours")["set_aside_at"]
    check_derived(firm)


def test_what_was_asked_may_be_removed(firm: Firm) -> None:
    """A fact or a path of what is installed is gone once a profile is validated without it."""
    firm.facts({PATHS: [SIMPLE], REFERENTIALS: [], "parcours/echange": True})
    firm.facts({"base/c": "x"})
    with firm.database.reading() as session:
        assert {"base/c": "x"} == read_draft(session, firm.product).facts


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ({"base/m": ["p", "gone"]}, {"base/m": frozenset("p")}),
        ({"base/m": ["gone"]}, {}),
        ({"base/m": []}, {"base/m": frozenset()}),
        ({"base/c": "gone", "base/a": False}, {"base/a": False}),
        ({"base/n": "beaucoup", "base/d": "2022-13-01", "base/t": 3}, {}),
        ({"absent/f": True}, {}),
        ({"base/m": "p", "base/n": 2.5}, {"base/m": frozenset("p"), "base/n": 2.5}),
        ({PATHS: [SIMPLE, "gone/path"]}, {PATHS: frozenset([SIMPLE])}),
        ({"base/m": [["p"], None, 3, "q"]}, {"base/m": frozenset("q")}),
    ],
    ids=str,
)
def test_stored_facts_are_typed(load: Any, stored: dict[str, Any], read: dict[str, Any]) -> None:
    """Facts are typed by their questions; what no question accepts any more is left out alone."""
    assert read == typed(load("base", "path").catalogue, stored)
