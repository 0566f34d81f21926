"""The condition tree: what it says, whether it holds, which clauses made it hold or fail.

Logic is two-valued: a clause on an absent fact is false and its negation true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final, Literal, NamedTuple, TypeAlias

from jalon.domain.levels import LevelValue

FactValue: TypeAlias = bool | str | int | float | date | frozenset[str]
Reads: TypeAlias = Literal["fact", "answer"]


@dataclass(frozen=True, slots=True)
class Clause:
    """Compare one fact, or the level a person gave to one criterion, with values or bounds.

    Either `values` (any of them; for a multiple-choice fact, any overlap) or bounds, both included.
    """

    source: Reads
    name: str
    values: tuple[FactValue, ...] = ()
    minimum: FactValue | None = None
    maximum: FactValue | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Hold when every part holds; without part, always."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Hold when a part holds; without part, never."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Hold when the part does not."""

    part: Condition


Condition: TypeAlias = Clause | AllOf | AnyOf | Not
ALWAYS: Final = AllOf(())


class Term(NamedTuple):
    """A clause as it is needed: `positive` when it must hold, else when it must not."""

    clause: Clause
    positive: bool


Facts: TypeAlias = Mapping[str, FactValue]
Levels: TypeAlias = Mapping[str, LevelValue]
Row: TypeAlias = tuple[Term, ...]


def clause_holds(clause: Clause, value: object) -> bool:
    """Compare one value with a clause; None is an absent value and never holds."""
    if value is None:
        return False
    if clause.values:
        if isinstance(value, frozenset):
            return not value.isdisjoint(clause.values)
        return value in clause.values
    if isinstance(value, (str, bool, frozenset)):  # NA has no order, nor has a text
        return False
    low, high = clause.minimum, clause.maximum
    if isinstance(low, str) or isinstance(high, str):  # never linked: nobody declares this fact
        return False
    return (low is None or value >= low) and (high is None or value <= high)  # type: ignore[operator]


def term_holds(literal: Term, facts: Facts, answers: Levels) -> bool:
    """Say whether a literal holds for these facts and answers."""
    clause = literal.clause
    values: Mapping[str, object] = facts if clause.source == "fact" else answers
    return clause_holds(clause, values.get(clause.name)) is literal.positive


def holds(condition: Condition, facts: Facts, answers: Levels) -> bool:
    """Walk the tree: the plain meaning, which the compiled index must always equal."""
    match condition:
        case Clause():
            return term_holds(Term(condition, positive=True), facts, answers)
        case AllOf(parts):
            return all(holds(part, facts, answers) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts, answers) for part in parts)
        case Not(part):
            return not holds(part, facts, answers)


def clauses(condition: Condition) -> Iterator[Clause]:
    """Yield every clause of the tree, in the order it was written."""
    match condition:
        case Clause():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from clauses(part)
        case Not(part):
            yield from clauses(part)


def both(first: Condition, second: Condition) -> Condition:
    """Join two conditions by *and*, flat where possible."""
    parts = [*_conjuncts(first), *_conjuncts(second)]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, AllOf) else (condition,)


def rows(condition: Condition, limit: int, *, positive: bool = True) -> tuple[Row, ...] | None:
    """Rewrite as alternatives: the condition holds when every literal of one row does.

    None when that takes more than `limit` rows: the caller then walks the tree instead.
    """
    match condition:
        case Clause():
            return ((Term(condition, positive),),)
        case Not(part):
            return rows(part, limit, positive=not positive)
        case AllOf(parts) | AnyOf(parts):
            below = [rows(part, limit, positive=positive) for part in parts]
            if any(part is None for part in below):
                return None
            known = [part for part in below if part is not None]
            if isinstance(condition, AllOf) is positive:
                return _joined(known, limit)
            either = tuple(dict.fromkeys(row for part in known for row in part))
            return either if len(either) <= limit else None


def _joined(parts: list[tuple[Row, ...]], limit: int) -> tuple[Row, ...] | None:
    size = 1
    for part in parts:
        size *= len(part)
    if size > limit:
        return None
    merged = (_without_repeats(literal for row in choice for literal in row) for choice in product(*parts))
    return tuple(dict.fromkeys(merged))


def _without_repeats(literals: Iterable[Term]) -> Row:
    return tuple(dict.fromkeys(literals))


def held(condition: Condition, facts: Facts, answers: Levels, *, positive: bool = True) -> Row:
    """List the literals that make a condition hold; of alternatives, all those that do."""
    match condition:
        case Clause():
            literal = Term(condition, positive)
            return (literal,) if term_holds(literal, facts, answers) else ()
        case Not(part):
            return held(part, facts, answers, positive=not positive)
        case AllOf(parts) | AnyOf(parts):
            true = [part for part in parts if holds(part, facts, answers) is positive]
            return _without_repeats(
                literal for part in true for literal in held(part, facts, answers, positive=positive)
            )


MAX_ALTERNATIVES: Final = 8


def missing(condition: Condition, facts: Facts, answers: Levels, *, positive: bool = True) -> tuple[Row, ...]:
    """List alternatives, fewest changes first, each of literals that would all have to change.

    Empty when the condition holds. At most `MAX_ALTERNATIVES` are given: it is an explanation.
    """
    match condition:
        case Clause():
            literal = Term(condition, positive)
            return () if term_holds(literal, facts, answers) else ((literal,),)
        case Not(part):
            return missing(part, facts, answers, positive=not positive)
        case AllOf(parts) | AnyOf(parts):
            if holds(condition, facts, answers) is positive:
                return ()
            below = [missing(part, facts, answers, positive=positive) for part in parts]
            if isinstance(condition, AllOf) is positive:
                choices = [_without_repeats(lit for row in pick for lit in row) for pick in _few(below)]
            else:
                choices = [row for part in below for row in part]
            return tuple(sorted(dict.fromkeys(choices), key=len)[:MAX_ALTERNATIVES])


def _few(below: list[tuple[Row, ...]]) -> Iterator[tuple[Row, ...]]:
    failing = [part for part in below if part]
    for count, pick in enumerate(product(*failing)):
        if count >= MAX_ALTERNATIVES * 8:
            return
        yield pick
