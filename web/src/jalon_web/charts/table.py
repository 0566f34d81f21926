"""The table beside a chart: the same values, in words and numbers."""

from __future__ import annotations

from typing import NamedTuple

from jalon_web.charts.lettering import value_text
from jalon_web.charts.model import Chart
from jalon_web.charts.radar import has_numbers


class TableRow(NamedTuple):
    """Give the texts of one axis: one value per series, in order, « – » where there is none.

    `number` is what stands for the label around the radar; empty where labels stand there themselves.
    """

    number: str
    label: str
    values: tuple[str, ...]
    note: str


def table_rows(chart: Chart) -> tuple[TableRow, ...]:
    """Write the branches of a chart as rows, in the order they are drawn."""
    is_numbered = has_numbers(chart)
    return tuple(
        TableRow(
            str(i) if is_numbered else "", branch.label, tuple(map(value_text, branch.values)), branch.note
        )
        for i, branch in enumerate(chart.branches, 1)
    )
