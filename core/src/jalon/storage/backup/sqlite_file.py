"""Replace the file of an SQLite database by a new one, built beside it and verified."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import text

from jalon.storage.backup.form import BackupError
from jalon.storage.backup.loading import load
from jalon.storage.backup.reading import BackupFile
from jalon.storage.backup.writing import sync_folder
from jalon.storage.database import Database
from jalon.storage.schema import migrate
from jalon.storage.tables.base import now

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database while it is open, or after a crash."""

_BEYOND_USE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY: Final = 0xFF


def is_beyond_use(file: Path) -> bool:
    """Say whether SQLite finds no database in a file that is there."""
    if not file.exists():
        return False
    with _connected(file, 0) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.DatabaseError as error:
            return error.sqlite_errorcode & _PRIMARY in _BEYOND_USE
    return False


def require_unused(database: Database, *, wait: float = 1.0) -> None:
    """Refuse an SQLite database that another connection has open, even idle: nothing in it is changed."""
    file = database.file
    database.close()
    if file is not None and file.exists():
        with _connected(file, wait) as connection:
            _lock(file, connection, "PRAGMA locking_mode = EXCLUSIVE", "SELECT count(*) FROM sqlite_schema")


def replace_file(file: Path, backup: BackupFile, *, keep: bool, wait: float) -> Path | None:
    """Put a database with the rows of a backup in the place of another; give where the other was kept."""
    with _built(file, backup, alike=keep) as new, _held(file, wait):
        aside = _set_aside(file) if keep and file.exists() else None
        new.replace(file)
        sync_folder(file.parent)
        return aside


@contextmanager
def _built(file: Path, backup: BackupFile, *, alike: bool) -> Iterator[Path]:
    require_room(file.parent, backup.size)
    new = file.with_name(f".{file.name}.restoring-{secrets.token_hex(4)}")
    try:
        _build(new, backup)
        _protect(new, file if alike else None)
        yield new
    finally:
        for suffix in ("", *_BESIDE):
            Path(f"{new}{suffix}").unlink(missing_ok=True)


def require_room(folder: Path, needed: int) -> None:
    """Refuse to fill a disk: better to know before than after an hour."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"Il reste {free // 10**6} Mo de place dans {folder} ; la sauvegarde restaurée en demande "
            f"{needed // 10**6}. Rien n’a été changé ; libérez de la place, puis relancez la restauration."
        )


def _build(new: Path, backup: BackupFile) -> None:
    database = Database(f"sqlite:///{new}")
    try:
        migrate(database)
        with database.writing() as session:
            connection = session.connection()
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # accounts refer to one another
            load(connection, backup)
            lost = connection.execute(text("PRAGMA foreign_key_check")).first()
            if lost is not None:
                raise BackupError(
                    f"La sauvegarde est refusée : une ligne de {lost[0]} désigne une ligne de {lost[2]} qui "
                    "n’existe pas. Rien n’a été changé ; prenez une autre sauvegarde."
                )
    finally:
        database.close()
    with closing(sqlite3.connect(new, isolation_level=None)) as alone:
        found = alone.execute("PRAGMA integrity_check").fetchone()[0]
        # All of it in one file, with nothing beside it: only that file takes the old one's place.
        mode = alone.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        if (found, mode) != ("ok", "delete"):
            raise BackupError(
                f"La nouvelle base de données est abîmée ({found}) : vérifiez le disque. Rien n’a été changé."
            )


def _protect(new: Path, old: Path | None) -> None:
    """Give a new file the owner and the rights of the one it replaces, and write it to the disk."""
    new.chmod(0o600)
    if old is not None and old.exists():
        shutil.copymode(old, new)
        owner = old.stat()
        with suppress(PermissionError):  # only root gives files away
            os.chown(new, owner.st_uid, owner.st_gid)
    descriptor = os.open(new, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _held(file: Path, wait: float) -> Iterator[None]:
    """Keep everybody else from a database, all of it in its one file.

    Leaving WAL needs to be the only connection. Whoever opens the file from here on fails to enter WAL again
    once it has moved: SQLite notices, so that nobody goes on writing in the one that was set aside.
    """
    if not file.exists():
        yield
        return
    with _connected(file, wait) as connection:
        _lock(file, connection, "PRAGMA journal_mode = DELETE", "BEGIN EXCLUSIVE")
        yield


@contextmanager
def _connected(file: Path, wait: float) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None, timeout=wait)) as connection:
        yield connection


def _lock(file: Path, connection: sqlite3.Connection, *statements: str) -> None:
    """Take locks; a file that is damaged beyond use cannot be locked, nor used by anybody."""
    try:
        for statement in statements:
            connection.execute(statement).fetchall()
    except sqlite3.DatabaseError as error:
        code = error.sqlite_errorcode & _PRIMARY
        if code in _BEYOND_USE:
            return
        if code != sqlite3.SQLITE_BUSY:
            raise
        raise BackupError(
            f"La base de données {file} est ouverte par un autre programme : le portail, son exécutant de "
            "tâches ou une autre commande. Rien n’a été changé ; arrêtez-le (Ctrl+C là où tourne "
            "« jalon run »), puis relancez la restauration."
        ) from None


def _set_aside(file: Path) -> Path:
    """Give a database a second name, so that there is no instant without one under its own."""
    base = f"{file.name}.before-restore-{now():%Y%m%dT%H%M%SZ}"
    names = (file.with_name(base if number == 1 else f"{base}-{number}") for number in count(1))
    aside = next(name for name in names if not os.path.lexists(name))
    for suffix in _BESIDE:  # only a damaged one still has them, and they would be read into the new one
        with suppress(FileNotFoundError):
            Path(f"{file}{suffix}").rename(f"{aside}{suffix}")
    try:
        aside.hardlink_to(file)
    except OSError:  # a file system without links
        file.rename(aside)
    return aside
