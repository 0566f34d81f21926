"""Which fact depends on which: the order they are worked out in, and the cycles refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from jalon.domain.conditions import Condition, clauses
from jalon.domain.referential import Referential


class Dependency(NamedTuple):
    """Say that a fact is worked out from another, and by what: a rule, or the fact's own condition."""

    fact: str
    reads: str
    referential: str
    rule: str | None


def dependencies(referentials: Iterable[Referential]) -> Iterator[Dependency]:
    """Yield every dependency between facts that these referentials declare."""
    for referential in referentials:
        for fact in referential.facts:
            for read in _facts_read(fact.applies_when):
                yield Dependency(referential.qualified(fact.key), read, referential.key, None)
        for rule in referential.rules:
            for target in rule.facts:
                for read in _facts_read(rule.when):
                    yield Dependency(target, read, referential.key, rule.key)


def _facts_read(condition: Condition) -> list[str]:
    return list(dict.fromkeys(clause.name for clause in clauses(condition) if clause.source == "fact"))


def in_cycles(edges: Iterable[Dependency]) -> list[Dependency]:
    """List the dependencies that lie on a cycle, sorted; usually none."""
    graph: dict[str, set[str]] = {}
    known = sorted(set(edges), key=_order)
    for edge in known:
        graph.setdefault(edge.fact, set()).add(edge.reads)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return [edge for edge in known if _reaches(graph, edge.reads, edge.fact)]
    return []


def separate(cyclic: Iterable[Dependency]) -> list[list[Dependency]]:
    """Group the dependencies that lie on cycles: two groups share no fact."""
    groups: list[list[Dependency]] = []
    for edge in cyclic:
        met = [group for group in groups if any({edge.fact, edge.reads} & {e.fact, e.reads} for e in group)]
        groups = [group for group in groups if group not in met]
        groups.append(sorted([edge, *(each for group in met for each in group)], key=_order))
    return sorted(groups, key=lambda group: _order(group[0]))


def working_order(facts: Iterable[str], edges: Iterable[Dependency]) -> list[str]:
    """Order facts so that each comes after those it depends on; the edges hold no cycle."""
    graph: dict[str, set[str]] = {fact: set() for fact in sorted(facts)}
    for edge in sorted(set(edges), key=_order):
        graph.setdefault(edge.fact, set()).add(edge.reads)
    return [fact for fact in TopologicalSorter(graph).static_order() if fact in graph]


def _order(edge: Dependency) -> tuple[str, str, str, str]:
    return edge.fact, edge.reads, edge.referential, edge.rule or ""


def _reaches(graph: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        new = graph.get(node, set()) - seen
        seen |= new
        waiting.extend(new)
    return False
