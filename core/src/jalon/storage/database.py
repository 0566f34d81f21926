"""Open a database, and the only two ways to work in it: reading and writing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Executable, create_engine, event, func
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from jalon.errors import JalonError
from jalon.storage.tables import Table, table_of

_BUSY_SECONDS: Final = 10
"""How long SQLite waits for another writer before it gives up."""

_WRITING: Final = "jalon_writing"

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else INSERT OR REPLACE would change an append-only table unseen
)


_LETTERS: Final = (
    "àáâãäåçèéêëìíîïñòóôõöùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸ",
    "aaaaaaceeeeiiiinooooouuuuyy" * 2,
)
_ACCENTS: Final = str.maketrans(*_LETTERS)


class DatabaseAddressError(JalonError):
    """The address of the database cannot be used."""


class Database:
    """Hold the connections to one database.

    On SQLite every writing transaction begins IMMEDIATE: one that starts by reading and then writes
    would fail at once when another wrote in between, whatever the time-out.
    """

    def __init__(self, url: str) -> None:
        """Prepare connections to an address such as `sqlite:////path` or `postgresql+psycopg://…`."""
        self.engine = _engine(url)
        self._reading = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        writing = self.engine.execution_options(**{_WRITING: True})
        self._writing = sessionmaker(writing, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Say whether the database is a file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """Give the file of an SQLite database."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read: what is changed here is never kept."""
        with self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write in one transaction: kept when the block ends, undone when it raises."""
        with self._writing.begin() as session:
            yield session

    def close(self) -> None:
        """Close every connection: after a fork, each process opens its own."""
        self.engine.dispose()


def upsert(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace the other columns where the primary key is known already."""
    if not rows:
        return
    statement = _upserting(table_of(table), session.get_bind().dialect.name, tuple(rows[0]))
    session.execute(statement, list(rows))


@cache
def _upserting(table: SqlTable, dialect: str, columns: Sequence[str]) -> Executable:
    """Put a statement together once: a save runs four of them."""
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def add_missing(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose primary key is known stay as they are."""
    if rows:
        target = table_of(table)
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        keys = [column.name for column in target.primary_key]
        session.execute(insert(target).on_conflict_do_nothing(index_elements=keys), list(rows))


def folded(text: Any) -> str:
    """Write a text without capitals nor the accents of French, to look for it."""
    return str(text or "").lower().translate(_ACCENTS)


def folding(session: Session, column: Any) -> Any:
    """Give a column as `folded` does, in a query."""
    if session.get_bind().dialect.name == "sqlite":  # whose own lower() knows no accented letter
        return func.jalon_fold(column)
    return func.translate(func.lower(column), *_LETTERS)


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        name = address.get_backend_name()
        if name == "sqlite":
            engine = create_engine(address, json_serializer=_json, connect_args={"timeout": _BUSY_SECONDS})
            _speak_sqlite(engine)
            return engine
        if address.drivername == "postgresql+psycopg":
            return create_engine(
                address, json_serializer=_json, pool_pre_ping=True, pool_size=2, max_overflow=3
            )
    except (ArgumentError, ImportError) as error:
        raise DatabaseAddressError(_refused(url, str(error))) from None
    except ValueError:
        raise DatabaseAddressError(_refused(url, "le port n’est pas un nombre")) from None
    raise DatabaseAddressError(_refused(url, f"« {address.drivername} » n’est pas pris en charge"))


def _json(value: Any) -> str:
    """Write JSON columns short, and readable in a database tool."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _refused(url: str, why: str) -> str:
    shown = url.rpartition("@")[2]  # never a password on a screen
    return (
        f"Adresse de base de données refusée ({shown}) : {why}. "
        "Attendu : « sqlite:////chemin/jalon.db » ou « postgresql+psycopg://utilisateur@hôte/base »."
    )


def _speak_sqlite(engine: Engine) -> None:
    """Decide ourselves how transactions begin; the driver would begin them too late."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("jalon_fold", 1, folded, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
