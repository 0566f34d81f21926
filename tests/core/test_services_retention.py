"""The retention of the trace: whole batches go when they are old, told by a line; nothing else ever does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from jalon.services.sealing import expire, exported, seal, verify
from jalon.storage import schema
from jalon.storage.database import Database, add_missing
from jalon.storage.schema import SchemaState
from jalon.storage.tables import Trace, TraceExpiry, TraceSeal
from support.postgres import fresh_database
from support.sealed import LINE, YEAR, codes, tamper, three_batches, write
from support.services import START, rows_of


@pytest.fixture
def sealed(database: Database) -> Database:
    """Give a trace of three batches, and two lines that wait."""
    three_batches(database)
    return database


def test_only_what_is_past_its_retention_goes(sealed: Database) -> None:
    """Whole batches older than a year are let go, seals stay, what is left is still checked."""
    at = START + YEAR + timedelta(days=2)
    assert 2 == expire(sealed, at, YEAR)
    left = [row["id"] for row in rows_of(sealed, Trace)]
    assert list(range(9, 16)) == left
    told = rows_of(sealed, Trace)[-1]
    assert ("trace-expired", "1-2", {"first": 1, "last": 8}) == (
        told["action"],
        told["object_id"],
        told["detail"],
    )
    assert [1, 2] == [row["seal_id"] for row in rows_of(sealed, TraceExpiry)]
    assert 0 == expire(sealed, at, YEAR)
    found = verify(sealed)
    assert ((), 3, 4, 2) == (found.faults, found.seals, found.sealed, found.expired)
    tamper(sealed, "UPDATE trace SET account_name = 'x' WHERE id = 10")
    assert [("changed", 3)] == codes(sealed)


def test_the_last_batch_of_all_is_let_go(database: Database) -> None:
    """Where nothing else is left, the line that tells it is numbered on, sealed, and the chain stays whole."""
    write(database, 4)
    seal(database, START)
    at = START + YEAR + timedelta(days=1)
    assert 1 == expire(database, at, YEAR)
    assert [(5, "trace-expired", "1-1")] == [
        (row["id"], row["action"], row["object_id"]) for row in rows_of(database, Trace)
    ]
    assert 1 == seal(database, at)
    assert ((), 2, 1, 0, 1) == verify(database)
    assert 1 == expire(database, at + 2 * YEAR, YEAR)
    assert ((), 2, 0, 1, 2) == verify(database)


@pytest.mark.parametrize(("hours", "gone"), [(14, 0), (15, 1)])
def test_days_go_whole(sealed: Database, hours: int, gone: int) -> None:
    """Lines of 9 in the morning are kept a year, and till the midnight that follows."""
    midnight = START.replace(minute=0, second=0, microsecond=0) + YEAR + timedelta(hours=hours)
    assert gone == expire(sealed, midnight, YEAR)


def test_many_batches_are_let_go_in_several_steps(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many batches are old, all of them go; an old line in a batch that is young stays."""
    monkeypatch.setattr("jalon.services.sealing._MOST_BATCHES", 2)
    for _batch in range(5):
        write(database, 2)
        seal(database, START)
    write(database, 1)
    write(database, 1, days=300)
    seal(database, START + timedelta(days=300))
    assert 5 == expire(database, START + YEAR + timedelta(days=1), YEAR)
    assert [11, 12] == [row["id"] for row in rows_of(database, Trace)][:2]
    assert () == verify(database).faults


def test_a_damaged_end_of_batch_holds_up_no_other(sealed: Database) -> None:
    """A batch whose last line is gone is let go when its seal is old; those after follow."""
    tamper(sealed, "DELETE FROM trace WHERE id = 4")
    assert 3 == expire(sealed, START + 2 * YEAR, YEAR)


def test_a_batch_declared_over_in_secret_shows(sealed: Database) -> None:
    """Whoever declares a batch over to delete its lines leaves no line that tells it: found."""
    with sealed.writing() as session:
        session.add(TraceExpiry(seal_id=2, expired_at=START + timedelta(days=9)))
        session.flush()
        session.execute(text("DELETE FROM trace WHERE id BETWEEN 5 AND 8"))
    assert [("untold", 2)] == codes(sealed)


def test_lines_left_in_an_expired_batch_show(sealed: Database) -> None:
    """A line that comes back into a batch that was let go is found."""
    expire(sealed, START + YEAR + timedelta(days=1), YEAR)
    tamper(sealed, LINE.format(2))
    assert [("lines-left", 1)] == codes(sealed)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM trace WHERE id = 1",
        "DELETE FROM trace WHERE id = 14",
        "DELETE FROM trace_expiry",
        "UPDATE trace_expiry SET seal_id = 3",
    ],
)
def test_the_database_lets_go_of_nothing_else(sealed: Database, statement: str) -> None:
    """A line that is not of an expired batch cannot be deleted, nor an expiry changed."""
    if "expiry" in statement:
        expire(sealed, START + YEAR + timedelta(days=1), YEAR)
    with pytest.raises(DBAPIError, match="append-only"), sealed.writing() as session:
        session.execute(text(statement))


def test_the_worker_may_let_go_while_the_trace_is_checked(sealed: Database) -> None:
    """What is read is of one moment: a batch that goes meanwhile is no fault, in a check or in an export."""
    reading = exported(sealed)
    first = next(reading)
    assert 3 == expire(sealed, START + 2 * YEAR, YEAR)
    rest = list(reading)
    assert [1, 2, 3] == [each["seal"]["id"] for each in (first, *rest) if "seal" in each]
    assert list(range(1, 15)) == [each["line"]["id"] for each in rest if "line" in each]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Open a database without any table, on SQLite then on PostgreSQL."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres")))
        yield stack.enter_context(closing(Database(url)))


def test_seals_of_before_are_made_anew(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database that was sealed by the version before keeps its lines; they are sealed again."""
    with monkeypatch.context() as patched:
        folder = tmp_path / "before"
        copytree(schema._MIGRATIONS, folder, ignore=ignore_patterns("0004*", "__pycache__"))
        patched.setattr(schema, "_MIGRATIONS", folder)
        schema.migrate(empty_database)
    write(empty_database, 3)
    with empty_database.writing() as session:
        session.add(TraceSeal(first_id=1, last_id=3, previous="", digest="d"))
        session.add(TraceExpiry(seal_id=1))
    assert SchemaState.OLDER == schema.migrate(empty_database)
    assert ((), 0, 0, 3, 0) == verify(empty_database)
    assert 3 == seal(empty_database, START)
    for table in ("trace", "trace_seal", "trace_expiry"):
        with empty_database.writing() as session:
            add_missing(session, TraceExpiry, [{"seal_id": 9, "expired_at": START}])
        with pytest.raises(DBAPIError, match="append-only"), empty_database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - above
    assert ((), 1, 3, 0, 1) == verify(empty_database)
