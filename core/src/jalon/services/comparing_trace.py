"""Name the very lines of a damaged batch, beside those of an export kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.services.sealing import Fault, Range, lines_of, plain
from jalon.storage.database import Database
from jalon.storage.tables import Trace, table_of

_TRACE: Final = table_of(Trace)
_DAMAGED: Final = frozenset({"changed", "missing", "added"})


class Differing(NamedTuple):
    """Say which lines of a batch are not those that were kept."""

    changed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    added: tuple[int, ...] = ()


def differing(
    database: Database, faults: Iterable[Fault], kept: Iterable[Mapping[str, Any]]
) -> dict[int, Differing]:
    """Compare the damaged batches with lines kept elsewhere, read once; by batch, where something differs."""
    damaged = [each for each in faults if each.code in _DAMAGED]
    known: dict[int, Mapping[str, Any]] = {}
    last = 0
    for line in kept:
        last = max(last, line["id"])
        if any(each.first <= line["id"] <= each.last for each in damaged):
            known[line["id"]] = line
    with database.reading() as session:
        found = {each.seal: _compared(session, each, known) for each in damaged if each.last <= last}
    return {number: each for number, each in found.items() if any(each)}


def _compared(session: Session, batch: Fault, known: Mapping[int, Mapping[str, Any]]) -> Differing:
    between = _TRACE.c.id.between(batch.first, batch.last)
    present = set(session.scalars(select(_TRACE.c.id).where(between)))
    kept = {number for number in known if batch.first <= number <= batch.last}
    changed = [number for number in present & kept if not _is_same(session, known[number])]
    return Differing(*(tuple(sorted(each)) for each in (changed, kept - present, present - kept)))


def _is_same(session: Session, line: Mapping[str, Any]) -> bool:
    found = lines_of(session, Range(line["id"], line["id"]))
    return found is not None and [line] == [plain(each) for each in found]
