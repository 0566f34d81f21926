"""The PostgreSQL of the tests: started, empty for each test, and never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

from support import postgres
from support.postgres import fresh_database, served

TESTS = Path(__file__).parents[1]
KILLED = """\
import os, signal
from support.postgres import served
with served() as url:
    print(url, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start the server that comes with the development packages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(postgres.VARIABLE, raising=False)
        with served() as url:
            yield url


def _answer(url: str, *statements: str) -> object:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in statements[:-1]:
            connection.execute(sqlalchemy.text(statement))
        return connection.execute(sqlalchemy.text(statements[-1])).scalar()


def test_each_database_is_empty_and_alone(server: str) -> None:
    """Two databases of one server share nothing, and hold UTF-8."""
    count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    with fresh_database(server) as one, fresh_database(server) as other:
        assert 1 == _answer(one, "CREATE TABLE kept (id integer)", count)
        assert 0 == _answer(other, count)
        assert "UTF8" == _answer(other, "SHOW server_encoding")


def test_a_database_starts_as_a_copy(server: str) -> None:
    """A database already migrated is copied rather than migrated again."""
    with fresh_database(server) as migrated:
        _answer(migrated, "CREATE TABLE kept AS SELECT 7 AS id", "SELECT 1")
        with fresh_database(server, template=str(make_url(migrated).database)) as copy:
            assert 7 == _answer(copy, "SELECT id FROM kept")


def test_a_database_is_dropped_even_when_a_connection_is_left(server: str) -> None:
    """A test that leaves a connection open does not keep its database."""
    existing = "SELECT count(*) FROM pg_database WHERE datname LIKE 'jalon%'"
    with fresh_database(server) as url:
        engine = sqlalchemy.create_engine(url)
        left = engine.connect()
        assert 1 == _answer(server, existing)

    assert 0 == _answer(server, existing)
    left.invalidate()
    engine.dispose()


def test_a_killed_run_leaves_no_server() -> None:
    """When the process that started the server is killed, the server ends and its folder goes."""
    environment = {key: value for key, value in os.environ.items() if key != postgres.VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        env=environment | {"PYTHONPATH": str(TESTS)},
        capture_output=True,  # read to its end: until the last process that could write is gone
        text=True,
        check=False,
        timeout=60,
    )

    assert -9 == done.returncode
    folder = str(make_url(done.stdout.strip()).query["host"])
    assert not Path(folder).exists()


def test_the_environment_names_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server named in the environment is used as it is, with the driver of Jalon."""
    monkeypatch.setenv(postgres.VARIABLE, "postgresql://ada:secret@127.0.0.1:5433/tests")
    with served() as url:
        assert "postgresql+psycopg://ada:secret@127.0.0.1:5433/tests" == url


def test_without_any_server_the_run_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is skipped: the run ends with the line that says what to type."""
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setattr(postgres, "WHEEL", "jalon_absent")
    with pytest.raises(pytest.exit.Exception, match="No PostgreSQL: type `make install`"), served():
        pass


def test_without_any_server_a_worker_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of pytest-xdist fails each test that needs the server, with the same line."""
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    monkeypatch.setattr(postgres, "WHEEL", "jalon_absent")
    with pytest.raises(pytest.fail.Exception, match="No PostgreSQL: type `make install`"), served():
        pass
