"""What a well-formed file says is what the referential holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jalon import referential_from_file
from jalon.domain.conditions import AllOf, AnyOf, Clause, Not
from jalon.domain.facts import FactType, Section
from jalon.domain.referential import (
    About,
    AtLeast,
    Exactly,
    ExpectedKind,
    ExpectedLevel,
    Kind,
    NaPolicy,
    Obligation,
    Referential,
)
from jalon.domain.texts import Status


@pytest.fixture(scope="module")
def full() -> Referential:
    """Load the referential that uses every key of the format."""
    return referential_from_file(Path(__file__).parents[1] / "referentials/full.yaml")


def test_its_identity_is_kept(full: Referential) -> None:
    """Key, edition, publisher, requirements and texts are those of the file."""
    assert ("complet", "2021.12", date(2021, 12, 23), 7) == (
        full.key,
        full.edition,
        full.effective,
        full.rank,
    )
    assert ("Éditeur", False, "https://example.org", "Sans valeur officielle.") == (
        full.publisher.name,
        full.publisher.official,
        full.publisher.address,
        full.publisher.note,
    )
    assert ({"base": ">=2021.12, <2030"}, ("base",)) == (dict(full.requires), full.touches)
    assert "<p>Une <em>introduction</em>.</p>\n" == full.introduction.html
    assert [("guide", date(2021, 1, 2), "https://example.org/guide", "Page 3.")] == [
        (source.key, source.date, source.address, source.note) for source in full.sources
    ]
    assert [("INS", "Identité nationale de santé")] == [(each.term, each.expansion) for each in full.glossary]


def test_its_questions_are_kept(full: Referential) -> None:
    """Type, choices, bounds, condition, section and status are those of the file."""
    volume, mode = full.facts

    assert (FactType.NUMBER, 0, 99.5, False, Section.REQUIREMENTS) == (
        volume.type,
        volume.minimum,
        volume.maximum,
        volume.unknown,
        volume.section,
    )
    assert (("saas", "poste"), True, Section.INFORMATION) == (mode.values, mode.unknown, mode.section)
    assert Clause("fact", "complet/volume", minimum="1") == mode.applies_when
    assert (Status.DERIVED, ("guide",), ("mode", "hébergement")) == (mode.status, mode.sources, mode.keywords)
    assert "<p>Une aide.</p>\n" == mode.choices[0].help.html


def test_its_criteria_are_kept(full: Referential) -> None:
    """Levels, expectations, target, NA, obligation, proof and keywords are those of the file."""
    (questionnaire,) = full.questionnaires
    (axis,) = questionnaire.axes
    first, second = axis.criteria

    assert (Kind.REQUIREMENTS, About.PRODUCT, ("Non", "Partiel", "Oui"), "Sans objet") == (
        questionnaire.kind,
        questionnaire.about,
        questionnaire.scale.names,
        questionnaire.scale.na_name,
    )
    assert (("rien", "un peu", "tout"), 1, NaPolicy.WITH_REASON, Obligation.MANDATORY) == (
        first.levels,
        first.target,
        first.na,
        first.obligation,
    )
    assert (
        ExpectedLevel(date(2021, 12, 23), 0, ExpectedKind.MINIMUM),
        ExpectedLevel(date(2023, 1, 1), 2, ExpectedKind.REACHABLE),
    ) == first.expected
    assert (Status.OFFICIAL, ("guide",), ("preuve",)) == (first.status, first.sources, first.keywords)
    assert ("<p>Une aide.</p>\n", "<p>Une capture.</p>\n") == (first.help.html, first.proof.html)
    assert (("Non", "Partiel", "Oui"), 2, NaPolicy.YES, ()) == (
        second.levels,
        second.target,
        second.na,
        second.expected,
    )


def test_its_conditions_are_kept(full: Referential) -> None:
    """Groups, alternatives, negations and answers become the same tree."""
    (questionnaire,) = full.questionnaires
    condition = questionnaire.axes[0].criteria[0].applies_when
    rule = full.rules[0]

    assert (
        AllOf(
            (
                Clause("fact", "complet/mode", ("saas", "poste")),
                AnyOf(
                    (
                        Clause("fact", "base/a", ("oui",)),
                        Not(Clause("fact", "base/d", minimum="2021-01-01", maximum="2022-01-01")),
                    )
                ),
            )
        )
        == condition
    )
    answers = Clause("answer", "base/A1", minimum=1, maximum=2), Clause("answer", "complet/E1", ("NA", 0))
    assert AllOf(answers) == rule.when


def test_its_paths_and_rules_are_kept(full: Referential) -> None:
    """Required levels, effects and derived facts are those of the file."""
    (path,) = full.paths
    levels, facts = full.rules

    assert (("complet/q",), True) == (path.questionnaires, path.na_ok)
    assert [("base/A1", 3), ("complet/E1", 2)] == [(each.criterion, each.level) for each in path.required]
    assert Clause("fact", "complet/mode", ("saas",)) == path.required[1].when
    assert {"base/A2": AtLeast(2), "base/B2": Exactly("NA"), "complet/E2": Exactly(1)} == dict(levels.levels)
    assert {"base/a": "oui", "base/m": ["p", "q"]} == dict(facts.facts)
    assert (Status.OFFICIAL, ("guide",), "Une raison.") == (levels.status, levels.sources, levels.reason)
