"""Validate the preliminary answers of a product: a new numbered revision, evaluated at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import func, select

from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.services.drafts import read_draft
from jalon.services.evaluating import ATTEMPTS, derived, move_stamp, write_standing
from jalon.services.facts import with_absent
from jalon.services.jobs import ask_for_evaluation
from jalon.storage.database import Database
from jalon.storage.tables import ProfileRevision, table_of

_PROFILE: Final = table_of(ProfileRevision)


def validate_profile(
    database: Database,
    plugins: Plugins,
    product_id: int,
    facts: Mapping[str, Any],
    author_id: int,
    clock: Clock = system_clock,
) -> None:
    """Keep plain values by full name as the new profile; park or bring back the answers concerned.

    Facts of a referential that is absent stay as they were: they come back with it.
    """
    for attempt in range(ATTEMPTS + 1):
        with database.reading() as session:
            draft = read_draft(session, product_id)
        changed = replace(draft, facts=with_absent(plugins.catalogue, draft.facts, facts))
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
                    facts=dict(changed.facts),
                    author_id=author_id,
                    created_at=at,
                )
            )
            if moved:
                ask_for_evaluation(session, product_id, at)
            else:
                write_standing(session, changed, standing, stamp, at)
            return
