"""Texts as people type them: what is kept, what is refused, how two names are compared."""

from __future__ import annotations

import unicodedata
from typing import Final

from jalon.errors import JalonError

MAX_COMMENT: Final = 10_000
MAX_NAME: Final = 200

_HIDDEN: Final = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
"""Marks that no one sees, by which two names would look the same and differ."""


class TextRefusedError(JalonError):
    """A text cannot be kept; the message says what was found and what to do."""


def clean(text: str, *, longest: int = MAX_COMMENT) -> str:
    """Keep a text of several lines: one kind of line end, no control character; raise when too long."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        each for each in unified if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"}
    )
    kept = unicodedata.normalize("NFC", kept).strip()
    if len(kept) > longest:
        raise TextRefusedError(
            f"Ce texte compte {len(kept)} caractères ; {longest} au plus sont conservés. Raccourcissez-le."
        )
    return kept


def name_key(name: str) -> str:
    """Fold a name so that two spellings of it compare equal; raise TextRefusedError on a deceiving one."""
    hidden = sorted(
        {f"U+{ord(each):04X}" for each in name if each in _HIDDEN or unicodedata.category(each) == "Cc"}
    )
    if hidden:
        raise TextRefusedError(f"Ce nom contient un caractère invisible ({', '.join(hidden)}). Retapez-le.")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    alphabets = {unicodedata.name(each, "?").partition(" ")[0] for each in folded if each.isalpha()}
    if len(alphabets & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
        raise TextRefusedError("Ce nom mélange plusieurs alphabets, ce qui peut tromper. Retapez-le.")
    return " ".join(folded.split())
