"""Backups: what they hold, that they are of one moment, that they come back whole on any database."""

from __future__ import annotations

import json
import resource
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from jalon.storage import schema
from jalon.storage.backup import BackupError, opened_backup, restore, write_backup
from jalon.storage.backup.form import LEFT_OUT, kind_of
from jalon.storage.database import Database
from jalon.storage.tables import METADATA, Job, Product, Setting, Subject, Trace, table_of
from support.backups import (
    AT,
    before_statement,
    content,
    files_of,
    fill,
    rename_products,
    without_sign_ins,
)
from support.postgres import fresh_database

PATIENCE = 20


@pytest.fixture
def filled(database: Database) -> Database:
    """Give a database with rows in every table."""
    fill(database)
    return database


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Name a file in a folder of its own."""
    (tmp_path / "sauvegardes").mkdir()
    return tmp_path / "sauvegardes" / "jalon.zip"


def put_back(database: Database, path: Path) -> Path | None:
    """Restore a backup."""
    with opened_backup(path) as backup:
        return restore(database, backup, wait=0.05)


def test_every_table_comes_back(filled: Database, target: Path) -> None:
    """Every row of every table is as it was, and only those: what was done since is gone, sign-ins too."""
    before = content(filled)
    assert not [table for table, rows in before.items() if not rows]

    written = write_backup(filled, target)
    rename_products(filled)
    put_back(filled, target)

    assert without_sign_ins(before) == content(filled)
    schema.require_current(filled)
    kept = [rows for table, rows in before.items() if table not in LEFT_OUT]
    expected = (len(kept), sum(map(len, kept)), target.stat().st_size)
    assert expected == (written.tables, written.rows, written.size)


@pytest.mark.parametrize("to_postgres", [True, False], ids=["to_postgresql", "to_sqlite"])
def test_an_instance_moves_to_another_kind_of_database(
    sqlite_url: str, postgres: str, target: Path, *, to_postgres: bool
) -> None:
    """A backup of SQLite is restored in an empty PostgreSQL, and the other way round, equal in each row."""
    with fresh_database(postgres) as server_url:
        file, server = Database(sqlite_url), Database(server_url)
        old, new = (file, server) if to_postgres else (server, file)
        schema.migrate(server if not to_postgres else file)
        fill(old)
        write_backup(old, target)
        put_back(new, target)

        assert without_sign_ins(content(old)) == content(new)
        schema.require_current(new)
        for each in (file, server):
            each.close()


def test_new_rows_are_numbered_after_those_restored(filled: Database, target: Path) -> None:
    """After a restoration, rows that are added take the numbers that follow."""
    write_backup(filled, target)
    put_back(filled, target)

    with filled.writing() as session:
        session.add_all([Subject(kind="product"), Job(kind="evaluate"), Trace(action="added")])
    with filled.reading() as session:
        last = [session.scalar(select(func.max(table_of(each).c.id))) for each in (Subject, Job, Trace)]
    assert [5, 41, 2] == last


def test_the_trace_refuses_changes_after_a_restoration(filled: Database, target: Path) -> None:
    """The database made anew refuses to change the trace, as before."""
    write_backup(filled, target)
    put_back(filled, target)

    with pytest.raises(DBAPIError, match="append-only"), filled.writing() as session:
        session.execute(update(table_of(Trace)).values(action="other"))


def test_a_backup_can_be_restored_twice(filled: Database, target: Path) -> None:
    """What a restoration made can be saved, changed and restored again."""
    write_backup(filled, target)
    put_back(filled, target)
    before = content(filled)
    write_backup(filled, target, force=True)
    rename_products(filled)
    put_back(filled, target)

    assert before == content(filled)


def test_a_backup_is_of_one_moment(filled: Database, target: Path) -> None:
    """What another connection writes while a backup is written is in none of its tables."""
    before = without_sign_ins(content(filled))
    begun, done = Event(), Event()

    def write() -> None:
        assert begun.wait(PATIENCE)
        rename_products(filled)  # a table that is read later, and one that was read already
        done.set()

    def let_write() -> None:
        begun.set()
        assert done.wait(PATIENCE)

    writer = Thread(target=write, daemon=True)
    writer.start()
    with before_statement(lambda sql: "FROM organisation" in sql, let_write):
        write_backup(filled, target)
    writer.join(PATIENCE)
    changed = content(filled)
    put_back(filled, target)

    assert before != changed
    assert before == content(filled)


def test_people_save_while_a_backup_is_written(filled: Database, target: Path) -> None:
    """A backup in course keeps nobody from writing."""

    def save() -> None:
        with filled.writing() as session:
            session.add(Setting(key="saved", value="meanwhile"))

    with before_statement(lambda sql: "FROM organisation" in sql, save):
        write_backup(filled, target)

    with filled.reading() as session:
        assert session.get(Setting, "saved")


def test_a_backup_is_private_and_holds_no_sign_in(filled: Database, target: Path) -> None:
    """Only its owner reads the file; it holds neither sessions nor failed sign-ins, and says what it holds."""
    write_backup(filled, target)
    files = files_of(target)
    manifest = json.loads(files["manifest.json"])

    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    expected = {f"{table}.jsonl" for table in METADATA.tables.keys() - LEFT_OUT} | {"manifest.json"}
    assert expected == files.keys()
    assert (1, schema.head(), 3) == (
        manifest["format"],
        manifest["revision"],
        manifest["tables"]["account"]["rows"],
    )
    line = json.loads(files["answer.jsonl"].splitlines()[1])
    assert (-1, AT.isoformat(), ["base/r"]) == (line["level"], line["saved_at"], line["support"])


def test_a_backup_is_of_the_tables_as_they_are(filled: Database, target: Path) -> None:
    """What is saved is what the database has, not what the code expects: an older database is saved whole."""
    with filled.writing() as session:
        session.execute(text("ALTER TABLE setting ADD COLUMN former VARCHAR DEFAULT 'x'"))
    write_backup(filled, target)

    assert "x" == json.loads(files_of(target)["setting.jsonl"])["former"]
    with pytest.raises(BackupError, match="les colonnes ne sont pas celles de la table setting"):
        put_back(filled, target)


def test_every_column_can_be_kept() -> None:
    """Whatever a new table brings, its columns have types that a backup knows how to write and read."""
    kinds = {kind_of(column) for table in METADATA.tables.values() for column in table.columns}

    assert {"bool", "int", "str", "datetime", "dict"} == {kind.__name__ for kind in kinds}


def test_an_existing_file_is_kept(filled: Database, target: Path) -> None:
    """A file of that name is refused and stays as it is, unless forced; forced, only a backup is replaced."""
    target.write_text("précieux", encoding="utf-8")
    with pytest.raises(BackupError, match="existe déjà"):
        write_backup(filled, target)
    with pytest.raises(BackupError, match="malgré --force"):
        write_backup(filled, target, force=True)
    assert "précieux" == target.read_text(encoding="utf-8")

    target.unlink()
    write_backup(filled, target)
    first = target.read_bytes()
    rename_products(filled)
    write_backup(filled, target, force=True)
    assert first != target.read_bytes()


def test_a_forced_backup_never_replaces_the_database(sqlite_url: str) -> None:
    """The name of the database itself is refused, even forced."""
    database = Database(sqlite_url)
    file = database.file
    assert file

    with pytest.raises(BackupError, match="n’est pas une sauvegarde"):
        write_backup(database, file, force=True)
    schema.require_current(database)
    database.close()


def test_a_folder_that_cannot_be_written_is_told(filled: Database, target: Path) -> None:
    """A folder that does not exist is refused with what to do."""
    with pytest.raises(BackupError, match=r"ne peut pas être écrite.*Choisissez un dossier"):
        write_backup(filled, target.parent / "absent" / "jalon.zip")


def names_in(folder: Path) -> set[str]:
    """List the files of a folder."""
    return {path.name for path in folder.iterdir()}


def stop() -> None:
    """Stand for whatever ends a program in the middle."""
    raise KeyboardInterrupt


def test_an_interrupted_backup_leaves_no_file(filled: Database, target: Path) -> None:
    """Stopped in the middle, a backup leaves nothing behind, and the earlier one as it was."""
    with (
        pytest.raises(KeyboardInterrupt),
        before_statement(lambda sql: "FROM revision" in sql, stop),
    ):
        write_backup(filled, target)
    assert set() == names_in(target.parent)

    write_backup(filled, target)
    first = target.read_bytes()
    with (
        pytest.raises(KeyboardInterrupt),
        before_statement(lambda sql: "FROM revision" in sql, stop),
    ):
        write_backup(filled, target, force=True)
    assert ({"jalon.zip"}, first) == (names_in(target.parent), target.read_bytes())


def test_a_database_that_cannot_be_read_whole_is_told(filled: Database, target: Path) -> None:
    """Where reading fails in the middle, there is no backup rather than a part of one."""

    def fail() -> None:
        raise SQLAlchemyError("damaged")

    with (
        pytest.raises(BackupError, match=r"damaged\. Aucune sauvegarde n’est écrite"),
        before_statement(lambda sql: "FROM revision" in sql, fail),
    ):
        write_backup(filled, target)
    assert set() == names_in(target.parent)


def test_a_full_disk_is_told_and_leaves_no_file(filled: Database, target: Path) -> None:
    """Where the file cannot grow, the backup is refused with what to do, and nothing is left."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, usual[1]))
    try:
        with pytest.raises(BackupError, match="assez de place"):
            write_backup(filled, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert set() == names_in(target.parent)


@pytest.fixture
def heavy(filled: Database) -> Database:
    """Add rows that weigh twelve megabytes together."""
    detail = {"text": "x" * 4000}
    rows = [{"at": AT, "account_name": "", "action": "a", "object_kind": "", "object_id": "", "address": ""}]
    with filled.writing() as session:
        session.execute(insert(table_of(Trace)), [each | {"detail": detail} for each in rows * 3000])
    return filled


def test_memory_stays_flat(heavy: Database, target: Path) -> None:
    """Neither a backup nor a restoration holds more than a part of the rows at once."""

    def peak(task: Callable[[], object]) -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        task()
        return tracemalloc.get_traced_memory()[1] - before

    write_backup(heavy, target)  # what is made once and kept
    put_back(heavy, target)
    tracemalloc.start()
    try:
        peaks = [
            peak(lambda: write_backup(heavy, target, force=True)),
            peak(lambda: put_back(heavy, target)),
        ]
    finally:
        tracemalloc.stop()
    assert [True, True] == [each < 9_000_000 for each in peaks], peaks


def test_a_restoration_that_fails_changes_nothing(filled: Database, target: Path) -> None:
    """Stopped in the middle, whether by the database or from outside, a restoration leaves all as it was."""
    write_backup(filled, target)
    rename_products(filled)
    before, beside = content(filled), names_in(target.parent.parent)

    def refuse() -> None:
        raise SQLAlchemyError("no room")

    with (
        pytest.raises(BackupError, match=r"no room\. Rien n’a été changé"),
        before_statement(lambda sql: sql.startswith("INSERT INTO revision "), refuse),
    ):
        put_back(filled, target)
    assert before == content(filled)

    with (
        pytest.raises(KeyboardInterrupt),
        before_statement(lambda sql: sql.startswith("INSERT INTO revision "), stop),
    ):
        put_back(filled, target)
    assert before == content(filled)
    filled.close()
    assert beside - {"jalon.db-wal", "jalon.db-shm"} == names_in(target.parent.parent)
    with filled.reading() as session:
        assert "changé" == session.scalar(select(table_of(Product).c.name).limit(1))
