"""Work that outlives a request: asked for in the transaction of its cause, done in small committed steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jalon.storage.tables import Job, table_of

EVALUATE: Final = "evaluate"
"""Evaluate one subject again: {"subject": id}."""

_JOB: Final = table_of(Job)


def ask_for(
    session: Session, kind: str, argument: Mapping[str, Any], at: datetime, *, key: str | None = None
) -> None:
    """Ask for work; with a key, asking again while it waits adds nothing."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "kind": kind,
        "argument": dict(argument),
        "cursor": {},
        "key": key,
        "attempts": 0,
        "error": "",
        "created_at": at,
        "due_at": at,
    }
    session.execute(insert(_JOB).values(row).on_conflict_do_nothing(index_elements=["key"]))
