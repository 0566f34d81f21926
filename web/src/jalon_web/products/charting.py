"""Turn the stored scores of a questionnaire into its chart and its table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from markupsafe import Markup

from jalon.domain.catalogue import Entry
from jalon.domain.gap import expected_at
from jalon.domain.levels import NA
from jalon.domain.scoring import Progress
from jalon.services.standing import WHOLE
from jalon_web.charts.drawing import draw
from jalon_web.charts.model import Branch, Chart, Series
from jalon_web.charts.table import TableRow, table_rows
from jalon_web.products.shown import ScoreRow
from jalon_web.questionnaires import wording
from jalon_web.questionnaires.view import Reading
from jalon_web.translation import gettext as _


class Drawn(NamedTuple):
    """Hold a chart, and the table that says the same."""

    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[ScoreRow, ...]
    left_out: tuple[str, ...]


def questionnaire_chart(reading: Reading, name: str, day: date) -> Drawn:
    """Draw a questionnaire: the product, what is expected at a day, the target."""
    questionnaire = reading.texts.questionnaire(name)
    labels = (_("Produit"), _("Attendu au %(jour)s", jour=wording.day(day)), _("Cible"))
    keys = ("product", "expected", "target")
    branches, left_out, every = [], [], []
    for axis in questionnaire.axes:
        found = reading.standing.scores.get((name, axis.key))
        if found is None or not found.progress.applicable:
            continue
        if not found.progress.is_charted:
            left_out.append((axis.title, _("Axe non représenté : tous ses critères sont non applicables.")))
            continue
        entries = [each for each in reading.texts.by_axis[name, axis.key] if _counts(reading, each)]
        every += entries
        values = (found.score.mean, _expected(entries, day), _target(entries))
        branches.append(Branch(axis.key, axis.title, values, _note(found.progress)))
    series = tuple(Series(key, label) for key, label in zip(keys, labels, strict=True))
    title = _("%(questionnaire)s : profil du produit", questionnaire=questionnaire.title)
    chart = Chart(
        title, questionnaire.scale.top, series, tuple(branches), tuple(left_out), questionnaire.scale.names
    )
    whole = reading.standing.scores[name, WHOLE]
    last = Branch("", _("Ensemble"), (whole.score.mean, _expected(every, day), _target(every)))
    rows = (*table_rows(chart), *table_rows(chart._replace(branches=(last,))))
    return Drawn(
        draw(chart, name.replace("/", "-")),
        labels,
        tuple(_row(row) for row in rows),
        tuple(f"{axis} – {why}" for axis, why in left_out),
    )


def _row(row: TableRow) -> ScoreRow:
    """Write a line of the table, with the number that stands for its label around the radar."""
    label = f"{row.number}. {row.label}" if row.number else row.label
    return ScoreRow(label, row.values, row.note)


def _counts(reading: Reading, entry: Entry) -> bool:
    """Say whether a criterion is compared: asked, and not answered *not applicable*."""
    if entry.name not in reading.standing.asked:
        return False
    kept = reading.kept.get(entry.name)
    answered = kept.level if kept and not kept.to_investigate else None
    return (answered if answered is not None else reading.standing.of(entry.name).prefill) != NA


def _expected(entries: Iterable[Entry], day: date) -> Fraction | None:
    steps = [expected_at(entry.criterion.expected, day) for entry in entries]
    return _mean([step.level for step in steps if step])


def _target(entries: Iterable[Entry]) -> Fraction | None:
    return _mean([entry.criterion.target for entry in entries])


def _mean(levels: list[int]) -> Fraction | None:
    return Fraction(sum(levels), len(levels)) if levels else None


def _note(progress: Progress) -> str:
    """Say what a mean covers, where it does not cover everything."""
    if progress.answered == progress.applicable:
        return ""
    if not progress.answered:
        return _("Aucune réponse pour l’instant.")
    return _(
        "Moyenne sur %(n)s critères renseignés sur %(total)s.", n=progress.answered, total=progress.applicable
    )
