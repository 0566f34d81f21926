"""Levels and the scales they are read on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

NA: Final = "NA"
"""Not applicable: an answer that is no level and never counts in a score."""

LevelValue: TypeAlias = int | Literal["NA"]


@dataclass(frozen=True, slots=True)
class Scale:
    """Name the levels 0, 1, … of a questionnaire, the last one being its top.

    Without names, it stands for a scale that could not be read: it refuses nothing.
    """

    key: str
    names: tuple[str, ...]
    na_name: str = "Non applicable"

    @property
    def top(self) -> int:
        """Give the highest level."""
        return len(self.names) - 1

    def holds(self, level: object) -> bool:
        """Say whether a value is a level of this scale; NA and booleans are not."""
        if not self.names:
            return True
        return isinstance(level, int) and not isinstance(level, bool) and 0 <= level <= self.top


MATURITY: Final = Scale("maturity", ("Rouge", "Orange", "Jaune", "Vert"))
"""The scale of the four main questionnaires; grey is NA."""


def is_counted(level: LevelValue | None) -> bool:
    """Say whether a level enters means: answered, and not NA."""
    return level is not None and level != NA
