"""`make bench`: what we measure, beside a lower bound or a peer in the same run.

Milliseconds are this machine's; ratios are what the goals are about. Contenders take turns, so that
noise falls on all alike. Name sections to run only those: `python tests/bench/bench.py pages saves`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import accounts
import evaluation
import kills
import pages
import saves
import starts

SECTIONS: Final[dict[str, Callable[[], int]]] = {
    "rules": evaluation.measure,
    "pages": pages.measure,
    "saves": saves.measure,
    "editors": saves.measure_editors,
    "accounts": accounts.measure,
    "starts": starts.measure,
    "kills": kills.measure,
}


def main(names: list[str]) -> int:
    """Measure and print; exit 1 when a goal is missed."""
    if unknown := set(names) - SECTIONS.keys():
        sys.exit(f"no section {', '.join(sorted(unknown))}: known are {', '.join(SECTIONS)}")
    missed = sum(measure() for name, measure in SECTIONS.items() if not names or name in names)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
