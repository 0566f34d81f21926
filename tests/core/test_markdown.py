"""Texts of referentials become safe HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jalon.domain.texts import Text
from jalon.plugins.files.markdown import Renderer

render = Renderer().text


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Une **aide**.", "<p>Une <strong>aide</strong>.</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ("![a](https://example.org/a.png)", '<p>!<a href="https://example.org/a.png">a</a></p>\n'),
        ("[a](https://example.org)", '<p><a href="https://example.org">a</a></p>\n'),
        ("un & deux", "<p>un &amp; deux</p>\n"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n"),
    ],
)
def test_markdown_is_rendered_without_raw_html_images_or_scripts(source: str, html: str) -> None:
    """Marks are rendered; tags are shown as text; links are plain; images are not fetched."""
    assert Text(source, html) == render(source)


def test_an_absent_text_is_empty() -> None:
    """No text, no HTML."""
    assert Text("", "") == render(None)


@given(
    st.text(alphabet="aé1 .,;:!?’'«»()/%–—…\"-_*#>&<`[]\n\t+=~\\", max_size=30).map(str.strip).filter(bool)
)
def test_the_short_way_equals_the_parser(source: str) -> None:
    """Plain sentences skip the parser, and come out as it would have written them."""
    assert MarkdownIt("commonmark", {"html": False}).disable("image").render(source) == render(source).html
