"""The DMP case of the FAQ, with the plugins of this repository: exact levels, floor, exception."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest

from jalon import testing
from jalon.plugins import discovery
from jalon.plugins.registry import Plugins

PREFILLED = {
    "alimentation": {"A08.3.1": 3, "A08.4.1": 3, "A08.5.01": 3},
    "consultation": {"A08.3.1": 3, "A08.4.1": 3, "A08.5.23": 2},
    "administration": {"A08.4.3": 3},
}


def _evaluate(*profiles: str, answers: Mapping[str, Any] | None = None, **facts: str) -> dict[str, Any]:
    given = {"dmp_profils": list(profiles), **facts}
    codes = {f"doctrine/{code}": level for code, level in (answers or {}).items()}
    return testing.evaluate(given, codes, day="2021-12-23")


def _filled(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.partition("/")[2]: state["level"]
        for name, state in result["criteria"].items()
        if state["origin"] == "rule"
    }


@pytest.mark.parametrize("profile", sorted(PREFILLED))
def test_each_profile_fills_its_criteria(profile: str) -> None:
    """A profile fills exactly what the FAQ says, naming its rule and its reason."""
    result = _evaluate(profile, connecteur="non")

    assert PREFILLED[profile] == _filled(result)
    for code in PREFILLED[profile]:
        for proposal in result["criteria"][f"doctrine/{code}"]["proposals"]:
            assert proposal["rule"].startswith("dmp_compat/")
            assert len(proposal["reason"]) > 20
            assert "dmp_compat/dmp_profils" in proposal["facts"]


def test_alimentation_derives_the_preliminary_answers() -> None:
    """The profile answers that the product interacts with an infrastructure and produces documents."""
    facts = _evaluate("alimentation", connecteur="non")["facts"]

    for fact, rule in {
        "doctrine/interagit_infrastructure_partage": "dmp_compat/alimentation",
        "doctrine/produit_documents": "dmp_compat/alimentation-documents",
    }.items():
        assert (True, "derived", rule) == (facts[fact]["value"], facts[fact]["origin"], facts[fact]["rule"])


def test_a_connector_is_asked_about_its_documents_without_proposal() -> None:
    """A connector that produces documents of its own answers A08.5.01 itself."""
    result = _evaluate("alimentation", connecteur="oui", produit_documents="oui")
    state = result["criteria"]["doctrine/A08.5.01"]

    assert (True, [], None) == (state["applies"], state["proposals"], state["level"])
    assert {"A08.3.1": 3, "A08.4.1": 3} == _filled(result)


def test_a_connector_alone_is_not_asked() -> None:
    """The deduction that Alimentation produces documents does not hold for a connector."""
    result = _evaluate("alimentation", connecteur="oui")

    assert result["facts"]["doctrine/produit_documents"]["value"] is None
    assert not result["criteria"]["doctrine/A08.5.01"]["applies"]


@pytest.mark.parametrize(("level", "diverges"), [(3, False), (2, False), (1, True), (0, True), ("NA", True)])
def test_consultation_is_a_floor(level: Any, *, diverges: bool) -> None:
    """With Consultation, a person's 3 on A08.5.23 is fine; below 2, or NA, it diverges and still counts."""
    state = _evaluate("consultation", answers={"A08.5.23": level})["criteria"]["doctrine/A08.5.23"]

    assert (level, "person", diverges) == (state["level"], state["origin"], state["diverges"])
    assert [2] == [proposal["at_least"] for proposal in state["proposals"]]


def test_the_three_profiles_together_agree() -> None:
    """All profiles: every criterion is filled, none is in conflict."""
    result = _evaluate("administration", "alimentation", "consultation", connecteur="non")

    assert {"A08.3.1": 3, "A08.4.1": 3, "A08.4.3": 3, "A08.5.01": 3, "A08.5.23": 2} == _filled(result)
    assert [] == result["conflicts"]
    rules = [proposal["rule"] for proposal in result["criteria"]["doctrine/A08.3.1"]["proposals"]]
    assert ["dmp_compat/alimentation", "dmp_compat/consultation"] == rules


def test_a_person_may_contradict_a_derived_answer() -> None:
    """Saying that the product does not interact hides the criteria, and the contradiction is told."""
    result = _evaluate("consultation", interagit_infrastructure_partage="non")
    fact = result["facts"]["doctrine/interagit_infrastructure_partage"]
    state = result["criteria"]["doctrine/A08.3.1"]

    assert (False, "given", True) == (fact["value"], fact["origin"], fact["contradiction"])
    assert (False, None, 1) == (state["applies"], state["level"], len(state["proposals"]))


def test_every_order_of_plugins_gives_the_same() -> None:
    """Whatever the order in which plugins are found, the output is the same to the letter."""
    subject = (
        {"dmp_profils": ["alimentation", "consultation"], "connecteur": "non"},
        {"doctrine/A08.5.23": 1},
    )
    results = set()
    for points in itertools.permutations(discovery.installed()):
        result = testing.evaluate(*subject, day="2021-12-23", plugins=Plugins.load(points))
        results.add(json.dumps(result))
        if len(results) > 1:
            break

    assert 1 == len(results)


def test_without_doctrine_the_dmp_plugin_waits(load: Any) -> None:
    """Where the doctrine is not installed, the DMP plugin waits for it: its own questions still work."""
    points = [point for point in discovery.installed() if point.name == "dmp_compat"]
    plugins = Plugins.load(points)
    result = testing.evaluate(
        {"dmp_profils": ["alimentation"], "jalon/paths": ["dmp_compat/dmp"]}, plugins=plugins
    )

    assert ["waiting"] == [plugin.state for plugin in plugins.all]
    assert "doctrine" in plugins.all[0].reason
    assert result["criteria"]["dmp_compat/DMP.1"]["applies"]
    assert {} == _filled(result)


@pytest.mark.parametrize(
    "name", ["doctrine", "dmp_compat", "telesante", "mon_espace_sante", "force_probante"]
)
def test_the_five_plugins_keep_the_contract(name: str) -> None:
    """Each plugin of this repository passes the authors' kit."""
    testing.check_plugin(name)
