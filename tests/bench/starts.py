"""Starting: the portal up to its first page, plugins and commands without what they do not need."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import importlib_metadata
from figures import Figure, Times, show

from jalon.plugins.markers import GROUP
from support.load import make_instance
from support.server import jalon, running

ROUNDS: Final = 5
EXAMPLE: Final = "docs/examples/faq"
_HEAVY: Final = ("flask", "sqlalchemy")
_TIMED: Final = (
    "import time, sys; import jalon; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
)
_LISTED: Final = (
    "import sys; sys.argv = {argv!r}\n"
    "from jalon_web.cli import main\n"
    "try: main()\n"
    "except SystemExit: pass\n"
    "print(*[each for each in {heavy!r} if each in sys.modules], file=sys.stderr)"
)


def measure() -> int:
    """Measure and print; say how many goals are missed."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder:
        return show("Starting", [_portal(Path(folder) / "instance"), *_imports(), *_evaluate()])


def _portal(folder: Path) -> Figure:
    server = jalon(make_instance(folder))
    with running(server):
        seconds = []
        for _ in range(ROUNDS):
            server.kill()
            seconds.append(server.start())
    return Figure("jalon run, up to the first page", Times(seconds).p50 / 1e3, "s", 3, Times(seconds).told)


def _imports() -> Sequence[Figure]:
    figures = []
    for point in sorted(importlib_metadata.entry_points(group=GROUP)):
        times = Times([float(_said(_TIMED.format(module=point.module))) for _ in range(ROUNDS)])
        figures.append(Figure(f"import of {point.name}", times.p50, "ms", 50, "beyond that of jalon"))
    return figures


def _evaluate() -> Sequence[Figure]:
    argv = ["jalon", "evaluate", *map(str, sorted(Path(EXAMPLE).glob("*.yaml"))[:1])]
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "jalon_web.cli", *argv[1:]], check=True, stdout=subprocess.DEVNULL
        )
        seconds.append(time.perf_counter() - start)
    script = _LISTED.format(argv=argv, heavy=_HEAVY)
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = done.stderr.split()
    return [
        Figure("jalon evaluate, one product", Times(seconds).p50 / 1e3, "s", 1, Times(seconds).told),
        Figure("of Flask and SQLAlchemy, it imports", len(loaded), "", 0, ", ".join(loaded) or "neither"),
    ]


def _said(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return done.stdout
