"""What was validated: immutable, numbered, checksummed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from jalon.storage.tables.base import Table, document, instant


class Revision(Table, table=True):
    """A validated questionnaire: one document with the criteria as they were asked."""

    __table_args__ = (UniqueConstraint("subject_id", "questionnaire", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    subject_id: int = Field(foreign_key="subject.id")
    questionnaire: str
    number: int
    author_id: int = Field(foreign_key="account.id")
    author_name: str
    profile_revision: int | None = None
    edition: str
    referential_digest: str = Field(foreign_key="stored_referential.digest")
    document: dict[str, Any] = document()
    checksum: str
    created_at: datetime = instant(index=True)


class RevisionScore(Table, table=True):
    """The score of one axis of a revision, or of the whole (axis "")."""

    __tablename__ = "revision_score"

    revision_id: int = Field(primary_key=True, foreign_key="revision.id")
    axis: str = Field(primary_key=True)
    total: int
    counted: int
    applicable: int
    answered: int
    not_applicable: int
