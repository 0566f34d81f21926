"""Facts derived and given together: order, conflicts a person settles, cycles between referentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from jalon import Profile, Verdict, hookimpl, testing
from jalon.domain.evaluation import applicable, evaluate_product
from jalon.plugins.discovery import State
from jalon.plugins.registry import Plugins

Evaluate = Callable[..., dict[str, Any]]
Load = Callable[..., Plugins]
RuleText = Callable[..., str]


def _two_that_differ(rule: RuleText) -> str:
    return "\n".join(
        [rule("un", "{base/c: x}", facts="{base/a: oui}"), rule("deux", "{base/c: x}", facts="{base/a: non}")]
    )


def test_a_person_settles_what_rules_dispute_and_the_dispute_is_still_told(
    evaluate: Evaluate, rule: RuleText
) -> None:
    """Where rules derive different values, a person agreeing with one contradicts nobody; the conflict is told."""
    result = evaluate({"a": "oui", "c": "x"}, rules=_two_that_differ(rule))
    fact = result["facts"]["base/a"]

    assert (True, "given", False, True) == tuple(
        fact[key] for key in ("value", "origin", "contradiction", "conflict")
    )
    assert ["base/a"] == [each["fact"] for each in result["conflicts"]]


def test_the_rules_of_a_fact_are_told_in_alphabetical_order(evaluate: Evaluate, rule: RuleText) -> None:
    """Whichever way two rules on one fact are written, the same one is named first."""
    one, two = (rule(key, "{base/c: x}", facts="{base/a: oui}") for key in ("un", "deux"))
    facts = [
        evaluate({"c": "x"}, rules="\n".join(rules))["facts"]["base/a"] for rules in ([one, two], [two, one])
    ]

    assert ["extra/deux"] * 2 == [fact["rule"] for fact in facts]
    assert [["extra/deux", "extra/un"]] * 2 == [[each["rule"] for each in fact["rules"]] for fact in facts]


def test_an_absent_fact_is_not_in_the_profile_of_hooks(load: Load, rule: RuleText) -> None:
    """A fact that rules dispute, or whose question is not asked, is out of the profile: it is not there as None."""
    seen: list[dict[str, Any]] = []

    class Plugin:
        @hookimpl
        def jalon_applicability(self, profile: Profile) -> Mapping[str, Verdict]:
            seen.append(dict(profile))
            return {}

    plugins = load(
        "base", texts={"extra": f"rules:\n{_two_that_differ(rule)}\n"}, objects={"temoin": Plugin()}
    )
    testing.evaluate({"c": "x", "b": "oui"}, plugins=plugins)

    assert [{"base/c": "x"}] == seen


def test_facts_are_worked_out_after_those_they_read_whatever_their_names(
    evaluate: Evaluate, rule: RuleText
) -> None:
    """A chain of derivations that runs against the alphabet reaches its end."""
    rules = "\n".join(
        [
            rule("un", "{base/n: 1}", facts="{base/m: [p]}"),
            rule("deux", "{base/m: p}", facts="{base/c: x}"),
            rule("trois", "{base/c: x}", facts="{base/a: oui}"),
        ]
    )
    facts = evaluate({"n": "1"}, rules=rules)["facts"]

    assert (["p"], "x", True) == tuple(facts[f"base/{key}"]["value"] for key in "mca")


def test_given_facts_that_nobody_declares_are_left_out(load: Load) -> None:
    """The answer to a question that no referential asks any more reaches neither conditions nor hooks."""
    resolved = load("base").catalogue.facts.resolve({"base/disparu": True, "base/a": True})

    assert {"base/a": True} == resolved.values


def test_what_applies_follows_from_derived_facts(load: Load, rule: RuleText) -> None:
    """The plain list of what is asked reads derived facts as an evaluation does."""
    derived = rule("r", "{base/c: x}", facts="{base/b: oui}")
    catalogue = load("base", texts={"extra": f"rules:\n{derived}\n"}).catalogue
    asked = applicable(catalogue, {"base/c": "x"})
    criteria = evaluate_product(catalogue, {"base/c": "x"}, {}).criteria

    assert "base/A3" in asked
    assert asked == [name for name, state in criteria.items() if state.applies]


def test_a_bound_in_a_condition_may_lie_outside_of_what_is_accepted(load: Load) -> None:
    """A condition compares with a bound that no answer could reach: it is not refused, it is false."""
    bounded = """\
facts:
  - {key: age, question: Âge ?, type: number, min: 0, max: 10}
  - {key: suite, question: Suite ?, type: boolean, applies_when: {age: {min: 12}}}
"""
    plugins = load("base", texts={"autre": bounded})
    result = testing.evaluate({"age": "10"}, plugins=plugins)

    assert [()] * 2 == [plugin.diagnostics for plugin in plugins.all]
    assert not result["facts"]["autre/suite"]["asked"]


def test_bounds_that_meet_leave_one_value(load: Load) -> None:
    """A question whose least and greatest values are the same is sound."""
    (plugin,) = load(
        texts={"autre": "facts:\n  - {key: un, question: Un ?, type: number, min: 3, max: 3}\n"}
    ).all

    assert () == plugin.diagnostics


# -- facts of several referentials that depend on one another

HEAD = """\
jalon: 1
key: {key}
title: Référentiel {key}
edition: "1"
effective: 2021-12-23
publisher: {{name: Jalon}}
requires: {{{other}: ">=1"}}
touches: [{other}]
facts:
  - {{key: f, question: F ?, type: boolean{condition}}}
  - {{key: g, question: G ?, type: boolean}}
"""


def _pair(*, conditions: bool = False, rules: bool = False) -> dict[str, str]:
    """Write two referentials whose facts `f` read each other, by their conditions or by rules."""
    texts = {}
    for key, other in (("p", "q"), ("q", "p")):
        condition = f", applies_when: {{{other}/f: oui}}" if conditions else ""
        texts[key] = HEAD.format(key=key, other=other, condition=condition)
        if rules:
            texts[key] += (
                f"rules:\n  - {{key: r{key}, title: R, when: {{{other}/f: oui}}, facts: {{f: oui}}, reason: R.}}\n"
                f"  - {{key: hors_{key}, title: R, when: {{{other}/f: oui}}, facts: {{g: oui}}, reason: R.}}\n"
            )
    return texts


def test_conditions_in_a_circle_over_two_referentials_are_inert(load: Load) -> None:
    """Questions that wait for each other are both asked, and what a person gave counts."""
    plugins = load("base", texts=_pair(conditions=True))
    facts = testing.evaluate({"p/f": "oui", "q/f": "oui"}, plugins=plugins)["facts"]

    assert [(True, True)] * 2 == [(facts[name]["asked"], facts[name]["value"]) for name in ("p/f", "q/f")]


@pytest.mark.parametrize(("key", "other"), [("p", "q"), ("q", "p")])
def test_rules_in_a_circle_over_two_referentials_are_inert(load: Load, key: str, other: str) -> None:
    """A rule on a circle derives nothing, whichever fact is given; a rule beside it still does."""
    plugins = load("base", texts=_pair(rules=True))
    facts = testing.evaluate({f"{other}/f": "oui"}, plugins=plugins)["facts"]

    assert (None, []) == (facts[f"{key}/f"]["value"], facts[f"{key}/f"]["rules"])
    assert (True, f"{key}/hors_{key}") == (facts[f"{key}/g"]["value"], facts[f"{key}/g"]["rule"])


@pytest.mark.parametrize("key", ["p", "q", "base"])
def test_a_circle_is_told_to_the_plugins_it_goes_through(load: Load, key: str) -> None:
    """Each is warned with its own inert rule and no other; a plugin outside of the circle is not warned."""
    plugins = load("base", texts=_pair(rules=True))
    (plugin,) = (each for each in plugins.all if each.name == key)
    warnings = " ".join(plugin.warnings)
    told = {name for name in ("p/rp", "q/rq", "p/hors_p", "q/hors_q") if name in warnings}

    assert State.ACTIVE is plugin.state
    assert (set() if key == "base" else {f"{key}/r{key}"}) == told
    assert (key != "base") is bool(warnings)
