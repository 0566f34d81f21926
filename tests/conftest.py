"""What tests share: tiny referentials loaded as plugins, and products evaluated with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

pytest.register_assert_rewrite("support")  # before anything of it is imported

from jalon import testing
from jalon.plugins import discovery
from jalon.plugins.registry import Plugins
from jalon.storage import schema
from jalon.storage.database import Database
from support.postgres import fresh_database, served

REFERENTIALS = Path(__file__).parent / "referentials"

EXTRA = """\
jalon: 1
key: {key}
title: Référentiel {key}
edition: "1.0"
effective: 2021-12-23
publisher: {{name: Jalon}}
requires: {{base: ">=2021.12"}}
touches: [base]
"""

Load = Callable[..., Plugins]
Evaluate = Callable[..., dict[str, Any]]


@pytest.fixture
def referentials() -> Path:
    """Give the folder of tiny referentials."""
    return REFERENTIALS


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load tiny referentials by name, referentials written as text (by key), and objects with hooks."""

    def loaded(
        *names: str, texts: Mapping[str, str] | None = None, objects: Mapping[str, object] | None = None
    ) -> Plugins:
        paths = [REFERENTIALS / f"{name}.yaml" for name in names]
        for key, text in (texts or {}).items():
            path = tmp_path / f"{key}.yaml"
            path.write_text(
                text if text.startswith("jalon:") else EXTRA.format(key=key) + text, encoding="utf-8"
            )
            paths.append(path)
        given = [testing.plugin_of(value, name) for name, value in (objects or {}).items()]
        return Plugins([*discovery.bare_files(paths), *given])

    return loaded


@pytest.fixture
def evaluate(load: Load) -> Evaluate:
    """Evaluate a product with the `base` referential and extra rules on it."""

    def evaluated(
        profile: Mapping[str, Any] | None = None,
        answers: Mapping[str, Any] | None = None,
        *,
        rules: str = "",
        facts: str = "",
        others: Iterable[str] = (),
        objects: Mapping[str, object] | None = None,
        day: str | None = None,
    ) -> dict[str, Any]:
        content = (f"facts:\n{facts}\n" if facts else "") + (f"rules:\n{rules}\n" if rules else "")
        plugins = load("base", *others, texts={"extra": content} if content else {}, objects=objects)
        faults = [f"{each.name}: {each.reason} {each.diagnostics}" for each in plugins.all if each.reason]
        assert not faults, faults
        return testing.evaluate(profile or {}, answers, day=day, plugins=plugins)

    return evaluated


@pytest.fixture
def rule() -> Callable[..., str]:
    """Write one rule as a line of a referential file."""

    def written(key: str, when: str, *, levels: str = "{}", facts: str = "{}") -> str:
        return (
            f"  - {{key: {key}, title: Règle {key}, when: {when}, levels: {levels}, facts: {facts}, "
            f"reason: Raison de {key}.}}"
        )

    return written


# -- databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give a PostgreSQL where databases may be created (one for each worker)."""
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> Iterator[str]:
    """Name a PostgreSQL database with every table, to copy from."""
    with fresh_database(postgres) as url:
        database = Database(url)
        schema.migrate(database)
        database.close()
        yield make_url(url).database or ""


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the content of an SQLite file with every table, to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "jalon.db"
    database = Database(f"sqlite:///{path}")
    schema.migrate(database)
    database.close()
    return path.read_bytes()


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: bytes) -> str:
    """Give the address of an SQLite database with every table and no row."""
    path = tmp_path / "jalon.db"
    path.write_bytes(migrated_sqlite)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a database with every table, on SQLite then on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    template = request.getfixturevalue("migrated_postgres")
    with fresh_database(request.getfixturevalue("postgres"), template=template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a database with every table, on SQLite then on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()
