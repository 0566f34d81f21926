"""What rules derived for a subject, as it is kept between two evaluations.

The document holds what cannot be read elsewhere in one step: which criteria are asked, what rules
propose and why, scores. A person's answers stay in their own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from jalon.domain.conditions import Clause, FactValue, Row, Term
from jalon.domain.evaluation import Evaluation
from jalon.domain.hooks import PluginVerdict, Problem
from jalon.domain.levels import LevelValue
from jalon.domain.proposals import Outcome, Proposal, divergence_key, merged
from jalon.domain.referential import AtLeast, Exactly
from jalon.domain.scoring import Progress, Score
from jalon.domain.states import CriterionState

FORMAT: Final = 1
WHOLE: Final = ""
"""The axis under which the score of a whole questionnaire is kept."""


class Scored(NamedTuple):
    """Keep the score and the progress of one axis, or of a whole questionnaire."""

    score: Score
    progress: Progress


class Derived(NamedTuple):
    """Keep what rules say of one fact."""

    origin: str
    rules: tuple[tuple[str, Any, str], ...]  # rule, value, reason
    contradiction: bool
    conflict: bool


class Frozen(NamedTuple):
    """Say which version of a plugin failed, and how: until another one comes, what it last said stays."""

    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class CriterionStanding:
    """Keep what rules say of one criterion, and how a person's answer met it."""

    prefill: LevelValue | None = None
    proposals: tuple[Proposal, ...] = ()
    divergence: str = ""  # its key, where the answer goes against a proposal
    support_lost: bool = False
    verdicts: tuple[PluginVerdict, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """Merge the proposals."""
        return merged(self.proposals)


NOTHING_SAID: Final = CriterionStanding()


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what was derived at one stamp of a draft."""

    facts: Mapping[str, Any] = field(default_factory=dict)  # those that count, as plain values
    derived: Mapping[str, Derived] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    criteria: Mapping[str, CriterionStanding] = field(default_factory=dict)
    scores: Mapping[tuple[str, str], Scored] = field(default_factory=dict)  # by questionnaire and axis
    problems: tuple[Problem, ...] = ()
    frozen: Mapping[str, Frozen] = field(default_factory=dict)  # by plugin

    def of(self, criterion: str) -> CriterionStanding:
        """Give what is said of a criterion."""
        return self.criteria.get(criterion, NOTHING_SAID)


def standing_of(evaluation: Evaluation, frozen: Mapping[str, Frozen] | None = None) -> Standing:
    """Keep what an evaluation came to, and which plugins were not asked for it."""
    scores: dict[tuple[str, str], Scored] = {}
    for each in evaluation.questionnaires:
        scores[each.name, WHOLE] = Scored(each.score, each.progress)
        scores.update({(each.name, axis.key): Scored(axis.score, axis.progress) for axis in each.axes})
    derived = {
        name: Derived(
            state.origin,
            tuple((rule.key, _plain(rule.value), rule.reason) for rule in state.rules),
            state.contradiction,
            state.conflict,
        )
        for name, state in evaluation.facts.worked_out.items()
        if state.rules
    }
    return Standing(
        facts={name: _plain(value) for name, value in evaluation.facts.values.items()},
        derived=derived,
        asked=frozenset(name for name, state in evaluation.criteria.items() if state.applies),
        criteria={
            name: said
            for name, state in evaluation.criteria.items()
            if (said := _said_of(state)) != NOTHING_SAID
        },
        scores=scores,
        problems=evaluation.problems,
        frozen=dict(frozen or {}),
    )


def _said_of(state: CriterionState) -> CriterionStanding:
    if not state.proposals and not state.verdicts and not state.to_reconfirm:
        return NOTHING_SAID
    diverging = state.diverges and state.level is not None
    return CriterionStanding(
        prefill=state.level if state.origin == "rule" else None,
        proposals=state.proposals if state.applies else (),
        divergence=divergence_key(state.level, state.proposals)
        if diverging and state.level is not None
        else "",
        support_lost=state.to_reconfirm,
        verdicts=state.verdicts,
    )


# -- the document


def as_document(standing: Standing) -> dict[str, Any]:
    """Write a standing as plain values; what is empty is left out."""
    return {
        "format": FORMAT,
        "facts": dict(standing.facts),
        "derived": {name: list(each) for name, each in standing.derived.items()},
        "asked": sorted(standing.asked),
        "criteria": {name: _written(each) for name, each in standing.criteria.items()},
        "scores": [
            [questionnaire, axis, *each.score, *each.progress]
            for (questionnaire, axis), each in standing.scores.items()
        ],
        "problems": [list(problem) for problem in standing.problems],
        "frozen": {plugin: list(each) for plugin, each in standing.frozen.items()},
    }


def from_document(document: Mapping[str, Any] | None) -> Standing:
    """Read a standing; nothing, or the document of another format, is one that says nothing."""
    if not document or document.get("format") != FORMAT:
        return Standing()
    return Standing(
        facts=document["facts"],
        derived={
            name: Derived(origin, tuple((rule, value, why) for rule, value, why in rules), against, conflict)
            for name, (origin, rules, against, conflict) in document["derived"].items()
        },
        asked=frozenset(document["asked"]),
        criteria={name: _read(each) for name, each in document["criteria"].items()},
        scores={
            (each[0], each[1]): Scored(Score(*each[2:4]), Progress(*each[4:])) for each in document["scores"]
        },
        problems=tuple(Problem(*each) for each in document["problems"]),
        frozen={plugin: Frozen(*each) for plugin, each in document["frozen"].items()},
    )


def _written(said: CriterionStanding) -> dict[str, Any]:
    written = {
        "prefill": said.prefill,
        "proposals": [_proposal_written(each) for each in said.proposals],
        "divergence": said.divergence,
        "lost": said.support_lost,
        "verdicts": [list(each) for each in said.verdicts],
    }
    empty: tuple[Any, ...] = (None, "", [])  # and False, which level 0 must not be taken for
    return {key: value for key, value in written.items() if value not in empty and value is not False}


def _read(written: Mapping[str, Any]) -> CriterionStanding:
    return CriterionStanding(
        prefill=written.get("prefill"),
        proposals=tuple(_proposal_read(each) for each in written.get("proposals", ())),
        divergence=written.get("divergence", ""),
        support_lost=written.get("lost", False),
        verdicts=tuple(PluginVerdict(*each) for each in written.get("verdicts", ())),
    )


def _proposal_written(proposal: Proposal) -> list[Any]:
    sign = ">=" if isinstance(proposal.effect, AtLeast) else "="
    return [
        proposal.rule,
        sign,
        proposal.value,
        proposal.reason,
        [_term_written(t) for t in proposal.because],
    ]


def _proposal_read(written: list[Any]) -> Proposal:
    rule, sign, value, reason, because = written
    effect = AtLeast(value) if sign == ">=" else Exactly(value)
    return Proposal(rule, effect, reason, _row(because))


def _row(written: Iterable[Any]) -> Row:
    return tuple(
        Term(
            Clause(source, name, tuple(_value(each) for each in values), _value(low), _value(high)), positive
        )
        for source, name, values, low, high, positive in written
    )


def _term_written(term: Term) -> list[Any]:
    clause = term.clause
    values = [_tagged(each) for each in clause.values]
    return [
        clause.source,
        clause.name,
        values,
        _tagged(clause.minimum),
        _tagged(clause.maximum),
        term.positive,
    ]


def _tagged(value: FactValue | None) -> Any:
    """Write a value so that its type comes back: only dates have none of their own in JSON."""
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _value(written: Any) -> Any:
    return date.fromisoformat(written["date"]) if isinstance(written, dict) else written


def _plain(value: FactValue) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value
