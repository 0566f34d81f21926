"""Write in the trace: who, when, what, on what, from where. No answer content, no secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from jalon.storage.tables import Trace


class Actor(NamedTuple):
    """Say who acts, and from where; the system itself has no account."""

    account_id: int | None
    name: str
    address: str = ""


def record(
    session: Session,
    at: datetime,
    actor: Actor,
    action: str,
    subject: tuple[str, int | str] = ("", ""),
    **detail: Any,
) -> None:
    """Add a line to the trace, in the transaction of what it tells; `subject` is a kind and an id."""
    session.add(
        Trace(
            at=at,
            account_id=actor.account_id,
            account_name=actor.name,
            action=action,
            object_kind=subject[0],
            object_id=str(subject[1]),
            address=actor.address,
            detail=detail,
        )
    )
