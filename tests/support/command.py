"""What tests of the command line share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
FAQ = sorted((ROOT / "docs/examples/faq").glob("*.yaml"))


def joined(printed: str) -> str:
    """Undo the wrapping of lines, which depends on the width of the terminal."""
    return re.sub("[ \n]+", " ", printed)
