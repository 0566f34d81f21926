"""Replace our tables on a PostgreSQL server, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, cast, func, inspect, literal, select, text
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.exc import OperationalError

from jalon.storage import schema
from jalon.storage.backup.form import BackupError
from jalon.storage.backup.loading import load
from jalon.storage.backup.reading import BackupFile
from jalon.storage.database import Database
from jalon.storage.tables import METADATA

_ONE_AT_A_TIME: Final = 0x4A414C4F4E
"""The advisory lock of restorations."""

_LOCK_NOT_AVAILABLE: Final = "55P03"

_FUNCTIONS: Final = text(
    "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger "
    "JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND relname = ANY(:tables) AND relnamespace = current_schema()::regnamespace"
)


def replace_tables(database: Database, backup: BackupFile, *, wait: float) -> None:
    """Drop our tables, make them again and load them: others see all of it at once, or nothing."""
    with database.engine.connect() as connection, connection.begin():
        if not connection.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))):
            raise BackupError(
                "Une autre restauration est en cours dans cette base de données. Rien n’a été changé ; "
                "attendez qu’elle se termine."
            )
        connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait * 1000))}"))
        _drop(connection)
        _migrate(connection)
        _load(connection, backup)
        _move_sequences(connection)


def _drop(connection: Connection) -> None:
    functions = connection.scalars(_FUNCTIONS, {"tables": list(METADATA.tables)}).all()
    try:
        METADATA.drop_all(connection)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        raise BackupError(
            "La base de données est utilisée par le portail ou par une autre commande. Rien n’a été changé ; "
            "arrêtez-les, puis relancez la restauration."
        ) from None
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    for name in functions:
        connection.execute(text(f"DROP FUNCTION {name}"))


def _migrate(connection: Connection) -> None:
    config = Config()
    folder = Path(schema.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _load(connection: Connection, backup: BackupFile) -> None:
    """Load, looking only at the end at the references of a table to itself: accounts come in any order."""
    quote = connection.dialect.identifier_preparer.quote
    own = [
        f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(key['name'] or '')}"
        for table in METADATA.tables
        for key in inspect(connection).get_foreign_keys(table)
        if key["referred_table"] == table
    ]
    for constraint in own:
        connection.execute(text(f"{constraint} DEFERRABLE INITIALLY DEFERRED"))
    load(connection, backup)
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for constraint in own:
        connection.execute(text(f"{constraint} NOT DEFERRABLE"))


def _move_sequences(connection: Connection) -> None:
    """Let the next rows be numbered after those that were loaded."""
    for table in METADATA.sorted_tables:
        for column in table.primary_key:
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            if sequence is not None:
                last, numbers = func.max(column), cast(literal(sequence), REGCLASS)
                connection.execute(select(func.setval(numbers, func.coalesce(last, 1), last.is_not(None))))
