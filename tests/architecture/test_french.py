"""What is shown to people keeps French typography, in the code and in the referentials."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("core/src/**/*.py"), *ROOT.glob("web/src/**/*.py")])
REFERENTIALS = sorted(
    [*ROOT.glob("plugins/*/src/**/*.yaml"), *ROOT.glob("docs/examples/third_party/src/**/*.yaml")]
)

_QUOTES = re.compile("«[^\u00a0]|[^\u00a0]»")
_PUNCTUATION = re.compile(r"[\w»’)}] [:;?!](?:[ \n\"]|$)")


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8") as lines:
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.STRING and not token.string.startswith(('"""', 'r"', 'rf"')):
                yield token.start[0], token.string


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_messages_have_no_break_spaces(path: Path) -> None:
    """Every string of the code has no-break spaces inside « » and before high punctuation."""
    faults = [
        (line, text) for line, text in _strings(path) if _QUOTES.search(text) or _PUNCTUATION.search(text)
    ]

    assert not faults


@pytest.mark.parametrize("path", REFERENTIALS, ids=lambda path: path.parent.name)
def test_referentials_have_no_break_spaces(path: Path) -> None:
    """In every referential we ship: the same, and typographic apostrophes between letters."""
    lines = path.read_text(encoding="utf-8").splitlines()
    faults = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if not line.lstrip().startswith("#")
        and (
            _QUOTES.search(line)
            or re.search(r"[\w»’)] [;?!](?: |$)", line)
            or re.search(r"[^\W\d]'[^\W\d]", line)
        )
    ]

    assert not faults
