"""Evaluate a draft outside any transaction, and write what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from jalon.domain.answers import Answer
from jalon.domain.evaluation import Evaluation, evaluate_organisation, evaluate_product
from jalon.domain.names import referential_of
from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.services.drafts import Draft, read_draft
from jalon.services.facts import typed
from jalon.services.freezing import FrozenHooks, failures, still_frozen
from jalon.services.standing import Standing, as_document, standing_of
from jalon.storage.database import Database, upsert
from jalon.storage.tables import AnswerRow, DraftScore, EvaluationRow, FrozenPlugin, Subject, table_of

ATTEMPTS: Final = 5
"""How many times a draft that moves is evaluated again before its evaluation is left to the worker."""

_ANSWER: Final = table_of(AnswerRow)
_SUBJECT: Final = table_of(Subject)
_SCORE: Final = table_of(DraftScore)
_FROZEN: Final = table_of(FrozenPlugin)


def evaluated(
    draft: Draft, plugins: Plugins, answers: Mapping[str, Answer], frozen: AbstractSet[str] = frozenset()
) -> Evaluation:
    """Evaluate a draft with these answers; plugins that are frozen repeat what they last said."""
    if draft.kind == "organisation":
        return evaluate_organisation(plugins.catalogue, answers)
    hooks = FrozenHooks(plugins, frozen, draft.before) if frozen else plugins
    return evaluate_product(plugins.catalogue, typed(plugins.catalogue, draft.facts), answers, hooks)


def derived(draft: Draft, plugins: Plugins, answers: Mapping[str, Answer]) -> Standing:
    """Derive what rules and hooks say of a draft; a plugin that fails keeps what it last said."""
    frozen = still_frozen(plugins, draft.before)
    evaluation = evaluated(draft, plugins, answers, frozen.keys())
    failed = failures(plugins, evaluation)
    if failed:
        frozen |= failed
        evaluation = evaluated(draft, plugins, answers, frozen.keys())
    return standing_of(evaluation, frozen)


def bring_up_to_date(
    database: Database, plugins: Plugins, subject_id: int, clock: Clock = system_clock
) -> bool:
    """Evaluate a subject and keep the result; False when its draft never stood still."""
    for _ in range(ATTEMPTS):
        with database.reading() as session:
            draft = read_draft(session, subject_id)
        standing = derived(draft, plugins, draft.answers)
        if standing == draft.before and draft.evaluated_stamp == draft.stamp:
            return True
        with database.writing() as session:
            # The stamp moves with what rules say too: who read it before reads the draft again.
            stamp = move_stamp(session, subject_id)
            if stamp == draft.stamp + 1:
                write_standing(session, draft, standing, stamp, clock())
                return True
            session.rollback()
    return False


def move_stamp(session: Session, subject_id: int) -> int:
    """Move the stamp of a draft; no other transaction can move it until this one ends."""
    moved = update(_SUBJECT).where(_SUBJECT.c.id == subject_id).values(stamp=_SUBJECT.c.stamp + 1)
    return int(session.scalars(moved.returning(_SUBJECT.c.stamp)).one())


def write_standing(session: Session, draft: Draft, standing: Standing, stamp: int, at: datetime) -> None:
    """Keep what was derived, with the stamp of the draft it was derived from, and the scores that changed.

    Answers whose criterion ceased to apply are parked, those whose criterion applies again come back.
    """
    row = {
        "subject_id": draft.subject_id,
        "stamp": stamp,
        "document": as_document(standing),
        "evaluated_at": at,
    }
    upsert(session, EvaluationRow, [row])
    if draft.before.frozen != standing.frozen:
        _note_frozen(session, draft.subject_id, standing, at)
    changed = [
        _score_row(draft.subject_id, key, scored)
        for key, scored in standing.scores.items()
        if draft.before.scores.get(key) != scored
    ]
    upsert(session, DraftScore, changed)
    for questionnaire, axis in draft.before.scores.keys() - standing.scores.keys():
        session.execute(
            _SCORE.delete().where(
                _SCORE.c.subject_id == draft.subject_id,
                _SCORE.c.questionnaire == questionnaire,
                _SCORE.c.axis == axis,
            )
        )
    _park(session, draft, standing, at)


def _park(session: Session, draft: Draft, standing: Standing, at: datetime) -> None:
    """Mark the answers that ceased to apply, and those that apply again."""
    rows = [
        {
            "of": draft.subject_id,
            "in_": referential_of(name),
            "code": name.partition("/")[2],
            "since": None if name in standing.asked else at,
        }
        for name, kept in draft.kept.items()
        if kept.filed_at is None and (kept.set_aside_at is None) != (name in standing.asked)
    ]
    if rows:
        change = update(_ANSWER).where(
            _ANSWER.c.subject_id == bindparam("of"),
            _ANSWER.c.referential == bindparam("in_"),
            _ANSWER.c.criterion == bindparam("code"),
        )
        session.connection().execute(change.values(set_aside_at=bindparam("since")), rows)


def _note_frozen(session: Session, subject_id: int, standing: Standing, at: datetime) -> None:
    """List the frozen plugins of a subject apart, for the administrator to find."""
    session.execute(_FROZEN.delete().where(_FROZEN.c.subject_id == subject_id))
    rows = [
        {
            "subject_id": subject_id,
            "plugin": name,
            "version": each.version,
            "reason": each.reason,
            "frozen_at": at,
        }
        for name, each in standing.frozen.items()
    ]
    upsert(session, FrozenPlugin, rows)


def _score_row(subject_id: int, key: tuple[str, str], scored: Any) -> dict[str, Any]:
    questionnaire, axis = key
    return {
        "subject_id": subject_id,
        "questionnaire": questionnaire,
        "axis": axis,
        "total": scored.score.total,
        "counted": scored.score.counted,
        **scored.progress._asdict(),
    }
