"""A trace under seals to test: its lines, and who rules the database and changes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import text

from jalon.services.sealing import exported, seal, verify
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from support.services import START

YEAR: Final = timedelta(days=365)
LINE: Final = (
    "INSERT INTO trace (id, at, account_name, action, object_kind, object_id, address, detail) "
    "VALUES ({}, '2022-01-20 09:00:00', 'x', 'x', '', '', '', '{{}}')"
)
"""A line as another program would add it, but for its number."""


def write(database: Database, count: int, days: int = 0) -> None:
    """Add lines to the trace."""
    for number in range(count):
        at = START + timedelta(days=days, seconds=number)
        with database.writing() as session:
            record(session, at, Actor(7, "Zoé", "::1"), "signed-in", ("account", 7), how=f"né {number}")


def tamper(database: Database, *statements: str) -> None:
    """Change the trace as someone who rules the database: its triggers are taken away first."""
    names = dict.fromkeys(("trace", "trace_seal", "trace_expiry"), ("update", "delete"))
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


def kept_seals(database: Database) -> list[Any]:
    """Give the seals of an export."""
    return [each["seal"] for each in exported(database) if "seal" in each]


def three_batches(database: Database) -> None:
    """Write a trace of three batches, and two lines that wait."""
    for day in range(3):
        write(database, 4, day)
        assert 4 == seal(database, START + timedelta(days=day))
    write(database, 2, 3)
