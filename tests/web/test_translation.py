"""Screens can be translated: every sentence a template shows goes through gettext, with French messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from jinja2 import Environment

from support.portal import Site

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web" / "src" / "jalon_web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

_MARKUP = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt|content)=["']([^"']*[^\W\d_]{2}[^"']*)["']""")
_NOT_WORDS = {"Jalon"}
_TECHNICAL = {"width=device-width, initial-scale=1", "light dark", "same-origin"}


def _written(source: str) -> str:
    """Give what a template writes by itself: neither its expressions nor its translated blocks."""
    written, translated = [], False
    for _line, kind, value in Environment(autoescape=True).lex(source):
        translated = value == "trans" or (translated and value != "endtrans")
        written.append(value if kind == "data" and not translated else " ")
    return "".join(written)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_word_shown_is_a_message(path: Path) -> None:
    """Outside gettext a template holds no word but the name of the product."""
    text = _written(path.read_text(encoding="utf-8"))
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", _MARKUP.sub(" ", text)))
    spoken = [said for said in _SPOKEN.findall(text) if said not in _TECHNICAL and "allowEval" not in said]

    assert [] == [word for word in words if word not in _NOT_WORDS]
    assert [] == spoken


def test_messages_are_extracted_from_templates_and_code() -> None:
    """The configuration of Babel that translators use finds what pages say, in both places."""
    with (ROOT / "web" / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream, "babel.cfg")
    found = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, *_ in extract_from_dir(WEB, methods, options)
    }

    assert {
        "Se déconnecter",
        "Mes produits",
        "Cette page n’existe pas ou ne vous est pas accessible.",
    } <= found
    assert len(found) > 150


@pytest.mark.parametrize(("n", "expected"), [(0, "0 produit"), (1, "1 produit"), (2, "2 produits")])
def test_french_takes_the_singular_below_two(site: Site, n: int, expected: str) -> None:
    """Without a catalogue too, nothing and one are singular: « 0 produit »."""
    source = "{% trans n=n %}{{ n }} produit{% pluralize %}{{ n }} produits{% endtrans %}"
    with site.app.test_request_context():
        assert expected == site.app.jinja_env.from_string(source).render(n=n)
