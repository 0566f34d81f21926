"""What tests of the command line and of pages start with: the command, a file to evaluate, a portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.engine import make_url

from jalon.plugins.registry import Plugins
from jalon.storage.database import Database
from jalon_web.cli import main
from jalon_web.factory import create_app
from jalon_web.settings import Settings
from support.command import Run
from support.portal import SECRET, MakeSite, Site, Ticking, cheap_passwords, fill
from support.postgres import fresh_database


@pytest.fixture
def run() -> Run:
    """Run the command in this process, with the installed plugins."""

    def ran(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return ran


@pytest.fixture
def product(tmp_path: Path) -> Callable[[str], Path]:
    """Write a file to evaluate."""

    def written(text: str) -> Path:
        path = tmp_path / "produit.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


# -- portals


@pytest.fixture(scope="session")
def installed() -> Plugins:
    """Load the installed plugins, once."""
    return Plugins.load()


@pytest.fixture(scope="session")
def demo_sqlite(tmp_path_factory: pytest.TempPathFactory, installed: Plugins) -> bytes:
    """Give the content of an SQLite file with the demonstration data, to copy from."""
    path = tmp_path_factory.mktemp("demo") / "jalon.db"
    fill(f"sqlite:///{path}", installed)
    return path.read_bytes()


@pytest.fixture(scope="session")
def demo_postgres(postgres: str, installed: Plugins) -> Iterator[str]:
    """Name a PostgreSQL database with the demonstration data, to copy from."""
    with fresh_database(postgres) as url:
        fill(url, installed)
        yield make_url(url).database or ""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Keep templates compiled from one portal to the next."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture
def make_site(
    tmp_path: Path, request: pytest.FixtureRequest, installed: Plugins, compiled: BytecodeCache
) -> Iterator[MakeSite]:
    """Make portals: `url` for a database other than a copy of the demonstration, others as settings."""
    with ExitStack() as stack:
        made: list[Site] = []

        def make(*, url: str = "", plugins: Plugins | None = None, **settings: Any) -> Site:
            if not url:
                path = tmp_path / f"demo-{len(made)}.db"
                path.write_bytes(request.getfixturevalue("demo_sqlite"))
                url = f"sqlite:///{path}"
            values = {"instance": tmp_path, "database_url": url, "secret": SECRET} | settings
            database, clock = Database(url), Ticking()
            stack.callback(database.close)
            app = create_app(
                Settings(**values),
                installed if plugins is None else plugins,
                database=database,
                passwords=cheap_passwords(),
                clock=clock,
            )
            app.jinja_env.bytecode_cache = compiled
            made.append(Site(app, database, clock))
            return made[-1]

        yield make


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """Make a portal with the demonstration data, on SQLite."""
    return make_site()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_site(request: pytest.FixtureRequest, make_site: MakeSite) -> Iterator[Site]:
    """Make a portal with the demonstration data, on SQLite then on PostgreSQL."""
    if request.param == "sqlite":
        yield make_site()
        return
    template = request.getfixturevalue("demo_postgres")
    with fresh_database(request.getfixturevalue("postgres"), template=template) as url:
        yield make_site(url=url)
