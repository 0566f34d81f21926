"""Seal the trace in batches, let go of what is past its retention, and check that nothing was touched.

A seal holds the digest of its lines and of the seal before: a changed byte, a missing line or a line slipped
in shows; seals kept elsewhere show an end that was cut off.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.tables import Trace, TraceExpiry, TraceSeal, table_of

RETENTION: Final = timedelta(days=365)
_TRACE: Final = table_of(Trace)
_SEAL: Final = table_of(TraceSeal)
_EXPIRY: Final = table_of(TraceExpiry)
_MOST: Final = 5_000
_SYSTEM: Final = Actor(None, "jalon")


class Fault(NamedTuple):
    """Say what is wrong with one batch."""

    code: str  # changed, chain, lines-left, unsealed-gap, missing-seal, other-seal
    seal: int
    first: int
    last: int
    sealed_at: datetime | None


class Verified(NamedTuple):
    """Hold what checking the trace found."""

    faults: tuple[Fault, ...]
    seals: int
    sealed: int  # lines that are checked
    waiting: int  # lines that are not sealed yet
    expired: int  # batches whose lines were let go


def seal(database: Database, at: datetime) -> int:
    """Seal the lines that are not yet; give how many."""
    total = 0
    while count := _seal_one(database, at):
        total += count
        if count < _MOST:
            break
    return total


def _seal_one(database: Database, at: datetime) -> int:
    with database.writing() as session:
        if not database.is_sqlite:  # wait for lines being written: a lower number could come after
            session.execute(text("LOCK TABLE trace IN SHARE ROW EXCLUSIVE MODE"))
        before = session.execute(select(_SEAL).order_by(_SEAL.c.id.desc()).limit(1)).one_or_none()
        after = before.last_id if before else 0
        query = select(_TRACE).where(_TRACE.c.id > after).order_by(_TRACE.c.id).limit(_MOST)
        lines = session.execute(query).mappings().all()
        if not lines:
            return 0
        previous = before.digest if before else ""
        session.add(
            TraceSeal(
                first_id=after + 1,  # from the line before on: one slipped in between would show
                last_id=lines[-1]["id"],
                previous=previous,
                digest=digest_of(previous, lines),
                sealed_at=at,
            )
        )
        return len(lines)


def expire(database: Database, at: datetime, retention: timedelta = RETENTION) -> int:
    """Let go of the batches whose last line is past its retention; the seals stay. Give how many."""
    with database.writing() as session:
        gone = select(_EXPIRY.c.seal_id)
        last = select(_TRACE.c.at).where(_TRACE.c.id == _SEAL.c.last_id).scalar_subquery()
        query = select(_SEAL).where(_SEAL.c.id.not_in(gone), last < at - retention).order_by(_SEAL.c.id)
        old = session.execute(query).all()
        for each in old:
            session.add(TraceExpiry(seal_id=each.id, expired_at=at))
            session.flush()
            lines = _TRACE.c.id.between(each.first_id, each.last_id)
            session.execute(delete(_TRACE).where(lines))
            record(session, at, _SYSTEM, "trace-expired", ("trace", each.id))
        return len(old)


def verify(database: Database, kept: Iterable[Mapping[str, Any]] = ()) -> Verified:
    """Check every batch against its seal, and the seals against those kept elsewhere."""
    with database.reading() as session:
        seals = session.execute(select(_SEAL).order_by(_SEAL.c.id)).all()
        expired = set(session.scalars(select(_EXPIRY.c.seal_id)))
        faults: list[Fault] = []
        sealed, previous, after = 0, "", 0
        for each in seals:
            lines = _lines(session, each)
            sealed += len(lines)
            faults += _faults_of(each, lines, previous, after, is_expired=each.id in expired)
            previous, after = each.digest, each.last_id
        waiting = session.scalar(select(func.count()).select_from(_TRACE).where(_TRACE.c.id > after)) or 0
    faults += _compared(seals, kept)
    return Verified(tuple(faults), len(seals), sealed, waiting, len(expired))


def exported(database: Database) -> Iterator[dict[str, Any]]:
    """Give every seal and every line, to be kept elsewhere."""
    with database.reading() as session:
        for each in session.execute(select(_SEAL).order_by(_SEAL.c.id)).mappings():
            yield {"seal": _plain(each)}
        for each in session.execute(select(_TRACE).order_by(_TRACE.c.id)).mappings():
            yield {"line": _plain(each)}


def digest_of(previous: str, lines: Sequence[Mapping[Any, Any]]) -> str:
    """Sum up a batch and the seal before it."""
    summed = sha256(f"{previous}\n{len(lines)}\n".encode())
    for line in lines:
        summed.update(json.dumps(_plain(line), ensure_ascii=True, sort_keys=True).encode() + b"\n")
    return summed.hexdigest()


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _lines(session: Session, each: Any) -> Sequence[Mapping[Any, Any]]:
    between = _TRACE.c.id.between(each.first_id, each.last_id)
    query = select(_TRACE).where(between).order_by(_TRACE.c.id)
    return [dict(row) for row in session.execute(query).mappings()]


def _faults_of(
    each: Any, lines: Sequence[Mapping[Any, Any]], previous: str, after: int, *, is_expired: bool
) -> Iterator[Fault]:
    def fault(code: str) -> Fault:
        return Fault(code, each.id, each.first_id, each.last_id, each.sealed_at)

    if each.previous != previous or each.first_id != after + 1:
        yield fault("chain")
    if is_expired:
        if lines:
            yield fault("lines-left")
    elif digest_of(each.previous, lines) != each.digest:
        yield fault("changed")


def _compared(seals: Sequence[Any], kept: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    found = {each.id: each for each in seals}
    for each in kept:
        mine = found.get(each["id"])
        if mine is None:
            yield Fault("missing-seal", each["id"], each["first_id"], each["last_id"], None)
        elif mine.digest != each["digest"]:
            yield Fault("other-seal", mine.id, mine.first_id, mine.last_id, mine.sealed_at)
