"""What a restoration does to the database it replaces, and when it refuses to."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from jalon.storage import schema
from jalon.storage.backup import BackupError, found_in, opened_backup, require_unused, restore, write_backup
from jalon.storage.backup.server import _ONE_AT_A_TIME
from jalon.storage.backup.sqlite_file import _held, _set_aside
from jalon.storage.database import Database
from jalon.storage.schema import SchemaError, SchemaState
from support.backups import content, fill, rename_products, without_sign_ins
from support.postgres import fresh_database


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Name a file in a folder of its own."""
    (tmp_path / "sauvegardes").mkdir()
    return tmp_path / "sauvegardes" / "jalon.zip"


@pytest.fixture
def on_file(sqlite_url: str) -> Iterator[Database]:
    """Give an SQLite database with rows in every table."""
    with closing(Database(sqlite_url)) as database:
        fill(database)
        yield database


@pytest.fixture
def on_server(postgres: str) -> Iterator[Database]:
    """Give a PostgreSQL database with rows in every table."""
    with fresh_database(postgres) as url, closing(Database(url)) as database:
        schema.migrate(database)
        fill(database)
        yield database


def put_back(database: Database, path: Path) -> Path | None:
    """Restore a backup."""
    with opened_backup(path) as backup:
        return restore(database, backup, wait=0.05)


def where(database: Database) -> Path:
    """Give the file of a database."""
    assert database.file
    return database.file


# -- SQLite


def test_the_old_file_is_kept_aside(on_file: Database, target: Path) -> None:
    """The replaced database is kept whole, as one file, beside the new one; the new one has its rights."""
    write_backup(on_file, target)
    rename_products(on_file)
    old, file = content(on_file), where(on_file)
    file.chmod(0o640)
    aside = put_back(on_file, target)

    assert aside
    on_file.close()
    assert {"jalon.db", aside.name, "sauvegardes"} == {path.name for path in file.parent.iterdir()}
    assert aside.name.startswith("jalon.db.before-restore-")
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)
    with closing(Database(f"sqlite:///{aside}")) as kept:
        assert old == content(kept)


def test_each_old_file_has_its_own_name(on_file: Database, target: Path) -> None:
    """Restorations in the same second keep each what it replaced."""
    write_backup(on_file, target)
    names = {put_back(on_file, target) for _ in range(3)}

    assert 3 == len(names)


def test_an_empty_database_is_not_kept(on_file: Database, target: Path, tmp_path: Path) -> None:
    """On a new machine, the backup makes the database, and nothing is put aside."""
    write_backup(on_file, target)
    (tmp_path / "neuf").mkdir()
    with closing(Database(f"sqlite:///{tmp_path}/neuf/jalon.db")) as new:
        assert None is put_back(new, target)
        assert without_sign_ins(content(on_file)) == content(new)
    assert ["jalon.db"] == [path.name for path in (tmp_path / "neuf").iterdir()]
    assert 0o600 == stat.S_IMODE((tmp_path / "neuf" / "jalon.db").stat().st_mode)


def test_a_database_in_use_is_not_replaced(on_file: Database, target: Path) -> None:
    """While another connection is open, even idle, the restoration is refused and nothing changes."""
    write_backup(on_file, target)
    rename_products(on_file)
    with closing(Database(f"sqlite:///{where(on_file)}")) as portal:
        before = content(portal)  # its connection goes back to the pool, and stays open
        with pytest.raises(BackupError, match="ouverte par un autre programme"):
            require_unused(on_file, wait=0.05)
        with pytest.raises(BackupError, match="ouverte par un autre programme"):
            put_back(on_file, target)
        assert before == content(on_file)
    require_unused(on_file, wait=0.05)
    assert put_back(on_file, target)


def test_looking_whether_a_database_is_in_use_changes_nothing(on_file: Database) -> None:
    """The look leaves the file as it was, byte for byte."""
    on_file.close()
    before = where(on_file).read_bytes()
    require_unused(on_file)

    assert before == where(on_file).read_bytes()


def test_who_opens_the_old_file_at_the_last_moment_cannot_write_in_it(
    on_file: Database, target: Path, tmp_path: Path
) -> None:
    """A portal that opened the file just before it was replaced fails, rather than write in the old one."""
    on_file.close()
    file, new = where(on_file), tmp_path / "new.db"
    new.write_bytes(file.read_bytes())
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as late:
        with _held(file, 0):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                late.execute("PRAGMA journal_mode = WAL")
            file.rename(tmp_path / "aside.db")
            new.rename(file)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            late.execute("PRAGMA journal_mode = WAL")


@pytest.mark.parametrize("keep", [0, 100], ids=["all", "but its heading"])
def test_a_database_damaged_beyond_reading_is_replaced(on_file: Database, target: Path, keep: int) -> None:
    """A file that SQLite cannot read any more is kept aside with all it has, and the backup takes its place."""
    write_backup(on_file, target)
    before, file = without_sign_ins(content(on_file)), where(on_file)
    on_file.close()
    data = file.read_bytes()
    damaged = data[:keep] + b"\xff" * (len(data) - keep)
    file.write_bytes(damaged)
    with closing(Database(f"sqlite:///{file}")) as database:
        assert None is found_in(database).state
        require_unused(database)
        aside = put_back(database, target)

        assert before == content(database)
    assert aside
    assert damaged == aside.read_bytes()


def test_what_is_beside_a_damaged_database_goes_with_it(tmp_path: Path) -> None:
    """What SQLite left beside a damaged file is set aside too: it would be read into the new one."""
    for name in ("jalon.db", "jalon.db-wal", "jalon.db-shm"):
        (tmp_path / name).write_text(name, encoding="ascii")
    aside = _set_aside(tmp_path / "jalon.db").name

    expected = {"jalon.db", aside, f"{aside}-wal", f"{aside}-shm"}
    assert expected == {path.name for path in tmp_path.iterdir()}


def test_a_database_of_a_newer_version_is_replaced(on_file: Database, target: Path) -> None:
    """One goes back from a newer version by restoring: what it had made is kept aside."""
    write_backup(on_file, target)
    before = without_sign_ins(content(on_file))
    with on_file.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        session.execute(text("CREATE TABLE later (id INTEGER)"))
    assert SchemaState.NEWER is found_in(on_file).state

    assert put_back(on_file, target)
    assert before == content(on_file)
    schema.require_current(on_file)


def test_tables_of_others_are_not_replaced(on_file: Database, target: Path, tmp_path: Path) -> None:
    """A database that is not ours is refused: its address is wrong."""
    write_backup(on_file, target)
    with closing(Database(f"sqlite:///{tmp_path}/other.db")) as other:
        with other.writing() as session:
            session.execute(text("CREATE TABLE other (id INTEGER)"))
        with pytest.raises(SchemaError, match="ne sont pas celles de Jalon"):
            put_back(other, target)


# -- PostgreSQL


def test_tables_that_are_read_are_not_replaced(on_server: Database, target: Path) -> None:
    """While a transaction of others holds a table, the restoration gives up and nothing changes."""
    write_backup(on_server, target)
    rename_products(on_server)
    before = content(on_server)
    with closing(Database(on_server.engine.url.render_as_string(hide_password=False))) as portal:
        with portal.reading() as session:
            session.execute(text("SELECT * FROM product"))
            with pytest.raises(BackupError, match="utilisée par le portail"):
                put_back(on_server, target)
        assert before == content(on_server)
        put_back(on_server, target)


def test_two_restorations_do_not_mix(on_server: Database, target: Path) -> None:
    """While another restoration is in course, one more is refused."""
    write_backup(on_server, target)
    before = content(on_server)
    url = on_server.engine.url.render_as_string(hide_password=False)
    with closing(Database(url)) as other, other.writing() as session:
        session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME)))
        with pytest.raises(BackupError, match="Une autre restauration est en cours"):
            put_back(on_server, target)
    assert before == content(on_server)


def test_tables_of_others_stay_on_the_server(on_server: Database, target: Path) -> None:
    """Only our tables are replaced: those that share the database are not touched, nor saved."""
    with on_server.writing() as session:
        session.execute(text("CREATE TABLE other AS SELECT 1 AS id"))
    write_backup(on_server, target)
    put_back(on_server, target)

    with on_server.reading() as session:
        assert [1] == session.scalars(text("SELECT id FROM other")).all()


def test_references_are_checked_at_once_after_a_restoration(on_server: Database, target: Path) -> None:
    """What was put off while loading is put off no more: the constraints are those of the migrations."""
    query = text("SELECT conname FROM pg_constraint WHERE condeferrable ORDER BY conname")
    write_backup(on_server, target)
    put_back(on_server, target)

    with on_server.reading() as session:
        assert [] == session.scalars(query).all()


def test_a_server_of_another_version_is_not_replaced(on_server: Database, target: Path) -> None:
    """Tables of another version might stay behind: the restoration asks for an empty database."""
    write_backup(on_server, target)
    with on_server.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    before = content(on_server)

    with pytest.raises(BackupError, match="créez une base vide"):
        put_back(on_server, target)
    assert before == content(on_server)


def test_a_newer_database_is_not_saved(on_server: Database, target: Path) -> None:
    """A backup of a database that this version does not know would be wrong: refused with what to do."""
    with on_server.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    with pytest.raises(SchemaError, match="version plus récente"):
        write_backup(on_server, target)
    assert not target.exists()
