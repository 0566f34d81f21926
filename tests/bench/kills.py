"""Hundreds of kills under load: what was confirmed is there, every time."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from figures import CONSOLE, Figure, Times, show
from rich.progress import Progress

from support.load import faults, make_instance
from support.postgres import fresh_database, served
from support.server import Editors, Visitor, jalon, running

KILLS: Final = {"SQLite": 200, "PostgreSQL": 100}
MOST_SAVES: Final = 30
EDITORS: Final = 4


class Outcome(NamedTuple):
    """Say what became of one database."""

    kills: int
    confirmed: int
    faults: list[str]
    starts: Times


def measure() -> int:
    """Kill, check, start again; say how many goals are missed."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder, served() as postgres:
        missed = 0
        with fresh_database(postgres) as url:
            for name, address in (("SQLite", ""), ("PostgreSQL", url)):
                outcome = _killed(Path(folder) / name, address, name, KILLS[name])
                missed += show(f"{outcome.kills} kills (-9) under load, {name}", _figures(outcome))
    return missed


def _figures(outcome: Outcome) -> list[Figure]:
    if outcome.faults:
        CONSOLE.print("[red]faults:[/]", outcome.faults[:5])
    return [
        Figure("faults", len(outcome.faults), "", 0, f"{outcome.confirmed} saves confirmed"),
        Figure("start after a kill", outcome.starts.p50 / 1e3, "s", 3, outcome.starts.told),
    ]


def _killed(folder: Path, url: str, name: str, kills: int) -> Outcome:
    """Kill everybody, or one of those who serve, at moments that differ; check everything after each kill."""
    draw = random.Random(7)
    instance = make_instance(folder, url, products=2, editors=EDITORS, answered=0)
    server, wrong, starts = jalon(instance), [], []
    with running(server), Progress(console=CONSOLE, transient=True) as progress:
        task = progress.add_task(f"kills on {name}", total=kills)
        editors = Editors(
            [
                (Visitor(server.port).sign_in(login), instance.axis(instance.products[i % 2], i))
                for i, login in enumerate(instance.logins[:EDITORS])
            ]
        )
        for number in range(kills):
            one_only = number % 3 == 2
            editors.save(draw.randint(1, MOST_SAVES), server.kill_one if one_only else server.kill)
            wrong += [f"kill {number}: {each}" for each in faults(instance, editors.confirmed)]
            if not one_only:
                starts.append(server.start())
            progress.advance(task)
    return Outcome(kills, len(editors.confirmed), wrong, Times(starts))
