"""Two ways to work in a database: what is read is never kept, what is written is kept whole, several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from jalon.storage.database import Database, DatabaseAddressError
from jalon.storage.tables import Job, Setting, Subject, Trace, TraceSeal, table_of
from support.services import START, rows_of, together, wait_for

SUBJECT = table_of(Subject)
SETTING = table_of(Setting)


def test_sqlite_is_set_for_safety(sqlite_url: str) -> None:
    """Every connection to SQLite works in WAL, flushes each commit and checks references."""
    database = Database(sqlite_url)
    with database.reading() as first, database.reading() as second, database.writing() as third:
        for session in (first, second, third):
            found = [
                session.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert ["wal", 2, 1] == found
    database.close()


def test_writing_keeps_all_or_nothing(database: Database) -> None:
    """A block that ends keeps everything; one that raises, whatever it raises, keeps nothing."""
    with database.writing() as session:
        session.add(Setting(key="kept", value=""))

    def fail(error: BaseException) -> None:
        with database.writing() as session:
            session.add(Setting(key="lost", value=""))
            session.flush()
            session.execute(insert(SETTING).values(key="lost too", value=""))
            raise error

    for error in (ValueError("non"), KeyboardInterrupt(), SystemExit()):
        with pytest.raises(type(error)):
            fail(error)
    assert ["kept"] == [row["key"] for row in rows_of(database, Setting)]


def test_reading_keeps_nothing(database: Database) -> None:
    """What is changed while reading is not kept, by objects nor by statements."""
    with database.writing() as session:
        session.add(Setting(key="a", value="before"))
    with database.reading() as session:
        found = session.scalars(select(Setting)).one()
        found.value = "after"
        session.add(Setting(key="b", value=""))
        session.flush()
        session.execute(update(SETTING).values(value="after"))
    assert [("a", "before")] == [(row["key"], row["value"]) for row in rows_of(database, Setting)]


def test_references_are_checked(database: Database) -> None:
    """A reference to nothing is refused."""
    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(text("INSERT INTO product_share (product_id, account_id) VALUES (98, 99)"))


def test_read_then_write_from_several_threads(database: Database) -> None:
    """Threads that read then write the same row all succeed, and none of their changes is lost."""
    with database.writing() as session:
        session.execute(insert(SUBJECT).values(id=1, kind="product", stamp=0))

    def add_one() -> None:
        with database.writing() as session:
            query = select(SUBJECT.c.stamp).where(SUBJECT.c.id == 1).with_for_update()
            stamp = session.scalars(query).one()
            session.execute(update(SUBJECT).values(stamp=stamp + 1))

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(add_one) for _ in range(120)]:
            done.result()
    assert [120] == [row["stamp"] for row in rows_of(database, Subject)]


def test_a_second_writer_waits_on_sqlite(sqlite_url: str) -> None:
    """A writing block holds the file from its first statement, even one that reads: another begins once it has ended."""
    database, inside, order = Database(sqlite_url), Event(), []

    def first() -> None:
        with database.writing() as session:
            session.execute(select(SETTING))
            inside.set()
            began.wait(0.2)
            order.append("first ends")

    def second() -> None:
        wait_for(inside)
        with database.writing() as session:
            session.execute(select(SETTING))
            order.append("second begins")
            began.set()

    began = Event()
    assert [None, None] == together(first, second)
    assert ["first ends", "second begins"] == order
    database.close()


def test_readers_do_not_block_writers(database: Database) -> None:
    """While somebody reads, another writes; while somebody writes, another reads what was there before."""
    with database.writing() as session:
        session.add(Setting(key="a", value="1"))
    with database.reading() as reader:
        assert ["1"] == list(reader.scalars(select(SETTING.c.value)))
        with database.writing() as writer:
            writer.execute(update(SETTING).values(value="2"))
            with database.reading() as other:
                assert ["1"] == list(other.scalars(select(SETTING.c.value)))
    assert ["2"] == [row["value"] for row in rows_of(database, Setting)]


def test_a_reader_on_sqlite_sees_one_state(sqlite_url: str) -> None:
    """All that is read in one block on SQLite is of one moment."""
    database = Database(sqlite_url)
    with database.writing() as session:
        session.add(Setting(key="a", value="1"))
    with database.reading() as reader:
        before = list(reader.scalars(select(SETTING.c.value)))
        with database.writing() as writer:
            writer.execute(update(SETTING).values(value="2"))
        assert before == list(reader.scalars(select(SETTING.c.value)))
    database.close()


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["trace", "trace_seal"])
def test_the_trace_only_grows(database: Database, table: str, change: str) -> None:
    """The database itself refuses to change or remove a line of the trace; adding one works before and after."""
    if database.is_sqlite and change.startswith("TRUNCATE"):
        pytest.skip("SQLite has no TRUNCATE")
    kind = Trace if table == "trace" else TraceSeal
    lines = {
        "trace": {"action": "essai"},
        "trace_seal": {"first_id": 1, "last_id": 1, "previous": "", "digest": "d"},
    }
    with database.writing() as session:
        session.add(kind(**lines[table]))
    before = rows_of(database, kind)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(change.format(table)))
    assert before == rows_of(database, kind)
    with database.writing() as session:
        session.add(kind(**lines[table]))
    assert len(before) + 1 == len(rows_of(database, kind))


@pytest.mark.parametrize("table", ["trace", "trace_seal"])
def test_the_trace_is_not_replaced(database: Database, table: str) -> None:
    """Writing over a line of the trace by its number is refused too."""
    columns = {"trace": "id, at, account_name, action, object_kind, object_id, address, detail",
               "trace_seal": "id, first_id, last_id, previous, digest, sealed_at"}[table]  # fmt: skip
    values = {"trace": "1, '2022-01-01 00:00:00', '', 'a', '', '', '', '{}'",
              "trace_seal": "1, 1, 1, '', 'd', '2022-01-01 00:00:00'"}[table]  # fmt: skip
    line = f"INTO {table} ({columns}) VALUES ({values})"
    with database.writing() as session:
        session.connection().exec_driver_sql(f"INSERT {line}")
    verbs = [f"INSERT {line} ON CONFLICT (id) DO UPDATE SET id = 2"]
    if database.is_sqlite:
        verbs.append(f"INSERT OR REPLACE {line}")
    for verb in verbs:
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
            session.connection().exec_driver_sql(verb)


def test_the_file_of_a_database(database: Database) -> None:
    """A database says whether it is a file, and which."""
    assert (database.file is not None) == database.is_sqlite
    if database.file is not None:
        assert database.file.exists()


@pytest.mark.parametrize(
    "url",
    ["", "jalon.db", "mysql://root:secret@host/base", "postgresql://root:secret@host/base",
     "postgresql+asyncpg://root:secret@host/base", "postgresql+psycopg://root:secret@host:port/base"],
)  # fmt: skip
def test_a_wrong_address_is_refused(url: str) -> None:
    """An address of another kind is refused with what was expected, and never shows a password."""
    with pytest.raises(DatabaseAddressError, match="sqlite:////") as refused:
        Database(url)
    assert "secret" not in str(refused.value)


def test_a_job_has_one_row_per_key(database: Database) -> None:
    """Two rows without key live together; two of one key do not."""
    with database.writing() as session:
        session.add_all([Job(kind="k", due_at=START), Job(kind="k", due_at=START), Job(kind="k", key="a")])
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Job(kind="k", key="a"))
