"""How strong a password is: a simple estimate in bits, and a list of common ones.

The estimate is length × log2 of the alphabet typed, where what only repeats or continues the character
before (aaa, 123, azerty), or three characters read already (kzpkzpk), counts for nothing: at least 50 bits
with 12 characters, as CNIL's recommendation of 2022 asks of a password with growing delays. There is no
rule of composition.
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
_APART: Final = re.compile(r"[\W_]+")
_TELLING: Final = 4
"""Letters of a word that say something: « ann » does not."""


def bits(password: str) -> float:
    """Estimate the bits of a password."""
    pool = sum(size for size, holds in _ALPHABETS if any(holds(each) for each in password))
    return _told(password) * math.log2(pool) if pool else 0.0


def is_common(password: str, words: Iterable[str] = ()) -> bool:
    """Say whether a password is a common one, or made from one or from these words (login, name)."""
    own = {form for word in words for form in _told_by(_folded(word)) if len(form) >= _TELLING}
    known = _common()
    return any(each in known or each in own for each in _forms(_folded(password)))


def _told_by(word: str) -> Iterable[str]:
    """Give what a login, a name or an address says: itself, its parts, and these written as one."""
    yield word
    yield _ENDS.sub("", word)
    yield _APART.sub("", word)
    yield from _APART.split(word)


def _told(password: str) -> int:
    """Count the characters that tell something: not those that repeat or continue what comes before."""
    folded = password.casefold()
    folded = folded[: _period(folded)]
    return sum(1 for at in range(len(folded)) if _tells(folded, at))


def _tells(text: str, at: int) -> bool:
    """Say whether a character could not be told from those before it."""
    if at == 0:
        return True
    before, each = text[at - 1], text[at]
    read_already = at > 2 and text[at - 2 : at + 1] in text[:at]  # noqa: PLR2004 - three characters
    return each != before and not _continues(before, each) and not read_already


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
        letters = _APART.sub("", each)
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
