"""Properties of whole evaluations: no order matters, NA moves no mean, a person is never overwritten."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.domain.answers import Answer
from jalon.domain.catalogue import assemble
from jalon.domain.conditions import ALWAYS, Clause, Condition, FactValue, Not
from jalon.domain.evaluation import Evaluation, evaluate_product
from jalon.domain.facts import Choice, FactDefinition, FactType
from jalon.domain.hooks import PluginVerdict, Proposals, Verdicts
from jalon.domain.levels import NA, LevelValue
from jalon.domain.proposals import Proposal
from jalon.domain.referential import (
    AtLeast,
    Axis,
    Criterion,
    Effect,
    Exactly,
    Kind,
    Questionnaire,
    Referential,
    Rule,
)
from jalon.domain.scoring import score
from jalon.domain.texts import Publisher

CODES = [f"base/C{i}" for i in range(8)]
FACTS = ("base/f0", "base/f1", "base/f2", "base/m")


def _criterion(i: int) -> Criterion:
    condition: Condition = Clause("fact", FACTS[i % 3], (True,)) if i % 2 else ALWAYS
    return Criterion(f"C{i}", f"C{i}", "?", ("a", "b", "c", "d"), 3, applies_when=condition)


BASE = Referential(
    key="base",
    title="Base",
    edition="1",
    effective=date(2021, 1, 1),
    publisher=Publisher("Jalon"),
    facts=(
        *(FactDefinition(f"f{i}", "?", FactType.BOOLEAN) for i in range(3)),
        FactDefinition("m", "?", FactType.CHOICES, tuple(Choice(v, v) for v in "pqr")),
    ),
    questionnaires=(
        Questionnaire(
            "q",
            "Q",
            Kind.MATURITY,
            (
                Axis("X", "X", tuple(map(_criterion, range(4)))),
                Axis("Y", "Y", tuple(map(_criterion, range(4, 8)))),
            ),
        ),
    ),
)

_clauses: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(FACTS[:3]).map(lambda name: Clause("fact", name, (True,))),
    st.sampled_from("pqr").map(lambda value: Clause("fact", "base/m", (value,))),
)
_conditions = _clauses | _clauses.map(Not)
_on_answers: st.SearchStrategy[Condition] = st.builds(
    lambda code, least: Clause("answer", code, minimum=least), st.sampled_from(CODES), st.integers(0, 3)
)
_effects: st.SearchStrategy[Effect] = st.one_of(
    st.integers(0, 3).map(Exactly), st.just(Exactly(NA)), st.integers(0, 3).map(AtLeast)
)
_level_rules = st.builds(
    lambda when, levels: Rule("r", "R", when, "parce que", levels=levels),
    _conditions | _on_answers,
    st.dictionaries(st.sampled_from(CODES), _effects, min_size=1, max_size=3),
)
_fact_rules = st.builds(
    lambda when, value: Rule("r", "R", when, "parce que", facts={"base/m": value}),
    st.sampled_from(FACTS[:3]).map(lambda name: Clause("fact", name, (True,))),
    st.lists(st.sampled_from("pqr"), min_size=1, max_size=2),
)


def _owned(rules: list[Rule]) -> list[Referential]:
    """Share rules out among three referentials that touch `base`."""
    named = [replace(rule, key=f"r{i}") for i, rule in enumerate(rules)]
    return [
        replace(
            BASE,
            key=f"p{k}",
            facts=(),
            questionnaires=(),
            requires={"base": ">=1"},
            touches=("base",),
            rules=tuple(named[k::3]),
        )
        for k in range(3)
    ]


_rules = st.lists(_level_rules | _fact_rules, max_size=8)
_profiles: st.SearchStrategy[dict[str, FactValue]] = st.fixed_dictionaries(
    {},
    optional={**{name: st.booleans() for name in FACTS[:3]}, "base/m": st.frozensets(st.sampled_from("pqr"))},
)
_answers = st.dictionaries(
    st.sampled_from(CODES),
    st.builds(
        Answer,
        st.sampled_from([0, 1, 2, 3, NA]),
        st.sampled_from([(), ("p0/r0",)]),
        st.sampled_from([False, False, False, True]),
    ),
)


def _written(evaluation: Evaluation) -> str:
    facts = {
        name: sorted(v) if isinstance(v, frozenset) else v for name, v in evaluation.facts.values.items()
    }
    criteria = sorted(evaluation.criteria.items())
    return repr((criteria, evaluation.questionnaires, evaluation.problems, sorted(facts.items())))


@settings(max_examples=150, deadline=None)
@given(_rules, _profiles, _answers, st.randoms(use_true_random=False))
def test_no_order_changes_anything(
    rules: list[Rule], profile: dict[str, FactValue], answers: dict[str, Answer], draw: random.Random
) -> None:
    """Shuffling plugins, rules, effects, facts and answers gives the very same evaluation."""
    referentials = [BASE, *_owned(rules)]
    first = evaluate_product(assemble(referentials), profile, answers)
    shuffled = [_shuffled(each, draw) for each in draw.sample(referentials, len(referentials))]
    second = evaluate_product(assemble(shuffled), _reordered(profile, draw), _reordered(answers, draw))

    assert _written(first) == _written(second)


def _shuffled(referential: Referential, draw: random.Random) -> Referential:
    rules = [replace(rule, levels=_reordered(rule.levels, draw)) for rule in referential.rules]
    facts = list(referential.facts)
    draw.shuffle(rules)
    draw.shuffle(facts)
    return replace(referential, rules=tuple(rules), facts=tuple(facts))


def _reordered(mapping: Mapping[str, Any], draw: random.Random) -> dict[str, Any]:
    return dict(draw.sample(list(mapping.items()), len(mapping)))


@settings(max_examples=150, deadline=None)
@given(_rules, _profiles, _answers)
def test_a_person_is_never_overwritten(
    rules: list[Rule], profile: dict[str, FactValue], answers: dict[str, Answer]
) -> None:
    """Whatever rules say, a person's answer to a criterion that is asked is what counts."""
    criteria = evaluate_product(assemble([BASE, *_owned(rules)]), profile, answers).criteria

    for name, answer in answers.items():
        state = criteria[name]
        assert answer == state.answer
        if state.applies and not answer.to_investigate:
            assert (answer.level, "person") == (state.level, state.origin)
        else:
            assert (None, "none") == (state.level, state.origin)


@settings(max_examples=150, deadline=None)
@given(_profiles, _answers)
def test_scores_equal_a_naive_recomputation(
    profile: dict[str, FactValue], answers: dict[str, Answer]
) -> None:
    """An axis is the plain mean of what its asked criteria are worth."""
    evaluation = evaluate_product(assemble([BASE]), profile, answers)
    (questionnaire,) = evaluation.questionnaires

    for axis, codes in zip(questionnaire.axes, (CODES[:4], CODES[4:]), strict=True):
        levels = [evaluation.criteria[code].level for code in codes if evaluation.criteria[code].applies]
        assert score(levels) == axis.score
        assert (len(levels), sum(level is not None for level in levels)) == axis.progress[:2]


@given(st.lists(st.none() | st.integers(0, 3)), st.integers(0, 5))
def test_na_never_moves_a_mean(levels: list[LevelValue | None], added: int) -> None:
    """Any number of NA leaves a score as it is."""
    assert score(levels) == score([*levels, *[NA] * added])


class _Hooks:
    """Fixed verdicts and proposals, in a given order."""

    def __init__(self, verdicts: list[PluginVerdict], proposals: list[Proposal]) -> None:
        self._verdicts, self._proposals = verdicts, proposals

    def verdicts(self, profile: object) -> Verdicts:
        return Verdicts({"base/C1": tuple(sorted(self._verdicts))})

    def proposals(self, profile: object, answers: object) -> Proposals:
        return Proposals({"base/C0": tuple(self._proposals)})


@settings(deadline=None)
@given(
    st.lists(st.builds(PluginVerdict, st.sampled_from(["a", "b", "c"]), st.booleans(), st.just("avis"))),
    st.lists(st.builds(Proposal, st.sampled_from(["a/x", "b/y"]), _effects, st.just("raison"), st.just(()))),
    st.randoms(use_true_random=False),
)
def test_no_order_of_hooks_changes_anything(
    verdicts: list[PluginVerdict], proposals: list[Proposal], draw: random.Random
) -> None:
    """Verdicts and proposals of hooks merge the same in any order."""
    catalogue = assemble([BASE])
    hooks = [
        _Hooks(verdicts, proposals),
        _Hooks(draw.sample(verdicts, len(verdicts)), draw.sample(proposals, len(proposals))),
    ]
    written = [_written(evaluate_product(catalogue, {}, {}, each)) for each in hooks]

    assert written[0] == written[1]


def test_an_evaluation_is_written_as_json(load: Any) -> None:
    """Dates, sets and numbers of any fact type become plain JSON."""
    from jalon import testing

    profile = {"a": "oui", "m": ["p"], "n": "1.5", "d": "2021-12-23", "t": "texte"}
    facts = json.loads(json.dumps(testing.evaluate(profile, plugins=load("base"))))["facts"]

    assert ["p"] == facts["base/m"]["value"]
    assert (1.5, "2021-12-23", "texte") == tuple(facts[f"base/{key}"]["value"] for key in ("n", "d", "t"))
