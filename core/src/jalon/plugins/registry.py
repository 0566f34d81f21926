"""The one facade around plugins: what is installed, what it brings, how it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from jalon.domain.catalogue import Catalogue, assemble, unmet, visible
from jalon.domain.checks import check_links
from jalon.domain.dependencies import Dependency, separate
from jalon.domain.facts import Profile
from jalon.domain.hooks import Hooks, Problem, Proposals, Verdicts
from jalon.domain.levels import LevelValue
from jalon.domain.referential import Referential
from jalon.plugins import calls, discovery
from jalon.plugins.discovery import EntryPoint, Plugin, State
from jalon.plugins.files.loading import diagnosed
from jalon.plugins.values import ValidationProblem


class Plugins:
    """Hold the plugins of one application: they were loaded once, and each is called alone.

    Implements `jalon.domain.hooks.Hooks`.
    """

    def __init__(self, found: Iterable[Plugin], holders: Mapping[str, str] | None = None) -> None:
        """Settle which of the plugins found take part.

        `holders` names the distribution that already holds a referential key, where one does.
        """
        self.all = tuple(sorted(found, key=lambda plugin: plugin.order))
        _settle_names(self.all)
        _settle_keys(self.all, holders or {})
        _settle_links(self.all)
        _settle_requirements(self.all)
        for plugin in self.all:
            plugin.referentials = tuple(replace(each, locate=None) for each in plugin.referentials)
        _warn_of_cycles(self.all, self.catalogue.cycles)

    @classmethod
    def load(
        cls,
        entry_points: Iterable[EntryPoint] | None = None,
        folders: Sequence[Path] = (),
        holders: Mapping[str, str] | None = None,
    ) -> Plugins:
        """Load the installed plugins (or those entry points), then the bare files of some folders."""
        points = discovery.installed() if entry_points is None else entry_points
        found = [discovery.from_entry_point(each) for each in points]
        return cls([*found, *discovery.bare_files(folders)], holders)

    @classmethod
    def standing_in(cls, files: Sequence[Plugin], folders: Sequence[Path] = ()) -> Plugins:
        """Load files in the place of the installed plugins that bring the same keys, beside the others."""
        keys = {each.key for plugin in files for each in plugin.referentials}
        others = [discovery.from_entry_point(each) for each in discovery.installed()]
        others += discovery.bare_files(folders)
        return cls([*files, *(each for each in others if not keys & {r.key for r in each.referentials})])

    def with_stored(self, stored: Iterable[Plugin]) -> Plugins:
        """Add the stored form of referentials that no plugin brings any more: they stay readable."""
        present = {each.key for each in self.referentials}
        absent = [each for each in stored if not present & {r.key for r in each.referentials}]
        return Plugins([*_afresh(self.all), *absent]) if absent else self

    def without(self, names: AbstractSet[str]) -> Plugins:
        """Give the same plugins less those named: what an organisation that does not use them sees."""
        if not names:
            return self
        return Plugins(_afresh(each for each in self.all if each.name not in names))

    @property
    def taking_part(self) -> tuple[Plugin, ...]:
        """List the plugins whose referentials and hooks are used."""
        return tuple(plugin for plugin in self.all if plugin.state is not State.SUSPENDED)

    @property
    def referentials(self) -> tuple[Referential, ...]:
        """List the referentials that are used."""
        return tuple(each for plugin in self.taking_part for each in plugin.referentials)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Compile everything that is used."""
        return assemble(self.referentials)

    @property
    def standing_in_names(self) -> frozenset[str]:
        """Name the plugins of which only stored referentials are left."""
        return frozenset(plugin.name for plugin in self.taking_part if plugin.stands_in)

    def version(self, name: str) -> str:
        """Give the version of a plugin that takes part; empty when it does not."""
        return next((each.version for each in self.taking_part if each.name == name), "")

    def keys_of(self, names: AbstractSet[str]) -> frozenset[str]:
        """Give the keys of the referentials that some plugins bring."""
        brought = (each.referentials for each in self.taking_part if each.name in names)
        return frozenset(referential.key for several in brought for referential in several)

    # -- hooks

    def hooks_without(self, names: AbstractSet[str]) -> Hooks:
        """Call the hooks of every plugin but some."""
        return _SomeHooks([each for each in self.taking_part if each.name not in names], self.catalogue)

    def verdicts(self, profile: Profile) -> Verdicts:
        """Ask every plugin which criteria it includes or excludes."""
        return calls.verdicts(self.taking_part, self.catalogue, profile)

    def proposals(self, profile: Profile, answers: Mapping[str, LevelValue]) -> Proposals:
        """Ask every plugin what it proposes, beyond its rules."""
        return calls.proposals(self.taking_part, self.catalogue, profile, answers)

    def validation(
        self, questionnaire: str, profile: Profile, answers: Mapping[str, LevelValue]
    ) -> tuple[list[tuple[str, ValidationProblem]], list[Problem]]:
        """Ask every plugin what forbids a validation; give each problem with its plugin.

        Plugins see the answers of this questionnaire only: what would be validated.
        """
        definition = self.catalogue.names.questionnaires.get(questionnaire)
        places = self.catalogue.names.criteria
        asked = {
            name: level
            for name, level in answers.items()
            if name in places and places[name].questionnaire is definition
        }
        return calls.validation(self.taking_part, questionnaire, profile, asked)

    def absences(self) -> tuple[Problem, ...]:
        """List the plugins that take no part, or not wholly, with their reason."""
        return tuple(
            Problem(f"plugin-{plugin.state}", plugin.name, detail=plugin.reason)
            for plugin in self.all
            if plugin.state is not State.ACTIVE
        )

    def as_json(self) -> list[dict[str, Any]]:
        """Describe every plugin as plain values."""
        return [_described(plugin) for plugin in self.all]


class _SomeHooks:
    def __init__(self, plugins: Sequence[Plugin], catalogue: Catalogue) -> None:
        self._plugins = plugins
        self._catalogue = catalogue

    def verdicts(self, profile: Profile) -> Verdicts:
        return calls.verdicts(self._plugins, self._catalogue, profile)

    def proposals(self, profile: Profile, answers: Mapping[str, LevelValue]) -> Proposals:
        return calls.proposals(self._plugins, self._catalogue, profile, answers)


def _afresh(plugins: Iterable[Plugin]) -> list[Plugin]:
    """Copy plugins as they were before they were settled among others."""
    return [
        replace(each, state=State.ACTIVE, reason="") if each.state is State.WAITING else replace(each)
        for each in plugins
    ]


def _described(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "file": plugin.bare_file,
        "state": plugin.state.value,
        "reason": plugin.reason,
        "trace": plugin.trace,
        "diagnostics": [diagnostic.as_json() for diagnostic in plugin.diagnostics],
        "warnings": list(plugin.warnings),
        "hooks": list(plugin.hooks),
        "touches": sorted({name for each in plugin.referentials for name in each.touches}),
        "referentials": [
            {"key": each.key, "edition": each.edition, "title": each.title, "requires": dict(each.requires)}
            for each in plugin.referentials
        ],
    }


def _settle_names(plugins: Sequence[Plugin]) -> None:
    """Suspend a plugin whose name is taken: the first distribution by name keeps it; files have their key."""
    taken: dict[str, Plugin] = {}
    installed = [plugin for plugin in plugins if not plugin.bare_file]
    for plugin in sorted(installed, key=lambda plugin: plugin.state is State.SUSPENDED):
        holder = taken.setdefault(plugin.name, plugin)
        if holder is not plugin and plugin.state is not State.SUSPENDED:
            plugin.suspend(f"nom « {plugin.name} » déjà pris par {_shown(holder)}")


def _settle_keys(plugins: Sequence[Plugin], holders: Mapping[str, str]) -> None:
    """Give a plugin all its keys or none: to who already holds them, else to the first by name.

    A holder that fails keeps its key: another's referential must not meet its answers.
    """
    present = {plugin.distribution for plugin in plugins}
    taken = {key: holder for key, holder in holders.items() if holder in present}
    for plugin in sorted(_in(plugins), key=lambda plugin: (not _holds(plugin, holders), plugin.order)):
        keys = sorted({each.key for each in plugin.referentials})
        refused = [key for key in keys if taken.get(key, _shown(plugin)) != _shown(plugin)]
        if len(keys) < len(plugin.referentials):
            plugin.suspend("deux référentiels de même clé dans ce module")
        elif refused:
            plugin.suspend(f"clé « {refused[0]} » déjà prise par {taken[refused[0]]}")
        else:
            taken.update(dict.fromkeys(keys, _shown(plugin)))


def _holds(plugin: Plugin, holders: Mapping[str, str]) -> bool:
    return any(holders.get(each.key) == plugin.distribution for each in plugin.referentials)


def _settle_links(plugins: Sequence[Plugin]) -> None:
    """Suspend plugins that name what a present referential lacks, until those left agree."""
    while True:
        present = {each.key: each for plugin in _in(plugins) for each in plugin.referentials}
        refused = False
        for plugin in _in(plugins):
            diagnostics = [
                diagnosed(each, finding)
                for each in plugin.referentials
                for finding in check_links(each, visible(each, present))
            ]
            if diagnostics:
                plugin.suspend("référentiel refusé", diagnostics=diagnostics)
                refused = True
        if not refused:
            return


def _settle_requirements(plugins: Sequence[Plugin]) -> None:
    """Make a plugin wait when a referential it requires is absent or of another edition."""
    present = {each.key: each for plugin in _in(plugins) for each in plugin.referentials}
    for plugin in _in(plugins):
        lacking = [
            f"{key} {bounds} ({f'édition {present[key].edition}' if key in present else 'absent'})"
            for each in plugin.referentials
            for key, bounds in unmet(each, present)
        ]
        if lacking:
            plugin.state = State.WAITING
            plugin.reason = f"en attente de : {', '.join(lacking)}"


def _warn_of_cycles(plugins: Sequence[Plugin], cycles: Sequence[Dependency]) -> None:
    """Tell every plugin of a circle of facts across several: its rules there are inert."""
    groups = separate(cycles)
    for plugin in _in(plugins):
        mine = {each.key for each in plugin.referentials}
        concerned = [group for group in groups if any(edge.referential in mine for edge in group)]
        plugin.warnings = tuple(_circle(group, mine) for group in concerned)


def _circle(edges: Sequence[Dependency], mine: AbstractSet[str]) -> str:
    names = ", ".join(dict.fromkeys(edge.fact for edge in edges))
    rules = sorted(
        {f"{each.referential}/{each.rule}" for each in edges if each.rule and each.referential in mine}
    )
    inert = f" ; règles sans effet : {', '.join(rules)}" if rules else ""
    return f"faits qui dépendent les uns des autres : {names}{inert}"


def _in(plugins: Iterable[Plugin]) -> list[Plugin]:
    return [plugin for plugin in plugins if plugin.state is not State.SUSPENDED]


def _shown(plugin: Plugin) -> str:
    return plugin.distribution or plugin.bare_file or plugin.name
