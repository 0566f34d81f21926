"""Turn the stored scores of a questionnaire into its chart and its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from markupsafe import Markup

from jalon.domain.catalogue import Entry
from jalon.domain.gap import expected_at
from jalon.domain.levels import NA
from jalon.domain.scoring import Progress
from jalon.services.standing import WHOLE, Scored
from jalon_web.charts.drawing import draw
from jalon_web.charts.lettering import value_text
from jalon_web.charts.model import Branch, Chart, Series
from jalon_web.charts.table import table_rows
from jalon_web.products.shown import ScoreRow
from jalon_web.questionnaires import wording
from jalon_web.questionnaires.view import Reading, axis_links, counting
from jalon_web.translation import gettext as _
from jalon_web.wording import counted


class Drawn(NamedTuple):
    """Hold a chart, and the table that says the same."""

    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[ScoreRow, ...]


def questionnaire_chart(reading: Reading, name: str, day: date) -> Drawn:
    """Draw a questionnaire: the product, what is expected at a day, the target."""
    questionnaire, whole = reading.texts.questionnaire(name), reading.standing.scores[name, WHOLE]
    links = {link.key: link for link in axis_links(reading, name)}
    entries = {
        key: [each for each in reading.texts.by_axis[name, key] if _counts(reading, each)] for key in links
    }
    branches = {
        key: _branch(link.title, reading.standing.scores[name, key], entries[key], day)
        for key, link in links.items()
    }
    drawn = tuple(branch for key, branch in branches.items() if entries[key])
    left_out = tuple((branch.label, branch.note) for key, branch in branches.items() if not entries[key])
    labels = (_("Produit"), _("Attendu au %(jour)s", jour=wording.day(day)), _("Cible"))
    series = tuple(Series(*each) for each in zip(("product", "expected", "target"), labels, strict=True))
    title = _("%(questionnaire)s : profil du produit", questionnaire=questionnaire.title)
    scale = questionnaire.scale
    chart = Chart(title, scale.top, series, drawn, left_out, scale.names)
    every = [entry for each in entries.values() for entry in each]
    last = _branch(_("Ensemble"), whole, every, day)._replace(note="")
    numbers = {row.label: row.number for row in table_rows(chart)}
    rows = [
        _row(
            branch,
            numbers.get(branch.label, ""),
            reading.standing.scores[name, key].progress,
            links[key].address,
        )
        for key, branch in branches.items()
    ]
    return Drawn(draw(chart, name.replace("/", "-")), labels, (*rows, _row(last, "", whole.progress, "")))


def _branch(title: str, found: Scored, entries: Sequence[Entry], day: date) -> Branch:
    values = (found.score.mean, _expected(entries, day), _target(entries))
    return Branch(title, title, values, _note(found.progress))


def _row(branch: Branch, number: str, progress: Progress, address: str) -> ScoreRow:
    """Write a line of the table, with the number that stands for its label around the radar."""
    label = f"{number}. {branch.label}" if number else branch.label
    answered = f"{progress.answered}/{progress.applicable}"
    return ScoreRow(label, tuple(map(value_text, branch.values)), branch.note, answered, address)


def _counts(reading: Reading, entry: Entry) -> bool:
    """Say whether a criterion is compared: asked, and not answered *not applicable*."""
    return entry.name in reading.standing.asked and NA not in counting(reading, entry.name)


def _expected(entries: Iterable[Entry], day: date) -> Fraction | None:
    steps = [expected_at(entry.criterion.expected, day) for entry in entries]
    return _mean([step.level for step in steps if step])


def _target(entries: Iterable[Entry]) -> Fraction | None:
    return _mean([entry.criterion.target for entry in entries])


def _mean(levels: list[int]) -> Fraction | None:
    return Fraction(sum(levels), len(levels)) if levels else None


def _note(progress: Progress) -> str:
    """Say what a mean covers, where it does not cover everything."""
    if not progress.is_charted:
        return _("Axe non représenté : tous ses critères sont non applicables.")
    if progress.answered == progress.applicable:
        return ""
    if not progress.answered:
        return _("Aucune réponse pour l’instant.")
    return _(
        "Moyenne sur %(reponses)s sur %(total)s.",
        reponses=counted(progress.answered, _("critère renseigné"), _("critères renseignés")),
        total=progress.applicable,
    )
