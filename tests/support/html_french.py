"""What a page says: French typography, our words, nothing of the machine.

What people typed is not ours to correct: `<bdi>`, `dir="auto"`, `translate="no"` and text areas are left out,
as are codes, and passages in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from support.html_page import Check, Page, is_element, local, squeezed

INLINE: Final = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|data|dfn|em|i|kbd|mark|q|s|samp|small|span|strong|su[bp]|time|tspan|u|var|wbr"
)
NOT_OURS: Final = frozenset({"bdi", "code", "kbd", "pre", "samp", "script", "style", "textarea"})
SPOKEN: Final = (
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "label",
    "placeholder",
    "title",
)
BREAK: Final = "\0"
ELSE: Final = "\ufffc"  # stands for what is not ours, so that the space after it still counts

TYPOGRAPHY: Final = {
    r"[^\W\d_]'[^\W\d_]": "straight apostrophe",
    r'"[^"]*"?': "straight quotation mark",
    r" [:;?!%]": "ordinary space before high punctuation",
    r"[\w)”…][;?!](?=\s|$)": "no space before high punctuation",
    r"[\w)”…]:(?=\s|$)": "no space before a colon",
    r"\d%": "no space before %",
    r"«(?![\u00a0\u202f])": "no no-break space after «",
    r"(?<![\u00a0\u202f])»": "no no-break space before »",
    r"\.\.\.": "three dots for …",
    r"\b\d{4}-\d\d-\d\d\b": "a date that is not French",
}
WORDS: Final = {
    r"\boups\b": "never",
    r"\be-?mails?\b|\bmails?\b": "adresse électronique",
    r"\bquarantaines?\b": "module suspendu, lecture seule",
    r"\bhooks?\b|\bfacts?\b|\bplugins?\b|\bdrafts?\b|\bbackend\b": "a word of ours",
    r"\blogins?\b": "identifiant de connexion",
}
MACHINE: Final = {
    r"\b(?:None|True|False|NaN|nan|Undefined|null)\b": "a value of the code",
    r"%\(\w+\)\w|\{\w*\}|\{\{|\{%|%s\b": "a place not filled in",
    r"&(?:amp|lt|gt|quot|nbsp|#\w+);|\\u[0-9a-f]{4}": "escaped twice",
    r"<\w+ object at|<function|Traceback": "an object of the code",
    r"\b(?:Error|Warning|Submit|Cancel|Save|Next|Previous|Invalid|Forbidden|Not Found|Bad Request)\b": "English",
    r"This field|Not a valid|Field must|There is a problem|Skip to main|Internal Server|The CSRF": "English",
}
AMBIGUOUS: Final = frozenset({"Annuler"})


def passages(page: Page) -> Iterator[str]:
    """Walk what a page says, a block at a time, then what its attributes say."""
    for block in "".join(_pieces(page.root)).split(BREAK):
        if squeezed(block):
            yield squeezed(block)
    for element in page.all():
        if not any(_is_not_ours(each) for each in (element, *page.ancestors(element))):
            yield from _spoken(element)


def _pieces(element: Element) -> Iterator[str]:
    if not is_element(element) and element.tag != "DOCUMENT_FRAGMENT":
        return
    inline = INLINE.fullmatch(local(element))
    yield "" if inline else BREAK
    if _is_not_ours(element):
        yield ELSE
    else:
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
            yield child.tail or ""
    yield "" if inline else BREAK


def _is_not_ours(element: Element) -> bool:
    return (
        local(element) in NOT_OURS
        or element.get("dir") == "auto"
        or element.get("translate") == "no"
        or element.get("lang", "fr") != "fr"
    )


def _spoken(element: Element) -> Iterator[str]:
    for name, value in element.items():
        button = name == "value" and element.get("type") in {"submit", "button"}
        if name in SPOKEN or name.startswith("data-i18n") or button:
            yield squeezed(value)


def typography_is_french(page: Page) -> Iterator[str]:
    """Want French spaces, apostrophes and quotation marks."""
    yield from _found(page, TYPOGRAPHY, re.NOFLAG)


def words_are_ours(page: Page) -> Iterator[str]:
    """Refuse the words that never reach a person."""
    yield from _found(page, WORDS, re.IGNORECASE)


def the_machine_is_silent(page: Page) -> Iterator[str]:
    """Refuse values of the code, places not filled in, and the English of libraries."""
    yield from _found(page, MACHINE, re.NOFLAG)


def _found(page: Page, patterns: dict[str, str], flags: re.RegexFlag) -> Iterator[str]:
    for passage in passages(page):
        for pattern, fault in patterns.items():
            for each in re.finditer(pattern, passage, flags):
                around = passage[max(each.start() - 12, 0) : each.end() + 12]
                yield f"{fault}: {each[0]!r} in {around!r}"


def actions_are_clear(page: Page) -> Iterator[str]:
    """Refuse the name of an action that means two things."""
    for element in page.all("a", "button"):
        if page.name(element) in AMBIGUOUS:
            yield f"{page.name(element)!r} means two things: Abandonner, or Annuler l’opération"


CHECKS: Final[tuple[Check, ...]] = (
    typography_is_french,
    words_are_ours,
    the_machine_is_silent,
    actions_are_clear,
)
