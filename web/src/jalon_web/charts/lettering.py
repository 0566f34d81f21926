"""Measure, wrap and write the text of a chart, without asking a browser.

Widths are those of Arial and of the fonts made to its measures, with a margin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final

from markupsafe import escape

from jalon.domain.scoring import rounded

WIDTH: Final = 320
"""All charts are this wide, in their own units: shown 320 pixels wide, text is 12 pixels high."""
SIZE: Final = 12
LEADING: Final = 14
ASCENT: Final = 11  # from the top of a line to its base
MAX_LINES: Final = 3
NO_VALUE: Final = "–"

_MARGIN: Final = 1.04
_USUAL: Final = 0.556
_SHARES: Final = {
    letter: share
    for share, letters in {
        0.222: "ijl'’",
        0.278: "ft.,:;/\\!| \u00a0I[]",
        0.333: "r()-°‘“”\u00ab\u00bb",
        0.389: "*",
        0.5: "ckszvxyJ",
        0.584: "+=<>~",
        0.611: "FTZ",
        0.667: "ABEKPSVXY&",
        0.722: "CDHNRUw",
        0.778: "GOQ",
        0.833: "mM",
        0.944: "W%œ",
        1.0: "…—@Œ",
    }.items()
    for letter in letters
}


@lru_cache(maxsize=4096)
def measured(text: str) -> float:
    """Estimate the width of a text in units of the chart, rather too wide than too narrow."""
    plain = text if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return sum(_SHARES.get(letter, _share(letter)) for letter in plain) * SIZE * _MARGIN


def _share(letter: str) -> float:
    return _USUAL if letter.isascii() or unicodedata.east_asian_width(letter) in {"N", "Na"} else 1.0


def wrapped(text: str, width: float, most: int = MAX_LINES) -> tuple[str, ...]:
    """Break a text between its words, or inside a word too long; cut what goes beyond with an ellipsis."""
    lines = [""]
    for word in _words(text, width):
        longer = f"{lines[-1]} {word}".lstrip()
        if measured(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = lines[:most]
        while lines[-1] and measured(f"{lines[-1]}…") > width:
            lines[-1] = lines[-1][:-1].rstrip()
        lines[-1] += "…"
    return tuple(lines)


def tidy(text: str) -> str:
    """Give a text with single spaces, where a dash never begins a line."""
    return _SPACES.sub(" ", text).strip().replace(" – ", " – ")


def _words(text: str, width: float) -> Iterable[str]:
    for word in tidy(text).split(" "):
        rest = word
        while measured(rest) > width and len(rest) > 1:
            fits = next((end for end in range(len(rest) - 1, 1, -1) if measured(rest[:end]) <= width), 1)
            yield rest[:fits]
            rest = rest[fits:]
        yield rest


def number(value: float) -> str:
    """Write a coordinate with one decimal at most."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def value_text(value: Fraction | None) -> str:
    """Write a value as people read it: two decimals after a comma, or a dash."""
    return NO_VALUE if value is None else rounded(value).replace(".", ",")


def written(lines: Sequence[str], x: float, top: float, *, kind: str, anchor: str = "start") -> str:
    """Write lines below one another, the first one's top at `top`."""
    place = f'x="{number(x)}"'
    spans = "".join(
        f'<tspan {place} y="{number(top + ASCENT + LEADING * i)}">{escape(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    return f'<text class="{kind}" text-anchor="{anchor}">{spans}</text>'


_SPACES: Final = re.compile("[ \t\n]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
