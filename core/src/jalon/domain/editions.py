"""Editions of referentials and the ranges that other referentials require."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Edition: TypeAlias = tuple[int, ...]

_EDITION: Final = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}", re.ASCII)
_BOUND: Final = re.compile(r"(>=|<=|==|>|<)\s*(\S+)", re.ASCII)
_COMPARE: Final[Mapping[str, Callable[[Edition, Edition], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


def read_edition(text: str) -> Edition | None:
    """Read an edition (`2021.12`) as comparable numbers, trailing zeros left out; None if it is none."""
    if not _EDITION.fullmatch(text):
        return None
    parts = [int(part) for part in text.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def read_range(text: str) -> tuple[tuple[str, Edition], ...] | None:
    """Read bounds separated by commas (`>=2021.12, <2023`); None if they are not."""
    bounds = []
    for part in text.split(","):
        match = _BOUND.fullmatch(part.strip())
        edition = read_edition(match.group(2)) if match else None
        if match is None or edition is None:
            return None
        bounds.append((match.group(1), edition))
    return tuple(bounds)


def is_within(edition: str, text: str) -> bool:
    """Say whether an edition lies within a range; an unreadable one does not."""
    known, bounds = read_edition(edition), read_range(text)
    if known is None or bounds is None:
        return False
    return all(_COMPARE[sign](known, bound) for sign, bound in bounds)
