"""Who may do what: one pure function per rule, asked by every route.

Each rule about accounts gives a `Denial` where it refuses: screens say why, and who can do it instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


class Denial(StrEnum):
    """Say why an action is refused; what is not seen at all has no denial: it does not exist."""

    OWN_ACCOUNT = "own_account"  # nobody edits one's own rights or list of products
    NOT_BELOW = "not_below"  # only the accounts attached below
    NO_CREATION = "no_creation"  # the right to create accounts is lacking
    BEYOND_OWN = "beyond_own"  # a right or profile one lacks
    CYCLE = "cycle"  # an account cannot be attached below itself
    RESPONSIBLE = "responsible"  # the account is responsible of products
    NOT_RESPONSIBLE = "not_responsible"
    NO_VALIDATION = "no_validation"
    NO_POLICY = "no_policy"
    NOT_HEAD = "not_head"
    NOT_ADMINISTRATOR = "not_administrator"
    ARCHIVED = "archived"
    SUSPENDED = "suspended"  # the account has to be resumed first
    LAST = "last"  # the last administrator


@dataclass(frozen=True, slots=True)
class Rights:
    """Hold what may be granted to an account of an organisation."""

    profile: WorkProfile = WorkProfile.PRODUCTS
    validates: bool = False
    creates_accounts: bool = False

    def granted(self) -> frozenset[str]:
        """Name each thing that was granted."""
        named = {
            "policy": self.profile is WorkProfile.PRODUCTS_AND_POLICY,
            "validates": self.validates,
            "creates_accounts": self.creates_accounts,
        }
        return frozenset(name for name, held in named.items() if held)


EVERY_RIGHT = Rights(WorkProfile.PRODUCTS_AND_POLICY, validates=True, creates_accounts=True)
"""What the topmost account of an organisation starts with: nobody of it could grant it more."""


@dataclass(frozen=True, slots=True)
class Person:
    """Say who asks: what rights are decided on."""

    account_id: int
    kind: AccountKind
    organisation_id: int | None
    profile: WorkProfile = WorkProfile.PRODUCTS
    validates: bool = False
    creates_accounts: bool = False
    is_head: bool = False  # the topmost account of the organisation

    @property
    def rights(self) -> Rights:
        """Give what the person was granted."""
        return Rights(self.profile, validates=self.validates, creates_accounts=self.creates_accounts)


@dataclass(frozen=True, slots=True)
class Bond:
    """Say what binds a person to a product."""

    organisation_id: int
    responsible_id: int
    shared: bool = False  # the product was given to the person
    manages: bool = False  # the person manages, directly or not, the product's responsible
    archived: bool = False


@dataclass(frozen=True, slots=True)
class AccountBond:
    """Say what binds a person to an account."""

    account_id: int
    kind: AccountKind
    organisation_id: int | None
    manages: bool = False  # the person manages it, directly or not
    is_head: bool = False
    rights: Rights = field(default_factory=Rights)
    responsible_of: int = 0  # how many products, archived ones included


# -- products


def sees(person: Person, bond: Bond) -> bool:
    """Say whether a person sees a product: its responsible, who was given it, who manages its responsible."""
    if person.kind is not AccountKind.MEMBER or person.organisation_id != bond.organisation_id:
        return False
    return bond.responsible_id == person.account_id or bond.shared or bond.manages


def edits_answers(person: Person, bond: Bond) -> bool:
    """Say whether a person may change the draft of a product: one that is seen and not archived."""
    return sees(person, bond) and not bond.archived


def why_not_validate(person: Person, bond: Bond) -> Denial | None:
    """Say why a person may not validate a questionnaire of a product that is seen."""
    if bond.archived:
        return Denial.ARCHIVED
    return None if person.validates else Denial.NO_VALIDATION


def why_not_lead(person: Person, bond: Bond) -> Denial | None:
    """Say why a person may not archive, duplicate or convert a product that is seen."""
    return None if bond.responsible_id == person.account_id else Denial.NOT_RESPONSIBLE


def why_not_policy(person: Person) -> Denial | None:
    """Say why a member does not work on the questionnaire of the organisation."""
    return None if person.profile is WorkProfile.PRODUCTS_AND_POLICY else Denial.NO_POLICY


def has_products(person: Person) -> bool:
    """Say whether a person has pages of products at all."""
    return person.kind is AccountKind.MEMBER


# -- accounts


def sees_account(person: Person, bond: AccountBond) -> bool:
    """Say whether an account exists for a person.

    Oneself; for a member, the accounts below; for an administrator, those without organisation and the
    topmost ones of organisations.
    """
    if bond.account_id == person.account_id:
        return True
    if person.kind is AccountKind.ADMINISTRATOR:
        return bond.kind is not AccountKind.MEMBER or bond.is_head
    if person.kind is not AccountKind.MEMBER or bond.kind is not AccountKind.MEMBER:
        return False
    return bond.organisation_id == person.organisation_id and bond.manages


def why_not_manage(person: Person, bond: AccountBond) -> Denial | None:
    """Say why a person may not edit, suspend, reset, move or delete an account."""
    if bond.account_id == person.account_id:
        return Denial.OWN_ACCOUNT
    return None if sees_account(person, bond) else Denial.NOT_BELOW


def why_not_create(person: Person) -> Denial | None:
    """Say why a person may not create accounts: a member needs the right, an administrator has it."""
    if person.kind is AccountKind.ADMINISTRATOR:
        return None
    if person.kind is AccountKind.MEMBER and person.creates_accounts:
        return None
    return Denial.NO_CREATION


def why_not_grant(person: Person, asked: Rights, held: Rights | None = None) -> Denial | None:
    """Say why a person may not give these rights: what is new among them must be one's own.

    What the account held already stays possible: a later revocation does not cascade.
    """
    if person.kind is AccountKind.ADMINISTRATOR:
        return None
    new = asked.granted() - (held.granted() if held else frozenset())
    return None if new <= person.rights.granted() else Denial.BEYOND_OWN


def why_not_show_link(person: Person, bond: AccountBond) -> Denial | None:
    """Say why a person may not be shown a link that signs in as an account: it lends its rights."""
    if denial := why_not_manage(person, bond):
        return denial
    return why_not_grant(person, bond.rights)


def why_not_attach(
    person: Person, moved: AccountBond, above: AccountBond, *, is_below: bool
) -> Denial | None:
    """Say why an account may not be attached under another one; `is_below`: that one is under it already."""
    if denial := why_not_manage(person, moved):
        return denial
    if above.account_id == moved.account_id or is_below:
        return Denial.CYCLE
    if person.kind is not AccountKind.MEMBER:
        return Denial.NOT_BELOW
    own = above.account_id == person.account_id
    return None if own or why_not_manage(person, above) is None else Denial.NOT_BELOW


def why_not_delete(person: Person, bond: AccountBond, *, administrators: int = 2) -> Denial | None:
    """Say why an account may not be deleted; `administrators` counts those that can sign in."""
    if denial := why_not_manage(person, bond):
        return denial
    if bond.is_head:
        return Denial.NOT_BELOW  # an organisation keeps its topmost account: a successor takes its place
    if bond.kind is AccountKind.ADMINISTRATOR and administrators < 2:  # noqa: PLR2004 - one would be left
        return Denial.LAST
    return Denial.RESPONSIBLE if bond.responsible_of else None


def why_not_give(person: Person, bond: AccountBond) -> Denial | None:
    """Say why a person may not set the list of products of an account: only those of members below."""
    if bond.account_id == person.account_id:
        return Denial.OWN_ACCOUNT
    if person.kind is not AccountKind.MEMBER:
        return Denial.NOT_BELOW
    return why_not_manage(person, bond)


def why_not_entrust(person: Person, bond: AccountBond, product: Bond) -> Denial | None:
    """Say why a person may not make an account responsible of a product.

    Only between accounts below or to oneself, and never away from someone who is not below.
    """
    own = product.responsible_id == person.account_id
    if not sees(person, product) or not (own or product.manages):
        return Denial.NOT_BELOW
    return None if bond.account_id == person.account_id else why_not_give(person, bond)


# -- organisations and the instance


def why_not_enable(person: Person) -> Denial | None:
    """Say why a person may not choose what its organisation uses."""
    return None if person.kind is AccountKind.MEMBER and person.is_head else Denial.NOT_HEAD


def why_not_administer(person: Person) -> Denial | None:
    """Say why a person may not administer the instance."""
    return None if person.kind is AccountKind.ADMINISTRATOR else Denial.NOT_ADMINISTRATOR
