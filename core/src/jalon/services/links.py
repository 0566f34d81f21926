"""Links that are good once: 128 bits known to their receiver alone, of which only the digest is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from jalon.storage.tables import Account, AccountLink, table_of

_LINK: Final = table_of(AccountLink)
_ACCOUNT: Final = table_of(Account)
_BYTES: Final = 16


class Purpose(StrEnum):
    """Say what a link is good for."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a name
    SECOND_FACTOR = "second_factor"


LASTS: Final = {
    Purpose.INVITATION: timedelta(hours=24),
    Purpose.PASSWORD: timedelta(hours=24),
    Purpose.SECOND_FACTOR: timedelta(minutes=5),
}
"""How long each kind of link is good."""


def make_link(session: Session, account_id: int, purpose: Purpose, at: datetime) -> str:
    """Make a link for an account and give its token, shown nowhere else; links of before stay good."""
    token = secrets.token_urlsafe(_BYTES)
    session.add(
        AccountLink(
            token_digest=_digest(token),
            account_id=account_id,
            purpose=purpose.value,
            created_at=at,
            expires_at=at + LASTS[purpose],
        )
    )
    return token


def holder_of(session: Session, token: str, *purposes: Purpose, at: datetime) -> int | None:
    """Give the account a link is for; None when it was used, is too old, or its account is suspended."""
    found = (
        select(_LINK.c.account_id)
        .join_from(_LINK, _ACCOUNT, _LINK.c.account_id == _ACCOUNT.c.id)
        .where(
            _LINK.c.token_digest == _digest(token),
            _LINK.c.purpose.in_([each.value for each in purposes]),
            _LINK.c.expires_at > at,
            _ACCOUNT.c.suspended_at.is_(None),
            _ACCOUNT.c.deleted_at.is_(None),
        )
    )
    return session.scalar(found)


def use_link(session: Session, token: str, *purposes: Purpose, at: datetime) -> int | None:
    """Use a link up and give its account; of two at once, one alone gets it."""
    account_id = holder_of(session, token, *purposes, at=at)
    if account_id is None:
        return None
    mine = delete(_LINK).where(_LINK.c.token_digest == _digest(token)).returning(_LINK.c.account_id)
    return session.scalar(mine)


def drop_links(session: Session, account_id: int) -> None:
    """Make every link of an account worthless: its password is set, or it is suspended or gone."""
    session.execute(delete(_LINK).where(_LINK.c.account_id == account_id))


def drop_expired(session: Session, at: datetime) -> None:
    """Remove the links that are too old."""
    session.execute(delete(_LINK).where(_LINK.c.expires_at <= at))


def _digest(token: str) -> str:
    return sha256(f"link:{token}".encode(errors="replace")).hexdigest()
