"""The accounts below oneself: create, edit, move, entrust products, delete."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import delete as sql_delete
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jalon.domain.rights import (
    AccountKind,
    Bond,
    Person,
    Rights,
    why_not_attach,
    why_not_create,
    why_not_delete,
    why_not_entrust,
    why_not_grant,
    why_not_manage,
    why_not_show_link,
)
from jalon.services.account_acts import delete_account, readdress
from jalon.services.accounts import NewAccount, checked_email, checked_name, create_account, update_account
from jalon.services.acting import Acting, hold, managed, require
from jalon.services.managing import Invited, invite
from jalon.services.passwords import Passwords
from jalon.services.people import AccountSeen, account_seen
from jalon.services.products import NotSeenError, subtree
from jalon.services.trace import record
from jalon.storage.tables import Account, Product, ProductShare, table_of

_ACCOUNT: Final = table_of(Account)
_PRODUCT: Final = table_of(Product)
_SHARE: Final = table_of(ProductShare)


class Identity(NamedTuple):
    """Say who an account is for."""

    name: str
    email: str


class Responsibility(NamedTuple):
    """Name a product an account is responsible of."""

    id: int
    reference: str
    name: str
    archived: bool


def create_below(
    act: Acting, login: str, identity: Identity, rights: Rights, above_id: int, passwords: Passwords
) -> Invited:
    """Make an account attached below oneself or below an account of one's own, to be invited."""
    person = hold(act.session, act.person)
    require(why_not_create(person))
    require(why_not_grant(person, rights))
    above = account_seen(act.session, person, above_id)
    if above.id != person.account_id:
        require(why_not_manage(person, above.bond))
    new = NewAccount(
        login,
        identity.name,
        identity.email,
        kind=AccountKind.MEMBER,
        organisation_id=person.organisation_id,
        manager_id=above.id,
        profile=rights.profile,
        validates=rights.validates,
        creates_accounts=rights.creates_accounts,
    )
    account = create_account(act.session, new, passwords)
    act.record("account-created", account.id or 0, rights=sorted(rights.granted()))
    return invite(act, account)


def change(act: Acting, account_id: int, identity: Identity, rights: Rights) -> None:
    """Change the name, the address and the rights of an account below."""
    seen, person = managed(act, account_id), hold(act.session, act.person)
    require(why_not_grant(person, rights, seen.bond.rights))
    name, (email, _key) = checked_name(identity.name), checked_email(identity.email)
    if email != seen.email:  # whoever reads it can sign in by a forgotten password: it lends the rights
        require(why_not_show_link(person, seen.bond))
        readdress(act.session, account_id, seen.email, email, act.at)
    if name != seen.name:
        update_account(act.session, account_id, name=name)
    if (name, email) != (seen.name, seen.email):
        act.record("account-changed", account_id)
    if rights != seen.bond.rights:
        update_account(
            act.session,
            account_id,
            profile=rights.profile.value,
            validates=rights.validates,
            creates_accounts=rights.creates_accounts,
        )
        before, after = seen.bond.rights.granted(), rights.granted()
        act.record(
            "rights-changed", account_id, granted=sorted(after - before), revoked=sorted(before - after)
        )


def move(act: Acting, account_id: int, above_id: int) -> None:
    """Attach an account below, with all below it, under oneself or another account below."""
    person = hold(act.session, act.person)
    moved = account_seen(act.session, person, account_id)
    above = account_seen(act.session, person, above_id)
    below = subtree(account_id)
    is_below = act.session.scalar(select(below.c.id).where(below.c.id == above_id)) is not None
    require(why_not_attach(person, moved.bond, above.bond, is_below=is_below))
    if moved.manager_id != above_id:
        update_account(act.session, account_id, manager_id=above_id)
        act.record("account-moved", account_id, above=above_id)


def responsibilities(session: Session, account_id: int) -> list[Responsibility]:
    """List the products an account is responsible of, archived ones last."""
    query = (
        select(_PRODUCT.c.id, _PRODUCT.c.reference, _PRODUCT.c.name, _PRODUCT.c.archived_at)
        .where(_PRODUCT.c.responsible_id == account_id)
        .order_by(_PRODUCT.c.archived_at.is_not(None), _PRODUCT.c.name_key, _PRODUCT.c.id)
    )
    return [
        Responsibility(row.id, row.reference, row.name, row.archived_at is not None)
        for row in session.execute(query)
    ]


def entrust(act: Acting, account_id: int, to: Mapping[int, int]) -> None:
    """Move the responsibility of products of an account (product to new responsible)."""
    person = hold(act.session, act.person)
    seen = account_seen(act.session, person, account_id)
    if account_id != person.account_id:
        require(why_not_manage(person, seen.bond))
    _entrust(act, person, seen, to)


def delete(act: Acting, account_id: int, to: Mapping[int, int]) -> None:
    """Delete an account below, once its products are moved; the accounts below it move up to its manager.

    Raise DeniedError(RESPONSIBLE) while a product has no new responsible.
    """
    person = hold(act.session, act.person)
    seen = account_seen(act.session, person, account_id)
    require(why_not_manage(person, seen.bond))
    _entrust(act, person, seen, to)
    seen = account_seen(act.session, person, account_id)
    require(why_not_delete(person, seen.bond))
    below = list(act.session.scalars(select(_ACCOUNT.c.id).where(_ACCOUNT.c.manager_id == account_id)))
    if below:
        moved_up = update(_ACCOUNT).where(_ACCOUNT.c.id.in_(below)).values(manager_id=seen.manager_id)
        act.session.execute(moved_up)
    for each in sorted(below):
        act.record("account-moved", each, above=seen.manager_id)
    act.session.execute(sql_delete(_SHARE).where(_SHARE.c.account_id == account_id))
    delete_account(act.session, act.actor, account_id, act.at)


def _entrust(act: Acting, person: Person, seen: AccountSeen, to: Mapping[int, int]) -> None:
    mine = {each.id: each for each in responsibilities(act.session, seen.id)}
    receivers = {each: account_seen(act.session, person, each) for each in set(to.values())}
    for product_id, receiver_id in sorted(to.items()):
        if product_id not in mine:
            raise NotSeenError
        bond = Bond(
            organisation_id=person.organisation_id or 0, responsible_id=seen.id, manages=seen.bond.manages
        )
        require(why_not_entrust(person, receivers[receiver_id].bond, bond))
        if receivers[receiver_id].suspended_at is not None:
            raise NotSeenError
    for product_id, receiver_id in sorted(to.items()):
        responsible = update(_PRODUCT).where(_PRODUCT.c.id == product_id)
        act.session.execute(responsible.values(responsible_id=receiver_id))
        subject = ("product", product_id)
        detail = {"before": seen.id, "after": receiver_id}
        record(act.session, act.at, act.actor, "responsibility-moved", subject, **detail)


def search(accounts: Collection[AccountSeen], words: str) -> frozenset[int]:
    """Give the accounts whose name, login or address holds every word, whatever the case."""
    wanted = words.casefold().split()
    return frozenset(
        each.id
        for each in accounts
        if all(word in f"{each.name} {each.login} {each.email}".casefold() for word in wanted)
    )
