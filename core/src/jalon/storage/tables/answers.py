"""The draft of a subject: answers, every value they had, what follows from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from jalon.domain.levels import LevelValue
from jalon.storage.tables.base import Table, document, instant, level, listed


class AnswerRow(Table, table=True):
    """What a person answered to one criterion: the last value, and its version.

    `set_aside_at`: since when the criterion does not apply (a parked answer).
    `filed_at`: since when a validation has put the parked answer away in history.
    """

    __tablename__ = "answer"

    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    referential: str = Field(primary_key=True)
    criterion: str = Field(primary_key=True)
    version: int
    level: LevelValue | None = level()
    comment: str = ""
    support: list[str] = listed()
    to_investigate: bool = False
    investigate_by: str = ""  # who is to look into it, and for when
    reconfirm: str = ""  # copied, reworded, history: why a person should look again
    author_id: int = Field(foreign_key="account.id")
    saved_at: datetime = instant()
    set_aside_at: datetime | None = instant(nullable=True)
    filed_at: datetime | None = instant(nullable=True)


class AnswerVersion(Table, table=True):
    """Every value an answer had, the present one included; never changed."""

    __tablename__ = "answer_version"
    __table_args__ = (
        UniqueConstraint("subject_id", "referential", "criterion", "version"),
        ForeignKeyConstraint(
            ["subject_id", "referential", "criterion"],
            ["answer.subject_id", "answer.referential", "answer.criterion"],
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    subject_id: int
    referential: str
    criterion: str
    version: int
    act: str  # answered, confirmed, cleared, copied, imported, restored
    level: LevelValue | None = level()
    comment: str = ""
    support: list[str] = listed()
    to_investigate: bool = False
    author_id: int = Field(foreign_key="account.id")
    saved_at: datetime = instant()


class Justification(Table, table=True):
    """Why a person maintains an answer against a rule; `key` names the disagreement."""

    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    referential: str = Field(primary_key=True)
    criterion: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    text: str
    author_id: int = Field(foreign_key="account.id")
    saved_at: datetime = instant()


class EvaluationRow(Table, table=True):
    """What rules derived from a draft, and the stamp of the draft they read."""

    __tablename__ = "evaluation"

    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    stamp: int
    document: dict[str, Any] = document()
    evaluated_at: datetime = instant()


class DraftScore(Table, table=True):
    """The score and progress of one axis of a draft, or of a whole questionnaire (axis "")."""

    __tablename__ = "draft_score"

    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    questionnaire: str = Field(primary_key=True)  # referential/key
    axis: str = Field(primary_key=True)
    total: int
    counted: int
    applicable: int
    answered: int
    to_confirm: int
    not_applicable: int
