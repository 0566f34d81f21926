"""The radar: one spoke per axis, one ring per level, one line per series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import cos, pi, sin
from typing import Final, NamedTuple

from jalon_web.charts.lettering import (
    ASCENT,
    LEADING,
    MAX_LINES,
    WIDTH,
    measured,
    number,
    tidy,
    wrapped,
    written,
)
from jalon_web.charts.model import Chart
from jalon_web.charts.styles import Point, Style, grouped, legend, line, markers, styled

FEWEST: Final = 3
"""Axes of a radar: fewer make bars."""
_CENTRE: Final = WIDTH / 2
_EDGE: Final = 2
_GAP: Final = 9  # from the tip of a spoke to its label: markers are drawn there
_RADII: Final = tuple(range(104, 71, -4))
_NUMBERED_RADIUS: Final = 120
_UPRIGHT: Final = 0.2  # spokes nearer the vertical than this have their label above or below
_ROOM: Final = 14  # between two rings whose numbers are both written


class Label(NamedTuple):
    """Place one label; `left` and `top` are those of its box, from the centre of the radar."""

    lines: tuple[str, ...]
    left: float
    top: float
    width: float
    anchor: str

    @property
    def bottom(self) -> float:
        """Give the lower edge."""
        return self.top + LEADING * len(self.lines)

    @property
    def x(self) -> float:
        """Give the place its text is anchored to."""
        return self.left + {"start": 0, "middle": 0.5, "end": 1}[self.anchor] * self.width

    def meets(self, other: Label) -> bool:
        """Say whether two labels touch, or nearly."""
        return (
            self.left < other.left + other.width + 4
            and other.left < self.left + self.width + 4
            and self.top < other.bottom + 2
            and other.top < self.bottom + 2
        )


class Layout(NamedTuple):
    """Place the spokes and their labels; numbered labels are spelt out in a key below the chart."""

    radius: int
    spokes: tuple[Point, ...]  # unit vectors, the first one up, then clockwise
    labels: tuple[Label, ...]
    key: tuple[tuple[str, ...], ...] = ()


@lru_cache(maxsize=256)
def layout(names: tuple[str, ...]) -> Layout:
    """Write names around the largest radar that leaves them room, else numbers around a larger one."""
    angles = [2 * pi * i / len(names) for i in range(len(names))]
    spokes = tuple((sin(angle), -cos(angle)) for angle in angles)
    for radius in _RADII:
        labels = _around(names, spokes, radius)
        if labels is not None:
            return Layout(radius, spokes, labels)
    numbers = tuple(str(i + 1) for i in range(len(names)))
    labels = tuple(
        _label((name,), spoke, _NUMBERED_RADIUS) for name, spoke in zip(numbers, spokes, strict=True)
    )
    return Layout(
        _NUMBERED_RADIUS, spokes, labels, tuple(wrapped(name, WIDTH - _INDENT - _EDGE) for name in names)
    )


def _around(names: Sequence[str], spokes: Sequence[Point], radius: int) -> tuple[Label, ...] | None:
    labels: list[Label] = []
    for name, spoke in zip(names, spokes, strict=True):
        lines = wrapped(name, _width(spoke, radius), MAX_LINES)
        if " ".join(lines) != tidy(name):  # a word was broken, or the end cut
            return None
        label = _label(lines, spoke, radius)
        if any(label.meets(other) for other in labels):
            return None
        labels.append(label)
    return tuple(labels)


def _width(spoke: Point, radius: int) -> float:
    if abs(spoke[0]) < _UPRIGHT:
        return _CENTRE
    return _CENTRE - radius * abs(spoke[0]) - _GAP - _EDGE


def _label(lines: tuple[str, ...], spoke: Point, radius: int) -> Label:
    x, y = spoke
    width, height = max(map(measured, lines)), LEADING * len(lines)
    top = (radius + _GAP) * y + height * (y - 1) / 2
    if abs(x) < _UPRIGHT:
        return Label(lines, radius * x - width / 2, top, width, "middle")
    if x > 0:
        return Label(lines, radius * x + _GAP, top, width, "start")
    return Label(lines, radius * x - _GAP - width, top, width, "end")


def has_numbers(chart: Chart) -> bool:
    """Say whether numbers stand around the radar, for want of room."""
    return len(chart.branches) >= FEWEST and bool(_plan(chart).key)


def _plan(chart: Chart) -> Layout:
    return layout(tuple(branch.label for branch in chart.branches))


# -- drawing


def radar(chart: Chart) -> tuple[list[str], float]:
    """Draw a chart of three branches or more; give its height too."""
    plan = _plan(chart)
    above = min(label.top for label in plan.labels)
    below = max(label.bottom for label in plan.labels)
    middle = _EDGE - above
    parts = [*_grid(plan, chart.top, middle)]
    drawn = list(zip(chart.series, styled(chart.series), range(len(chart.series)), strict=True))
    for series, style, position in reversed(drawn):  # the first one lies on top
        values = [branch.values[position] for branch in chart.branches]
        parts.append(grouped(series, _series(plan, style, values, chart.top, middle)))
    parts += _numbers(plan, chart.top, middle)
    for label in plan.labels:
        kind = "chart-number" if plan.key else "chart-text"
        parts.append(
            written(label.lines, _CENTRE + label.x, middle + label.top, kind=kind, anchor=label.anchor)
        )
    top = middle + below + LEADING
    shown, height = legend(chart, top)
    key, bottom = _key(plan, top + height)
    return [*parts, *shown, *key], bottom


def _series(plan: Layout, style: Style, values: Sequence[Fraction | None], top: int, middle: float) -> str:
    places = [
        None if value is None else _place(plan, i, float(value / top), middle)
        for i, value in enumerate(values)
    ]
    path = _joined(places)
    area = f'<path class="chart-area" fill="currentColor" fill-opacity=".1" d="{path}"/>'
    points = [place for place in places if place is not None]
    is_area = style.is_filled and path.endswith("Z")
    return (area if is_area else "") + line(style, path) + markers(style, points)


def _place(plan: Layout, i: int, share: float, middle: float) -> Point:
    x, y = plan.spokes[i]
    return _CENTRE + plan.radius * share * x, middle + plan.radius * share * y


def _joined(places: Sequence[Point | None]) -> str:
    """Join neighbours, the last to the first too; an axis without value interrupts the line."""
    if None not in places:
        return _path([place for place in places if place is not None]) + "Z"
    start = places.index(None)
    runs: list[list[Point]] = [[]]
    for place in (*places[start:], *places[:start]):
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return "".join(_path(run) for run in runs if len(run) > 1)


def _path(places: Sequence[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)


def _grid(plan: Layout, top: int, middle: float) -> Iterator[str]:
    count = range(len(plan.spokes))
    rings = [
        _path([_place(plan, i, level / top, middle) for i in count]) + "Z" for level in range(1, top + 1)
    ]
    spokes = "".join(_path([(_CENTRE, middle), _place(plan, i, 1, middle)]) for i in count)
    style = 'fill="none" stroke="currentColor" stroke-width=".8"'
    yield f'<path class="chart-grid" {style} d="{"".join(rings)}{spokes}"/>'


def _numbers(plan: Layout, top: int, middle: float) -> Iterator[str]:
    """Write the levels of the rings along the first spoke; where they are close together, some of them."""
    step = -(-_ROOM * top // plan.radius)
    for level in range(0, top + 1, step):
        y = middle - plan.radius * level / top - ASCENT / 2 - 1
        yield written((str(level),), _CENTRE - _GAP, y, kind="chart-level", anchor="end")


_INDENT: Final = 24


def _key(plan: Layout, top: float) -> tuple[list[str], float]:
    parts, y = [], top + LEADING
    for i, lines in enumerate(plan.key):
        parts.append(written((str(i + 1),), _INDENT - 8, y, kind="chart-number", anchor="end"))
        parts.append(written(lines, _INDENT, y, kind="chart-text"))
        y += LEADING * len(lines) + 3
    return parts, y if plan.key else top
