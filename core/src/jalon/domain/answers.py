"""What a person answered to a criterion."""

from __future__ import annotations

from typing import NamedTuple

from jalon.domain.levels import NA, LevelValue, Scale
from jalon.domain.referential import Criterion, NaPolicy


class Answer(NamedTuple):
    """Keep a person's answer to one criterion.

    `support`: the rules that proposed this very value when the person gave it; empty if none did.
    `to_investigate`: set aside by the person; it counts as unanswered and suspends the pre-fill.
    """

    level: LevelValue | None
    support: tuple[str, ...] = ()
    to_investigate: bool = False


def is_possible(level: LevelValue, criterion: Criterion, scale: Scale) -> bool:
    """Say whether a level may be answered to a criterion, NA included."""
    return criterion.na is not NaPolicy.NO if level == NA else scale.holds(level)
