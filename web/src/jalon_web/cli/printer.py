"""Print lines that wrap on plain spaces only: never before a colon, never inside quotes."""

from __future__ import annotations

import re
from typing import Final

from rich.console import Console
from rich.text import Text

_WORDS: Final = re.compile(r"[^ ]+ *")
_NARROWEST: Final = 30


class Printer:
    """Print marked-up lines to a console; rich alone would break on no-break spaces."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, markup: str = "", *, indent: int = 0, hang: int = 0) -> None:
        """Print one line; what does not fit goes on below, further in by `hang`."""
        width = max(self._console.width - indent - hang, _NARROWEST)
        for i, part in enumerate(_wrapped(Text.from_markup(markup), width)):
            part.pad_left(indent + (hang if i else 0))
            self._console.print(part, no_wrap=True, overflow="ignore", crop=False)


def _wrapped(text: Text, width: int) -> list[Text]:
    cuts, start = [], 0
    for word in _WORDS.finditer(text.plain):
        if word.start() > start and len(word.group().rstrip(" ")) + word.start() - start > width:
            start = word.start()
            cuts.append(start)
    lines = list(text.divide(cuts))
    for line in lines:
        line.rstrip()
    return lines
