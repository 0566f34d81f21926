"""The trace under seals: what was touched shows, what is past its retention goes, nothing else does."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from jalon.services.sealing import Fault, expire, exported, seal, verify
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.tables import Trace, TraceExpiry, TraceSeal
from support.services import START, rows_of

YEAR = timedelta(days=365)


def write(database: Database, count: int, days: int = 0) -> None:
    """Add lines to the trace."""
    for number in range(count):
        at = START + timedelta(days=days, seconds=number)
        with database.writing() as session:
            record(session, at, Actor(7, "Zoé", "::1"), "signed-in", ("account", 7), how=f"né {number}")


def tamper(database: Database, *statements: str) -> None:
    """Change the trace as someone who rules the database: its triggers are taken away first."""
    names = {"trace": ("update", "delete"), "trace_seal": ("update", "delete")}
    with database.writing() as session:
        for table, kinds in names.items():
            if database.is_sqlite:
                for kind in kinds:
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_refuses_{kind}"))
            else:
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement))


def codes(database: Database, kept: Any = ()) -> list[tuple[str, int]]:
    """List the faults found, with the batch of each."""
    return [(each.code, each.seal) for each in verify(database, kept).faults]


@pytest.fixture
def sealed(database: Database) -> Database:
    """Give a trace of three batches, and two lines that wait."""
    for day in range(3):
        write(database, 4, day)
        assert 4 == seal(database, START + timedelta(days=day))
    write(database, 2, 3)
    return database


def test_an_untouched_trace_is_whole(sealed: Database) -> None:
    """Every batch is right; sealing again seals what waits, then nothing."""
    found = verify(sealed)
    assert ((), 3, 12, 2, 0) == found
    assert [2, 0] == [seal(sealed, START), seal(sealed, START)]
    assert ((), 4, 14, 0, 0) == verify(sealed)


CHANGES = {
    "at": "UPDATE trace SET at = '2020-01-01 00:00:00' WHERE id = 6",
    "account": "UPDATE trace SET account_id = 8 WHERE id = 6",
    "name": "UPDATE trace SET account_name = 'Zoe' WHERE id = 6",
    "action": "UPDATE trace SET action = 'signed-inn' WHERE id = 6",
    "object": "UPDATE trace SET object_id = '8' WHERE id = 6",
    "kind": "UPDATE trace SET object_kind = 'product' WHERE id = 6",
    "address": "UPDATE trace SET address = '::2' WHERE id = 6",
    "detail": """UPDATE trace SET detail = '{"how":"né"}' WHERE id = 6""",
    "first": "DELETE FROM trace WHERE id = 5",
    "middle": "DELETE FROM trace WHERE id = 6",
    "last": "DELETE FROM trace WHERE id = 8",
    "all": "DELETE FROM trace WHERE id BETWEEN 5 AND 8",
    "number": "UPDATE trace SET id = 1000 WHERE id = 6",
    "digest": "UPDATE trace_seal SET digest = 'f' || substr(digest, 2) WHERE id = 2",
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_touched_shows(sealed: Database, change: str) -> None:
    """A changed value in any column, a missing line wherever it was, a changed seal: the batch is named."""
    tamper(sealed, CHANGES[change])
    assert ("changed", 2) in codes(sealed)


def test_a_line_slipped_in_shows(database: Database) -> None:
    """A line added between two others, or where a number was left free, is found."""
    write(database, 2)
    tamper(database, "UPDATE trace SET id = 9 WHERE id = 2")
    assert 2 == seal(database, START)
    assert [] == codes(database)
    tamper(
        database,
        "INSERT INTO trace (id, at, account_name, action, object_kind, object_id, address, detail) "
        "VALUES (5, '2022-01-20 09:00:00', 'x', 'x', '', '', '', '{}')",
    )
    assert [("changed", 1)] == codes(database)


def test_a_seal_taken_away_breaks_the_chain(sealed: Database) -> None:
    """Without the second seal, the third does not follow."""
    tamper(sealed, "DELETE FROM trace_seal WHERE id = 2")
    assert ("chain", 3) in codes(sealed)


def test_an_end_cut_off_shows_beside_seals_kept_elsewhere(sealed: Database) -> None:
    """Lines and seals removed from the end leave a chain that is whole: kept seals tell."""
    kept = [each["seal"] for each in exported(sealed) if "seal" in each]
    tamper(sealed, "DELETE FROM trace WHERE id > 8", "DELETE FROM trace_seal WHERE id = 3")
    assert [] == codes(sealed)
    assert [("missing-seal", 3)] == codes(sealed, kept)
    assert 10 > len([each for each in exported(sealed) if "line" in each])


def test_another_history_shows_beside_seals_kept_elsewhere(sealed: Database) -> None:
    """A trace sealed anew after a change is whole by itself; kept seals differ."""
    kept = [each["seal"] for each in exported(sealed) if "seal" in each]
    tamper(
        sealed,
        "UPDATE trace SET account_name = 'Personne'",
        "DELETE FROM trace_seal",
        "UPDATE trace SET id = id",
    )
    seal(sealed, START)
    assert {"other-seal", "missing-seal"} >= {code for code, _seal in codes(sealed, kept)} != set()


def test_only_what_is_past_its_retention_goes(sealed: Database) -> None:
    """Whole batches older than a year are let go, seals stay, what is left is still checked."""
    at = START + YEAR + timedelta(days=1, hours=1)
    assert 2 == expire(sealed, at, YEAR)
    left = [row["id"] for row in rows_of(sealed, Trace)]
    assert [9, 10, 11, 12, 13, 14] == left[:6]
    assert ["trace-expired", "trace-expired"] == [row["action"] for row in rows_of(sealed, Trace)][-2:]
    assert [1, 2] == [row["seal_id"] for row in rows_of(sealed, TraceExpiry)]
    assert 0 == expire(sealed, at, YEAR)
    found = verify(sealed)
    assert ((), 3, 4, 2) == (found.faults, found.seals, found.sealed, found.expired)
    tamper(sealed, "UPDATE trace SET account_name = 'x' WHERE id = 10")
    assert [("changed", 3)] == codes(sealed)


def test_lines_left_in_an_expired_batch_show(sealed: Database) -> None:
    """A line that comes back into a batch that was let go is found."""
    expire(sealed, START + YEAR + timedelta(hours=1), YEAR)
    tamper(
        sealed,
        "INSERT INTO trace (id, at, account_name, action, object_kind, object_id, address, detail) "
        "VALUES (2, '2022-01-20 09:00:00', 'x', 'x', '', '', '', '{}')",
    )
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
        expire(sealed, START + YEAR + timedelta(hours=1), YEAR)
    with pytest.raises(DBAPIError, match="append-only"), sealed.writing() as session:
        session.execute(text(statement))


def test_lines_written_while_sealing_are_sealed_later(database: Database) -> None:
    """Sealing beside writers misses no line and seals none twice."""
    threads = [Thread(target=write, args=(database, 20)) for _ in range(3)]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        seal(database, START)
    for each in threads:
        each.join()
    seal(database, START)
    found = verify(database)
    assert ((), 60, 0) == (found.faults, found.sealed, found.waiting)
    seals = rows_of(database, TraceSeal)
    assert all(one["last_id"] + 1 == other["first_id"] for one, other in pairwise(seals))


def test_a_fault_names_its_batch(sealed: Database) -> None:
    """What is found says which batch, its lines and when it was sealed."""
    tamper(sealed, "DELETE FROM trace WHERE id = 6")
    assert [Fault("changed", 2, 5, 8, START + timedelta(days=1))] == list(verify(sealed).faults)
