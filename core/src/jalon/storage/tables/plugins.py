"""Plugins as this instance uses them, and the referentials they once brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from jalon.storage.tables.base import Table, instant


class StoredReferential(Table, table=True):
    """The last good form of a referential, in canonical JSON; the digest is that of the text."""

    __tablename__ = "stored_referential"

    digest: str = Field(primary_key=True)
    key: str = Field(index=True)
    edition: str
    holder: str  # the distribution that brought it, and so holds the key
    plugin: str  # the name of the plugin in it
    content: str
    stored_at: datetime = instant()
    is_last: bool = True


class PluginSwitch(Table, table=True):
    """A plugin switched on or off, for the instance (no organisation) or for one organisation.

    Without a row, an installed plugin is in use.
    """

    __tablename__ = "plugin_switch"
    __table_args__ = (
        Index(
            "ix_plugin_switch_instance",
            "plugin",
            unique=True,
            sqlite_where=text("organisation_id IS NULL"),
            postgresql_where=text("organisation_id IS NULL"),
        ),
        Index("ix_plugin_switch_organisation", "plugin", "organisation_id", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    plugin: str
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    is_on: bool
    author_id: int | None = Field(default=None, foreign_key="account.id")
    switched_at: datetime = instant()


class FrozenPlugin(Table, table=True):
    """A plugin whose hook failed for a subject: what it last said stays in force there."""

    __tablename__ = "frozen_plugin"

    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    plugin: str = Field(primary_key=True)
    version: str
    reason: str
    frozen_at: datetime = instant()


class EditionApplied(Table, table=True):
    """The edition of a referential that the answers of a subject were given to."""

    __tablename__ = "edition_applied"

    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    referential: str = Field(primary_key=True)
    edition: str
    digest: str = Field(foreign_key="stored_referential.digest")
    applied_at: datetime = instant()
