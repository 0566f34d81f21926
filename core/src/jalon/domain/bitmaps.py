"""Evaluate many conditions at once: one bit per condition, one table per fact.

Each condition is rewritten as rows of terms (alternatives). For each fact, a table gives, per value,
the rows that this fact does not rule out; the rows that hold are the intersection over all facts. A product
then costs one look-up per fact, whatever the number of conditions (figures in `docs/decisions/0003`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, islice
from typing import Any, Final, NamedTuple, TypeVar

from jalon.domain.conditions import (
    Condition,
    Facts,
    FactValue,
    Levels,
    Row,
    Term,
    clause_holds,
    holds,
    rows,
)

Item = TypeVar("Item")

MAX_ROWS: Final = 32
"""A condition that takes more alternatives is walked instead: it is as right, only slower."""

_BITS: Final = bytes.maketrans(b"01", b"\x00\x01")


class _Table(NamedTuple):
    """Rows left by a fact of one value: by the values that conditions name, else `other`."""

    name: str
    masks: Mapping[object, int]
    other: int


class _Line(NamedTuple):
    """Rows left by a fact that has an order: by the points that conditions name, and between them."""

    name: str
    points: Sequence[Any]  # numbers or dates
    masks: Sequence[int]  # before points[0], at it, between it and points[1], at that, …
    unordered: Mapping[object, int]  # absent, NA


class _Overlap(NamedTuple):
    """Rows left by a multiple-choice fact, for one term of each row on it."""

    name: str
    free: int  # rows that need no value
    gain: Mapping[object, int]  # rows that each value satisfies
    lose: Mapping[object, int]  # rows that each value rules out


class Index:
    """Say which of a list of conditions hold, as a number with one bit per condition."""

    def __init__(self, conditions: Sequence[Condition], multiple: Iterable[str] = ()) -> None:
        """Compile linked conditions; `multiple` names the multiple-choice facts they read."""
        self._size = len(conditions)
        self._all = (1 << self._size) - 1
        self._walked: list[tuple[int, Condition]] = []
        self._further: list[tuple[int, int]] = []  # bit of an alternative, bit of its condition
        table = self._rows(conditions)
        self._ones = (1 << len(table)) - 1
        self._never = self._dead(table)
        self._tables: dict[str, list[_Table]] = {"fact": [], "answer": []}
        self._lines: dict[str, list[_Line]] = {"fact": [], "answer": []}
        self._overlaps: list[_Overlap] = []
        self._compile(table, frozenset(multiple))

    def match(self, facts: Facts, answers: Levels) -> int:
        """Give the conditions that hold, bit i for the i-th."""
        mask = self._left_by("fact", facts, self._ones & ~self._never)
        for name, free, gain, lose in self._overlaps:
            mask &= _overlap(facts.get(name), free, gain, lose)
        mask = self._left_by("answer", answers, mask)
        found = mask & self._all
        for bit, condition_bit in self._further:
            if mask & bit:
                found |= condition_bit
        for bit, condition in self._walked:
            if holds(condition, facts, answers):
                found |= bit
        return found

    def _left_by(self, source: str, values: Mapping[str, object], mask: int) -> int:
        for name, masks, other in self._tables[source]:
            mask &= masks.get(values.get(name), other)
        for line in self._lines[source]:
            mask &= _on_line(line, values.get(line.name))
        return mask

    # -- compilation

    def _rows(self, conditions: Sequence[Condition]) -> list[Row | None]:
        """Give condition i its first alternative at place i, further ones after all conditions."""
        first: list[Row | None] = []
        further: list[Row] = []
        for i, condition in enumerate(conditions):
            alternatives = rows(condition, MAX_ROWS)
            if alternatives is None:
                self._walked.append((1 << i, condition))
            first.append(alternatives[0] if alternatives else None)
            for row in (alternatives or ())[1:]:
                self._further.append((1 << (self._size + len(further)), 1 << i))
                further.append(row)
        return [*first, *further]

    @staticmethod
    def _dead(table: Sequence[Row | None]) -> int:
        """Mark the places that no row fills: a condition that never holds, or that is walked."""
        return sum(1 << i for i, row in enumerate(table) if row is None)

    def _compile(self, table: Sequence[Row | None], multiple: frozenset[str]) -> None:
        columns: dict[tuple[str, str], dict[int, list[Term]]] = {}
        for i, row in enumerate(table):
            for term in row or ():
                key = (term.clause.source, term.clause.name)
                columns.setdefault(key, {}).setdefault(i, []).append(term)
        for (source, name), by_row in columns.items():
            if source == "fact" and name in multiple:
                self._overlaps.extend(self._overlap_columns(name, by_row))
            elif any(map(_ordered, _bounds(by_row))):
                self._lines[source].append(self._line(name, by_row))
            else:
                self._tables[source].append(self._table(name, by_row))

    def _table(self, name: str, by_row: Mapping[int, list[Term]]) -> _Table:
        values: list[object] = [*_named(by_row), None]
        masks = {value: self._left(by_row, value) for value in values}
        return _Table(name, masks, self._left(by_row, object()))

    def _line(self, name: str, by_row: Mapping[int, list[Term]]) -> _Line:
        named = _named(by_row)
        unordered: dict[object, int] = {v: self._left(by_row, v) for v in (*named, None) if not _ordered(v)}
        points: list[Any] = sorted({value for value in (*named, *_bounds(by_row)) if _ordered(value)})
        masks = [self._left(by_row, _Between(points[0], below=True))]
        for point in points:
            masks += [self._left(by_row, point), self._left(by_row, _Between(point, below=False))]
        return _Line(name, points, masks, unordered)

    def _overlap_columns(self, name: str, by_row: Mapping[int, list[Term]]) -> list[_Overlap]:
        """Make as many columns as the row with most terms on this fact: each must hold on its own."""
        depth = max(len(terms) for terms in by_row.values())
        return [self._overlap_column(name, by_row, k) for k in range(depth)]

    def _overlap_column(self, name: str, by_row: Mapping[int, list[Term]], position: int) -> _Overlap:
        free, gain, lose = self._ones, {}, {}  # type: tuple[int, dict[object, int], dict[object, int]]
        for i, terms in by_row.items():
            if position >= len(terms):
                continue
            clause, positive = terms[position]
            if positive:
                free &= ~(1 << i)
            side = gain if positive else lose
            for value in clause.values:
                side[value] = side.get(value, 0) | 1 << i
        return _Overlap(name, free, gain, lose)

    def _left(self, by_row: Mapping[int, list[Term]], value: object) -> int:
        mask = self._ones
        for i, terms in by_row.items():
            if not all(clause_holds(clause, value) is positive for clause, positive in terms):
                mask &= ~(1 << i)
        return mask


def selected(items: Sequence[Item], mask: int) -> list[Item]:
    """Give the items whose bit is set; item i has bit i."""
    return list(compress(items, bits(mask, len(items))))


def bits(mask: int, size: int) -> Iterator[int]:
    """Give the bits of a mask, 0 or 1, lowest first."""
    return islice(reversed(format(mask, f"0{size}b").encode().translate(_BITS)), size)


class _Between:
    """Stand for any value just beside a point, to test what clauses say of it."""

    def __init__(self, point: object, *, below: bool) -> None:
        self._point = point
        self._below = below

    def __ge__(self, bound: object) -> bool:
        return self._point >= bound if not self._below else False  # type: ignore[operator]

    def __le__(self, bound: object) -> bool:
        return self._point < bound if not self._below else True  # type: ignore[operator]


def _overlap(chosen: object, free: int, gain: Mapping[object, int], lose: Mapping[object, int]) -> int:
    if not isinstance(chosen, frozenset):
        return free
    lost = 0
    for value in chosen:
        free |= gain.get(value, 0)
        lost |= lose.get(value, 0)
    return free & ~lost


def _on_line(line: _Line, value: Any) -> int:
    if not _ordered(value):
        return line.unordered.get(value, line.unordered[None])
    place = bisect_left(line.points, value)
    at = place < len(line.points) and bool(line.points[place] == value)
    return line.masks[2 * place + 1 if at else 2 * place]


def _ordered(value: object) -> bool:
    return value is not None and not isinstance(value, (str, bool, frozenset))


def _named(by_row: Mapping[int, list[Term]]) -> list[FactValue]:
    found = (value for terms in by_row.values() for term in terms for value in term.clause.values)
    return list(dict.fromkeys(found))


def _bounds(by_row: Mapping[int, list[Term]]) -> list[FactValue]:
    clauses = [term.clause for terms in by_row.values() for term in terms]
    return [bound for clause in clauses for bound in (clause.minimum, clause.maximum) if bound is not None]
