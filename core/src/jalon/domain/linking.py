"""Type the raw values of a condition by the facts it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jalon.domain.conditions import AllOf, AnyOf, Clause, Condition, FactValue, Not
from jalon.domain.facts import FactDefinition, WrongValueError, read_single


class WrongBoundError(WrongValueError):
    """Bounds were given for a fact that has no order."""


def linked(condition: Condition, definition: Callable[[str], FactDefinition | None]) -> Condition:
    """Type every clause; `definition` gives a fact's question, None where its referential is absent.

    Raises WrongValueError on the first value that does not fit.
    """
    match condition:
        case Clause():
            fact = definition(condition.name) if condition.source == "fact" else None
            return condition if fact is None else linked_clause(condition, fact)
        case AllOf(parts):
            return AllOf(tuple(linked(part, definition) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(linked(part, definition) for part in parts))
        case Not(part):
            return Not(linked(part, definition))


def linked_clause(clause: Clause, fact: FactDefinition) -> Clause:
    """Type the values or bounds of one clause; raise WrongValueError."""
    if clause.values:
        return replace(clause, values=tuple(read_single(fact, value) for value in clause.values))
    if not fact.type.is_ordered:
        raise WrongBoundError("min ou max", f"une valeur : « {fact.key} » est de type {fact.type}")
    return replace(clause, minimum=_bound(fact, clause.minimum), maximum=_bound(fact, clause.maximum))


def _bound(fact: FactDefinition, raw: FactValue | None) -> FactValue | None:
    # A bound may lie outside what the question accepts: it is compared, not answered.
    unbounded = replace(fact, minimum=None, maximum=None)
    return None if raw is None else read_single(unbounded, raw)
