"""What is expected at a day, and how far a level is from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jalon.domain.levels import NA, LevelValue
from jalon.domain.referential import ExpectedLevel


def expected_at(timeline: Sequence[ExpectedLevel], day: date) -> ExpectedLevel | None:
    """Give the expectation in force on a day; None before the first date."""
    in_force = [step for step in timeline if step.since <= day]
    return max(in_force, key=lambda step: step.since) if in_force else None


def gap(level: LevelValue | None, goal: int | None) -> int | None:
    """Measure how many levels are missing; None (not 0) when unanswered, NA or without goal."""
    if level is None or level == NA or goal is None:
        return None
    return max(0, goal - level)
