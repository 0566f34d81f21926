"""The values that hooks of plugins return."""

from __future__ import annotations

from typing import NamedTuple

from jalon.domain.levels import LevelValue


class Verdict(NamedTuple):
    """Include a criterion, or exclude it, with a reason that people will read."""

    applies: bool
    reason: str


class Proposed(NamedTuple):
    """Propose an exact level, NA, or a floor (`at_least`) for a criterion (`referential/code`).

    `rule` names what proposes, inside the plugin; `reason` is what people will read.
    """

    criterion: str
    rule: str
    reason: str
    level: LevelValue | None = None
    at_least: int | None = None


class ValidationProblem(NamedTuple):
    """Forbid a validation, with a message that people will read; `criterion` where there is one."""

    message: str
    criterion: str = ""
