"""The portal killed (-9) in the middle of its work: what was confirmed is kept, and it starts again at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select, update

from jalon.services.jobs import EVALUATE_ALL, LEASE, ask_for
from jalon.services.worker import Queue
from jalon.storage.database import Database
from jalon.storage.tables import Job, table_of
from support.load import Instance, faults, make_instance
from support.postgres import fresh_database
from support.server import Editors, Server, Visitor, jalon, running, until

pytestmark = pytest.mark.slow

KILLS: Final = (
    (1, Server.kill),
    (2, Server.kill_one),
    (34, Server.kill),
    (3, Server.kill_one),
    (13, Server.kill_master),
    (8, Server.kill),
    (21, Server.kill_one),
    (5, Server.kill),
    (1, Server.kill_one),
    (4, Server.kill),
)
"""After how many confirmed saves each kill strikes, and whom: everybody, the master, one of those who serve."""

_JOB: Final = table_of(Job)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of an empty database; none for the file of the instance."""
    if request.param == "sqlite":
        yield ""
        return
    with fresh_database(request.getfixturevalue("postgres")) as url:
        yield url


def test_what_was_confirmed_survives_kills(tmp_path: Path, address: str) -> None:
    """Every save answered 200 is there after each kill, scores and proposals agree, the port is free at once."""
    instance = make_instance(tmp_path / "instance", address, products=2, editors=4, answered=0)
    server = jalon(instance)
    with running(server):
        editors = _editors(instance, server)
        for enough, kill in KILLS:
            editors.save(enough, partial(kill, server))

            assert [] == faults(instance, editors.confirmed)

            if kill is not Server.kill_one:
                server.start()
        assert sum(enough for enough, _ in KILLS) <= len(editors.confirmed)


def _editors(instance: Instance, server: Server) -> Editors:
    """Share questions between four people: two products, two people on each."""
    first, second = instance.products
    shares = [(first, 0), (first, 1), (second, 0), (second, 1)]
    visitors = [Visitor(server.port).sign_in(login) for login in instance.logins[:4]]
    return Editors(
        [
            (visitor, instance.axis(product, axis))
            for visitor, (product, axis) in zip(visitors, shares, strict=True)
        ]
    )


def test_a_killed_job_is_resumed(tmp_path: Path, address: str) -> None:
    """A job interrupted by a kill goes on from where it was, once nobody can be doing it any more."""
    instance = make_instance(tmp_path / "instance", address, products=45, answered=0)
    database = Database(instance.url)
    with running(jalon(instance)) as server:
        with database.writing() as session:
            ask_for(session, EVALUATE_ALL, {}, datetime.now(UTC), key=EVALUATE_ALL)
        Queue(instance.folder / "queue.db").wake()
        until(lambda: bool(_job(database).cursor), "the job does not begin")
        server.kill()
        interrupted = _job(database)

        assert interrupted.finished_at is None

        with database.writing() as session:  # so much time passes
            session.execute(
                update(_JOB).values(started_at=interrupted.started_at - LEASE - timedelta(seconds=1))
            )
        server.start()
        until(lambda: _job(database).finished_at is not None, "the job is not resumed")
        ended = _job(database)

        assert "" == ended.error
        assert interrupted.cursor["after"] < ended.cursor["after"]
    database.close()


def _job(database: Database) -> Job:
    with database.reading() as session:
        # A subject that cannot be evaluated while the machine is busy gets a job of its own.
        first = select(Job).where(_JOB.c.kind == EVALUATE_ALL).order_by(_JOB.c.id).limit(1)
        return session.execute(first).scalar_one()


def test_it_stops_when_asked(tmp_path: Path) -> None:
    """Asked to stop, it ends without error, no process of it stays, and its port is free."""
    server = jalon(make_instance(tmp_path / "instance", answered=0))
    server.start()
    started = server.processes()

    assert 0 == server.stop()
    assert 3 <= len(started)
    assert [] == server.processes()

    server.start()
    assert 0 == server.stop()


# -- the configuration of gunicorn we ship


@pytest.fixture
def gunicorn(tmp_path: Path) -> Callable[[str], Server]:
    """Start plain gunicorn with our configuration, as an administrator may."""
    instance = make_instance(tmp_path / "instance", answered=0)

    def made(application: str) -> Server:
        options = ("-c", "python:jalon_web.gunicorn_conf", "--pythonpath", str(Path(__file__).parents[1]))
        command = (sys.executable, "-m", "gunicorn", *options, application)
        return Server(instance.folder, command, {"JALON_WORKERS": "2", "JALON_SECRET": "x" * 48})

    return made


def test_plain_gunicorn_serves_the_portal(gunicorn: Callable[[str], Server]) -> None:
    """The shipped configuration works with a gunicorn of one's own; its workers die with it."""
    with running(gunicorn("jalon_web.server:application()")) as server:
        visitor = Visitor(server.port).sign_in("charge.0")

        assert 200 == visitor.get("/produits").status
        assert 3 == len(server.processes())

        server.kill_master()
        assert [] == server.processes()


def test_what_was_loaded_is_out_of_the_collectors_reach(gunicorn: Callable[[str], Server]) -> None:
    """The objects of the catalogue are frozen in every worker: the collector never walks them."""
    with running(gunicorn("support.server:frozen()")) as server:
        assert 100_000 <= int(Visitor(server.port).get("/frozen").text)
