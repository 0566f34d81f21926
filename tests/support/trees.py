"""A publisher whose accounts form a tree, to test delegation with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from jalon.domain.rights import EVERY_RIGHT, AccountKind, Person, Rights
from jalon.services.accounts import NewAccount, create_account, create_organisation
from jalon.services.acting import Acting
from jalon.services.people import account_seen
from jalon.services.trace import Actor
from jalon.services.tree import Identity, create_below
from jalon.storage.database import Database
from jalon.storage.tables import METADATA, Account, Product, Subject, table_of
from support.services import START, cheap_passwords

ACCOUNT = table_of(Account)


@dataclass
class Publisher:
    """Hold a database with one organisation, its topmost account, and what was made since."""

    database: Database
    organisation: int = 0
    head: int = 0
    accounts: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    name: str = "Éditeur"

    def __post_init__(self) -> None:
        """Make the organisation and its head."""
        key = self.name.lower().replace("é", "e").replace(" ", "")
        with self.database.writing() as session:
            self.organisation = create_organisation(session, self.name).id or 0
            new = NewAccount(
                f"tete.{key}",
                "Tête",
                f"tete@{key}.example",
                "une phrase de passe",
                organisation_id=self.organisation,
                profile=EVERY_RIGHT.profile,
                validates=True,
                creates_accounts=True,
            )
            self.head = create_account(session, new, cheap_passwords()).id or 0
        self.accounts = [self.head]

    def person(self, account_id: int) -> Person:
        """Give an account as the one who asks."""
        with self.database.reading() as session:
            row = session.execute(select(ACCOUNT).where(ACCOUNT.c.id == account_id)).one()
        nobody = Person(account_id, AccountKind(row.kind), row.organisation_id)
        with self.database.reading() as session:
            seen = account_seen(session, nobody, account_id)
        rights = seen.bond.rights
        return Person(
            account_id,
            seen.bond.kind,
            row.organisation_id,
            rights.profile,
            validates=rights.validates,
            creates_accounts=rights.creates_accounts,
            is_head=seen.bond.is_head,
        )

    @contextmanager
    def acting(self, account_id: int) -> Iterator[Acting]:
        """Act as an account, in one transaction."""
        person = self.person(account_id)
        at = START + timedelta(seconds=1)
        with self.database.writing() as session:
            yield Acting(session, person, Actor(account_id, f"compte {account_id}", "127.0.0.1"), at)

    def create(self, actor: int, above: int | None = None, rights: Rights = EVERY_RIGHT) -> int:
        """Make an account below another one."""
        number = len(self.accounts) + 1
        login = f"compte{number}.{self.organisation}"
        with self.acting(actor) as act:
            made = create_below(
                act,
                login,
                Identity(f"Compte {number}", f"{login}@editeur.example"),
                rights,
                above or actor,
                cheap_passwords(),
            )
        self.accounts.append(made.account_id)
        return made.account_id

    def product(self, responsible: int, name: str = "") -> int:
        """Make a product."""
        number = len(self.products) + 1
        with self.database.writing() as session:
            subject = Subject(kind="product")
            session.add(subject)
            session.flush()
            session.add(
                Product(
                    id=subject.id,
                    organisation_id=self.organisation,
                    reference=f"P-{self.organisation}-{number}",
                    name=name or f"Produit {number}",
                    name_key=(name or f"produit {number}").lower(),
                    version="1",
                    responsible_id=responsible,
                    created_by=responsible,
                )
            )
            self.products.append(subject.id or 0)
        return self.products[-1]

    def rows(self) -> dict[int, Any]:
        """Read every account, deleted ones too."""
        with self.database.reading() as session:
            return {row.id: row for row in session.execute(select(ACCOUNT))}


def digest(database: Database) -> str:
    """Sum up everything a database holds."""
    summed = sha256()
    with database.engine.connect() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table).order_by(*table.primary_key)):
                summed.update(repr(tuple(row)).encode())
    return summed.hexdigest()
