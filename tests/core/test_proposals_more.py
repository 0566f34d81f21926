"""What is proposed and what a person answered: names of disagreements, supports, answers that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jalon.domain.answers import Answer
from jalon.domain.evaluation import evaluate_product
from jalon.domain.hooks import Problem
from jalon.domain.levels import NA, LevelValue
from jalon.domain.proposals import Proposal, supporting
from jalon.domain.referential import AtLeast, Exactly
from jalon.plugins.registry import Plugins

Evaluate = Callable[..., dict[str, Any]]
Load = Callable[..., Plugins]
RuleText = Callable[..., str]

TRUE = "{not: {base/t: jamais}}"


def test_an_exact_level_must_meet_every_floor(evaluate: Evaluate, rule: RuleText) -> None:
    """An exact level above one floor and below another is a conflict."""
    effects = {"exact": "2", "bas": "{at_least: 1}", "haut": "{at_least: 3}"}
    rules = "\n".join(rule(key, TRUE, levels=f"{{base/A1: {effect}}}") for key, effect in effects.items())
    state = evaluate(rules=rules)["criteria"]["base/A1"]

    assert (None, True) == (state["level"], state["conflict"])


@pytest.mark.parametrize(
    ("level", "rules"), [(2, ("p/a", "p/plancher")), (3, ("p/b",)), (1, ()), (NA, ("p/na",))]
)
def test_an_act_keeps_as_support_the_rules_that_propose_its_very_value(
    level: LevelValue, rules: tuple[str, ...]
) -> None:
    """A floor supports the floor itself and no level above it; rules are named once, in order."""
    proposals = [
        Proposal("p/plancher", AtLeast(2), "R."),
        Proposal("p/b", Exactly(3), "R."),
        Proposal("p/na", Exactly(NA), "R."),
        Proposal("p/a", Exactly(2), "R."),
        Proposal("p/a", AtLeast(2), "R."),
    ]

    assert rules == supporting(level, proposals)


# -- the name of a disagreement


def _named(evaluate: Evaluate, rules: str, profile: dict[str, Any]) -> str:
    named = evaluate(profile, {"base/A1": 1}, rules=rules)["criteria"]["base/A1"]["divergence"]
    assert isinstance(named, str)
    return named


def test_a_disagreement_is_named_by_the_rule(evaluate: Evaluate, rule: RuleText) -> None:
    """The same level proposed for the same clause by another rule is another disagreement."""
    one, two = (rule(key, "{base/a: oui}", levels="{base/A1: 3}") for key in ("un", "deux"))

    assert _named(evaluate, one, {"a": "oui"}) != _named(evaluate, two, {"a": "oui"})


def test_a_disagreement_tells_a_clause_from_its_negation(evaluate: Evaluate, rule: RuleText) -> None:
    """A rule that holds because a fact is so, then because it is not so, gives two disagreements."""
    rules = rule("r", "{any: [{base/a: oui}, {not: {base/a: oui}}]}", levels="{base/A1: 3}")

    assert _named(evaluate, rules, {"a": "oui"}) != _named(evaluate, rules, {"a": "non"})


@pytest.mark.parametrize("bound", ["min", "max"])
def test_a_disagreement_is_named_by_the_bounds_that_held(
    evaluate: Evaluate, rule: RuleText, bound: str
) -> None:
    """A rule whose bound moved disagrees anew."""
    keys = {
        _named(
            evaluate, rule("r", f"{{base/n: {{{bound}: {value}}}}}", levels="{base/A1: 3}"), {"n": f"{value}"}
        )
        for value in (2, 3)
    }

    assert 2 == len(keys)


def test_a_disagreement_does_not_depend_on_how_its_clauses_are_ordered(
    evaluate: Evaluate, rule: RuleText
) -> None:
    """The same clauses written the other way round are the same disagreement, already justified."""
    keys = {
        _named(evaluate, rule("r", when, levels="{base/A1: 3}"), {"a": "oui", "n": "1"})
        for when in ("{base/a: oui, base/n: 1}", "{base/n: 1, base/a: oui}")
    }

    assert 1 == len(keys)


# -- answers that do not count


def test_an_answer_without_level_does_not_suspend_the_prefill(evaluate: Evaluate, rule: RuleText) -> None:
    """Only setting a criterion aside suspends what rules fill, not a row left without level."""
    state = evaluate(answers={"base/A1": {}}, rules=rule("r", TRUE, levels="{base/A1: 3}"))["criteria"][
        "base/A1"
    ]

    assert (3, "rule") == (state["level"], state["origin"])


IMPOSSIBLE = {"base/B1": Answer(NA), "base/A2": Answer(4), "base/A1": Answer(-1)}
"""NA where it is refused, and levels off the scale: what another edition may have accepted."""


def test_a_kept_answer_that_is_not_possible_counts_nowhere_and_is_told(load: Load) -> None:
    """An answer that the criterion does not accept is unanswered, read by no rule, and reported."""
    reads = (
        "rules:\n  - {key: r, title: R, when: {answer: base/A2, min: 1}, levels: {base/B2: 3}, reason: R.}\n"
    )
    evaluation = evaluate_product(load("base", texts={"extra": reads}).catalogue, {}, IMPOSSIBLE)
    states = {name: evaluation.criteria[name] for name in (*IMPOSSIBLE, "base/B2")}

    assert {(None, "none")} == {(state.level, state.origin) for state in states.values()}
    assert list(IMPOSSIBLE.values()) == [states[name].answer for name in IMPOSSIBLE]
    assert [
        Problem("impossible-answer", "", "base/A1", "-1"),
        Problem("impossible-answer", "", "base/A2", "4"),
        Problem("impossible-answer", "", "base/B1", "NA"),
    ] == list(evaluation.problems)


def test_problems_are_told_in_the_same_order_whatever_the_order_of_answers(load: Load) -> None:
    """Shuffling answers does not shuffle what is reported of them."""
    catalogue = load("base").catalogue
    problems = {
        evaluate_product(catalogue, {}, dict(items)).problems
        for items in (list(IMPOSSIBLE.items()), list(reversed(IMPOSSIBLE.items())))
    }

    assert 1 == len(problems)
