"""Find plugins and load each one alone: whatever one does, the others load."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

import importlib_metadata
import pluggy

from jalon.domain.checks import check_referential
from jalon.domain.findings import Finding
from jalon.domain.referential import Referential
from jalon.plugins import specs
from jalon.plugins.files.diagnostics import Diagnostic, in_order
from jalon.plugins.files.loading import ReferentialError, diagnosed, load_file
from jalon.plugins.markers import GROUP, PROJECT, hookimpl
from jalon.plugins.telling import shown, told
from jalon.plugins.wellformed import misfits

_MOST: Final = 1_000
"""More referentials than any plugin brings: an endless hook is stopped there."""

HOOKS: Final = ("jalon_referentials", "jalon_applicability", "jalon_autofill", "jalon_validation")


class State(StrEnum):
    """Say whether a plugin takes part."""

    ACTIVE = "active"
    WAITING = "waiting"  # a referential it requires is absent: rules on it are inert
    SUSPENDED = "suspended"  # in quarantine: nothing of it is used


@dataclass(slots=True)
class Plugin:
    """Hold one plugin as it was found: what it brings, whether it takes part, why not."""

    name: str
    distribution: str = ""
    version: str = ""
    state: State = State.ACTIVE
    reason: str = ""
    trace: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    warnings: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    referentials: tuple[Referential, ...] = ()
    manager: pluggy.PluginManager | None = None
    bare_file: str = ""
    stands_in: bool = False  # stored referentials of a plugin that is absent or suspended

    @property
    def touches(self) -> frozenset[str]:
        """Name the referentials its hooks may act on: its own, and those they declare."""
        own = {referential.key for referential in self.referentials}
        return frozenset(own.union(*(referential.touches for referential in self.referentials)))

    @property
    def order(self) -> tuple[bool, str, str]:
        """Sort plugins: installed ones by distribution and name, then bare files."""
        return bool(self.bare_file), self.distribution, self.name

    def suspend(self, reason: str, *, trace: str = "", diagnostics: Iterable[Diagnostic] = ()) -> None:
        """Put it in quarantine."""
        self.state = State.SUSPENDED
        self.reason = reason
        self.trace = trace
        self.diagnostics = in_order([*self.diagnostics, *diagnostics])


class EntryPoint(Protocol):
    """Say what is needed of an entry point."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def dist(self) -> Any: ...  # noqa: D102
    def load(self) -> Any: ...  # noqa: D102


def installed() -> list[EntryPoint]:
    """List the entry points of installed plugins, each once, in an order that is always the same."""
    found = {
        (_distribution(each, "name"), each.name, each.value): each
        for each in importlib_metadata.entry_points(group=GROUP)
    }
    return [found[key] for key in sorted(found)]


def from_entry_point(entry_point: EntryPoint) -> Plugin:
    """Load one installed plugin; what goes wrong is in the result."""
    distribution, version = _distribution(entry_point, "name"), _distribution(entry_point, "version")
    plugin = Plugin(entry_point.name, distribution, version)
    if not distribution:
        plugin.suspend("installation incomplète : METADATA est absent ou illisible")
        return plugin
    try:
        _register(plugin, entry_point.load())
    except KeyboardInterrupt:
        raise
    except ReferentialError as error:
        plugin.suspend("référentiel refusé", diagnostics=error.diagnostics)
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit included
        plugin.suspend(told(error), trace=traceback.format_exc())
    return plugin


def _distribution(entry_point: EntryPoint, key: str) -> str:
    """Read the name or version of a distribution; nothing when a half-removed one cannot tell."""
    try:
        value = getattr(entry_point.dist, key, None)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - metadata that is absent or damaged raises what it likes
        return ""
    return value if isinstance(value, str) else ""


def from_object(name: str, plugin_object: object, distribution: str = "") -> Plugin:
    """Load a plugin given as an object: a module, or anything with hooks as attributes."""
    return from_entry_point(_Given(name, plugin_object, distribution or name))


@dataclass(frozen=True, slots=True)
class _Given:
    name: str
    value: object
    distribution: str

    @property
    def dist(self) -> Any:
        return _GivenDistribution(self.distribution)

    def load(self) -> object:
        return self.value


@dataclass(frozen=True, slots=True)
class _GivenDistribution:
    name: str
    version: str = "0"


def bare_files(folders: Sequence[Path]) -> list[Plugin]:
    """Load every `*.yaml` of some folders, and every folder with a `referential.yaml`, as plugins."""
    return [_from_file(path) for folder in folders for path in sorted(_files(folder))]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return [folder]
    if (folder / "referential.yaml").is_file():
        return [folder]
    inside = [each for each in folder.iterdir() if each.is_dir() and (each / "referential.yaml").is_file()]
    return [*(each for each in folder.glob("*.yaml") if each.is_file()), *inside]


def _from_file(path: Path) -> Plugin:
    plugin = Plugin(path.name if path.is_dir() else path.stem, bare_file=str(path))
    try:
        referential = load_file(path)
    except ReferentialError as error:
        plugin.suspend("référentiel refusé", diagnostics=error.diagnostics)
        return plugin
    plugin.name = referential.key
    _register(plugin, _Brought(referential))
    return plugin


class _Brought:
    """Bring one referential, as a plugin with a single hook does."""

    def __init__(self, referential: Referential) -> None:
        self._referential = referential

    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        return [self._referential]


def _register(plugin: Plugin, plugin_object: object) -> None:
    """Give a plugin a manager of its own, so that nothing of it can reach another's call."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    manager.register(plugin_object, name=plugin.name)
    manager.check_pending()
    plugin.manager = manager
    plugin.hooks = tuple(name for name in HOOKS if getattr(manager.hook, name).get_hookimpls())
    for name in HOOKS:
        if name not in plugin.hooks and callable(getattr(plugin_object, name, None)):
            raise TypeError(f"{name} n’a pas la marque @hookimpl")
    if not plugin.hooks:
        plugin.suspend("aucun hook de Jalon dans ce module")
        return
    referentials = tuple(_brought(manager))
    diagnostics = [
        diagnosed(each, finding) for each in referentials for finding in _checked(each, plugin.bare_file)
    ]
    if diagnostics:
        plugin.suspend("référentiel refusé", diagnostics=diagnostics)
    plugin.referentials = referentials


def _checked(referential: Referential, bare_file: str) -> Iterable[Finding]:
    """Check what Python code may have built or altered; a file on its own was checked as it was read."""
    if bare_file:
        return ()
    for misfit in misfits(referential):
        raise TypeError(misfit)
    return check_referential(referential)


def _brought(manager: pluggy.PluginManager) -> Iterable[Referential]:
    brought = manager.hook.jalon_referentials()
    if len(brought) < len(manager.hook.jalon_referentials.get_hookimpls()):
        raise TypeError("jalon_referentials a rendu None ; attendu : une liste de référentiels")
    for several in brought:
        if not isinstance(several, Iterable) or isinstance(several, (str, bytes)):
            raise TypeError(
                f"jalon_referentials a rendu {shown(several)} ; attendu : une liste de référentiels"
            )
        for i, each in enumerate(several):
            if i >= _MOST:
                raise TypeError(f"jalon_referentials a rendu plus de {_MOST} référentiels")
            if type(each) is not Referential:
                raise TypeError(f"jalon_referentials a rendu {shown(each)} ; attendu : un référentiel")
            yield each
