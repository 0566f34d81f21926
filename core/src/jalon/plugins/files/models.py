"""The shape of a referential file: the schema it is checked with, and that editors are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from jalon.domain.facts import FactType, Section
from jalon.domain.referential import About, ExpectedKind, Kind, NaPolicy, Obligation
from jalon.domain.texts import Status
from jalon.plugins.files.scalars import (
    NA_SCHEMA,
    NA_VALUES,
    Boolean,
    Code,
    Date,
    Integer,
    Key,
    Level,
    Line,
    Prose,
    Reference,
    RuleKey,
)

Condition = Annotated[Any, WithJsonSchema({"title": "Condition"})]
"""Read by `conditions.py`, which can name what is wrong inside; here, anything."""


def _scalars(raw: object) -> object:
    if isinstance(raw, str) or (isinstance(raw, list) and all(isinstance(item, str) for item in raw)):
        return raw
    raise PydanticCustomError("wrong-kind", "une valeur, ou une liste de valeurs")


RawFact = Annotated[
    str | list[str],
    BeforeValidator(_scalars),
    WithJsonSchema({"anyOf": [{"type": ["string", "boolean", "number"]}, {"type": "array"}]}),
]


@dataclass(frozen=True, slots=True)
class _Short:
    """Let a bare value stand for a group that has only this key, or (without key) for a list of one."""

    key: str | None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._written_out, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        full = handler(schema)
        short = {"type": ["string", "integer"]} if self.key else full.get("items", {})
        return {"anyOf": [short, full]}

    def _written_out(self, raw: object) -> object:
        if self.key is not None:
            return {self.key: raw} if isinstance(raw, str) else raw
        return [raw] if isinstance(raw, (str, dict)) else raw


Bound = Annotated[Line, WithJsonSchema({"type": ["number", "string"]})]
"""Read once the type of its question is known."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublisherPart(_Part):
    """Who publishes the referential."""

    name: Line
    official: Boolean = False
    address: Line | None = None
    note: Prose | None = None


class SourcePart(_Part):
    """A published document that content relies on."""

    title: Line
    date: Date | None = None
    address: Line | None = None
    note: Prose | None = None


class GlossaryPart(_Part):
    """A word or an acronym."""

    term: Line
    expansion: Line | None = None
    definition: Prose


class ScalePart(_Part):
    """A named scale other than `maturity`."""

    levels: dict[Integer, Line]
    na: Line = "Non applicable"


class ChoicePart(_Part):
    """A value of a choice question."""

    value: Code
    label: Line
    help: Prose | None = None


class FactPart(_Part):
    """A preliminary question: its answer is a named fact."""

    key: Key
    question: Line
    type: FactType
    help: Prose | None = None
    section: Section = Section.INFORMATION
    choices: list[ChoicePart] = []
    min: Bound | None = None
    max: Bound | None = None
    unknown: Boolean | None = None
    applies_when: Condition = None
    status: Status = Status.ILLUSTRATIVE
    sources: list[Line] = []
    keywords: list[Line] = []


class ExpectedPart(_Part):
    """A level expected from a day on; without day, from the effective date of the edition."""

    since: Date | None = None
    level: Integer
    kind: ExpectedKind | None = None


class CriterionPart(_Part):
    """A question whose answers are the levels of a scale."""

    code: Code
    title: Line
    question: Prose
    help: Prose | None = None
    levels: dict[Integer, Prose] | None = None
    expected: Annotated[list[Annotated[ExpectedPart, _Short("level")]], _Short(None)] = []
    target: Integer | None = None
    na: Annotated[NaPolicy, NA_VALUES, NA_SCHEMA] = NaPolicy.YES
    obligation: Obligation | None = None
    applies_when: Condition = None
    status: Status = Status.ILLUSTRATIVE
    sources: list[Line] = []
    proof: Prose | None = None
    keywords: list[Line] = []


class AxisPart(_Part):
    """A group of criteria: one branch of the radar."""

    key: Code
    title: Line
    introduction: Prose | None = None
    applies_when: Condition = None
    criteria: Annotated[list[CriterionPart], Field(min_length=1)]


class QuestionnairePart(_Part):
    """Axes that are answered, validated and scored together."""

    key: Key
    title: Line
    kind: Kind
    about: About = About.PRODUCT
    scale: Line = "maturity"
    introduction: Prose | None = None
    applies_when: Condition = None
    axes: Annotated[list[AxisPart], Field(min_length=1)]


class RequiredPart(_Part):
    """A level that a path requires."""

    level: Integer
    when: Condition = None


class PathPart(_Part):
    """A completion path."""

    key: Key
    title: Line
    introduction: Prose | None = None
    questionnaires: list[Reference] = []
    required: dict[Reference, Annotated[RequiredPart, _Short("level")]] = {}
    na: Literal["ok", "missing"] = "missing"


class EffectPart(_Part):
    """What a rule proposes: a level or NA, or a floor."""

    level: Level | None = None
    at_least: Integer | None = None


class RulePart(_Part):
    """An auto-fill rule: derives facts, proposes levels."""

    key: RuleKey
    title: Line
    when: Condition
    facts: dict[Reference, RawFact] = {}
    levels: dict[Reference, Annotated[EffectPart, _Short("level")]] = {}
    reason: Prose
    status: Status = Status.ILLUSTRATIVE
    sources: list[Line] = []


class ReferentialPart(_Part):
    """A whole referential file, format 1."""

    jalon: Annotated[Integer, Field(ge=1, le=1)]
    key: Key
    title: Line
    edition: Line
    effective: Date
    publisher: PublisherPart
    rank: Integer = 100
    introduction: Prose | None = None
    requires: dict[Key, Line] = {}
    touches: list[Key] = []
    expected_kind: ExpectedKind = ExpectedKind.REACHABLE
    sources: dict[Key, SourcePart] = {}
    glossary: list[GlossaryPart] = []
    scales: dict[Key, ScalePart] = {}
    facts: list[FactPart] = []
    questionnaires: list[QuestionnairePart] = []
    paths: list[PathPart] = []
    rules: list[RulePart] = []
