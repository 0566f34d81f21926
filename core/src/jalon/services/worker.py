"""The worker beside the portal: huey wakes it, the rows of jobs say what there is to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from huey import SqliteHuey, crontab
from sqlalchemy import select

from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.services.evaluating import bring_up_to_date
from jalon.services.jobs import EVALUATE, EVALUATE_ALL, Claimed, Jobs, Later, Step, ask_for_evaluation
from jalon.services.sign_in import SignIn
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


def steps(database: Database, switchboard: Switchboard, clock: Clock = system_clock) -> dict[str, Step]:
    """Give what each kind of job does."""

    def plugins_of(subject_id: int) -> Plugins:
        with database.reading() as session:
            owner = select(_PRODUCT.c.organisation_id).where(_PRODUCT.c.id == subject_id)
            organisation_id = session.scalar(owner)
        return switchboard.now(database, organisation_id or subject_id)

    def evaluate(job: Claimed) -> None:
        subject_id = int(job.argument["subject"])
        if not bring_up_to_date(database, plugins_of(subject_id), subject_id, clock):
            raise Later

    def evaluate_all(job: Claimed) -> Mapping[str, Any] | None:
        after = int(job.cursor.get("after", 0))
        with database.reading() as session:
            query = select(_SUBJECT.c.id).where(_SUBJECT.c.id > after).order_by(_SUBJECT.c.id).limit(_BATCH)
            batch = list(session.scalars(query))
        for subject_id in batch:
            if not bring_up_to_date(database, plugins_of(subject_id), subject_id, clock):
                with database.writing() as session:
                    ask_for_evaluation(session, subject_id, clock())
        return {"after": batch[-1]} if batch else None

    return {EVALUATE: evaluate, EVALUATE_ALL: evaluate_all}


def prepare(queue: Queue, jobs: Jobs, sign_in: SignIn) -> Any:
    """Give the consumer that does jobs when woken, and looks by itself every minute."""
    queue.do = jobs.run_due

    @queue.huey.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator]
    def look_around() -> None:
        jobs.run_due()
        sign_in.forget_ended()

    return queue.huey.create_consumer(workers=1, periodic=True, initial_delay=0.1, max_delay=1.0, backoff=1.3)
