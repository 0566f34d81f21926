"""Translate what screens say; the messages are in French, other languages come from catalogues."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

import flask_babel
from flask import g, has_app_context
from jinja2 import Environment
from markupsafe import Markup, escape


def gettext(message: str, **values: Any) -> str:
    """Give a message in the language of the request, its values put in; markup among them stays markup."""
    text = _translations().gettext(message)
    if any(isinstance(value, Markup) for value in values.values()):
        text = escape(text)  # the other values are escaped as they are put in
    return text % values if values else text


def language() -> str:
    """Name the language of the request."""
    return str(flask_babel.get_locale() or "")


def lazy_gettext(message: str) -> Any:
    """Give a message that is translated when it is shown: for what is declared once, as forms are."""
    return flask_babel.lazy_gettext(message)


def translate_templates(environment: Environment) -> None:
    """Make templates find their messages as quickly as we do."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _translations().gettext(message),
        ngettext=lambda one, several, n: _translations().ngettext(one, several, _french(n)),
        newstyle=True,
    )


def _french(n: int) -> int:
    """Give a number that gettext counts as French does: without a catalogue its singular is for one alone."""
    return 1 if n < 2 and language().startswith("fr") else n  # noqa: PLR2004


def _translations() -> NullTranslations:
    """Ask Babel for the language of the request once: a page has a thousand messages."""
    if not has_app_context():  # nobody's language
        return NullTranslations()
    found: NullTranslations | None = g.get("jalon_translations")
    if found is None:
        found = g.jalon_translations = flask_babel.get_translations()
    return found
