"""Organisations, their accounts, and who is signed in."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from jalon.storage.tables.base import Table, instant


class Organisation(Table, table=True):
    """A publisher: it owns accounts and products, and is itself a subject of questionnaires."""

    id: int | None = Field(default=None, primary_key=True, foreign_key="subject.id")
    name: str
    name_key: str = Field(unique=True)  # folded: two spellings of one name are one organisation
    created_at: datetime = instant()


class Account(Table, table=True):
    """One login; never deleted from the table, so that what it signed keeps its name."""

    id: int | None = Field(default=None, primary_key=True)
    login: str
    login_key: str = Field(unique=True)
    email: str
    email_key: str = Field(unique=True)
    name: str
    kind: str = "member"  # member, authority, administrator
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    manager_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    profile: str = "products"  # products, products_and_policy
    validates: bool = False
    creates_accounts: bool = False
    password: str  # argon2id, with its parameters; empty until the invitation is used
    password_changed_at: datetime | None = instant(nullable=True)
    totp_secret: str = ""  # of the second factor, once it is confirmed
    totp_last_step: int = 0  # the last code used: none is good twice
    created_at: datetime = instant()
    suspended_at: datetime | None = instant(nullable=True)
    deleted_at: datetime | None = instant(nullable=True)


class AccountSession(Table, table=True):
    """A browser that signed in; only the digest of its token is kept."""

    __tablename__ = "account_session"

    token_digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime = instant()
    seen_at: datetime = instant(index=True)
    address: str = ""
    browser: str = ""  # as it names itself, cut: for its owner to recognise it


class SignInFailure(Table, table=True):
    """Failed sign-ins for one login or one address, known or not: what the growing delay counts."""

    __tablename__ = "sign_in_failure"

    key: str = Field(primary_key=True)  # digest of what was tried
    failures: int
    last_at: datetime = instant()


class AccountLink(Table, table=True):
    """A link that is good once: an invitation, a new password, the second step of a sign-in.

    Only the digest of its token is kept.
    """

    __tablename__ = "account_link"

    token_digest: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    purpose: str  # invitation, password, second_factor
    created_at: datetime = instant()
    expires_at: datetime = instant(index=True)


class RecoveryCode(Table, table=True):
    """A code that stands in for the second factor, once; only its digest is kept."""

    __tablename__ = "recovery_code"

    account_id: int = Field(primary_key=True, foreign_key="account.id")
    digest: str = Field(primary_key=True)


class Registration(Table, table=True):
    """A publisher who asks to be registered."""

    id: int | None = Field(default=None, primary_key=True)
    organisation: str
    name: str
    login: str
    email: str
    message: str = ""
    created_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")  # none: refused
    answer: str = ""  # what the person was told


class ProductRequest(Table, table=True):
    """An account asks its manager to see a product, named as it knows it."""

    __tablename__ = "product_request"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    wanted: str
    message: str = ""
    created_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)
    decided_by: int | None = Field(default=None, foreign_key="account.id")
    product_id: int | None = Field(default=None, foreign_key="product.id")  # none: refused
    answer: str = ""
