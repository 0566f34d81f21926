"""Tell what a plugin raised or returned, without trusting it to say so itself."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NO_BREAK: Final = "\u00a0"
_LONGEST: Final = 300
_UNREADABLE: Final[Mapping[type[OSError], str]] = {
    FileNotFoundError: "introuvable",
    IsADirectoryError: "c’est un dossier",
    PermissionError: "accès refusé",
}


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
    kept = "".join(each if each.isprintable() or each == NO_BREAK else " " for each in str(text))
    return kept[:_LONGEST]


def unreadable(error: OSError) -> str:
    """Say in French why a file could not be read."""
    return _UNREADABLE.get(type(error), error.strerror or type(error).__name__)


def place_of(error: BaseException) -> str:
    """Give the file and line where an error was raised, to find it in a plugin."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
