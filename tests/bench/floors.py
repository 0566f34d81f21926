"""The least a server can do: applications of a few lines, served by the same gunicorn."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, update

from jalon.storage.database import Database
from jalon.storage.tables import Subject, table_of
from support.server import Server

Application = Callable[[Any, Any], Iterable[bytes]]

_PAGE: Final = "BENCH_PAGE"
_URL: Final = "BENCH_URL"
_SUBJECT: Final = table_of(Subject)


def page() -> Application:
    """Give a page that is ready in memory."""
    content = Path(os.environ[_PAGE]).read_bytes()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(content)))]

    def application(environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", headers)
        return [content]

    return application


def updating() -> Application:
    """Update one row by its key, in one transaction as durable as ours."""
    database = Database(os.environ[_URL])
    statement = update(_SUBJECT).where(_SUBJECT.c.id == bindparam("of")).values(stamp=_SUBJECT.c.stamp + 1)

    def application(environ: Any, start: Any) -> Iterable[bytes]:
        with database.writing() as session:
            session.execute(statement, {"of": 1})
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    return application


def floor(name: str, folder: Path, workers: int, *, page_file: Path | None = None, url: str = "") -> Server:
    """Give the server of one of them."""
    folder.mkdir()
    server = Server(folder, (), {_PAGE: str(page_file), _URL: url})
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    options = ("--workers", str(workers), "--pythonpath", paths.replace(os.pathsep, ","))
    bind = ("--bind", f"127.0.0.1:{server.port}", "--log-level", "warning")
    server.command = (sys.executable, "-m", "gunicorn", *options, *bind, f"floors:{name}()")
    return server
