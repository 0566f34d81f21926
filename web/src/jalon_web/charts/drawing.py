"""Draw a chart: a radar, bars for one or two axes, or a figure that says there is no data."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from jalon_web.charts.bars import bars
from jalon_web.charts.lettering import LEADING, WIDTH, number, wrapped, written
from jalon_web.charts.model import Chart
from jalon_web.charts.radar import FEWEST, radar

_FONTS: Final = "Arial, Helvetica, Liberation Sans, sans-serif"


def draw(chart: Chart, ident: str) -> Markup:
    """Draw a chart as SVG; `ident` begins the ids inside it and is unique in its page."""
    if not chart.branches:
        kind, (parts, height) = "empty", _nothing(chart)
    elif len(chart.branches) < FEWEST:
        kind, (parts, height) = "bars", bars(chart)
    else:
        kind, (parts, height) = "radar", radar(chart)
    name = escape(ident)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart chart-{kind}" role="img" '
        f'viewBox="0 0 {WIDTH} {number(height + 4)}" font-family="{_FONTS}" font-size="12" '
        f'fill="currentColor" overflow="visible" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(described(chart))}</desc>'
    )
    return Markup(f"{head}{''.join(parts)}</svg>")  # noqa: S704 (every text went through escape)


def described(chart: Chart) -> str:
    """Say in words what kind of chart it is; the table beside it gives the values."""
    sentences = [_kind(chart)]
    if chart.branches:
        sentences.append(f"Niveaux : de {_level(chart, 0)} à {_level(chart, chart.top)}.")
        sentences.append(f"Séries : {', '.join(each.label for each in chart.series)}.")
    sentences += [f"Axe non représenté : {label} ({reason})." for label, reason in chart.left_out]
    return " ".join(sentences)


def _kind(chart: Chart) -> str:
    count = len(chart.branches)
    if not count:
        return "Aucune donnée à représenter."
    if count < FEWEST:
        return f"Diagramme en barres, {count} {'axe' if count == 1 else 'axes'}."
    return f"Diagramme radar, {count} axes."


def _level(chart: Chart, level: int) -> str:
    named = level < len(chart.level_names)
    return f"{level} ({chart.level_names[level].lower()})" if named else str(level)


def _nothing(chart: Chart) -> tuple[list[str], float]:
    """Say that there is nothing to show, over the outline of a radar."""
    middle = WIDTH / 2
    rings = "".join(f"M{number(middle)} {50 - r}l{r} {r}-{r} {r}-{r}-{r}z" for r in (16, 30, 44))
    parts = [
        f'<path class="chart-grid" fill="none" stroke="currentColor" stroke-dasharray="2 3" d="{rings}"/>',
        written(("Aucune donnée",), middle, 104, kind="chart-number", anchor="middle"),
    ]
    y = 104.0 + LEADING
    for label, reason in chart.left_out:
        lines = wrapped(f"{label} : {reason}", WIDTH - 20)
        parts.append(written(lines, middle, y + 4, kind="chart-note", anchor="middle"))
        y += LEADING * len(lines) + 4
    return parts, y
