"""What the pages of accounts show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from flask import url_for

from jalon.domain.rights import Person
from jalon.services.lists import Given, Matrix, ProductNamed
from jalon.services.people import AccountSeen
from jalon_web.denials import rights_text
from jalon_web.questionnaires import wording
from jalon_web.translation import gettext as _


class Branch(NamedTuple):
    """Show one account in the tree, and those below it."""

    name: str
    login: str
    email: str
    address: str
    rights: str
    states: tuple[str, ...]
    products: int
    found: bool  # by the search; the others only lead to those found
    below: tuple[Branch, ...]
    size: int  # accounts below


class Cell(NamedTuple):
    """Show whether an account sees a product."""

    value: str
    label: str
    given: bool
    by_right: bool


class MatrixRow(NamedTuple):
    """Show one product, and who sees it."""

    name: str
    reference: str
    archived: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """Show a part of the matrix of accounts and products."""

    accounts: tuple[AccountSeen, ...]
    rows: tuple[MatrixRow, ...]
    shown: str  # what was given when the page was made
    scope: str  # the accounts and products of the page
    total: int
    first: int
    previous: int | None
    next: int | None

    @property
    def last(self) -> int:
        """Give the place of the last product of the page."""
        return self.first + len(self.rows) - 1


PER_PAGE = 50
MOST_ACCOUNTS = 50


def tree_shown(accounts: Sequence[AccountSeen], root: int, found: frozenset[int]) -> tuple[Branch, ...]:
    """Show the accounts as a tree; of a search, those found and what leads to them."""
    children: dict[int | None, list[AccountSeen]] = {}
    for each in accounts:
        children.setdefault(each.manager_id, []).append(each)
    return _branches(children, root, found)


def _branches(
    children: dict[int | None, list[AccountSeen]], root: int, found: frozenset[int]
) -> tuple[Branch, ...]:
    shown = []
    for each in children.get(root, ()):
        below = _branches(children, each.id, found)
        if each.id in found or below:
            shown.append(_branch(each, below, found=each.id in found))
    return tuple(shown)


def _branch(each: AccountSeen, below: tuple[Branch, ...], *, found: bool) -> Branch:
    return Branch(
        name=each.name,
        login=each.login,
        email=each.email,
        address=url_for("tree.show", account_id=each.id),
        rights=rights_text(each.bond.rights),
        states=states(each),
        products=each.bond.responsible_of,
        found=found,
        below=below,
        size=sum(1 + branch.size for branch in below),
    )


def states(each: AccountSeen) -> tuple[str, ...]:
    """Name what is particular about an account."""
    found = []
    if each.suspended_at is not None:
        found.append(_("Suspendu"))
    if each.invited:
        found.append(_("Invitation en attente"))
    return tuple(found)


def instant(at: datetime | None, zone: tzinfo) -> str:
    """Write a day and an hour."""
    if at is None:
        return ""
    day = wording.day(at.astimezone(zone).date())
    return _("%(jour)s à %(heure)s", jour=day, heure=wording.time(at, zone))


def above_choices(person: Person, own_name: str, accounts: Iterable[AccountSeen]) -> list[tuple[int, str]]:
    """List the accounts another one may be attached to: oneself first."""
    first = (person.account_id, _("%(nom)s (moi)", nom=own_name))
    return [first, *((each.id, f"{each.name} ({each.login})") for each in accounts)]


def matrix_shown(
    matrix: Matrix, accounts: Sequence[AccountSeen], products: Sequence[ProductNamed], page: int
) -> MatrixPage:
    """Show one page of the matrix, already filtered."""
    first = max(0, min(page - 1, (len(products) - 1) // PER_PAGE)) * PER_PAGE
    part, columns = products[first : first + PER_PAGE], tuple(accounts[:MOST_ACCOUNTS])
    number = first // PER_PAGE + 1
    pairs = [Given(product.id, account.id) for product in part for account in columns]
    shown = [f"{each.product_id}-{each.account_id}" for each in pairs if each in matrix.given]
    scope = ".".join(str(each.id) for each in part) + "_" + ".".join(str(each.id) for each in columns)
    return MatrixPage(
        accounts=columns,
        rows=tuple(_matrix_row(matrix, product, columns) for product in part),
        shown=" ".join(shown),
        scope=scope,
        total=len(products),
        first=first + 1 if part else 0,
        previous=number - 1 if number > 1 else None,
        next=number + 1 if first + PER_PAGE < len(products) else None,
    )


def _matrix_row(matrix: Matrix, product: ProductNamed, accounts: Sequence[AccountSeen]) -> MatrixRow:
    return MatrixRow(
        name=f"{product.name} {product.version}".strip(),
        reference=product.reference,
        archived=product.archived,
        cells=tuple(
            Cell(
                value=f"{product.id}-{account.id}",
                label=_("%(compte)s voit %(produit)s", compte=account.name, produit=product.name),
                given=Given(product.id, account.id) in matrix.given,
                by_right=Given(product.id, account.id) in matrix.by_right,
            )
            for account in accounts
        ),
    )
