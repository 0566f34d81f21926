"""Match conditions and say why each holds or fails, from what is worked out at load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, Generic, NamedTuple, TypeVar

from jalon.domain.bitmaps import Index, bits
from jalon.domain.conditions import Condition, Facts, Levels, Not, Row, Term, held, missing, rows

Result = TypeVar("Result")

_PREPARED: Final = 3
"""Failures of conditions of up to this many terms are all prepared: 7 at most per condition."""


class Explanation(NamedTuple):
    """Say why a condition holds (the terms that do) or fails (alternatives that would make it hold)."""

    holds: bool
    because: Row = ()
    missing: tuple[Row, ...] = ()


class _Simple(NamedTuple, Generic[Result]):
    """A condition of one row: what holds is known at load, what fails is a subset of its terms."""

    holds: Result
    bits: int
    fails: Mapping[int, Result]
    terms: tuple[tuple[int, Term], ...]


class Matches(NamedTuple):
    """Say which conditions hold, and which single terms do, for one set of facts and answers."""

    mask: int
    terms: int
    facts: Facts
    answers: Levels


class Explainer(Generic[Result]):
    """Compile conditions, and their distinct terms beside them, to explain without walking.

    What is made of an explanation (`result`, given its place) is made once, at load, for all that can
    happen to short conditions: results must be immutable.
    """

    def __init__(
        self,
        conditions: Sequence[Condition],
        multiple: Iterable[str],
        result: Callable[[int, Explanation], Result],
    ) -> None:
        known = tuple(multiple)
        self.index = Index(conditions, known)
        self._conditions = tuple(conditions)
        self._result = result
        self._places: dict[Term, int] = {}
        self._simple = tuple(self._prepared(i, condition) for i, condition in enumerate(conditions))
        self._terms = Index([_condition(term) for term in self._places], known)

    def match(self, facts: Facts, answers: Levels) -> Matches:
        """Evaluate every condition and every term once."""
        return Matches(self.index.match(facts, answers), self._terms.match(facts, answers), facts, answers)

    def explain(self, position: int, matches: Matches) -> Result:
        """Explain one condition."""
        return self._explained(position, matches, matches.mask >> position & 1)

    def explain_all(self, matches: Matches) -> list[Result]:
        """Explain every condition, in order."""
        lacking = ~matches.terms
        found: list[Result] = []
        for simple, holds in zip(self._simple, bits(matches.mask, len(self._simple)), strict=True):
            if simple is None:
                said = None
            else:
                said = simple.holds if holds else simple.fails.get(simple.bits & lacking)
            found.append(self._explained(len(found), matches, holds) if said is None else said)
        return found

    def _explained(self, position: int, matches: Matches, holds: int) -> Result:
        simple = self._simple[position]
        if simple is None:
            condition, facts, answers = self._conditions[position], matches.facts, matches.answers
            if holds:
                return self._result(
                    position, Explanation(holds=True, because=held(condition, facts, answers))
                )
            return self._result(
                position, Explanation(holds=False, missing=missing(condition, facts, answers))
            )
        if holds:
            return simple.holds
        lacking = simple.bits & ~matches.terms
        return simple.fails.get(lacking) or self._result(position, _failing(simple.terms, lacking))

    def _prepared(self, position: int, condition: Condition) -> _Simple[Result] | None:
        alternatives = rows(condition, 1)
        if not alternatives:
            return None
        (row,) = alternatives
        terms = tuple((1 << self._places.setdefault(term, len(self._places)), term) for term in row)
        fails = {
            lacking: self._result(position, _failing(terms, lacking))
            for count in range(1, len(terms) + 1 if len(terms) <= _PREPARED else 1)
            for lacking in (sum(bit for bit, _ in some) for some in combinations(terms, count))
        }
        holds = self._result(position, Explanation(holds=True, because=row))
        return _Simple(holds, sum(bit for bit, _ in terms), fails, terms)


def _failing(terms: tuple[tuple[int, Term], ...], lacking: int) -> Explanation:
    return Explanation(holds=False, missing=(tuple(term for bit, term in terms if bit & lacking),))


def _condition(term: Term) -> Condition:
    return term.clause if term.positive else Not(term.clause)
