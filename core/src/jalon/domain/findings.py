"""What checks find: facts about a fault, worded elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where in a referential: keys and positions, as the file is nested."""


MAX_SUGGESTIONS: Final = 100
"""How many names are looked for in one file: a file with more faults has another trouble."""


@dataclass(frozen=True, slots=True)
class Finding:
    """State one fault: its code, where it is, what was found, what was expected."""

    code: str
    path: Path
    found: str = ""
    expected: str = ""
    nearest: tuple[str, ...] = ()


def unquoted(found: str) -> str:
    """Give what was found without the quotation marks it is shown in."""
    return found.removeprefix("« ").removesuffix(" »")


def nearest(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Give up to three names a person may have meant, the likeliest first."""
    known = _likely(name, sorted(set(candidates)))
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return tuple(close)
    folded = {candidate.casefold(): candidate for candidate in known}
    return tuple(folded[each] for each in get_close_matches(name.casefold(), folded, n=3, cutoff=0.6))


_FEW: Final = 40


def _likely(name: str, known: list[str]) -> list[str]:
    """Keep the candidates that share most pairs of letters: close matching is slow on long lists."""
    if len(known) <= _FEW:
        return known
    wanted = _pairs(name)
    return nlargest(_FEW, known, key=lambda candidate: len(wanted & _pairs(candidate)))


def _pairs(name: str) -> set[str]:
    folded = name.casefold()
    return {folded[i : i + 2] for i in range(len(folded) - 1)}
