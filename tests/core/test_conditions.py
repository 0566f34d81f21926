"""Conditions: the compiled index says what the tree says, and what an independent engine says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import datalogic_py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.domain.bitmaps import MAX_ROWS, Index, bits, selected
from jalon.domain.conditions import (
    ALWAYS,
    MAX_ALTERNATIVES,
    AllOf,
    AnyOf,
    Clause,
    Condition,
    FactValue,
    Not,
    clauses,
    held,
    holds,
    missing,
    rows,
    term_holds,
)
from jalon.domain.explanations import Explainer
from jalon.domain.jsonlogic import exported, exported_data
from jalon.domain.levels import NA, LevelValue

MULTIPLE = ("r/m1", "r/m2")
DAYS = [date(2021, 1, 1) + timedelta(days=i) for i in range(5)]

_values: Mapping[str, st.SearchStrategy[FactValue]] = {
    "r/b1": st.booleans(),
    "r/b2": st.booleans(),
    "r/c.1": st.sampled_from(["x", "y", "z"]),
    "r/c2": st.sampled_from(["x", "y", "NA"]),
    "r/m1": st.frozensets(st.sampled_from(["p", "q", "r"])),
    "r/m2": st.frozensets(st.sampled_from(["p", "q", "r"])),
    "r/n1": st.integers(-2, 4) | st.sampled_from([0.5, 1.5]),
    "r/d1": st.sampled_from(DAYS),
}
_levels = st.sampled_from([0, 1, 2, 3, NA])

facts = st.fixed_dictionaries({}, optional=dict(_values))
answers: st.SearchStrategy[dict[str, LevelValue]] = st.dictionaries(
    st.sampled_from(["r/A.1", "r/A.2"]), _levels
)  # type: ignore[arg-type]


def _single(name: str) -> st.SearchStrategy[FactValue]:
    return st.sampled_from(["p", "q", "r"]) if name in MULTIPLE else _values[name]


def _equal(name: str) -> st.SearchStrategy[Condition]:
    return st.lists(_single(name), min_size=1, max_size=3).map(
        lambda values: Clause("fact", name, tuple(values))
    )


def _bounded(source: str, name: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
    bounds = st.tuples(st.none() | values, st.none() | values).filter(lambda pair: pair != (None, None))
    return bounds.map(lambda pair: Clause(source, name, (), *pair))  # type: ignore[arg-type]


_leaves: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(sorted(_values)).flatmap(_equal),
    _bounded("fact", "r/n1", _values["r/n1"]),
    _bounded("fact", "r/d1", _values["r/d1"]),
    st.lists(_levels, min_size=1, max_size=2).map(lambda values: Clause("answer", "r/A.1", tuple(values))),
    _bounded("answer", "r/A.1", st.integers(0, 3)),
    _bounded("answer", "r/A.2", st.integers(0, 3)),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=10,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(conditions, max_size=8), facts, answers)
def test_compiled_equals_naive_equals_datalogic(
    tested: list[Condition], values: dict[str, FactValue], given_levels: dict[str, LevelValue]
) -> None:
    """The index, the tree walk and an engine that is not ours agree on every condition."""
    naive = [holds(condition, values, given_levels) for condition in tested]
    engine = datalogic_py.Engine()
    data = exported_data(values, given_levels)
    oracle = [
        engine.compile(json.dumps(exported(condition, frozenset(MULTIPLE)))).evaluate(data)
        for condition in tested
    ]
    mask = Index(tested, MULTIPLE).match(values, given_levels)

    assert naive == oracle
    assert naive == [bool(bit) for bit in bits(mask, len(tested))]


_crowded: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        _equal("r/m1"),
        _equal("r/n1"),
        _bounded("fact", "r/n1", _values["r/n1"]),
        st.lists(_levels, min_size=1, max_size=2).map(
            lambda values: Clause("answer", "r/A.1", tuple(values))
        ),
        _bounded("answer", "r/A.1", st.integers(0, 3)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=4,
)
_few_facts = st.fixed_dictionaries({}, optional={name: _values[name] for name in ("r/m1", "r/n1")})
_few_answers: st.SearchStrategy[dict[str, LevelValue]] = st.dictionaries(st.just("r/A.1"), _levels)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(st.lists(_crowded, min_size=5, max_size=15), _few_facts, _few_answers)
def test_many_conditions_on_few_facts_share_their_columns(
    tested: list[Condition], values: dict[str, FactValue], given_levels: dict[str, LevelValue]
) -> None:
    """Conditions of every shape on the same fact or answer do not disturb one another in the index."""
    mask = Index(tested, MULTIPLE).match(values, given_levels)

    assert [holds(condition, values, given_levels) for condition in tested] == [
        bool(bit) for bit in bits(mask, len(tested))
    ]


@settings(max_examples=300, deadline=None)
@given(conditions, facts, answers)
def test_explanations_are_true(
    condition: Condition, values: dict[str, FactValue], given_levels: dict[str, LevelValue]
) -> None:
    """What is said to have held does hold; what is said to be missing does not."""
    explainer = Explainer([condition], MULTIPLE, lambda _, said: said)
    said = explainer.explain(0, explainer.match(values, given_levels))
    (again,) = explainer.explain_all(explainer.match(values, given_levels))

    assert said == again
    assert said.holds is holds(condition, values, given_levels)
    assert all(term_holds(term, values, given_levels) for term in said.because)
    assert not any(term_holds(term, values, given_levels) for way in said.missing for term in way)
    assert not (said.holds and said.missing)


@settings(max_examples=200, deadline=None)
@given(conditions, facts, answers)
def test_what_held_is_enough(
    condition: Condition, values: dict[str, FactValue], given_levels: dict[str, LevelValue]
) -> None:
    """Keeping only the facts that the explanation names keeps the condition true."""
    if not holds(condition, values, given_levels):
        return
    because = held(condition, values, given_levels)
    named = {term.clause.name for term in because}
    kept = {name: value for name, value in values.items() if name in named}
    levels = {name: level for name, level in given_levels.items() if name in named}

    assert holds(condition, kept, levels)


@given(conditions, facts, answers)
@settings(max_examples=200, deadline=None)
def test_rows_mean_the_same(
    condition: Condition, values: dict[str, FactValue], given_levels: dict[str, LevelValue]
) -> None:
    """Rewritten as alternatives, a condition holds exactly when one of them does."""
    alternatives = rows(condition, 10_000)

    assert alternatives is not None
    assert holds(condition, values, given_levels) is any(
        all(term_holds(term, values, given_levels) for term in row) for row in alternatives
    )


def test_a_condition_with_too_many_alternatives_is_walked_and_right() -> None:
    """Beyond the limit of rows, the index walks the tree: same result."""
    pairs = tuple(
        AnyOf((Clause("fact", f"r/x{i}", (True,)), Clause("fact", f"r/y{i}", (True,)))) for i in range(8)
    )
    condition = AllOf(pairs)
    index = Index([ALWAYS, condition, Not(condition)])

    assert rows(condition, MAX_ROWS) is None
    assert 0b101 == index.match({}, {})
    assert 0b011 == index.match({f"r/x{i}": True for i in range(8)}, {})
    assert len(missing(condition, {}, {})) == MAX_ALTERNATIVES


def test_nothing_and_everything() -> None:
    """Without part, *all* always holds and *any* never does; their negations mirror them."""
    index = Index([AllOf(()), AnyOf(()), Not(AllOf(())), Not(AnyOf(()))])

    assert 0b1001 == index.match({}, {})
    assert 0 == Index([]).match({"r/a": True}, {})
    assert [] == selected([], 0)


@pytest.mark.parametrize("size", [1, 7, 8, 9, 64, 300])
def test_bits_decode_at_any_size(size: int) -> None:
    """Item i has bit i, at byte borders too."""
    items = list(range(size))

    assert items == selected(items, (1 << size) - 1)
    assert [size - 1] == selected(items, 1 << (size - 1))
    assert [] == selected(items, 0)


def test_clauses_are_listed_as_written() -> None:
    """Static checks see every clause, negated ones too."""
    one, two = Clause("fact", "r/a", (True,)), Clause("answer", "r/A", minimum=1)

    assert [one, two, one] == list(clauses(AllOf((one, AnyOf((Not(two), one))))))
