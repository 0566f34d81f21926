"""Call the hooks of each plugin alone, and keep what is right in what they return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from jalon.domain.answers import is_possible
from jalon.domain.catalogue import Catalogue
from jalon.domain.facts import Profile
from jalon.domain.hooks import PluginVerdict, Problem, Proposals, Verdicts
from jalon.domain.levels import LevelValue
from jalon.domain.names import Place, referential_of
from jalon.domain.proposals import Proposal
from jalon.domain.referential import About, AtLeast, Exactly
from jalon.plugins.discovery import Plugin
from jalon.plugins.values import Proposed, ValidationProblem, Verdict

_MOST: Final = 10_000
"""More values than any referential has criteria: a hook that returns more is wrong."""


def verdicts(plugins: Sequence[Plugin], catalogue: Catalogue, profile: Profile) -> Verdicts:
    """Collect verdicts by criterion, sorted by plugin."""
    found: dict[str, list[PluginVerdict]] = {}
    problems: list[Problem] = []
    for plugin in _with_hook(plugins, "jalon_applicability"):
        for name, value in _items(
            _called(plugin, "jalon_applicability", problems, profile=profile), plugin, problems
        ):
            if not isinstance(value, Verdict) or not isinstance(value.applies, bool):
                problems.append(Problem("wrong-verdict", plugin.name, str(name), f"{value!r:.80}"))
            elif _accepted(plugin, catalogue, name, problems) is not None:
                verdict = PluginVerdict(plugin.name, value.applies, str(value.reason))
                found.setdefault(str(name), []).append(verdict)
    return Verdicts({name: tuple(sorted(given)) for name, given in found.items()}, tuple(problems))


def proposals(
    plugins: Sequence[Plugin], catalogue: Catalogue, profile: Profile, answers: Mapping[str, LevelValue]
) -> Proposals:
    """Collect proposals by criterion."""
    found: dict[str, list[Proposal]] = {}
    problems: list[Problem] = []
    for plugin in _with_hook(plugins, "jalon_autofill"):
        kept = MappingProxyType(dict(answers))
        returned = _called(plugin, "jalon_autofill", problems, profile=profile, answers=kept)
        for value in _values(returned, plugin, problems):
            proposal = _proposal(plugin, catalogue, value, problems)
            if proposal is not None:
                found.setdefault(value.criterion, []).append(proposal)
    return Proposals({name: tuple(given) for name, given in found.items()}, tuple(problems))


def validation(
    plugins: Sequence[Plugin], questionnaire: str, profile: Profile, answers: Mapping[str, LevelValue]
) -> tuple[list[tuple[str, ValidationProblem]], list[Problem]]:
    """Collect what forbids a validation, plugin by plugin; a hook that fails is a problem of its own."""
    found: list[tuple[str, ValidationProblem]] = []
    problems: list[Problem] = []
    for plugin in _with_hook(plugins, "jalon_validation"):
        kept = MappingProxyType(dict(answers))
        returned = _called(
            plugin, "jalon_validation", problems, questionnaire=questionnaire, profile=profile, answers=kept
        )
        for value in _values(returned, plugin, problems):
            if isinstance(value, ValidationProblem):
                found.append((plugin.name, value))
            else:
                problems.append(Problem("wrong-validation", plugin.name, questionnaire, f"{value!r:.80}"))
    return sorted(found), problems


def _with_hook(plugins: Iterable[Plugin], hook: str) -> list[Plugin]:
    return [plugin for plugin in plugins if hook in plugin.hooks]


def _called(plugin: Plugin, hook: str, problems: list[Problem], **arguments: Any) -> Any:
    """Call one hook of one plugin; None when it raised, whatever it raised."""
    if plugin.manager is None:
        return None
    try:
        # A generator raises while it is read: it is read here.
        return [_read(returned) for returned in getattr(plugin.manager.hook, hook)(**arguments)]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything, SystemExit included
        problems.append(Problem("hook-failed", plugin.name, hook, f"{type(error).__name__} : {error}"))
        return None


def _read(returned: object) -> object:
    if isinstance(returned, (Mapping, str, bytes)) or not isinstance(returned, Iterable):
        return returned
    read: list[object] = []
    for value in returned:
        if len(read) >= _MOST:
            raise ValueError(f"plus de {_MOST} valeurs rendues")
        read.append(value)
    return read


def _items(returned: Any, plugin: Plugin, problems: list[Problem]) -> Iterator[tuple[Any, Any]]:
    for mapping in returned or ():
        if isinstance(mapping, Mapping):
            yield from list(mapping.items())
        else:
            problems.append(Problem("wrong-verdict", plugin.name, "", f"{mapping!r:.80}"))


def _values(returned: Any, plugin: Plugin, problems: list[Problem]) -> Iterator[Any]:
    for values in returned or ():
        if isinstance(values, list):
            yield from values
        else:
            problems.append(Problem("wrong-result", plugin.name, "", f"{values!r:.80}"))


def _proposal(
    plugin: Plugin, catalogue: Catalogue, value: object, problems: list[Problem]
) -> Proposal | None:
    if not isinstance(value, Proposed) or (value.level is None) is (value.at_least is None):
        problems.append(Problem("wrong-proposal", plugin.name, "", f"{value!r:.80}"))
        return None
    place = _accepted(plugin, catalogue, value.criterion, problems)
    if place is None:
        return None
    scale, floor = place.questionnaire.scale, value.at_least
    possible = (
        value.level is not None and is_possible(value.level, place.criterion, scale)
        if floor is None
        else scale.holds(floor)
    )
    if not possible:
        found = value.level if floor is None else floor
        problems.append(Problem("level-off-scale", plugin.name, value.criterion, str(found)))
        return None
    effect = AtLeast(floor) if floor is not None else Exactly(value.level)  # type: ignore[arg-type]
    return Proposal(f"{plugin.name}/{value.rule}", effect, str(value.reason))


def _accepted(plugin: Plugin, catalogue: Catalogue, name: object, problems: list[Problem]) -> Place | None:
    """Give the place of a criterion a hook may act on; report what it may not."""
    if not isinstance(name, str) or referential_of(name) not in plugin.touches:
        problems.append(Problem("not-touched", plugin.name, str(name)))
        return None
    place = catalogue.names.criteria.get(name)
    if place is None:
        # A referential that is absent is no fault: what is said of it has no effect.
        if referential_of(name) in catalogue.referentials:
            problems.append(Problem("unknown-criterion", plugin.name, name))
        return None
    if place.about is About.ORGANISATION:
        problems.append(Problem("organisation-criterion", plugin.name, name))
        return None
    return place
