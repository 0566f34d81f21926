"""Write a backup while people work: everything is read in one snapshot of the database."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo, is_zipfile

from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.exc import SQLAlchemyError

from jalon.storage.backup.form import (
    FORMAT,
    LEFT_OUT,
    MANIFEST,
    BackupError,
    Manifest,
    TableEntry,
    encoded,
    member_of,
)
from jalon.storage.backup.loading import said
from jalon.storage.backup.reading import BackupFile
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, require_current, state_of
from jalon.storage.tables import METADATA
from jalon.storage.tables.base import now

_OWNER_ONLY: Final = 0o100600
_FETCHED: Final = 100
"""Rows held in memory at once; the largest hold the evaluation of a whole product."""


class Written(NamedTuple):
    """Say what was written."""

    tables: int
    rows: int
    size: int  # of the file, in bytes


def write_backup(database: Database, target: Path, *, force: bool = False) -> Written:
    """Write a backup and read it back; with `force`, in the place of an earlier one.

    A database that is older than the code is written as it is: one does so before one migrates.
    """
    is_older = state_of(database) is SchemaState.OLDER
    if not is_older:
        require_current(database)
    _require_free(target, force=force)
    try:
        with _replacing(target, force=force) as stream:
            with _snapshot(database) as connection, ZipFile(stream, "w") as archive:
                _write(connection, archive, _tables(connection, only_known=not is_older))
            backup = BackupFile(stream, target.name)
            backup.require_whole()
            size = stream.seek(0, os.SEEK_END)
    except OSError as error:
        raise BackupError(
            f"La sauvegarde {target} ne peut pas être écrite : {error.strerror}. "
            "Choisissez un dossier où vous pouvez écrire et qui a assez de place."
        ) from None
    except SQLAlchemyError as error:
        raise BackupError(
            f"La base de données ne peut pas être lue en entier : {said(error)}. Aucune sauvegarde n’est "
            "écrite ; vérifiez la base, ou revenez à une sauvegarde antérieure (jalon restore FICHIER)."
        ) from None
    return Written(len(backup.manifest.tables), backup.manifest.rows, size)


def _require_free(target: Path, *, force: bool) -> None:
    """Refuse to replace anything but an earlier backup, even when forced: not the database, nor a device."""
    if not os.path.lexists(target):
        return
    if not force:
        raise BackupError(
            f"{target} existe déjà : il n’a pas été remplacé. "
            "Donnez un autre nom, ou ajoutez --force pour le remplacer."
        )
    is_empty = target.is_file() and not target.stat().st_size
    if not is_empty and not (target.is_file() and is_zipfile(target)):
        raise BackupError(
            f"{target} n’est pas une sauvegarde : il n’a pas été remplacé, malgré --force. "
            "Donnez un autre nom."
        )


@contextmanager
def _replacing(target: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """Write beside the target; it takes its place once all of it is on the disk, or not at all."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _require_free(target, force=force)
        partial.replace(target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _snapshot(database: Database) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database, however long it lasts."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def _tables(connection: Connection, *, only_known: bool) -> list[Table]:
    """Read from the database itself which tables it has, so that an older one can be written too."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in METADATA.tables or not only_known)
    left_out = LEFT_OUT | {"alembic_version"}
    return [table for table in found.sorted_tables if table.name not in left_out]


def _write(connection: Connection, archive: ZipFile, tables: list[Table]) -> None:
    at = now()
    entries = {table.name: _write_table(connection, archive, table, at) for table in tables}
    manifest = Manifest(
        format=FORMAT,
        revision=str(MigrationContext.configure(connection).get_current_revision()),
        jalon=version("jalon"),
        at=at,
        tables=entries,
    )
    archive.writestr(_member(MANIFEST, at), manifest.model_dump_json(indent=1))


def _write_table(connection: Connection, archive: ZipFile, table: Table, at: datetime) -> TableEntry:
    digest, rows = sha256(), 0
    query = select(table).order_by(*table.primary_key)
    member = _member(member_of(table.name), at)
    with (
        archive.open(member, "w", force_zip64=True) as stream,
        connection.execute(query, execution_options={"yield_per": _FETCHED}) as found,
    ):
        for row in found.mappings():
            line = encoded(dict(row))
            stream.write(line)
            digest.update(line)
            rows += 1
    return TableEntry(rows=rows, sha256=digest.hexdigest())


def _member(name: str, at: datetime) -> ZipInfo:
    member = ZipInfo(name, at.timetuple()[:6])
    member.compress_type = ZIP_DEFLATED
    member.external_attr = _OWNER_ONLY << 16
    return member
