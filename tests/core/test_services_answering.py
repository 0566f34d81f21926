"""Acts on answers: what is kept of each, with its versions, its support and its disagreements."""

from __future__ import annotations

from typing import Any

import pytest

from jalon.domain.levels import NA
from jalon.services.answering import Act, Change, Refusal
from jalon.storage.database import Database
from jalon.storage.tables import AnswerRow, AnswerVersion, Justification
from support.services import START, Firm, check_derived, check_versions, make_firm


@pytest.fixture
def firm(database: Database, load: Any) -> Firm:
    """Make a publisher whose plugins fill some criteria."""
    return make_firm(database, load("base", "filling"))


def test_every_value_is_kept_with_its_author_and_time(firm: Firm) -> None:
    """An answer given, changed by another, then cleared has three versions with author, time and value."""
    firm.answer("B1", 1, comment="Vu.")
    firm.clock.advance(minutes=5)
    firm.save(Change("base/B1", 1, 2), author=firm.manager)
    firm.clock.advance(minutes=5)
    firm.save(Change("base/B1", 2, None, None, Act.CLEARED))
    told = [
        (each["version"], each["act"], each["level"], each["comment"], each["author_id"], each["saved_at"])
        for each in firm.versions("B1")
    ]
    five, ten = START.replace(minute=5), START.replace(minute=10)
    assert [
        (1, "answered", 1, "Vu.", firm.expert[0], START),
        (2, "answered", 2, "Vu.", firm.manager[0], five),
        (3, "cleared", None, "Vu.", firm.expert[0], ten),
    ] == told
    assert (3, None) == (firm.row("B1")["version"], firm.row("B1")["level"])
    check_versions(firm)
    check_derived(firm)


def test_a_save_tells_what_stands(firm: Firm) -> None:
    """What a save returns is what a later reading gives."""
    saved = firm.save(Change("base/A1", 0, 2, " Deux.\r\n"), Change("base/B2", 0, NA))
    assert {"base/A1", "base/B2"} == saved.kept.keys()
    for name, kept in saved.kept.items():
        row = firm.row(name.partition("/")[2])
        for field in (
            "version",
            "level",
            "comment",
            "author_id",
            "saved_at",
            "set_aside_at",
            "to_investigate",
        ):
            assert row[field] == getattr(kept, field), field
        assert firm.expert[1] == kept.author
    assert firm.standing() == saved.standing
    assert saved.is_settled


def test_a_comment_alone(firm: Firm) -> None:
    """A comment without level is kept, answers nothing and leaves the pre-fill in force."""
    firm.profile(c="x")
    firm.answer("A1", None, comment="À voir.")
    assert (1, None, "À voir.", []) == tuple(
        firm.row("A1")[k] for k in ("version", "level", "comment", "support")
    )
    assert 3 == firm.standing().of("base/A1").prefill
    check_derived(firm)


def test_an_unspoken_comment_stays(firm: Firm) -> None:
    """A change that says nothing of the comment leaves it; an empty one removes it."""
    firm.answer("B1", 1, comment="Vu.")
    assert "Vu." == (firm.answer("B1", 2, 1) or firm.row("B1"))[3]
    firm.answer("B1", 2, 2, comment="")
    assert "" == firm.row("B1")["comment"]


def test_nothing_is_written_for_nothing(firm: Firm) -> None:
    """Clearing what nobody answered writes nothing and moves no stamp."""
    saved = firm.save(Change("base/B1", 0, None, "", Act.CLEARED), Change("base/A1", 0, None))
    assert ({}, {}) == (saved.kept, saved.refused)
    assert [] == firm.rows(AnswerRow)
    check_derived(firm)


# -- support


@pytest.mark.parametrize("act", [Act.ANSWERED, Act.CONFIRMED])
def test_agreeing_with_a_rule_keeps_it_as_support(firm: Firm, act: Act) -> None:
    """A click or a confirmation that gives the value proposed keeps the rules that propose it."""
    firm.profile(c="x")
    firm.answer("A1", 3, act=act)
    assert ["filling/exact"] == firm.row("A1")["support"]
    assert ["filling/exact"] == firm.versions("A1")[0]["support"]


def test_another_value_has_no_support(firm: Firm) -> None:
    """A value that no rule proposes at that moment has no support, even above a floor."""
    firm.profile(c="y")
    firm.answer("A2", 3)
    assert [] == firm.row("A2")["support"]
    firm.answer("A2", 2, 1)
    assert ["filling/floor"] == firm.row("A2")["support"]
    firm.answer("A2", 1, 2)
    assert [] == firm.row("A2")["support"]


def test_lost_support_flags_once(firm: Firm) -> None:
    """When no rule proposes the value any more the answer stays and is flagged; confirming clears that once."""
    firm.profile(c="x")
    firm.answer("A1", 3)
    firm.profile(c="y")
    assert firm.standing().of("base/A1").support_lost
    assert (3, 1) == (firm.row("A1")["level"], firm.row("A1")["version"])
    firm.answer("A1", 3, 1, act=Act.CONFIRMED)
    assert not firm.standing().of("base/A1").support_lost
    assert (3, []) == (firm.row("A1")["level"], firm.row("A1")["support"])
    firm.profile(c="x")
    firm.profile(c="y")
    assert not firm.standing().of("base/A1").support_lost, "the support was not given again by a person"
    check_versions(firm)


def test_support_lost_by_divergence_is_not_flagged(firm: Firm) -> None:
    """An answer whose rule gives way to a contrary one diverges: it is not flagged besides."""
    firm.profile(m=["p"])
    firm.answer("B1", 1)
    firm.profile(m=["q"])
    said = firm.standing().of("base/B1")
    assert (False, True) == (said.support_lost, said.divergence != "")


def test_a_comment_alone_does_not_confirm(firm: Firm) -> None:
    """Commenting an answer that is to be reconfirmed sets no value: it stays flagged, with its support."""
    firm.profile(c="x")
    firm.answer("A1", 3)
    firm.profile(c="y")
    firm.answer("A1", 3, 1, comment="Je me renseigne.")
    assert firm.standing().of("base/A1").support_lost
    assert ["filling/exact"] == firm.row("A1")["support"]
    check_versions(firm)


def test_a_comment_alone_gains_no_support(firm: Firm) -> None:
    """A value given before any rule proposed it gains no support by being commented."""
    firm.answer("A1", 3)
    firm.profile(c="x")
    firm.answer("A1", 3, 1, comment="Toujours vrai.")
    assert [] == firm.row("A1")["support"]
    firm.answer("A1", 3, 2, act=Act.CONFIRMED)
    assert ["filling/exact"] == firm.row("A1")["support"]


# -- disagreeing


def test_below_a_floor_diverges_with_its_comment(firm: Firm) -> None:
    """An answer below a floor counts, diverges, and its comment is the justification of that very divergence."""
    firm.profile(c="y")
    firm.answer("A2", 1, comment="Pas encore en service.")
    key = firm.standing().of("base/A2").divergence
    (kept,) = firm.rows(Justification)
    assert (key, "Pas encore en service.", firm.expert[0]) == (kept["key"], kept["text"], kept["author_id"])
    assert 1 == firm.row("A2")["level"]
    firm.answer("A2", 0, 1, comment="Arrêté.")
    assert [(key, "Arrêté.")] == [(row["key"], row["text"]) for row in firm.rows(Justification)]
    firm.answer("A2", 3, 2)
    assert "" == firm.standing().of("base/A2").divergence
    assert 1 == len(firm.rows(Justification)), "a key already justified is not asked again"


def test_a_comment_given_later_justifies(firm: Firm) -> None:
    """A divergence without comment has no justification; the comment typed afterwards is one."""
    firm.profile(c="y")
    firm.answer("A2", 1)
    assert [] == firm.rows(Justification)
    firm.answer("A2", 1, 1, comment="Parce que.")
    assert ["Parce que."] == [row["text"] for row in firm.rows(Justification)]


def test_agreement_needs_no_justification(firm: Firm) -> None:
    """The comment of an answer that meets its rules justifies nothing."""
    firm.profile(c="y")
    firm.answer("A2", 2, comment="Oui.")
    assert [] == firm.rows(Justification)


def test_a_conflict_fills_nothing(firm: Firm) -> None:
    """Two rules that disagree fill nothing; agreeing with one is no divergence, a third value is one."""
    firm.profile(m=["p", "q"])
    said = firm.standing().of("base/B1")
    assert (None, 2) == (said.prefill, len(said.proposals))
    firm.answer("B1", 2)
    assert ("", ["filling/two"]) == (firm.standing().of("base/B1").divergence, firm.row("B1")["support"])
    firm.answer("B1", 0, 1)
    assert "" != firm.standing().of("base/B1").divergence
    check_derived(firm)


def test_na_against_a_rule(firm: Firm) -> None:
    """NA proposed is filled and confirmed; a level against it diverges."""
    firm.profile(m=["r"])
    assert NA == firm.standing().of("base/B2").prefill
    firm.answer("B2", NA, act=Act.CONFIRMED)
    assert (NA, ["filling/none"]) == (firm.row("B2")["level"], firm.row("B2")["support"])
    firm.answer("B2", 1, 1)
    assert "" != firm.standing().of("base/B2").divergence


def test_to_investigate_suspends_the_pre_fill(firm: Firm) -> None:
    """A criterion to investigate counts as unanswered, and no pre-fill takes its place."""
    firm.profile(c="x")
    before = firm.standing().scores["base/produit", ""].progress
    firm.answer("A1", None, to_investigate=True)
    after = firm.standing().scores["base/produit", ""].progress
    assert (before.answered - 1, before.to_confirm - 1) == (after.answered, after.to_confirm)
    assert None is firm.standing().of("base/A1").prefill
    firm.answer("A1", None, 1)
    assert 3 == firm.standing().of("base/A1").prefill
    firm.answer("A1", 2, 2, to_investigate=True)
    assert before.answered - 1 == firm.standing().scores["base/produit", ""].progress.answered
    check_derived(firm)


def test_rules_read_answers_never_pre_fills(firm: Firm) -> None:
    """A rule that reads an answer fills once a person gave it, and the save says which other criterion moved."""
    saved = firm.save(Change("base/B1", 0, 3))
    assert (1, ("base/A2",)) == (saved.standing.of("base/A2").prefill, saved.moved)
    saved = firm.save(Change("base/B1", 1, 2))
    assert (None, ("base/A2",)) == (saved.standing.of("base/A2").prefill, saved.moved)


def test_confirming_what_is_not_proposed_any_more(firm: Firm) -> None:
    """Confirming a pre-fill that rules have moved meanwhile is refused, and nothing is written."""
    firm.profile(m=["p"])
    firm.profile(m=["q"])
    saved = firm.save(Change("base/B1", 0, 1, None, Act.CONFIRMED))
    assert Refusal.MOVED is saved.refused["base/B1"].why
    assert [] == firm.rows(AnswerVersion)


def test_a_pre_fill_writes_nothing(firm: Firm) -> None:
    """Only acts of a person make rows of answers."""
    firm.profile(c="x", m=["p", "r"])
    assert [] == firm.rows(AnswerRow)
    check_derived(firm)
