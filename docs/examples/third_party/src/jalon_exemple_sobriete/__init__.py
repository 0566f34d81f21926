"""Sobriété numérique: an example of a Jalon plugin written outside the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jalon import (
    NA,
    LevelValue,
    Profile,
    Proposed,
    Referential,
    ValidationProblem,
    Verdict,
    hookimpl,
    referential_from_package,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

QUESTIONNAIRE: Final = "exemple_sobriete/sobriete"
COMPOSED: Final = "exemple_sobriete/documents_par_jour"
REDUNDANT: Final = "exemple_sobriete/documents_redondants"
REDUNDANCY: Final = "exemple_sobriete/SN.1.2"
MEASURE: Final = "exemple_sobriete/SN.2.1"
GOAL: Final = "exemple_sobriete/SN.2.2"


@hookimpl
def jalon_referentials() -> list[Referential]:
    """Bring the referential written beside this module."""
    return [referential_from_package(__package__)]


@hookimpl
def jalon_applicability(profile: Profile) -> dict[str, Verdict]:
    """Leave the criterion on redundancy out when it is rare: a condition cannot divide two facts."""
    share = _share(profile)
    if share is None or share >= 0.01:
        return {}
    return {REDUNDANCY: Verdict(applies=False, reason="Moins d’un document sur cent est redondant.")}


@hookimpl
def jalon_autofill(profile: Profile, answers: Mapping[str, LevelValue]) -> Iterator[Proposed]:
    """Propose a level for redundancy from the share of redundant documents."""
    del answers
    share = _share(profile)
    if share is None:
        return
    reason = f"{share:.0%} des documents sont redondants.".replace("%", "\u00a0%")
    if share > 0.5:
        yield Proposed(REDUNDANCY, "redondance-forte", reason, level=0)
    elif share <= 0.1:
        yield Proposed(REDUNDANCY, "redondance-faible", reason, at_least=2)


@hookimpl
def jalon_validation(
    questionnaire: str, profile: Profile, answers: Mapping[str, LevelValue]
) -> Iterator[ValidationProblem]:
    """Refuse counts and levels that cannot go together."""
    if questionnaire != QUESTIONNAIRE:
        return
    share = _share(profile)
    if share is not None and share > 1:
        yield ValidationProblem("Il y a plus de documents redondants que de documents composés.")
    measure, goal = answers.get(MEASURE, NA), answers.get(GOAL, NA)
    if isinstance(measure, int) and isinstance(goal, int) and goal > measure + 1:
        yield ValidationProblem("L’objectif est bien plus avancé que la mesure.", GOAL)


def _share(profile: Profile) -> float | None:
    """Give the share of redundant documents; None when a number is not known."""
    composed, redundant = profile.get(COMPOSED), profile.get(REDUNDANT)
    if not isinstance(composed, int | float) or not isinstance(redundant, int | float) or composed <= 0:
        return None
    return redundant / composed
