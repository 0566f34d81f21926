"""« Pourquoi ne puis-je pas… ? »: what a person may do, and who can do or grant the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from jalon.domain.rights import (
    AccountKind,
    Denial,
    Person,
    WorkProfile,
    why_not_create,
    why_not_enable,
    why_not_policy,
)
from jalon.storage.tables import Account, table_of

_ACCOUNT: Final = table_of(Account)


class Explained(NamedTuple):
    """Say whether a person may do something, why not, and who can; nobody named: an administrator."""

    action: str
    denial: Denial | None
    who: tuple[str, ...] = ()


_HOLDS: Final[Mapping[Denial, Callable[[Any], bool]]] = {
    Denial.NO_CREATION: lambda row: bool(row.creates_accounts),
    Denial.NO_VALIDATION: lambda row: bool(row.validates),
    Denial.NO_POLICY: lambda row: bool(row.profile == WorkProfile.PRODUCTS_AND_POLICY.value),
    Denial.NOT_HEAD: lambda row: row.manager_id is None,
}
"""Which of the managers can do what is refused; any of them can do the rest."""


def who_can(session: Session, person: Person, denial: Denial) -> tuple[str, ...]:
    """Name who can do what is refused to a person: among its managers, the nearest first."""
    return _who(_managers(session, person.account_id), denial)


def abilities(session: Session, person: Person) -> list[Explained]:
    """List what the accounts of organisations may do or not, in one statement."""
    if person.kind is not AccountKind.MEMBER:
        return []
    above = _managers(session, person.account_id)
    asked = {
        "answer": None,
        "policy": why_not_policy(person),
        "validate": None if person.validates else Denial.NO_VALIDATION,
        "create_accounts": why_not_create(person),
        "own_list": Denial.OWN_ACCOUNT,
        "own_rights": Denial.OWN_ACCOUNT,
        "enable": why_not_enable(person),
    }
    return [Explained(name, denial, _who(above, denial) if denial else ()) for name, denial in asked.items()]


def _who(above: list[Any], denial: Denial) -> tuple[str, ...]:
    holds = _HOLDS.get(denial, lambda _row: True)
    nearest = [row.name for row in above if holds(row)]
    return tuple(nearest[:1] if denial is Denial.OWN_ACCOUNT else nearest[:3])


def _managers(session: Session, account_id: int) -> list[Any]:
    """Read the managers of an account, the nearest first; those who cannot sign in are left out."""
    first = select(literal(account_id).label("id"), literal(0).label("height")).cte("above", recursive=True)
    chain = first.union_all(
        select(_ACCOUNT.c.manager_id, first.c.height + 1)
        .join(first, _ACCOUNT.c.id == first.c.id)
        .where(_ACCOUNT.c.manager_id.is_not(None))
    )
    columns = [
        _ACCOUNT.c[name] for name in ("name", "profile", "validates", "creates_accounts", "manager_id")
    ]
    query = (
        select(*columns)
        .join(chain, _ACCOUNT.c.id == chain.c.id)
        .where(chain.c.height > 0, _ACCOUNT.c.suspended_at.is_(None))
        .order_by(chain.c.height)
    )
    return list(session.execute(query))
