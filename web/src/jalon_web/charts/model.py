"""What a chart shows, before it is drawn."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Series(NamedTuple):
    """Name one line of a chart."""

    key: str  # product, expected, target: also the CSS class
    label: str


class Branch(NamedTuple):
    """Give one axis: its label and, per series in order, its value or None where there is none."""

    key: str
    label: str
    values: tuple[Fraction | None, ...]
    note: str = ""  # why it has no value, or what its mean covers


class Chart(NamedTuple):
    """Describe a chart of one questionnaire; `left_out` names the axes not drawn, and why."""

    title: str
    top: int
    series: tuple[Series, ...]
    branches: tuple[Branch, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    level_names: tuple[str, ...] = ()
