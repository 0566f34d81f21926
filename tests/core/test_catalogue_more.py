"""Several referentials together: display order, refused editions, absent ones, questionnaires brought elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jalon import testing
from jalon.domain.evaluation import evaluate_product
from jalon.plugins.discovery import State
from jalon.plugins.registry import Plugins

Load = Callable[..., Plugins]

HEAD = """\
jalon: 1
key: {key}
title: Référentiel {key}
edition: "1"
effective: 2021-12-23
publisher: {{name: Jalon}}
rank: {rank}
"""


def _questionnaire(key: str, *criteria: str, kind: str = "maturity") -> str:
    """Write a questionnaire of one axis; each criterion is its code, then other keys if any."""
    lines = [
        f"questionnaires:\n  - key: {key}\n    title: Q\n    kind: {kind}",
        "    axes:\n      - key: X\n        title: X\n        criteria:",
        *(
            f"          - {{title: T, question: Q ?, levels: {{0: a, 1: b, 2: c, 3: d}}, code: {each}}}"
            for each in criteria
        ),
    ]
    return "\n".join(lines) + "\n"


def test_questionnaires_come_by_rank_then_by_key(load: Load) -> None:
    """The rank of a referential decides where it is shown; of equal ranks, the key."""
    ranks = {"aaa": 30, "ccc": 5, "bbb": 5}
    texts = {
        key: HEAD.format(key=key, rank=rank) + _questionnaire("q", f"{key}1") for key, rank in ranks.items()
    }
    catalogue = load(texts=texts).catalogue

    assert ["bbb", "ccc", "aaa"] == list(catalogue.referentials)
    assert ["bbb/q", "ccc/q", "aaa/q"] == [
        each.name for each in evaluate_product(catalogue, {}, {}).questionnaires
    ]


def test_requirements_on_an_organisation_are_always_asked(load: Load) -> None:
    """What a product selects brings complementary questionnaires of products only: the organisation's need nothing."""
    text = _questionnaire("q", "O1", kind="requirements").replace(
        "    axes:", "    about: organisation\n    axes:"
    )
    state = testing.evaluate({}, plugins=load("base", texts={"autre": text}))["criteria"]["autre/O1"]

    assert (True, [{"kind": "always"}]) == (state["applies"], state["reasons"])


# -- a referential present in an edition that is refused

WAITING = (
    HEAD.format(key="attend", rank=50)
    + 'requires: {base: ">=2030"}\ntouches: [base]\n'
    + "facts:\n  - {key: f, question: F ?, type: boolean}\n"
    + _questionnaire(
        "q", "W1, applies_when: {base/a: oui}", "W2, applies_when: {not: {base/a: oui}}", "W3", "W4"
    )
    + "paths: [{key: p, title: P, required: {base/A1: 2, W3: 1}}]\n"
    + "rules:\n  - {key: r, title: R, when: {f: oui}, facts: {base/c: x}, levels: {base/A1: 3, W3: 3}, reason: R.}\n"
)


@pytest.fixture
def waiting(load: Load) -> dict[str, Any]:
    """Evaluate a product with a referential that waits for another edition of `base`."""
    plugins = load("base", texts={"attend": WAITING})
    assert {"base": State.ACTIVE, "attend": State.WAITING} == {each.name: each.state for each in plugins.all}
    return testing.evaluate({"a": "oui", "f": "oui", "jalon/paths": ["attend/p"]}, plugins=plugins)


def test_conditions_on_a_refused_edition_are_false(waiting: dict[str, Any]) -> None:
    """A condition reads nothing of an edition its referential refuses, and its negation holds."""
    asked = [waiting["criteria"][f"attend/W{i}"]["applies"] for i in (1, 2, 3)]

    assert [False, True, True] == asked


def test_effects_on_a_refused_edition_are_inert(waiting: dict[str, Any]) -> None:
    """A rule keeps its effect on its own criteria, and has none on the edition it refuses."""
    assert (3, "rule") == tuple(waiting["criteria"]["attend/W3"][key] for key in ("level", "origin"))
    assert [] == waiting["criteria"]["base/A1"]["proposals"]
    assert (None, []) == tuple(waiting["facts"]["base/c"][key] for key in ("value", "rules"))


def test_levels_required_on_a_refused_edition_are_told_apart(waiting: dict[str, Any]) -> None:
    """What a path requires of an edition its referential refuses is listed, neither met nor missing."""
    path = waiting["paths"]["attend/p"]

    assert {
        "attend/W3": {"level": 1, "state": "to_confirm"},
        "base/A1": {"level": 2, "state": "unavailable"},
    } == path["required"]
    assert (1, 0, 0, 1) == tuple(path[key] for key in ("met", "missing", "unanswered", "unavailable"))


def test_a_condition_on_an_absent_referential_is_false_and_told(load: Load) -> None:
    """What would make the criterion asked is said, though nobody can answer it here."""
    text = (
        HEAD.format(key="seul", rank=1)
        + 'requires: {absent: ">=1"}\n'
        + _questionnaire("q", "S1, applies_when: {absent/x: oui}")
    )
    state = testing.evaluate({}, plugins=load(texts={"seul": text}))["criteria"]["seul/S1"]
    ways = [[term["fact"] for term in way] for reason in state["reasons"] for way in reason["would_apply_if"]]

    assert (False, [["absent/x"]]) == (state["applies"], ways)


# -- completion paths

BRINGS = (
    HEAD.format(key="apporte", rank=60)
    + 'requires: {exige: ">=1"}\n'
    + "paths: [{key: p, title: P, questionnaires: [exige/q], required: {exige/R1: 2}}]\n"
)
EXIGE = HEAD.format(key="exige", rank=60) + _questionnaire(
    "q",
    "R1, obligation: mandatory, target: 1",
    "R2, obligation: mandatory, target: 1",
    "R3, obligation: recommended",
    "R4, obligation: optional",
    "R5",
    kind="requirements",
)


def test_a_path_brings_the_questionnaire_of_another_referential(load: Load) -> None:
    """Selecting the path is enough to be asked, and what would bring the questionnaire is told."""
    plugins = load(texts={"apporte": BRINGS, "exige": EXIGE})
    chosen = testing.evaluate({"jalon/paths": ["apporte/p"]}, plugins=plugins)["criteria"]["exige/R1"]
    (reason,) = testing.evaluate({}, plugins=plugins)["criteria"]["exige/R1"]["reasons"]

    assert chosen["applies"]
    assert [["exige"], ["apporte/p"]] == [[term["is"][0] for term in way] for way in reason["would_apply_if"]]


def test_a_path_counts_mandatory_criteria_at_their_target_and_the_highest_required(load: Load) -> None:
    """Of its own questionnaires, mandatory criteria alone, at their target; of two levels required, the highest."""
    plugins = load(texts={"apporte": BRINGS, "exige": EXIGE})
    path = testing.evaluate({"jalon/paths": ["apporte/p"]}, plugins=plugins)["paths"]["apporte/p"]

    assert {"exige/R1": 2, "exige/R2": 1} == {name: each["level"] for name, each in path["required"].items()}
