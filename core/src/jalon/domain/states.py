"""What an evaluation says of one criterion."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from jalon.domain.answers import Answer
from jalon.domain.explanations import Explanation
from jalon.domain.hooks import PluginVerdict
from jalon.domain.levels import LevelValue
from jalon.domain.proposals import Outcome, Proposal

Origin: TypeAlias = Literal["person", "rule", "none"]


class CriterionState(NamedTuple):
    """Say whether a criterion is asked, what it is worth, and why."""

    name: str
    applies: bool
    explanation: Explanation
    verdicts: tuple[PluginVerdict, ...] = ()
    level: LevelValue | None = None  # what counts: a person's answer, else the pre-fill
    origin: Origin = "none"
    answer: Answer | None = None  # kept where the criterion does not apply: parked
    proposals: tuple[Proposal, ...] = ()  # sorted by rule; without effect where it does not apply
    outcome: Outcome | None = None
    diverges: bool = False
    to_reconfirm: bool = False  # the support of the answer is lost

    @property
    def conflict(self) -> bool:
        """Say whether rules contradict each other on an asked criterion."""
        return self.applies and self.outcome is not None and self.outcome.conflict
