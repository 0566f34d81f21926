"""Organisations, their first account and its successor; accounts without organisation."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from jalon.domain.rights import EVERY_RIGHT, AccountKind
from jalon.services.account_acts import readdress, suspend
from jalon.services.accounts import (
    AccountRefusedError,
    NewAccount,
    checked_email,
    checked_name,
    create_account,
    create_organisation,
    update_account,
)
from jalon.services.acting import Acting, managed, require_administrator
from jalon.services.managing import Invited, invite
from jalon.services.passwords import Passwords
from jalon.services.products import LARGEST, NotSeenError
from jalon.services.texts import MAX_NAME, TextRefusedError, clean, name_key
from jalon.services.trace import record
from jalon.storage.tables import Account, Organisation, Product, table_of

_ACCOUNT: Final = table_of(Account)
_ORGANISATION: Final = table_of(Organisation)
_PRODUCT: Final = table_of(Product)
PER_PAGE: Final = 50


class FirstAccount(NamedTuple):
    """Say who the first account of an organisation is for."""

    login: str
    name: str
    email: str


class OrganisationListed(NamedTuple):
    """Describe an organisation in a list."""

    id: int
    name: str
    head: str
    head_id: int | None
    accounts: int
    products: int
    head_invited: bool  # has not chosen a password yet
    head_suspended: bool


def create_with_head(act: Acting, name: str, first: FirstAccount, passwords: Passwords) -> Invited:
    """Make an organisation with its topmost account, invited to choose a password."""
    require_administrator(act.person, act.session)
    organisation = create_organisation(act.session, name)
    record(act.session, act.at, act.actor, "organisation-created", ("organisation", organisation.id or 0))
    return _invite_head(act, organisation.id or 0, first, passwords)


def organisations(session: Session, words: str = "", page: int = 1) -> tuple[list[OrganisationListed], int]:
    """List organisations by name, a page at a time, and say how many there are."""
    head = _ACCOUNT.alias("head")
    accounts = select(func.count()).where(
        _ACCOUNT.c.organisation_id == _ORGANISATION.c.id, _ACCOUNT.c.deleted_at.is_(None)
    )
    products = select(func.count()).where(_PRODUCT.c.organisation_id == _ORGANISATION.c.id)
    is_head = (
        (head.c.organisation_id == _ORGANISATION.c.id)
        & head.c.manager_id.is_(None)
        & head.c.deleted_at.is_(None)
    )
    which: Any = true()
    for word in _words(words):
        which = which & _ORGANISATION.c.name_key.contains(word, autoescape=True)
    query = (
        select(
            _ORGANISATION.c.id,
            _ORGANISATION.c.name,
            func.coalesce(head.c.name, ""),
            head.c.id,
            accounts.scalar_subquery(),
            products.scalar_subquery(),
            func.coalesce(head.c.password, "-") == "",
            head.c.suspended_at.is_not(None),
        )
        .select_from(_ORGANISATION)
        .outerjoin(head, is_head)
        .where(which)
        .order_by(_ORGANISATION.c.name_key)
        .limit(PER_PAGE)
        .offset((max(page, 1) - 1) * PER_PAGE)
    )
    total = session.scalar(select(func.count()).select_from(_ORGANISATION).where(which)) or 0
    return [OrganisationListed(*row) for row in session.execute(query)], total


def organisation_name(session: Session, organisation_id: int) -> str:
    """Name an organisation; raise NotSeenError."""
    if not 0 < organisation_id <= LARGEST:
        raise NotSeenError
    name = session.scalar(select(_ORGANISATION.c.name).where(_ORGANISATION.c.id == organisation_id))
    if name is None:
        raise NotSeenError
    return str(name)


def members(session: Session, organisation_id: int) -> list[Any]:
    """List the accounts of an organisation that may succeed its topmost one, by name; that one first."""
    query = (
        select(
            _ACCOUNT.c.id,
            _ACCOUNT.c.name,
            _ACCOUNT.c.login,
            _ACCOUNT.c.email,
            _ACCOUNT.c.manager_id,
            _ACCOUNT.c.suspended_at,
            _ACCOUNT.c.password,
        )
        .where(_ACCOUNT.c.organisation_id == organisation_id, _ACCOUNT.c.deleted_at.is_(None))
        .order_by(_ACCOUNT.c.manager_id.is_not(None), func.lower(_ACCOUNT.c.name), _ACCOUNT.c.id)
    )
    return list(session.execute(query))


def give_first_account(
    act: Acting, organisation_id: int, first: FirstAccount, passwords: Passwords
) -> Invited:
    """Make the topmost account of an organisation that has none."""
    require_administrator(act.person, act.session)
    _hold(act, organisation_id)
    if any(row.manager_id is None for row in members(act.session, organisation_id)):
        raise AccountRefusedError(
            "Cette organisation a déjà son premier compte. Désignez plutôt un successeur."
        )
    return _invite_head(act, organisation_id, first, passwords)


def replace_head(act: Acting, organisation_id: int, successor_id: int, *, suspending: bool) -> None:
    """Put an account of an organisation in the place of its topmost one, which goes below it."""
    require_administrator(act.person, act.session)
    _hold(act, organisation_id)
    rows = {row.id: row for row in members(act.session, organisation_id)}
    head = next((row for row in rows.values() if row.manager_id is None), None)
    successor = rows.get(successor_id)
    if successor is None or head is None or successor.suspended_at is not None:
        raise NotSeenError
    if head.id == successor.id:
        raise AccountRefusedError("Ce compte est déjà tout en haut de l’organisation.", "successor")
    rights = {
        "profile": EVERY_RIGHT.profile.value,
        "validates": EVERY_RIGHT.validates,
        "creates_accounts": EVERY_RIGHT.creates_accounts,
    }
    below = update(_ACCOUNT).where(_ACCOUNT.c.manager_id == head.id, _ACCOUNT.c.id != successor.id)
    act.session.execute(below.values(manager_id=successor.id))
    update_account(act.session, successor.id, manager_id=None, **rights)
    update_account(act.session, head.id, manager_id=successor.id)
    subject, detail = ("organisation", organisation_id), {"before": head.id, "after": successor.id}
    record(act.session, act.at, act.actor, "head-replaced", subject, **detail)
    if suspending and head.suspended_at is None:
        suspend(act.session, act.actor, head.id, act.at)


def create_successor(
    act: Acting, organisation_id: int, first: FirstAccount, passwords: Passwords, *, suspending: bool
) -> Invited:
    """Make the account of who takes the place of the topmost one, and put it there."""
    require_administrator(act.person, act.session)
    _hold(act, organisation_id)
    head = next((row.id for row in members(act.session, organisation_id) if row.manager_id is None), None)
    if head is None:
        raise NotSeenError
    made = _invited(act, create_account(act.session, _topmost(organisation_id, first, head), passwords))
    replace_head(act, organisation_id, made.account_id, suspending=suspending)
    return made


def create_without_organisation(
    act: Acting, kind: AccountKind, first: FirstAccount, passwords: Passwords
) -> Invited:
    """Make an account of the authority, or of an administrator."""
    require_administrator(act.person, act.session)
    if kind is AccountKind.MEMBER:
        raise NotSeenError
    new = NewAccount(first.login, first.name, first.email, kind=kind)
    return _invited(act, create_account(act.session, new, passwords))


def without_organisation(session: Session) -> list[Any]:
    """List the accounts that belong to no organisation."""
    query = select(_ACCOUNT).where(_ACCOUNT.c.organisation_id.is_(None), _ACCOUNT.c.deleted_at.is_(None))
    return list(session.execute(query.order_by(_ACCOUNT.c.kind, func.lower(_ACCOUNT.c.name), _ACCOUNT.c.id)))


def edit_identity(act: Acting, account_id: int, name: str, email: str) -> None:
    """Change the name and the address of an account an administrator answers for."""
    require_administrator(act.person, act.session)
    seen = managed(act, account_id)
    checked, (address, _key) = checked_name(name), checked_email(email)
    if address != seen.email:
        readdress(act.session, account_id, seen.email, address, act.at)
    if checked != seen.name:
        update_account(act.session, account_id, name=checked)
    if (checked, address) != (seen.name, seen.email):
        act.record("account-changed", account_id)


# -- small things


def _hold(act: Acting, organisation_id: int) -> None:
    organisation_name(act.session, organisation_id)
    lock = select(_ORGANISATION.c.id).where(_ORGANISATION.c.id == organisation_id)
    act.session.execute(lock.with_for_update())


def _invite_head(act: Acting, organisation_id: int, first: FirstAccount, passwords: Passwords) -> Invited:
    return _invited(act, create_account(act.session, _topmost(organisation_id, first), passwords))


def _topmost(organisation_id: int, first: FirstAccount, manager_id: int | None = None) -> NewAccount:
    return NewAccount(
        first.login,
        first.name,
        first.email,
        organisation_id=organisation_id,
        manager_id=manager_id,
        profile=EVERY_RIGHT.profile,
        validates=EVERY_RIGHT.validates,
        creates_accounts=EVERY_RIGHT.creates_accounts,
    )


def _invited(act: Acting, account: Account) -> Invited:
    act.record("account-created", account.id or 0)
    return invite(act, account)


def organisation_line(name: str) -> str:
    """Give the name of an organisation on one line; raise when it is empty, too long or deceiving."""
    try:
        cleaned = " ".join(clean(name, longest=MAX_NAME).split())
        name_key(cleaned)
    except TextRefusedError as error:
        raise AccountRefusedError(str(error), "organisation") from None
    if not cleaned:
        raise AccountRefusedError("Le nom de l’organisation est vide. Indiquez-le.", "organisation")
    return cleaned


def _words(words: str) -> list[str]:
    try:
        return name_key(words[:200]).split()
    except TextRefusedError:
        return []
