"""The kit of plugin authors: every fault of a plugin fails its check, and a sound one passes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jalon import NA, Profile, Proposed, Referential, Verdict, hookimpl, referential_from_file, testing
from jalon.domain.texts import Publisher
from jalon.plugins import discovery
from jalon.plugins.registry import Plugins

Install = Callable[..., None]


@dataclass(frozen=True)
class Entry:
    """An entry point of a plugin given as an object."""

    name: str
    value: object

    @property
    def dist(self) -> Any:
        return SimpleNamespace(name=f"jalon-{self.name}", version="1")

    def load(self) -> object:
        return self.value


def _touching(**hooks: Callable[..., object]) -> object:
    """Make a plugin whose empty referential touches `base`, with other hooks."""
    own = Referential("essai", "Essai", "1", date(2021, 1, 1), Publisher("Jalon"), touches=("base",))
    marked = {name: hookimpl(function) for name, function in hooks.items()}
    return SimpleNamespace(jalon_referentials=hookimpl(lambda: [own]), **marked)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, referentials: Path) -> Install:
    """Pretend that `base` and a plugin called `essai` are the only ones installed."""
    base = SimpleNamespace(
        jalon_referentials=hookimpl(lambda: [referential_from_file(referentials / "base.yaml")])
    )

    def installed(plugin: object | None = None) -> None:
        points = [Entry("base", base), *([Entry("essai", plugin)] if plugin else [])]
        monkeypatch.setattr(discovery, "installed", lambda: points)

    return installed


def _faults(check: Callable[[], None]) -> str:
    with pytest.raises(AssertionError) as failed:
        check()
    return str(failed.value)


def test_a_sound_plugin_passes(install: Install) -> None:
    """Hooks that answer rightly are no fault, on criteria of every kind."""

    def autofill(profile: Profile, answers: Mapping[str, Any]) -> list[Proposed]:
        return [Proposed("base/A1", "r", "R.", level=NA)] if "base/B1" in answers else []

    install(_touching(jalon_autofill=autofill))

    testing.check_plugin("essai")


def test_a_plugin_that_is_not_installed_is_told_with_those_that_are(install: Install) -> None:
    """A misspelt name fails, naming what there is."""
    install()

    assert "base" in _faults(lambda: testing.check_plugin("bsae"))


def test_a_plugin_that_does_not_load_fails_with_its_trace(install: Install) -> None:
    """What a plugin raised while it loaded is told, with where."""

    def fails() -> list[Referential]:
        raise RuntimeError("en panne")

    install(SimpleNamespace(jalon_referentials=hookimpl(fails)))
    told = _faults(lambda: testing.check_plugin("essai"))

    assert "RuntimeError : en panne" in told.replace("\N{NO-BREAK SPACE}", " ")
    assert "Traceback" in told


def _verdicts_that_fail(profile: Profile) -> Mapping[str, Verdict]:
    raise RuntimeError("en panne")


def _validation_that_fails(questionnaire: str, profile: Profile, answers: Mapping[str, Any]) -> list[Any]:
    raise RuntimeError("en panne")


@pytest.mark.parametrize(
    ("hook", "function"),
    [("jalon_applicability", _verdicts_that_fail), ("jalon_validation", _validation_that_fails)],
)
def test_a_hook_that_fails_on_some_product_fails(
    install: Install, hook: str, function: Callable[..., object]
) -> None:
    """Every hook is called on random products, that of validation too."""
    install(_touching(**{hook: function}))

    assert f"essai: hook-failed {hook}" in _faults(lambda: testing.check_plugin("essai"))


def test_a_plugin_that_answers_otherwise_the_second_time_fails(install: Install) -> None:
    """The same product evaluated in another order of plugins must give the same output."""
    calls = count()
    install(
        _touching(
            jalon_applicability=lambda profile: {"base/A1": Verdict(applies=True, reason=f"{next(calls)}")}
        )
    )

    assert "the order of plugins changes the result" in _faults(lambda: testing.check_plugin("essai"))


FILE = """\
jalon: 1
key: {key}
title: Référentiel {key}
edition: "1"
effective: 2021-12-23
publisher: {{name: Jalon}}
requires: {{{requires}: ">=1"}}
facts:
  - {{key: f, question: F ?, type: boolean, applies_when: {{{reads}: oui}}}}
"""


def test_a_file_that_requires_an_absent_referential_fails(install: Install, tmp_path: Path) -> None:
    """What depends on a referential that is not installed cannot be checked: its author is told to install it."""
    install()
    path = tmp_path / "seul.yaml"
    path.write_text(FILE.format(key="seul", requires="absent", reads="absent/x"), encoding="utf-8")

    assert "absent >=1" in _faults(lambda: testing.check_file(path)).replace("\N{NO-BREAK SPACE}", " ")


def test_a_refused_file_fails_with_its_place(install: Install, tmp_path: Path) -> None:
    """Each fault of a file is told with its line."""
    install()
    path = tmp_path / "faux.yaml"
    path.write_text(FILE.format(key="faux", requires="base", reads="base/absente"), encoding="utf-8")

    assert f"{path}:9: " in _faults(lambda: testing.check_file(path))


def test_facts_in_a_circle_over_two_files_fail(install: Install, tmp_path: Path) -> None:
    """A warning is a fault for an author."""
    install()
    for key, other in (("p", "q"), ("q", "p")):
        text = FILE.format(key=key, requires=other, reads=f"{other}/f")
        (tmp_path / f"{key}.yaml").write_text(text, encoding="utf-8")

    assert "p/f, q/f" in _faults(lambda: testing.check_file(tmp_path))


def test_a_sound_file_passes(install: Install, tmp_path: Path) -> None:
    """A file that reads what is installed is no fault: the cases above fail by their fault alone."""
    install()
    path = tmp_path / "bon.yaml"
    path.write_text(FILE.format(key="bon", requires="base", reads="base/a"), encoding="utf-8")

    testing.check_file(path)


def test_a_file_stands_in_for_the_installed_plugin_of_its_key() -> None:
    """An author checks the source of a plugin that is installed."""
    root = Path(__file__).parents[2]

    testing.check_file(root / "plugins/dmp_compat/src/jalon_dmp_compat/referential.yaml")


def test_random_products_keep_within_the_bounds_of_questions(tmp_path: Path) -> None:
    """The kit never shows a hook a number or a date that no person could answer."""
    facts = """facts:
  - {key: n, question: N ?, type: number, min: 1, max: 5}
  - {key: d, question: D ?, type: date, min: 2021-01-01, max: 2021-01-31}
"""
    path = tmp_path / "bornes.yaml"
    path.write_text(
        'jalon: 1\nkey: bornes\ntitle: Bornes\nedition: "1"\neffective: 2021-01-01\npublisher: {name: Jalon}\n'
        + facts,
        encoding="utf-8",
    )
    catalogue = Plugins(discovery.bare_files([path])).catalogue
    draw = random.Random(1)
    drawn = [testing._random_subject(catalogue, draw).given for _ in range(200)]

    assert {1, 5} == {given["bornes/n"] for given in drawn if "bornes/n" in given}
    assert all(
        date(2021, 1, 1) <= given["bornes/d"] <= date(2021, 1, 31) for given in drawn if "bornes/d" in given
    )


def test_hooks_really_are_called_in_other_orders() -> None:
    """The kit compares evaluations whose hooks ran in different orders, not the same order twice."""
    plugins = Plugins.load()
    draw = random.Random(1)
    orders = {
        tuple(p.name for p in testing._called_in_another_order(plugins, draw).taking_part) for _ in range(10)
    }

    assert len(orders) > 1
