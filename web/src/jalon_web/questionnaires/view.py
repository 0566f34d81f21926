"""Make the page of an axis from what is stored: nothing is evaluated here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from flask import url_for
from markupsafe import Markup

from jalon.domain.catalogue import Entry
from jalon.domain.conditions import Row
from jalon.domain.explanations import Matches
from jalon.domain.gap import expected_at, gap
from jalon.domain.levels import LevelValue
from jalon.domain.names import referential_of
from jalon.domain.proposals import Proposal
from jalon.domain.scoring import Progress
from jalon.services.answering import Refused
from jalon.services.drafts import Kept
from jalon.services.products import ProductSeen
from jalon.services.standing import WHOLE, CriterionStanding, Standing
from jalon_web import wording as said_in_french
from jalon_web.questionnaires import wording
from jalon_web.questionnaires.forms import mark
from jalon_web.questionnaires.reasons import because, why_asked
from jalon_web.questionnaires.shown import (
    AxisLink,
    AxisPage,
    CriterionShown,
    LevelShown,
    PrefillShown,
    ProgressShown,
)
from jalon_web.questionnaires.texts import Texts
from jalon_web.translation import gettext as _
from jalon_web.translation import language

NO_PROGRESS = ProgressShown(0, 0, 0, "")


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a page is made from: a product as it stands, its answers, who reads and when."""

    product: ProductSeen
    texts: Texts
    standing: Standing
    matches: Matches
    kept: Mapping[str, Kept]
    reader: int
    now: datetime
    zone: tzinfo
    closed: frozenset[str]  # referentials that are read-only for the moment
    read_only: str = ""

    def why_closed(self, name: str) -> str:
        """Say why the questionnaires of what is named cannot be answered; nothing when they can."""
        if referential_of(name) not in self.closed:
            return self.read_only
        title = self.texts.referential(name).title
        return _(
            "Le référentiel %(titre)s est momentanément en lecture seule. Vos réponses sont conservées.",
            titre=title,
        )


def axis_page(
    reading: Reading, name: str, axis_key: str, refused: Mapping[str, Refused], *, only: str = ""
) -> AxisPage:
    """Make the page of one axis; `refused` holds what was just posted and not saved.

    `only` names the one criterion to show of it, where the rest of the page is there already.
    """
    texts, product = reading.texts, reading.product
    questionnaire = texts.questionnaire(name)
    axis = next(each for each in questionnaire.axes if each.key == axis_key)
    entries = texts.by_axis[name, axis_key]
    asked = [entry for entry in entries if entry.name in reading.standing.asked]
    criteria = tuple(
        criterion_shown(reading, entry, refused.get(entry.name))
        for entry in entries
        if (entry.name == only if only else entry.name in reading.standing.asked or entry.name in refused)
    )
    links = axis_links(reading, name, axis_key)
    here = next((i for i, link in enumerate(links) if link.is_current), 0)
    current = links[here] if links else None
    address = axis_address(product.id, name, axis_key)
    return AxisPage(
        product=product_name(product),
        product_address=url_for("products.show", product_id=product.id),
        questionnaire=questionnaire.title,
        title=axis.title,
        introduction=Markup(axis.introduction.html),  # noqa: S704 - made safe when the file was loaded
        criteria=criteria,
        axes=links,
        progress=current.progress if current else NO_PROGRESS,
        save_address=address,
        confirm_address=address,
        previous=links[here - 1] if here > 0 else None,
        following=links[here + 1] if here + 1 < len(links) else None,
        next_unanswered=_next_unanswered(reading, asked, links, here),
        read_only=reading.why_closed(name),
        notices=_notices(reading),
    )


def product_name(product: ProductSeen) -> str:
    """Name a product and its version."""
    return f"{product.row['name']} {product.row['version']}".strip()


def axis_address(product_id: int, name: str, axis_key: str) -> str:
    """Give the address of the page of an axis."""
    referential, _slash, key = name.partition("/")
    return url_for(
        "questionnaires.axis",
        product_id=product_id,
        referential=referential,
        questionnaire=key,
        axis_key=axis_key,
    )


def axis_links(reading: Reading, name: str, current: str = "") -> tuple[AxisLink, ...]:
    """Link to the axes of a questionnaire that ask something."""
    links = []
    for axis in reading.texts.axes[name]:
        found = reading.standing.scores.get((name, axis.key))
        if found is None or (not found.progress.applicable and axis.key != current):
            continue
        address = axis_address(reading.product.id, name, axis.key)
        progress = wording.progress(found.progress)
        links.append(
            AxisLink(
                axis.key, axis.title, address, progress, wording.scored(found.score), axis.key == current
            )
        )
    return tuple(links)


def whole_progress(standing: Standing, name: str) -> Progress:
    """Give the progress of a whole questionnaire."""
    found = standing.scores.get((name, WHOLE))
    return found.progress if found else Progress(0, 0, 0, 0)


def criterion_shown(reading: Reading, entry: Entry, refused: Refused | None = None) -> CriterionShown:
    """Show one criterion; what was shown of it is shown again while all that it depends on is the same."""
    known = _Known(
        name=entry.name,
        said=reading.standing.of(entry.name),
        kept=reading.kept.get(entry.name),
        reasons=because(reading.texts, reading.matches, entry),
        asked=entry.name in reading.standing.asked,
        day=reading.now.astimezone(reading.zone).date(),
        language=language(),
        is_readers=entry.name in reading.kept and reading.kept[entry.name].author_id == reading.reader,
    )
    if refused:
        return _criterion_shown(reading, entry, known, refused)
    return reading.texts.shown.get(known, lambda: _criterion_shown(reading, entry, known, None))


class _Known(NamedTuple):
    """Hold all that is shown of a criterion depends on, while its catalogue is the same."""

    name: str
    said: CriterionStanding
    kept: Kept | None
    reasons: Row
    asked: bool
    day: date
    language: str
    is_readers: bool  # its author is who reads


def _criterion_shown(
    reading: Reading, entry: Entry, known: _Known, refused: Refused | None
) -> CriterionShown:
    scale, criterion = entry.questionnaire.scale, entry.criterion
    said, kept = known.said, known.kept
    mine, prefill = counting(reading, entry.name)
    level = mine if mine is not None else prefill
    step = expected_at(criterion.expected, known.day)
    text = reading.texts.criteria[entry.name]
    goal = step.level if step else None
    return CriterionShown(
        text=text,
        levels=_levels(text.levels, goal),
        expected=wording.expected(step, scale),
        checked=_checked(level, refused),
        origin="person" if mine is not None else "rule" if prefill is not None else "none",
        version=_version(kept, refused),
        seen=mark("" if level is None else str(level), kept.comment if kept else ""),
        comment=_comment(kept, refused),
        saved=wording.saved(kept, reading.reader, reading.now, reading.zone) if kept else "",
        why=why_asked(reading.texts, said, known.reasons),
        prefills=tuple(_prefill(reading, each, entry) for each in said.proposals),
        conflict=bool(said.outcome and said.outcome.conflict),
        divergence=wording.divergence(mine, said, scale, kept.comment if kept else "")
        if mine is not None
        else "",
        to_reconfirm=wording.reconfirm(kept, said),
        to_investigate=bool(kept and kept.to_investigate),
        parked=not known.asked,
        gap_expected=wording.gap(gap(level, goal), _("Écart au niveau attendu")),
        gap_target=wording.gap(gap(level, criterion.target), _("Écart à la cible")),
        error=wording.refusal(refused, scale) if refused else "",
    )


def counting(reading: Reading, name: str) -> tuple[LevelValue | None, LevelValue | None]:
    """Give the level a person gave, else the one that rules fill: at most one of them counts."""
    kept = reading.kept.get(name)
    if kept and kept.to_investigate:
        return None, None
    mine = kept.level if kept and kept.filed_at is None else None
    return mine, reading.standing.of(name).prefill if mine is None else None


def _levels(levels: Sequence[LevelShown], expected: int | None) -> tuple[LevelShown, ...]:
    return tuple(
        level._replace(is_expected=True) if expected is not None and level.value == str(expected) else level
        for level in levels
    )


def _checked(level: LevelValue | None, refused: Refused | None) -> str:
    """Give what the form shows: what was typed and refused stays there to be put right."""
    shown = refused.change.level if refused else level
    return "" if shown is None else str(shown)


def _version(kept: Kept | None, refused: Refused | None) -> int:
    if refused and refused.theirs:
        return refused.theirs.version
    return kept.version if kept else 0


def _comment(kept: Kept | None, refused: Refused | None) -> str:
    if refused and refused.change.comment is not None:
        return refused.change.comment
    return kept.comment if kept else ""


def _prefill(reading: Reading, proposal: Proposal, entry: Entry) -> PrefillShown:
    return PrefillShown(
        wording.proposal(proposal, entry.questionnaire.scale),
        reading.texts.rule(proposal.rule),
        proposal.reason,
        said_in_french.because(proposal.because, reading.texts.catalogue),
    )


def _next_unanswered(reading: Reading, asked: Sequence[Entry], links: Sequence[AxisLink], here: int) -> str:
    """Find the next question without answer: on this page, else on the first axis after it that has one."""
    for entry in asked:
        if counting(reading, entry.name) == (None, None):
            return f"#{reading.texts.criteria[entry.name].anchor}"
    for link in (*links[here + 1 :], *links[:here]):
        if link.progress.answered < link.progress.applicable:
            return f"{link.address}?suivante=1"
    return ""


def _notices(reading: Reading) -> tuple[str, ...]:
    found = []
    if not reading.product.is_settled:
        found.append(_("Le calcul des pré-remplissages est en cours. Rechargez la page dans un instant."))
    return tuple(found)
