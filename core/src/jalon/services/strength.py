"""How strong a password is: a simple estimate in bits, and a list of common ones.

The estimate is length × log2 of the alphabet typed, where what only repeats or continues the character
before (aaa, 123, azerty) counts for nothing: at least 50 bits with 12 characters, as CNIL's recommendation
of 2022 asks of a password with growing delays. There is no rule of composition.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Final

ENOUGH: Final = 50
_ALPHABETS: Final[tuple[tuple[int, Callable[[str], bool]], ...]] = (
    (26, lambda each: "a" <= each <= "z"),
    (26, lambda each: "A" <= each <= "Z"),
    (10, lambda each: "0" <= each <= "9"),
    (33, lambda each: each.isascii() and not each.isalnum()),
    (64, lambda each: not each.isascii()),
)
_ROWS: Final = (
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "&é\"'(-è_çà)=",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
)
_LEET: Final = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
_ENDS: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def bits(password: str) -> float:
    """Estimate the bits of a password."""
    pool = sum(size for size, holds in _ALPHABETS if any(holds(each) for each in password))
    return _told(password) * math.log2(pool) if pool else 0.0


def is_common(password: str, words: Iterable[str] = ()) -> bool:
    """Say whether a password is a common one, or made from one or from these words (login, name)."""
    own = {_folded(word) for word in words if len(_folded(word)) > 3}  # noqa: PLR2004 - « ann » says nothing
    known = _common() | own
    return any(each in known for each in _forms(_folded(password)))


def _told(password: str) -> int:
    """Count the characters that tell something: not those that repeat or continue what comes before."""
    folded = password.casefold()
    period = _period(folded)
    return sum(
        1
        for at, each in enumerate(folded[:period])
        if at == 0 or (each != folded[at - 1] and not _continues(folded[at - 1], each))
    )


def _period(text: str) -> int:
    """Give the length of what a text repeats: 3 for abcabcabc, its own length where nothing repeats."""
    return (text + text).find(text, 1) if text else 0


def _continues(before: str, after: str) -> bool:
    pair = before + after
    return any(pair in row or pair[::-1] in row for row in _ROWS)


def _forms(folded: str) -> Iterable[str]:
    """Give what a password may be made from: its middle, the letters behind figures, what it repeats."""
    for each in (folded, folded.translate(_LEET), _ENDS.sub("", folded).translate(_LEET)):
        bare = _ENDS.sub("", each)
        yield each
        yield bare
        yield from (text[: _period(text)] for text in (each, bare) if text)
        letters = re.sub(r"[\W_]+", "", each)
        yield letters
        yield _ENDS.sub("", letters)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each)).strip()


@cache
def _common() -> frozenset[str]:
    folder = files("jalon.services.common")
    names = ("passwords.txt", "french.txt")
    return frozenset(
        word
        for name in names
        for word in folder.joinpath(name).read_text(encoding="ascii").split("\n")
        if word
    )
