"""Acts on one account, whoever may do them: suspend, resume, reset, delete; each leaves its trace."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jalon.services.accounts import TAKEN, AccountRefusedError, checked_email, require_free, update_account
from jalon.services.links import Purpose, drop_links, make_link
from jalon.services.mail import queue_mail
from jalon.services.sign_in import end_sessions
from jalon.services.trace import Actor, record
from jalon.storage.tables import Account, RecoveryCode, table_of

_ACCOUNT: Final = table_of(Account)
_CODE: Final = table_of(RecoveryCode)


def suspend(session: Session, actor: Actor, account_id: int, at: datetime) -> None:
    """Keep an account from signing in: its sessions end at once, its links are worth nothing."""
    update_account(session, account_id, suspended_at=at)
    _shut(session, account_id)
    record(session, at, actor, "account-suspended", ("account", account_id))


def resume(session: Session, actor: Actor, account_id: int, at: datetime) -> None:
    """Let a suspended account sign in again."""
    update_account(session, account_id, suspended_at=None)
    record(session, at, actor, "account-resumed", ("account", account_id))


def reset_link(
    session: Session, actor: Actor, account_id: int, at: datetime, *, purpose: Purpose = Purpose.PASSWORD
) -> str:
    """Make the one good link to choose a password; sessions end, the password stays until it is used."""
    _shut(session, account_id)
    record(session, at, actor, "account-reset", ("account", account_id))
    return make_link(session, account_id, purpose, at)


def readdress(session: Session, account_id: int, former: str, email: str, at: datetime) -> None:
    """Change the address of an account: both addresses are told, links sent to the former one are void.

    Raise AccountRefusedError for an address that is none, or another account's.
    """
    checked, key = checked_email(email)
    require_free(session, email_key=key, except_account=account_id)
    try:
        update_account(session, account_id, email=checked, email_key=key)
    except IntegrityError:  # another was quicker
        raise AccountRefusedError(TAKEN["email"], "email") from None
    drop_links(session, account_id)
    for address in (former, checked):
        queue_mail(session, "email-changed", account_id=account_id, address=address, at=at, email=checked)


def delete_account(session: Session, actor: Actor, account_id: int, at: datetime) -> None:
    """Delete an account: its login and address are free again, its name stays where it signed.

    Whoever calls has moved its products and the accounts below it.
    """
    _shut(session, account_id)
    session.execute(delete(_CODE).where(_CODE.c.account_id == account_id))
    update_account(
        session,
        account_id,
        deleted_at=at,
        login="",
        login_key=f"#{account_id}",
        email="",
        email_key=f"#{account_id}",
        password="",
        totp_secret="",
        manager_id=None,
    )
    record(session, at, actor, "account-deleted", ("account", account_id))


def _shut(session: Session, account_id: int) -> None:
    end_sessions(session, account_id)
    drop_links(session, account_id)
