"""What an administrator reads before a plugin is switched for the whole instance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jalon.plugins.discovery import Plugin
from jalon.storage.tables import DraftScore, Product, table_of

_PRODUCT: Final = table_of(Product)
_SCORE: Final = table_of(DraftScore)


class Concerned(NamedTuple):
    """Count the products, archived ones left out, that a switch concerns."""

    using: int  # those that have its questionnaires now
    evaluated: int  # those whose rules run again: all of them


def concerned_by(session: Session, plugin: Plugin) -> Concerned:
    """Count the products that use the questionnaires of a plugin, and all those that are evaluated again."""
    names = list(_questionnaires(plugin))
    live = _PRODUCT.c.archived_at.is_(None)
    using = (
        select(func.count(_SCORE.c.subject_id.distinct()))
        .join_from(_SCORE, _PRODUCT, _SCORE.c.subject_id == _PRODUCT.c.id)
        .where(live, _SCORE.c.questionnaire.in_(names))
    )
    return Concerned(
        session.scalar(using) or 0, session.scalar(select(func.count(_PRODUCT.c.id)).where(live)) or 0
    )


def _questionnaires(plugin: Plugin) -> Iterable[str]:
    for referential in plugin.referentials:
        for questionnaire in referential.questionnaires:
            yield f"{referential.key}/{questionnaire.key}"
