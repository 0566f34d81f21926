"""Scores, progress and their exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from jalon.domain.levels import LevelValue, is_counted


class Score(NamedTuple):
    """Hold a mean as the two integers it is made of."""

    total: int
    counted: int

    @property
    def mean(self) -> Fraction | None:
        """Give the exact mean, None when nothing counts."""
        return Fraction(self.total, self.counted) if self.counted else None

    @property
    def text(self) -> str | None:
        """Give the mean with two decimals, rounded half up, with a point; None when nothing counts."""
        mean = self.mean
        return None if mean is None else rounded(mean)


class Progress(NamedTuple):
    """Count criteria: those that apply, those answered or pre-filled, those still to confirm, those NA."""

    applicable: int
    answered: int
    to_confirm: int
    not_applicable: int

    @property
    def is_charted(self) -> bool:
        """Say whether an axis is drawn: not when no criterion applies, nor when all are NA."""
        return self.applicable > self.not_applicable


def rounded(value: Fraction) -> str:
    """Write a non-negative number with two decimals, rounded half up."""
    hundredths = (value.numerator * 200 + value.denominator) // (2 * value.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def score(levels: Iterable[LevelValue | None]) -> Score:
    """Sum the levels that count: NA and the unanswered do not, neither way."""
    counted = [level for level in levels if is_counted(level)]
    return Score(sum(int(level) for level in counted if level is not None), len(counted))


def mean_of(scores: Iterable[Score]) -> tuple[Fraction | None, int]:
    """Average the unrounded scores of several products, one vote each; say how many had one."""
    means = [mean for mean in (each.mean for each in scores) if mean is not None]
    return (sum(means, Fraction()) / len(means) if means else None), len(means)
