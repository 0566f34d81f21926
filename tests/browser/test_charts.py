"""Charts and pages as they are drawn: on the screen, on paper, with forced colours, enlarged, without motion."""

from __future__ import annotations

import re
from math import hypot
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from support.chromium import Window
from support.live import Live, Question

OUTSIDE: Final = """() => [...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const box = chart.getBoundingClientRect();
  return [...chart.querySelectorAll('text')].filter(text => {
    const inner = text.getBoundingClientRect();
    return inner.left < box.left - 1 || inner.right > box.right + 1
        || inner.top < box.top - 1 || inner.bottom > box.bottom + 1;
  }).map(text => text.textContent);
})"""
SERIES: Final = ("product", "expected", "target")
MOST_MOVED: Final = 0.02
"""How far a point may be from its value, in levels: the drawing keeps one decimal."""


def points(page: Page, series: str) -> list[tuple[float, float]]:
    """Give the corners of a line of the first radar."""
    line = page.locator(f".chart-radar .chart-{series} .chart-line").first.get_attribute("d") or ""
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", line)]


def column(page: Page, place: int) -> list[float]:
    """Read a column of the first table of scores, its last line (the whole) left out."""
    cells = page.locator(".table--scores").first.locator(f"tbody tr td:nth-child({place})").all_inner_texts()
    return [float(cell.replace(",", ".")) for cell in cells[:-1]]


def test_the_radar_says_what_its_table_says(live: Live, window: Window) -> None:
    """Each corner of each line stands where its number in the table wants it, and no label is cut."""
    page = live.enter(window, f"/produits/{live.site.product()}")
    expect(page.locator("svg.chart-radar").first).to_be_visible()
    target = points(page, "target")
    centre = (sum(x for x, _ in target) / len(target), sum(y for _, y in target) / len(target))
    edge = hypot(target[0][0] - centre[0], target[0][1] - centre[1])
    for place, series in enumerate(SERIES, 3):
        drawn = [3 * hypot(x - centre[0], y - centre[1]) / edge for x, y in points(page, series)]
        told = column(page, place)
        assert len(told) == len(drawn)
        assert [] == [one for one in zip(told, drawn, strict=True) if abs(one[0] - one[1]) > MOST_MOVED]

    assert [] == page.evaluate(OUTSIDE)
    page.set_viewport_size({"width": 320, "height": 900})
    assert [] == page.evaluate(OUTSIDE)


def test_a_page_on_paper(live: Live, window: Window) -> None:
    """Printed, a product keeps its title, its charts and its tables, without what one presses; a PDF comes out."""
    page = live.enter(window, f"/produits/{live.site.product()}")
    page.emulate_media(media="print")
    for gone in (".masthead", ".trail", ".footer", ".day", ".questionnaire__action"):
        expect(page.locator(gone).first).to_be_hidden()
    for kept in ("h1", ".chart-radar", ".table--scores", ".questionnaire__title"):
        expect(page.locator(kept).first).to_be_visible()
    page.set_viewport_size({"width": 672, "height": 960})  # what an A4 sheet has between its margins
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    pdf = page.pdf(format="A4")

    assert b"%PDF-" == pdf[:5]
    assert 10_000 < len(pdf)
    live.open(window, live.site.axis("A08.1"))
    expect(page.locator(".axis__side")).to_be_hidden()
    expect(Question(page, "A08.1.1").level(1)).to_be_visible()
    expect(page.get_by_role("button", name="Enregistrer", exact=True).last).to_be_hidden()


def test_forced_colours(live: Live, window: Window) -> None:
    """With the colours of the system, the chosen level, the bars and the lines of a chart are still seen."""
    page = live.enter(window, live.site.axis("A08.1"))
    page.emulate_media(forced_colors="active")
    chosen = page.locator(".level:has(:checked)").first
    assert "solid" == chosen.evaluate("element => getComputedStyle(element).outlineStyle")
    assert "none" == page.locator(".level").first.evaluate(
        "element => getComputedStyle(element).outlineStyle"
    )
    live.open(window, f"/produits/{live.site.product()}")
    line = page.locator(".chart-product .chart-line").first
    canvas = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert canvas != line.evaluate("element => getComputedStyle(element).stroke")
    assert 10_000 < len(page.screenshot())


def test_without_motion(live: Live, window: Window) -> None:
    """Nothing is animated for who asked for no motion, and little for the others."""
    page = live.enter(window, live.site.axis("A08.1"))
    longest = """() => Math.max(...[...document.querySelectorAll('*')].map(each => {
      const style = getComputedStyle(each);
      return Math.max(parseFloat(style.transitionDuration), parseFloat(style.animationDuration)) || 0;
    }))"""
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(longest) <= 0.01
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(longest) <= 0.2


@pytest.mark.parametrize("width", [640, 320])
def test_enlarged(live: Live, window: Window, width: int) -> None:
    """At 200 and 400 %, every control is on the page, none over another, and answers are saved."""
    window.page.set_viewport_size({"width": width, "height": 450})
    page = live.enter(window, live.site.axis("A08.3"))
    for name in ("Accueil", "Produits", "Aller à la prochaine question sans réponse"):
        expect(page.get_by_role("link", name=name).first).to_be_visible()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    question = Question(page, "A08.3.3")
    question.level(2).click()
    question.wait_saved()
    page.locator(".axes__summary").click()
    page.locator(".axes__link").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Contenus – consommation")

    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
