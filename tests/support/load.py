"""A heavy instance: products of 300 criteria with conditions and rules, and a page of 100 criteria."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from jalon.domain.rights import WorkProfile
from jalon.plugins.registry import Plugins
from jalon.services.accounts import NewAccount, create_account, create_organisation
from jalon.services.answering import Answering, Change
from jalon.services.drafts import read_draft
from jalon.services.evaluating import derived
from jalon.services.jobs import EVALUATE
from jalon.services.passwords import Passwords
from jalon.services.profiles import validate_profile
from jalon.services.referentials import remember
from jalon.services.standing import Standing, as_document
from jalon.services.switches import switch
from jalon.services.texts import name_key
from jalon.storage import schema
from jalon.storage.database import Database
from jalon.storage.tables import (
    AnswerRow,
    AnswerVersion,
    DraftScore,
    Job,
    Product,
    ProductShare,
    Subject,
    table_of,
)

PASSWORD: Final = "Convergence-2026"  # noqa: S105 - for invented accounts
FACTS, AXES, PER_AXIS, RULES, PAGE, LEVELS = 20, 12, 25, 60, 100, 4
VALUES: Final = ("v0", "v1", "v2", "v3", "v4")
LOAD, WIDE = "charge", "large"


class Place(NamedTuple):
    """Say where a question is: the parts of its address."""

    product: int
    referential: str
    axis: str
    code: str = ""

    @property
    def page(self) -> str:
        """Give the address of its page."""
        return f"/produits/{self.product}/{self.referential}/q/{self.axis}"

    @property
    def address(self) -> str:
        """Give the address where it is saved."""
        return f"{self.page}/{self.code}"

    @property
    def name(self) -> str:
        """Give the full name of the criterion."""
        return f"{self.referential}/{self.code}"

    def level(self, version: int) -> int:
        """Say which level each version of its answer has: another one each time."""
        return (int(self.code[1:]) + version) % LEVELS


@dataclass(frozen=True)
class Instance:
    """Hold what was made: where, for whom."""

    folder: Path
    url: str
    referentials: Path
    logins: tuple[str, ...]
    products: tuple[int, ...]  # of 300 criteria, every one of them asked
    wide: int  # the product whose page has 100 criteria

    def axis(self, product: int, number: int) -> list[Place]:
        """List the questions of one axis of a product."""
        codes = range(number * PER_AXIS, (number + 1) * PER_AXIS)
        return [Place(product, LOAD, f"X{number}", f"C{code}") for code in codes]

    def places(self, product: int) -> list[Place]:
        """List every question of a product."""
        return [place for number in range(AXES) for place in self.axis(product, number)]

    @property
    def wide_page(self) -> Place:
        """Give the page of 100 criteria."""
        return Place(self.wide, WIDE, "X0")

    def plugins(self, key: str = "") -> Plugins:
        """Load the plugins as the server does, or those that the organisation of a referential uses."""
        return _plugins(self.referentials, key)


def make_instance(
    folder: Path, url: str = "", *, products: int = 1, editors: int = 1, answered: float = 1
) -> Instance:
    """Make an instance: each organisation uses one referential, and `answered` of its questions have answers."""
    folder.mkdir(parents=True, exist_ok=True)
    referentials = folder / "referentials"
    referentials.mkdir()
    _write(referentials / f"{LOAD}.yaml", LOAD, AXES, PER_AXIS)
    _write(referentials / f"{WIDE}.yaml", WIDE, 1, PAGE)
    address = url or f"sqlite:///{folder / 'jalon.db'}"
    database = Database(address)
    schema.migrate(database)
    plugins = Plugins.load(folders=[referentials])
    remember(database, plugins)
    maker = _Maker(database, plugins, answered)
    logins, made = maker.organisation(LOAD, editors, products)
    others, wide = maker.organisation(WIDE, 1, 1)
    database.close()
    return Instance(folder, address, referentials, (*logins, *others), made, wide[0])


@cache
def _plugins(referentials: Path, key: str) -> Plugins:
    loaded = Plugins.load(folders=[referentials])
    return loaded.without({each.name for each in loaded.all} - {key}) if key else loaded


class _Maker:
    """Make organisations through the services, passwords at the least cost."""

    def __init__(self, database: Database, plugins: Plugins, answered: float) -> None:
        self._database, self._plugins, self._answered = database, plugins, answered
        self._passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def organisation(self, key: str, editors: int, products: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Make an organisation that uses one referential; give its logins and its products."""
        off = {plugin.name for plugin in self._plugins.all} - {key}
        with self._database.writing() as session:
            organisation = create_organisation(session, f"Éditeur {key}").id or 0
            accounts = [self._account(session, organisation, f"{key}.{i}") for i in range(editors)]
            for name in sorted(off):
                switch(session, name, is_on=False, organisation_id=organisation, author_id=accounts[0])
        using = self._plugins.without(off)
        made = [self._product(using, organisation, accounts, f"{key}-{i}") for i in range(products)]
        return tuple(f"{key}.{i}" for i in range(editors)), tuple(made)

    def _account(self, session: Session, organisation: int, login: str) -> int:
        email = f"{login}@editeur.example"
        profile = WorkProfile.PRODUCTS
        new = NewAccount(login, login, email, PASSWORD, organisation_id=organisation, profile=profile)
        return create_account(session, new, self._passwords).id or 0

    def _product(self, using: Plugins, organisation: int, accounts: Sequence[int], name: str) -> int:
        with self._database.writing() as session:
            subject = Subject(kind="product")
            session.add(subject)
            session.flush()
            product = subject.id or 0
            session.add(_row(product, organisation, accounts[0], name))
            session.flush()
            session.add_all(ProductShare(product_id=product, account_id=each) for each in accounts[1:])
        (key,) = using.catalogue.referentials
        facts = {"jalon/kind": "base", **{f"{key}/f{i}": VALUES[0] for i in range(FACTS)}}
        validate_profile(self._database, using, product, facts, accounts[0])
        names = using.catalogue.product.entry_names
        answered = names[: round(len(names) * self._answered)]
        changes = [Change(each, 0, Place(0, key, "", each.partition("/")[2]).level(1)) for each in answered]
        saved = Answering(self._database).save(using, product, (accounts[0], name), changes)
        assert not saved.refused, saved.refused
        return product


def _row(product: int, organisation: int, responsible: int, name: str) -> Product:
    return Product(
        id=product,
        organisation_id=organisation,
        reference=name.upper(),
        name=name,
        name_key=name_key(name),
        version="1",
        kind="base",
        stage="production",
        editions=[],
        support="on_premises",
        purpose="Mesurer.",
        responsible_id=responsible,
        created_by=responsible,
    )


# -- what must be true after any accident


def faults(instance: Instance, confirmed: Iterable[tuple[Place, int]]) -> list[str]:
    """List what is not as it should be: saves that were lost, documents that do not follow, a damaged file."""
    database = Database(instance.url)
    using = instance.plugins(LOAD)
    try:
        with database.reading() as session:
            found = [*_lost(session, confirmed), *_damaged(session, is_sqlite=database.is_sqlite)]
            for product in instance.products:
                found += _behind(session, using, product)
    finally:
        database.close()
    return found


def _lost(session: Session, confirmed: Iterable[tuple[Place, int]]) -> Iterator[str]:
    """Compare what was confirmed with what is there, and the answers with their last version."""
    versions = table_of(AnswerVersion).c
    query = select(versions.subject_id, versions.criterion, versions.version, versions.level)
    kept = {tuple(row[:3]): row.level for row in session.execute(query)}
    for place, version in confirmed:
        level = kept.get((place.product, place.code, version))
        if level != place.level(version):
            yield f"lost: {place.name} {version} ({level})"
    last = {
        (subject, code): (version, kept[subject, code, version]) for subject, code, version in sorted(kept)
    }
    answers = table_of(AnswerRow).c
    rows = session.execute(select(answers.subject_id, answers.criterion, answers.version, answers.level))
    present = {(row.subject_id, row.criterion): (row.version, row.level) for row in rows}
    if present != last:
        yield f"answers without their versions: {set(present.items()) ^ set(last.items())}"


def _behind(session: Session, using: Plugins, product: int) -> Iterator[str]:
    """Compare what is stored of a product with a fresh evaluation; one that is queued may wait."""
    draft = read_draft(session, product)
    jobs = table_of(Job).c
    waiting = select(jobs.argument).where(jobs.kind == EVALUATE, jobs.finished_at.is_(None))
    if draft.stamp != draft.evaluated_stamp:
        if {"subject": product} not in session.scalars(waiting).all():
            yield f"product {product}: evaluated at {draft.evaluated_stamp} of {draft.stamp}, and not queued"
        return
    fresh = derived(draft, using, draft.answers)
    if _plain(fresh) != _plain(draft.before):
        yield f"product {product}: the evaluation is not that of the answers"
    stored = select(DraftScore).where(table_of(DraftScore).c.subject_id == product)
    scores = {(row.questionnaire, row.axis): (row.total, row.counted) for row in session.scalars(stored)}
    if scores != {key: (each.score.total, each.score.counted) for key, each in fresh.scores.items()}:
        yield f"product {product}: the scores are not those of the answers"


def _plain(standing: Standing) -> Any:
    """Give a document as it reads back."""
    return json.loads(json.dumps(as_document(standing)))


def _damaged(session: Session, *, is_sqlite: bool) -> Iterator[str]:
    if is_sqlite:
        said = [
            *session.scalars(text("PRAGMA integrity_check")),
            *session.execute(text("PRAGMA foreign_key_check")),
        ]
        if said != ["ok"]:
            yield f"damaged: {said}"


# -- the referential, as an author would write it


def _write(path: Path, key: str, axes: int, per_axis: int) -> None:
    draw = random.Random(1)
    lines = [
        f"jalon: 1\nkey: {key}\ntitle: Référentiel {key}",
        'edition: "2021.12"\neffective: 2021-12-23\npublisher: {name: Jalon}\nfacts:',
        *(_fact(i) for i in range(FACTS)),
        "questionnaires:\n  - key: q\n    title: Questionnaire\n    kind: maturity\n    axes:",
        *(line for axis in range(axes) for line in _axis(draw, axis, per_axis)),
        "rules:",
        *(_rule(draw, i, axes * per_axis) for i in range(RULES)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _fact(i: int) -> str:
    choices = ", ".join(f"{{value: {value}, label: Valeur {value}}}" for value in VALUES)
    return f"  - {{key: f{i}, question: Question {i} ?, type: choice, choices: [{choices}]}}"


def _axis(draw: random.Random, axis: int, count: int) -> Iterator[str]:
    yield f"      - key: X{axis}\n        title: Axe {axis}\n        criteria:"
    for code in range(axis * count, (axis + 1) * count):
        yield (
            f"          - code: C{code}\n"
            f"            title: Critère {code}\n"
            "            question: Comment le produit répond-il à cette exigence ?\n"
            "            help: Une **aide** de plusieurs phrases. Elle explique les termes et donne un exemple.\n"
            "            levels: {0: Rien n’est fait., 1: Une partie est faite., 2: Tout est fait., 3: Tout est prouvé.}\n"
            "            expected: [{since: 2021-12-23, level: 1}, {since: 2023-01-01, level: 2}]\n"
            f"            applies_when: {_condition(draw, always=True)}"
        )


def _condition(draw: random.Random, *, always: bool) -> str:
    """Draw 1 to 3 clauses, each of 1 to 3 values; with `always`, the product of the bench meets them all."""
    clauses = []
    for fact in draw.sample(range(FACTS), draw.randint(1, 3)):
        values = draw.sample(VALUES[1:], draw.randint(0, 2))
        met = always or draw.random() < 0.8 or not values
        clauses.append(f"f{fact}: [{', '.join([VALUES[0], *values] if met else values)}]")
    return f"{{{', '.join(clauses)}}}"


def _rule(draw: random.Random, i: int, criteria: int) -> str:
    codes = draw.sample(range(criteria), draw.randint(1, 3))
    levels = ", ".join(
        f"C{code}: {draw.choice(['3', f'{{at_least: {draw.randint(1, 3)}}}'])}" for code in codes
    )
    when = _condition(draw, always=False)
    return f"  - {{key: r{i}, title: Règle {i}, when: {when}, levels: {{{levels}}}, reason: Raison {i}.}}"
