"""Load the rows of a backup into tables that have none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from jalon.storage.backup.form import BackupError, Row, kept_tables
from jalon.storage.backup.reading import BackupFile

_MOST_ROWS: Final = 500
_MOST_BYTES: Final = 2**22


def load(connection: Connection, backup: BackupFile) -> None:
    """Insert every row, each table after those it refers to; raise when a digest is not as it was."""
    for table in kept_tables():
        for batch in _batches(backup, table):
            connection.execute(insert(table), batch)


def _batches(backup: BackupFile, table: Table) -> Iterator[list[Row]]:
    batch: list[Row] = []
    held = 0
    for row, size in backup.rows(table):
        batch.append(row)
        held += size
        if len(batch) == _MOST_ROWS or held >= _MOST_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


@contextmanager
def refusing() -> Iterator[None]:
    """Tell in a BackupError what a database, or the disk, refused."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, OverflowError) as error:
        raise BackupError(
            f"La sauvegarde ne peut pas être restaurée : {said(error)}. Rien n’a été changé."
        ) from None


def said(error: Exception) -> str:
    """Give on one line what a database said, without the statement it was about."""
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
