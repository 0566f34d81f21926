"""Read the draft of a subject: what a person gave, at one stamp."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jalon.domain.answers import Answer
from jalon.domain.levels import LevelValue
from jalon.domain.names import referential_of
from jalon.services.standing import Standing, from_document
from jalon.storage.tables import Account, AnswerRow, EvaluationRow, ProfileRevision, Subject, table_of

_ANSWER: Final = table_of(AnswerRow)
_ACCOUNT: Final = table_of(Account)
_EVALUATION: Final = table_of(EvaluationRow)
_PROFILE: Final = table_of(ProfileRevision)
_SUBJECT: Final = table_of(Subject)


class Kept(NamedTuple):
    """Hold one answer as it is stored."""

    name: str  # referential/code
    version: int
    level: LevelValue | None
    comment: str
    support: tuple[str, ...]
    to_investigate: bool
    reconfirm: str
    author_id: int
    saved_at: datetime
    set_aside_at: datetime | None
    filed_at: datetime | None
    author: str = ""

    @property
    def answer(self) -> Answer:
        """Give what the engine reads of it."""
        return Answer(self.level, self.support, self.to_investigate)


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold everything the engine reads about a subject, and the stamp under which it was read."""

    subject_id: int
    kind: str
    stamp: int
    facts: Mapping[str, Any]  # as given, by full name
    kept: Mapping[str, Kept]
    before: Standing  # what was last derived
    evaluated_stamp: int

    @property
    def answers(self) -> dict[str, Answer]:
        """Give what the engine reads: answers filed away in history do not count."""
        return {name: kept.answer for name, kept in self.kept.items() if kept.filed_at is None}


def read_draft(session: Session, subject_id: int) -> Draft:
    """Read a draft in two statements."""
    (draft,) = read_drafts(session, [subject_id])
    return draft


def read_drafts(session: Session, subject_ids: Sequence[int]) -> list[Draft]:
    """Read drafts in two statements, however many there are.

    Stamps come first: an answer written in between makes a stamp too old, never too new.
    """
    former = _PROFILE.alias("former")
    last = select(func.max(former.c.number)).where(former.c.product_id == _SUBJECT.c.id).scalar_subquery()
    rows = session.execute(
        select(
            _SUBJECT.c.id,
            _SUBJECT.c.kind,
            _SUBJECT.c.stamp,
            _PROFILE.c.facts,
            _EVALUATION.c.document,
            _EVALUATION.c.stamp.label("evaluated_stamp"),
        )
        .select_from(_SUBJECT)
        .outerjoin(_PROFILE, (_PROFILE.c.product_id == _SUBJECT.c.id) & (_PROFILE.c.number == last))
        .outerjoin(_EVALUATION, _EVALUATION.c.subject_id == _SUBJECT.c.id)
        .where(_SUBJECT.c.id.in_(subject_ids))
        .order_by(_SUBJECT.c.id)
    ).all()
    kept = _kept(session, _ANSWER.c.subject_id.in_(subject_ids))
    return [
        Draft(
            row.id,
            row.kind,
            row.stamp,
            row.facts or {},
            kept.get(row.id, {}),
            from_document(row.document),
            -1 if row.evaluated_stamp is None else row.evaluated_stamp,
        )
        for row in rows
    ]


def kept_answers(session: Session, subject_id: int, names: Iterable[str] | None = None) -> dict[str, Kept]:
    """Read the answers of a subject, or some of them, with the name of who gave each."""
    which = _ANSWER.c.subject_id == subject_id
    if names is not None:
        wanted = list(names)
        which &= _ANSWER.c.referential.in_(sorted({referential_of(name) for name in wanted}))
        which &= _ANSWER.c.criterion.in_([name.partition("/")[2] for name in wanted])
    return _kept(session, which).get(subject_id, {})


def _kept(session: Session, which: Any) -> dict[int, dict[str, Kept]]:
    """Read answers by subject and name."""
    columns = [
        _ANSWER.c.subject_id,
        _ANSWER.c.referential,
        _ANSWER.c.criterion,
        _ANSWER.c.version,
        _ANSWER.c.level,
        _ANSWER.c.comment,
        _ANSWER.c.support,
        _ANSWER.c.to_investigate,
        _ANSWER.c.reconfirm,
        _ANSWER.c.author_id,
        _ANSWER.c.saved_at,
        _ANSWER.c.set_aside_at,
        _ANSWER.c.filed_at,
        _ACCOUNT.c.name,
    ]
    joined = select(*columns).join_from(_ANSWER, _ACCOUNT, _ANSWER.c.author_id == _ACCOUNT.c.id)
    found: dict[int, dict[str, Kept]] = {}
    for subject, referential, code, version, level, comment, support, *others in session.execute(
        joined.where(which)
    ):
        name = f"{referential}/{code}"
        found.setdefault(subject, {})[name] = Kept(name, version, level, comment, tuple(support), *others)
    return found
