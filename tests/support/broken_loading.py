"""Plugins that do not load: a name, what loading them does, what is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

from jalon import JalonError
from support.broken import Crash, Healthy, MuteError, raising, recursing

LOADING: tuple[tuple[str, Callable[[], object], str], ...] = (
    ("import error", raising(ModuleNotFoundError("No module named 'absent'")), "No module named 'absent'"),
    ("syntax error", lambda: compile("def", "casse.py", "exec"), "SyntaxError"),
    ("exit", lambda: sys.exit("adieu"), "SystemExit : adieu"),
    ("exit without a word", sys.exit, "SystemExit"),
    ("base exception", raising(Crash("fini")), "Crash : fini"),
    ("generator exit", raising(GeneratorExit), "GeneratorExit"),
    ("recursion", recursing, "RecursionError"),
    ("memory", raising(MemoryError), "MemoryError"),
    ("missing attribute", lambda: sys.absent, "AttributeError"),  # type: ignore[attr-defined]
    (
        "several errors",
        raising(BaseExceptionGroup("plusieurs", [Crash("un"), ValueError("deux")])),
        "plusieurs",
    ),
    ("error of Jalon", raising(JalonError("mal rangé")), "mal rangé"),
    ("error that cannot be told", raising(MuteError), "MuteError"),
    ("integer", lambda: 3, "aucun hook"),
    ("nothing", lambda: None, "aucun hook"),
    ("text", lambda: "jalon_referentials", "aucun hook"),
    ("function", lambda: recursing, "aucun hook"),
    ("class", lambda: Healthy, "self"),
    ("empty object", SimpleNamespace, "aucun hook"),
)
