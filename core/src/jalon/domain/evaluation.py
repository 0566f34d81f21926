"""Evaluate one product or one organisation: facts, then what applies, then levels and scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jalon.domain.answers import Answer, is_possible
from jalon.domain.bitmaps import selected
from jalon.domain.catalogue import Catalogue, Subject
from jalon.domain.conditions import Facts, FactValue, Levels, holds
from jalon.domain.derivation import ResolvedFacts
from jalon.domain.facts import Profile
from jalon.domain.hooks import NO_HOOKS, Hooks, PluginVerdict, Problem, Proposals, Verdicts
from jalon.domain.levels import NA, LevelValue
from jalon.domain.proposals import Proposal, diverges, merged
from jalon.domain.scoring import Progress, Score
from jalon.domain.states import CriterionState, Origin


class AxisState(NamedTuple):
    """Score one axis."""

    key: str
    title: str
    score: Score
    progress: Progress


class QuestionnaireState(NamedTuple):
    """Score one questionnaire and its axes."""

    name: str
    score: Score
    progress: Progress
    axes: tuple[AxisState, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Hold everything that follows from a profile and answers."""

    facts: ResolvedFacts
    criteria: Mapping[str, CriterionState]  # in display order
    questionnaires: tuple[QuestionnaireState, ...]
    problems: tuple[Problem, ...]


def evaluate_product(
    catalogue: Catalogue,
    given: Mapping[str, FactValue],
    answers: Mapping[str, Answer],
    hooks: Hooks = NO_HOOKS,
) -> Evaluation:
    """Evaluate a product from the facts a person gave (typed, by full name) and the draft's answers."""
    return _Evaluator(catalogue.product, answers, catalogue.facts.resolve(given), hooks).evaluation()


def evaluate_organisation(catalogue: Catalogue, answers: Mapping[str, Answer]) -> Evaluation:
    """Evaluate an organisation: its criteria always apply, its rules read its own answers."""
    return _Evaluator(catalogue.organisation, answers, ResolvedFacts({}, {}), NO_HOOKS).evaluation()


def applicable(catalogue: Catalogue, given: Mapping[str, FactValue]) -> list[str]:
    """List the criteria whose conditions hold for a product: no reason, no hook, no level."""
    facts = catalogue.facts.resolve(given).values
    return selected(catalogue.product.entry_names, catalogue.product.conditions.index.match(facts, {}))


class _Evaluator:
    def __init__(
        self, subject: Subject, answers: Mapping[str, Answer], facts: ResolvedFacts, hooks: Hooks
    ) -> None:
        self._subject = subject
        self._answers = answers
        self._facts = facts
        self._hooks = hooks
        self._problems: list[Problem] = []

    def evaluation(self) -> Evaluation:
        values = self._facts.values
        profile = Profile(values)
        verdicts = self._hooks.verdicts(profile)
        self._problems += verdicts.problems
        matches = self._subject.conditions.match(values, {})
        applies = self._with_verdicts(matches.mask, verdicts)
        live = self._live_answers(applies)
        proposals = self._proposals(values, live, self._hooks.proposals(profile, live))
        states = self._subject.conditions.explain_all(matches)
        for position in self._touched(verdicts, proposals):
            name = states[position].name
            known = _Known(
                verdicts.by_criterion.get(name, ()),
                self._answers.get(name),
                tuple(proposals.get(name, ())),
            )
            asked = applies >> position & 1
            states[position] = (
                _settled(states[position], known, live.get(name))
                if asked
                else _parked(states[position], known)
            )
        named = dict(zip(self._subject.entry_names, states, strict=True))
        questionnaires = tuple(_questionnaires(self._subject, states))
        return Evaluation(self._facts, named, questionnaires, tuple(sorted(self._problems)))

    def _touched(self, verdicts: Verdicts, proposals: Mapping[str, list[Proposal]]) -> set[int]:
        """List the criteria of which conditions do not say everything."""
        positions = self._subject.positions
        names = (*verdicts.by_criterion, *proposals, *self._answers)
        return {positions[name] for name in names if name in positions}

    # -- what applies

    def _with_verdicts(self, mask: int, verdicts: Verdicts) -> int:
        """Apply verdicts to known criteria: False beats True beats the condition."""
        for name, given in verdicts.by_criterion.items():
            position = self._subject.positions.get(name)
            if position is None:
                continue
            if not all(verdict.applies for verdict in given):
                mask &= ~(1 << position)
            elif holds(self._subject.entries[position].selection, self._facts.values, {}):
                mask |= 1 << position
        return mask

    def _live_answers(self, applies: int) -> dict[str, LevelValue]:
        """Keep the levels a person gave to criteria that apply: what rules may read."""
        live: dict[str, LevelValue] = {}
        for name, answer in self._answers.items():
            position = self._subject.positions.get(name)
            if position is None or answer.level is None or answer.to_investigate:
                continue
            entry = self._subject.entries[position]
            if not is_possible(answer.level, entry.criterion, entry.questionnaire.scale):
                self._problems.append(Problem("impossible-answer", "", name, str(answer.level)))
            elif applies >> position & 1:
                live[name] = answer.level
        return live

    # -- what is proposed

    def _proposals(self, facts: Facts, live: Levels, hooked: Proposals) -> dict[str, list[Proposal]]:
        found: dict[str, list[Proposal]] = {}
        matches = self._subject.rule_index.match(facts, live)
        rules, explain = self._subject.rules, self._subject.rule_index.explain
        for position in _bits(matches.mask):
            because = explain(position, matches).because
            for name, (rule, effect, reason, _) in rules[position].proposals:
                found.setdefault(name, []).append(Proposal(rule, effect, reason, because))
        for name, more in hooked.by_criterion.items():
            found.setdefault(name, []).extend(more)
        self._problems += hooked.problems
        for proposals in found.values():
            if len(proposals) > 1:
                proposals.sort(key=_proposal_order)
        return found


class _Known(NamedTuple):
    """What is known of a criterion beyond its condition."""

    verdicts: tuple[PluginVerdict, ...]
    answer: Answer | None
    proposals: tuple[Proposal, ...]


def _parked(blank: CriterionState, known: _Known) -> CriterionState:
    """Keep what is known of a criterion that does not apply, without effect."""
    verdicts, answer, proposals = known
    return CriterionState(
        blank.name,
        applies=False,
        explanation=blank.explanation,
        verdicts=verdicts,
        answer=answer,
        proposals=proposals,
    )


def _settled(blank: CriterionState, known: _Known, level: LevelValue | None) -> CriterionState:
    """Say what a criterion that applies is worth: a person's level counts, else the pre-fill."""
    verdicts, answer, proposals = known
    outcome = merged(proposals)
    origin: Origin = "none"
    against = lost = False
    if level is not None and answer is not None:
        origin, against = "person", diverges(level, proposals)
        lost = bool(answer.support) and not against and all(each.value != level for each in proposals)
    elif outcome is not None and outcome.effect is not None and not _is_set_aside(answer):
        origin, level = "rule", outcome.effect.level
    return CriterionState(
        name=blank.name,
        applies=True,
        explanation=blank.explanation,
        verdicts=verdicts,
        level=level,
        origin=origin,
        answer=answer,
        proposals=proposals,
        outcome=outcome,
        diverges=against,
        to_reconfirm=lost,
    )


def _is_set_aside(answer: Answer | None) -> bool:
    """Say whether a person's answer, which does not count, keeps rules from filling in its place.

    One to investigate does, and so does one that is not on the scale any more: a person decides.
    """
    return answer is not None and (answer.to_investigate or answer.level is not None)


def _proposal_order(proposal: Proposal) -> tuple[str, str, str, str]:
    return proposal.rule, type(proposal.effect).__name__, str(proposal.value), proposal.reason


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _questionnaires(subject: Subject, states: Sequence[CriterionState]) -> Iterator[QuestionnaireState]:
    tallies = [[0] * 6 for _ in subject.axes]
    for entry, state in zip(subject.entries, states, strict=True):
        if state.applies:
            _count(tallies[entry.axis], state)
    by_questionnaire: dict[str, list[AxisState]] = {}
    for axis, tally in zip(subject.axes, tallies, strict=True):
        scored = AxisState(axis.key, axis.title, Score(*tally[:2]), Progress(*tally[2:]))
        by_questionnaire.setdefault(axis.questionnaire_name, []).append(scored)
    for name, axes in by_questionnaire.items():
        score = Score(sum(axis.score.total for axis in axes), sum(axis.score.counted for axis in axes))
        progress = Progress(*map(sum, zip(*(axis.progress for axis in axes), strict=True)))
        yield QuestionnaireState(name, score, progress, tuple(axes))


def _count(tally: list[int], state: CriterionState) -> None:
    """Add a criterion that applies to the fields of Score then Progress of its axis."""
    tally[2] += 1
    if state.level is None:
        return
    tally[3] += 1
    tally[4] += state.origin == "rule"
    if state.level == NA:
        tally[5] += 1
    else:
        tally[0] += state.level
        tally[1] += 1
