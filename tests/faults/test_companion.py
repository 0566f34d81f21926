"""The program that runs beside the portal: started again when it ends, stopped with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jalon_web.processes import STARTED_BY, Companion
from support.server import until

NOTE = "import os, sys; open(sys.argv[1], 'a').write(os.environ['JALON_RUN'] + '\\n')"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_companion_that_ends_is_started_again(tmp_path: Path) -> None:
    """Each look starts it again once it has ended, and tells it whom it belongs to."""
    notes = tmp_path / "notes"
    companion = Companion([sys.executable, "-c", NOTE, str(notes)], rest=0)
    companion.start()

    def kept() -> bool:
        companion.keep()
        return len(_lines(notes)) >= 3

    until(kept, "three starts")
    companion.stop()

    assert {str(os.getpid())} == set(_lines(notes))
    assert "JALON_RUN" == STARTED_BY


def test_a_companion_that_always_fails_is_given_a_rest(tmp_path: Path) -> None:
    """One that ends at once is not started again before its rest."""
    notes = tmp_path / "notes"
    companion = Companion([sys.executable, "-c", NOTE, str(notes)], rest=3600)
    companion.start()
    until(lambda: len(_lines(notes)) == 1, "one start")
    companion.stop()
    for _ in range(100):
        companion.keep()

    assert 1 == len(_lines(notes))


def test_a_companion_is_stopped(tmp_path: Path) -> None:
    """Stopping waits until it has ended, and may be done twice."""
    notes = tmp_path / "notes"
    endless = f"{NOTE}; import signal; signal.pause()"
    companion = Companion([sys.executable, "-c", endless, str(notes)])
    companion.start()
    until(lambda: len(_lines(notes)) == 1, "one start")

    companion.stop()
    companion.stop()

    assert companion._process is not None
    assert companion._process.poll() is not None
