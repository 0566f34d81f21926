"""All malformed referential files, and what loading one tells."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from jalon import ReferentialError, referential_from_file
from jalon.plugins.files.diagnostics import TITLES
from support.malformed import Expected
from support.malformed_follow_ons import SILENT, TOLD
from support.malformed_keys import KEYS
from support.malformed_meaning import MEANING
from support.malformed_names import NAMES
from support.malformed_text import TEXT
from support.malformed_values import VALUES

CASES = (*TEXT, *KEYS, *VALUES, *NAMES, *MEANING, *SILENT, *TOLD)

_LEAKS = re.compile(
    r"<class|Traceback|pydantic|loc=|input_value|object at 0x|Input should|Field required|Value error"
    r"|\bNone\b|\bTrue\b|\bFalse\b|\bdict\b|\[type=|\\x|\\u"
)
"""What only Python says."""


def diagnostics_of(path: Path) -> list[Expected]:
    """Load a file that must be refused, check every sentence, and give what was found."""
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(path)
    found = []
    for diagnostic in refused.value.diagnostics:
        message = str(diagnostic)
        place = f"{path}:{diagnostic.line}" if diagnostic.line else f"{path}"
        assert message.startswith(f"{place}: {TITLES[diagnostic.code]}")
        said = message.removeprefix(place)
        assert not _LEAKS.search(said), said
        assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in said), said
        assert len(said) < 800, said
        found.append(Expected(diagnostic.line, diagnostic.code, (*diagnostic.nearest, "")[0]))
    return found


def as_asked(found: list[Expected], expected: tuple[Expected, ...]) -> list[Expected]:
    """Forget the names that were meant where a case does not ask for them."""
    asked = {(each.line, each.code) for each in expected if each.meant}
    return [each if each[:2] in asked else each._replace(meant="") for each in found]
