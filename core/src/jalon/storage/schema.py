"""Bring a database to the form this version of the code expects, or refuse to use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError

from jalon.errors import JalonError
from jalon.storage.database import Database

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class SchemaState(StrEnum):
    """Say how a database stands to the code."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    FOREIGN = "foreign"  # tables, none of which says a version of ours


class SchemaError(JalonError):
    """The database is not in the form this version expects."""

    def __init__(self, state: SchemaState, message: str) -> None:
        super().__init__(message)
        self.state = state


def state_of(database: Database) -> SchemaState:
    """Compare a database with the code; raise SchemaError when it cannot be reached or read."""
    try:
        with database.engine.connect() as connection:
            return _state(connection)
    except DatabaseError as error:  # a server that is away, a file that is no database
        raise SchemaError(
            SchemaState.FOREIGN,
            f"La base de données est inaccessible : {error.orig}. "
            "Vérifiez son adresse et que le serveur fonctionne, puis relancez la commande.",
        ) from None


def require_current(database: Database) -> None:
    """Refuse a database that is older or newer than the code, and say what to type."""
    state = state_of(database)
    if state is not SchemaState.CURRENT:
        raise SchemaError(state, _ADVICE[state])


def migrate(database: Database) -> SchemaState:
    """Create or bring up to date every table; give the state before. Refuse one that is newer or foreign."""
    before = state_of(database)
    if before in {SchemaState.NEWER, SchemaState.FOREIGN}:
        raise SchemaError(before, _ADVICE[before])
    if before is not SchemaState.CURRENT:
        with _unchecked(database) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before


def head() -> str:
    """Name the last migration: the form this version expects."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


@contextmanager
def _unchecked(database: Database) -> Iterator[Connection]:
    """Open one transaction in which a table may be copied: SQLite would refuse while keys refer to it."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                yield connection
        finally:
            if database.is_sqlite:
                connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]


def _state(connection: Connection) -> SchemaState:
    tables = inspect(connection).get_table_names()
    if not tables:
        return SchemaState.EMPTY
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        return SchemaState.FOREIGN
    script = ScriptDirectory.from_config(_config())
    if found == script.get_current_head():
        return SchemaState.CURRENT
    known = {each.revision for each in script.walk_revisions()}
    return SchemaState.OLDER if found in known else SchemaState.NEWER


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


_ADVICE: Final = {
    SchemaState.EMPTY: "La base de données est vide. Pour créer ses tables, tapez : jalon migrate",
    SchemaState.OLDER: (
        "La base de données est plus ancienne que cette version de Jalon. "
        "Sauvegardez-la (jalon backup FICHIER), puis mettez-la à jour : jalon migrate"
    ),
    SchemaState.NEWER: (
        "La base de données a été mise à jour par une version plus récente de Jalon. Installez cette version "
        "(pip install --upgrade jalon), ou revenez à une sauvegarde : jalon restore FICHIER"
    ),
    SchemaState.FOREIGN: (
        "Cette base contient des tables qui ne sont pas celles de Jalon. Donnez l’adresse d’une base vide "
        "(JALON_DATABASE_URL), puis tapez : jalon migrate"
    ),
}
