"""Evaluate one product or one organisation: facts, then what applies, then levels and scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from jalon.domain.answers import Answer, is_possible
from jalon.domain.bitmaps import selected
from jalon.domain.catalogue import Catalogue, Subject
from jalon.domain.conditions import FactValue, Facts, Levels, holds
from jalon.domain.derivation import ResolvedFacts
from jalon.domain.explanations import Explanation, Matches
from jalon.domain.facts import Profile
from jalon.domain.hooks import NO_HOOKS, Hooks, PluginVerdict, Problem, Proposals, Verdicts
from jalon.domain.levels import NA, LevelValue
from jalon.domain.proposals import Outcome, Proposal, diverges, merged
from jalon.domain.scoring import Progress, Score

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
        matches = self._subject.conditions.match(values, {})
        applies = self._with_verdicts(matches.mask, verdicts)
        live = self._live_answers(applies)
        proposals = self._proposals(values, live, self._hooks.proposals(profile, live))
        self._problems += verdicts.problems
        states = list(self._states(applies, matches, verdicts, proposals, live))
        questionnaires = tuple(_questionnaires(self._subject, states))
        named = {state.name: state for state in states}
        return Evaluation(self._facts, named, questionnaires, tuple(sorted(self._problems)))

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

    # -- states

    def _states(
        self,
        applies: int,
        matches: Matches,
        verdicts: Verdicts,
        proposals: Mapping[str, list[Proposal]],
        live: Levels,
    ) -> Iterator[CriterionState]:
        explain = self._subject.conditions.explain
        for position, entry in enumerate(self._subject.entries):
            name = entry.name
            explanation = explain(position, matches)
            given = verdicts.by_criterion.get(name, ())
            answer = self._answers.get(name)
            proposed = tuple(proposals.get(name, ()))
            if not applies >> position & 1:
                yield CriterionState(name, False, explanation, given, answer=answer, proposals=proposed)  # noqa: FBT003
            elif not proposed:
                yield _without_proposal(name, explanation, given, answer, live.get(name))
            else:
                yield _with_proposals(name, explanation, given, answer, live.get(name), proposed)


def _without_proposal(
    name: str,
    explanation: Explanation,
    verdicts: tuple[PluginVerdict, ...],
    answer: Answer | None,
    level: LevelValue | None,
) -> CriterionState:
    if level is None or answer is None:
        return CriterionState(name, True, explanation, verdicts, answer=answer)  # noqa: FBT003
    lost = bool(answer.support)
    return CriterionState(
        name, True, explanation, verdicts, level, "person", answer, to_reconfirm=lost  # noqa: FBT003
    )


def _with_proposals(
    name: str,
    explanation: Explanation,
    verdicts: tuple[PluginVerdict, ...],
    answer: Answer | None,
    level: LevelValue | None,
    proposals: tuple[Proposal, ...],
) -> CriterionState:
    outcome = merged(proposals)
    state = CriterionState(
        name, True, explanation, verdicts, answer=answer, proposals=proposals, outcome=outcome  # noqa: FBT003
    )
    if level is not None and answer is not None:
        against = diverges(level, proposals)
        lost = bool(answer.support) and not against and all(each.value != level for each in proposals)
        return state._replace(level=level, origin="person", diverges=against, to_reconfirm=lost)
    if outcome is None or outcome.effect is None or (answer is not None and answer.to_investigate):
        return state
    return state._replace(level=outcome.effect.level, origin="rule")


def _proposal_order(proposal: Proposal) -> tuple[str, str, str, str]:
    return proposal.rule, type(proposal.effect).__name__, str(proposal.value), proposal.reason


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _Tally:
    """Count the states of one axis."""

    __slots__ = ("answered", "applicable", "count", "na", "sum", "to_confirm")

    def __init__(self) -> None:
        self.sum = self.count = self.applicable = self.answered = self.to_confirm = self.na = 0

    def add(self, level: LevelValue | None, origin: Origin) -> None:
        self.applicable += 1
        if level is None:
            return
        self.answered += 1
        if origin == "rule":
            self.to_confirm += 1
        if level == NA:
            self.na += 1
        else:
            self.sum += level
            self.count += 1

    @property
    def score(self) -> Score:
        return Score(self.sum, self.count)

    @property
    def progress(self) -> Progress:
        return Progress(self.applicable, self.answered, self.to_confirm, self.na)


def _questionnaires(subject: Subject, states: Sequence[CriterionState]) -> Iterator[QuestionnaireState]:
    tallies = [_Tally() for _ in subject.axes]
    for entry, state in zip(subject.entries, states, strict=True):
        if state.applies:
            tallies[entry.axis].add(state.level, state.origin)
    by_questionnaire: dict[str, list[AxisState]] = {}
    for axis, tally in zip(subject.axes, tallies, strict=True):
        scored = AxisState(axis.key, axis.title, tally.score, tally.progress)
        by_questionnaire.setdefault(axis.questionnaire_name, []).append(scored)
    for name, axes in by_questionnaire.items():
        score = Score(sum(axis.score.total for axis in axes), sum(axis.score.counted for axis in axes))
        progress = Progress(*map(sum, zip(*(axis.progress for axis in axes), strict=True)))
        yield QuestionnaireState(name, score, progress, tuple(axes))

