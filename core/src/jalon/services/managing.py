"""Suspend, resume, reset and invite accounts: the same acts for who manages them and for administrators."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.rights import AccountKind, Denial, why_not_delete, why_not_show_link
from jalon.services.account_acts import delete_account, reset_link, resume, suspend
from jalon.services.acting import Acting, hold, managed, require
from jalon.services.links import Purpose, make_link
from jalon.services.mail import queue_mail
from jalon.services.people import AccountSeen
from jalon.storage.tables import Account, table_of

_ACCOUNT: Final = table_of(Account)
_TWO: Final = 2


class Invited(NamedTuple):
    """Hold who is to choose a password, and the token of the link, shown once; "" where it is only sent."""

    account_id: int
    login: str
    name: str
    token: str
    purpose: Purpose = Purpose.INVITATION


def invite(act: Acting, account: Account) -> Invited:
    """Invite who an account was just made for: a link to show, another one by mail."""
    number = account.id or 0
    act.record("invited", number)
    queue_mail(act.session, Purpose.INVITATION.value, account_id=number, at=act.at)
    token = make_link(act.session, number, Purpose.INVITATION, act.at)
    return Invited(number, account.login, account.name, token)


def suspend_one(act: Acting, account_id: int) -> AccountSeen:
    """Suspend an account: its sessions end at once; the last administrator stays."""
    seen = managed(act, account_id)
    if seen.suspended_at is None:
        if seen.bond.kind is AccountKind.ADMINISTRATOR:
            require(Denial.LAST if administrators(act.session, holding=True) < _TWO else None)
        suspend(act.session, act.actor, account_id, act.at)
    return seen


def resume_one(act: Acting, account_id: int) -> AccountSeen:
    """Let a suspended account sign in again."""
    seen = managed(act, account_id)
    if seen.suspended_at is not None:
        resume(act.session, act.actor, account_id, act.at)
    return seen


def reset_one(act: Acting, account_id: int, *, mails: bool) -> Invited:
    """Make a link to choose a password; where it would lend more rights than one has, it is only sent."""
    seen = managed(act, account_id)
    require(Denial.SUSPENDED if seen.suspended_at is not None else None)
    denial = why_not_show_link(hold(act.session, act.person), seen.bond)
    require(None if mails else denial)
    purpose = Purpose.INVITATION if seen.invited else Purpose.PASSWORD
    token = reset_link(act.session, act.actor, account_id, act.at, purpose=purpose)
    queue_mail(act.session, purpose.value, account_id=account_id, at=act.at)
    return Invited(seen.id, seen.login, seen.name, "" if denial else token, purpose)


def delete_one(act: Acting, account_id: int) -> AccountSeen:
    """Delete an account that has neither products nor accounts below; the last administrator stays."""
    seen = managed(act, account_id)
    count = administrators(act.session, holding=True)
    require(why_not_delete(act.person, seen.bond, administrators=count))
    delete_account(act.session, act.actor, account_id, act.at)
    return seen


def administrators(session: Session, *, holding: bool = False) -> int:
    """Count the administrators that can sign in; while they are held, no other act takes one away."""
    able = (
        (_ACCOUNT.c.kind == AccountKind.ADMINISTRATOR.value)
        & _ACCOUNT.c.deleted_at.is_(None)
        & _ACCOUNT.c.suspended_at.is_(None)
    )
    query = select(_ACCOUNT.c.id).where(able).order_by(_ACCOUNT.c.id)
    return len(session.execute(query.with_for_update() if holding else query).all())
