"""How ready a product is for a completion path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import Facts, holds
from jalon.domain.core_facts import PATHS
from jalon.domain.levels import NA
from jalon.domain.names import referential_of
from jalon.domain.referential import CompletionPath, Obligation
from jalon.domain.states import CriterionState


class Requirement(StrEnum):
    """Say where one required level stands."""

    MET = "met"
    TO_CONFIRM = "to_confirm"  # met by a pre-fill
    MISSING = "missing"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not_applicable"  # not asked of this product: not counted
    UNAVAILABLE = "unavailable"  # its referential is absent, or of an edition the path refuses


class RequiredState(NamedTuple):
    """Say where one criterion of a path stands."""

    criterion: str
    level: int
    state: Requirement


@dataclass(frozen=True, slots=True)
class Readiness:
    """Count what a path requires of a product that selected it; without item when it did not."""

    path: str
    title: str
    selected: bool
    required: tuple[RequiredState, ...]

    def count(self, *states: Requirement) -> int:
        """Count the criteria in any of these states."""
        return sum(1 for item in self.required if item.state in states)

    @property
    def met(self) -> int:
        """Count what is met, to be confirmed included."""
        return self.count(Requirement.MET, Requirement.TO_CONFIRM)


def readiness(
    catalogue: Catalogue, facts: Facts, criteria: Mapping[str, CriterionState]
) -> tuple[Readiness, ...]:
    """Measure every installed path; `criteria` holds those of the product and of its organisation."""
    return tuple(
        _readiness(catalogue, f"{key}/{path.key}", path, facts, criteria)
        for key, referential in catalogue.referentials.items()
        for path in referential.paths
    )


def _readiness(
    catalogue: Catalogue,
    name: str,
    path: CompletionPath,
    facts: Facts,
    criteria: Mapping[str, CriterionState],
) -> Readiness:
    chosen = facts.get(PATHS)
    if not isinstance(chosen, frozenset) or name not in chosen:
        return Readiness(name, path.title, selected=False, required=())
    visible = catalogue.visible[referential_of(name)]
    seen = {each: state for each, state in criteria.items() if referential_of(each) in visible}
    levels: dict[str, int] = {}
    for criterion, level in _wanted(catalogue, name, path, facts):
        levels[criterion] = max(level, levels.get(criterion, 0))
    required = tuple(
        RequiredState(criterion, level, _state(seen.get(criterion), level, na_ok=path.na_ok))
        for criterion, level in sorted(levels.items())
    )
    return Readiness(name, path.title, selected=True, required=required)


def _wanted(catalogue: Catalogue, name: str, path: CompletionPath, facts: Facts) -> Iterator[tuple[str, int]]:
    for criterion, level, when in catalogue.required[name]:
        if holds(when, facts, {}):
            yield criterion, level
    for questionnaire_name in path.questionnaires:
        questionnaire = catalogue.names.questionnaires.get(questionnaire_name)
        owner = referential_of(questionnaire_name)
        seen = questionnaire is not None and owner in catalogue.visible[referential_of(name)]
        for _, asked in questionnaire.criteria() if questionnaire and seen else ():
            if asked.obligation is Obligation.MANDATORY:
                yield f"{owner}/{asked.code}", asked.target


def _state(state: CriterionState | None, level: int, *, na_ok: bool) -> Requirement:
    if state is None:
        return Requirement.UNAVAILABLE
    if not state.applies:
        return Requirement.NOT_APPLICABLE
    if state.level is None:
        return Requirement.UNANSWERED
    reached = na_ok if state.level == NA else state.level >= level
    if not reached:
        return Requirement.MISSING
    return Requirement.TO_CONFIRM if state.origin == "rule" else Requirement.MET
