"""Charts: labels that never touch nor leave the picture, bars, the empty figure, and the table beside."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jalon_web.charts.lettering import value_text, wrapped
from jalon_web.charts.model import Branch, Chart, Series
from jalon_web.charts.table import TableRow, table_rows
from support.charts import EXPECTED, PRODUCT, SVG, TARGET, boxes, chart, drawn, paths, vertices

THREE = (PRODUCT, EXPECTED, TARGET)
LONG = "Accompagnement des établissements et des professionnels, suivi"[:60]
SECURITY = (
    "Gouvernance",
    "Identification et habilitations",
    "Traçabilité et imputabilité",
    "Valeur probante",
    "Hébergement",
    "Continuité",
    "Développement et exploitation",
    "Données personnelles",
)
_words = st.text("abdeimnrstuéèçœmwAEMWT’", min_size=1, max_size=18)
_labels = st.lists(_words, min_size=1, max_size=9).map(lambda words: " ".join(words)[:60].strip())


def _labelled(labels: list[str]) -> Chart:
    return chart([(label, (1, 2, 3)) for label in labels], THREE)


@settings(deadline=None)
@given(st.lists(_labels, min_size=1, max_size=14))
@example([LONG] * 14)
@example([LONG] * 3)
@example(["W" * 60] * 14)
@example(["é"] * 14)
@example(list(SECURITY))
def test_no_text_touches_another_nor_leaves_the_picture(labels: list[str]) -> None:
    """From 1 to 14 axes with labels of up to 60 characters, every text has its own place inside."""
    svg = drawn(_labelled(labels))
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    found = list(boxes(svg))

    assert not [
        each for each in found if each.left < 0 or each.top < 0 or each.right > width or each.bottom > height
    ]
    assert not [(one.text, two.text) for one, two in combinations(found, 2) if one.overlaps(two)]


@pytest.mark.parametrize("labels", [[LONG] * 14, list(SECURITY), ["A", "B", "C"], [LONG]])
def test_text_is_at_least_12_pixels_high_on_a_telephone(labels: list[str]) -> None:
    """Shown 320 pixels wide, letters keep the size they are read at."""
    svg = drawn(_labelled(labels))
    width = float(svg.get("viewBox", "").split()[2])

    assert 12 <= float(svg.get("font-size", "")) * 320 / width
    assert not [each for each in svg.iter() if each is not svg and each.get("font-size")]


@pytest.mark.parametrize("labels", [[LONG] * 14, [LONG, *SECURITY], list(SECURITY[:5])])
def test_every_label_is_written_whole(labels: list[str]) -> None:
    """Around the radar or in the key below it, each label is there to its last word, on 3 lines at most."""
    texts = _blocks(drawn(_labelled(labels)))

    for label in labels:
        assert label in {" ".join(lines) for lines in texts}
    assert max(map(len, texts)) <= 3


def _blocks(svg: ET.Element) -> list[list[str]]:
    return [[span.text or "" for span in each] for each in svg.iter(f"{SVG}text")]


def test_labels_stand_at_their_axes_where_there_is_room() -> None:
    """Short labels are written around the radar, without numbers."""
    short = _labelled(["Gouvernance", "Traçabilité", "Éthique", "Continuité"])

    assert not {"chart-number"} & {each.get("class") for each in drawn(short).iter(f"{SVG}text")}
    assert ["", "", "", ""] == [row.number for row in table_rows(short)]


def test_numbers_stand_for_labels_that_have_no_room() -> None:
    """Long labels are numbered: at the axes, in the key below, and in the table beside."""
    long = _labelled([LONG] * 5)
    numbers = [
        "".join(each.itertext())
        for each in drawn(long).iter(f"{SVG}text")
        if each.get("class") == "chart-number"
    ]

    assert ["1", "2", "3", "4", "5"] * 2 == numbers
    assert ["1", "2", "3", "4", "5"] == [row.number for row in table_rows(long)]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Partage et échange", 200, ("Partage et échange",)),
        ("Partage et échange", 60, ("Partage et", "échange")),
        ("  Partage \n et  échange ", 200, ("Partage et échange",)),
        ("Contenus – production", 70, ("Contenus\u00a0–", "production")),
        ("INS\u00a0: identité", 45, ("INS\u00a0:", "identité")),
        ("Interopérabilité", 50, ("Interopér", "abilité")),
        ("un deux trois quatre cinq six sept", 34, ("un", "deux", "troi…")),
        ("", 50, ("",)),
    ],
)
def test_text_breaks_between_words(text: str, width: float, lines: tuple[str, ...]) -> None:
    """Lines break between words, after a dash, never at a no-break space, and inside a word only when they must."""
    assert lines == wrapped(text, width)


# -- bars

BARS = Chart(
    "Barres",
    2,
    THREE,
    (
        Branch(
            "a",
            "Réalisation des actes",
            (Fraction(4, 3), Fraction(1), Fraction(2)),
            "Moyenne sur 3 critères.",
        ),
        Branch("b", "Éthique", (None, Fraction(0), None)),
    ),
)


def test_bars_are_as_long_as_values() -> None:
    """Of two axes or fewer: a bar per value, from 0 to the top of the scale; none where there is no value."""
    rects = list(drawn(BARS).iter(f"{SVG}rect"))

    assert [176, 132, 264, 0] == [float(each.get("width", "")) for each in rects]
    assert {"8"} == {each.get("x") for each in rects}


def test_bars_show_values_and_absences_in_text() -> None:
    """Each value is written with its decimal comma; an absence is a dash, a zero is not."""
    texts = ["".join(each) for each in _blocks(drawn(BARS))]

    assert ["1,33", "1,00", "2,00", "–", "0,00", "–"] == [t for t in texts if "," in t or t == "–"]
    assert "Moyenne sur 3 critères." in texts
    assert 1 == len(vertices(drawn(BARS)))


@pytest.mark.parametrize(
    ("count", "kind"), [(0, "empty"), (1, "bars"), (2, "bars"), (3, "radar"), (14, "radar"), (20, "radar")]
)
def test_the_number_of_axes_decides_the_drawing(count: int, kind: str) -> None:
    """Nothing, bars below three axes, a radar from three on."""
    svg = drawn(_labelled(["Axe"] * count))

    assert f"chart chart-{kind}" == svg.get("class")
    assert bool(paths(svg, "product", "chart-line")) is (kind == "radar")


def test_without_axis_the_figure_says_so_and_why() -> None:
    """No axis to draw: « Aucune donnée », and the reason for each axis left out."""
    empty = Chart("Radar", 3, THREE, (), (("Éthique", "tous ses critères sont non applicables"),))

    assert [
        ["Aucune donnée"],
        ["Éthique\u00a0: tous ses critères sont non applicables"],
    ] == _blocks(drawn(empty))


# -- table


def test_the_table_says_what_the_chart_shows() -> None:
    """A row per axis in the order drawn: label, a text per series, the note."""
    assert (
        TableRow("", "Réalisation des actes", ("1,33", "1,00", "2,00"), "Moyenne sur 3 critères."),
        TableRow("", "Éthique", ("–", "0,00", "–"), ""),
    ) == table_rows(BARS)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (Fraction(0), "0,00"),
        (Fraction(7, 3), "2,33"),
        (Fraction(1, 8), "0,13"),
        (Fraction(3), "3,00"),
    ],
)
def test_values_are_written_in_french(value: Fraction | None, text: str) -> None:
    """Two decimals rounded half up, a comma; a dash where there is no value."""
    assert text == value_text(value)


def test_a_long_series_name_is_wrapped_in_the_legend() -> None:
    """Legends take lines as they need them and stay inside."""
    series = Series("before", f"Version précédente : {LONG}")
    found = [each for each in boxes(drawn(chart([("Axe", (1,))] * 3, (series,)))) if "Version" in each.text]

    assert 1 == len(found)
    assert found[0].bottom - found[0].top > 24
    assert found[0].right <= 320
