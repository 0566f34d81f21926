"""Work that outlives a request, and the trace of who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field

from jalon.storage.tables.base import Table, document, instant


class Job(Table, table=True):
    """A piece of work done in small committed steps; `cursor` says how far it went."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    argument: dict[str, Any] = document()
    cursor: dict[str, Any] = document()
    key: str | None = Field(default=None, unique=True)  # while it waits, asking again adds nothing
    attempts: int = 0
    error: str = ""
    created_at: datetime = instant()
    due_at: datetime = instant(index=True)
    started_at: datetime | None = instant(nullable=True)
    finished_at: datetime | None = instant(nullable=True)


class Trace(Table, table=True):
    """Who did what, when, on what, from where; the database refuses to change or delete it."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant()
    account_id: int | None = None  # no reference: a trace outlives everything
    account_name: str = ""
    action: str = Field(index=True)
    object_kind: str = ""
    object_id: str = ""
    address: str = ""
    detail: dict[str, Any] = document()


class TraceSeal(Table, table=True):
    """A batch of the trace under one digest, chained to the batch before."""

    __tablename__ = "trace_seal"

    id: int | None = Field(default=None, primary_key=True)
    first_id: int
    last_id: int = Field(index=True)  # finds the batch of a line
    previous: str
    digest: str  # how many lines, a colon, and the sum of them, of the seal and of the seal before
    sealed_at: datetime = instant()


class TraceExpiry(Table, table=True):
    """A sealed batch whose lines are past their retention: only then does the database let them go."""

    __tablename__ = "trace_expiry"

    seal_id: int = Field(primary_key=True)  # no reference: PostgreSQL words refusals otherwise
    expired_at: datetime = instant()


class Setting(Table, table=True):
    """A value of this instance that several processes share."""

    key: str = Field(primary_key=True)
    value: str
