"""The worker beside the portal: huey wakes it, the rows of jobs say what there is to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from huey import SqliteHuey, crontab
from sqlalchemy import select

from jalon.services.clock import Clock, system_clock
from jalon.services.evaluating import bring_up_to_date
from jalon.services.jobs import EVALUATE, EVALUATE_ALL, Claimed, Jobs, Later, Step, ask_for_evaluation
from jalon.services.mail import MAIL
from jalon.services.switches import Switchboard
from jalon.storage.database import Database
from jalon.storage.tables import Product, Subject, table_of

_PRODUCT: Final = table_of(Product)
_SUBJECT: Final = table_of(Subject)
_BATCH: Final = 20
"""Subjects evaluated between two notes of how far one is."""


class Queue:
    """Wake the worker from other processes; a call that gets lost is made good within a minute."""

    def __init__(self, path: Path) -> None:
        self.huey = SqliteHuey("jalon", filename=str(path), results=False, fsync=False)
        # Declared here for the portal, which calls it, and given its body by the worker.
        self.work = self.huey.task(name="work")(self._work)
        self.do: Any = lambda: None

    def wake(self) -> None:
        """Tell the worker that there is something to do."""
        self.work()

    def _work(self) -> None:
        self.do()


def steps(
    database: Database, switchboard: Switchboard, clock: Clock = system_clock, mail: Step | None = None
) -> dict[str, Step]:
    """Give what each kind of job does; without `mail`, messages are dropped."""
    evaluations = _Evaluations(database, switchboard, clock)
    return {EVALUATE: evaluations.one, EVALUATE_ALL: evaluations.every, MAIL: mail or _dropped}


class _Evaluations:
    def __init__(self, database: Database, switchboard: Switchboard, clock: Clock) -> None:
        self._database = database
        self._switchboard = switchboard
        self._clock = clock

    def one(self, job: Claimed) -> None:
        """Evaluate one subject; one that never stands still is taken up again in a moment."""
        if not self._evaluate(int(job.argument["subject"])):
            raise Later

    def every(self, job: Claimed) -> Mapping[str, Any] | None:
        """Evaluate the next subjects; one that fails gets a job of its own, and holds up no other."""
        after = int(job.cursor.get("after", 0))
        with self._database.reading() as session:
            query = select(_SUBJECT.c.id).where(_SUBJECT.c.id > after).order_by(_SUBJECT.c.id).limit(_BATCH)
            batch = list(session.scalars(query))
        for subject_id in batch:
            try:
                done = self._evaluate(subject_id)
            except Exception:  # noqa: BLE001 - its own job will tell
                done = False
            if not done:
                with self._database.writing() as session:
                    ask_for_evaluation(session, subject_id, self._clock())
        return {"after": batch[-1]} if batch else None

    def _evaluate(self, subject_id: int) -> bool:
        with self._database.reading() as session:
            owner = select(_PRODUCT.c.organisation_id).where(_PRODUCT.c.id == subject_id)
            organisation_id = session.scalar(owner)
        plugins = self._switchboard.now(self._database, organisation_id or subject_id)
        return bring_up_to_date(self._database, plugins, subject_id, self._clock)


def _dropped(_job: Claimed) -> None:
    """Send nothing: there is no mail server."""


def prepare(queue: Queue, jobs: Jobs, look: Callable[[], None]) -> Any:
    """Give the consumer that does jobs when woken, and every minute by itself; `look`: done then as well."""
    queue.do = jobs.run_due

    @queue.huey.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
    def look_around() -> None:
        jobs.run_due()
        look()

    return queue.huey.create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=1.0, backoff=1.3)
