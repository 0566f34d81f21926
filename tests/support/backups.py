"""A database with rows in every table, and ways to look at it whole and to damage a backup of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from argon2 import PasswordHasher
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from jalon.domain.levels import NA
from jalon.services.accounts import NewAccount, create_account, create_organisation
from jalon.services.passwords import Passwords
from jalon.services.trace import Actor, record
from jalon.storage.backup.form import LEFT_OUT, kind_of
from jalon.storage.database import Database
from jalon.storage.tables import (
    METADATA,
    Account,
    AccountLink,
    AccountSession,
    AnswerRow,
    AnswerVersion,
    DraftScore,
    EditionApplied,
    EvaluationRow,
    FrozenPlugin,
    Job,
    Justification,
    PluginSwitch,
    Product,
    ProductBase,
    ProductRequest,
    ProductShare,
    ProfileRevision,
    RecoveryCode,
    Registration,
    Revision,
    RevisionScore,
    Setting,
    SignInFailure,
    StoredReferential,
    Subject,
    Table,
    TraceExpiry,
    TraceSeal,
    table_of,
)

AT: Final = datetime(2022, 1, 20, 9, 0, 0, 123456, tzinfo=UTC)
TEXT: Final = "L’été à Nîmes : « 3 % »\nSuite\t\U0001f9ea \u2028 \"'\\"
DOCUMENT: Final = {"é": [1, 2.5, None, True, {"": "\u2028"}], "grand": 2**60, "vide": {}}
PASSWORDS: Final = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

Content = dict[str, list[tuple[Any, ...]]]
Files = dict[str, bytes]


def fill(database: Database) -> None:
    """Put rows in every table; an account and a product refer to others that come after them."""
    with database.writing() as session:
        organisation = create_organisation(session, TEXT.splitlines()[0]).id or 0
        accounts = [_account(session, f"compte{number}", organisation) for number in range(3)]
        products = [_product(session, number, organisation, accounts[0]) for number in range(3)]
        session.execute(_refer(Account, accounts[0], manager_id=accounts[2]))
        session.execute(_refer(Product, products[0], origin_id=products[2]))
        every = (_rows, _later_rows)
        for row in chain.from_iterable(make(organisation, accounts, products) for make in every):
            session.add(row)
            session.flush()
        record(session, AT, Actor(accounts[0], TEXT, "::1"), "signed-in", ("account", 1), how=DOCUMENT)


def _account(session: Session, login: str, organisation: int) -> int:
    new = NewAccount(login, login, f"{login}@exemple.fr", "une phrase de passe", organisation_id=organisation)
    return create_account(session, new, PASSWORDS).id or 0


def _product(session: Session, number: int, organisation: int, responsible: int) -> int:
    subject = Subject(kind="product", stamp=number)
    session.add(subject)
    session.flush()
    product = Product(
        id=subject.id,
        organisation_id=organisation,
        reference=f"P{number}",
        name=TEXT,
        name_key=f"p{number}",
        version="",
        editions=["a", "é"],
        responsible_id=responsible,
        created_by=responsible,
        archived_at=AT if number else None,
    )
    session.add(product)
    session.flush()
    return subject.id or 0


def _refer(table: type[Table], number: int, **values: int) -> Any:
    return update(table_of(table)).where(table_of(table).c.id == number).values(values)


def _rows(organisation: int, accounts: list[int], products: list[int]) -> Iterator[Table]:
    one = {"subject_id": products[0], "referential": "base"}
    signed = {"author_id": accounts[1], "saved_at": AT}
    score = {"axis": "", "total": 5, "counted": 2, "applicable": 3, "answered": 2, "not_applicable": 1}
    yield _row(StoredReferential, digest="d", key="base", edition="1", holder="jalon", content=TEXT)
    for code, level in (("A1", 0), ("A2", NA), ("A3", None)):
        comment, support = TEXT, ["base/r"]
        answer = {
            **one,
            "criterion": code,
            "version": 1,
            "level": level,
            "comment": comment,
            "support": support,
        }
        yield _row(AnswerRow, **answer, **signed, set_aside_at=AT)
        yield _row(AnswerVersion, **answer, **signed, act="answered")
    yield _row(Justification, **one, criterion="A1", key="k", text=TEXT, **signed)
    yield _row(EvaluationRow, subject_id=products[0], stamp=0, document=DOCUMENT, evaluated_at=AT)
    yield _row(DraftScore, subject_id=products[0], questionnaire="base/q", to_confirm=0, **score)
    yield _row(PluginSwitch, plugin="base", is_on=True, author_id=accounts[0])
    yield _row(PluginSwitch, plugin="base", is_on=False, organisation_id=organisation)
    yield _row(FrozenPlugin, subject_id=products[0], plugin="base", reason=TEXT, last=DOCUMENT)
    yield _row(EditionApplied, **one, edition="1", digest="d")
    yield _row(ProductBase, option_id=products[1], base_id=products[0])
    yield _row(ProductShare, product_id=products[0], account_id=accounts[2])
    yield _row(ProfileRevision, product_id=products[0], number=1, facts=DOCUMENT, author_id=accounts[0])
    validated = {"subject_id": products[0], "questionnaire": "base/q", "number": 1, "document": DOCUMENT}
    named = {"author_id": accounts[0], "author_name": TEXT, "edition": "1", "referential_digest": "d"}
    yield _row(Revision, id=7, **validated, **named, checksum="c")
    yield _row(RevisionScore, revision_id=7, **score)
    yield _row(Job, id=40, kind="evaluate", argument=DOCUMENT, key="k", finished_at=AT + timedelta(days=1))
    yield _row(TraceSeal, id=1, first_id=1, last_id=1, previous="", digest="d")
    yield _row(Setting, key="clé", value=TEXT)
    yield _row(AccountSession, token_digest="t", account_id=accounts[0])  # noqa: S106 - no secret
    yield _row(SignInFailure, key="k", failures=2)


def _later_rows(organisation: int, accounts: list[int], products: list[int]) -> Iterator[Table]:
    yield _row(AccountLink, token_digest="t", account_id=accounts[0], purpose="invitation")  # noqa: S106
    yield _row(RecoveryCode, account_id=accounts[0], digest="d")
    yield _row(Registration, organisation=TEXT, decided_by=accounts[0], organisation_id=organisation)
    yield _row(ProductRequest, account_id=accounts[1], decided_by=accounts[0], product_id=products[0])
    yield _row(TraceExpiry, seal_id=1, expired_at=AT)


def _row(table: type[Table], **values: Any) -> Table:
    """Make a row; columns that came later and may not be empty get something to hold."""
    samples = {bool: True, int: 1, str: TEXT, datetime: AT, dict: DOCUMENT}
    needed = {name for name, field in table.model_fields.items() if field.is_required()} - values.keys()
    return table(**values, **{name: samples[kind_of(table_of(table).columns[name])] for name in needed})


# -- looking at it


def content(database: Database) -> Content:
    """Read every table whole."""
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }


def without_sign_ins(whole: Content) -> Content:
    """Leave out what no backup holds."""
    return whole | {table: [] for table in LEFT_OUT}


def rename_products(database: Database) -> None:
    """Change what a database holds."""
    with database.writing() as session:
        session.execute(update(table_of(Product)).values(name="changé"))
        record(session, AT, Actor(None, "test"), "changed")


@contextmanager
def before_statement(wanted: Callable[[str], bool], then: Callable[[], None]) -> Iterator[None]:
    """Do something just before the first statement that is wanted, on whatever database."""
    done: list[str] = []

    def look(_connection: Any, cursor: Any, statement: str, *_others: Any) -> None:
        if done or not wanted(statement):
            return
        done.append(statement)
        try:
            then()
        except BaseException:
            cursor.close()  # nobody else would
            raise

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield
        assert done, "no such statement"
    finally:
        event.remove(Engine, "before_cursor_execute", look)


# -- damaging a backup


def files_of(path: Path) -> Files:
    """Read every file of a backup."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a backup anew."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def set_manifest(files: Files, **values: Any) -> None:
    """Change what the manifest says."""
    manifest = json.loads(files["manifest.json"]) | values
    files["manifest.json"] = json.dumps(manifest).encode()


def set_lines(files: Files, table: str, lines: bytes) -> None:
    """Replace the lines of a table, and sign them in the manifest as if they were right."""
    files[f"{table}.jsonl"] = lines
    tables = json.loads(files["manifest.json"])["tables"]
    entry = {"rows": len(lines.splitlines()), "sha256": sha256(lines).hexdigest()}
    set_manifest(files, tables=tables | {table: entry})
