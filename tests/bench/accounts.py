"""Accounts: a tree of fifty, the matrix of fifty accounts and five hundred products, a trace of a year."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from figures import Figure, in_turns, noise, show
from sqlalchemy import event, insert

from jalon.domain.rights import AccountKind, Person
from jalon.plugins.registry import Plugins
from jalon.services.acting import Acting
from jalon.services.clock import system_clock
from jalon.services.lists import Given, give, matrix_of
from jalon.services.sealing import seal, verify
from jalon.services.trace import Actor
from jalon.storage import schema
from jalon.storage.database import Database
from jalon.storage.tables import Product, Subject, Trace, table_of
from jalon_web.factory import create_app
from jalon_web.settings import Settings
from support.services import make_account, make_organisation

ACCOUNTS, PRODUCTS, LINES, ROUNDS = 50, 500, 50_000, 20
PASSWORD: Final = "une phrase de passe"  # noqa: S105 - of an instance that lives as long as the bench


def measure() -> int:
    """Measure and print; say how many goals are missed."""
    with tempfile.TemporaryDirectory(prefix="jalon-bench-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'jalon.db'}")
        schema.migrate(database)
        head = _fill(database)
        missed = show("Accounts: 50 below, 500 products", *_pages(database, Path(folder), head))
        missed += show("Trace: 50,000 lines", *_trace(database))
        database.close()
        return missed


def _fill(database: Database) -> Person:
    organisation = make_organisation(database)
    head, _name = make_account(database, organisation, login="tete")
    for number in range(ACCOUNTS):
        make_account(database, organisation, login=f"compte.{number}", manager=head)
    with database.writing() as session:
        for number in range(PRODUCTS):
            subject = Subject(kind="product")
            session.add(subject)
            session.flush()
            row = {
                "reference": f"P-{number:04}",
                "name": f"Produit {number}",
                "name_key": f"produit {number:04}",
            }
            owner = {"organisation_id": organisation, "responsible_id": head, "created_by": head}
            session.add(Product(id=subject.id, version="1", **row, **owner))
    return Person(head, AccountKind.MEMBER, organisation, is_head=True)


def _pages(database: Database, folder: Path, head: Person) -> tuple[list[Figure], float]:
    app = create_app(
        Settings(folder, str(database.engine.url), "x" * 48), Plugins.load([]), database=database
    )
    client = app.test_client()
    form = client.get("/connexion").text
    token = form.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post("/connexion", data={"login": "tete", "password": PASSWORD, "csrf_token": token})
    calls: dict[str, Callable[[], Any]] = {
        "tree": lambda: client.get("/comptes").get_data(),
        "matrix": lambda: client.get("/comptes/produits").get_data(),
    }
    statements = {name: _counted(database, call) for name, call in calls.items()}
    gc.collect()
    measured = in_turns(calls, ROUNDS)
    size = len(calls["matrix"]()) // 1000
    figures = [
        Figure("page of the tree, median", measured["tree"].p50, note=f"{statements['tree']} statements"),
        Figure(
            "page of the matrix (50 × 50 shown), median",
            measured["matrix"].p50,
            note=f"{statements['matrix']} statements, {size} kB",
        ),
        Figure("SQL statements of a page", max(statements.values()), "", 8),
        Figure("matrix of 50 × 500 read", _timed(lambda: _matrix(database, head))),
        Figure("2,500 products given at once", _timed(lambda: _give(database, head))),
    ]
    return figures, noise(measured)


def _matrix(database: Database, head: Person) -> None:
    with database.reading() as session:
        matrix_of(session, head)


def _give(database: Database, head: Person) -> None:
    with database.reading() as session:
        found = matrix_of(session, head)
    pairs = [Given(product.id, account.id) for product in found.products[:50] for account in found.accounts]
    with database.writing() as session:
        give(Acting(session, head, Actor(head.account_id, "tête"), system_clock()), pairs, [])


def _trace(database: Database) -> tuple[list[Figure], float]:
    line = {
        "action": "signed-in",
        "account_name": "Zoé",
        "object_kind": "",
        "object_id": "",
        "address": "::1",
    }
    rows = [{**line, "at": system_clock(), "detail": {}} for _ in range(LINES)]
    with database.writing() as session:
        session.execute(insert(table_of(Trace)), rows)
    figures = [
        Figure("seal", _timed(lambda: seal(database, system_clock()))),
        Figure("verify", _timed(lambda: verify(database))),
    ]
    return figures, 0.0


def _timed(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - begun)


def _counted(database: Database, call: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    call()
    event.remove(database.engine, "before_cursor_execute", note)
    return sum(not each.startswith("BEGIN") for each in seen)
