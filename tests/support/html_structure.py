"""What the structure of a page owes its readers: language, title, headings, names, tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from support.html_page import Check, Page, is_interactive, local, shown, squeezed, text

REFERENCES: Final = (
    "for",
    "form",
    "list",
    "headers",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-details",
    "aria-errormessage",
    "aria-owns",
)
TARGETS: Final = ("href", "hx-target", "hx-indicator", "hx-include")
SCOPES: Final = frozenset({"col", "row", "colgroup", "rowgroup"})


def parses(page: Page) -> Iterator[str]:
    """Refuse what a browser would have to repair."""
    yield from (f"not HTML5: {each}" for each in page.errors)


def declares_itself(page: Page) -> Iterator[str]:
    """Want the document type, the language, the character set and a viewport that zooms."""
    if not page.full:
        return
    if not page.source.lstrip().lower().startswith("<!doctype html>"):
        yield "no <!doctype html>"
    if page.root.get("lang") != "fr":
        yield 'no <html lang="fr">'
    metas = list(page.all("meta"))
    if "utf-8" not in [meta.get("charset", "").lower() for meta in metas]:
        yield 'no <meta charset="utf-8">'
    viewport = next((meta.get("content", "") for meta in metas if meta.get("name") == "viewport"), "")
    if "width=device-width" not in viewport or re.search(r"user-scalable|maximum-scale", viewport):
        yield f"a viewport that does not follow the screen or does not zoom: {viewport!r}"


def has_a_title(page: Page) -> Iterator[str]:
    """Want one title, that says the page and then the site."""
    titles = [text(each) for each in page.all("title") if page.inside(each, "svg") is None]
    if page.full and (len(titles) != 1 or not re.fullmatch(r"\S.*[ \u00a0]– Jalon", squeezed(titles[0]))):
        yield f"titles {titles}, not one « … – Jalon »"


def has_landmarks(page: Page) -> Iterator[str]:
    """Want one main part, a first link that leads there, and names where there are several navigations."""
    mains = list(page.all("main"))
    if page.full and len(mains) != 1:
        yield f"{len(mains)} <main>, not 1"
    links = [each.get("href", "") for each in page.all("a")]
    if page.full and len(mains) == 1 and links[:1] != [f"#{mains[0].get('id')}"]:
        yield "the first link does not skip to <main>"
    navigations = list(page.all("nav"))
    names = {
        page.name(each) for each in navigations if each.attrib.keys() & {"aria-label", "aria-labelledby"}
    }
    if len(navigations) > 1 and len(names) < len(navigations):
        yield f"{len(navigations)} <nav>, {len(names)} different names"


def headings_do_not_skip(page: Page) -> Iterator[str]:
    """Want one h1, and no level left out; a summary of errors may stand before the h1."""
    headings = [each for each in page.all() if re.fullmatch("h[1-6]", local(each))]
    levels = [int(local(each)[1]) for each in headings]
    if page.full and levels.count(1) != 1:
        yield f"{levels.count(1)} <h1>, not 1"
    before = [1 if page.full else 6, *levels]
    for heading, level, previous in zip(headings, levels, before, strict=False):
        if level > previous + 1:
            yield f"{shown(heading)} {page.name(heading)!r} follows a level {previous}"
        if not page.name(heading):
            yield f"{shown(heading)} is empty"


def identifiers_are_unique(page: Page) -> Iterator[str]:
    """Refuse an identifier used twice, empty or with a space."""
    for each, count in page.identifiers.items():
        if count > 1:
            yield f"id {each!r} used {count} times"
        if not each or re.search(r"\s", each):
            yield f"id {each!r} is no identifier"


def references_exist(page: Page) -> Iterator[str]:
    """Want what an attribute points at to be on the page (a fragment may point out of itself)."""
    for element in page.all() if page.full else ():
        for attribute in REFERENCES:
            for each in element.get(attribute, "").split():
                if each not in page.identifiers:
                    yield f"{shown(element)}: {attribute} names {each!r}, which is not here"
        for attribute in TARGETS:
            value = element.get(attribute, "")
            if value.startswith("#") and value[1:] not in page.identifiers:
                yield f"{shown(element)}: {attribute} leads to {value!r}, which is not here"


def images_have_names(page: Page) -> Iterator[str]:
    """Want an alternative on each image, and each drawing named or hidden."""
    for each in page.all("img"):
        if "alt" not in each.attrib:
            yield f"{shown(each)} without alt"
    for each in page.all("svg"):
        titled = any(squeezed(text(child)) for child in each if local(child) == "title")
        named = each.get("role") == "img" and (
            titled or each.attrib.keys() & {"aria-label", "aria-labelledby"}
        )
        hidden = any(up.get("aria-hidden") == "true" for up in (each, *page.ancestors(each)))
        if not named and not hidden:
            yield f"{shown(each)} is neither named (role=img) nor hidden"


def tables_have_headers(page: Page) -> Iterator[str]:
    """Want a caption and header cells with their scope in each table."""
    for table in page.all("table"):
        if not any(squeezed(text(each)) for each in table if local(each) == "caption"):
            yield f"{shown(table)} without caption"
        cells = list(table.iter("th"))
        if not cells:
            yield f"{shown(table)} without <th>"
        yield from (
            f"{shown(each)} {page.name(each)!r} without scope"
            for each in cells
            if each.get("scope") not in SCOPES
        )


def nothing_interactive_is_nested(page: Page) -> Iterator[str]:
    """Refuse a control inside a link, a button or a summary, and a link or a button inside a label."""
    for outer in page.all("a", "button", "summary", "label"):
        for inner in outer.iter():
            refused = local(inner) in {"a", "button"} if local(outer) == "label" else is_interactive(inner)
            if inner is not outer and refused:
                yield f"{shown(inner)} inside {shown(outer)}"


def links_say_where_they_lead(page: Page) -> Iterator[str]:
    """Refuse a link without name, and one name for two targets."""
    targets: dict[str, set[str]] = defaultdict(set)
    for link in page.all("a"):
        if "href" not in link.attrib:
            yield f"{shown(link)} leads nowhere"
        elif name := page.name(link):
            targets[name].add(link.attrib["href"])
        else:
            yield f"{shown(link)} has no name"
    for name, found in targets.items():
        if len(found) > 1 and name not in page.repeated:
            yield f"links {name!r} lead to {sorted(found)}"


def focus_follows_the_page(page: Page) -> Iterator[str]:
    """Refuse an order of focus other than that of the page, and new windows."""
    for each in page.all():
        if each.get("tabindex", "0") not in {"0", "-1"}:
            yield f"{shown(each)}: tabindex other than 0 and -1"
        if each.get("target", "_self") != "_self":
            yield f"{shown(each)}: opens elsewhere"


CHECKS: Final[tuple[Check, ...]] = (
    parses,
    declares_itself,
    has_a_title,
    has_landmarks,
    headings_do_not_skip,
    identifiers_are_unique,
    references_exist,
    images_have_names,
    tables_have_headers,
    nothing_interactive_is_nested,
    links_say_where_they_lead,
    focus_follows_the_page,
)
