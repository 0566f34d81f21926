"""Readiness for a completion path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Evaluate = Callable[..., dict[str, Any]]


def _path(
    evaluate: Evaluate, answers: dict[str, Any], path: str = "simple", **profile: Any
) -> dict[str, Any]:
    given = {"jalon/paths": [f"parcours/{path}"], **profile}
    found: dict[str, Any] = evaluate(given, answers, others=["path"])["paths"][f"parcours/{path}"]
    return found


def test_a_path_nobody_selected_counts_nothing(evaluate: Evaluate) -> None:
    """Readiness is about the paths a product chose."""
    path = evaluate(others=["path"])["paths"]["parcours/simple"]

    assert (False, {}, 0) == (path["selected"], path["required"], path["unanswered"])


def test_required_levels_and_mandatory_criteria_are_counted(evaluate: Evaluate) -> None:
    """A path counts its required levels, and the mandatory criteria of its own questionnaires at their target."""
    path = _path(evaluate, {"base/A1": 2, "base/G1": 1})

    assert {
        "base/A1": {"level": 2, "state": "met"},
        "base/A3": {"level": 1, "state": "not_applicable"},
        "base/G1": {"level": 2, "state": "missing"},
        "parcours/E1": {"level": 2, "state": "unanswered"},
    } == path["required"]
    assert (1, 0, 1, 1) == tuple(path[key] for key in ("met", "to_confirm", "missing", "unanswered"))


def test_a_required_level_may_depend_on_facts(evaluate: Evaluate) -> None:
    """A condition on a required level decides whether it is required at all."""
    assert {"level": 3, "state": "missing"} == _path(evaluate, {"base/A2": 2}, echange="oui")["required"][
        "base/A2"
    ]
    assert "base/A2" not in _path(evaluate, {"base/A2": 2}, echange="non")["required"]


@pytest.mark.parametrize(("path", "state"), [("simple", "missing"), ("souple", "met")])
def test_na_is_missing_unless_the_path_accepts_it(evaluate: Evaluate, path: str, state: str) -> None:
    """A criterion answered NA does not reach a required level, but where the path says so."""
    assert state == _path(evaluate, {"base/A1": "NA"}, path)["required"]["base/A1"]["state"]


def test_a_required_level_is_never_a_proposal(evaluate: Evaluate) -> None:
    """What a path requires fills nothing, and an answer below it does not diverge."""
    profile = {"jalon/paths": ["parcours/simple"]}
    state = evaluate(profile, others=["path"])["criteria"]["base/A1"]
    below = evaluate(profile, {"base/A1": 0}, others=["path"])["criteria"]["base/A1"]

    assert (None, []) == (state["level"], state["proposals"])
    assert not below["diverges"]


def test_a_prefill_meets_a_required_level_and_is_to_confirm(
    evaluate: Evaluate, rule: Callable[..., str]
) -> None:
    """A pre-filled level counts, and is counted as still to confirm."""
    rules = rule("r", "{not: {base/t: x}}", levels="{base/A1: {at_least: 2}}")
    result = evaluate({"jalon/paths": ["parcours/souple"]}, rules=rules, others=["path"])

    assert (1, 1) == tuple(result["paths"]["parcours/souple"][key] for key in ("met", "to_confirm"))
