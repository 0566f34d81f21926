"""Tell what a plugin raised or returned, without trusting it to say so itself."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 300


def told(error: BaseException) -> str:
    """Name an error and give its message, or its name alone when the message itself fails."""
    try:
        message = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - the message is the plugin's code too
        message = ""
    return _plain(f"{type(error).__name__} : {message}" if message else type(error).__name__)


def shown(value: object) -> str:
    """Show a value a plugin returned, or its type alone when showing it fails."""
    try:
        return _plain(repr(value)[:80])
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - so is the way a value shows itself
        return type(value).__name__


def _plain(text: str) -> str:
    kept = "".join(each if each.isprintable() else " " for each in str(text))
    return kept[:_LONGEST]
