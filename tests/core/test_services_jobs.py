"""Work that outlives a request: done once, gone on with after a crash, tried again, given up in the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Lock
from typing import Any

import pytest
from sqlalchemy import event

from jalon.services.jobs import LEASE, MOST_ATTEMPTS, Claimed, Jobs, Later, ask_for
from jalon.storage.database import Database
from jalon.storage.tables import Job
from support.services import START, Ticking, rows_of, together


class Killed(BaseException):
    """Stand for what ends a process."""


class Shop:
    """Hold a database, a clock, and what each job did."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Ticking()
        self.done: list[Any] = []

    def ask(self, kind: str = "count", key: str | None = None, **argument: Any) -> None:
        """Ask for a job."""
        with self.database.writing() as session:
            ask_for(session, kind, argument, self.clock(), key=key)

    def jobs(self, **steps: Any) -> Jobs:
        """Make a worker."""
        return Jobs(self.database, {"count": self.count, **steps}, self.clock)

    def count(self, job: Claimed) -> Mapping[str, Any] | None:
        """Count to the number asked for, one step after another."""
        at = job.cursor.get("at", 0)
        if at == job.argument.get("to", 1):
            return None
        self.done.append((job.id, at))
        return {"at": at + 1}

    @property
    def row(self) -> Any:
        """Read the only job."""
        (row,) = rows_of(self.database, Job)
        return row


@pytest.fixture
def shop(database: Database) -> Shop:
    """Make a place to work."""
    return Shop(database)


def test_a_job_is_done_in_steps(shop: Shop) -> None:
    """Each step goes on from the cursor of the one before; when all is done the job is finished."""
    shop.ask(to=3)
    assert 1 == shop.jobs().run_due()
    number = shop.row["id"]
    assert [(number, 0), (number, 1), (number, 2)] == shop.done
    assert ({"at": 3}, START, "") == tuple(shop.row[name] for name in ("cursor", "finished_at", "error"))
    assert 0 == shop.jobs().run_due()


def test_nothing_to_do(shop: Shop) -> None:
    """Without job a worker does nothing."""
    assert 0 == shop.jobs().run_due()


def test_the_oldest_comes_first(shop: Shop) -> None:
    """Jobs are done in the order they were asked for; no more than was said at a time."""
    for to in (1, 1, 1):
        shop.ask(to=to)
    numbers = sorted(row["id"] for row in rows_of(shop.database, Job))
    assert 2 == shop.jobs().run_due(most=2)
    assert numbers[:2] == [number for number, _ in shop.done]


def test_a_job_is_asked_for_with_its_cause(shop: Shop) -> None:
    """A job asked for in a transaction that fails was never asked for."""

    def fail() -> None:
        with shop.database.writing() as session:
            ask_for(session, "count", {}, shop.clock())
            raise ValueError("non")

    with pytest.raises(ValueError, match="non"):
        fail()
    assert [] == rows_of(shop.database, Job)


def test_a_killed_worker(shop: Shop) -> None:
    """A worker killed in the middle leaves its job until the lease is over; another goes on from the cursor."""
    shop.ask(to=4)

    def deadly(job: Claimed) -> Mapping[str, Any] | None:
        if job.cursor.get("at") == 2:
            raise Killed
        return shop.count(job)

    with pytest.raises(Killed):
        shop.jobs(count=deadly).run_due()
    assert {"at": 2} == shop.row["cursor"]
    shop.clock.advance(seconds=LEASE.total_seconds())
    assert 0 == shop.jobs().run_due(), "the lease still holds"
    shop.clock.advance(seconds=1)
    assert 1 == shop.jobs().run_due()
    assert [0, 1, 2, 3] == [at for _, at in shop.done]
    assert shop.row["finished_at"] is not None


def test_news_renew_the_lease(shop: Shop) -> None:
    """A long job that moves on keeps its lease: nobody else takes it."""
    shop.ask(to=5)
    other = []

    def slow(job: Claimed) -> Mapping[str, Any] | None:
        shop.clock.advance(seconds=50)
        other.append(shop.jobs().run_due())
        return shop.count(job)

    assert 1 == shop.jobs(count=slow).run_due()
    assert [0] * 6 == other
    assert [0, 1, 2, 3, 4] == [at for _, at in shop.done]


def test_a_failing_job(shop: Shop) -> None:
    """A job that fails is tried again after growing pauses, then given up with its error; others go on."""
    shop.ask("fail")

    def fail(_job: Claimed) -> None:
        shop.done.append(shop.clock())
        raise ValueError("rien à faire")

    assert 0 == shop.jobs(fail=fail).run_due()
    for attempt, pause in enumerate((2, 4, 8, 16, 32, 64, 128), 2):
        shop.clock.advance(seconds=pause, microseconds=-1)
        assert 0 == shop.jobs(fail=fail).run_due()
        assert attempt - 1 == len(shop.done), "it is not due yet"
        shop.clock.advance(microseconds=1)
        assert int(attempt == MOST_ATTEMPTS) == shop.jobs(fail=fail).run_due()
        assert attempt == len(shop.done)
    shop.clock.advance(days=2)
    assert (0, MOST_ATTEMPTS) == (shop.jobs(fail=fail).run_due(), len(shop.done))
    assert (MOST_ATTEMPTS, "ValueError: rien à faire") == (shop.row["attempts"], shop.row["error"])
    assert shop.row["finished_at"] is not None


def test_a_failing_job_does_not_stop_others(shop: Shop) -> None:
    """While a job waits to be tried again those asked for later are done."""
    shop.ask("fail")
    shop.ask(to=1)

    def fail(_job: Claimed) -> None:
        raise ValueError

    assert 1 == shop.jobs(fail=fail).run_due()
    assert 1 == len(shop.done)


def test_a_job_that_moves_on_is_not_given_up(shop: Shop) -> None:
    """Failures count from the last step that was done: a job that moves on, however slowly, goes on."""
    shop.ask("stumble")
    fell: set[int] = set()

    def stumble(job: Claimed) -> Mapping[str, Any] | None:
        at = job.cursor.get("at", 0)
        if at == 20:
            return None
        if at not in fell and len(fell) < 100:
            fell.add(at)
            raise ValueError(str(at))
        return {"at": at + 1}

    for _ in range(60):
        shop.jobs(stumble=stumble).run_due()
        shop.clock.advance(seconds=300)
    assert ({"at": 20}, "") == (shop.row["cursor"], shop.row["error"])


def test_failures_after_a_last_chance(shop: Shop) -> None:
    """A job that takes a step at its last attempt has all its attempts again."""
    shop.ask("late")
    tried = []

    def late(job: Claimed) -> Mapping[str, Any] | None:
        tried.append(job.cursor)
        if len(tried) == MOST_ATTEMPTS:
            return {"at": 1}
        raise ValueError

    for _ in range(MOST_ATTEMPTS + 1):
        shop.jobs(late=late).run_due()
        shop.clock.advance(hours=2)
    assert shop.row["finished_at"] is None


@pytest.mark.parametrize("told", ["a\x00b", "\ud800", "é" * 5000, ""], ids=ascii)
def test_any_error_can_be_told(shop: Shop, told: str) -> None:
    """An error is kept whatever its message is made of."""
    shop.ask("fail")
    shop.ask(to=1)

    def fail(_job: Claimed) -> None:
        raise ValueError(told)

    assert 1 == shop.jobs(fail=fail).run_due()
    (row,) = (row for row in rows_of(shop.database, Job) if row["kind"] == "fail")
    assert "ValueError" in row["error"]
    assert (None, 1) == (row["started_at"], row["attempts"])


def test_an_unknown_kind(shop: Shop) -> None:
    """A job of a kind nobody does is ended with its error, and stops nothing."""
    shop.ask("magic")
    shop.ask(to=1)
    assert 2 == shop.jobs().run_due()
    errors = {row["kind"]: row["error"] for row in rows_of(shop.database, Job)}
    assert {"magic": "no such kind of job: magic", "count": ""} == errors


def test_a_key_asks_once(shop: Shop) -> None:
    """Asked for again before it is begun a job is one; begun, it may be asked for again."""
    for _ in range(3):
        shop.ask(key="a", to=1)
    shop.ask(key="b", to=1)
    assert 2 == len(rows_of(shop.database, Job))
    again = []

    def asking(job: Claimed) -> Mapping[str, Any] | None:
        if not again:
            again.append(job.id)
            shop.ask(key="a", to=1)
        return shop.count(job)

    assert 3 == shop.jobs(count=asking).run_due()
    assert 3 == len(rows_of(shop.database, Job))


def test_a_job_with_a_key_may_be_asked_for_after_a_crash(shop: Shop) -> None:
    """While a killed job waits for its lease to run out, asking again adds one; both are done."""
    shop.ask(key="a", to=1)

    def deadly(_job: Claimed) -> None:
        raise Killed

    with pytest.raises(Killed):
        shop.jobs(count=deadly).run_due()
    shop.ask(key="a", to=1)
    shop.clock.advance(seconds=61)
    assert 2 == shop.jobs().run_due()


def test_later(shop: Shop) -> None:
    """A job that asks for a moment is done again a second after, and is no failure."""
    shop.ask("wait")

    def wait(_job: Claimed) -> None:
        shop.done.append(1)
        if len(shop.done) < 12:
            raise Later

    for turn in range(11):
        assert 0 == shop.jobs(wait=wait).run_due()
        assert turn + 1 == len(shop.done)
        shop.clock.advance(seconds=1)
    assert 1 == shop.jobs(wait=wait).run_due()
    assert "" == shop.row["error"]


def test_two_workers_never_do_the_same_job(shop: Shop) -> None:
    """Workers who look for work at the same moment share it out: each step is done once."""
    for _ in range(24):
        shop.ask(to=2)
    lock, jobs = Lock(), [shop.jobs() for _ in range(3)]
    count = shop.count

    def safe(job: Claimed) -> Mapping[str, Any] | None:
        with lock:
            return count(job)

    for worker in jobs:
        worker._steps = {"count": safe}
    ended = together(*(worker.run_due for worker in jobs))
    assert 24 == sum(ended)
    assert 48 == len(shop.done) == len(set(shop.done))


def test_two_workers_and_one_job(shop: Shop) -> None:
    """Of two workers who find the same job at the same instant one has it."""
    shop.ask(to=1)
    barrier = Barrier(2)

    def meet(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("SELECT job"):
            try:
                barrier.wait(0.3)
            except BrokenBarrierError:
                return  # SQLite lets one look at a time

    event.listen(shop.database.engine, "after_cursor_execute", meet)
    ended = together(shop.jobs().run_due, shop.jobs().run_due)
    event.remove(shop.database.engine, "after_cursor_execute", meet)
    assert [0, 1] == sorted(ended)
    assert 1 == len(shop.done)


def test_a_worker_that_comes_back_too_late(shop: Shop) -> None:
    """A worker whose lease ran out while it slept does not undo what another did meanwhile."""
    shop.ask(to=3)

    def asleep(job: Claimed) -> Mapping[str, Any] | None:
        if job.cursor:
            return shop.count(job)
        shop.clock.advance(seconds=LEASE.total_seconds() + 1)
        assert 1 == shop.jobs().run_due()
        return {"at": 1}

    shop.jobs(count=asleep).run_due()
    assert ({"at": 3}, START + timedelta(seconds=61)) == (shop.row["cursor"], shop.row["finished_at"])
    assert [0, 1, 2] == [at for _, at in shop.done]
