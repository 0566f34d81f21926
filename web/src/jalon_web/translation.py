"""Translate what screens say; the messages are in French, other languages come from catalogues."""

from __future__ import annotations

from typing import Any

import flask_babel


def gettext(message: str, **values: Any) -> str:
    """Give a message in the language of the request, with its values put in."""
    return str(flask_babel.gettext(message, **values))


def lazy_gettext(message: str) -> Any:
    """Give a message that is translated when it is shown: for what is declared once, as forms are."""
    return flask_babel.lazy_gettext(message)
