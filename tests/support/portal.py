"""A portal to test: the demonstration data, a clock that tests move, and who may look at what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import RowMapping, select, update

from jalon.domain.rights import AccountKind
from jalon.exchange.demo_file import demo_files, read_demo
from jalon.plugins.discovery import bare_files
from jalon.plugins.registry import Plugins
from jalon.services.accounts import NewAccount, create_account
from jalon.services.demo import DemoLoader, mark_demo
from jalon.services.evaluating import bring_up_to_date
from jalon.services.passwords import Passwords
from jalon.services.profiles import validate_profile
from jalon.services.referentials import remember
from jalon.storage.database import Database
from jalon.storage.schema import migrate
from jalon.storage.tables import (
    Account,
    AnswerRow,
    AnswerVersion,
    Product,
    ProfileRevision,
    Subject,
    Table,
    table_of,
)
from jalon_web.cli.demo import DEMO_PASSWORD
from jalon_web.portal import portal
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


def large(folder: Path, count: int) -> Plugins:
    """Load the installed plugins, and a referential whose only axis asks this many questions."""
    levels = "{0: Rien, 1: Un peu, 2: Presque tout, 3: Tout}"
    asked = [
        f"          - {{code: L.{n}, title: Titre {n}, question: Question {n}\u00a0?, levels: {levels}}}"
        for n in range(count)
    ]
    path = folder / f"large-{count}.yaml"
    path.write_text("\n".join([LARGE, *asked]), encoding="utf-8")
    return Plugins.standing_in(bare_files([path]))


LARGE: Final = """\
jalon: 1
key: large
title: Grand référentiel
edition: "1.0"
effective: 2021-12-23
publisher: {name: Jalon}
questionnaires:
  - key: essai
    title: Grand questionnaire
    kind: maturity
    axes:
      - key: L
        title: Grand axe
        criteria:"""


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

    def open(self, axis: str, login: str = RESPONSIBLE) -> Client:
        """Sign in and open the page of an axis."""
        client = self.client(login)
        client.get(self.axis(axis))
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

    def kept(self, code: str, name: str = CABINET) -> RowMapping:
        """Give the row of an answer that must be there."""
        row = self.answer(code, name)
        assert row is not None, code
        return row

    def change_profile(self, facts: Mapping[str, Any], name: str = CABINET) -> None:
        """Validate other preliminary answers behind the portal's back; None takes one away."""
        product = self.product(name)
        last = max(self.rows(ProfileRevision, product_id=product), key=lambda row: row["number"])
        values = {key: value for key, value in {**last["facts"], **facts}.items() if value is not None}
        plugins = portal(self.app).switchboard.plugins
        validate_profile(self.database, plugins, product, values, last["author_id"], self.clock)

    def evaluate(self, name: str = CABINET) -> None:
        """Bring up to date what rules derive for a product, as the worker does."""
        plugins = portal(self.app).switchboard.plugins
        assert bring_up_to_date(self.database, plugins, self.product(name), self.clock)

    def written(self) -> tuple[int, int, int]:
        """Sum up what saves move: rows of answers, their versions, the stamps of subjects."""
        stamps = sum(row["stamp"] for row in self.rows(Subject))
        return len(self.rows(AnswerRow)), len(self.rows(AnswerVersion)), stamps


def bare(html: str) -> str:
    """Leave out of a page what changes from one second to the next: its tokens."""
    without = re.sub(r'name="csrf_token" value="[^"]*"', "", html)
    return re.sub(r'hx-headers="[^"]*"|data-session-ends="[^"]*"', "", without)


MakeSite = Callable[..., Site]


@contextmanager
def unchanged(site: Site) -> Iterator[None]:
    """Want the block to write no answer and move no draft."""
    before = site.written()
    yield
    assert before == site.written()
