"""A page as its checks read it: parsed as HTML5, with parents, identifiers and names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as MESSAGES

# An htmx answer is parsed inside what will receive it: a row is not a fault in a table.
CONTAINERS: Final = {
    "tr": "tbody",
    "td": "tr",
    "th": "tr",
    "tbody": "table",
    "caption": "table",
    "option": "select",
}
NOT_TYPED: Final = frozenset({"hidden", "submit", "button", "reset", "image"})
SHOWN: Final = 90


@dataclass(frozen=True)
class Page:
    """Hold one parsed page, or one fragment of a page."""

    source: str
    root: Element
    errors: tuple[str, ...]
    full: bool
    repeated: frozenset[str] = frozenset()

    def all(self, *tags: str) -> Iterator[Element]:
        """Walk the elements with these names, in the order of the page; all of them without a name."""
        return (each for each in self.root.iter() if is_element(each) and (not tags or local(each) in tags))

    @cached_property
    def parents(self) -> Mapping[Element, Element]:
        """Give the parent of each element."""
        return {child: parent for parent in self.root.iter() for child in parent}

    @cached_property
    def identifiers(self) -> Counter[str]:
        """Count each identifier."""
        return Counter(each.attrib["id"] for each in self.all() if "id" in each.attrib)

    @cached_property
    def by_identifier(self) -> Mapping[str, Element]:
        """Give the element of each identifier."""
        return {each.attrib["id"]: each for each in self.all() if "id" in each.attrib}

    @cached_property
    def labels(self) -> Mapping[str, list[Element]]:
        """Give the labels that point at each identifier."""
        pointing: dict[str, list[Element]] = defaultdict(list)
        for each in self.all("label"):
            pointing[each.get("for", "")].append(each)
        return pointing

    def ancestors(self, element: Element) -> Iterator[Element]:
        """Walk from the parent of an element up to the root."""
        current = self.parents.get(element)
        while current is not None:
            yield current
            current = self.parents.get(current)

    def inside(self, element: Element, *tags: str) -> Element | None:
        """Give the nearest ancestor with one of these names."""
        return next((each for each in self.ancestors(element) if local(each) in tags), None)

    def name(self, element: Element) -> str:
        """Give the accessible name of an element, as far as its markup alone tells it."""
        if label := squeezed(element.get("aria-label", "")):
            return label
        labels = [self.by_identifier.get(each) for each in element.get("aria-labelledby", "").split()]
        if named := squeezed(" ".join(text(each) for each in labels if each is not None)):
            return named
        return squeezed(" ".join((text(element), *(each.get("alt", "") for each in element.iter("img")))))


Check = Callable[[Page], Iterator[str]]


def parsed(source: str, *, full: bool = True, repeated: frozenset[str] = frozenset()) -> Page:
    """Parse a page, or a fragment inside the element that will receive it."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    if full:
        root = parser.parse(source)
    else:
        first = re.search(r"<([a-z]+)", source)
        root = parser.parseFragment(source, container=CONTAINERS.get(first[1] if first else "", "div"))
    errors = (
        f"line {line}: {MESSAGES[code] % data}"
        for (line, _), code, data in parser.errors
        if not code.startswith("expected-doctype")
    )
    return Page(source, root, tuple(errors), full, repeated)


def is_element(node: Element) -> bool:
    """Tell an element from a comment."""
    return isinstance(node.tag, str) and node.tag != "DOCUMENT_FRAGMENT"


def local(element: Element) -> str:
    """Give the name of an element without its namespace (SVG)."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text(element: Element) -> str:
    """Give all the text inside an element."""
    return "".join(element.itertext())


def squeezed(value: str) -> str:
    """Fold ordinary white space as a browser does; no-break spaces stay."""
    return re.sub(r"[ \t\n\r\f]+", " ", value).strip(" ")


def shown(element: Element) -> str:
    """Write the start tag of an element, as a fault names it."""
    attributes = "".join(f' {key.rpartition("}")[2]}="{value}"' for key, value in element.items())
    written = f"<{local(element)}{attributes}>"
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}…"


def is_control(element: Element) -> bool:
    """Tell whether a person types or chooses in an element."""
    kind = element.get("type", "text").lower()
    return local(element) in {"select", "textarea"} or (local(element) == "input" and kind not in NOT_TYPED)


def is_interactive(element: Element) -> bool:
    """Tell whether an element answers to a click or a key."""
    tag = local(element)
    return (
        is_control(element)
        or tag in {"button", "summary", "iframe", "input"}
        or (tag == "a" and "href" in element.attrib)
        or "tabindex" in element.attrib
    )
