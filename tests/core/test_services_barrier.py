"""Several people on one product, and rules that take their time: nothing is lost, nothing is out of date."""

from __future__ import annotations

from threading import Barrier, Event
from typing import Any

import pytest

from jalon.services.answering import Act, Answering, Change, Refusal
from jalon.services.drafts import read_draft
from jalon.services.evaluating import bring_up_to_date
from jalon.storage.database import Database
from jalon.storage.tables import (
    AnswerRow,
    AnswerVersion,
    EvaluationRow,
    Job,
    ProfileRevision,
    Subject,
)
from support.services import (
    PATIENCE,
    START,
    Firm,
    Hooked,
    change_rows,
    check_derived,
    check_versions,
    jobs_of,
    make_hooked_firm,
    once,
    together,
    wait_for,
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


def test_two_writers_on_different_criteria(firm: Firm, hooked: Hooked) -> None:
    """Two saves that read the same draft are both kept, and what is derived is that of both."""
    barrier = Barrier(2)

    def meet() -> None:
        if hooked.calls <= 2:
            barrier.wait(PATIENCE)

    hooked.during = meet
    first, second = together(
        lambda: firm.save(Change("base/A1", 0, 2)),
        lambda: firm.save(Change("base/B1", 0, 3), author=firm.manager),
    )
    assert ({}, {}) == (first.refused, second.refused)
    assert {("A1", 2), ("B1", 3)} == {(row["criterion"], row["level"]) for row in firm.rows(AnswerRow)}
    assert 3 == hooked.calls, "the second one evaluated again"
    assert [] == jobs_of(firm.database)
    check_derived(firm)
    check_versions(firm)


def test_two_writers_on_one_criterion(firm: Firm, hooked: Hooked) -> None:
    """Of two saves on the same criterion one wins; the other is refused with the answer of the first."""
    barrier = Barrier(2)

    def meet() -> None:
        if hooked.calls <= 2:
            barrier.wait(PATIENCE)

    hooked.during = meet
    results = together(
        lambda: firm.save(Change("base/A1", 0, 2, "Deux.")),
        lambda: firm.save(Change("base/A1", 0, 3, "Trois."), author=firm.manager),
    )
    refused = [each.refused["base/A1"] for each in results if each.refused]
    (winner,) = (each.kept["base/A1"] for each in results if each.kept)
    assert [Refusal.STALE] == [each.why for each in refused]
    assert refused[0].theirs is not None
    assert winner.level == refused[0].theirs.level == firm.row("A1")["level"]
    assert {2, 3} == {winner.level, refused[0].change.level}
    check_derived(firm)
    check_versions(firm)


def test_many_writers_at_once(firm: Firm) -> None:
    """Six people who answer, change and comment at once lose nothing, whatever the order."""
    codes = ("A1", "A2", "B1", "B2")

    def work(number: int) -> list[str]:
        lost = []
        for turn in range(4):
            code = codes[(number + turn) % 4]
            with firm.database.reading() as session:
                kept = read_draft(session, firm.product).kept.get(f"base/{code}")
            change = Change(
                f"base/{code}", kept.version if kept else 0, (number + turn) % 4, f"{number}.{turn}"
            )
            saved = firm.save(change, author=(firm.head, firm.manager, firm.expert)[number % 3])
            lost += [each.why for each in saved.refused.values()]
        return lost

    results = together(*(lambda number=number: work(number) for number in range(6)))
    refused = sum(len(each) for each in results)
    assert {Refusal.STALE} >= {why for each in results for why in each}
    assert 24 == refused + len(firm.rows(AnswerVersion))
    worker(firm).run_due()
    check_derived(firm)
    check_versions(firm)


@pytest.mark.parametrize("other", ["save", "profile", "evaluation"])
def test_what_moves_while_rules_run(firm: Firm, hooked: Hooked, other: str) -> None:
    """Whatever another does while rules run for a save, the save is kept and all is up to date."""
    others = {
        "save": lambda: firm.save(Change("base/A1", 0, 2), author=firm.manager),
        "profile": lambda: firm.profile(a=True, b=True, c="y"),
        "evaluation": lambda: bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock),
    }
    hooked.during = once(lambda: together(others[other]))
    firm.answer("B1", 3)
    check_derived(firm)
    check_versions(firm)


def test_a_save_while_a_profile_is_validated(firm: Firm, hooked: Hooked) -> None:
    """An answer saved while rules run for a profile is kept, and parked where the new profile does not ask it."""
    firm.profile(a=True, b=True)
    hooked.during = once(lambda: together(lambda: firm.answer("A3", 2)))
    firm.profile(a=False)
    assert (2, START) == (firm.row("A3")["level"], firm.row("A3")["set_aside_at"])
    check_derived(firm)


def test_two_profiles_at_once(firm: Firm, hooked: Hooked) -> None:
    """Two profiles validated together are two revisions; the last one is that of the evaluation."""
    barrier = Barrier(2)

    def meet() -> None:
        if hooked.calls <= 2:
            barrier.wait(PATIENCE)

    hooked.during = meet
    assert [None, None] == together(lambda: firm.profile(c="x"), lambda: firm.profile(c="y"))
    assert [1, 2, 3] == sorted(row["number"] for row in firm.rows(ProfileRevision))
    check_derived(firm)


def test_an_evaluation_with_other_plugins_meets_a_save(firm: Firm, hooked: Hooked, load: Any) -> None:
    """When the worker evaluates with other plugins while a save is under way, scores stay those of the document."""
    firm.profile(c="x")
    bare = load("base")
    hooked.during = once(lambda: bring_up_to_date(firm.database, bare, firm.product, firm.clock))
    firm.answer("B1", 1)
    check_derived(firm)


def test_two_evaluations_with_other_plugins(firm: Firm, hooked: Hooked, load: Any) -> None:
    """Of two evaluations of one draft the last one is kept whole, scores included."""
    firm.profile(c="x")
    change_rows(firm.database, EvaluationRow, {}, stamp=0)
    bare = load("base")
    hooked.during = once(lambda: bring_up_to_date(firm.database, bare, firm.product, firm.clock))
    assert bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)
    check_derived(firm)


def test_an_evaluation_that_changes_nothing_writes_nothing(firm: Firm) -> None:
    """What is up to date is left as it is: no stamp moves."""
    firm.answer("A1", 2)
    before = firm.rows(Subject), firm.rows(EvaluationRow)
    firm.clock.advance(days=1)
    assert bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)
    assert before == (firm.rows(Subject), firm.rows(EvaluationRow))


def test_rules_run_outside_transactions(firm: Firm, hooked: Hooked) -> None:
    """While rules run anybody may write: a save, a profile and an evaluation hold no lock."""
    written = []

    def write() -> None:
        with firm.database.writing() as session:
            session.add(Job(kind="rien", due_at=START, finished_at=START))
        written.append(1)

    hooked.during = lambda: together(write)
    firm.answer("A1", 2)
    firm.profile(c="x")
    change_rows(firm.database, EvaluationRow, {}, stamp=0)
    assert bring_up_to_date(firm.database, firm.plugins, firm.product, firm.clock)
    assert 3 == len(written) == hooked.calls
    check_derived(firm)


def test_a_hook_that_waits_holds_nobody(firm: Firm, hooked: Hooked) -> None:
    """While the rules of one save are held, the save of another ends."""
    held, go = Event(), Event()

    def hold() -> None:
        held.set()
        wait_for(go)

    def other() -> Any:
        wait_for(held)
        try:
            return Answering(firm.database, firm.clock).save(
                firm.plugins.without({"hooked"}), firm.product, firm.manager, [Change("base/B2", 0, 1)]
            )
        finally:
            go.set()

    hooked.during = once(hold)
    mine, theirs = together(lambda: firm.save(Change("base/A1", 0, 3)), other)
    assert ({}, {}, True, True) == (mine.refused, theirs.refused, mine.is_settled, theirs.is_settled)
    check_derived(firm)


def test_a_pre_fill_that_moves_while_it_is_confirmed(firm: Firm, hooked: Hooked) -> None:
    """A confirmation of what another's answer has changed meanwhile is refused: nothing unseen is confirmed."""
    firm.answer("A1", 2)
    hooked.during = once(lambda: firm.save(Change("base/A1", 1, 3), author=firm.manager))
    saved = firm.save(Change("base/A2", 0, 2, None, Act.CONFIRMED))
    assert Refusal.MOVED is saved.refused["base/A2"].why
    assert ["A1"] == [row["criterion"] for row in firm.rows(AnswerRow)]
    check_derived(firm)
