"""Third stratum: what rules propose for a criterion, and how it meets what a person answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from jalon.domain.conditions import Clause, Row
from jalon.domain.levels import NA, LevelValue
from jalon.domain.referential import AtLeast, Effect, Exactly


class Proposal(NamedTuple):
    """Say what one rule proposes for one criterion, why, and which clauses made it hold."""

    rule: str
    effect: Effect
    reason: str
    because: Row = ()

    @property
    def value(self) -> LevelValue:
        """Give the level proposed, exact or least."""
        return self.effect.level

    def accepts(self, level: LevelValue) -> bool:
        """Say whether a level agrees with this proposal; NA agrees with no floor."""
        if isinstance(self.effect, Exactly):
            return level == self.effect.level
        return level != NA and level >= self.effect.level


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say what the proposals on one criterion come to: a level, exact or least, or a conflict (None)."""

    effect: Effect | None

    @property
    def conflict(self) -> bool:
        """Say whether the proposals cannot hold together: then nothing is filled."""
        return self.effect is None


def merged(proposals: Sequence[Proposal]) -> Outcome | None:
    """Merge proposals by the written rule, whatever their order; None without proposal.

    Only floors: the highest. An exact value that meets every floor: that value. Else a conflict.
    """
    if not proposals:
        return None
    exact = {proposal.effect for proposal in proposals if isinstance(proposal.effect, Exactly)}
    floors = [proposal.effect.level for proposal in proposals if isinstance(proposal.effect, AtLeast)]
    if not exact:
        return Outcome(AtLeast(max(floors)))
    if len(exact) > 1:
        return Outcome(None)
    (only,) = exact
    if floors and (only.level == NA or only.level < max(floors)):
        return Outcome(None)
    return Outcome(only)


def diverges(level: LevelValue, proposals: Sequence[Proposal]) -> bool:
    """Say whether a person's level goes against what rules propose together.

    In a conflict, agreeing with one of the proposals is enough.
    """
    outcome = merged(proposals)
    if outcome is None:
        return False
    if outcome.effect is None:
        return not any(proposal.accepts(level) for proposal in proposals)
    return not Proposal("", outcome.effect, "").accepts(level)


def supporting(level: LevelValue, proposals: Sequence[Proposal]) -> tuple[str, ...]:
    """List the rules that propose this very value: what an act of a person keeps as support."""
    return tuple(sorted({proposal.rule for proposal in proposals if proposal.value == level}))


def divergence_key(level: LevelValue, proposals: Sequence[Proposal]) -> str:
    """Name a divergence by what was proposed and, per rule gone against, the clauses that held.

    The same key means the same disagreement, already justified once. A clause counts, not the fact
    behind it: another choice ticked in a clause that already held changes nothing, nor does a rule
    that the person's level agrees with.
    """
    parts = sorted(
        repr((type(p.effect).__name__, p.value, p.rule, sorted(_clause_key(c, kept=k) for c, k in p.because)))
        for p in proposals
        if not p.accepts(level)
    )
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _clause_key(clause: Clause, *, kept: bool) -> str:
    values = sorted(str(value) for value in clause.values)
    return repr((clause.source, clause.name, values, str(clause.minimum), str(clause.maximum), kept))
