"""Column types that read back what was written, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, SmallInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from jalon.domain.levels import NA, LevelValue

_NA_STORED: Final = -1
"""NA among integers: negative, so that `level >= 0` is all a query needs to leave it out."""


class UtcDateTime(TypeDecorator[datetime]):
    """Keep instants, in UTC; SQLite would otherwise give them back without their zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write an instant; a naive one is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}; give it its zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read an instant."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LevelColumn(TypeDecorator[Any]):
    """Keep a level, NA or nothing."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: LevelValue | None, dialect: Dialect) -> int | None:
        """Write a level."""
        del dialect
        if value is None or isinstance(value, int):
            return value
        return _NA_STORED

    def process_result_value(self, value: int | None, dialect: Dialect) -> LevelValue | None:
        """Read a level."""
        del dialect
        return NA if value == _NA_STORED else value
