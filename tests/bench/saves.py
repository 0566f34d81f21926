"""Saves: one, against a bare update; and many people at once."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from figures import CONSOLE, Figure, Times, exchange, in_turns, noise, request, show
from floors import floor
from sqlalchemy import func, select

from jalon.services.jobs import EVALUATE
from jalon.storage.database import Database
from jalon.storage.tables import Job, table_of
from support.load import Instance, Place, faults, make_instance
from support.server import Server, Visitor, jalon, running

ROUNDS: Final = 150
EDITORS, SECONDS = 20, 60
RDMO_PUT, RDMO_SAVE = 5.0, 223.0  # milliseconds, measured once on a machine alike
_HEADERS: Final = {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}
_JOB: Final = table_of(Job)


def measure() -> int:
    """Measure one save and print; say how many goals are missed."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder:
        instance = make_instance(Path(folder) / "instance")
        return show(
            "One save over HTTP: rules of 300 criteria and scores in the same commit", *_one(instance)
        )


def _one(instance: Instance) -> tuple[Sequence[Figure], float]:
    workers = (os.cpu_count() or 1) + 1
    bare = make_instance(instance.folder / "bare", answered=0)
    least = floor("updating", instance.folder / "floor", workers, url=bare.url)
    place = instance.axis(instance.products[0], 0)[0]
    with running(jalon(instance, workers=workers)) as server, running(least):
        visitor = Visitor(server.port).sign_in(instance.logins[0])
        update = request("POST", "/", {})
        times = in_turns(
            {"jalon": _saving(server, visitor, place), "floor": lambda: exchange(least.port, update)}, ROUNDS
        )
    ours, bound = times["jalon"], times["floor"]
    figures = [
        Figure("median / a bare update", ours.p50 / bound.p50, "×", 8, f"floor: {bound.told}"),
        Figure(
            "median", ours.p50, goal=RDMO_PUT, note=f"{ours.told}; the goal is RDMO's bare PUT, a constant"
        ),
        Figure("1/40 of RDMO's whole save", ours.p50, goal=RDMO_SAVE / 40, note="a constant"),
        Figure(
            "without the commit of the floor", ours.p50 - bound.p50, note="what a faster disk would leave"
        ),
    ]
    return figures, noise(times)


def _saving(server: Server, visitor: Visitor, place: Place) -> Callable[[], bytes]:
    """Give a call that saves another level each time."""
    version = visitor.get(place.page).versions()[place.code]
    headers = {**visitor.headers, **_HEADERS, "X-CSRFToken": visitor.token}

    def save() -> bytes:
        nonlocal version
        code = place.code
        form = {f"level.{code}": str(place.level(version + 1)), f"version.{code}": str(version)}
        version += 1
        return exchange(server.port, request("POST", place.address, headers, urlencode(form)))

    return save


# -- many people at once


def measure_editors() -> int:
    """Let people save every second, on one product then on several; say how many goals are missed."""
    missed = 0
    for title, products in (("one product", 1), ("several products", 5)):
        with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder:
            instance = make_instance(Path(folder) / "instance", products=products, editors=EDITORS)
            missed += show(
                f"{EDITORS} editors saving every second for {SECONDS} s, {title}", _together(instance)
            )
    return missed


def _together(instance: Instance) -> Sequence[Figure]:
    seconds: list[float] = []
    confirmed: list[tuple[Place, int]] = []
    refused: list[object] = []
    with running(jalon(instance)) as server:
        visitors = [Visitor(server.port).sign_in(login) for login in instance.logins[:EDITORS]]
        begin = time.perf_counter() + 0.5
        threads = [
            threading.Thread(
                target=_edit,
                args=(visitor, _share(instance, i), begin + i / EDITORS, seconds, confirmed, refused),
            )
            for i, visitor in enumerate(visitors)
        ]
        before = server.worked()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        worked = server.worked() - before
    times = Times(seconds)
    wrong = faults(instance, confirmed)
    if refused or wrong:
        CONSOLE.print("[red]refused:[/]", refused[:3], "[red]faults:[/]", wrong[:3])
    return [
        Figure("p99 of a save", times.at(99), goal=300, note=times.told),
        Figure("saves that failed", len(refused), "", 0, f"{len(confirmed)} confirmed"),
        Figure("faults in the database", len(wrong), "", 0),
        Figure("evaluations left to the worker", _queued(instance), ""),
        Figure("work of the processors for one save", 1e3 * worked / len(seconds)),
    ]


def _share(instance: Instance, editor: int) -> Sequence[Place]:
    """Give each editor questions nobody else answers."""
    product = instance.products[editor % len(instance.products)]
    return instance.places(product)[editor // len(instance.products) :: EDITORS]


def _edit(
    visitor: Visitor,
    places: Sequence[Place],
    begin: float,
    seconds: list[float],
    confirmed: list[tuple[Place, int]],
    refused: list[object],
) -> None:
    versions: dict[Place, int] = {}
    for second in range(SECONDS):
        time.sleep(max(0.0, begin + second - time.perf_counter()))
        place = places[second % len(places)]
        start = time.perf_counter()
        try:
            reply = visitor.save(place, versions.get(place, 1))
        except OSError as error:
            refused.append(error)
            continue
        seconds.append(time.perf_counter() - start)
        if reply.status != 200:
            refused.append(reply)
            continue
        versions[place] = reply.versions()[place.code]
        confirmed.append((place, versions[place]))


def _queued(instance: Instance) -> int:
    database = Database(instance.url)
    with database.reading() as session:
        count = session.scalar(select(func.count()).where(_JOB.c.kind == EVALUATE)) or 0
    database.close()
    return count
