"""What columns give back: instants, levels, and rows replaced where they are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from jalon.domain.levels import NA
from jalon.storage.database import Database, upsert
from jalon.storage.tables import AnswerRow, Job, ProductShare, Setting, Trace, table_of
from support.services import START, make_account, make_organisation, make_product, rows_of

PARIS = timezone(timedelta(hours=1))
JOB = table_of(Job)

INSTANTS = (
    START,
    datetime(2022, 7, 1, 12, 30, 15, 999999, tzinfo=PARIS),
    datetime(2021, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 30, tzinfo=UTC),
)


@pytest.mark.parametrize("instant", INSTANTS, ids=str)
def test_instants_come_back_equal_and_aware(database: Database, instant: datetime) -> None:
    """An instant is read back equal, to the microsecond, in UTC, whatever the zone it was written in."""
    with database.writing() as session:
        session.execute(insert(JOB).values(kind="k", argument={}, cursor={}, attempts=0, error="",
                                           created_at=instant, due_at=instant))  # fmt: skip
    (row,) = rows_of(database, Job)
    assert instant == row["due_at"]
    assert UTC == row["due_at"].tzinfo
    assert row["started_at"] is None


def test_instants_compare_in_queries(database: Database) -> None:
    """A comparison made by the database is that of the instants, whatever their zones."""
    later = START + timedelta(microseconds=1)
    with database.writing() as session:
        session.add(Job(kind="k", due_at=START))
    with database.reading() as session:
        for bound, found in ((START, 1), (START.astimezone(PARIS), 1), (later.astimezone(PARIS), 0)):
            assert found == len(session.execute(select(JOB).where(JOB.c.due_at >= bound)).all())


def test_naive_instants_are_refused(database: Database) -> None:
    """An instant without zone is refused when written and when compared with."""
    naive = datetime(2022, 1, 1)  # noqa: DTZ001 - the point of the test
    statements: tuple[Any, ...] = (
        insert(JOB).values(kind="k", due_at=naive),
        select(JOB).where(JOB.c.due_at > naive),
    )
    for statement in statements:
        with database.writing() as session, pytest.raises(StatementError, match="naive datetime"):
            session.execute(statement)


def test_levels_come_back(database: Database) -> None:
    """A level, NA and the absence of answer are read back as they were; NA is negative for queries."""
    organisation = make_organisation(database)
    author, _ = make_account(database, organisation)
    product = make_product(database, organisation, author)
    for position, level in enumerate((0, 3, NA, None)):
        with database.writing() as session:
            session.add(
                AnswerRow(subject_id=product, referential="r", criterion=str(position), version=1,
                          level=level, author_id=author)
            )  # fmt: skip
    table = table_of(AnswerRow)
    assert [0, 3, NA, None] == [row["level"] for row in rows_of(database, AnswerRow)]
    with database.reading() as session:
        counted = session.scalars(select(table.c.criterion).where(table.c.level >= 0).order_by("criterion"))
        assert ["0", "1"] == list(counted)
        assert ["2"] == list(session.scalars(select(table.c.criterion).where(table.c.level == NA)))


def test_upsert_replaces_what_is_known(database: Database) -> None:
    """Rows whose key is known are replaced, the others added; nothing to write is no statement."""
    with database.writing() as session:
        upsert(session, Setting, [])
        upsert(session, Setting, [{"key": "a", "value": "1"}, {"key": "b", "value": "1"}])
    with database.writing() as session:
        upsert(session, Setting, [{"key": "b", "value": "2"}, {"key": "c", "value": "2"}])
    found = {row["key"]: row["value"] for row in rows_of(database, Setting)}
    assert {"a": "1", "b": "2", "c": "2"} == found


def test_upsert_leaves_other_columns(database: Database) -> None:
    """Columns that the rows do not name keep their value."""
    organisation = make_organisation(database)
    author, _ = make_account(database, organisation)
    product = make_product(database, organisation, author)
    key = {"subject_id": product, "referential": "r", "criterion": "c"}
    with database.writing() as session:
        session.add(AnswerRow(**key, version=1, level=2, comment="Gardé.", author_id=author))
    again = {**key, "version": 2, "level": NA, "support": ["x"], "to_investigate": False,
             "comment": "Gardé.", "author_id": author, "saved_at": START}  # fmt: skip
    with database.writing() as session:
        upsert(session, AnswerRow, [again | {"investigate_by": "", "reconfirm": ""}])
    (row,) = rows_of(database, AnswerRow)
    assert (2, NA, ["x"], None) == (row["version"], row["level"], row["support"], row["filed_at"])


def test_upsert_of_keys_alone(database: Database) -> None:
    """In a table that has nothing but its key, a row that is known stays as it is."""
    organisation = make_organisation(database)
    author, _ = make_account(database, organisation)
    row = {"product_id": make_product(database, organisation, author), "account_id": author}
    for _ in range(2):
        with database.writing() as session:
            upsert(session, ProductShare, [row])
    assert [row] == [dict(each) for each in rows_of(database, ProductShare)]


def test_documents_come_back(database: Database) -> None:
    """A JSON value is read back as it was, with its types, accents and control characters."""
    value = {"a": [1, 1.5, True, None, "é", "\u0000\u2028", {"b": []}], "": ""}
    with database.writing() as session:
        session.add(Trace(action="essai", detail=value))
    (row,) = rows_of(database, Trace)
    assert value == row["detail"]
    assert [True] == [each for each in row["detail"]["a"] if each is True]
