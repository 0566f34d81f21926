"""A portal to test: the demonstration data, a clock that tests move, and who may look at what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from typing import Any, Final

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import RowMapping, select, update

from jalon.domain.rights import AccountKind
from jalon.exchange.demo_file import demo_files, read_demo
from jalon.plugins.registry import Plugins
from jalon.services.accounts import NewAccount, create_account
from jalon.services.demo import DemoLoader, mark_demo
from jalon.services.passwords import Passwords
from jalon.services.referentials import remember
from jalon.storage.database import Database
from jalon.storage.schema import migrate
from jalon.storage.tables import Account, AnswerRow, AnswerVersion, Product, Subject, Table, table_of
from jalon_web.cli.demo import DEMO_PASSWORD
from support.client import Client

START: Final = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)
SECRET: Final = "x" * 48

RESPONSIBLE: Final = "karim.benhaddou"
SHARED: Final = "lucie.ferrand"
HEAD: Final = "claire.morel"
EXPERT: Final = "yann.lebrun"  # same organisation, no product
STRANGER: Final = "sylvie.aubertin"  # head of another organisation
AUTHORITY: Final = "autorite"
ADMINISTRATOR: Final = "administrateur"

CABINET: Final = "Lirène Cabinet"
VISIO: Final = "Lirène Visio"
ARCHIVED: Final = "ArchiMed Coffre"
INTEROPERABILITY: Final = "doctrine/interoperabilite"


class Ticking:
    """Give the instant that tests decide."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **lapse: float) -> None:
        """Let time pass: `advance(minutes=31)`."""
        self.now += timedelta(**lapse)


def cheap_passwords() -> Passwords:
    """Hash with the least work there is: tests sign in hundreds of times."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def fill(url: str, plugins: Plugins) -> None:
    """Make the tables of an empty database, load the demonstration and three accounts it lacks."""
    database, passwords = Database(url), cheap_passwords()
    migrate(database)
    remember(database, plugins)
    loader = DemoLoader(database, plugins, passwords, DEMO_PASSWORD, Ticking())
    with as_file(files("jalon_web").joinpath("demo")) as folder:
        for path in demo_files(folder):
            list(loader.load(read_demo(path)))
    mark_demo(database)
    with database.writing() as session:
        head = session.execute(select(Account).where(_login(HEAD))).scalar_one()
        others = (
            (EXPERT, "Yann Lebrun", AccountKind.MEMBER, head.organisation_id, head.id),
            (AUTHORITY, "Agnès Thévenin", AccountKind.AUTHORITY, None, None),
            (ADMINISTRATOR, "Denis Kermarec", AccountKind.ADMINISTRATOR, None, None),
        )
        for login, name, kind, organisation_id, manager_id in others:
            email = f"{login}@demo.example"
            new = NewAccount(login, name, email, DEMO_PASSWORD, kind, organisation_id, manager_id)
            create_account(session, new, passwords)
    database.close()


def _login(login: str) -> Any:
    return table_of(Account).c.login == login


@dataclass(frozen=True, slots=True)
class Site:
    """Hold one application, its database and its clock."""

    app: Flask
    database: Database
    clock: Ticking

    def client(self, login: str = "", *, base: str = "http://localhost") -> Client:
        """Open a browser, signed in where a login is given."""
        client = Client(self.app, self.database.engine, base=base)
        if login:
            client.sign_in(login)
        return client

    def product(self, name: str = CABINET) -> int:
        """Give the number of a product."""
        table = table_of(Product)
        with self.database.reading() as session:
            return int(session.execute(select(table.c.id).where(table.c.name == name)).scalar_one())

    def axis(self, axis: str, name: str = CABINET, questionnaire: str = INTEROPERABILITY) -> str:
        """Give the address of an axis."""
        return f"/produits/{self.product(name)}/{questionnaire}/{axis}"

    def rows(self, table: type[Table], **wanted: Any) -> Sequence[RowMapping]:
        """Read rows of a table."""
        query = select(table_of(table)).filter_by(**wanted)
        with self.database.reading() as session:
            return session.execute(query).mappings().all()

    def change(self, table: type[Table], where: dict[str, Any], **values: Any) -> None:
        """Change rows behind the portal's back."""
        with self.database.writing() as session:
            session.execute(update(table_of(table)).filter_by(**where).values(**values))

    def answer(self, code: str, name: str = CABINET, referential: str = "doctrine") -> RowMapping | None:
        """Give the row of an answer."""
        subject = self.product(name)
        found = self.rows(AnswerRow, subject_id=subject, referential=referential, criterion=code)
        return found[0] if found else None

    def written(self) -> tuple[int, int, int]:
        """Sum up what saves move: rows of answers, their versions, the stamps of subjects."""
        stamps = sum(row["stamp"] for row in self.rows(Subject))
        return len(self.rows(AnswerRow)), len(self.rows(AnswerVersion)), stamps


@contextmanager
def unchanged(site: Site) -> Iterator[None]:
    """Want the block to write no answer and move no draft."""
    before = site.written()
    yield
    assert before == site.written()
