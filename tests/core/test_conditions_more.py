"""Conditions of different shapes on one fact or one answer, compiled side by side."""

from __future__ import annotations

import pytest

from jalon.domain.bitmaps import Index
from jalon.domain.conditions import AllOf, Clause, Condition, Not, holds
from jalon.domain.levels import NA, LevelValue

P, Q, R = (Clause("fact", "r/m", (value,)) for value in "pqr")
CONDITIONS: tuple[Condition, ...] = (P, AllOf((P, Q)), AllOf((P, Not(Q), R)), Not(R), AllOf((Not(P), Not(Q))))


@pytest.mark.parametrize("chosen", ["", "p", "q", "r", "pq", "pr", "qr", "pqr"])
def test_every_clause_on_a_multiple_choice_counts_beside_shorter_conditions(chosen: str) -> None:
    """The index requires each clause of a condition, also where another condition has fewer on the same fact."""
    values = {"r/m": frozenset(chosen)}
    mask = Index(CONDITIONS, ["r/m"]).match(values, {})

    assert [holds(condition, values, {}) for condition in CONDITIONS] == [
        bool(mask >> i & 1) for i in range(len(CONDITIONS))
    ]


LEVEL = "r/A"
ON_A_LEVEL: tuple[Condition, ...] = (
    Clause("answer", LEVEL, minimum=2),
    Clause("answer", LEVEL, (NA,)),
    Clause("answer", LEVEL, (1, NA)),
    Not(Clause("answer", LEVEL, (NA,))),
    Not(Clause("answer", LEVEL, maximum=2)),
)


@pytest.mark.parametrize("level", [None, NA, 0, 1, 2, 3])
def test_na_is_told_from_an_absence_beside_conditions_with_bounds(level: LevelValue | None) -> None:
    """An answer NA holds where a condition names NA, also where another compares the same answer with bounds."""
    answers = {} if level is None else {LEVEL: level}
    mask = Index(ON_A_LEVEL).match({}, answers)

    assert [holds(condition, {}, answers) for condition in ON_A_LEVEL] == [
        bool(mask >> i & 1) for i in range(len(ON_A_LEVEL))
    ]
