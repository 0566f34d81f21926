"""Validate the preliminary answers of a product: a new numbered revision, evaluated at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.services.drafts import Draft, read_draft
from jalon.services.evaluating import ATTEMPTS, derived, move_stamp, write_standing
from jalon.services.jobs import EVALUATE, ask_for
from jalon.services.standing import Standing
from jalon.storage.database import Database
from jalon.storage.tables import AnswerRow, ProfileRevision, table_of

_ANSWER: Final = table_of(AnswerRow)
_PROFILE: Final = table_of(ProfileRevision)


def validate_profile(
    database: Database,
    plugins: Plugins,
    product_id: int,
    facts: Mapping[str, Any],
    author_id: int,
    clock: Clock = system_clock,
) -> None:
    """Keep plain values by full name as the new profile; park or bring back the answers concerned."""
    for attempt in range(ATTEMPTS + 1):
        with database.reading() as session:
            draft = read_draft(session, product_id)
        changed = Draft(
            product_id, draft.kind, draft.stamp, facts, draft.kept, draft.before, draft.evaluated_stamp
        )
        standing = derived(changed, plugins, changed.answers)
        with database.writing() as session:
            stamp, at = move_stamp(session, product_id), clock()
            moved = stamp != draft.stamp + 1
            if moved and attempt < ATTEMPTS:
                session.rollback()
                continue
            number = select(func.coalesce(func.max(_PROFILE.c.number), 0) + 1)
            session.add(
                ProfileRevision(
                    product_id=product_id,
                    number=session.scalar(number.where(_PROFILE.c.product_id == product_id)) or 1,
                    facts=dict(facts),
                    author_id=author_id,
                    created_at=at,
                )
            )
            if moved:
                ask_for(session, EVALUATE, {"subject": product_id}, at, key=f"evaluate:{product_id}")
            else:
                write_standing(session, changed, standing, stamp, at)
                park(session, changed, standing, at)
            return


def park(session: Session, draft: Draft, standing: Standing, at: Any) -> None:
    """Mark the answers that ceased to apply, and those that apply again."""
    rows = [
        {
            "of": draft.subject_id,
            "in_": name.partition("/")[0],
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
