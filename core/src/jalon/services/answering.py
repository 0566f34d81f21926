"""Save what people answer: nothing overwritten unseen, nothing confirmed lost, rules brought up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from jalon.domain.answers import Answer, is_possible
from jalon.domain.levels import LevelValue
from jalon.domain.names import referential_of
from jalon.domain.proposals import supporting
from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.services.drafts import Draft, Kept, kept_answers, read_draft
from jalon.services.evaluating import ATTEMPTS, derived, move_stamp, write_standing
from jalon.services.freezing import read_only_referentials
from jalon.services.jobs import ask_for_evaluation
from jalon.services.standing import Standing
from jalon.services.texts import TextRefusedError, clean
from jalon.storage.database import Database, upsert
from jalon.storage.tables import AnswerRow, AnswerVersion, Justification


class Act(StrEnum):
    """Say what a person did to an answer."""

    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


class Change(NamedTuple):
    """Ask for one answer to become this, knowing its `version` (0 where nobody had answered)."""

    criterion: str
    version: int
    level: LevelValue | None
    comment: str | None = None  # None leaves the comment as it is
    act: Act = Act.ANSWERED
    to_investigate: bool = False


class Refusal(StrEnum):
    """Say why a change was not saved."""

    UNKNOWN = "unknown"  # no such criterion in use
    FROZEN = "frozen"  # its referential is read-only for the moment
    IMPOSSIBLE = "impossible"  # not a level of its scale
    COMMENT = "comment"  # the comment is too long
    STALE = "stale"  # somebody else changed the answer meanwhile
    MOVED = "moved"  # rules propose something else than what was to be confirmed


class Refused(NamedTuple):
    """Say why one change was not saved; nothing of it is lost: `theirs` is what stands."""

    change: Change
    why: Refusal
    detail: str = ""
    theirs: Kept | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Say what became of the changes asked for."""

    kept: Mapping[str, Kept]  # as they now stand, by criterion
    refused: Mapping[str, Refused]
    standing: Standing
    moved: tuple[str, ...] = ()  # other criteria of which rules now say something else
    is_settled: bool = True  # False: the evaluation is left to the worker
    at: datetime | None = None


@dataclass(slots=True)
class _Plan:
    """Sort changes into those to write and those refused, against one state of the draft."""

    write: dict[str, Change] = field(default_factory=dict)
    same: dict[str, Kept] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)


class Answering:
    """Save answers of one subject after another; holds no state of its own."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def save(
        self,
        plugins: Plugins,
        subject_id: int,
        author: tuple[int, str],
        changes: Sequence[Change],
        draft: Draft | None = None,
    ) -> Saved:
        """Save changes and what rules make of them, in one transaction.

        Rules run outside it, on the draft as it was read; a draft that moved meanwhile is read and
        evaluated again. If it never stands still, answers are saved and their evaluation is queued.
        `draft` spares a reading to a caller who has just read it.
        """
        for attempt in range(ATTEMPTS + 1):
            if draft is None or attempt:
                with self._database.reading() as session:
                    draft = read_draft(session, subject_id)
            plan = _planned(plugins, draft, draft.kept, changes, author)
            if not plan.write:
                return Saved(plan.same, plan.refused, draft.before, at=self._clock())
            saved = self._try(plugins, draft, plan, author, is_last=attempt == ATTEMPTS)
            if saved is not None:
                return saved
        raise AssertionError("the last attempt always saves")  # pragma: no cover

    def _try(
        self, plugins: Plugins, draft: Draft, plan: _Plan, author: tuple[int, str], *, is_last: bool
    ) -> Saved | None:
        given = {
            name: Answer(each.level, _support_left(each, draft.kept.get(name)) or (), each.to_investigate)
            for name, each in plan.write.items()
        }
        standing = derived(draft, plugins, draft.answers | given)
        with self._database.writing() as session:
            stamp = move_stamp(session, draft.subject_id)
            at = self._clock()
            if stamp == draft.stamp + 1:
                rows = _rows(draft.subject_id, plan.write, draft.kept, standing, author, at)
                _write(session, rows)
                _justify(session, rows, standing)
                write_standing(session, draft, standing, stamp, at)
                moved = _moved(draft.before, standing, plan.write)
                return Saved(_now_kept(rows, author) | plan.same, plan.refused, standing, moved, at=at)
            if not is_last:
                session.rollback()
                return None
            # Others keep moving this draft: what a person typed is saved all the same.
            kept = kept_answers(session, draft.subject_id)
            again = _planned(plugins, draft, kept, list(plan.write.values()), author)
            rows = _rows(draft.subject_id, again.write, kept, standing, author, at)
            _write(session, rows)
            _justify(session, rows, standing)
            ask_for_evaluation(session, draft.subject_id, at)
            now_kept = _now_kept(rows, author) | plan.same | again.same
            return Saved(now_kept, plan.refused | again.refused, draft.before, is_settled=False, at=at)


def _planned(
    plugins: Plugins,
    draft: Draft,
    kept: Mapping[str, Kept],
    changes: Sequence[Change],
    author: tuple[int, str],
) -> _Plan:
    plan, closed = _Plan(), read_only_referentials(plugins, draft.before)
    for change in changes:
        name, stands = change.criterion, kept.get(change.criterion)
        refusal = _refusal(plugins, draft.kind, closed, change)
        if refusal:
            plan.refused[name] = refusal
            continue
        comment = (stands.comment if stands else "") if change.comment is None else clean(change.comment)
        cleaned = change._replace(comment=comment)
        if stands is not None and _is_same(cleaned, stands, author):
            plan.same[name] = stands
        elif change.version != (stands.version if stands else 0):
            plan.refused[name] = Refused(cleaned, Refusal.STALE, theirs=stands)
        elif _confirms_another(cleaned, stands, draft):
            plan.refused[name] = Refused(cleaned, Refusal.MOVED, theirs=stands)
        elif stands is not None or cleaned.level is not None or comment or cleaned.to_investigate:
            plan.write[name] = cleaned
    return plan


def _confirms_another(change: Change, stands: Kept | None, draft: Draft) -> bool:
    """Say whether a person confirms a pre-fill that is not what rules propose now."""
    if change.act is not Act.CONFIRMED or (stands is not None and stands.level is not None):
        return False
    return change.level != draft.before.of(change.criterion).prefill


def _refusal(plugins: Plugins, kind: str, closed: AbstractSet[str], change: Change) -> Refused | None:
    place = plugins.catalogue.names.criteria.get(change.criterion)
    if place is None or place.about.value != kind:
        return Refused(change, Refusal.UNKNOWN)
    if referential_of(change.criterion) in closed:
        return Refused(change, Refusal.FROZEN)
    if change.level is not None and not is_possible(change.level, place.criterion, place.questionnaire.scale):
        return Refused(change, Refusal.IMPOSSIBLE, str(change.level))
    try:
        clean(change.comment or "")
    except TextRefusedError as error:
        return Refused(change, Refusal.COMMENT, str(error))
    return None


def _is_same(change: Change, stands: Kept, author: tuple[int, str]) -> bool:
    """Say whether a change asks for what stands: nothing touched, or a click sent again by its author."""
    alike = (change.level, change.comment, change.to_investigate) == (
        stands.level,
        stands.comment,
        stands.to_investigate,
    )
    if change.version == stands.version:
        return alike and change.act is not Act.CONFIRMED  # confirming is an act, even of the same value
    return alike and change.version < stands.version and stands.author_id == author[0]


def _rows(
    subject_id: int,
    write: Mapping[str, Change],
    kept: Mapping[str, Kept],
    standing: Standing,
    author: tuple[int, str],
    at: datetime,
) -> list[dict[str, Any]]:
    rows = []
    for name, change in write.items():
        stands, said = kept.get(name), standing.of(name)
        left = _support_left(change, stands)
        support = supporting(change.level, said.proposals) if change.level is not None else ()
        rows.append(
            {
                "subject_id": subject_id,
                "referential": referential_of(name),
                "criterion": name.partition("/")[2],
                "version": (stands.version if stands else 0) + 1,
                "level": change.level,
                "comment": change.comment,
                "support": list(support if left is None else left),
                "to_investigate": change.to_investigate,
                "author_id": author[0],
                "saved_at": at,
                "act": change.act.value,
                "set_aside_at": None if name in standing.asked else (stands and stands.set_aside_at) or at,
                "reconfirm": stands.reconfirm if stands and left is not None else "",
            }
        )
    return rows


def _support_left(change: Change, stands: Kept | None) -> tuple[str, ...] | None:
    """Give the support of an answer whose value a change does not set: it comments it, or looks into it."""
    if stands is None or change.act is not Act.ANSWERED or change.level != stands.level:
        return None
    return stands.support


_CLEARED: Final = {"filed_at": None, "investigate_by": ""}


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    upsert(
        session,
        AnswerRow,
        [{key: value for key, value in row.items() if key != "act"} | _CLEARED for row in rows],
    )
    row_only = {"set_aside_at", "reconfirm"}
    versions = [{key: value for key, value in row.items() if key not in row_only} for row in rows]
    session.execute(insert(AnswerVersion), versions)


def _justify(session: Session, rows: Sequence[Mapping[str, Any]], standing: Standing) -> None:
    """Keep the comment of an answer that diverges as the reason of this very disagreement."""
    reasons = [
        {
            "subject_id": row["subject_id"],
            "referential": row["referential"],
            "criterion": row["criterion"],
            "key": key,
            "text": row["comment"],
            "author_id": row["author_id"],
            "saved_at": row["saved_at"],
        }
        for row in rows
        if row["comment"] and (key := standing.of(_name(row)).divergence)
    ]
    upsert(session, Justification, reasons)


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['referential']}/{row['criterion']}"


def _now_kept(rows: Sequence[Mapping[str, Any]], author: tuple[int, str]) -> dict[str, Kept]:
    return {
        name: Kept(
            name,
            row["version"],
            row["level"],
            row["comment"],
            tuple(row["support"]),
            row["to_investigate"],
            row["reconfirm"],
            author[0],
            row["saved_at"],
            row["set_aside_at"],
            None,
            author[1],
        )
        for row in rows
        for name in [_name(row)]
    }


def _moved(before: Standing, after: Standing, written: Mapping[str, Change]) -> tuple[str, ...]:
    """List the other criteria of which rules say something else than before."""
    names = (before.criteria.keys() | after.criteria.keys()) - written.keys()
    return tuple(sorted(name for name in names if before.of(name) != after.of(name)))
