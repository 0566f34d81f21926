"""Which products each account sees: given by a manager, account by account or in a matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from jalon.domain.rights import Denial, Person, why_not_give
from jalon.services.acting import Acting, hold, require
from jalon.services.people import AccountSeen, accounts_below
from jalon.services.products import NotSeenError, seen_by
from jalon.storage.database import add_missing
from jalon.storage.tables import Product, ProductShare, table_of

_PRODUCT: Final = table_of(Product)
_SHARE: Final = table_of(ProductShare)


class Given(NamedTuple):
    """Say that a product is given to an account."""

    product_id: int
    account_id: int


class ProductNamed(NamedTuple):
    """Name a product one may give."""

    id: int
    reference: str
    name: str
    version: str
    responsible_id: int
    archived: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Hold the accounts below a person, the products the person sees, and who sees what."""

    accounts: Sequence[AccountSeen]
    products: Sequence[ProductNamed]
    given: frozenset[Given]
    by_right: frozenset[Given]  # as responsible, or as manager of the responsible: nothing to give


def matrix_of(session: Session, person: Person) -> Matrix:
    """Read the matrix of a person, in three statements whatever its size."""
    accounts = accounts_below(session, person)
    products = givable(session, person)
    ids = [each.id for each in accounts]
    rows = session.execute(
        select(_SHARE.c.product_id, _SHARE.c.account_id).where(_SHARE.c.account_id.in_(ids))
    )
    return Matrix(
        tuple(accounts),
        tuple(products),
        frozenset(Given(row.product_id, row.account_id) for row in rows),
        _by_right(accounts, products),
    )


def givable(session: Session, person: Person) -> list[ProductNamed]:
    """List the products a person sees, and so may give, by name."""
    query = (
        select(
            _PRODUCT.c.id,
            _PRODUCT.c.reference,
            _PRODUCT.c.name,
            _PRODUCT.c.version,
            _PRODUCT.c.responsible_id,
            _PRODUCT.c.archived_at.is_not(None),
        )
        .where(seen_by(person))
        .order_by(_PRODUCT.c.name_key, _PRODUCT.c.id)
    )
    return [ProductNamed(*row) for row in session.execute(query)]


def give(act: Acting, given: Collection[Given], taken: Collection[Given]) -> None:
    """Give products to accounts below, and take others back; what is not named stays as it is."""
    person = hold(act.session, act.person)
    below = {each.id: each for each in accounts_below(act.session, person)}
    products = {each.id for each in givable(act.session, person)}
    for product_id, account_id in sorted({*given, *taken}):
        if account_id == person.account_id:
            require(Denial.OWN_ACCOUNT)
        if account_id not in below or product_id not in products:
            raise NotSeenError
        require(why_not_give(person, below[account_id].bond))
    rows = [{"product_id": each.product_id, "account_id": each.account_id} for each in sorted(set(given))]
    add_missing(act.session, ProductShare, rows)
    if taken:
        pairs = [tuple(each) for each in sorted(set(taken))]
        gone = tuple_(_SHARE.c.product_id, _SHARE.c.account_id).in_(pairs)
        act.session.execute(delete(_SHARE).where(gone))
    for action, changed in (("products-given", given), ("products-taken", taken)):
        for account_id, product_ids in _by_account(changed).items():
            act.record(action, account_id, products=product_ids)


def _by_account(changed: Iterable[Given]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for product_id, account_id in sorted(set(changed)):
        found.setdefault(account_id, []).append(product_id)
    return found


def _by_right(accounts: Sequence[AccountSeen], products: Sequence[ProductNamed]) -> frozenset[Given]:
    """Find who sees a product as its responsible, or as a manager of its responsible."""
    above = {each.id: each.manager_id for each in accounts}
    found = set()
    for product in products:
        at: int | None = product.responsible_id
        while at in above:
            found.add(Given(product.id, at or 0))
            at = above[at]
    return frozenset(found)
