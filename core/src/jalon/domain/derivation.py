"""First stratum: which facts hold, given by a person or derived by rules that read facts only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from jalon.domain.conditions import ALWAYS, Condition, FactValue, holds
from jalon.domain.dependencies import Dependency, working_order
from jalon.domain.facts import FactDefinition

FactOrigin: TypeAlias = Literal["given", "derived", "none"]


class FactRule(NamedTuple):
    """Derive one fact when a condition on facts holds; linked."""

    key: str
    target: str
    value: FactValue
    when: Condition
    reason: str


@dataclass(frozen=True, slots=True)
class FactState:
    """Say what a fact is worth, and why."""

    value: FactValue | None
    origin: FactOrigin
    asked: bool = True
    given: FactValue | None = None  # kept even where the question is not asked
    rules: tuple[FactRule, ...] = ()  # those whose condition holds, by key
    contradiction: bool = False  # the person's value, which counts, agrees with nothing rules say
    conflict: bool = False  # rules derive different values: none counts


@dataclass(frozen=True, slots=True)
class ResolvedFacts:
    """Hold the facts that are present, and the state of each fact that rules or conditions touch."""

    values: Mapping[str, FactValue]
    worked_out: Mapping[str, FactState]

    def state(self, fact: str) -> FactState:
        """Give the state of any known fact."""
        known = self.worked_out.get(fact)
        if known is not None:
            return known
        value = self.values.get(fact)
        return FactState(value, "none" if value is None else "given", given=value)


class _Step(NamedTuple):
    fact: str
    applies_when: Condition
    rules: tuple[FactRule, ...]


class FactProgram:
    """Work facts out in an order where each comes after those it depends on."""

    def __init__(
        self,
        facts: Mapping[str, FactDefinition],
        rules: Iterable[FactRule],
        dependencies: Sequence[Dependency],
    ) -> None:
        """Prepare linked definitions and rules; `dependencies` holds no cycle."""
        by_target: dict[str, list[FactRule]] = {}
        for rule in rules:
            by_target.setdefault(rule.target, []).append(rule)
        worked_out = {
            name for name, fact in facts.items() if fact.applies_when != ALWAYS or name in by_target
        }
        order = [name for name in working_order(facts, dependencies) if name in worked_out]
        self._steps = tuple(
            _Step(
                name,
                facts[name].applies_when,
                tuple(sorted(by_target.get(name, ()), key=lambda rule: rule.key)),
            )
            for name in order
        )
        self._plain = frozenset(facts) - worked_out

    def resolve(self, given: Mapping[str, FactValue]) -> ResolvedFacts:
        """Work out every fact from what a person gave; facts nobody declares are left out."""
        plain = self._plain
        values = {name: value for name, value in given.items() if name in plain}
        states: dict[str, FactState] = {}
        for fact, applies_when, rules in self._steps:
            asked = holds(applies_when, values, {})
            derived = tuple(rule for rule in rules if holds(rule.when, values, {})) if rules else ()
            state = _state(given.get(fact), derived, asked=asked)
            states[fact] = state
            if state.value is not None:
                values[fact] = state.value
        return ResolvedFacts(values, states)


def _state(given: FactValue | None, derived: tuple[FactRule, ...], *, asked: bool) -> FactState:
    united = _united(derived)
    conflict = bool(derived) and united is None
    if given is not None and asked:
        said = [united] if united is not None else [rule.value for rule in derived]
        contradiction = bool(said) and not any(_agrees(given, value) for value in said)
        return FactState(given, "given", asked, given, derived, contradiction, conflict)
    if united is not None:
        return FactState(united, "derived", asked, given, derived)
    return FactState(None, "none", asked, given, derived, conflict=conflict)


def _united(derived: tuple[FactRule, ...]) -> FactValue | None:
    """Give what rules derive together: the one value, the union of choices, None if they differ."""
    values = {rule.value for rule in derived}
    chosen = [value for value in values if isinstance(value, frozenset)]
    if chosen:
        return frozenset().union(*chosen)
    return values.pop() if len(values) == 1 else None


def _agrees(given: FactValue, united: FactValue | None) -> bool:
    """Say whether a person's value keeps what rules derive; more choices than derived is no contradiction."""
    if isinstance(given, frozenset) and isinstance(united, frozenset):
        return united <= given
    return given == united
