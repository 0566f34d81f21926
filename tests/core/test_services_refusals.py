"""Changes refused one by one, while what else was sent is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text

from jalon.domain.levels import NA
from jalon.services.answering import Act, Answering, Change, Refusal
from jalon.services.drafts import read_draft
from jalon.services.evaluating import bring_up_to_date
from jalon.services.texts import MAX_COMMENT, clean
from jalon.storage.database import Database
from jalon.storage.tables import AnswerRow, AnswerVersion, DraftScore, EvaluationRow, Subject
from support.services import START, Firm, check_derived, check_versions, make_firm

ANY: Any = "beaucoup"


@pytest.fixture
def firm(database: Database, load: Any) -> Firm:
    """Make a publisher whose plugins fill some criteria."""
    return make_firm(database, load("base", "filling"))


REFUSED = (
    (Change("base/Z9", 0, 1), Refusal.UNKNOWN),
    (Change("autre/A1", 0, 1), Refusal.UNKNOWN),
    (Change("A1", 0, 1), Refusal.UNKNOWN),
    (Change("", 0, 1), Refusal.UNKNOWN),
    (Change("base/A1\x00", 0, 1), Refusal.UNKNOWN),
    (Change("base/G1", 0, 1), Refusal.UNKNOWN),  # about the organisation
    (Change("base/A1", 0, 4), Refusal.IMPOSSIBLE),
    (Change("base/A1", 0, -1), Refusal.IMPOSSIBLE),  # what NA is stored as
    (Change("base/A1", 0, 2**70), Refusal.IMPOSSIBLE),
    (Change("base/A1", 0, True), Refusal.IMPOSSIBLE),
    (Change("base/A1", 0, ANY), Refusal.IMPOSSIBLE),
    (Change("base/B1", 0, NA), Refusal.IMPOSSIBLE),  # na: no
    (Change("base/A1", 0, 1, "x" * (MAX_COMMENT + 1)), Refusal.COMMENT),
    (Change("base/A1", 1, 1), Refusal.STALE),
    (Change("base/A1", -1, 1), Refusal.STALE),
    (Change("base/A1", 0, 1, None, Act.CONFIRMED), Refusal.MOVED),
)


def test_a_refused_change_leaves_the_others(firm: Firm) -> None:
    """A change that cannot be kept is told with its reason; another of the same save is kept."""
    for version, (change, why) in enumerate(REFUSED):
        saved = firm.save(change, Change("base/A2", version, version % 3))
        assert {change.criterion: why} == {name: each.why for name, each in saved.refused.items()}
        found = [(row["criterion"], row["version"]) for row in firm.rows(AnswerRow)]
        assert [("A2", version + 1)] == found, change
    check_derived(firm)


def test_a_refused_change_alone_writes_nothing(firm: Firm) -> None:
    """Where nothing can be kept nothing moves, not even the stamp."""
    before = firm.rows(Subject)
    for change, why in REFUSED:
        saved = firm.save(change)
        assert {change.criterion: why} == {name: each.why for name, each in saved.refused.items()}
    assert (before, []) == (firm.rows(Subject), firm.rows(AnswerVersion))


TYPED = (
    ("a\x00b", "ab"),
    ("a\ud800b\udfff", "ab"),
    ("\x1b[31mrouge\x07", "[31mrouge"),
    ("une\r\ndeux\rtrois\n", "une\ndeux\ntrois"),
    ("\ttab", "tab"),
    ("a\tb", "a\tb"),
    ("e\u0301te\u0301", "été"),
    ("  \n ", ""),
    ("𝄞 😀 \u2028 \ufffd", "𝄞 😀 \u2028 \ufffd"),
    ("x" * MAX_COMMENT + " \x00\n", "x" * MAX_COMMENT),
)


def test_comments_are_cleaned(firm: Firm) -> None:
    """What no database keeps and nobody sees is taken out of a comment; the rest is kept as typed."""
    firm.answer("A2", 1)
    for typed, kept in TYPED:
        version = firm.row("A2")["version"]
        firm.answer("A2", 1, version, comment=typed)
        row = firm.row("A2")
        assert (kept, kept) == (row["comment"], firm.versions("A2")[-1]["comment"])
        assert {} == firm.save(Change("base/A2", row["version"], 1, typed)).refused
        assert row == firm.row("A2"), "the same comment sent again changes nothing"


# -- stale saves


def test_a_stale_save_is_refused_with_the_value_of_the_other(firm: Firm) -> None:
    """Of two people who saw the same version the second is told what the first gave; both values are there."""
    firm.answer("A1", 1, comment="Le premier.")
    firm.save(Change("base/A1", 1, 2, "Le second."), author=firm.manager)
    saved = firm.save(Change("base/A1", 1, 3, "Le troisième."))
    refused = saved.refused["base/A1"]
    assert (Refusal.STALE, 3, "Le troisième.") == (refused.why, refused.change.level, refused.change.comment)
    assert refused.theirs is not None
    assert (2, 2, "Le second.", firm.manager[0]) == (
        refused.theirs.version, refused.theirs.level, refused.theirs.comment, refused.theirs.author_id,
    )  # fmt: skip
    assert 2 == firm.row("A1")["level"]
    check_versions(firm)


def test_a_stale_clear_and_a_stale_confirmation_are_refused(firm: Firm) -> None:
    """No act works on a value its author has not seen."""
    firm.answer("A1", 1)
    firm.save(Change("base/A1", 1, 2), author=firm.manager)
    for act, level in ((Act.CLEARED, None), (Act.CONFIRMED, 1), (Act.ANSWERED, 1)):
        assert Refusal.STALE is firm.save(Change("base/A1", 1, level, None, act)).refused["base/A1"].why
    assert (2, 2) == (firm.row("A1")["version"], firm.row("A1")["level"])


def test_the_same_value_by_another_is_stale(firm: Firm) -> None:
    """Somebody who did not see the answer of another is told of it, even when they agree."""
    firm.answer("A1", 2)
    saved = firm.save(Change("base/A1", 0, 2), author=firm.manager)
    assert Refusal.STALE is saved.refused["base/A1"].why


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (None, Change("base/A1", 0, 2, "Oui.")),
        (Change("base/A1", 0, 3), Change("base/A1", 1, 2, "Oui.")),
        (Change("base/A1", 0, 3), Change("base/A1", 1, None, None, Act.CLEARED)),
        (Change("base/A1", 0, 3), Change("base/A1", 1, 3, None, Act.CONFIRMED)),
        (None, Change("base/A1", 0, None, None, Act.ANSWERED, to_investigate=True)),
    ],
    ids=["answer", "change", "clear", "confirm", "investigate"],
)
def test_the_same_click_sent_again(firm: Firm, first: Change | None, again: Change) -> None:
    """A save whose response was lost is accepted when it is sent again, and writes nothing."""
    if first:
        firm.save(first)
    firm.save(again)
    before = firm.rows(AnswerVersion), firm.rows(Subject)
    firm.clock.advance(seconds=2)
    saved = firm.save(again)
    assert ({}, {"base/A1"}) == (saved.refused, saved.kept.keys())
    assert before == (firm.rows(AnswerVersion), firm.rows(Subject))


def test_an_old_click_that_comes_late_is_stale(firm: Firm) -> None:
    """A first click that arrives after the second does not undo it."""
    firm.answer("A1", 1)
    firm.answer("A1", 2, 1)
    assert Refusal.STALE is firm.save(Change("base/A1", 0, 1)).refused["base/A1"].why
    assert 2 == firm.row("A1")["level"]


# -- where criteria apply or not


def test_an_answer_that_does_not_apply_is_set_aside(firm: Firm) -> None:
    """An answer to a criterion that has ceased to apply is saved in the parked answer, and counts nowhere."""
    saved = firm.save(Change("base/A3", 0, 2, "Prêt."))
    assert START == saved.kept["base/A3"].set_aside_at
    check_derived(firm)
    firm.clock.advance(days=1)
    firm.answer("A3", 3, 1)
    assert (START, 3) == (firm.row("A3")["set_aside_at"], firm.row("A3")["level"]), (
        "set aside since the first day"
    )
    firm.profile(a=True, b=True)
    assert (None, 3) == (firm.row("A3")["set_aside_at"], firm.row("A3")["level"])
    check_derived(firm)


def test_the_organisation_answers_its_own_criteria(firm: Firm) -> None:
    """Criteria of the organisation are answered on the organisation, those of a product are not."""
    bring_up_to_date(firm.database, firm.plugins, firm.organisation, firm.clock)
    saved = firm.save(Change("base/G1", 0, 2), Change("base/A1", 0, 2), subject=firm.organisation)
    assert {"base/A1": Refusal.UNKNOWN} == {name: each.why for name, each in saved.refused.items()}
    assert [("G1", firm.organisation)] == [
        (row["criterion"], row["subject_id"]) for row in firm.rows(AnswerRow)
    ]
    assert 2 == firm.standing(firm.organisation).scores["base/organisation", ""].score.total
    check_derived(firm, firm.organisation)


# -- one transaction


@pytest.mark.parametrize("table", ["answer", "answer_version", "evaluation", "draft_score"])
def test_a_save_is_one_transaction(firm: Firm, table: str) -> None:
    """When one statement of a save fails nothing of the save is kept; saved again, all is."""
    firm.profile(c="y")

    def fail(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        if statement.startswith(f"INSERT INTO {table} "):
            raise ConnectionError(table)

    changes = [Change("base/A1", 0, 1), Change("base/A2", 0, 1, "Non."), Change("base/B2", 0, NA)]
    before = [firm.rows(each) for each in (Subject, AnswerRow, AnswerVersion, EvaluationRow, DraftScore)]
    event.listen(firm.database.engine, "before_cursor_execute", fail)
    with pytest.raises(ConnectionError, match=table):
        firm.save(*changes)
    event.remove(firm.database.engine, "before_cursor_execute", fail)
    assert before == [
        firm.rows(each) for each in (Subject, AnswerRow, AnswerVersion, EvaluationRow, DraftScore)
    ]
    assert {} == firm.save(*changes).refused
    assert 3 == len(firm.rows(AnswerRow))
    check_derived(firm)


def test_a_version_taken_is_never_overwritten(firm: Firm) -> None:
    """The database itself refuses two values of one version."""
    firm.answer("A1", 1)
    copied = "subject_id, referential, criterion, version, act, level, comment, support, to_investigate, author_id, saved_at"
    with pytest.raises(Exception, match=r"(?i)unique"), firm.database.writing() as session:
        session.execute(text(f"INSERT INTO answer_version ({copied}) SELECT {copied} FROM answer_version"))  # noqa: S608


def test_an_answer_filed_in_history_does_not_count(firm: Firm) -> None:
    """An answer put away in history is not read by rules; answering again takes it out."""
    firm.answer("B1", 3)
    with firm.database.writing() as session:
        session.execute(text("UPDATE answer SET filed_at = saved_at, set_aside_at = saved_at"))
    bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)
    with firm.database.reading() as session:
        assert {} == read_draft(session, firm.product).answers
    Answering(firm.database, firm.clock).save(
        firm.plugins, firm.product, firm.expert, [Change("base/B1", 1, 2)]
    )
    assert (None, None, 2) == tuple(firm.row("B1")[name] for name in ("filed_at", "set_aside_at", "version"))


def test_what_unicode_sets_aside_is_left_out() -> None:
    """Code points that stand for no character are dropped; letters that Python does not know yet are not."""
    assert "abé\U0010fffd" == clean("a\ufffeb\uffffe\u0301\ufdd0\U0001ffff\U0010fffd")
