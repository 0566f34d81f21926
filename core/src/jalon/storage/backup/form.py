"""The form of a backup: a zip with a manifest and, for each table, one line of JSON for each row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import JSON, Boolean, Column, Integer, String, Table
from sqlalchemy.types import TypeDecorator

from jalon.errors import JalonError
from jalon.storage.tables import METADATA
from jalon.storage.types import UtcDateTime

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
LONGEST_MANIFEST: Final = 2**20
LONGEST_LINE: Final = 2**25
"""No row comes near: a longer line is no row, and would fill the memory of whoever reads it."""

LEFT_OUT: Final = frozenset({"account_link", "account_session", "sign_in_failure"})
"""Who is signed in, and who failed to: people sign in again after a restoration."""

Row: TypeAlias = dict[str, Any]


class BackupError(JalonError):
    """A backup cannot be written, read or restored; nothing was changed."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class TableEntry(_Part):
    """Say what the file of one table holds."""

    rows: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(_Part):
    """Say what a backup holds, and which version of Jalon wrote it."""

    format: int
    revision: str  # the last migration of the database
    jalon: str
    at: AwareDatetime
    tables: dict[str, TableEntry]

    @property
    def rows(self) -> int:
        """Count the rows of every table."""
        return sum(entry.rows for entry in self.tables.values())

    def rows_of(self, table: str) -> int:
        """Count the rows of one table."""
        return self.tables[table].rows if table in self.tables else 0


def member_of(table: str) -> str:
    """Name the file of a table."""
    return f"{table}.jsonl"


def kept_tables() -> list[Table]:
    """List the tables that this version keeps in a backup, each after those it refers to."""
    return [table for table in METADATA.sorted_tables if table.name not in LEFT_OUT]


def encoded(row: Mapping[str, Any]) -> bytes:
    """Write a row, as it is stored, on one line of ASCII, that no tool on the way spoils."""
    return json.dumps(row, default=_instant, separators=(",", ":")).encode("ascii") + b"\n"


def _instant(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"a backup cannot hold {value!r}")
    utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return utc.isoformat()


def decoded(table: Table, line: bytes) -> Row:
    """Read a row; raise ValueError when it is not one of this table."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("ce n’est pas du JSON") from None
    if not isinstance(row, dict) or row.keys() != set(table.columns.keys()):
        raise ValueError(f"les colonnes ne sont pas celles de la table {table.name}")
    return {name: _value(table.columns[name], value) for name, value in row.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, JSON):
        return value
    if value is None and column.nullable:
        return None
    kind = kind_of(column)
    if kind is datetime:
        return _read_instant(column, value)
    if type(value) is not kind:  # nor True for 1
        raise ValueError(f"la valeur de {column.name} n’est pas du type attendu")
    return value


def _read_instant(column: Column[Any], value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"la valeur de {column.name} n’est pas un instant avec son fuseau horaire")
    return at


def kind_of(column: Column[Any]) -> type:
    """Give the type that the values of a column have in Python before any conversion of ours."""
    if isinstance(column.type, UtcDateTime):
        return datetime
    plain = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    for known, kind in ((Boolean, bool), (Integer, int), (String, str), (JSON, dict)):
        if isinstance(plain, known):
            return kind
    raise TypeError(f"a backup cannot hold {column.table.name}.{column.name}: {column.type!r}")
