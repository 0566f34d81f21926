"""Second stratum: what is asked, what is not, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from jalon import Profile, Referential, Verdict, hookimpl, testing
from jalon.domain.texts import Publisher

Evaluate = Callable[..., dict[str, Any]]


class Says:
    """A plugin that gives fixed verdicts."""

    def __init__(self, referential: str = "base", **verdicts: bool) -> None:
        self._referential = referential
        self._verdicts = verdicts

    @hookimpl
    def jalon_applicability(self, profile: Profile) -> Mapping[str, Verdict]:
        """Give the verdicts of the test."""
        return {
            f"{self._referential}/{code}": Verdict(applies, f"avis sur {code}")
            for code, applies in self._verdicts.items()
        }


def test_a_criterion_without_condition_is_always_asked(evaluate: Evaluate) -> None:
    """No condition, no reason but *always*."""
    state = evaluate()["criteria"]["base/A1"]

    assert (True, [{"kind": "always"}]) == (state["applies"], state["reasons"])


def test_an_asked_criterion_says_which_clauses_held(evaluate: Evaluate) -> None:
    """The reason names the fact, what was wanted and what it is."""
    state = evaluate({"a": "oui", "b": "oui"})["criteria"]["base/A3"]
    clause = {"fact": "base/b", "is": [True], "not": False, "value": True}

    assert [{"kind": "condition", "holds": True, "clauses": [clause]}] == state["reasons"]


def test_a_criterion_not_asked_says_what_would_make_it_asked(evaluate: Evaluate) -> None:
    """The reason of an absence is what would have to change."""
    state = evaluate()["criteria"]["base/A3"]
    clause = {"fact": "base/b", "is": [True], "not": False, "value": None}

    assert not state["applies"]
    assert [{"kind": "condition", "holds": False, "would_apply_if": [[clause]]}] == state["reasons"]


ALTERNATIVES = """\
questionnaires:
  - key: q
    title: Q
    kind: maturity
    applies_when: {base/a: oui}
    axes:
      - key: X
        title: X
        applies_when: {base/n: {min: 2}}
        criteria:
          - {code: X1, title: X1, question: X1 ?, levels: {0: a, 1: b, 2: c, 3: d}, applies_when: {any: [{base/c: x}, {all: [{base/m: p}, {base/m: q}]}]}}
"""


def test_conditions_of_questionnaire_axis_and_criterion_add_up(load: Callable[..., Any]) -> None:
    """A criterion is asked when its own condition, its axis's and its questionnaire's all hold."""
    plugins = load("base", texts={"autre": ALTERNATIVES})

    def asked(**profile: Any) -> bool:
        return bool(testing.evaluate(profile, plugins=plugins)["criteria"]["autre/X1"]["applies"])

    assert asked(a="oui", n="2", c="x")
    assert asked(a="oui", n="3", m=["p", "q"])
    assert not asked(a="non", n="2", c="x")
    assert not asked(a="oui", n="1", c="x")
    assert not asked(a="oui", n="2", m=["p"])


def test_alternatives_are_told_with_the_fewest_changes_first(load: Callable[..., Any]) -> None:
    """Of several ways to be asked, the shortest comes first; what already holds is left out."""
    plugins = load("base", texts={"autre": ALTERNATIVES})
    (reason,) = testing.evaluate({"a": "oui", "m": ["r"]}, plugins=plugins)["criteria"]["autre/X1"]["reasons"]
    ways = [[term["fact"] for term in way] for way in reason["would_apply_if"]]

    assert [["base/n", "base/c"], ["base/n", "base/m", "base/m"]] == ways


@pytest.mark.parametrize(
    ("condition", "verdicts", "asked"),
    [
        (True, [], True),
        (True, [True], True),
        (True, [False], False),
        (False, [], False),
        (False, [True], True),
        (False, [True, False], False),
        (True, [True, False], False),
    ],
)
def test_false_beats_true_beats_the_condition(
    evaluate: Evaluate, verdicts: list[bool], *, condition: bool, asked: bool
) -> None:
    """Verdicts of plugins on a criterion of their own referential decide by the written rule."""
    objects = {f"p{i}": Touching(Says(A3=verdict)) for i, verdict in enumerate(verdicts)}
    profile = {"a": "oui", "b": "oui"} if condition else {}
    state = evaluate(profile, objects=objects)["criteria"]["base/A3"]

    assert asked is state["applies"]
    told = [(each["plugin"], each["applies"]) for each in state["reasons"] if each["kind"] == "verdict"]
    assert [(f"p{i}", verdict) for i, verdict in enumerate(verdicts)] == told


class Touching:
    """Give a plugin the right to act on others, by an empty referential that touches them."""

    def __init__(self, says: Says, *touches: str) -> None:
        self._touches = touches or ("base",)
        self.jalon_applicability = says.jalon_applicability

    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        """Bring an empty referential whose key is this object's own."""
        key = f"vide{id(self)}"
        return [Referential(key, "Vide", "1.0", date(2021, 1, 1), Publisher("Jalon"), touches=self._touches)]


def test_a_verdict_outside_touches_is_ignored_and_reported(evaluate: Evaluate) -> None:
    """A plugin that does not declare a referential has no say on it."""
    result = evaluate(objects={"etranger": Says(A1=False)})

    assert result["criteria"]["base/A1"]["applies"]
    assert [("not-touched", "etranger", "base/A1")] == _problems(result)


def test_a_verdict_on_an_organisation_criterion_is_ignored_and_reported(evaluate: Evaluate) -> None:
    """What is asked of an organisation depends on no product."""
    result = evaluate(objects={"p": Touching(Says(G1=False))})

    assert result["criteria"]["base/G1"]["applies"]
    assert [("organisation-criterion", "p", "base/G1")] == _problems(result)


def test_a_verdict_on_an_unknown_criterion_is_reported(evaluate: Evaluate) -> None:
    """A code that a present referential lacks is told, and changes nothing."""
    assert [("unknown-criterion", "p", "base/A9")] == _problems(
        evaluate(objects={"p": Touching(Says(A9=True))})
    )


def _problems(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["code"], each["plugin"], each["subject"]) for each in result["problems"]]


def test_a_complementary_questionnaire_is_asked_when_it_is_selected(evaluate: Evaluate) -> None:
    """A requirements questionnaire comes with its referential, or with a path that brings it."""

    def asked(profile: dict[str, Any]) -> bool:
        return bool(evaluate(profile, others=["path"])["criteria"]["parcours/E1"]["applies"])

    assert not asked({})
    assert asked({"jalon/referentials": ["parcours"]})
    assert asked({"jalon/paths": ["parcours/simple"]})
    assert not asked({"jalon/paths": ["parcours/souple"]})


def test_an_unselected_questionnaire_says_how_to_select_it(evaluate: Evaluate) -> None:
    """The absence of a complementary question names the choices that would bring it."""
    (reason,) = evaluate(others=["path"])["criteria"]["parcours/E1"]["reasons"]

    facts = [[term["fact"] for term in way] for way in reason["would_apply_if"]]
    assert [["jalon/referentials"], ["jalon/paths"]] == facts


def test_a_verdict_does_not_bring_a_questionnaire_nobody_selected(evaluate: Evaluate) -> None:
    """Including a criterion does not put its questionnaire among those of the product."""
    include = {"p": Touching(Says("parcours", E1=True), "parcours")}
    state = evaluate(others=["path"], objects=include)["criteria"]["parcours/E1"]

    assert [("p", True)] == [
        (each["plugin"], each["applies"]) for each in state["reasons"] if "plugin" in each
    ]
    assert not state["applies"]


def test_answers_kept_on_criteria_not_asked_are_shown(evaluate: Evaluate) -> None:
    """Nothing a person answered disappears from the output."""
    state = evaluate({}, {"base/A3": 2})["criteria"]["base/A3"]

    assert (False, 2) == (state["applies"], state["answer"]["level"])
