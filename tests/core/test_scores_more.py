"""Averages over products are exact, whatever the number of criteria."""

from __future__ import annotations

from fractions import Fraction

from jalon.domain.scoring import Score, mean_of


def test_scores_over_many_criteria_are_averaged_unrounded() -> None:
    """A mean over products keeps every digit of theirs: nothing is rounded before the end."""
    mean, counted = mean_of([Score(1, 1009), Score(2, 1013), Score(0, 1)])

    assert (Fraction(1, 1009) + Fraction(2, 1013), 3) == (3 * (mean or 0), counted)
