"""The workload of the performance goals: 20 facts of 5 choices, 300 criteria, 60 auto-fill rules."""

from __future__ import annotations

import random
from datetime import date

from jalon.domain.conditions import AllOf, Clause, Condition, FactValue
from jalon.domain.facts import Choice, FactDefinition, FactType
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
from jalon.domain.texts import Publisher

FACTS, CHOICES, CRITERIA, AXES, RULES = 20, 5, 300, 12, 60


def referential(*, rules: int = RULES, seed: int = 1) -> Referential:
    """Make the referential: conditions of 1 to 3 clauses, each on one fact and 1 to 3 of its choices."""
    draw = random.Random(seed)
    criteria = [_criterion(draw, i) for i in range(CRITERIA)]
    size = CRITERIA // AXES
    axes = tuple(Axis(f"X{i}", f"Axe {i}", tuple(criteria[i * size : (i + 1) * size])) for i in range(AXES))
    return Referential(
        key="bench",
        title="Bench",
        edition="2021.12",
        effective=date(2021, 12, 23),
        publisher=Publisher("Jalon"),
        facts=tuple(_fact(i) for i in range(FACTS)),
        questionnaires=(Questionnaire("q", "Q", Kind.MATURITY, axes),),
        rules=tuple(_rule(draw, i) for i in range(rules)),
    )


def products(count: int, seed: int = 2) -> list[dict[str, FactValue]]:
    """Draw what products answer to the preliminary questions."""
    draw = random.Random(seed)
    return [
        {f"bench/f{i}": f"v{draw.randrange(CHOICES)}" for i in range(FACTS) if draw.random() < 0.95}
        for _ in range(count)
    ]


def _fact(i: int) -> FactDefinition:
    choices = tuple(Choice(f"v{k}", f"V{k}") for k in range(CHOICES))
    return FactDefinition(f"f{i}", f"Question {i} ?", FactType.CHOICE, choices)


def _criterion(draw: random.Random, i: int) -> Criterion:
    levels = ("a", "b", "c", "d")
    return Criterion(f"C{i}", f"Critère {i}", f"Question {i} ?", levels, 3, applies_when=_condition(draw))


def _condition(draw: random.Random) -> Condition:
    facts = draw.sample(range(FACTS), draw.randint(1, 3))
    return AllOf(tuple(_clause(draw, fact) for fact in facts))


def _clause(draw: random.Random, fact: int) -> Clause:
    values = tuple(f"v{k}" for k in sorted(draw.sample(range(CHOICES), draw.randint(1, 3))))
    return Clause("fact", f"bench/f{fact}", values)


def _rule(draw: random.Random, i: int) -> Rule:
    effects: dict[str, Effect] = {
        f"bench/C{draw.randrange(CRITERIA)}": AtLeast(draw.randint(1, 3))
        if draw.random() < 0.5
        else Exactly(3)
        for _ in range(draw.randint(1, 3))
    }
    return Rule(f"r{i}", f"Règle {i}", _condition(draw), "Parce que.", levels=effects)
