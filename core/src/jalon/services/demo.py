"""Fill an instance with demonstration data: what one would do by hand, with the dates of the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.core_facts import KIND, PATHS, REFERENTIALS
from jalon.domain.facts import WrongValueError, read_value
from jalon.errors import JalonError
from jalon.exchange.demo_file import DemoAnswer, DemoOrganisation, DemoProduct
from jalon.exchange.evaluation_json import plain
from jalon.plugins.registry import Plugins
from jalon.services.accounts import NewAccount, create_account, create_organisation
from jalon.services.answering import Act, Answering, Change
from jalon.services.clock import Clock, system_clock
from jalon.services.drafts import read_draft
from jalon.services.passwords import Passwords
from jalon.services.profiles import validate_profile
from jalon.services.texts import name_key
from jalon.storage.database import Database, upsert
from jalon.storage.tables import (
    Organisation,
    Product,
    ProductBase,
    ProductShare,
    Setting,
    Subject,
    table_of,
)

_PARIS: Final = ZoneInfo("Europe/Paris")
"""The time zone of the files."""

_MARK: Final = "demo"


class DemoRefusedError(JalonError):
    """Demonstration data cannot be loaded here."""


def has_organisations(database: Database) -> bool:
    """Say whether anybody already uses this instance."""
    with database.reading() as session:
        return session.scalar(select(table_of(Organisation).c.id).limit(1)) is not None


def is_demo(database: Database) -> bool:
    """Say whether this instance holds demonstration data, and so accounts whose password is known."""
    with database.reading() as session:
        return session.get(Setting, _MARK) is not None


def mark_demo(database: Database) -> None:
    """Remember that this instance holds demonstration data."""
    with database.writing() as session:
        upsert(session, Setting, [{"key": _MARK, "value": "loaded"}])


class DemoLoader:
    """Load organisations one product after another, so that progress can be shown."""

    def __init__(
        self,
        database: Database,
        plugins: Plugins,
        passwords: Passwords,
        password: str,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._plugins = plugins
        self._passwords = passwords
        self._password = password
        self._clock = clock
        self._products: dict[str, int] = {}

    def load(self, organisation: DemoOrganisation) -> Iterator[str]:
        """Load one organisation; yield the name of each thing once it is there."""
        with self._database.writing() as session:
            made = create_organisation(session, organisation.organisation)
            accounts: dict[str, tuple[int, str]] = {}
            for each in organisation.accounts:
                new = NewAccount(
                    each.login,
                    each.name,
                    each.email,
                    self._password,
                    organisation_id=made.id,
                    manager_id=accounts[each.manager][0] if each.manager else None,
                    profile=each.profile,
                    validates=each.validates,
                    creates_accounts=each.creates_accounts,
                )
                accounts[each.login] = (create_account(session, new, self._passwords).id or 0, each.name)
        yield organisation.organisation
        for product in organisation.products:
            self._load_product(product, made.id or 0, accounts)
            yield product.name

    def _load_product(
        self, product: DemoProduct, organisation_id: int, accounts: Mapping[str, tuple[int, str]]
    ) -> None:
        responsible = accounts[product.responsible]
        with self._database.writing() as session:
            product_id = self._row(session, product, organisation_id, responsible[0])
            for login in product.shared_with:
                session.add(ProductShare(product_id=product_id, account_id=accounts[login][0]))
        facts = self._facts(product)
        validate_profile(
            self._database, self._plugins, product_id, facts, responsible[0], self._first_day(product)
        )
        for (login, at), group in groupby(self._in_time(product), key=lambda each: each[:2]):
            author = accounts[login]
            changes = [self._change(name, answer, product_id) for _, _, name, answer in group]
            Answering(self._database, lambda at=at: at).save(self._plugins, product_id, author, changes)  # type: ignore[misc]

    def _row(self, session: Session, product: DemoProduct, organisation_id: int, responsible_id: int) -> int:
        subject = Subject(kind="product")
        session.add(subject)
        session.flush()
        product_id = subject.id or 0
        row = Product(
            id=product_id,
            organisation_id=organisation_id,
            reference=product.reference,
            name=product.name,
            name_key=name_key(product.name),
            version=product.version,
            kind=product.kind,
            stage=product.stage,
            editions=list(product.editions),
            support=product.support,
            purpose=product.purpose,
            responsible_id=responsible_id,
            created_by=responsible_id,
            archived_at=self._clock() if product.archived else None,
        )
        session.add(row)
        session.flush()
        for base in product.extends:
            session.add(ProductBase(option_id=product_id, base_id=self._products[base]))
        self._products[product.reference] = product_id
        return product_id

    def _facts(self, product: DemoProduct) -> dict[str, Any]:
        """Type the preliminary answers; those of a referential that is not installed are left out."""
        known = self._plugins.catalogue.names.facts
        facts: dict[str, Any] = {KIND: product.kind}
        for name, raw in product.profile.items():
            if name not in known:
                continue
            installed = known[name].values
            value = [each for each in raw if each in installed] if name in {PATHS, REFERENTIALS} else raw
            try:
                facts[name] = plain(read_value(known[name], value))
            except WrongValueError as error:
                raise DemoRefusedError(f"{product.reference} : {name} : {error}") from None
        return facts

    def _in_time(self, product: DemoProduct) -> list[tuple[str, datetime, str, DemoAnswer]]:
        """Order answers by author and time: those given together are saved together."""
        known = self._plugins.catalogue.names.criteria
        rows = [
            (answer.by or product.responsible, self._at(answer), name, answer)
            for name, answer in product.answers.items()
            if name in known
        ]
        return sorted(rows, key=lambda row: (row[1], row[0]))

    def _at(self, answer: DemoAnswer) -> datetime:
        return answer.at.replace(tzinfo=_PARIS).astimezone(UTC) if answer.at else self._clock()

    def _first_day(self, product: DemoProduct) -> Clock:
        first = min((at for _, at, _, _ in self._in_time(product)), default=self._clock())
        return lambda: first

    def _change(self, name: str, answer: DemoAnswer, product_id: int) -> Change:
        with self._database.reading() as session:
            said = read_draft(session, product_id).before.of(name)
        confirmed = answer.level is not None and answer.level == said.prefill
        act = Act.CONFIRMED if confirmed else Act.ANSWERED
        return Change(name, 0, answer.level, answer.comment, act, answer.to_investigate)
