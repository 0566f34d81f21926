"""What every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy
from sqlalchemy import JSON, MetaData
from sqlmodel import Field, SQLModel

from jalon.storage.types import LevelColumn, UtcDateTime

METADATA: Final = MetaData(
    # Migrations name what they change: without a convention SQLite constraints have no name.
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Table(SQLModel):
    """Keep our tables apart from those of any other library in the process."""

    metadata = METADATA


def table_of(model: type[Table]) -> sqlalchemy.Table:
    """Give the columns of a table, for queries that read tuples rather than entities."""
    table: sqlalchemy.Table = model.__table__  # type: ignore[attr-defined]
    return table


def now() -> datetime:
    """Give the present instant."""
    return datetime.now(UTC)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """Declare an instant; one that cannot be absent is that of the row's making."""
    if nullable:
        return Field(default=None, sa_type=UtcDateTime, nullable=True, index=index)
    return Field(default_factory=now, sa_type=UtcDateTime, nullable=False, index=index)


def level() -> Any:
    """Declare a level, NA or nothing."""
    return Field(default=None, sa_type=LevelColumn, nullable=True)


def document() -> Any:
    """Declare a JSON value that is read and written whole."""
    return Field(default_factory=dict, sa_type=JSON, nullable=False)


def listed() -> Any:
    """Declare a list of names."""
    return Field(default_factory=list, sa_type=JSON, nullable=False)
