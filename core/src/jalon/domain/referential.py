"""What a plugin brings: a referential, as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from jalon.domain.conditions import ALWAYS, Condition
from jalon.domain.facts import FactDefinition
from jalon.domain.findings import Path
from jalon.domain.levels import MATURITY, LevelValue, Scale
from jalon.domain.texts import NO_TEXT, GlossaryEntry, Publisher, Reference, Status, Text


class Kind(StrEnum):
    """Tell the main questionnaires (maturity) from the complementary ones (requirements)."""

    MATURITY = "maturity"
    REQUIREMENTS = "requirements"


class About(StrEnum):
    """Say what a questionnaire describes."""

    PRODUCT = "product"
    ORGANISATION = "organisation"


class ExpectedKind(StrEnum):
    """Give the two meanings of an expected level: the highest reachable today, or a minimum."""

    REACHABLE = "reachable"
    MINIMUM = "minimum"


class NaPolicy(StrEnum):
    """Say whether *not applicable* may be answered."""

    YES = "yes"
    WITH_REASON = "with_reason"
    NO = "no"


class Obligation(StrEnum):
    """Say how binding a requirement is."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class ExpectedLevel:
    """Expect a level from a day on."""

    since: date
    level: int
    kind: ExpectedKind = ExpectedKind.REACHABLE


@dataclass(frozen=True, slots=True)
class Criterion:
    """Ask one question whose answers are the levels of a scale."""

    code: str
    title: str
    question: str
    levels: tuple[str, ...]
    target: int
    help: Text = NO_TEXT
    expected: tuple[ExpectedLevel, ...] = ()
    na: NaPolicy = NaPolicy.YES
    obligation: Obligation | None = None
    applies_when: Condition = ALWAYS
    status: Status = Status.ILLUSTRATIVE
    sources: tuple[str, ...] = ()
    proof: Text = NO_TEXT
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """Group criteria: one branch of the radar."""

    key: str
    title: str
    criteria: tuple[Criterion, ...]
    introduction: Text = NO_TEXT
    applies_when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Group axes that are answered, validated and scored together."""

    key: str
    title: str
    kind: Kind
    axes: tuple[Axis, ...]
    about: About = About.PRODUCT
    scale: Scale = MATURITY
    introduction: Text = NO_TEXT
    applies_when: Condition = ALWAYS

    def criteria(self) -> Iterator[tuple[Axis, Criterion]]:
        """Yield every criterion with its axis, in display order."""
        for axis in self.axes:
            for criterion in axis.criteria:
                yield axis, criterion


@dataclass(frozen=True, slots=True)
class RequiredLevel:
    """Require a level on a criterion of any referential (`referential/code`)."""

    criterion: str
    level: int
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class CompletionPath:
    """Bring complementary questionnaires and require levels on criteria that exist elsewhere."""

    key: str
    title: str
    introduction: Text = NO_TEXT
    questionnaires: tuple[str, ...] = ()
    required: tuple[RequiredLevel, ...] = ()
    na_ok: bool = False


@dataclass(frozen=True, slots=True)
class Exactly:
    """Propose this very level, or NA."""

    level: LevelValue


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Propose a floor."""

    level: int


Effect: TypeAlias = Exactly | AtLeast
Locate: TypeAlias = Callable[[Path, str], tuple[str, int]]
"""Give the file and line of a place, or of a name inside it; known while files are being loaded."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Derive facts and propose levels when a condition holds.

    A rule that sets facts reads facts only. Raw values of facts are text until linked.
    """

    key: str
    title: str
    when: Condition
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)
    levels: Mapping[str, Effect] = field(default_factory=dict)
    status: Status = Status.ILLUSTRATIVE
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Referential:
    """Hold everything one referential file declares.

    Names of facts and criteria in conditions, effects and required levels are qualified
    (`referential/name`); declarations use their short name.
    """

    key: str
    title: str
    edition: str
    effective: date
    publisher: Publisher
    rank: int = 100
    introduction: Text = NO_TEXT
    requires: Mapping[str, str] = field(default_factory=dict)
    touches: tuple[str, ...] = ()
    sources: tuple[Reference, ...] = ()
    glossary: tuple[GlossaryEntry, ...] = ()
    facts: tuple[FactDefinition, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    paths: tuple[CompletionPath, ...] = ()
    rules: tuple[Rule, ...] = ()
    locate: Locate | None = field(default=None, compare=False, repr=False)

    @property
    def is_selectable(self) -> bool:
        """Say whether a product may choose it: it brings a complementary questionnaire."""
        return any(
            each.kind is Kind.REQUIREMENTS and each.about is About.PRODUCT for each in self.questionnaires
        )

    def qualified(self, name: str) -> str:
        """Give the full name of one of this referential's own facts, criteria or rules."""
        return f"{self.key}/{name}"
