"""Third stratum: proposals, floors, exact levels, NA, conflicts, divergence and support."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jalon.domain.answers import Answer
from jalon.domain.catalogue import assemble
from jalon.domain.evaluation import evaluate_product

Evaluate = Callable[..., dict[str, Any]]
RuleText = Callable[..., str]


def _effects(rule: RuleText, *effects: str) -> str:
    """Write rules r0, r1, … that always hold, each with one effect on A1."""
    return "\n".join(
        rule(f"r{i}", "{not: {base/t: jamais}}", levels=f"{{base/A1: {effect}}}")
        for i, effect in enumerate(effects)
    )


MERGES = [
    (["3"], 3),
    (["NA"], "NA"),
    (["{at_least: 2}"], 2),
    (["{at_least: 1}", "{at_least: 2}"], 2),
    (["3", "{at_least: 2}"], 3),
    (["2", "{at_least: 2}"], 2),
    (["3", "3"], 3),
    (["NA", "NA"], "NA"),
    (["1", "{at_least: 2}"], None),
    (["2", "3"], None),
    (["NA", "{at_least: 1}"], None),
    (["NA", "{at_least: 0}"], None),
    (["NA", "3"], None),
]


@pytest.mark.parametrize(("effects", "level"), MERGES, ids=[" + ".join(effects) for effects, _ in MERGES])
@pytest.mark.parametrize("backwards", [False, True], ids=["", "backwards"])
def test_proposals_merge_by_the_written_rule(
    evaluate: Evaluate, rule: RuleText, effects: list[str], level: object, *, backwards: bool
) -> None:
    """Floors: the highest; an exact value that meets them: itself; anything else: a conflict, nothing filled."""
    result = evaluate(rules=_effects(rule, *(effects[::-1] if backwards else effects)))
    state = result["criteria"]["base/A1"]

    assert level == state["level"]
    assert ("none" if level is None else "rule") == state["origin"]
    assert (level is None) is state["conflict"]
    assert (["base/A1"] if level is None else []) == [each["criterion"] for each in result["conflicts"]]
    assert [f"extra/r{i}" for i in range(len(effects))] == [each["rule"] for each in state["proposals"]]


DIVERGENCES = [
    (["{at_least: 2}"], {3: False, 2: False, 1: True, 0: True, "NA": True}),
    (["2"], {3: True, 2: False, 1: True, "NA": True}),
    (["NA"], {3: True, 0: True, "NA": False}),
    (["3", "{at_least: 2}"], {3: False, 2: True, "NA": True}),
    (["2", "3"], {3: False, 2: False, 1: True, "NA": True}),
    (["NA", "{at_least: 2}"], {3: False, 2: False, 1: True, "NA": False}),
    (["1", "{at_least: 2}"], {3: False, 2: False, 1: False, 0: True, "NA": True}),
]


@pytest.mark.parametrize(
    ("effects", "level", "diverges"),
    [(effects, level, diverges) for effects, levels in DIVERGENCES for level, diverges in levels.items()],
)
def test_a_person_diverges_below_a_floor_or_off_an_exact_value(
    evaluate: Evaluate, rule: RuleText, effects: list[str], level: object, *, diverges: bool
) -> None:
    """The person's answer always counts; it diverges where rules say otherwise. In a conflict one agreement is enough."""
    state = evaluate(answers={"base/A1": level}, rules=_effects(rule, *effects))["criteria"]["base/A1"]

    assert (level, "person", diverges) == (state["level"], state["origin"], state["diverges"])
    assert diverges is (state["divergence"] is not None)


def test_a_rule_on_a_hidden_criterion_has_no_effect(evaluate: Evaluate, rule: RuleText) -> None:
    """What is proposed for a criterion that is not asked is kept and shown, and fills nothing."""
    state = evaluate(rules=rule("r", "{not: {base/t: x}}", levels="{base/A3: 3}"))["criteria"]["base/A3"]

    assert (False, None, "none") == (state["applies"], state["level"], state["origin"])
    assert ["extra/r"] == [each["rule"] for each in state["proposals"]]


def test_an_answer_to_a_hidden_criterion_is_kept_and_counts_nowhere(evaluate: Evaluate) -> None:
    """A person's answer to a criterion that is not asked is parked."""
    result = evaluate(answers={"base/A3": 3})

    assert {"level": 3, "support": [], "to_investigate": False} == result["criteria"]["base/A3"]["answer"]
    assert result["criteria"]["base/A3"]["level"] is None
    assert 0 == result["axes"]["base/produit"]["A"]["counted"]


SUPPORTS = [
    ("3", "a: oui", "3", False, "still proposed"),
    ("3", "a: non", "3", True, "no rule proposes it any more"),
    ("{at_least: 2}", "a: oui", "2", False, "the floor itself"),
    ("{at_least: 1}", "a: oui", "2", True, "the floor came down"),
    ("{at_least: 3}", "a: oui", "2", False, "it diverges instead"),
    ("NA", "a: oui", "2", False, "it diverges from NA instead"),
]


@pytest.mark.parametrize(
    ("effect", "fact", "level", "lost", "why"), SUPPORTS, ids=[each[-1] for each in SUPPORTS]
)
def test_support_is_lost_when_no_rule_proposes_the_value(
    evaluate: Evaluate, rule: RuleText, effect: str, fact: str, level: str, *, lost: bool, why: str
) -> None:
    """An answer whose support has gone stays, flagged to reconfirm, unless it diverges."""
    key, _, value = fact.partition(": ")
    answers = {"base/A1": {"level": level, "support": ["extra/r"]}}
    rules = rule("r", "{base/a: oui}", levels=f"{{base/A1: {effect}}}")
    state = evaluate({key: value}, answers, rules=rules)["criteria"]["base/A1"]

    assert (int(level), "person") == (state["level"], state["origin"])
    assert lost is state["to_reconfirm"], why


def test_another_rule_keeps_the_support(evaluate: Evaluate, rule: RuleText) -> None:
    """Support is about the value: any rule that proposes it will do."""
    answers = {"base/A1": {"level": "3", "support": ["extra/gone"]}}
    state = evaluate({"a": "oui"}, answers, rules=rule("r", "{base/a: oui}", levels="{base/A1: 3}"))[
        "criteria"
    ]["base/A1"]

    assert not state["to_reconfirm"]


def test_an_answer_without_support_is_never_to_reconfirm(evaluate: Evaluate) -> None:
    """What a person decided alone does not depend on rules."""
    assert not evaluate(answers={"base/A1": 3})["criteria"]["base/A1"]["to_reconfirm"]


def test_to_investigate_suspends_the_prefill_and_is_unanswered(evaluate: Evaluate, rule: RuleText) -> None:
    """A criterion set aside by a person is worth nothing, even where a rule would fill it."""
    answers = {"base/A1": {"to_investigate": "oui", "level": "2"}}
    result = evaluate(answers=answers, rules=_effects(rule, "3"))
    state = result["criteria"]["base/A1"]

    assert (None, "none", False) == (state["level"], state["origin"], state["diverges"])
    assert 0 == result["axes"]["base/produit"]["A"]["answered"]


def test_rules_read_what_a_person_answered(evaluate: Evaluate, rule: RuleText) -> None:
    """A rule on a criterion reads the level of another, by bounds or by value."""
    rules = "\n".join(
        [
            rule("bornes", "{answer: base/A2, min: 2}", levels="{base/A1: {at_least: 1}}"),
            rule("na", "{answer: base/B2, is: NA}", levels="{base/B1: 3}"),
        ]
    )
    filled = evaluate(answers={"base/A2": 2, "base/B2": "NA"}, rules=rules)["criteria"]
    empty = evaluate(answers={"base/A2": 1, "base/B2": 0}, rules=rules)["criteria"]

    assert (1, 3) == (filled["base/A1"]["level"], filled["base/B1"]["level"])
    assert (None, None) == (empty["base/A1"]["level"], empty["base/B1"]["level"])


def test_na_has_no_order(evaluate: Evaluate, rule: RuleText) -> None:
    """An answer NA is neither above nor below a bound."""
    rules = "\n".join(
        [
            rule("min", "{answer: base/A2, min: 0}", levels="{base/A1: 1}"),
            rule("max", "{answer: base/A2, max: 3}", levels="{base/A1: 1}"),
        ]
    )

    assert evaluate(answers={"base/A2": "NA"}, rules=rules)["criteria"]["base/A1"]["level"] is None


@pytest.mark.parametrize(
    ("profile", "answers", "why"),
    [
        ({}, {}, "a pre-fill is not an answer"),
        ({}, {"base/A2": {"level": 2, "to_investigate": "oui"}}, "set aside"),
    ],
)
def test_rules_do_not_read_prefills_nor_what_is_set_aside(
    evaluate: Evaluate, rule: RuleText, profile: dict[str, str], answers: dict[str, Any], why: str
) -> None:
    """One pass: what rules propose feeds no rule."""
    rules = "\n".join(
        [
            rule("remplit", "{not: {base/t: x}}", levels="{base/A2: 2}"),
            rule("lit", "{answer: base/A2, min: 1}", levels="{base/A1: 3}"),
        ]
    )

    assert evaluate(profile, answers, rules=rules)["criteria"]["base/A1"]["level"] is None, why


def test_rules_do_not_read_parked_answers(evaluate: Evaluate, rule: RuleText) -> None:
    """An answer to a criterion that is not asked is read by no rule."""
    rules = rule("lit", "{answer: base/A3, min: 1}", levels="{base/A1: 3}")

    assert evaluate(answers={"base/A3": 3}, rules=rules)["criteria"]["base/A1"]["level"] is None
    assert (
        3 == evaluate({"a": "oui", "b": "oui"}, {"base/A3": 3}, rules=rules)["criteria"]["base/A1"]["level"]
    )


def test_a_divergence_is_named_by_the_clauses_that_held(evaluate: Evaluate, rule: RuleText) -> None:
    """Another choice ticked in a clause that already held asks nothing again; another clause does."""
    rules = rule("r", "{any: [{base/m: [p, q]}, {base/a: oui}]}", levels="{base/A1: 3}")

    def key(profile: dict[str, Any]) -> str:
        named = evaluate(profile, {"base/A1": 1}, rules=rules)["criteria"]["base/A1"]["divergence"]
        assert isinstance(named, str)
        return named

    assert key({"m": ["p"]}) == key({"m": ["p", "q", "r"]})
    assert key({"m": ["p"]}) != key({"m": ["p"], "a": "oui"})


def test_a_divergence_is_named_by_what_is_proposed(evaluate: Evaluate, rule: RuleText) -> None:
    """The same rule proposing another level is another disagreement."""
    keys = {
        evaluate(answers={"base/A1": 0}, rules=_effects(rule, effect))["criteria"]["base/A1"]["divergence"]
        for effect in ("3", "2", "{at_least: 2}", "NA")
    }

    assert 4 == len(keys)


def test_a_rule_the_person_agrees_with_asks_nothing_again(evaluate: Evaluate, rule: RuleText) -> None:
    """A divergence is with the rules gone against: one more rule that the answer satisfies leaves its name."""
    keys = [
        evaluate(answers={"base/A1": 2}, rules=_effects(rule, *effects))["criteria"]["base/A1"]["divergence"]
        for effects in (["3"], ["3", "{at_least: 1}"], ["3", "{at_least: 3}"])
    ]

    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


def test_an_answer_that_is_no_longer_possible_is_not_replaced_by_a_rule(load: Any) -> None:
    """A kept answer off the scale counts for nothing, is reported, and no pre-fill takes its place."""
    referential = assemble(load("base", texts={"extra": EXTRA}).referentials)
    evaluation = evaluate_product(referential, {}, {"base/A1": Answer(7)})
    state = evaluation.criteria["base/A1"]

    assert (None, "none", Answer(7)) == (state.level, state.origin, state.answer)
    assert ["impossible-answer"] == [problem.code for problem in evaluation.problems]
    assert 3 == evaluate_product(referential, {}, {}).criteria["base/A1"].level


EXTRA = """\
rules:
  - {key: r, title: R, when: {not: {base/t: x}}, levels: {base/A1: 3}, reason: Toujours.}
"""


def test_the_facts_a_rule_used_are_told(evaluate: Evaluate, rule: RuleText) -> None:
    """A proposal says which facts made it hold, with their values, and why."""
    rules = rule("r", "{base/m: [p, q], base/n: {min: 2}}", levels="{base/A1: 3}")
    (proposal,) = evaluate({"m": ["p", "r"], "n": "4"}, rules=rules)["criteria"]["base/A1"]["proposals"]

    assert {"base/m": ["p", "r"], "base/n": 4} == proposal["facts"]
    assert ("extra/r", "Raison de r.", 3) == (proposal["rule"], proposal["reason"], proposal["level"])


def test_organisation_rules_read_and_fill_the_organisation(evaluate: Evaluate, rule: RuleText) -> None:
    """The organisation's questionnaire has rules of its own, on its own answers."""
    result = evaluate(
        answers={"base/G1": 3}, rules=rule("g", "{answer: base/G1, min: 2}", levels="{base/G2: 2}")
    )

    assert (2, "rule") == tuple(result["criteria"]["base/G2"][key] for key in ("level", "origin"))
