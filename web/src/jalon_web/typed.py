"""What people type, made fit to be shown back to them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from markupsafe import Markup

_BEFORE: Final = re.compile(r" (?=[;:?!»])")
_AFTER: Final = re.compile(r"(?<=«) ")
_LINES: Final = "\n\r\t"


def showable(text: str | None) -> str | None:
    """Leave out the control characters, which no page may hold; nothing else changes."""
    if text is None:
        return None
    return "".join(each for each in text if each in _LINES or unicodedata.category(each) != "Cc")


def typeset(text: str) -> str:
    """Keep French punctuation with its word: what services say, terminals show as it is."""
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))


def named(text: str) -> Markup:
    """Set a name apart from our own words: its direction, right to left maybe, stays inside it."""
    return Markup("<bdi>{}</bdi>").format(text) if text else Markup("")
