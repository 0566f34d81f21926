"""What people type, made fit to be shown back to them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from markupsafe import Markup

from jalon.services.products import LARGEST

_BEFORE: Final = re.compile(r" (?=[;:?!»])")
_AFTER: Final = re.compile(r"(?<=«) ")
_MOST_DIGITS: Final = len(str(LARGEST))
_LINES: Final = "\n\r\t"


def showable(text: str | None) -> str | None:
    """Leave out the control characters, which no page may hold; nothing else changes."""
    if text is None:
        return None
    return "".join(each for each in text if each in _LINES or unicodedata.category(each) != "Cc")


def number(raw: str | None, otherwise: int = 0) -> int:
    """Read a number that a row may have; `otherwise` for anything else: no int() of a million digits."""
    text = raw or ""
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1
    return found if 0 <= found <= LARGEST else otherwise


def typeset(text: str) -> str:
    """Keep French punctuation with its word: what services say, terminals show as it is."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))


def named(text: str) -> Markup:
    """Set a name apart from our own words: its direction, right to left maybe, stays inside it."""
    return Markup("<bdi>{}</bdi>").format(text) if text else Markup("")
