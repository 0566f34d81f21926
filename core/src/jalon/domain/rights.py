"""Who may do what: one pure function per rule, asked by every route."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    """Tell the accounts of organisations from those that have none."""

    MEMBER = "member"
    AUTHORITY = "authority"
    ADMINISTRATOR = "administrator"


class WorkProfile(StrEnum):
    """Say which questionnaires an account works on."""

    PRODUCTS = "products"
    PRODUCTS_AND_POLICY = "products_and_policy"


@dataclass(frozen=True, slots=True)
class Person:
    """Say who asks: what rights are decided on."""

    account_id: int
    kind: AccountKind
    organisation_id: int | None
    profile: WorkProfile = WorkProfile.PRODUCTS
    validates: bool = False
    creates_accounts: bool = False


@dataclass(frozen=True, slots=True)
class Bond:
    """Say what binds a person to a product."""

    organisation_id: int
    responsible_id: int
    shared: bool = False  # the product was given to the person
    manages: bool = False  # the person manages, directly or not, the product's responsible
    archived: bool = False


def sees(person: Person, bond: Bond) -> bool:
    """Say whether a person sees a product: its responsible, who was given it, who manages its responsible."""
    if person.kind is not AccountKind.MEMBER or person.organisation_id != bond.organisation_id:
        return False
    return bond.responsible_id == person.account_id or bond.shared or bond.manages


def edits_answers(person: Person, bond: Bond) -> bool:
    """Say whether a person may change the draft of a product: one that is seen and not archived."""
    return sees(person, bond) and not bond.archived


def has_products(person: Person) -> bool:
    """Say whether a person has pages of products at all."""
    return person.kind is AccountKind.MEMBER
