"""Find accounts as a person sees them: what binds the person to each is decided in the same statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.orm import Session

from jalon.domain.rights import AccountBond, AccountKind, Person, Rights, WorkProfile, sees_account
from jalon.services.products import LARGEST, NotSeenError, subtree
from jalon.storage.tables import Account, Organisation, Product, table_of

_ACCOUNT: Final = table_of(Account)
_ORGANISATION: Final = table_of(Organisation)
_PRODUCT: Final = table_of(Product)


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """Hold one account and what binds the person to it."""

    id: int
    login: str
    email: str
    name: str
    bond: AccountBond
    manager_id: int | None
    manager: str
    organisation: str
    suspended_at: datetime | None
    invited: bool  # has not chosen a password yet
    has_second_factor: bool


def account_seen(session: Session, person: Person, account_id: int) -> AccountSeen:
    """Give an account as a person sees it, in one statement; raise NotSeenError."""
    if not 0 < account_id <= LARGEST:
        raise NotSeenError
    row = session.execute(_seen(person, _ACCOUNT.c.id == account_id)).mappings().one_or_none()
    found = read_account(person, row) if row is not None else None
    if found is None or not sees_account(person, found.bond):
        raise NotSeenError
    return found


def accounts_below(session: Session, person: Person) -> list[AccountSeen]:
    """List the accounts attached below a person, directly or not, in one statement, by name."""
    below = subtree(person.account_id, "wanted")
    query = _seen(person, _ACCOUNT.c.id.in_(select(below.c.id)) & (_ACCOUNT.c.id != person.account_id))
    rows = session.execute(query.order_by(func.lower(_ACCOUNT.c.name), _ACCOUNT.c.id)).mappings()
    return [read_account(person, row) for row in rows]


def _seen(person: Person, which: Any) -> Select[Any]:
    """Select accounts that are not deleted, and whether the person manages each."""
    above = table_of(Account).alias("manager_row")
    responsible = (
        select(func.count()).where(_PRODUCT.c.responsible_id == _ACCOUNT.c.id).correlate(_ACCOUNT)
    ).scalar_subquery()
    below = subtree(person.account_id)
    return (
        select(
            _ACCOUNT,
            above.c.name.label("manager_name"),
            _ORGANISATION.c.name.label("organisation_name"),
            responsible.label("responsible_of"),
            _ACCOUNT.c.id.in_(select(below.c.id)).label("is_below"),
        )
        .outerjoin_from(_ACCOUNT, above, _ACCOUNT.c.manager_id == above.c.id)
        .outerjoin(_ORGANISATION, _ACCOUNT.c.organisation_id == _ORGANISATION.c.id)
        .where(_ACCOUNT.c.deleted_at.is_(None), which)
    )


def read_account(person: Person, row: RowMapping) -> AccountSeen:
    """Read one row of what is selected of accounts."""
    kind = AccountKind(row["kind"])
    bond = AccountBond(
        account_id=row["id"],
        kind=kind,
        organisation_id=row["organisation_id"],
        manages=bool(row["is_below"]) and row["id"] != person.account_id,
        is_head=kind is AccountKind.MEMBER and row["manager_id"] is None,
        rights=Rights(
            WorkProfile(row["profile"]), validates=row["validates"], creates_accounts=row["creates_accounts"]
        ),
        responsible_of=row["responsible_of"],
    )
    return AccountSeen(
        id=row["id"],
        login=row["login"],
        email=row["email"],
        name=row["name"],
        bond=bond,
        manager_id=row["manager_id"],
        manager=row["manager_name"] or "",
        organisation=row["organisation_name"] or "",
        suspended_at=row["suspended_at"],
        invited=not row["password"],
        has_second_factor=bool(row["totp_secret"]),
    )
