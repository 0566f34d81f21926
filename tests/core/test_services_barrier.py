"""Several people on one product, and rules that take their time: nothing is lost, nothing is out of date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Barrier, Event
from typing import Any

import pytest

from jalon import Profile, Proposed, hookimpl, referential_from_file
from jalon.services.answering import Act, Answering, Change, Refusal
from jalon.services.drafts import read_draft
from jalon.services.evaluating import ATTEMPTS, bring_up_to_date
from jalon.services.jobs import EVALUATE, Jobs
from jalon.services.switches import Switchboard
from jalon.services.worker import steps
from jalon.storage.database import Database
from jalon.storage.tables import AnswerRow, AnswerVersion, EvaluationRow, Job, Justification, ProfileRevision, Subject
from support.services import (
    PATIENCE,
    START,
    Firm,
    change_rows,
    check_derived,
    check_versions,
    jobs_of,
    make_firm,
    together,
    wait_for,
)


class Hooked:
    """Bring an empty referential that touches `base`, and do something each time rules run."""

    def __init__(self, path: Any) -> None:
        self._path = path
        self.during: Callable[[], None] = lambda: None
        self.calls = 0

    @hookimpl
    def jalon_referentials(self) -> list[Any]:
        """Bring the referential."""
        return [referential_from_file(self._path)]

    @hookimpl
    def jalon_applicability(self, profile: Profile) -> Mapping[str, Any]:
        """Do something, and say nothing."""
        self.calls += 1
        self.during()
        return {}

    @hookimpl
    def jalon_autofill(self, profile: Profile, answers: Mapping[str, Any]) -> list[Proposed]:
        """Propose the level of A1 on A2."""
        level = answers.get("base/A1")
        return [Proposed("base/A2", "copie", "Comme A1.", level=level)] if isinstance(level, int) else []


@pytest.fixture
def hooked(tmp_path: Any) -> Hooked:
    """Give the plugin whose hook tests hold."""
    path = tmp_path / "hooked.yaml"
    path.write_text(
        'jalon: 1\nkey: hooked\ntitle: H\nedition: "1"\neffective: 2021-01-01\npublisher: {name: J}\n'
        'requires: {base: ">=1"}\ntouches: [base]\n',
        "utf-8",
    )
    return Hooked(path)


@pytest.fixture
def firm(database: Database, load: Any, hooked: Hooked) -> Firm:
    """Make a publisher with that plugin."""
    made = make_firm(database, load("base", "filling", objects={"hooked": hooked}))
    assert [] == [each.reason for each in made.plugins.all if each.reason]
    hooked.calls = 0
    return made


def worker(firm: Firm) -> Jobs:
    """Make what does the jobs."""
    return Jobs(firm.database, steps(firm.database, Switchboard(firm.plugins), firm.clock), firm.clock)


def once(action: Callable[[], Any]) -> Callable[[], None]:
    """Do something the first time only: what is done runs rules again."""
    left = [action]

    def run() -> None:
        if left:
            left.pop()()

    return run


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
            change = Change(f"base/{code}", kept.version if kept else 0, (number + turn) % 4, f"{number}.{turn}")
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


# -- a draft that never stands still


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
