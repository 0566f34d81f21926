"""The form of a database: made by migrations, compared with the code, refused where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from jalon.storage import schema
from jalon.storage.database import Database
from jalon.storage.schema import SchemaError, SchemaState
from jalon.storage.tables import METADATA
from support.postgres import fresh_database

NEWER = "9999"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Open an empty database, on SQLite then on PostgreSQL."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    with fresh_database(request.getfixturevalue("postgres")) as url:
        database = Database(url)
        yield database
        database.close()


def run(database: Database, statement: str) -> None:
    """Run a statement as written."""
    with database.writing() as session:
        session.execute(text(statement))


def test_migrations_make_the_tables_of_the_code(database: Database) -> None:
    """Tables made by migrations are those the code declares, down to indexes, defaults and constraints."""
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert [] == compare_metadata(context, METADATA)
        found = inspect(connection)
        for table in METADATA.sorted_tables:
            foreign = {tuple(each["constrained_columns"]) for each in found.get_foreign_keys(table.name)}
            declared = {tuple(each.column_keys) for each in table.foreign_key_constraints}
            assert declared == foreign, table.name
            keys = found.get_pk_constraint(table.name)["constrained_columns"]
            assert [column.name for column in table.primary_key] == keys


def test_empty_then_current(empty: Database) -> None:
    """An empty database is named so and refused with the command to type; migrating makes it current."""
    assert SchemaState.EMPTY == schema.state_of(empty)
    with pytest.raises(SchemaError, match="jalon migrate") as refused:
        schema.require_current(empty)
    assert SchemaState.EMPTY == refused.value.state
    assert SchemaState.EMPTY == schema.migrate(empty)
    assert SchemaState.CURRENT == schema.state_of(empty)
    schema.require_current(empty)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    """A database that is current stays as it is."""
    run(database, "INSERT INTO setting (key, value) VALUES ('a', 'b')")
    assert SchemaState.CURRENT == schema.migrate(database)
    with database.reading() as session:
        assert ["b"] == list(session.scalars(text("SELECT value FROM setting")))


def test_foreign_keys_are_checked_after_a_migration(empty: Database) -> None:
    """Migrating leaves no connection on which a reference to nothing would be kept."""
    schema.migrate(empty)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        run(empty, "INSERT INTO product_share (product_id, account_id) VALUES (1, 1)")


def test_newer_is_refused(database: Database) -> None:
    """A database brought up to date by a later version is refused, with what to install; nothing changes."""
    run(database, f"UPDATE alembic_version SET version_num = '{NEWER}'")  # noqa: S608
    assert SchemaState.NEWER == schema.state_of(database)
    for use in (schema.require_current, schema.migrate):
        with pytest.raises(SchemaError, match=r"pip install --upgrade jalon.*jalon restore") as refused:
            use(database)
        assert SchemaState.NEWER == refused.value.state
    with database.reading() as session:
        assert NEWER == session.scalar(text("SELECT version_num FROM alembic_version"))


def test_foreign_is_refused(empty: Database) -> None:
    """A database with the tables of something else is refused and left as it is."""
    run(empty, "CREATE TABLE recipe (id INTEGER PRIMARY KEY)")
    assert SchemaState.FOREIGN == schema.state_of(empty)
    for use in (schema.require_current, schema.migrate):
        with pytest.raises(SchemaError, match="jalon migrate") as refused:
            use(empty)
        assert SchemaState.FOREIGN == refused.value.state
    assert ["recipe"] == inspect(empty.engine).get_table_names()


def test_older_is_refused_then_migrated(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A database of the last version is older once a migration is added: refused, then brought up to date."""
    (tmp_path / "versions").mkdir()
    for source in schema._MIGRATIONS.rglob("*.py"):
        (tmp_path / source.relative_to(schema._MIGRATIONS)).write_text(source.read_text("utf-8"), "utf-8")
    last = schema.head()
    (tmp_path / "versions" / "next.py").write_text(
        f'from alembic import op\nrevision, down_revision = "{NEWER}", "{last}"\n'
        "branch_labels = depends_on = None\n"
        'def upgrade():\n    op.execute("CREATE TABLE added (id INTEGER PRIMARY KEY)")\n',
        "utf-8",
    )
    monkeypatch.setattr(schema, "_MIGRATIONS", tmp_path)
    assert SchemaState.OLDER == schema.state_of(database)
    with pytest.raises(SchemaError, match=r"jalon backup.*jalon migrate"):
        schema.require_current(database)
    assert SchemaState.OLDER == schema.migrate(database)
    schema.require_current(database)
    assert "added" in inspect(database.engine).get_table_names()


def test_a_migration_that_fails_leaves_nothing(
    empty: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A migration that raises half-way leaves the database as it was."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text((schema._MIGRATIONS / "env.py").read_text("utf-8"), "utf-8")
    (tmp_path / "versions" / "first.py").write_text(
        'from alembic import op\nrevision, down_revision = "0001", None\n'
        "branch_labels = depends_on = None\n"
        "def upgrade():\n"
        '    op.execute("CREATE TABLE half (id INTEGER PRIMARY KEY)")\n'
        '    raise RuntimeError("half-way")\n',
        "utf-8",
    )
    monkeypatch.setattr(schema, "_MIGRATIONS", tmp_path)
    with pytest.raises(RuntimeError, match="half-way"):
        schema.migrate(empty)
    assert [] == inspect(empty.engine).get_table_names()


@pytest.mark.parametrize(
    "content", [b"this is no database at all\n" * 40, b"SQLite format 3\x00" + b"\xff" * 600]
)
def test_an_unreadable_file_is_told(tmp_path: Path, content: bytes) -> None:
    """A file that is no database is refused with a message, not with a trace."""
    path = tmp_path / "broken.db"
    path.write_bytes(content)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(SchemaError, match="inaccessible"):
        schema.state_of(database)
    database.close()


def test_an_unreachable_database_is_told(tmp_path: Path) -> None:
    """A folder that is missing or a server that does not answer are refused with a message."""
    for url in (
        f"sqlite:///{tmp_path / 'missing' / 'jalon.db'}",
        f"postgresql+psycopg://nobody@/none?host={tmp_path}",
    ):
        database = Database(url)
        with pytest.raises(SchemaError, match="inaccessible"):
            schema.require_current(database)
        database.close()
