"""Write text in the cells of a spreadsheet so that it stays text: nothing there is ever a formula."""

from __future__ import annotations

from typing import Final

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # full-width ones are read alike


def as_text(value: object) -> str:
    """Write a value; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = "" if value is None else str(value)
    risky = text.startswith(("\t", "\r", "'")) or text.lstrip(" \u00a0").startswith(_FORMULAS)
    return f"'{text}" if risky else text


def from_text(cell: str) -> str:
    """Read a cell back: exactly what was given to `as_text`."""
    return cell.removeprefix("'")
