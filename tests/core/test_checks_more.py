"""What is refused in rules on other referentials, in editions and in what is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jalon import JalonError, testing
from jalon.domain.answers import Answer
from jalon.domain.editions import is_within
from jalon.exchange.evaluation_json import as_json
from jalon.exchange.report import report_on
from jalon.exchange.subject_file import SubjectFile
from jalon.plugins.discovery import State
from jalon.plugins.registry import Plugins

Evaluate = Callable[..., dict[str, Any]]
Load = Callable[..., Plugins]
RuleText = Callable[..., str]


@pytest.mark.parametrize(
    ("when", "levels"),
    [
        ("{answer: base/A1, min: 1}", "{base/G1: 2}"),
        ("{answer: base/G1, min: 1}", "{base/A1: 2}"),
        ("{base/a: oui}", "{base/G1: 2}"),
        ("{answer: base/G1, min: 1}", "{base/A1: 2, base/G2: 2}"),
    ],
)
def test_a_rule_on_another_referential_does_not_cross_either(
    load: Load, rule: RuleText, when: str, levels: str
) -> None:
    """Between a product and an organisation of another referential, as of its own, a rule is refused."""
    (plugin,) = (
        each
        for each in load("base", texts={"extra": f"rules:\n{rule('r', when, levels=levels)}\n"}).all
        if each.name == "extra"
    )

    assert (State.SUSPENDED, ["organisation-rule"]) == (
        plugin.state,
        [each.code for each in plugin.diagnostics],
    )


@pytest.mark.parametrize("bound", ["min: 4", "max: 4", "is: 4", "min: 0, max: 9"])
def test_bounds_on_an_answer_are_levels_of_its_scale(load: Load, rule: RuleText, bound: str) -> None:
    """A rule that compares an answer with a level off its scale is refused, whichever the bound."""
    text = rule("r", f"{{answer: base/A2, {bound}}}", levels="{base/A1: 2}")
    found = [
        each.code
        for plugin in load("base", texts={"extra": f"rules:\n{text}\n"}).all
        for each in plugin.diagnostics
    ]

    assert ["level-off-scale"] == found


@pytest.mark.parametrize(("edition", "within"), [("2021.11", False), ("2021.12", True), ("2022", False)])
def test_an_edition_required_exactly_is_no_other(edition: str, *, within: bool) -> None:
    """With `==`, neither an older nor a newer edition will do."""
    assert within is is_within(edition, "==2021.12")


def test_a_rule_that_reads_a_refused_edition_is_inert_whatever_else_it_reads(load: Load) -> None:
    """One clause on an edition that is refused makes the whole rule inert, were another clause enough."""
    text = """\
jalon: 1
key: attend
title: Référentiel attend
edition: "1"
effective: 2021-12-23
publisher: {name: Jalon}
requires: {base: ">=2030"}
facts:
  - {key: f, question: F ?, type: boolean}
questionnaires:
  - key: q
    title: Q
    kind: maturity
    axes: [{key: X, title: X, criteria: [{code: X1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}]}]
rules:
  - {key: r, title: R, when: {any: [{f: oui}, {base/a: oui}]}, levels: {X1: 3}, reason: R.}
"""
    plugins = load("base", texts={"attend": text})
    state = testing.evaluate({"f": "oui"}, plugins=plugins)["criteria"]["attend/X1"]

    assert (True, None, []) == tuple(state[key] for key in ("applies", "level", "proposals"))


# -- what is evaluated


@pytest.mark.parametrize(
    ("profile", "answers", "told"),
    [
        ({}, {"A1": 1, "base/A1": 2}, "A1"),
        ({}, {"G1": 1, "base/G1": 1}, "G1"),
        ({"a": "oui", "base/a": "oui"}, {}, "base/a"),
        ({"jalon/referentials": ["parcour"]}, {}, "parcours"),
        ({"jalon/paths": ["parcours/simpel"]}, {}, "parcours/simple"),
    ],
)
def test_a_name_given_twice_or_not_installed_is_refused(
    load: Load, profile: dict[str, Any], answers: dict[str, Any], told: str
) -> None:
    """Short and full names of one thing are the same name; what a product selects is installed."""
    with pytest.raises(JalonError, match=told):
        testing.evaluate(profile, answers, plugins=load("base", "path"))


def test_what_is_to_confirm_is_said_of_each_criterion(evaluate: Evaluate, rule: RuleText) -> None:
    """A pre-filled criterion is to confirm; one that a person answered as proposed is not."""
    rules = rule("r", "{not: {base/t: x}}", levels="{base/A1: 3, base/A2: 2}")
    criteria = evaluate(answers={"base/A2": 2}, rules=rules)["criteria"]

    assert [True, False, False] == [criteria[f"base/{code}"]["to_confirm"] for code in ("A1", "A2", "B1")]


def test_problems_of_the_organisation_are_told_beside_those_of_the_product(load: Load) -> None:
    """Answers that cannot be are reported for both, sorted together."""
    subject = SubjectFile(product={"base/B1": Answer(9)}, organisation={"base/G1": Answer(4)})
    problems = as_json(report_on(subject, load("base")))["problems"]

    assert [("impossible-answer", "base/B1", "9"), ("impossible-answer", "base/G1", "4")] == [
        (each["code"], each["subject"], each["detail"]) for each in problems
    ]
