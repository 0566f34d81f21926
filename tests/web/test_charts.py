"""Charts: where points lie, what an absent value does, what a reader without colour or sight is given."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from math import dist
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from jalon_web.charts.drawing import draw
from jalon_web.charts.model import Branch, Chart, Series
from support.charts import (
    EXPECTED,
    PRODUCT,
    SVG,
    TARGET,
    centre_and_tips,
    chart,
    drawn,
    paths,
    plain,
    runs,
    vertices,
)

_shares = st.fractions(0, 1, max_denominator=40)
_present = st.lists(_shares, min_size=3, max_size=14)
_maybe = st.lists(st.none() | _shares, min_size=3, max_size=14)
_CLOSE = 0.2  # coordinates are written with one decimal


@settings(deadline=None)
@given(_present, st.integers(1, 9))
def test_a_point_lies_on_its_spoke_as_far_as_its_value(shares: list[Fraction], top: int) -> None:
    """From the centre (0) to the outer ring (top of the scale), distance is proportional to value."""
    svg = drawn(plain([share * top for share in shares], top))
    (x, y), tips = centre_and_tips(svg)

    for share, (tip_x, tip_y), point in zip(shares, tips, vertices(svg), strict=True):
        place = (x + float(share) * (tip_x - x), y + float(share) * (tip_y - y))
        assert dist(place, point) < _CLOSE


@settings(deadline=None)
@given(_present)
def test_no_point_lies_outside_the_outer_ring(shares: list[Fraction]) -> None:
    """Every vertex is at most as far from the centre as the ends of the spokes."""
    svg = drawn(plain([3 * share for share in shares]))
    centre, tips = centre_and_tips(svg)

    assert len(shares) == len(tips) == len(vertices(svg))
    assert all(dist(centre, point) <= dist(centre, tips[0]) + _CLOSE for point in vertices(svg))


@settings(deadline=None)
@given(_present, st.randoms(use_true_random=False))
def test_moving_axes_moves_their_points(shares: list[Fraction], draw_lots: random.Random) -> None:
    """Shuffling the axes keeps each one as far from the centre as it was."""
    order = draw_lots.sample(range(len(shares)), len(shares))
    before, after = (
        drawn(plain([3 * share for share in each])) for each in (shares, [shares[i] for i in order])
    )
    first, second = vertices(before), vertices(after)
    centre, _ = centre_and_tips(before)

    for place, i in enumerate(order):
        assert abs(dist(centre, first[i]) - dist(centre, second[place])) < _CLOSE


@settings(deadline=None)
@given(_maybe)
def test_an_absent_value_makes_no_vertex(shares: list[Fraction | None]) -> None:
    """Markers stand for values and nothing else; lines join neighbours that both have one, and no others."""
    svg = drawn(plain([None if share is None else 3 * share for share in shares]))
    points = iter(vertices(svg))
    places = [None if share is None else next(points) for share in shares]
    wanted = {
        frozenset((one, other))
        for one, other in zip(places, [*places[1:], places[0]], strict=True)
        if one is not None and other is not None
    }
    joined = {frozenset(pair) for run in runs(svg) for pair in pairwise(run)}

    assert next(points, None) is None
    assert wanted == joined


def test_a_value_between_two_absent_ones_is_a_marker_alone() -> None:
    """No line leads to it, and none leads to the centre in place of its neighbours."""
    svg = drawn(plain([3, None, 3, None, 3, None]))

    assert 3 == len(vertices(svg))
    assert [] == runs(svg)


def test_a_zero_is_drawn_at_the_centre() -> None:
    """Red is a level: 0 is a vertex, which an absence is not."""
    svg = drawn(plain([0, 3, 3, 3]))

    assert centre_and_tips(svg)[0] == vertices(svg)[0]


def test_only_a_whole_polygon_is_filled() -> None:
    """The product's surface is shown when every axis has a value."""
    whole, partial = drawn(plain([1, 2, 3])), drawn(plain([1, 2, 3, None]))

    assert 1 == len(paths(whole, "product", "chart-area"))
    assert [] == paths(partial, "product", "chart-area")


@pytest.mark.parametrize("top", [1, 2, 3, 5])
def test_each_level_has_its_ring_and_number(top: int) -> None:
    """Rings are as many as levels above 0, and each is numbered from the centre on."""
    svg = drawn(plain([1, 1, 1, 1], top))
    (grid,) = [each.get("d", "") for each in svg.iter(f"{SVG}path") if each.get("class") == "chart-grid"]

    assert top == grid.count("Z")
    assert [str(level) for level in range(top + 1)] == _texts(svg, "chart-level")


def test_crowded_rings_are_not_all_numbered() -> None:
    """On a long scale, numbers that would touch are left out at equal steps."""
    assert ["0", "3", "6", "9", "12", "15", "18"] == _texts(drawn(plain([1, 1, 1], 20)), "chart-level")


def _texts(svg: ET.Element, kind: str) -> list[str]:
    found = [each for each in svg.iter(f"{SVG}text") if each.get("class") == kind]
    return ["".join(each.itertext()) for each in found]


FOUR = (PRODUCT, EXPECTED, TARGET, Series("forecast", "Prévision"))


@pytest.mark.parametrize("count", [2, 3])
def test_series_differ_without_colour(count: int) -> None:
    """Each series has its own stroke and marker, and the legend shows the same ones."""
    svg = drawn(chart([("Axe", (1, 2, 3, 2))] * count, FOUR))
    strokes, shapes = set(), set()
    for each in FOUR:
        marks = paths(svg, each.key, "chart-markers")
        strokes |= {(_stroke(svg, each.key, kind)) for kind in ("chart-line", "chart-bar", "chart-sample")}
        shapes |= {mark.split("m")[-1] for mark in marks}

    assert 4 == len(strokes - {None})
    assert 4 == len(shapes)


def _stroke(svg: ET.Element, series: str, kind: str) -> tuple[str | None, ...] | None:
    for group in svg.iter(f"{SVG}g"):
        for each in group:
            if group.get("class") == f"chart-series chart-{series}" and each.get("class") == kind:
                return each.get("stroke-width"), each.get("stroke-dasharray")
    return None


def test_usual_series_always_look_the_same() -> None:
    """A target is drawn as a target, whether or not the product stands beside it."""
    alone, among = (drawn(chart([("Axe", [2] * len(each))] * 3, each)) for each in ((TARGET,), FOUR))

    assert _stroke(among, "target", "chart-line") == _stroke(alone, "target", "chart-line")


def test_a_series_without_any_value_says_so() -> None:
    """The legend keeps it, and nothing of it is drawn."""
    svg = drawn(chart([("Axe", (None, 1))] * 3, (PRODUCT, TARGET)))

    assert "Produit (aucune valeur)" in _texts(svg, "chart-text")
    assert ([], []) == (vertices(svg), runs(svg))


ODD = '<b onload="x">&\'"'


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9])
def test_text_is_escaped_and_nothing_is_active(count: int) -> None:
    """Labels are text whatever they hold; only shapes and text are drawn: no style, no script, no link."""
    branches = tuple(Branch("a", ODD, (Fraction(1),), ODD) for _ in range(count))
    svg = drawn(Chart(ODD, 3, (Series(ODD, ODD),), branches, ((ODD, ODD),), (ODD,)), ODD)
    names = {each.tag.removeprefix(SVG) for each in svg.iter()}
    attributes = {name for each in svg.iter() for name in each.attrib}

    assert names <= {"svg", "title", "desc", "g", "path", "rect", "text", "tspan"}
    assert not {name for name in attributes if name.startswith(("on", "style", "href"))}
    assert ODD == svg.findtext(f"{SVG}title")


@pytest.mark.parametrize("count", [0, 2, 3])
def test_a_chart_is_an_image_with_a_name(count: int) -> None:
    """It is one image, named by its title and description, whose ids begin as asked."""
    svg = drawn(plain([1] * count))
    named = [svg.find(f".//*[@id='{ident}']") for ident in svg.get("aria-labelledby", "").split()]

    assert "img" == svg.get("role")
    assert [f"{SVG}title", f"{SVG}desc"] == [each.tag for each in named if each is not None]
    assert {"c-title", "c-desc"} == {each.get("id") for each in svg.iter() if each.get("id")}


def test_the_description_says_what_is_shown_and_what_is_not() -> None:
    """Kind, number of axes, levels by name, series, and why an axis is left out."""
    given_chart = plain([1, 2, 3])._replace(
        left_out=(("Éthique", "tous ses critères sont non applicables"),),
        level_names=("Rouge", "Orange", "Jaune", "Vert"),
    )

    assert (
        "Diagramme radar, 3 axes. Niveaux\u00a0: de 0 (rouge) à 3 (vert). Séries\u00a0: Produit. "
        "Axe non représenté\u00a0: Éthique (tous ses critères sont non applicables)."
    ) == drawn(given_chart).findtext(f"{SVG}desc")


def test_a_chart_is_always_the_same_text() -> None:
    """Two drawings of one chart are identical, and ready to be put into a page."""
    one, other = (draw(plain([Fraction(1, 3), 2, 0, None]), "c") for _ in range(2))

    assert one == other
    assert isinstance(one, Markup)


def test_a_chart_is_light() -> None:
    """Eight axes and three series take less than 8 KB, before compression."""
    eight = chart([(f"Traçabilité et imputabilité {i}", (2, 1, 3)) for i in range(8)], FOUR[:3])

    assert len(draw(eight, "c").encode()) < 8_000
