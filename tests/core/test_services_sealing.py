"""The trace under seals: whatever is touched in it shows, and the batch is named."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from threading import Thread

import pytest

from jalon.services.sealing import Fault, exported, seal, verify
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.tables import TraceSeal
from support.sealed import LINE, codes, kept_seals, tamper, three_batches, write
from support.services import START, rows_of

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


@pytest.fixture
def sealed(database: Database) -> Database:
    """Give a trace of three batches, and two lines that wait."""
    three_batches(database)
    return database


def test_an_untouched_trace_is_whole(sealed: Database) -> None:
    """Every batch is right; sealing again seals what waits, then nothing."""
    found = verify(sealed)
    assert ((), 3, 12, 2, 0) == found
    assert [2, 0] == [seal(sealed, START), seal(sealed, START)]
    assert ((), 4, 14, 0, 0) == verify(sealed)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_touched_shows(sealed: Database, change: str) -> None:
    """A changed value in any column, a missing line wherever it was, a changed seal: the batch is named."""
    tamper(sealed, CHANGES[change])
    missing = CHANGES[change].startswith("DELETE") or change == "number"
    assert ("missing" if missing else "changed", 2) in codes(sealed)


@pytest.mark.parametrize(
    "values",
    ["sealed_at = '2020-01-01 00:00:00'", "digest = '4:0'", "digest = '999999999999:0'", "digest = ''"],
)
def test_a_seal_that_is_changed_shows(sealed: Database, values: str) -> None:
    """No column of a seal can be changed unseen; the batch after does not follow where its digest was."""
    tamper(sealed, f"UPDATE trace_seal SET {values} WHERE id = 2")  # noqa: S608 - above
    found = codes(sealed)
    assert any(seal == 2 for _code, seal in found), found


@pytest.mark.parametrize("column", ["first_id", "last_id"])
def test_a_batch_that_is_stretched_shows(sealed: Database, column: str) -> None:
    """A seal that claims other lines is found."""
    tamper(sealed, f"UPDATE trace_seal SET {column} = {column} - 1 WHERE id = 2")  # noqa: S608 - above
    assert {2, 3} & {seal for _code, seal in codes(sealed)}


@pytest.mark.parametrize(
    "values", ["at = 'hier'", "detail = '{'", "detail = CAST(x'ff' AS TEXT)", "address = CAST(x'ff' AS TEXT)"]
)
def test_a_line_that_is_no_line_any_more_shows(sealed: Database, values: str) -> None:
    """What can no longer be read is a fault of its batch, not a failure of the check."""
    if not sealed.is_sqlite:
        pytest.skip("PostgreSQL keeps no such value")
    tamper(sealed, f"UPDATE trace SET {values} WHERE id = 6")  # noqa: S608 - above
    assert [("changed", 2)] == codes(sealed)


@pytest.mark.parametrize("number", [0, -7])
def test_a_line_before_the_first_shows(sealed: Database, number: int) -> None:
    """A line numbered below every batch, which no seal would cover, is found."""
    tamper(sealed, LINE.format(number))
    assert [Fault("outside", 0, number, number, None)] == list(verify(sealed).faults)


def test_a_line_slipped_in_shows(database: Database) -> None:
    """A line added between two others, or where a number was left free, is found."""
    write(database, 2)
    tamper(database, "UPDATE trace SET id = 9 WHERE id = 2")
    assert 2 == seal(database, START)
    assert [] == codes(database)
    tamper(database, LINE.format(5))
    assert [("added", 1)] == codes(database)


def test_a_seal_taken_away_breaks_the_chain(sealed: Database) -> None:
    """Without the second seal, the third does not follow."""
    tamper(sealed, "DELETE FROM trace_seal WHERE id = 2")
    assert ("chain", 3) in codes(sealed)


def test_an_end_cut_off_shows_beside_seals_kept_elsewhere(sealed: Database) -> None:
    """Lines and seals removed from the end leave a chain that is whole: kept seals tell."""
    kept = kept_seals(sealed)
    tamper(sealed, "DELETE FROM trace WHERE id > 8", "DELETE FROM trace_seal WHERE id = 3")
    assert [] == codes(sealed)
    assert [("missing-seal", 3)] == codes(sealed, kept)
    assert 10 > len([each for each in exported(sealed) if "line" in each])


def test_another_history_shows_beside_seals_kept_elsewhere(sealed: Database) -> None:
    """A trace sealed anew after a change is whole by itself; kept seals differ."""
    kept = kept_seals(sealed)
    tamper(
        sealed,
        "UPDATE trace SET account_name = 'Personne'",
        "DELETE FROM trace_seal",
        "UPDATE trace SET id = id",
    )
    seal(sealed, START)
    assert {"other-seal", "missing-seal"} >= {code for code, _seal in codes(sealed, kept)} != set()


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
    assert [Fault("missing", 2, 5, 8, START + timedelta(days=1))] == list(verify(sealed).faults)


def test_a_writer_that_holds_the_trace_is_waited_for(database: Database) -> None:
    """A line of a transaction begun before is sealed with its number, never skipped."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    write(database, 1)
    with database.writing() as slow:
        record(slow, START, Actor(None, "lent"), "signed-in")
        slow.flush()
        write(database, 1)  # a higher number, committed first
        sealing = Thread(target=seal, args=(database, START))
        sealing.start()
        sealing.join(0.3)
        assert sealing.is_alive()
    sealing.join(20)
    seal(database, START)
    assert ((), 1, 3, 0, 0) == verify(database)
