"""How ready a product is for the completion paths it chose, in words."""

from __future__ import annotations

from jalon.domain.explanations import Explanation
from jalon.domain.readiness import Readiness, Requirement, readiness
from jalon.domain.states import CriterionState
from jalon.services.facts import typed
from jalon_web.questionnaires.view import Reading, counting
from jalon_web.translation import gettext as _
from jalon_web.wording import counted


def readiness_in_words(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Say, for each path chosen, how many of its required levels are met."""
    catalogue = reading.texts.catalogue
    facts = typed(catalogue, reading.standing.facts)
    states = {name: _state(reading, name) for name in catalogue.product.entry_names}
    found = readiness(catalogue, facts, states)
    return tuple((path.title, _worded(path)) for path in found if path.selected)


def _state(reading: Reading, name: str) -> CriterionState:
    """Give what a path reads of a criterion, as it is stored."""
    mine, prefill = counting(reading, name)
    asked = name in reading.standing.asked
    return CriterionState(
        name,
        applies=asked,
        explanation=Explanation(holds=asked),
        level=prefill if mine is None else mine,
        origin="person" if mine is not None else "rule" if prefill is not None else "none",
    )


def _worded(path: Readiness) -> str:
    """Count what is met, missing, unanswered; what there is none of is not said."""
    met = counted(path.met, _("niveau requis atteint"), _("niveaux requis atteints"))
    to_confirm = path.count(Requirement.TO_CONFIRM)
    missing, unanswered = path.count(Requirement.MISSING), path.count(Requirement.UNANSWERED)
    parts = [
        met,
        _("dont %(n)s à confirmer", n=to_confirm) if to_confirm else "",
        counted(missing, _("manquant"), _("manquants")) if missing else "",
        _("%(n)s sans réponse", n=unanswered) if unanswered else "",
    ]
    return ", ".join(part for part in parts if part)
