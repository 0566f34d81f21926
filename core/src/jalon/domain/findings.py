"""What checks find: facts about a fault, worded elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where in a referential: keys and positions, as the file is nested."""


@dataclass(frozen=True, slots=True)
class Finding:
    """State one fault: its code, where it is, what was found, what was expected."""

    code: str
    path: Path
    found: str = ""
    expected: str = ""
    nearest: tuple[str, ...] = ()


def nearest(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Give up to three names a person may have meant, the likeliest first."""
    known = sorted(set(candidates))
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return tuple(close)
    folded = {candidate.casefold(): candidate for candidate in known}
    return tuple(folded[close_] for close_ in get_close_matches(name.casefold(), folded, n=3, cutoff=0.6))
