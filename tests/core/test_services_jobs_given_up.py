"""Jobs that never end well are given up, and hold up no other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jalon.services.jobs import LEASE, MOST_ATTEMPTS, Claimed, Jobs, ask_for
from jalon.storage.database import Database
from jalon.storage.tables import Job, table_of
from support.services import Ticking


class Killed(BaseException):
    """Stand for the end of the process: nothing catches it."""


def test_a_job_that_kills_its_worker_is_given_up(database: Database) -> None:
    """Taken up again after each lease, it is given up in the end, and says why."""
    clock = Ticking()

    def kills(job: Claimed) -> Mapping[str, Any] | None:
        raise Killed

    with database.writing() as session:
        ask_for(session, "kills", {}, clock())
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            Jobs(database, {"kills": kills}, clock).run_due()
        clock.now += LEASE + timedelta(seconds=1)

    assert 1 == Jobs(database, {"kills": kills}, clock).run_due()
    with database.reading() as session:
        job = session.execute(select(table_of(Job))).one()
    assert job.finished_at is not None
    assert "its worker stopped each time" == job.error
