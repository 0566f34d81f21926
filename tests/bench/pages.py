"""Pages: the server's own time, and a page of 100 questions over HTTP."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from figures import Figure, exchange, in_turns, noise, request, show
from flask import Flask
from floors import floor
from sqlalchemy import event
from werkzeug.test import create_environ

from jalon_web.factory import create_app
from jalon_web.portal import EXTENSION
from jalon_web.settings import Settings
from support.load import PASSWORD, Instance, make_instance
from support.server import Visitor, jalon, running

ROUNDS: Final = 100
DJANGO_SURVEY, RDMO = 116.0, 672.0  # milliseconds for such a page, measured once on a machine alike
LOGIN, WIDE_LOGIN = 0, -1  # in the logins of an instance


def measure() -> int:
    """Measure and print; say how many goals are missed."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder:
        instance = make_instance(Path(folder) / "instance")
        missed = show("Page of an axis: 25 of 300 criteria, without the network", *_inside(instance))
        return missed + show("Page of 100 questions × 5 choices over HTTP, signed in", *_wide(instance))


def _inside(instance: Instance) -> tuple[Sequence[Figure], float]:
    app = create_app(Settings(instance.folder, instance.url, "x" * 48), instance.plugins())
    read = _reader(app, instance.logins[LOGIN], instance.axis(instance.products[0], 0)[0].page)
    read()
    with _counting(app) as statements:
        content = read()
    gc.collect()
    gc.freeze()
    measured = in_turns({"jalon": read}, ROUNDS)
    times = measured["jalon"]
    gc.unfreeze()
    app.extensions[EXTENSION].database.close()
    figures = [
        Figure("median", times.p50, goal=15, note=f"{times.told}, {len(content) // 1000} kB"),
        Figure("SQL statements", len(statements), "", 8, "BEGIN left out"),
    ]
    return figures, noise(measured)


def _reader(app: Flask, login: str, path: str) -> Callable[[], bytes]:
    """Sign in, and give a call of the application that reads a page, without any client."""
    client = app.test_client()
    form = client.get("/connexion").text
    token = form.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    client.post("/connexion", data={"login": login, "password": PASSWORD, "csrf_token": token})
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None

    def read() -> bytes:
        environ = create_environ(path, headers={"Cookie": f"{cookie.key}={cookie.value}"})
        status: list[str] = []
        content = b"".join(app(environ, lambda code, _headers, _error=None: status.append(code)))
        assert ["200 OK"] == status, status
        return content

    return read


@contextmanager
def _counting(app: Flask) -> Iterator[list[str]]:
    """List the statements the block runs."""
    found: list[str] = []
    engine = app.extensions[EXTENSION].database.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _wide(instance: Instance) -> tuple[Sequence[Figure], float]:
    path, copy = instance.wide_page.page, instance.folder / "page.html"
    workers = (os.cpu_count() or 1) + 1
    with running(jalon(instance, workers=workers)) as server:
        visitor = Visitor(server.port).sign_in(instance.logins[WIDE_LOGIN])
        copy.write_text(visitor.get(path).text, encoding="utf-8")
        minimal = floor("page", instance.folder / "floor", workers, page_file=copy)
        asked = request("GET", path, visitor.headers)
        with running(minimal):
            times = in_turns(
                {
                    "jalon": lambda: exchange(server.port, asked),
                    "floor": lambda: exchange(minimal.port, asked),
                },
                ROUNDS,
            )
    ours, least = times["jalon"], times["floor"]
    figures = [
        Figure("median / the same bytes from memory", ours.p50 / least.p50, "×", 5, f"floor: {least.told}"),
        Figure("p95 / p50", ours.p95 / ours.p50, "×", 1.5, ours.told),
        Figure("1/10 of django-survey-and-report", ours.p50, goal=DJANGO_SURVEY / 10, note="a constant"),
        Figure("1/50 of RDMO's open page", ours.p50, goal=RDMO / 50, note="a constant"),
    ]
    return figures, noise(times)
