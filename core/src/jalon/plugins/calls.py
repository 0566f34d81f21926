"""Call the hooks of each plugin alone, and keep what is right in what they return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from jalon.domain.answers import is_possible
from jalon.domain.catalogue import Catalogue
from jalon.domain.facts import Profile
from jalon.domain.hooks import PluginVerdict, Problem, Proposals, Verdicts
from jalon.domain.levels import NA, LevelValue
from jalon.domain.names import Place, referential_of
from jalon.domain.proposals import Proposal
from jalon.domain.referential import About, AtLeast, Effect, Exactly
from jalon.plugins.discovery import Plugin
from jalon.plugins.telling import place_of, shown, told
from jalon.plugins.values import Proposed, ValidationProblem, Verdict

_MOST: Final = 10_000
"""More values than any referential has criteria: a hook that returns more is wrong."""


def verdicts(plugins: Sequence[Plugin], catalogue: Catalogue, profile: Profile) -> Verdicts:
    """Collect verdicts by criterion, sorted by plugin."""
    found: dict[str, list[PluginVerdict]] = {}
    problems: list[Problem] = []
    for plugin in _with_hook(plugins, "jalon_applicability"):
        for name, value in _items(
            _called(plugin, "jalon_applicability", problems, profile=Profile(profile)), plugin, problems
        ):
            if not _is_verdict(value):
                problems.append(Problem("wrong-verdict", plugin.name, _name(name), shown(value)))
            elif _accepted(plugin, catalogue, name, problems) is not None:
                found.setdefault(name, []).append(PluginVerdict(plugin.name, value.applies, value.reason))
    return Verdicts({name: tuple(sorted(given)) for name, given in found.items()}, tuple(problems))


def proposals(
    plugins: Sequence[Plugin], catalogue: Catalogue, profile: Profile, answers: Mapping[str, LevelValue]
) -> Proposals:
    """Collect proposals by criterion."""
    found: dict[str, list[Proposal]] = {}
    problems: list[Problem] = []
    for plugin in _with_hook(plugins, "jalon_autofill"):
        kept = MappingProxyType(dict(answers))
        returned = _called(plugin, "jalon_autofill", problems, profile=Profile(profile), answers=kept)
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
            plugin,
            "jalon_validation",
            problems,
            questionnaire=questionnaire,
            profile=Profile(profile),
            answers=kept,
        )
        for value in _values(returned, plugin, problems):
            if _is_refusal(value):
                found.append((plugin.name, value))
            else:
                problems.append(Problem("wrong-validation", plugin.name, questionnaire, shown(value)))
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
        problems.append(Problem("hook-failed", plugin.name, hook, f"{told(error)} ({place_of(error)})"))
        return None


def _read(returned: object) -> object:
    """Read what a hook returned, which may be lazy or endless, while its errors are still caught."""
    if isinstance(returned, (str, bytes)) or not isinstance(returned, Iterable):
        return returned
    lazy = returned.items() if isinstance(returned, Mapping) else returned
    read = list(islice(lazy, _MOST + 1))
    if len(read) > _MOST:
        raise ValueError(f"plus de {_MOST} valeurs rendues")
    return dict(read) if isinstance(returned, Mapping) else read


def _items(returned: Any, plugin: Plugin, problems: list[Problem]) -> Iterator[tuple[Any, Any]]:
    for mapping in returned or ():
        if isinstance(mapping, Mapping):
            yield from list(mapping.items())
        else:
            problems.append(Problem("wrong-verdict", plugin.name, "", shown(mapping)))


def _values(returned: Any, plugin: Plugin, problems: list[Problem]) -> Iterator[Any]:
    for values in returned or ():
        if isinstance(values, list):
            yield from values
        else:
            problems.append(Problem("wrong-result", plugin.name, "", shown(values)))


def _is_text(value: object) -> bool:
    return type(value) is str  # a subclass may misbehave when it is compared or shown


def _is_verdict(value: object) -> TypeGuard[Verdict]:
    if type(value) is not Verdict:
        return False
    applies: object = value.applies  # its type says bool; the plugin may say anything
    return isinstance(applies, bool) and _is_text(value.reason)


def _is_refusal(value: object) -> TypeGuard[ValidationProblem]:
    return type(value) is ValidationProblem and _is_text(value.message) and _is_text(value.criterion)


def _is_proposed(value: object) -> TypeGuard[Proposed]:
    if type(value) is not Proposed or not (_is_text(value.rule) and _is_text(value.reason)):
        return False
    return (value.level is None) is not (value.at_least is None)


def _name(value: object) -> str:
    return value if type(value) is str else shown(value)


def _proposal(
    plugin: Plugin, catalogue: Catalogue, value: object, problems: list[Problem]
) -> Proposal | None:
    if not _is_proposed(value):
        problems.append(Problem("wrong-proposal", plugin.name, "", shown(value)))
        return None
    place = _accepted(plugin, catalogue, value.criterion, problems)
    if place is None:
        return None
    effect = _effect(value, place)
    if effect is None:
        found = value.level if value.at_least is None else value.at_least
        problems.append(Problem("level-off-scale", plugin.name, value.criterion, shown(found)))
        return None
    name = f"{plugin.name}/{value.rule}"
    if any(name == each.qualified(rule.key) for each in plugin.referentials for rule in each.rules):
        problems.append(
            Problem("wrong-proposal", plugin.name, value.criterion, f"règle « {name} » déjà déclarée")
        )
        return None
    return Proposal(name, effect, value.reason)


def _effect(value: Proposed, place: Place) -> Effect | None:
    """Give what is proposed; None where the criterion cannot be answered so."""
    scale, level, floor = place.questionnaire.scale, value.level, value.at_least
    if floor is not None:
        return AtLeast(floor) if type(floor) is int and scale.holds(floor) else None
    if level is None or not (type(level) is int or (type(level) is str and level == NA)):
        return None
    return Exactly(level) if is_possible(level, place.criterion, scale) else None


def _sees(plugin: Plugin, catalogue: Catalogue, owner: str) -> bool:
    return any(
        owner == each.key or (owner in each.touches and owner in catalogue.visible.get(each.key, ()))
        for each in plugin.referentials
    )


def _accepted(plugin: Plugin, catalogue: Catalogue, name: object, problems: list[Problem]) -> Place | None:
    """Give the place of a criterion a hook may act on; report what it may not."""
    if type(name) is not str or referential_of(name) not in plugin.touches:
        short = type(name) is str and "/" not in name
        detail = "nom complet attendu : référentiel/code" if short else ""
        problems.append(Problem("not-touched", plugin.name, _name(name), detail))
        return None
    place = catalogue.names.criteria.get(name)
    if place is None:
        # A referential that is absent is no fault: what is said of it has no effect.
        if referential_of(name) in catalogue.referentials:
            problems.append(Problem("unknown-criterion", plugin.name, name))
        return None
    if not _sees(plugin, catalogue, referential_of(name)):
        return None  # nor is one of an edition that the plugin refuses
    if place.about is About.ORGANISATION:
        problems.append(Problem("organisation-criterion", plugin.name, name))
        return None
    return place
