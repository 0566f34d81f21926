"""Look at a page as people do: wide and narrow, light and dark, and never scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playwright.sync_api import Page

from support.axe import violations

LOOKS: Final = ((1280, "light"), (320, "light"), (320, "dark"), (1280, "dark"))
OPEN: Final = "document.querySelectorAll('details').forEach(each => { each.open = true })"
# In the dark only the colours differ: the other rules have already run.
CONTRAST: Final = """async () => (await axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})).violations
  .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`))"""
SIDEWAYS: Final = """() => {
  const width = document.documentElement.clientWidth;
  const inside = element => element.closest('.table-region, .govuk-visually-hidden, .skip');
  return [...document.querySelectorAll('body *')]
    .filter(each => !inside(each) && each.getBoundingClientRect().right > width + 1)
    .map(each => each.outerHTML.slice(0, 120))
    .concat(document.documentElement.scrollWidth > width ? ['the page scrolls sideways'] : []);
}"""


def check_looks(page: Page) -> Iterator[str]:
    """Look at one page at two widths, light and dark, everything open: list what is wrong."""
    page.evaluate(OPEN)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        where = f"{page.url} {width} {scheme}: "
        yield from (where + each for each in page.evaluate(SIDEWAYS))
        found = page.evaluate(CONTRAST) if scheme == "dark" else violations(page)
        yield from (where + each for each in found)
