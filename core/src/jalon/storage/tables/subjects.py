"""What is assessed: products and organisations, and the profile of a product."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from jalon.storage.tables.base import Table, document, instant, listed


class Subject(Table, table=True):
    """Anything with answers; `stamp` moves with every change of its draft or of what rules derive from it."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # product, organisation
    stamp: int = 0


class Product(Table, table=True):
    """A product of an organisation; archived, never deleted."""

    id: int | None = Field(default=None, primary_key=True, foreign_key="subject.id")
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    reference: str = Field(unique=True)
    name: str
    name_key: str
    version: str
    kind: str = "base"  # base, option
    stage: str = "production"  # production, experimentation, imminent
    editions: list[str] = listed()
    support: str = ""
    purpose: str = ""
    responsible_id: int = Field(foreign_key="account.id", index=True)
    origin_id: int | None = Field(default=None, foreign_key="product.id")  # duplicated from
    created_by: int = Field(foreign_key="account.id")
    created_at: datetime = instant()
    archived_at: datetime | None = instant(nullable=True)


class ProductBase(Table, table=True):
    """An option extends one base product or more."""

    __tablename__ = "product_base"

    option_id: int = Field(primary_key=True, foreign_key="product.id")
    base_id: int = Field(primary_key=True, foreign_key="product.id", index=True)


class ProductShare(Table, table=True):
    """A product given to an account that would not see it otherwise."""

    __tablename__ = "product_share"

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    account_id: int = Field(primary_key=True, foreign_key="account.id", index=True)


class ProfileRevision(Table, table=True):
    """The preliminary answers of a product, as validated: immutable and numbered."""

    __tablename__ = "profile_revision"
    __table_args__ = (UniqueConstraint("product_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    number: int
    facts: dict[str, Any] = document()
    author_id: int = Field(foreign_key="account.id")
    created_at: datetime = instant()
