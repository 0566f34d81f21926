"""Scores, progress, gaps: exact arithmetic and its written rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from jalon.domain.gap import expected_at, gap
from jalon.domain.referential import ExpectedKind, ExpectedLevel
from jalon.domain.scoring import Score, mean_of, rounded, score

Evaluate = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 8), "0.13"),
        (Fraction(5, 8), "0.63"),
        (Fraction(9, 8), "1.13"),
        (Fraction(3, 8), "0.38"),
        (Fraction(5, 3), "1.67"),
        (Fraction(1, 3), "0.33"),
        (Fraction(0), "0.00"),
        (Fraction(3), "3.00"),
        (Fraction(1, 200), "0.01"),
        (Fraction(1, 201), "0.00"),
        (Fraction(299_999, 100_000), "3.00"),
    ],
)
def test_two_decimals_are_rounded_half_up(value: Fraction, text: str) -> None:
    """One function rounds, and halves go up."""
    assert text == rounded(value)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([3, 2, "NA", 0], Score(5, 3)),
        ([0], Score(0, 1)),
        (["NA", "NA"], Score(0, 0)),
        ([None, 3], Score(3, 1)),
        ([], Score(0, 0)),
    ],
)
def test_na_and_unanswered_do_not_count(levels: list[Any], expected: Score) -> None:
    """A score is a sum and a count: NA and the unanswered enter neither."""
    assert expected == score(levels)


def test_a_mean_over_products_is_exact_and_rounded_once() -> None:
    """Each product has one vote with its unrounded score; those without score are left out."""
    mean, counted = mean_of([Score(1, 3), Score(2, 3), Score(0, 0)])

    assert (Fraction(1, 2), 2) == (mean, counted)
    assert (None, 0) == mean_of([Score(0, 0)])


def test_an_axis_is_the_mean_of_what_is_answered(evaluate: Evaluate) -> None:
    """Answered, non-NA criteria make the score; the rest shows in the counts."""
    axis = evaluate({"a": "oui", "b": "oui"}, {"base/A1": 3, "base/A2": "NA"})["axes"]["base/produit"]["A"]

    assert {
        "score": "3.00",
        "sum": 3,
        "counted": 1,
        "answered": 2,
        "applicable": 3,
        "to_confirm": 0,
        "not_applicable": 1,
        "charted": True,
    } == axis


def test_an_axis_all_na_is_absent_from_the_chart(evaluate: Evaluate) -> None:
    """All its applicable criteria NA: no branch, no score."""
    axis = evaluate(answers={"base/A1": "NA", "base/A2": "NA"})["axes"]["base/produit"]["A"]

    assert (None, False, 2) == (axis["score"], axis["charted"], axis["answered"])


def test_an_axis_unanswered_is_present_without_value(evaluate: Evaluate) -> None:
    """Criteria to answer and no answer yet: a branch without value."""
    axis = evaluate()["axes"]["base/produit"]["A"]

    assert (None, True, 0, 2) == (axis["score"], axis["charted"], axis["answered"], axis["applicable"])


def test_an_axis_partly_na_and_partly_unanswered_is_present(evaluate: Evaluate) -> None:
    """Something is left to answer: the branch stays."""
    assert evaluate(answers={"base/A1": "NA"})["axes"]["base/produit"]["A"]["charted"]


def test_an_axis_without_applicable_criterion_is_absent(evaluate: Evaluate, load: Callable[..., Any]) -> None:
    """Nothing asked: no branch."""
    axis = evaluate(others=["path"])["axes"]["parcours/exigences"]["E"]

    assert (0, False) == (axis["applicable"], axis["charted"])


def test_one_answer_at_zero_is_shown(evaluate: Evaluate) -> None:
    """Red is a level: a score of 0 is not an absence."""
    axis = evaluate(answers={"base/A1": 0})["axes"]["base/produit"]["A"]

    assert ("0.00", True) == (axis["score"], axis["charted"])


def test_a_questionnaire_is_the_mean_of_its_criteria_not_of_its_axes(evaluate: Evaluate) -> None:
    """Every criterion has the same weight, whatever the size of its axis."""
    whole = evaluate(answers={"base/A1": 3, "base/A2": 3, "base/B1": 0})["questionnaires"]["base/produit"]

    assert ("2.00", 6, 3) == (whole["score"], whole["sum"], whole["counted"])


def test_prefills_count_and_are_to_confirm(evaluate: Evaluate, rule: Callable[..., str]) -> None:
    """What a rule fills counts as answered, and is counted as still to confirm."""
    rules = rule("r", "{not: {base/t: x}}", levels="{base/A1: 3}")
    axis = evaluate(answers={"base/A2": 1}, rules=rules)["axes"]["base/produit"]["A"]

    assert ("2.00", 2, 1) == (axis["score"], axis["answered"], axis["to_confirm"])


TIMELINE = (
    ExpectedLevel(date(2021, 12, 23), 1),
    ExpectedLevel(date(2023, 1, 1), 3, ExpectedKind.MINIMUM),
    ExpectedLevel(date(2024, 1, 1), 2),
)


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(2021, 12, 22), None),
        (date(2021, 12, 23), 1),
        (date(2022, 12, 31), 1),
        (date(2023, 1, 1), 3),
        (date(2030, 1, 1), 2),
    ],
)
def test_the_expectation_in_force_is_the_last_begun(day: date, level: int | None) -> None:
    """Before the first date nothing is expected; on a date it is in force."""
    expected = expected_at(TIMELINE, day)

    assert level == (expected.level if expected else None)


@pytest.mark.parametrize(
    ("level", "goal", "missing"),
    [(1, 3, 2), (3, 3, 0), (3, 1, 0), (0, 0, 0), (None, 3, None), ("NA", 3, None), (1, None, None)],
)
def test_a_gap_is_never_negative_and_none_is_not_zero(
    level: Any, goal: int | None, missing: int | None
) -> None:
    """Unanswered, NA or without goal: no gap at all, which is not a gap of 0."""
    assert missing == gap(level, goal)


def test_gaps_follow_the_day_and_the_target(evaluate: Evaluate) -> None:
    """The gap to the expected level depends on the day; being above it does not close the gap to the target."""
    early, first, later = (
        evaluate(answers={"base/A1": 1}, day=day)["criteria"]["base/A1"]
        for day in ("2021-12-22", "2021-12-23", "2023-06-01")
    )

    assert (None, None, 2) == (early["expected"], early["gap_to_expected"], early["gap_to_target"])
    assert (1, 0, 2) == (first["expected"], first["gap_to_expected"], first["gap_to_target"])
    assert (2, "minimum", 1) == (later["expected"], later["expected_kind"], later["gap_to_expected"])


def test_the_target_is_the_top_of_the_scale_unless_stated(evaluate: Evaluate) -> None:
    """A criterion may aim lower than its scale."""
    criteria = evaluate(others=["path"])["criteria"]

    assert (3, 2, 2) == tuple(criteria[name]["target"] for name in ("base/A1", "base/A2", "parcours/E1"))
