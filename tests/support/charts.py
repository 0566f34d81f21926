"""Reading charts back: what is drawn, where, and how much room its text takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple
from xml.etree import ElementTree as ET

from jalon_web.charts.drawing import draw
from jalon_web.charts.model import Branch, Chart, Series

SVG = "{http://www.w3.org/2000/svg}"
PRODUCT, EXPECTED, TARGET = (
    Series("product", "Produit"),
    Series("expected", "Attendu à date"),
    Series("target", "Cible"),
)
Value = Fraction | int | None
Point = tuple[float, float]

# The widths of Arial (those of Helvetica), in thousandths of the size.
_WIDTHS = {
    **dict.fromkeys("abdeghnopqu0123456789L", 556),
    **dict.fromkeys("ckszvxyJ", 500),
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys("ft.,:;/ \u00a0I", 278),
    **dict.fromkeys("r()-", 333),
    **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("ABEKPSVXY", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("Wœ", 944),
    **dict.fromkeys("…", 1000),
    **dict.fromkeys("’", 222),
    **dict.fromkeys("–", 556),
}


def chart(
    rows: Sequence[tuple[str, Sequence[Value]]], series: Sequence[Series] = (PRODUCT,), top: int = 3
) -> Chart:
    """Make a chart of labels with their values."""
    branches = tuple(
        Branch(f"a{i}", label, tuple(None if value is None else Fraction(value) for value in values))
        for i, (label, values) in enumerate(rows)
    )
    return Chart("Radar du produit", top, tuple(series), branches)


def plain(values: Sequence[Value], top: int = 3) -> Chart:
    """Make a chart of one series with short labels."""
    return chart([(f"Axe {i}", (value,)) for i, value in enumerate(values)], top=top)


def drawn(of: Chart, ident: str = "c") -> ET.Element:
    """Draw a chart and read it as XML."""
    return ET.fromstring(str(draw(of, ident)))  # noqa: S314 (drawn by us, a line above)


def paths(svg: ET.Element, series: str, kind: str) -> list[str]:
    """Give the paths of one kind that belong to a series, as they are written."""
    groups = [each for each in svg.iter(f"{SVG}g") if f"chart-{series}" in each.get("class", "").split()]
    return [
        path.get("d", "")
        for group in groups
        for path in group.iter(f"{SVG}path")
        if path.get("class") == kind
    ]


def _points(path: str) -> list[Point]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def vertices(svg: ET.Element, series: str = "product") -> list[Point]:
    """Give the markers of a series, those of its legend left out."""
    found = paths(svg, series, "chart-markers")
    return [point for path in found[:-1] for point in _points(path)]


def runs(svg: ET.Element, series: str = "product") -> list[list[Point]]:
    """Give the unbroken lines of a series; a closed one ends where it began."""
    found = "".join(paths(svg, series, "chart-line"))
    lines = []
    for part in re.findall(r"M[^M]*", found):
        points = _points(part)
        lines.append([*points, points[0]] if part.endswith("Z") else points)
    return lines


def centre_and_tips(svg: ET.Element) -> tuple[Point, list[Point]]:
    """Give the centre of a radar and the ends of its spokes, from its grid."""
    (grid,) = [each for each in svg.iter(f"{SVG}path") if each.get("class") == "chart-grid"]
    spokes = [_points(part) for part in re.findall(r"M[^M]*", grid.get("d", "")) if not part.endswith("Z")]
    return spokes[0][0], [tip for _, tip in spokes]


class Box(NamedTuple):
    """Bound one block of text."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Say whether two blocks of text cover one another."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def boxes(svg: ET.Element) -> Iterator[Box]:
    """Bound every text of a chart, as Arial would write it."""
    size = float(svg.get("font-size", ""))
    for text in svg.iter(f"{SVG}text"):
        spans = list(text)
        width = max(_width(span.text or "") * size / 1000 for span in spans)
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
        left = float(spans[0].get("x", "")) - share * width
        bases = [float(span.get("y", "")) for span in spans]
        shown = " ".join(span.text or "" for span in spans)
        yield Box(shown, left, min(bases) - 0.75 * size, left + width, max(bases) + 0.25 * size)


def _width(text: str) -> int:
    bare = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return sum(_WIDTHS[letter] for letter in bare)
