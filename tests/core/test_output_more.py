"""The plain output of an evaluation: clauses, and what proposals read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Evaluate = Callable[..., dict[str, Any]]
RuleText = Callable[..., str]


def test_a_clause_is_written_with_both_its_bounds(evaluate: Evaluate, rule: RuleText) -> None:
    """A clause with bounds tells the least and the greatest value, dates as text, and no list of values."""
    when = "{all: [{base/n: {min: 1, max: 4}}, {not: {base/d: {max: 2021-12-31}}}]}"
    state = evaluate({"n": "2", "d": "2022-06-30"}, rules=rule("r", when, levels="{base/A1: 3}"))["criteria"][
        "base/A1"
    ]

    assert [
        {"fact": "base/n", "min": 1, "max": 4, "not": False, "value": 2},
        {"fact": "base/d", "max": "2021-12-31", "not": True, "value": "2022-06-30"},
    ] == state["proposals"][0]["clauses"]


def test_a_proposal_lists_the_facts_it_read_and_no_answer(evaluate: Evaluate, rule: RuleText) -> None:
    """Answers that a rule read are among its clauses, not among its facts."""
    rules = rule("r", "{all: [{answer: base/A2, min: 1}, {base/a: oui}]}", levels="{base/A1: 3}")
    (proposal,) = evaluate({"a": "oui"}, {"base/A2": 2}, rules=rules)["criteria"]["base/A1"]["proposals"]

    assert {"base/a": True} == proposal["facts"]
    assert [{"answer": "base/A2", "min": 1, "not": False}] == [
        clause for clause in proposal["clauses"] if "answer" in clause
    ]


def test_ways_to_be_asked_come_by_the_number_of_changes(load: Callable[..., Any]) -> None:
    """Of several ways to be asked, the one with fewest changes comes first, wherever it is written."""
    from jalon import testing

    criterion = (
        "{code: X1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}, "
        "applies_when: {any: [{base/a: oui, base/n: 1}, {base/c: x}]}}"
    )
    text = (
        "questionnaires:\n  - key: q\n    title: Q\n    kind: maturity\n"
        f"    axes: [{{key: X, title: X, criteria: [{criterion}]}}]\n"
    )
    (reason,) = testing.evaluate({}, plugins=load("base", texts={"autre": text}))["criteria"]["autre/X1"][
        "reasons"
    ]

    assert [["base/c"], ["base/a", "base/n"]] == [
        [term["fact"] for term in way] for way in reason["would_apply_if"]
    ]
