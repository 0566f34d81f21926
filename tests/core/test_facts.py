"""First stratum: facts given, derived, contradicted, absent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from jalon.domain.facts import Choice, FactDefinition, FactType, Profile, WrongValueError, read_value

Evaluate = Callable[..., dict[str, Any]]
RuleText = Callable[..., str]


def test_a_fact_without_answer_is_absent(evaluate: Evaluate) -> None:
    """An unanswered question gives no value, and is still asked."""
    fact = evaluate({})["facts"]["base/a"]

    assert (None, "none", True) == (fact["value"], fact["origin"], fact["asked"])


def test_a_given_fact_whose_condition_is_false_is_absent_but_kept(evaluate: Evaluate) -> None:
    """A value given to a question that is not asked any more counts no longer, and is not lost."""
    result = evaluate({"a": "non", "b": "oui"})

    assert (None, False, True) == tuple(result["facts"]["base/b"][key] for key in ("value", "asked", "given"))
    assert not result["criteria"]["base/A3"]["applies"]


def test_the_kept_value_comes_back_with_its_condition(evaluate: Evaluate) -> None:
    """The same value counts again as soon as its question is asked."""
    result = evaluate({"a": "oui", "b": "oui"})

    assert result["facts"]["base/b"]["value"] is True
    assert result["criteria"]["base/A3"]["applies"]


def test_a_derived_fact_counts_even_where_its_question_is_not_asked(
    evaluate: Evaluate, rule: RuleText
) -> None:
    """A rule decides a fact whose own condition is false, and the fact counts."""
    result = evaluate({"c": "x"}, rules=rule("r", "{base/c: x}", facts="{base/b: oui}"))
    fact = result["facts"]["base/b"]

    assert (True, "derived", False, "extra/r") == (fact["value"], fact["origin"], fact["asked"], fact["rule"])
    assert result["criteria"]["base/A3"]["applies"]


def test_a_person_counts_against_a_rule_and_the_contradiction_is_told(
    evaluate: Evaluate, rule: RuleText
) -> None:
    """A person's value contradicting a derived one counts, and is flagged."""
    result = evaluate({"a": "non", "c": "x"}, rules=rule("r", "{base/c: x}", facts="{base/a: oui}"))
    fact = result["facts"]["base/a"]

    assert (False, "given", True) == (fact["value"], fact["origin"], fact["contradiction"])
    assert [{"rule": "extra/r", "value": True, "reason": "Raison de r."}] == fact["rules"]


def test_a_person_who_agrees_does_not_contradict(evaluate: Evaluate, rule: RuleText) -> None:
    """Giving the derived value is no contradiction."""
    result = evaluate({"a": "oui", "c": "x"}, rules=rule("r", "{base/c: x}", facts="{base/a: oui}"))

    assert not result["facts"]["base/a"]["contradiction"]


def test_rules_that_derive_different_values_leave_the_fact_absent(evaluate: Evaluate, rule: RuleText) -> None:
    """Two rules deriving different values cancel out, and both are shown."""
    rules = "\n".join(
        [rule("un", "{base/c: x}", facts="{base/a: oui}"), rule("deux", "{base/n: 1}", facts="{base/a: non}")]
    )
    result = evaluate({"c": "x", "n": "1"}, rules=rules)

    assert (None, True) == tuple(result["facts"]["base/a"][key] for key in ("value", "conflict"))
    assert [{"fact": "base/a", "values": {"extra/un": True, "extra/deux": False}}] == result["conflicts"]


def test_values_derived_for_a_multiple_choice_are_united(evaluate: Evaluate, rule: RuleText) -> None:
    """Rules on a multiple-choice fact add up."""
    rules = "\n".join(
        [
            rule("un", "{base/c: x}", facts="{base/m: [p]}"),
            rule("deux", "{base/n: 1}", facts="{base/m: [q, r]}"),
        ]
    )

    assert ["p", "q", "r"] == evaluate({"c": "x", "n": "1"}, rules=rules)["facts"]["base/m"]["value"]


@pytest.mark.parametrize(
    ("given", "contradiction"), [(["p", "q"], False), (["p"], False), (["q"], True), ([], True)]
)
def test_more_choices_than_derived_is_no_contradiction(
    evaluate: Evaluate, rule: RuleText, given: list[str], *, contradiction: bool
) -> None:
    """A person contradicts a derived choice only by leaving it out."""
    result = evaluate({"c": "x", "m": given}, rules=rule("r", "{base/c: x}", facts="{base/m: [p]}"))

    assert contradiction is result["facts"]["base/m"]["contradiction"]


def test_derivations_chain_in_one_pass(evaluate: Evaluate, rule: RuleText) -> None:
    """A derived fact feeds another rule, whatever the order they are written in."""
    rules = "\n".join(
        [rule("b", "{base/a: oui}", facts="{base/b: oui}"), rule("a", "{base/c: x}", facts="{base/a: oui}")]
    )
    facts = evaluate({"c": "x"}, rules=rules)["facts"]

    assert (True, True) == (facts["base/a"]["value"], facts["base/b"]["value"])


def test_not_holds_on_an_absent_fact(evaluate: Evaluate) -> None:
    """A clause on an absent fact is false, so its negation is true."""
    assert evaluate({})["criteria"]["base/B2"]["applies"]
    assert not evaluate({"c": "x"})["criteria"]["base/B2"]["applies"]


def test_a_fact_of_a_third_plugin_derived_by_two_shows_no_order(evaluate: Evaluate, rule: RuleText) -> None:
    """The output is the same text whichever way rules are written."""
    one, two = (
        rule("un", "{base/c: x}", facts="{base/a: oui}"),
        rule("deux", "{base/n: 1}", facts="{base/b: oui}"),
    )
    results = [evaluate({"c": "x", "n": "1"}, rules="\n".join(rules)) for rules in ([one, two], [two, one])]

    assert json.dumps(results[0]) == json.dumps(results[1])


def _fact(kind: FactType, **options: Any) -> FactDefinition:
    choices = (Choice("x", "X"), Choice("y", "Y")) if kind.is_chosen else ()
    return FactDefinition("f", "F ?", kind, choices, **options)


@pytest.mark.parametrize(
    ("fact", "raw", "value"),
    [
        (_fact(FactType.BOOLEAN), "oui", True),
        (_fact(FactType.BOOLEAN), "false", False),
        (_fact(FactType.CHOICE), "x", "x"),
        (_fact(FactType.CHOICES), ["x", "y"], frozenset({"x", "y"})),
        (_fact(FactType.CHOICES), "x", frozenset({"x"})),
        (_fact(FactType.CHOICES), [], frozenset()),
        (_fact(FactType.NUMBER), "12", 12),
        (_fact(FactType.NUMBER), "-0.5", -0.5),
        (_fact(FactType.TEXT), "oui", "oui"),
    ],
)
def test_values_are_typed_by_their_question(fact: FactDefinition, raw: object, value: object) -> None:
    """Text becomes the value its question expects."""
    read = read_value(fact, raw)

    assert (value, type(value)) == (read, type(read))


@pytest.mark.parametrize(
    ("fact", "raw"),
    [
        (_fact(FactType.BOOLEAN), "yes"),
        (_fact(FactType.BOOLEAN), 1),
        (_fact(FactType.CHOICE), "z"),
        (_fact(FactType.CHOICES), ["x", "z"]),
        (_fact(FactType.NUMBER), "1e3"),
        (_fact(FactType.NUMBER), "٣"),
        (_fact(FactType.NUMBER), float("nan")),
        (_fact(FactType.NUMBER), True),
        (_fact(FactType.NUMBER, minimum=0, maximum=10), "11"),
        (_fact(FactType.DATE), "2021-02-30"),
        (_fact(FactType.DATE), "23/12/2021"),
        (_fact(FactType.TEXT), 3),
    ],
)
def test_values_that_do_not_fit_are_refused(fact: FactDefinition, raw: object) -> None:
    """A value of another kind, off its list or its bounds is refused, saying what was expected."""
    with pytest.raises(WrongValueError) as error:
        read_value(fact, raw)

    assert error.value.found
    assert error.value.expected


def test_a_profile_tells_values_of_multiple_choices() -> None:
    """Plugins ask a profile whether a fact has a value, single or among others."""
    profile = Profile({"r/m": frozenset({"p"}), "r/a": True})

    assert profile.has("r/m", "p")
    assert not profile.has("r/m", "q")
    assert profile.has("r/a", True)
    assert not profile.has("r/absent", True)
    assert {"r/m": frozenset({"p"}), "r/a": True} == dict(profile)
