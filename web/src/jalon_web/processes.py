"""Processes that end with the one that started them, and are started again when they end too early."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

_SET_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG
_LOOK_EVERY: Final = 1.0
_REST: Final = 5.0

_STOPS_WITHIN: Final = 10.0
STARTED_BY: Final = "JALON_RUN"
"""The environment variable that tells a companion which process it belongs to."""


def die_with_parent(parent: int) -> None:
    """Stop when the parent dies, however it dies: at once on Linux, elsewhere within a second.

    The caller names its parent: one that is dead already has been replaced by another.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os.kill(os.getpid(), signal.SIGTERM)
        return
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


class Companion:
    """A program that runs as long as this process does."""

    def __init__(self, command: Sequence[str], rest: float = _REST) -> None:
        """Prepare a command; `rest` is how many seconds lie between two starts at least."""
        self._command = list(command)
        self._rest = rest
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        """Start the program; it belongs to this process."""
        environ = {**os.environ, STARTED_BY: str(os.getpid())}
        self._process = subprocess.Popen(self._command, env=environ)  # noqa: S603 - our own program
        self._started = time.monotonic()

    def keep(self) -> None:
        """Start it again if it ended, unless it has only just been started."""
        ended = self._process is not None and self._process.poll() is not None
        if ended and time.monotonic() - self._started >= self._rest:
            self.start()

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()


def belong_to_starter() -> None:
    """Stop with the process that started this one as its companion; by itself, it belongs to nobody."""
    if starter := os.environ.get(STARTED_BY):
        die_with_parent(int(starter))
