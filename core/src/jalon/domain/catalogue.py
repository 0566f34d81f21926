"""Assemble referentials into one catalogue, compiled once and evaluated many times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from jalon.domain.conditions import ALWAYS, AllOf, AnyOf, Clause, Condition, Not, both, clauses
from jalon.domain.core_facts import CORE, PATHS, REFERENTIALS
from jalon.domain.dependencies import Dependency, dependencies, in_cycles
from jalon.domain.derivation import FactProgram, FactRule
from jalon.domain.editions import is_within
from jalon.domain.explanations import Explainer, Explanation
from jalon.domain.facts import FactDefinition, FactType, read_value
from jalon.domain.linking import linked
from jalon.domain.names import Names, referential_of
from jalon.domain.proposals import Proposal
from jalon.domain.referential import About, Criterion, Kind, Questionnaire, Referential, Rule
from jalon.domain.states import CriterionState


class Entry(NamedTuple):
    """Place one criterion in the catalogue."""

    name: str  # referential/code
    criterion: Criterion
    questionnaire: Questionnaire
    questionnaire_name: str
    axis: int  # position among the axes of its subject
    selection: Condition  # what brings the questionnaire: ALWAYS for a main one


class AxisEntry(NamedTuple):
    """Place one axis in the catalogue."""

    key: str
    title: str
    questionnaire_name: str


class LevelRule(NamedTuple):
    """Propose levels when a condition holds; linked."""

    key: str
    when: Condition
    proposals: tuple[tuple[str, Proposal], ...]  # criterion, what is proposed (clauses not yet known)


@dataclass(frozen=True, slots=True)
class Subject:
    """Compile everything that is about products, or about organisations."""

    entries: tuple[Entry, ...]
    entry_names: tuple[str, ...]
    axes: tuple[AxisEntry, ...]
    positions: Mapping[str, int]
    conditions: Explainer[CriterionState]  # what is said of each criterion before anyone answers
    rules: tuple[LevelRule, ...]
    rule_index: Explainer[Explanation]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Hold what is installed and enabled; immutable, so one per process and set of plugins."""

    referentials: Mapping[str, Referential]
    names: Names
    facts: FactProgram
    product: Subject
    organisation: Subject
    required: Mapping[str, tuple[tuple[str, int, Condition], ...]]  # path: criterion, level, when (linked)
    visible: Mapping[str, frozenset[str]]  # referential: those it may read, itself included
    cycles: tuple[Dependency, ...]  # between facts of several referentials: their rules are inert


def unmet(referential: Referential, present: Mapping[str, Referential]) -> tuple[tuple[str, str], ...]:
    """List the required referentials that are absent or of another edition, with the range wanted."""
    return tuple(
        (key, bounds)
        for key, bounds in sorted(referential.requires.items())
        if not _met(key, bounds, present)
    )


def visible(referential: Referential, present: Mapping[str, Referential]) -> dict[str, Referential]:
    """Give the referentials that one may read: those present in an edition it accepts."""
    refused = {key for key, _ in unmet(referential, present)}
    return {key: other for key, other in present.items() if key not in refused}


def _met(key: str, bounds: str, present: Mapping[str, Referential]) -> bool:
    return key in present and is_within(present[key].edition, bounds)


def assemble(referentials: Iterable[Referential]) -> Catalogue:
    """Compile checked referentials with distinct keys; their order does not matter."""
    ordered = sorted(referentials, key=lambda referential: (referential.rank, referential.key))
    return _Assembly({referential.key: referential for referential in ordered}).catalogue()


class _Assembly:
    def __init__(self, referentials: Mapping[str, Referential]) -> None:
        self._referentials = referentials
        self._names = Names(referentials)
        self._visible = {key: visible(each, referentials) for key, each in referentials.items()}
        self._live = {key: self._with_live_rules(each) for key, each in referentials.items()}
        self._edges = list(dependencies(self._live.values()))
        self._cycles = in_cycles(self._edges)
        self._leave_out_circles()
        self._multiple = [name for name, fact in self._names.facts.items() if fact.type is FactType.CHOICES]

    def catalogue(self) -> Catalogue:
        return Catalogue(
            referentials=self._referentials,
            names=self._names,
            facts=self._fact_program(),
            product=self._subject(About.PRODUCT),
            organisation=self._subject(About.ORGANISATION),
            required=dict(self._required()),
            visible={key: frozenset(seen) for key, seen in self._visible.items()},
            cycles=tuple(self._cycles),
        )

    # -- names and links

    def _linked(self, condition: Condition, reader: str) -> Condition:
        def definition(name: str) -> FactDefinition | None:
            # What a product selects is named, not typed: a name may belong to an absent referential.
            return None if name in {PATHS, REFERENTIALS} else self._names.facts.get(name)

        return linked(self._without_hidden(condition, reader), definition)

    def _without_hidden(self, condition: Condition, reader: str) -> Condition:
        """Make clauses on a referential of a refused edition false: nobody gives what they then name."""
        match condition:
            case Clause():
                seen = self._sees(reader, condition.name)
                return condition if seen else replace(condition, name=f"{condition.name} (édition refusée)")
            case AllOf(parts):
                return AllOf(tuple(self._without_hidden(part, reader) for part in parts))
            case AnyOf(parts):
                return AnyOf(tuple(self._without_hidden(part, reader) for part in parts))
            case Not(part):
                return Not(self._without_hidden(part, reader))

    def _sees(self, reader: str, name: str) -> bool:
        owner = referential_of(name)
        # A fact nobody declares is never given: its clause is false as it stands, and can be told.
        return owner == CORE or owner not in self._referentials or owner in self._visible[reader]

    def _is_live(self, rule: Rule, reader: str) -> bool:
        known = {CORE, *self._visible[reader]}
        return all(referential_of(clause.name) in known for clause in clauses(rule.when))

    def _with_live_rules(self, referential: Referential) -> Referential:
        """Keep the rules whose referentials are all there: the others are inert."""
        known = self._visible[referential.key]
        rules = tuple(
            replace(
                rule,
                facts={name: value for name, value in rule.facts.items() if referential_of(name) in known},
                levels={
                    name: effect for name, effect in rule.levels.items() if referential_of(name) in known
                },
            )
            for rule in referential.rules
            if self._is_live(rule, referential.key)
        )
        facts = tuple(
            replace(fact, applies_when=self._without_hidden(fact.applies_when, referential.key))
            for fact in referential.facts
        )
        return replace(referential, facts=facts, rules=rules)

    def _leave_out_circles(self) -> None:
        """Make rules inert whose facts depend on each other in a circle."""
        inert = {(edge.referential, edge.rule) for edge in self._cycles if edge.rule}
        for key, each in self._live.items():
            rules = tuple(rule for rule in each.rules if (key, rule.key) not in inert)
            self._live[key] = replace(each, rules=rules)

    # -- facts

    def _fact_program(self) -> FactProgram:
        cyclic = set(self._cycles)
        inert_conditions = {edge.fact for edge in cyclic if not edge.rule}
        rules = [
            fact_rule
            for each in self._live.values()
            for rule in each.rules
            for fact_rule in self._fact_rules(each, rule)
        ]
        facts = {
            name: self._definition(name, fact, asked_always=name in inert_conditions)
            for name, fact in self._names.facts.items()
        }
        return FactProgram(facts, rules, [edge for edge in self._edges if edge not in cyclic])

    def _fact_rules(self, referential: Referential, rule: Rule) -> Iterable[FactRule]:
        when = self._linked(rule.when, referential.key)
        for target, raw in rule.facts.items():
            value = read_value(self._names.facts[target], raw)
            yield FactRule(referential.qualified(rule.key), target, value, when, rule.reason)

    def _definition(self, name: str, fact: FactDefinition, *, asked_always: bool) -> FactDefinition:
        if fact.applies_when == ALWAYS:
            return fact
        condition = ALWAYS if asked_always else self._linked(fact.applies_when, referential_of(name))
        return replace(fact, applies_when=condition)

    # -- criteria and rules

    def _subject(self, about: About) -> Subject:
        entries: list[Entry] = []
        axes: list[AxisEntry] = []
        conditions: list[Condition] = []
        for referential in self._referentials.values():
            for questionnaire in referential.questionnaires:
                if questionnaire.about is about:
                    self._add(referential, questionnaire, entries, axes, conditions)
        positions = {entry.name: i for i, entry in enumerate(entries)}
        rules = tuple(
            rule for each in self._referentials.values() for rule in self._level_rules(each, positions)
        )
        return Subject(
            entries=tuple(entries),
            entry_names=tuple(entry.name for entry in entries),
            axes=tuple(axes),
            positions=positions,
            conditions=Explainer(
                conditions, self._multiple, lambda i, said: CriterionState(entries[i].name, said.holds, said)
            ),
            rules=rules,
            rule_index=Explainer([rule.when for rule in rules], self._multiple, lambda _, said: said),
        )

    def _add(
        self,
        referential: Referential,
        questionnaire: Questionnaire,
        entries: list[Entry],
        axes: list[AxisEntry],
        conditions: list[Condition],
    ) -> None:
        name = referential.qualified(questionnaire.key)
        selection = self._selection(referential, questionnaire)
        whole = both(selection, questionnaire.applies_when)
        for axis in questionnaire.axes:
            for criterion in axis.criteria:
                condition = both(both(whole, axis.applies_when), criterion.applies_when)
                conditions.append(self._linked(condition, referential.key))
                full = referential.qualified(criterion.code)
                entries.append(Entry(full, criterion, questionnaire, name, len(axes), selection))
            axes.append(AxisEntry(axis.key, axis.title, name))

    def _selection(self, referential: Referential, questionnaire: Questionnaire) -> Condition:
        """Say what brings a questionnaire to a product: main ones and the organisation's always are."""
        if questionnaire.kind is Kind.MATURITY or questionnaire.about is About.ORGANISATION:
            return ALWAYS
        name = referential.qualified(questionnaire.key)
        bringing = tuple(
            each.qualified(path.key)
            for each in self._referentials.values()
            for path in each.paths
            if name in path.questionnaires and self._sees(each.key, name)
        )
        chosen = Clause("fact", REFERENTIALS, values=(referential.key,))
        return AnyOf((chosen, Clause("fact", PATHS, values=bringing))) if bringing else chosen

    def _level_rules(self, referential: Referential, positions: Mapping[str, int]) -> Iterable[LevelRule]:
        for rule in self._live[referential.key].rules:
            key = referential.qualified(rule.key)
            proposals = tuple(
                (name, Proposal(key, effect, rule.reason))
                for name, effect in sorted(rule.levels.items())
                if name in positions
            )
            if proposals:
                yield LevelRule(key, self._linked(rule.when, referential.key), proposals)

    def _required(self) -> Iterable[tuple[str, tuple[tuple[str, int, Condition], ...]]]:
        for referential in self._referentials.values():
            for path in referential.paths:
                required = tuple(
                    (each.criterion, each.level, self._linked(each.when, referential.key))
                    for each in path.required
                )
                yield referential.qualified(path.key), required
