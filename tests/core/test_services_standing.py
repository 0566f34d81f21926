"""What is derived, as a document: it comes back as it was, through JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon import Profile, Proposed, Verdict, hookimpl, referential_from_file, testing
from jalon.domain.answers import Answer
from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import FactValue
from jalon.domain.core_facts import PATHS, REFERENTIALS
from jalon.domain.evaluation import Evaluation, evaluate_organisation, evaluate_product
from jalon.domain.facts import FactType
from jalon.domain.levels import NA
from jalon.domain.referential import NaPolicy
from jalon.plugins.registry import Plugins
from jalon.services.answering import Act
from jalon.services.facts import typed
from jalon.services.standing import Frozen, Standing, as_document, from_document, standing_of
from support.services import make_firm

DATES = """\
rules:
  - {key: dates, title: D, when: {base/d: {min: 2021-01-01, max: 2022-01-01}}, levels: {base/A1: {at_least: 1}}, reason: R.}
  - {key: numbers, title: N, when: {base/n: {min: 1.5}}, levels: {base/A2: NA}, reason: "é « \\" »"}
  - {key: not, title: P, when: {not: {base/m: [p, q]}}, levels: {base/B1: 2}, reason: R.}
  - {key: facts, title: F, when: {base/c: x}, facts: {base/m: [p, r], base/d: 2021-06-01, base/a: oui}, reason: R.}
  - {key: other, title: O, when: {base/t: essai}, facts: {base/d: 2020-06-01, base/n: 2}, reason: R.}
"""


def through(standing: Standing) -> Standing:
    """Write a standing and read it again, as the database does."""
    return from_document(json.loads(json.dumps(as_document(standing))))


def check(evaluation: Evaluation) -> None:
    """Want an evaluation to come back from its document, with the same outcomes."""
    standing = standing_of(evaluation)
    again = through(standing)
    assert standing == again
    assert as_document(standing) == as_document(again)
    for name, state in evaluation.criteria.items():
        said = again.of(name)
        assert (name in again.asked) == state.applies
        if state.applies:
            assert (state.proposals, state.outcome) == (said.proposals, said.outcome)
            assert (state.level if state.origin == "rule" else None) == said.prefill
            assert (state.diverges, state.to_reconfirm) == (said.divergence != "", said.support_lost)
        else:
            assert (None, (), "", False) == (said.prefill, said.proposals, said.divergence, said.support_lost)
        assert state.verdicts == said.verdicts
    values = typed_again(evaluation, again)
    assert dict(evaluation.facts.values) == values


def typed_again(evaluation: Evaluation, standing: Standing) -> dict[str, FactValue]:
    """Give the facts of a standing the types of those that were evaluated."""
    return {
        name: frozenset(value)
        if isinstance(evaluation.facts.values[name], frozenset)
        else date.fromisoformat(value)
        if isinstance(evaluation.facts.values[name], date)
        else value
        for name, value in standing.facts.items()
    }


@pytest.fixture(scope="module")
def installed() -> Plugins:
    """Load the installed plugins."""
    return testing.plugins_with()


def _value(catalogue: Catalogue, name: str) -> st.SearchStrategy[Any]:
    fact = catalogue.names.facts[name]
    choices = {PATHS: sorted(catalogue.required), REFERENTIALS: sorted(catalogue.referentials)}.get(
        name, fact.values
    )
    values: Mapping[FactType, st.SearchStrategy[Any]] = {
        FactType.BOOLEAN: st.booleans(),
        FactType.CHOICE: st.sampled_from(choices or ["x"]),
        FactType.CHOICES: st.lists(st.sampled_from(choices or ["x"]), unique=True),
        FactType.TEXT: st.text(max_size=5) | st.just("essai"),
        FactType.NUMBER: st.integers(-3, 5) | st.floats(-3, 5),
        FactType.DATE: st.dates(date(2019, 1, 1), date(2023, 1, 1)).map(date.isoformat),
    }
    return values[fact.type]


def _profiles(catalogue: Catalogue) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {}, optional={name: _value(catalogue, name) for name in catalogue.names.facts}
    )


def _answers(entries: Any) -> st.SearchStrategy[dict[str, Answer]]:
    one = {
        entry.name: st.builds(
            Answer,
            st.sampled_from([None, *range(len(entry.questionnaire.scale.names))])
            | st.just(NA if entry.criterion.na is not NaPolicy.NO else 0),
            st.sampled_from([(), ("extra/dates",), ("disparue/r",)]),
            st.booleans(),
        )
        for entry in entries
    }
    return st.fixed_dictionaries({}, optional=one)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_evaluations_of_installed_plugins_come_back(installed: Plugins, data: st.DataObject) -> None:
    """Whatever the profile and the answers, what installed plugins derive comes back from its document."""
    catalogue = installed.catalogue
    facts = typed(catalogue, data.draw(_profiles(catalogue)))
    check(evaluate_product(catalogue, facts, data.draw(_answers(catalogue.product.entries)), installed))
    check(evaluate_organisation(catalogue, data.draw(_answers(catalogue.organisation.entries))))


class Speaking:
    """Bring verdicts and proposals of every kind from Python, with whatever may be in a reason."""

    def __init__(self, path: Any, reason: str) -> None:
        self._path, self._reason = path, reason

    @hookimpl
    def jalon_referentials(self) -> list[Any]:
        """Bring an empty referential that touches `base`."""
        return [referential_from_file(self._path)]

    @hookimpl
    def jalon_applicability(self, profile: Profile) -> Mapping[str, Verdict]:
        """Include one criterion, exclude another."""
        return {"base/A3": Verdict(True, self._reason), "base/B1": Verdict(False, self._reason)}

    @hookimpl
    def jalon_autofill(self, profile: Profile, answers: Mapping[str, Any]) -> list[Any]:
        """Propose NA, a floor, a level of a criterion that does not apply, and nonsense."""
        return [
            Proposed("base/A1", "na", self._reason, level=NA),
            Proposed("base/A2", "floor", self._reason, at_least=0),
            Proposed("base/B1", "parked", self._reason, level=3),
            self._reason,
        ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_kind_of_rule_comes_back(load: Any, tmp_path: Any, data: st.DataObject) -> None:
    """Dates, numbers, negations, conflicts, contradictions, verdicts and any text come back as they were."""
    path = tmp_path / "parle.yaml"
    path.write_text(
        'jalon: 1\nkey: parle\ntitle: P\nedition: "1"\neffective: 2021-01-01\npublisher: {name: J}\n'
        'requires: {base: ">=1"}\ntouches: [base]\n',
        "utf-8",
    )
    reason = data.draw(st.text(max_size=8))
    plugins = load("base", "filling", texts={"extra": DATES}, objects={"parle": Speaking(path, reason)})
    assert [] == [(each.name, each.diagnostics) for each in plugins.all if each.reason]
    catalogue = plugins.catalogue
    facts = typed(catalogue, data.draw(_profiles(catalogue)))
    check(evaluate_product(catalogue, facts, data.draw(_answers(catalogue.product.entries)), plugins))


def test_nothing_is_said_at_first() -> None:
    """No document, an empty one, and one of another format say nothing."""
    for document in (None, {}, {"format": 0}, {"format": 99, "facts": {}}):
        assert Standing() == from_document(document)
    assert Standing() == through(Standing())


def test_frozen_plugins_come_back() -> None:
    """Which plugins were not asked, and why, comes back."""
    standing = Standing(frozen={"p": Frozen("1.2", "ValueError: non")})
    assert standing == through(standing)


def test_any_text_is_kept_by_the_database(database: Any, load: Any) -> None:
    """A document and facts with control characters, quotes and rare characters come back from the database."""
    text = "\u0000 « \" ' \\ \u2028 😀 \uffff"
    firm = make_firm(database, load("base"))
    firm.profile(t=text)
    assert text == firm.standing().facts["base/t"]


def test_a_pre_fill_of_level_zero(database: Any, load: Any) -> None:
    """Level 0 is a level: proposed, it is kept, shown and confirmed like any other."""
    zero = "rules:\n  - {key: zero, title: Z, when: {base/c: x}, levels: {base/A1: 0}, reason: R.}\n"
    firm = make_firm(database, load("base", texts={"extra": zero}))
    firm.profile(c="x")
    assert 0 == firm.standing().of("base/A1").prefill
    firm.answer("A1", 0, act=Act.CONFIRMED)
    assert ["extra/zero"] == firm.row("A1")["support"]
