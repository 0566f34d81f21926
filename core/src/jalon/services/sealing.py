"""Seal the trace in batches, let go of what is past its retention, and check that nothing was touched.

A seal holds the digest of its lines and of the seal before: a changed byte, a missing line or a line slipped
in shows; seals kept elsewhere show an end that was cut off.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import takewhile
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.tables import Trace, TraceExpiry, TraceSeal, table_of

RETENTION: Final = timedelta(days=365)
_TRACE: Final = table_of(Trace)
_SEAL: Final = table_of(TraceSeal)
_EXPIRY: Final = table_of(TraceExpiry)
_MOST: Final = 5_000
"""Lines of one batch."""
_MOST_BATCHES: Final = 100
"""Batches let go in one transaction: others write in between."""
_SYSTEM: Final = Actor(None, "jalon")
_EXPIRED: Final = "trace-expired"
_BATCHES: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")


class Fault(NamedTuple):
    """Say what is wrong with one batch."""

    code: str  # changed, missing, added, chain, lines-left, untold, outside, missing-seal, other-seal
    seal: int  # 0: no batch
    first: int
    last: int
    sealed_at: datetime | None


class Range(NamedTuple):
    """Say which lines are meant, as a seal does."""

    first_id: int
    last_id: int


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
            session.execute(text("SET LOCAL lock_timeout = '5s'"))  # others queue behind: not for long
            session.execute(text("LOCK TABLE trace IN SHARE ROW EXCLUSIVE MODE"))
        before = session.execute(select(_SEAL).order_by(_SEAL.c.id.desc()).limit(1)).one_or_none()
        after = before.last_id if before else 0
        query = select(_TRACE).where(_TRACE.c.id > after).order_by(_TRACE.c.id).limit(_MOST)
        lines = session.execute(query).mappings().all()
        if not lines:
            return 0
        made = TraceSeal(
            first_id=after + 1,  # from the line before on: one slipped in between would show
            last_id=lines[-1]["id"],
            previous=before.digest if before else "",
            digest="",
            sealed_at=at,
        )
        made.digest = digest_of(made, lines)
        session.add(made)
        return len(lines)


def expire(database: Database, at: datetime, retention: timedelta = RETENTION) -> int:
    """Let go of the batches whose last line is past its retention; the seals stay. Give how many.

    Days go whole, after their midnight: else every minute of a year ago would leave a line of its own.
    """
    total, limit = 0, (at - retention).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while count := _expire_some(database, at, limit):
        total += count
        if count < _MOST_BATCHES:
            break
    return total


def _expire_some(database: Database, at: datetime, limit: datetime) -> int:
    """Let go of the oldest batches; nothing is locked where there is none."""
    with database.reading() as session:
        gone = select(func.coalesce(func.max(_EXPIRY.c.seal_id), 0)).scalar_subquery()
        when = func.coalesce(_TRACE.c.at, _SEAL.c.sealed_at, type_=_SEAL.c.sealed_at.type)
        query = (
            select(_SEAL.c.id, _SEAL.c.first_id, _SEAL.c.last_id, when.label("at"))
            .join_from(_SEAL, _TRACE, _TRACE.c.id == _SEAL.c.last_id, isouter=True)
            .where(_SEAL.c.id > gone)
            .order_by(_SEAL.c.id)
            .limit(_MOST_BATCHES)
        )
        old = list(takewhile(lambda each: each.at < limit, session.execute(query).all()))
    if old:
        with database.writing() as session:
            # Told first: were the table empty in between, SQLite would number lines from 1 again.
            batches = ("trace", f"{old[0].id}-{old[-1].id}")
            record(session, at, _SYSTEM, _EXPIRED, batches, first=old[0].first_id, last=old[-1].last_id)
            for each in old:
                session.add(TraceExpiry(seal_id=each.id, expired_at=at))
                session.flush()
                session.execute(delete(_TRACE).where(_TRACE.c.id.between(each.first_id, each.last_id)))
    return len(old)


def verify(database: Database, kept: Iterable[Mapping[str, Any]] = ()) -> Verified:
    """Check every batch against its seal, and the seals against those kept elsewhere."""
    compared = {each["id"]: each for each in kept}
    with _of_one_moment(database) as session:
        expired = {each.seal_id: each.expired_at for each in session.execute(select(_EXPIRY))}
        faults = list(_outside(session))
        seals, sealed, previous, after, let_go = 0, 0, "", 0, []
        query = select(_SEAL).order_by(_SEAL.c.id).execution_options(yield_per=1_000)
        for each in session.execute(query):
            lines = lines_of(session, each)
            sealed += len(lines or ())
            faults += _faults_of(each, lines, previous, after, is_expired=each.id in expired)
            faults += _compared(each, compared.pop(each.id, None))
            let_go += [each] if each.id in expired else []
            seals, previous, after = seals + 1, each.digest, each.last_id
        faults += _untold(session, let_go, expired)
        waiting = session.scalar(select(func.count()).select_from(_TRACE).where(_TRACE.c.id > after)) or 0
    faults += [
        Fault("missing-seal", each["id"], each["first_id"], each["last_id"], each["sealed_at"])
        for each in compared.values()
    ]
    return Verified(tuple(faults), seals, sealed, waiting, len(expired))


def exported(database: Database) -> Iterator[dict[str, Any]]:
    """Give every seal and every line, to be kept elsewhere."""
    with _of_one_moment(database) as session:
        for name, table in (("seal", _SEAL), ("line", _TRACE)):
            query = select(table).order_by(table.c.id).execution_options(yield_per=1_000)
            for each in session.execute(query).mappings():
                yield {name: plain(each)}


def digest_of(sealed: Any, lines: Sequence[Mapping[Any, Any]]) -> str:
    """Sum up a batch, its seal and the seal before; how many lines there are stands in front."""
    told = [sealed.previous, sealed.first_id, sealed.last_id, sealed.sealed_at.isoformat(), len(lines)]
    summed = sha256(json.dumps(told).encode())
    for line in lines:
        summed.update(b"\n" + json.dumps(plain(line), ensure_ascii=True, sort_keys=True).encode())
    return f"{len(lines)}:{summed.hexdigest()}"


@contextmanager
def _of_one_moment(database: Database) -> Iterator[Session]:
    """Read all of one moment, whatever the worker does meanwhile: on SQLite reading does so by itself."""
    with database.reading() as session:
        if not database.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Give a line or a seal as an export writes it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def lines_of(session: Session, each: Any) -> Sequence[Mapping[Any, Any]] | None:
    """Give the lines of a batch; None where one of them can no longer be read as a line."""
    between = _TRACE.c.id.between(each.first_id, each.last_id)
    query = select(_TRACE).where(between).order_by(_TRACE.c.id)
    try:
        return [dict(row) for row in session.execute(query).mappings()]
    except (ValueError, TypeError):
        return None
    except DBAPIError as error:
        if "decode" not in str(error.orig):
            raise
        return None


def _faults_of(
    each: Any, lines: Sequence[Mapping[Any, Any]] | None, previous: str, after: int, *, is_expired: bool
) -> Iterator[Fault]:
    if each.previous != previous or each.first_id != after + 1:
        yield _fault("chain", each)
    if is_expired:
        if lines is None or lines:
            yield _fault("lines-left", each)
    elif lines is None or digest_of(each, lines) != each.digest:
        yield _fault(_how(each.digest, lines), each)


def _how(digest: str, lines: Sequence[Mapping[Any, Any]] | None) -> str:
    """Say what happened to a batch that is not as it was sealed."""
    count = digest.partition(":")[0]
    if lines is None or not (count.isascii() and count.isdigit()) or len(count) > len(str(_MOST)):
        return "changed"
    if int(count) == len(lines):
        return "changed"
    return "missing" if len(lines) < int(count) else "added"


def _fault(code: str, each: Any) -> Fault:
    return Fault(code, each.id, each.first_id, each.last_id, each.sealed_at)


def _outside(session: Session) -> Iterator[Fault]:
    """Find lines numbered before the first batch: no seal would ever cover them."""
    found = session.execute(select(func.min(_TRACE.c.id), func.max(_TRACE.c.id)).where(_TRACE.c.id < 1)).one()
    if found[0] is not None:
        yield Fault("outside", 0, found[0], found[1], None)


def _untold(session: Session, let_go: Sequence[Any], expired: Mapping[int, datetime]) -> Iterator[Fault]:
    """Find batches let go without a line that tells it, unless that line may have been let go as well."""
    named = session.scalars(select(_TRACE.c.object_id).where(_TRACE.c.action == _EXPIRED))
    found = [_BATCHES.fullmatch(each) for each in named]
    told = [(int(each[1]), int(each[2])) for each in found if each]
    since = max((each.sealed_at for each in let_go), default=None)
    for each in let_go:
        if since is not None and expired[each.id] > since and not _is_in(each.id, told):
            yield _fault("untold", each)


def _is_in(number: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= number <= last for first, last in ranges)


def _compared(mine: Any, kept: Mapping[str, Any] | None) -> Iterator[Fault]:
    told = ("first_id", "last_id", "digest")
    if kept is not None and any(kept[name] != getattr(mine, name) for name in told):
        yield _fault("other-seal", mine)
