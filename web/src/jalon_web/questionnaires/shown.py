"""What the page of an axis shows, ready for its template: texts worded, nothing left to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup


class LevelShown(NamedTuple):
    """Offer one answer: a level of the scale or NA."""

    value: str  # "0" … "3", or "NA": what the form posts
    name: str  # the word of the scale: « Vert »
    text: Markup  # what the level means for this criterion; empty for NA
    is_expected: bool = False
    is_target: bool = False


class PrefillShown(NamedTuple):
    """Say what one rule proposes, and why."""

    level: str  # « Niveau 3 », « Niveau 2 au minimum », « Non applicable »
    rule: str  # the rule's title
    reason: str
    because: str  # the answers it used: « la réponse est « Alimentation » à : « … » »


@dataclass(frozen=True, slots=True)
class CriterionText:
    """Hold what never changes while the catalogue is the same: made once, not per request."""

    name: str  # referential/code
    code: str
    anchor: str  # id in the page: letters, digits and hyphens
    title: str
    question: str
    help: Markup
    proof: Markup
    levels: tuple[LevelShown, ...]  # is_expected is set per day, see CriterionShown.levels
    na: LevelShown | None  # None where NA is refused
    na_needs_reason: bool
    target: str  # « 3 vert »
    obligation: str  # « Exigence obligatoire », or ""
    status: str  # « Officiel », « Dérivé de … », « Illustratif … »
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CriterionShown:
    """Add to a criterion's texts what is known of it for one product; compared by identity."""

    text: CriterionText
    levels: tuple[LevelShown, ...]
    expected: str  # « 2 jaune, au minimum » or « niveau atteignable »; "" before the first date
    checked: str  # the value of the level that counts: a person's, else the pre-fill; "" if none
    origin: str  # person · rule · none
    version: int  # 0 while nobody answered
    seen: str  # sums up the level and the comment that stand
    comment: str
    saved: str  # « Enregistré à 14 h 32 par Claire Morel », or ""
    why: str  # why it is asked; "" when it always is
    prefills: tuple[PrefillShown, ...] = ()
    conflict: bool = False  # rules contradict each other: nothing is filled
    divergence: str = ""  # the sentence that says how the answer goes against a proposal
    to_reconfirm: str = ""  # the sentence that says why the answer should be looked at again
    to_investigate: bool = False
    parked: bool = False  # does not apply any more: its answer is kept aside
    gap_expected: str = ""  # « Écart au niveau attendu : 1 », or ""
    gap_target: str = ""
    error: str = ""  # what is wrong with what was just posted

    @property
    def state(self) -> str:
        """Sum it up in one word, also the CSS class of its badge: what a person has to do comes first."""
        if self.conflict and self.origin == "none":
            return "conflict"
        if self.to_investigate:
            return "investigate"
        if self.divergence:
            return "diverges"
        if self.to_reconfirm:
            return "reconfirm"
        if (
            self.origin == "person"
            and self.checked == "NA"
            and self.text.na_needs_reason
            and not self.comment
        ):
            return "reason"
        return {"rule": "prefilled", "person": "answered"}.get(self.origin, "empty")


class ProgressShown(NamedTuple):
    """Say how far one is: all three numbers, and the sentence."""

    answered: int
    applicable: int
    to_confirm: int
    text: str  # « 12 réponses sur 25, dont 3 à confirmer »

    @property
    def percent(self) -> int:
        """Give whole percents, 100 only when all is answered."""
        return 100 * self.answered // self.applicable if self.applicable else 0


class AxisLink(NamedTuple):
    """Link to one axis of the questionnaire."""

    key: str
    title: str
    address: str
    progress: ProgressShown
    score: str  # « 2,33 », or ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class AxisPage:
    """Hold the page of one axis."""

    product: str  # « Lirène Cabinet 8.2 »
    product_address: str
    questionnaire: str
    title: str  # the axis
    introduction: Markup
    criteria: tuple[CriterionShown, ...]
    axes: tuple[AxisLink, ...]
    progress: ProgressShown  # of this axis
    save_address: str  # where the whole page is posted
    confirm_address: str
    previous: AxisLink | None = None
    following: AxisLink | None = None
    next_unanswered: str = ""  # address of the next criterion without answer, maybe on another axis
    read_only: str = ""  # why nothing can be changed, or ""
    notices: tuple[str, ...] = ()
