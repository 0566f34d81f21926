"""One test per hook of the contract: what it receives, what is done with what it returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from jalon import NA, Profile, Proposed, Referential, ValidationProblem, Verdict, hookimpl, testing
from jalon.domain.texts import Publisher


class Empty:
    """A plugin with an empty referential that touches `base`."""

    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        """Bring it."""
        publisher = Publisher("Jalon")
        return [Referential("vide", "Vide", "1.0", date(2021, 1, 1), publisher, touches=("base",))]


def test_hook_jalon_referentials(load: Any) -> None:
    """What a plugin brings is in the catalogue under its key."""
    plugins = load("base", objects={"vide": Empty()})

    assert ["base", "vide"] == sorted(plugins.catalogue.referentials)
    assert ("jalon_referentials",) == plugins.all[0].hooks


def test_hook_jalon_applicability(load: Any) -> None:
    """The hook reads resolved facts, derived ones too, and decides what is asked with its reason."""

    class Plugin(Empty):
        @hookimpl
        def jalon_applicability(self, profile: Profile) -> Mapping[str, Verdict]:
            return {"base/A1": Verdict(profile.has("base/c", "x"), "selon C")}

    plugins = load("base", objects={"vide": Plugin()})
    asked = testing.evaluate({"c": "x"}, plugins=plugins)["criteria"]["base/A1"]
    excluded = testing.evaluate({"c": "y"}, plugins=plugins)["criteria"]["base/A1"]

    assert (True, False) == (asked["applies"], excluded["applies"])
    assert {"kind": "verdict", "plugin": "vide", "applies": False, "reason": "selon C"} in excluded["reasons"]


def test_hook_jalon_autofill(load: Any) -> None:
    """The hook reads a person's live answers and proposes exact levels, NA and floors, named after the plugin."""

    class Plugin(Empty):
        @hookimpl
        def jalon_autofill(self, profile: Profile, answers: Mapping[str, Any]) -> Iterator[Proposed]:
            if answers.get("base/A2") == 2 and profile.has("base/a", value=True):
                yield Proposed("base/A1", "suite", "parce que A2", level=3)
                yield Proposed("base/B1", "plancher", "au moins", at_least=1)
                yield Proposed("base/B2", "hors-sujet", "sans objet", level=NA)

    plugins = load("base", objects={"vide": Plugin()})
    criteria = testing.evaluate({"a": "oui"}, {"base/A2": 2}, plugins=plugins)["criteria"]
    without = testing.evaluate({"a": "oui"}, {"base/A2": 1}, plugins=plugins)["criteria"]

    assert (3, 1, "NA") == tuple(criteria[f"base/{code}"]["level"] for code in ("A1", "B1", "B2"))
    assert "vide/suite" == criteria["base/A1"]["proposals"][0]["rule"]
    assert without["base/A1"]["level"] is None


def test_hook_jalon_autofill_does_not_read_parked_answers(load: Any) -> None:
    """Answers to criteria that are not asked are not shown to the hook."""
    seen: list[dict[str, Any]] = []

    class Plugin(Empty):
        @hookimpl
        def jalon_autofill(self, profile: Profile, answers: Mapping[str, Any]) -> list[Proposed]:
            seen.append(dict(answers))
            return []

    testing.evaluate({}, {"base/A3": 3, "base/A1": 1}, plugins=load("base", objects={"vide": Plugin()}))

    assert [{"base/A1": 1}] == seen


def test_hook_jalon_validation(load: Any) -> None:
    """The hook forbids a validation with messages; each is kept with its plugin."""

    class Plugin(Empty):
        @hookimpl
        def jalon_validation(
            self, questionnaire: str, profile: Profile, answers: Mapping[str, Any]
        ) -> list[ValidationProblem]:
            low = questionnaire == "base/produit" and answers.get("base/A1") == 0
            return [ValidationProblem("A1 ne peut pas rester à 0.", "base/A1")] if low else []

    plugins = load("base", objects={"vide": Plugin()})

    refused, problems = plugins.validation("base/produit", Profile({}), {"base/A1": 0})
    assert [("vide", ValidationProblem("A1 ne peut pas rester à 0.", "base/A1"))] == refused
    assert [] == problems
    assert ([], []) == plugins.validation("base/produit", Profile({}), {"base/A1": 1})


def test_a_hook_without_its_mark_suspends_the_plugin(load: Any) -> None:
    """A function with the name of a hook and no mark would be ignored in silence: it is refused."""

    class Plugin(Empty):
        def jalon_autofill(self, profile: Profile) -> list[Proposed]:
            return []

    (plugin,) = load(objects={"vide": Plugin()}).all

    assert "suspended" == plugin.state
    assert "jalon_autofill n’a pas la marque @hookimpl" in plugin.reason


@pytest.mark.parametrize("hook", ["jalon_applicability", "jalon_autofill", "jalon_validation"])
def test_hooks_receive_values_they_cannot_change(load: Any, hook: str) -> None:
    """What a hook receives is its own frozen view: writing to it fails, and harms nobody."""

    class Plugin(Empty):
        @hookimpl
        def jalon_applicability(self, profile: Any) -> Any:
            profile["base/a"] = True

        @hookimpl
        def jalon_autofill(self, profile: Any, answers: Any) -> Any:
            answers["base/A1"] = 3

        @hookimpl
        def jalon_validation(self, questionnaire: str, profile: Any, answers: Any) -> Any:
            answers.clear()

    plugins = load("base", objects={"vide": Plugin()})
    result = testing.evaluate({}, {"base/A1": 1}, plugins=plugins)
    _, problems = plugins.validation("base/produit", Profile({}), {"base/A1": 0})
    failed = {each["subject"] for each in result["problems"]} | {problem.subject for problem in problems}

    assert hook in failed
    assert 1 == result["criteria"]["base/A1"]["level"]
