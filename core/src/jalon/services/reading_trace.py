"""Read the trace: filtered, a page at a time, or whole for an export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jalon.storage.database import folded, folding
from jalon.storage.tables import Account, Organisation, Trace, TraceSeal, table_of

_TRACE: Final = table_of(Trace)
_SEAL: Final = table_of(TraceSeal)
PER_PAGE: Final = 50
_NAMED: Final = {"account": table_of(Account), "organisation": table_of(Organisation)}
_NUMBER: Final = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which lines are wanted; what is empty or None does not filter."""

    person: str = ""
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Page(NamedTuple):
    """Hold some lines, and whether there are others on each side."""

    rows: Sequence[Any]
    has_newer: bool
    has_older: bool


class SealState(NamedTuple):
    """Say how far the trace is sealed."""

    sealed_at: datetime | None
    waiting: int


def lines(session: Session, wanted: Wanted, *, before: int = 0, after: int = 0) -> Page:
    """Give a page of lines, the newest first: before a line, or the page that ends just after one."""
    query = select(_TRACE).where(*_which(session, wanted))
    if after:
        query = query.where(_TRACE.c.id > after).order_by(_TRACE.c.id)
        found = list(session.execute(query.limit(PER_PAGE + 1)))
        return Page(found[:PER_PAGE][::-1], has_newer=len(found) > PER_PAGE, has_older=bool(found))
    if before:
        query = query.where(_TRACE.c.id < before)
    found = list(session.execute(query.order_by(_TRACE.c.id.desc()).limit(PER_PAGE + 1)))
    return Page(found[:PER_PAGE], has_newer=bool(before and found), has_older=len(found) > PER_PAGE)


def every_line(session: Session, wanted: Wanted) -> Iterator[Any]:
    """Give every line that is wanted, the oldest first, without holding them all."""
    last = 0
    while True:
        query = (
            select(_TRACE)
            .where(*_which(session, wanted), _TRACE.c.id > last)
            .order_by(_TRACE.c.id)
            .limit(1000)
        )
        found = list(session.execute(query))
        yield from found
        if not found:
            return
        last = found[-1].id


def names(session: Session, rows: Iterable[Any]) -> dict[tuple[str, str], str]:
    """Name the accounts and organisations that lines are about, by kind and number."""
    found: dict[tuple[str, str], str] = {}
    for kind, table in _NAMED.items():
        numbers = {each.object_id for each in rows if each.object_kind == kind}
        ids = [int(each) for each in numbers if _NUMBER.fullmatch(each)]
        if ids:
            query = select(table.c.id, table.c.name).where(table.c.id.in_(ids))
            found |= {(kind, str(each.id)): each.name for each in session.execute(query)}
    return found


def seal_state(session: Session) -> SealState:
    """Say when the trace was last sealed, and how many lines wait."""
    last = session.execute(select(_SEAL).order_by(_SEAL.c.id.desc()).limit(1)).one_or_none()
    waiting = select(func.count()).where(_TRACE.c.id > (last.last_id if last else 0))
    return SealState(last.sealed_at if last else None, session.scalar(waiting) or 0)


def _which(session: Session, wanted: Wanted) -> Sequence[Any]:
    found = []
    if wanted.person:
        name = folding(session, _TRACE.c.account_name)
        found.append(name.contains(folded(wanted.person), autoescape=True))
    for column, value in (
        (_TRACE.c.action, wanted.action),
        (_TRACE.c.object_kind, wanted.object_kind),
        (_TRACE.c.object_id, wanted.object_id),
    ):
        if value:
            found.append(column == value)
    if wanted.since:
        found.append(_TRACE.c.at >= wanted.since)
    if wanted.until:
        found.append(_TRACE.c.at < wanted.until)
    return found
