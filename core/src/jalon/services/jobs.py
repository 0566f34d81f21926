"""Work that outlives a request: asked for in the transaction of its cause, done in small committed steps.

The row of a job is the truth about it: a worker that dies leaves a lease that runs out, and the next
one goes on from the cursor. What wakes the worker (`jalon.services.worker`) may be lost without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jalon.services.clock import Clock, system_clock
from jalon.services.texts import clean
from jalon.storage.database import Database
from jalon.storage.tables import Job, table_of

EVALUATE: Final = "evaluate"
"""Evaluate one subject again: {"subject": id}."""

EVALUATE_ALL: Final = "evaluate-all"
"""Evaluate every subject again, after a change of plugins."""

LEASE: Final = timedelta(seconds=60)
"""How long a job without news belongs to its worker."""

MOST_ATTEMPTS: Final = 8
_LONGEST_PAUSE: Final = 3600
_LONGEST_ERROR: Final = 1000
_JOB: Final = table_of(Job)


class Claimed(NamedTuple):
    """Hold a job that this worker does."""

    id: int
    kind: str
    argument: Mapping[str, Any]
    cursor: Mapping[str, Any]
    attempts: int
    since: datetime  # when this worker took it, or last gave news of it


class Later(Exception):  # noqa: N818 - not an error: the job asks to be done again
    """Do the rest of a job in a moment."""


class _TakenOver(Exception):  # noqa: N818 - not an error: the lease ran out
    """Another worker has this job now."""


Step: TypeAlias = Callable[[Claimed], Mapping[str, Any] | None]
"""Do one step of a job; give the cursor to go on from, or None when all is done."""


def ask_for(
    session: Session, kind: str, argument: Mapping[str, Any], at: datetime, *, key: str | None = None
) -> None:
    """Ask for work; with a key, asking again before it is begun adds nothing."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "kind": kind,
        "argument": dict(argument),
        "cursor": {},
        "key": key,
        "attempts": 0,
        "error": "",
        "created_at": at,
        "due_at": at,
    }
    session.execute(insert(_JOB).values(row).on_conflict_do_nothing(index_elements=["key"]))


def ask_for_evaluation(session: Session, subject_id: int, at: datetime) -> None:
    """Ask for one subject to be evaluated, once however often it is asked for."""
    ask_for(session, EVALUATE, {"subject": subject_id}, at, key=f"{EVALUATE}:{subject_id}")


class Jobs:
    """Do the jobs that are due, one step after another."""

    def __init__(self, database: Database, steps: Mapping[str, Step], clock: Clock = system_clock) -> None:
        self._database = database
        self._steps = steps
        self._clock = clock

    def run_due(self, *, most: int = 1000) -> int:
        """Do every job that is due; give how many were brought to their end, failed ones included."""
        ended = 0
        for _ in range(most):
            job = self._claim()
            if job is None:
                break
            with suppress(_TakenOver):
                ended += self._run(job)
        return ended

    def _claim(self) -> Claimed | None:
        """Take the oldest job that is due and that no living worker has; its key is free again."""
        now = self._clock()
        with self._database.writing() as session:
            free = or_(_JOB.c.started_at.is_(None), _JOB.c.started_at < now - LEASE)
            due = (_JOB.c.finished_at.is_(None)) & (_JOB.c.due_at <= now) & free
            query = select(_JOB).where(due).order_by(_JOB.c.id).limit(1)
            row = session.execute(query.with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return None
            taken = {"started_at": now, "key": None, "attempts": row.attempts + 1}
            session.execute(update(_JOB).where(_JOB.c.id == row.id).values(taken))
            return Claimed(row.id, row.kind, row.argument, row.cursor, row.attempts + 1, now)

    def _run(self, job: Claimed) -> bool:
        step = self._steps.get(job.kind)
        if step is None:
            self._note(job, finished_at=self._clock(), error=f"no such kind of job: {job.kind}")
            return True
        if job.attempts > MOST_ATTEMPTS:  # no exception was ever seen: its worker died each time
            self._note(job, finished_at=self._clock(), error="its worker stopped each time")
            return True
        try:
            while (cursor := step(job)) is not None:
                now = self._clock()
                self._note(job, cursor=dict(cursor), started_at=now, attempts=0)
                job = job._replace(cursor=cursor, since=now, attempts=0)
        except _TakenOver:
            raise
        except Later:
            self._note(job, started_at=None, due_at=self._clock() + timedelta(seconds=1), attempts=0)
            return False
        except Exception as error:  # noqa: BLE001 - a job that fails is tried again, then given up with its error
            return self._failed(job, error)
        self._note(job, finished_at=self._clock(), error="")
        return True

    def _failed(self, job: Claimed, error: Exception) -> bool:
        told = clean(f"{type(error).__name__}: {error}"[:_LONGEST_ERROR])
        if job.attempts >= MOST_ATTEMPTS:
            self._note(job, finished_at=self._clock(), error=told)
            return True
        pause = timedelta(seconds=min(2**job.attempts, _LONGEST_PAUSE))
        self._note(job, started_at=None, due_at=self._clock() + pause, error=told)
        return False

    def _note(self, job: Claimed, **values: Any) -> None:
        """Keep news of a job, unless its lease ran out and another worker has it."""
        mine = update(_JOB).where(_JOB.c.id == job.id, _JOB.c.started_at == job.since)
        with self._database.writing() as session:
            if session.scalar(mine.values(values).returning(_JOB.c.id)) is None:
                raise _TakenOver
