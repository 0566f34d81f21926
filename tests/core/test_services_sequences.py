"""Whatever two people do one after the other, what is kept and what is derived stay right."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.domain.levels import NA
from jalon.services.answering import Act, Change, Refusal
from jalon.services.drafts import read_draft
from jalon.services.jobs import Jobs
from jalon.services.switches import Switchboard
from jalon.services.worker import steps
from jalon.storage.database import Database
from jalon.storage.tables import AnswerVersion, Justification, ProfileRevision, Subject
from support.services import (
    Firm,
    check_derived,
    check_versions,
    make_account,
    make_firm,
    make_product,
    together,
)

CODES: Final = ("A1", "A2", "A3", "B1", "B2")


class Save(NamedTuple):
    """Say what somebody sends: versions they saw may be old."""

    author: int
    changes: tuple[tuple[str, Any, str | None, Act, bool], ...]
    behind: int  # how many saves ago they looked


class Validate(NamedTuple):
    """Say what profile somebody validates."""

    facts: dict[str, Any]


_changes = st.tuples(
    st.sampled_from(CODES),
    st.sampled_from([0, 1, 2, 3, NA, None, 7]),
    st.sampled_from([None, "", "Vu.", "À revoir. ", "x\x00y"]),
    st.sampled_from(Act),
    st.booleans(),
)
_saves = st.builds(
    Save,
    st.integers(0, 1),
    st.lists(_changes, min_size=1, max_size=3, unique_by=lambda each: each[0]).map(tuple),
    st.sampled_from([0, 0, 0, 1, 2]),
)
_profiles = st.fixed_dictionaries(
    {},
    optional={
        "a": st.booleans(),
        "b": st.booleans(),
        "c": st.sampled_from("xy"),
        "m": st.lists(st.sampled_from("pqr"), unique=True),
    },
).map(Validate)


class Story:
    """Play acts on a new product, and check after each that nothing was lost."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.seen: list[dict[str, int]] = [{}]
        self.history: list[tuple[Any, ...]] = []

    def play(self, act: Save | Validate) -> None:
        """Play one act."""
        self.firm.clock.advance(seconds=1)
        if isinstance(act, Validate):
            number = len(self.firm.rows(ProfileRevision, product_id=self.firm.product))
            self.firm.profile(**act.facts)
            assert number + 1 == len(self.firm.rows(ProfileRevision, product_id=self.firm.product))
        else:
            self._save(act)
        self._check()

    def _save(self, act: Save) -> None:
        shown = self.seen[max(0, len(self.seen) - 1 - act.behind)]
        author = (self.firm.expert, self.firm.manager)[act.author]
        before = self._kept()
        saved = self.firm.save(
            *(
                Change(
                    f"base/{code}",
                    shown.get(code, 0),
                    None if kind is Act.CLEARED else level,
                    comment,
                    kind,
                    look,
                )
                for code, level, comment, kind, look in act.changes
            ),
            author=author,
        )
        after = self._kept()
        for code, *_ in act.changes:
            self._check_change(f"base/{code}", shown.get(code, 0), saved, before, after)
        untouched = {f"base/{code}" for code in CODES} - {f"base/{code}" for code, *_ in act.changes}
        assert {name: before.get(name) for name in untouched} == {name: after.get(name) for name in untouched}
        self.seen.append({name.partition("/")[2]: kept.version for name, kept in after.items()})

    def _check_change(self, name: str, version: int, saved: Any, before: Any, after: Any) -> None:
        stood, stands = before.get(name), after.get(name)
        if name in saved.refused:
            assert stood == stands
            assert name not in saved.kept
            assert saved.refused[name].why is not Refusal.STALE or stood is None or stood.version != version
        elif stood != stands:
            assert version == (stood.version if stood else 0), "what was overwritten had not been seen"
            assert stands.version == version + 1
            assert stands == saved.kept[name]

    def _kept(self) -> dict[str, Any]:
        with self.firm.database.reading() as session:
            return dict(read_draft(session, self.firm.product).kept)

    def _check(self) -> None:
        check_derived(self.firm)
        check_versions(self.firm)
        rows = self.firm.rows(AnswerVersion, subject_id=self.firm.product)
        told = [tuple(row.values()) for row in sorted(rows, key=lambda row: int(row["id"]))]
        assert self.history == told[: len(self.history)], "what was written once never changes"
        self.history = told


def story_on(database: Database, plugins: Any) -> Firm:
    """Make another product of the first publisher, or the first one."""
    firm = make_firm(database, plugins)
    firm.product = make_product(database, firm.organisation, firm.expert[0])
    firm.facts({})
    return firm


@pytest.fixture
def plugins(load: Any) -> Any:
    """Load rules of every kind."""
    return load("base", "filling")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_saves | _saves | _profiles, min_size=1, max_size=8))
def test_any_sequence_keeps_everything(database: Database, plugins: Any, acts: list[Save | Validate]) -> None:
    """No answer is overwritten unseen, every value is kept, scores and pre-fills are those of the draft."""
    story = Story(story_on(database, plugins))
    for act in acts:
        story.play(act)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_saves | _profiles, min_size=1, max_size=4), min_size=2, max_size=3))
def test_any_sequences_at_once(database: Database, plugins: Any, lists: list[list[Save | Validate]]) -> None:
    """Sequences played at the same time by several people leave everything kept and up to date."""
    firm = story_on(database, plugins)
    accounts = [make_account(database, firm.organisation, manager=firm.head[0]) for _ in lists]

    def play(position: int) -> int:
        written = 0
        for act in lists[position]:
            if isinstance(act, Validate):
                firm.profile(**act.facts)
                continue
            with database.reading() as session:
                kept = read_draft(session, firm.product).kept
            changes = [
                Change(
                    f"base/{code}",
                    kept[f"base/{code}"].version if f"base/{code}" in kept else 0,
                    level,
                    comment,
                )
                for code, level, comment, _, _ in act.changes
            ]
            saved = firm.save(*changes, author=accounts[position])
            written += sum(each.saved_at is not None for each in saved.kept.values())
        return written

    results = together(*(lambda position=position: play(position) for position in range(len(lists))))
    assert not [each for each in results if isinstance(each, BaseException)]
    Jobs(database, steps(database, Switchboard(plugins), firm.clock), firm.clock).run_due()
    check_derived(firm)
    check_versions(firm)
    profiles = sum(isinstance(act, Validate) for acts in lists for act in acts)
    assert profiles + 1 == len(firm.rows(ProfileRevision, product_id=firm.product))
    keys = [row["key"] for row in firm.rows(Justification, subject_id=firm.product)]
    assert all(keys)
    (subject,) = firm.rows(Subject, id=firm.product)
    assert subject["stamp"] >= len(firm.rows(ProfileRevision, product_id=firm.product))
