"""Texts as people type them: what is kept, what is refused, how two names are compared."""

from __future__ import annotations

import unicodedata
from typing import Final

from jalon.errors import JalonError

MAX_COMMENT: Final = 10_000
MAX_NAME: Final = 200

_HIDDEN: Final = frozenset(
    [*"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"]
    + [chr(code) for selectors in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)) for code in selectors]
)
"""Marks that no one sees, by which two names would look the same and differ.

Those of categories Cc (controls), Cf (formats) and Cs (half characters) come on top.
"""

_DOT: Final = "\u0307"
"""Left over by folding only where it hides in the dot of an i."""

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs"})


class TextRefusedError(JalonError):
    """A text cannot be kept; the message says what was found and what to do."""


def clean(text: str, *, longest: int = MAX_COMMENT) -> str:
    """Keep a text of several lines: one kind of line end, no control character; raise when too long."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(each for each in unified if each in "\n\t" or not _is_no_character(each))
    kept = unicodedata.normalize("NFC", kept).strip()
    if len(kept) > longest:
        raise TextRefusedError(
            f"Ce texte compte {len(kept)} caractères ; {longest} au plus sont conservés. Raccourcissez-le."
        )
    return kept


def _is_no_character(mark: str) -> bool:
    """Say whether a code point is a control, half a pair, or set aside by Unicode for no text at all."""
    point = ord(mark)
    set_aside = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF  # noqa: PLR2004
    return set_aside or unicodedata.category(mark) in {"Cc", "Cs"}


def name_key(name: str) -> str:
    """Fold a name so that two spellings of it compare equal; raise TextRefusedError on a deceiving one."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    marks = {each for each in name if _is_hidden(each)} | ({_DOT} & set(folded))
    if marks:
        hidden = sorted(f"U+{ord(each):04X}" for each in marks)
        raise TextRefusedError(f"Ce nom contient un caractère invisible ({', '.join(hidden)}). Retapez-le.")
    alphabets = {unicodedata.name(each, "?").partition(" ")[0] for each in folded if each.isalpha()}
    if len(alphabets & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
        raise TextRefusedError("Ce nom mélange plusieurs alphabets, ce qui peut tromper. Retapez-le.")
    return " ".join(folded.split())


def _is_hidden(character: str) -> bool:
    return character in _HIDDEN or unicodedata.category(character) in _HIDDEN_CATEGORIES
