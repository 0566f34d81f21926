"""The four hooks of the contract. A fifth needs a decision record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from jalon.plugins.markers import hookspec

if TYPE_CHECKING:
    from jalon.domain.facts import Profile
    from jalon.domain.levels import LevelValue
    from jalon.domain.referential import Referential
    from jalon.plugins.values import Proposed, ValidationProblem, Verdict


@hookspec
def jalon_referentials() -> Iterable[Referential]:  # type: ignore[empty-body]
    """Give the referentials this plugin brings.

    Called once, at start. A referential whose key is taken, or that breaks a rule of the format,
    suspends the plugin.
    """


@hookspec
def jalon_applicability(profile: Profile) -> Mapping[str, Verdict]:  # type: ignore[empty-body]
    """Include or exclude criteria, for what conditions cannot say.

    Called once per evaluation of a product, once facts are known. A criterion left out of the mapping
    gets no opinion. False beats True beats the criterion's own condition. Only the plugin's own criteria
    and those of referentials in its `touches` count; criteria about an organisation never do.
    """


@hookspec
def jalon_autofill(profile: Profile, answers: Mapping[str, LevelValue]) -> Iterable[Proposed]:  # type: ignore[empty-body]
    """Propose levels, for what rules of files cannot say.

    Called once per evaluation of a product, after those rules; `answers` holds what a person answered to
    criteria that apply, never a pre-fill. What is proposed feeds no other rule.
    """


@hookspec
def jalon_validation(  # type: ignore[empty-body]
    questionnaire: str, profile: Profile, answers: Mapping[str, LevelValue]
) -> Iterable[ValidationProblem]:
    """List what forbids the validation of a questionnaire (`referential/questionnaire`).

    Called when a person validates; `answers` holds what would be validated.
    """
