"""Write a whole database to one file, and put it back on SQLite or PostgreSQL alike."""

from __future__ import annotations

from jalon.storage.backup.form import BackupError, Manifest
from jalon.storage.backup.reading import BackupFile, opened_backup
from jalon.storage.backup.restoring import Found, found_in, restore
from jalon.storage.backup.sqlite_file import require_unused
from jalon.storage.backup.writing import Written, write_backup

__all__ = [
    "BackupError",
    "BackupFile",
    "Found",
    "Manifest",
    "Written",
    "found_in",
    "opened_backup",
    "require_unused",
    "restore",
    "write_backup",
]
