from __future__ import annotations

from typing import Any

import jalon_exemple_sobriete as plugin
import pytest

from jalon import Profile
from jalon.testing import check_plugin, evaluate


def evaluated(composed: int, redundant: int, **answers: int | str) -> dict[str, Any]:
    """Evaluate a product from its two numbers."""
    profile = {"documents_par_jour": composed, "documents_redondants": redundant}
    return evaluate(profile, {name.replace("_", "."): level for name, level in answers.items()})


def test_the_plugin_keeps_the_contract() -> None:
    """The plugin loads without fault, its hooks answer, and no order of plugins changes a result."""
    check_plugin("exemple_sobriete")


@pytest.mark.parametrize(("redundant", "applies"), [(0, False), (1, True), (200, True)])
def test_rare_redundancy_is_not_asked(redundant: int, applies: bool) -> None:  # noqa: FBT001
    """The criterion on redundancy is asked from one redundant document in a hundred on."""
    criterion = evaluated(100, redundant)["criteria"]["exemple_sobriete/SN.1.2"]
    assert criterion["applies"] is applies


@pytest.mark.parametrize(("redundant", "level"), [(10, 2), (11, None), (50, None), (51, 0)])
def test_the_share_of_redundant_documents_pre_fills(redundant: int, level: int | None) -> None:
    """A low share proposes a floor, a high one the lowest level, the others nothing."""
    criterion = evaluated(100, redundant)["criteria"]["exemple_sobriete/SN.1.2"]
    assert criterion["level"] == level


def test_composing_documents_says_so_to_doctrine() -> None:
    """One document a day is enough to derive the fact of doctrine."""
    fact = evaluated(1, 0)["facts"]["doctrine/produit_documents"]
    assert fact["value"] is True
    assert fact["rule"] == "exemple_sobriete/produit-des-documents"


def test_structured_documents_set_a_floor_in_doctrine() -> None:
    """A level answered here proposes a floor there."""
    criterion = evaluated(1, 0, SN_1_1=2)["criteria"]["doctrine/A08.5.01"]
    assert (criterion["level"], criterion["origin"]) == (1, "rule")


def test_no_measure_means_no_goal() -> None:
    """Without measure, the goal is pre-filled as not applicable."""
    assert evaluated(1, 0, SN_2_1=0)["criteria"]["exemple_sobriete/SN.2.2"]["level"] == "NA"


def test_counts_that_cannot_be_are_refused() -> None:
    """More redundant documents than documents forbids the validation, of this questionnaire only."""
    profile = Profile({plugin.COMPOSED: 10, plugin.REDUNDANT: 11})
    assert len(list(plugin.jalon_validation(plugin.QUESTIONNAIRE, profile, {}))) == 1
    assert list(plugin.jalon_validation("doctrine/interoperabilite", profile, {})) == []


def test_a_goal_far_above_the_measure_is_refused() -> None:
    """A goal two levels above the measure is refused, and the message names the criterion."""
    found = list(
        plugin.jalon_validation(plugin.QUESTIONNAIRE, Profile({}), {plugin.MEASURE: 1, plugin.GOAL: 3})
    )
    assert [problem.criterion for problem in found] == [plugin.GOAL]
