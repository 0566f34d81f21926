"""Plugins side by side: who keeps a key, in what order hooks are told, what Python code may build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jalon import Profile, Referential, ValidationProblem, Verdict, hookimpl, referential_from_file
from jalon.domain.conditions import Clause
from jalon.domain.referential import Exactly, Rule
from jalon.domain.texts import Publisher
from jalon.plugins import discovery
from jalon.plugins.discovery import Plugin, State
from jalon.plugins.registry import Plugins
from jalon.plugins.wellformed import misfits

Load = Callable[..., Plugins]


def _plugin(name: str, distribution: str, **hooks: Callable[..., object]) -> Plugin:
    """Make a plugin whose empty referential touches `base`, with other hooks."""
    own = Referential(name, name, "1", date(2021, 1, 1), Publisher("Jalon"), touches=("base",))
    marked = {hook: hookimpl(function) for hook, function in hooks.items()}
    given = SimpleNamespace(jalon_referentials=hookimpl(lambda: [own]), **marked)
    return discovery.from_object(name, given, distribution)


def test_a_key_whose_holder_is_gone_may_be_taken(load: Load) -> None:
    """Where the distribution that held a key is no longer installed, the first by name takes it."""
    (base,) = load("base").all
    (settled,) = Plugins([base], holders={"base": "jalon-partie"}).all

    assert (State.ACTIVE, "") == (settled.state, settled.reason)


def test_verdicts_are_told_by_plugin(load: Load) -> None:
    """Verdicts on one criterion are sorted by the plugin that gave them, whatever its distribution."""

    def includes(profile: Profile) -> Mapping[str, Verdict]:
        return {"base/A1": Verdict(applies=True, reason="Oui.")}

    first, second = (
        _plugin(name, distribution, jalon_applicability=includes)
        for name, distribution in (("a", "z"), ("b", "y"))
    )
    found = Plugins([*load("base").all, first, second]).verdicts(Profile({}))

    assert ["a", "b"] == [each.plugin for each in found.by_criterion["base/A1"]]


def test_what_forbids_a_validation_is_sorted() -> None:
    """Refusals come by plugin then by message, whatever the order they were given in."""

    def refuses(questionnaire: str, profile: Profile, answers: Mapping[str, Any]) -> list[ValidationProblem]:
        return [ValidationProblem("Deux."), ValidationProblem("Un."), ValidationProblem("Deux.", "base/A1")]

    plugins = Plugins([_plugin(name, f"z-{name}", jalon_validation=refuses) for name in "ba"])
    found, _ = plugins.validation("base/produit", Profile({}), {})

    assert [
        (name, ValidationProblem(*problem))
        for name in "ab"
        for problem in (("Deux.", ""), ("Deux.", "base/A1"), ("Un.", ""))
    ] == found


def _rule(**changes: Any) -> Rule:
    return replace(Rule("r", "R", Clause("fact", "base/a", (True,)), "R."), **changes)


MISFITS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("boolean for an integer", {"rank": True}, "referential.rank"),
    ("integer for a boolean", {"publisher": Publisher("P", official=1)}, "referential.publisher.official"),  # type: ignore[arg-type]
    ("key that is no text", {"requires": {3: ">=1"}}, "referential.requires (clé)"),
    ("range that is no text", {"requires": {"base": 3}}, "referential.requires['base']"),
    ("effect that is a bare level", {"rules": (_rule(levels={"base/A1": 3}),)}, "levels['base/A1']"),
    (
        "level that is another text",
        {"rules": (_rule(levels={"base/A1": Exactly("na")}),)},  # type: ignore[arg-type]
        "levels['base/A1'].level",
    ),
    (
        "clause that reads something else",
        {"rules": (_rule(when=Clause("faits", "base/a", (True,))),)},  # type: ignore[arg-type]
        "referential.rules[0].when.source",
    ),
)


@pytest.mark.parametrize(("changes", "place"), [pytest.param(*each[1:], id=each[0]) for each in MISFITS])
def test_what_is_not_of_its_type_is_told_with_its_place(
    referentials: Path, changes: dict[str, Any], place: str
) -> None:
    """A referential that Python code altered is looked at in every part, down to the items of mappings."""
    altered = replace(referential_from_file(referentials / "base.yaml"), **changes)

    assert any(place in misfit for misfit in misfits(altered))


@pytest.mark.parametrize("name", ["base", "path"])
def test_what_a_file_gives_fits(referentials: Path, name: str) -> None:
    """A referential read from a file has nothing that does not fit: the cases above fail by their change alone."""
    assert [] == list(misfits(referential_from_file(referentials / f"{name}.yaml")))
