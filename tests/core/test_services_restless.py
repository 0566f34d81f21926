"""A draft that never stands still: what is typed is saved all the same, what follows is left to the worker."""

from __future__ import annotations

from typing import Any

import pytest

from jalon.services.answering import Answering, Change, Refusal
from jalon.services.drafts import read_draft
from jalon.services.evaluating import ATTEMPTS
from jalon.services.jobs import EVALUATE, EVALUATE_ALL, ask_for
from jalon.storage.database import Database
from jalon.storage.tables import (
    AnswerRow,
    EvaluationRow,
    Justification,
    ProfileRevision,
    Subject,
)
from support.services import (
    START,
    Firm,
    Hooked,
    change_rows,
    check_derived,
    check_versions,
    jobs_of,
    make_hooked_firm,
    worker,
)


@pytest.fixture
def hooked() -> Hooked:
    """Give the plugin whose hook tests hold."""
    return Hooked()


@pytest.fixture
def firm(database: Database, load: Any, hooked: Hooked) -> Firm:
    """Make a publisher with that plugin."""
    return make_hooked_firm(database, load, hooked)


def restless(firm: Firm, hooked: Hooked) -> None:
    """Move the draft each time rules run, as another person's save would."""
    answering = Answering(firm.database, firm.clock)
    quiet = firm.plugins.without({"hooked"})

    def move() -> None:
        with firm.database.reading() as session:
            kept = read_draft(session, firm.product).kept.get("base/B2")
        version = kept.version if kept else 0
        changed = answering.save(quiet, firm.product, firm.manager, [Change("base/B2", version, version % 4)])
        assert {} == changed.refused

    hooked.during = move


def test_a_draft_that_never_stands_still(firm: Firm, hooked: Hooked) -> None:
    """The answer is saved all the same, one evaluation is queued, and the worker brings all up to date."""
    restless(firm, hooked)
    saved = firm.save(Change("base/A1", 0, 2, "Gardé."))
    assert (False, {}, 2) == (saved.is_settled, saved.refused, saved.kept["base/A1"].level)
    assert ATTEMPTS + 1 == hooked.calls
    assert {"A1": 2, "B2": ATTEMPTS % 4} == {row["criterion"]: row["level"] for row in firm.rows(AnswerRow)}
    again = firm.save(Change("base/A1", 1, 3))
    assert not again.is_settled
    assert [(EVALUATE, f"evaluate:{firm.product}")] == jobs_of(firm.database)
    hooked.during = lambda: None
    assert 1 == worker(firm).run_due()
    assert [] == jobs_of(firm.database)
    assert 3 == firm.standing().of("base/A2").prefill
    check_derived(firm)
    check_versions(firm)


def test_a_last_attempt_still_refuses_what_is_stale(firm: Firm, hooked: Hooked) -> None:
    """Even when the draft never stands still the answer of another is not overwritten, the others are saved."""
    restless(firm, hooked)
    saved = firm.save(Change("base/A1", 0, 2), Change("base/B2", 0, 3, "Le mien."))
    assert {"base/B2": Refusal.STALE} == {name: each.why for name, each in saved.refused.items()}
    assert saved.refused["base/B2"].theirs is not None
    assert {"base/A1"} == saved.kept.keys()
    hooked.during = lambda: None
    worker(firm).run_due()
    check_derived(firm)
    check_versions(firm)


def test_another_answers_during_the_last_attempt(firm: Firm, hooked: Hooked) -> None:
    """The very last attempt looks once more at what stands: an answer given meanwhile is not overwritten."""
    quiet = firm.plugins.without({"hooked"})

    def move() -> None:
        if hooked.calls <= ATTEMPTS:
            change_rows(firm.database, Subject, {}, stamp=Subject.stamp + 1)
            return
        theirs = Change("base/A1", 0, 3, "Le leur.")
        Answering(firm.database, firm.clock).save(quiet, firm.product, firm.manager, [theirs])

    hooked.during = move
    saved = firm.save(Change("base/A1", 0, 2, "Le mien."), Change("base/B1", 0, 1))
    assert ATTEMPTS + 1 == hooked.calls
    refused = saved.refused["base/A1"]
    assert (Refusal.STALE, 2, "Le mien.") == (refused.why, refused.change.level, refused.change.comment)
    assert {"base/B1"} == saved.kept.keys()
    assert (3, 1) == (firm.row("A1")["level"], firm.row("B1")["level"])
    hooked.during = lambda: None
    worker(firm).run_due()
    check_derived(firm)
    check_versions(firm)


def test_a_last_attempt_keeps_the_justification(firm: Firm, hooked: Hooked) -> None:
    """The comment of an answer that diverges justifies it, even when its evaluation is left to the worker."""
    firm.profile(c="y")
    restless(firm, hooked)
    assert not firm.save(Change("base/A2", 0, 1, "Pas encore.")).is_settled
    hooked.during = lambda: None
    worker(firm).run_due()
    key = firm.standing().of("base/A2").divergence
    assert [(key, "Pas encore.")] == [(row["key"], row["text"]) for row in firm.rows(Justification)]


def test_a_profile_over_a_draft_that_never_stands_still(firm: Firm, hooked: Hooked) -> None:
    """The profile is kept, and the worker parks and derives what follows."""
    firm.profile(a=True, b=True)
    firm.answer("A3", 2)
    restless(firm, hooked)
    firm.profile(a=False)
    assert 3 == len(firm.rows(ProfileRevision))
    assert [(EVALUATE, f"evaluate:{firm.product}")] == jobs_of(firm.database)
    hooked.during = lambda: None
    worker(firm).run_due()
    assert START == firm.row("A3")["set_aside_at"]
    check_derived(firm)


def test_a_job_whose_draft_never_stands_still_comes_back(firm: Firm, hooked: Hooked) -> None:
    """A worker that cannot evaluate a restless draft tries later, without giving up."""
    restless(firm, hooked)
    firm.save(Change("base/A1", 0, 2))
    jobs = worker(firm)
    for _ in range(12):
        assert 0 == jobs.run_due()
        firm.clock.advance(seconds=2)
    hooked.during = lambda: None
    assert 1 == jobs.run_due()
    check_derived(firm)


def test_a_restless_draft_among_all(firm: Firm, hooked: Hooked) -> None:
    """When every subject is evaluated again one that never stands still is left to a job of its own."""
    with firm.database.writing() as session:
        ask_for(session, EVALUATE_ALL, {}, firm.clock())
    change_rows(firm.database, EvaluationRow, {}, stamp=0)
    hooked.during = lambda: change_rows(firm.database, Subject, {}, stamp=Subject.stamp + 1)
    assert 1 == worker(firm).run_due()
    assert [EVALUATE] == [kind for kind, _ in jobs_of(firm.database)]
    hooked.during = lambda: None
    firm.clock.advance(seconds=1)
    assert 1 == worker(firm).run_due()
    check_derived(firm)
