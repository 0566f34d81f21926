"""Put a backup in the place of what a database holds: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from jalon.storage.backup.form import BackupError
from jalon.storage.backup.loading import refusing
from jalon.storage.backup.reading import BackupFile
from jalon.storage.backup.server import replace_tables
from jalon.storage.backup.sqlite_file import is_beyond_use, replace_file
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, require_current, state_of
from jalon.storage.tables import Account, Organisation, Product, table_of

TOLD: Final = tuple(table_of(each) for each in (Organisation, Product, Account))
"""The tables by whose rows a person recognises an instance."""


class Found(NamedTuple):
    """Say what a restoration would replace."""

    state: SchemaState | None  # None: a file that is damaged beyond reading
    rows: Mapping[str, int]  # of the tables of TOLD, where they can be counted


def found_in(database: Database) -> Found:
    """Look at what a database holds; raise SchemaError when it is not ours to replace, or out of reach."""
    if database.file is not None and is_beyond_use(database.file):
        return Found(None, {})
    state = state_of(database)
    if state is SchemaState.FOREIGN:
        require_current(database)
    try:
        with database.reading() as session:
            counts = {each.name: select(func.count()).select_from(each) for each in TOLD}
            rows = {name: session.scalar(query) or 0 for name, query in counts.items()}
    except DatabaseError:  # no such table: none yet, or another version's; or a part of the file is damaged
        rows = {}
    return Found(state, rows)


def restore(database: Database, backup: BackupFile, *, wait: float = 5.0) -> Path | None:
    """Replace all that a database holds; give the file where an SQLite database was kept.

    `wait`: for how many seconds others may keep it from being locked.
    """
    found = found_in(database)
    if not database.is_sqlite and found.state not in {SchemaState.EMPTY, SchemaState.CURRENT}:
        raise BackupError(
            "Cette base de données est celle d’une autre version de Jalon : ses tables ne peuvent pas être "
            "remplacées sans risque. Rien n’a été changé ; créez une base vide, donnez son adresse "
            "(JALON_DATABASE_URL) et restaurez-y la sauvegarde."
        )
    database.close()
    with refusing():
        if database.file is None:
            replace_tables(database, backup, wait=wait)
            return None
        keep = found.state is not SchemaState.EMPTY
        return replace_file(database.file.resolve(), backup, keep=keep, wait=wait)
