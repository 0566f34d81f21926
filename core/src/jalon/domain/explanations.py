"""Match conditions and say why each holds or fails, from what is worked out at load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from jalon.domain.bitmaps import Index
from jalon.domain.conditions import Condition, Facts, Levels, Not, Row, Term, held, missing, rows

_PREPARED: Final = 3
"""Failures of conditions of up to this many terms are all prepared: 7 at most per condition."""


class Explanation(NamedTuple):
    """Say why a condition holds (the terms that do) or fails (alternatives that would make it hold)."""

    holds: bool
    because: Row = ()
    missing: tuple[Row, ...] = ()


class _Simple(NamedTuple):
    """A condition of one row: what holds is known at load, what fails is a subset of its terms."""

    holds: Explanation
    bits: int
    fails: Mapping[int, Explanation]
    terms: tuple[tuple[int, Term], ...]


class Matches(NamedTuple):
    """Say which conditions hold, and which single terms do, for one set of facts and answers."""

    mask: int
    terms: int
    facts: Facts
    answers: Levels


class Explainer:
    """Compile conditions, and their distinct terms beside them, to explain without walking."""

    def __init__(self, conditions: Sequence[Condition], multiple: Iterable[str] = ()) -> None:
        known = tuple(multiple)
        self.index = Index(conditions, known)
        self._conditions = tuple(conditions)
        self._places: dict[Term, int] = {}
        self._simple = tuple(self._prepared(condition) for condition in conditions)
        self._terms = Index([_condition(term) for term in self._places], known)

    def match(self, facts: Facts, answers: Levels) -> Matches:
        """Evaluate every condition and every term once."""
        return Matches(self.index.match(facts, answers), self._terms.match(facts, answers), facts, answers)

    def explain(self, position: int, matches: Matches) -> Explanation:
        """Explain one condition."""
        simple = self._simple[position]
        if simple is None:
            return self._walked(position, matches)
        if matches.mask >> position & 1:
            return simple.holds
        lacking = simple.bits & ~matches.terms
        return simple.fails.get(lacking) or _failing(simple.terms, lacking)

    def _walked(self, position: int, matches: Matches) -> Explanation:
        condition, facts, answers = self._conditions[position], matches.facts, matches.answers
        if matches.mask >> position & 1:
            return Explanation(holds=True, because=held(condition, facts, answers))
        return Explanation(holds=False, missing=missing(condition, facts, answers))

    def _prepared(self, condition: Condition) -> _Simple | None:
        alternatives = rows(condition, 1)
        if not alternatives:
            return None
        (row,) = alternatives
        terms = tuple((1 << self._places.setdefault(term, len(self._places)), term) for term in row)
        fails = {
            sum(bit for bit, _ in some): _failing(terms, sum(bit for bit, _ in some))
            for count in range(1, len(terms) + 1 if len(terms) <= _PREPARED else 1)
            for some in combinations(terms, count)
        }
        return _Simple(Explanation(holds=True, because=row), sum(bit for bit, _ in terms), fails, terms)


def _failing(terms: tuple[tuple[int, Term], ...], lacking: int) -> Explanation:
    return Explanation(holds=False, missing=(tuple(term for bit, term in terms if bit & lacking),))


def _condition(term: Term) -> Condition:
    return term.clause if term.positive else Not(term.clause)
