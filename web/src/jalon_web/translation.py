"""Translate what screens say; the messages are in French, other languages come from catalogues."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

import flask_babel
from flask import g, has_app_context
from jinja2 import Environment


def gettext(message: str, **values: Any) -> str:
    """Give a message in the language of the request, with its values put in."""
    text = _translations().gettext(message)
    return text % values if values else text


def lazy_gettext(message: str) -> Any:
    """Give a message that is translated when it is shown: for what is declared once, as forms are."""
    return flask_babel.lazy_gettext(message)


def translate_templates(environment: Environment) -> None:
    """Make templates find their messages as quickly as we do."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _translations().gettext(message),
        ngettext=lambda one, several, n: _translations().ngettext(one, several, n),
        newstyle=True,
    )


def _translations() -> NullTranslations:
    """Ask Babel for the language of the request once: a page has a thousand messages."""
    if not has_app_context():  # nobody's language
        return NullTranslations()
    if "jalon_translations" not in g:
        g.jalon_translations = flask_babel.get_translations()
    found: NullTranslations = g.jalon_translations
    return found
