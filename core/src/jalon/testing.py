"""The test kit of plugin authors: one line checks a whole plugin, one call evaluates a product."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jalon.domain.answers import Answer
from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import FactValue
from jalon.domain.core_facts import PATHS, REFERENTIALS
from jalon.domain.facts import FactDefinition, FactType, Profile
from jalon.domain.hooks import Problem
from jalon.domain.levels import NA, LevelValue
from jalon.domain.referential import NaPolicy
from jalon.exchange.evaluation_json import as_json
from jalon.exchange.report import report_on
from jalon.exchange.subject_file import SubjectFile, read_subject
from jalon.plugins import discovery
from jalon.plugins.discovery import Plugin, State
from jalon.plugins.registry import Plugins

__all__ = ["check_file", "check_plugin", "evaluate", "plugins_with"]

_PRODUCTS = 25
"""How many random products a check evaluates, in several orders of plugins."""


def plugin_of(plugin_object: object, name: str = "essai") -> Plugin:
    """Load an object with hooks (a module, a class instance) as the plugin it would be once installed."""
    return discovery.from_object(name, plugin_object)


def plugins_with(**objects: object) -> Plugins:
    """Load the installed plugins and objects with hooks, under the names given: see `evaluate`."""
    return Plugins([*_installed(), *(plugin_of(value, name) for name, value in objects.items())])


def check_plugin(name: str) -> None:
    """Check an installed plugin: it loads without finding, its hooks answer, no order changes anything.

    What it requires must be installed too, or what depends on it would go unchecked.

    Raises AssertionError with every fault.
    """
    plugins = Plugins.load()
    found = [plugin for plugin in plugins.all if plugin.name == name]
    installed = ", ".join(plugin.name for plugin in plugins.all) or "none"
    assert found, f"no installed plugin is called {name!r}; installed: {installed}"  # noqa: S101
    _check(found, plugins)


def check_file(path: Path | str) -> None:
    """Check a bare referential file beside the installed plugins; raise AssertionError with every fault.

    The file stands in for an installed plugin that brings the same key.
    """
    files = discovery.bare_files([Path(path)])
    _check(files, Plugins.standing_in(files))


def evaluate(
    profile: Mapping[str, Any],
    answers: Mapping[str, Any] | None = None,
    *,
    day: date | str | None = None,
    plugins: Plugins | None = None,
) -> dict[str, Any]:
    """Evaluate a product as `jalon evaluate --json` does; raise JalonError on wrong input."""
    used = plugins or Plugins.load()
    content: dict[str, Any] = {"profile": dict(profile), "answers": dict(answers or {})}
    if day is not None:
        content["date"] = str(day)
    subject = read_subject(json.dumps(content, default=_plain).encode(), used.catalogue, "evaluate")
    return as_json(report_on(subject, used))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _installed() -> list[Plugin]:
    return [discovery.from_entry_point(each) for each in discovery.installed()]


def _check(found: Iterable[Plugin], plugins: Plugins) -> None:
    faults = [fault for plugin in found for fault in _faults(plugin)]
    faults = faults or list(dict.fromkeys(_faults_in_use(plugins)))
    assert not faults, "\n".join(faults)  # noqa: S101


def _faults(plugin: Plugin) -> Iterator[str]:
    yield from map(str, plugin.diagnostics)
    if plugin.state is State.WAITING:
        yield f"{plugin.name}: {plugin.reason}; install it to check what depends on it"
    if plugin.state is State.SUSPENDED and not plugin.diagnostics:
        yield f"{plugin.name}: {plugin.reason}\n{plugin.trace}"
    yield from plugin.warnings


def _faults_in_use(plugins: Plugins) -> Iterator[str]:
    """Evaluate random products with plugins in several orders, and compare."""
    draw = random.Random(2021)  # noqa: S311 - samples, not secrets
    shuffled = [_called_in_another_order(plugins, draw) for _ in range(2)]
    for _ in range(_PRODUCTS):
        subject = _random_subject(plugins.catalogue, draw)
        report = report_on(subject, plugins)
        reference = as_json(report)
        yield from map(_told, report.product.problems)
        yield from _faults_in_validation(plugins, subject)
        for other in shuffled:
            if json.dumps(as_json(report_on(subject, other))) != json.dumps(reference):
                yield f"the order of plugins changes the result for {subject.given}"


def _called_in_another_order(plugins: Plugins, draw: random.Random) -> Plugins:
    other = Plugins(plugins.all)  # which sorts them: hooks are then called in the order drawn here
    other.all = tuple(draw.sample(other.all, len(other.all)))
    return other


def _faults_in_validation(plugins: Plugins, subject: SubjectFile) -> Iterator[str]:
    profile = Profile(plugins.catalogue.facts.resolve(subject.given).values)
    levels = {name: answer.level for name, answer in subject.product.items() if answer.level is not None}
    for questionnaire in plugins.catalogue.names.questionnaires:
        _, problems = plugins.validation(questionnaire, profile, levels)
        yield from map(_told, problems)


def _told(problem: Problem) -> str:
    return f"{problem.plugin}: {problem.code} {problem.subject} {problem.detail}".rstrip()


def _random_subject(catalogue: Catalogue, draw: random.Random) -> SubjectFile:
    subject = SubjectFile()
    for name, fact in sorted(catalogue.names.facts.items()):
        if draw.random() < 0.7:  # noqa: PLR2004 - most questions are answered
            subject.given[name] = _random_value(catalogue, name, fact, draw)
    for entries, answers in (
        (catalogue.product.entries, subject.product),
        (catalogue.organisation.entries, subject.organisation),
    ):
        for entry in entries:
            levels: list[LevelValue] = list(range(entry.questionnaire.scale.top + 1))
            if entry.criterion.na is not NaPolicy.NO:
                levels.append(NA)
            if draw.random() < 0.5:  # noqa: PLR2004 - half of the criteria are answered
                answers[entry.name] = Answer(draw.choice(levels))
    return subject


def _random_value(catalogue: Catalogue, name: str, fact: FactDefinition, draw: random.Random) -> FactValue:
    known = {PATHS: sorted(catalogue.required), REFERENTIALS: sorted(catalogue.referentials)}
    values = known.get(name, list(fact.values))
    match fact.type:
        case FactType.BOOLEAN:
            return draw.random() < 0.5  # noqa: PLR2004
        case FactType.CHOICE:
            return draw.choice(values)
        case FactType.CHOICES:
            return frozenset(draw.sample(values, draw.randint(0, len(values))))
        case FactType.TEXT:
            return draw.choice(["", "a", "texte"])
        case FactType.NUMBER:
            low, high = fact.minimum, fact.maximum
            least = low if isinstance(low, (int, float)) else -2
            return draw.choice(
                [least, high if isinstance(high, (int, float)) else least + draw.randint(0, 20)]
            )
        case FactType.DATE:
            first = fact.minimum if isinstance(fact.minimum, date) else date(2021, 1, 1)
            last = fact.maximum if isinstance(fact.maximum, date) else first + timedelta(days=1500)
            return first + timedelta(days=draw.randint(0, (last - first).days))
