"""Horizontal bars: for one or two axes, which make no radar."""

from __future__ import annotations

from typing import Final

from jalon_web.charts.lettering import LEADING, NO_VALUE, WIDTH, number, value_text, wrapped, written
from jalon_web.charts.model import Branch, Chart
from jalon_web.charts.styles import Style, grouped, legend, markers, styled

_LEFT: Final = 8
_TRACK: Final = 264
_ROW: Final = 20
_BAR: Final = 10
_ROOM: Final = 14  # between two levels whose numbers are both written


def bars(chart: Chart) -> tuple[list[str], float]:
    """Draw a chart of one or two branches; give its height too."""
    parts: list[str] = []
    y = 2.0
    for branch in chart.branches:
        drawn, y = _branch(chart, branch, y)
        parts += drawn
    for level in range(0, chart.top + 1, -(-_ROOM * chart.top // _TRACK)):
        x = _LEFT + _TRACK * level / chart.top
        parts.append(written((str(level),), x, y - 8, kind="chart-level", anchor="middle"))
    shown, height = legend(chart, y + LEADING)
    return [*parts, *shown], y + LEADING + height


def _branch(chart: Chart, branch: Branch, top: float) -> tuple[list[str], float]:
    lines = wrapped(branch.label, WIDTH - 28)  # bold letters are wider
    first = top + LEADING * len(lines) + 4
    last = first + _ROW * len(chart.series)
    parts = [written(lines, 2, top, kind="chart-number"), _grid(chart.top, first, last)]
    for i, (series, style) in enumerate(zip(chart.series, styled(chart.series), strict=True)):
        value, y = branch.values[i], first + _ROW * i
        length = None if value is None else float(_TRACK * value / chart.top)
        bar = "" if length is None else _bar(style, length, y + _ROW / 2)
        text = value_text(value)
        kind = "chart-none" if text == NO_VALUE else "chart-text"
        parts.append(grouped(series, bar))
        parts.append(written((text,), WIDTH - 2, y + (_ROW - LEADING) / 2, kind=kind, anchor="end"))
    note = wrapped(branch.note, WIDTH - 4) if branch.note else ()
    if note:
        parts.append(written(note, 2, last + 4, kind="chart-note"))
    return parts, last + LEADING + LEADING * len(note)


def _bar(style: Style, length: float, middle: float) -> str:
    fill = f'fill="currentColor" fill-opacity="{"1" if style.is_filled else ".12"}"'
    bar = (
        f'<rect class="chart-bar" x="{_LEFT}" y="{number(middle - _BAR / 2)}" width="{number(length)}" '
        f'height="{_BAR}" {fill} stroke="currentColor" {style.line}/>'
    )
    return bar + markers(style, [(_LEFT + length, middle)])


def _grid(levels: int, top: float, bottom: float) -> str:
    lines = "".join(
        f"M{number(_LEFT + _TRACK * level / levels)} {number(top)}V{number(bottom)}"
        for level in range(levels + 1)
    )
    return f'<path class="chart-grid" fill="none" stroke="currentColor" stroke-width=".8" d="{lines}"/>'
