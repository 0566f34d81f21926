"""How series are told apart without colour: stroke, dash and marker, and the legend that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import escape

from jalon_web.charts.lettering import LEADING, MAX_LINES, WIDTH, measured, number, wrapped, written
from jalon_web.charts.model import Chart, Series

Point = tuple[float, float]


class Style(NamedTuple):
    """Draw a series: presentation attributes of its line, shape of its markers."""

    line: str
    marker: str  # a path, from its centre
    is_filled: bool = False


_STYLES: Final = (
    Style('stroke-width="2.5"', "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z", is_filled=True),
    Style('stroke-width="1.8" stroke-dasharray="7 3.5"', "m-5-5h10v10h-10z"),
    Style('stroke-width="1.8" stroke-dasharray=".1 4.2" stroke-linecap="round"', "m0-7.5 6.5 11.3h-13z"),
    Style('stroke-width="1.5" stroke-dasharray="9 3 2 3"', "m0-8 8 8-8 8-8-8z"),
)
_USUAL: Final[Mapping[str, Style]] = dict(zip(("product", "expected", "target"), _STYLES, strict=False))


def styled(series: Sequence[Series]) -> list[Style]:
    """Give each series its style: the usual ones always the same, the others what is left."""
    keys = {each.key for each in series}
    left = [style for style in _STYLES if style not in {_USUAL[key] for key in keys & _USUAL.keys()}]
    others = [each.key for each in series if each.key not in _USUAL]
    chosen = {key: left[i % len(left)] for i, key in enumerate(others)}
    return [_USUAL.get(each.key) or chosen[each.key] for each in series]


def grouped(series: Series, content: str) -> str:
    """Wrap what belongs to a series: the class gives its colour."""
    return f'<g class="chart-series chart-{escape(series.key)}">{content}</g>'


def markers(style: Style, points: Iterable[Point]) -> str:
    """Draw the markers of a series as one path; nothing without points."""
    path = "".join(f"M{number(x)} {number(y)}{style.marker}" for x, y in points)
    if not path:
        return ""
    fill = "currentColor" if style.is_filled else "none"
    return f'<path class="chart-markers" fill="{fill}" stroke="currentColor" stroke-width="1.5" d="{path}"/>'


def line(style: Style, path: str, kind: str = "chart-line") -> str:
    """Draw a line as a series does."""
    return f'<path class="{kind}" fill="none" stroke="currentColor" {style.line} d="{path}"/>' if path else ""


_SAMPLE: Final = 34
_GAP: Final = 6


def legend(chart: Chart, top: float) -> tuple[list[str], float]:
    """Show how each series is drawn, from `top` down; give the height taken too."""
    parts = []
    x, y, height = 0.0, top, 0
    for position, (series, style) in enumerate(zip(chart.series, styled(chart.series), strict=True)):
        lines = wrapped(_named(chart, position), WIDTH - _SAMPLE - _GAP, MAX_LINES)
        width = _SAMPLE + _GAP + max(map(measured, lines)) + 2 * _GAP
        if x and x + width > WIDTH:
            x, y = 0.0, y + height + 4
            height = 0
        height = max(height, LEADING * len(lines))
        middle = y + LEADING / 2
        sample = line(style, f"M{number(x + 2)} {number(middle)}h{_SAMPLE - 4}", "chart-sample")
        parts.append(grouped(series, sample + markers(style, [(x + _SAMPLE / 2, middle)])))
        parts.append(written(lines, x + _SAMPLE + _GAP, y, kind="chart-text"))
        x += width
    return parts, y + height - top


def _named(chart: Chart, position: int) -> str:
    has_values = any(branch.values[position] is not None for branch in chart.branches)
    return chart.series[position].label + ("" if has_values else " (aucune valeur)")
