"""Turn the Markdown of referentials into safe HTML, once, at load."""

from __future__ import annotations

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from jalon.domain.texts import NO_TEXT, Text

_SIMPLE: Final = re.compile(r"[\w  .,;:!?’'«»()/%–—…\"-]*\w[\w  .,;:!?’'«»()/%–—…\"-]*")
"""Words and punctuation on one line: nothing that Markdown would read as a mark."""

_MARK: Final = re.compile(r"^\s|\s\s$|^[-–—]\s|^\d+[.)](?:\s|$)|^-+$|--|__|(?<!\w)_|_(?!\w)")


class Renderer:
    """Render texts without raw HTML, without images, and with plain links only."""

    def __init__(self) -> None:
        self._parser = MarkdownIt("commonmark", {"html": False}).disable("image")

    def text(self, source: str | None) -> Text:
        """Render one text; an absent one is empty."""
        if source is None:
            return NO_TEXT
        if _SIMPLE.fullmatch(source) and not _MARK.search(source):
            return Text(source, f"<p>{escapeHtml(source)}</p>\n")
        return Text(source, self._parser.render(source))
