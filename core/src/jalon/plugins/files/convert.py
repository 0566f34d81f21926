"""Turn a file whose shape is right into a referential."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from jalon.domain.conditions import ALWAYS, Condition, FactValue
from jalon.domain.facts import Choice, FactDefinition, FactType, Section, read_date, read_number
from jalon.domain.findings import Finding, Path, nearest
from jalon.domain.levels import MATURITY, NA, LevelValue, Scale
from jalon.domain.referential import (
    AtLeast,
    Axis,
    CompletionPath,
    Criterion,
    Effect,
    Exactly,
    ExpectedLevel,
    Questionnaire,
    Referential,
    RequiredLevel,
    Rule,
)
from jalon.domain.texts import GlossaryEntry, Publisher, Reference
from jalon.plugins.files import models
from jalon.plugins.files.conditions import RESERVED, ConditionReader
from jalon.plugins.files.markdown import Renderer

_UNREAD: Final = Scale("?", ())
"""Stands for a scale that was refused, so that nothing more is said of its levels."""


class Converter:
    """Convert one file, collecting what the schema could not see."""

    def __init__(self, part: models.ReferentialPart) -> None:
        self._part = part
        self._conditions = ConditionReader(part.key)
        self._text = Renderer().text
        self._scales = {MATURITY.key: MATURITY}
        self._findings: list[Finding] = []

    def referential(self) -> tuple[Referential, list[Finding]]:
        """Give the referential and the faults met; wrong parts are left out of it."""
        part = self._part
        self._read_scales()
        referential = Referential(
            key=part.key,
            title=part.title,
            edition=part.edition,
            effective=part.effective,
            publisher=_publisher(part.publisher),
            rank=part.rank,
            introduction=self._text(part.introduction),
            requires=MappingProxyType(dict(part.requires)),
            touches=tuple(part.touches),
            sources=tuple(_source(key, source) for key, source in part.sources.items()),
            glossary=tuple(self._glossary(entry) for entry in part.glossary),
            facts=tuple(self._fact(fact, ("facts", i)) for i, fact in enumerate(part.facts)),
            questionnaires=tuple(
                self._questionnaire(each, ("questionnaires", i)) for i, each in enumerate(part.questionnaires)
            ),
            paths=tuple(self._path(path, ("paths", i)) for i, path in enumerate(part.paths)),
            rules=tuple(self._rule(rule, ("rules", i)) for i, rule in enumerate(part.rules)),
        )
        return referential, self._findings + self._conditions.findings

    def _find(self, code: str, path: Path, found: str, expected: str, meant: tuple[str, ...] = ()) -> None:
        self._findings.append(Finding(code, path, found, expected, meant))

    def _condition(self, part: Any, key: str, path: Path) -> Condition:
        """Read a condition; one that is not written always holds, one left blank is a fault."""
        return (
            self._conditions.read(getattr(part, key), (*path, key))
            if key in part.model_fields_set
            else ALWAYS
        )

    # -- scales, texts, facts

    def _read_scales(self) -> None:
        for key, part in self._part.scales.items():
            values = sorted(part.levels)
            if key == MATURITY.key:
                self._find("reserved-name", ("scales", key), key, "un autre nom d’échelle")
                continue
            names = tuple(part.levels[value] for value in values)
            if values != list(range(len(values))) or len(values) < 2:  # noqa: PLR2004
                found = ", ".join(map(str, values)) or "aucun niveau"
                self._find("wrong-levels", ("scales", key), found, "les niveaux 0, 1, … sans trou")
                names = ()
            self._scales[key] = Scale(key, names, part.na)

    def _glossary(self, part: models.GlossaryPart) -> GlossaryEntry:
        return GlossaryEntry(part.term, self._text(part.definition), part.expansion or "")

    def _fact(self, part: models.FactPart, path: Path) -> FactDefinition:
        if part.key in RESERVED:
            self._find("reserved-name", (*path, "key"), part.key, "un autre nom")
        return FactDefinition(
            key=part.key,
            question=part.question,
            type=part.type,
            choices=tuple(Choice(c.value, c.label, self._text(c.help)) for c in part.choices),
            help=self._text(part.help),
            section=part.section,
            minimum=self._bound(part.type, part.min, (*path, "min")),
            maximum=self._bound(part.type, part.max, (*path, "max")),
            unknown=part.section is Section.INFORMATION if part.unknown is None else part.unknown,
            applies_when=self._condition(part, "applies_when", path),
            status=part.status,
            sources=tuple(part.sources),
            keywords=tuple(part.keywords),
        )

    def _bound(self, kind: FactType, raw: str | None, path: Path) -> FactValue | None:
        if raw is None:
            return None
        value = read_date(raw) if kind is FactType.DATE else read_number(raw)
        if value is None:
            code, expected = (
                ("wrong-date", "AAAA-MM-JJ") if kind is FactType.DATE else ("wrong-number", "un nombre")
            )
            self._find(code, path, f"« {raw} »", expected)
        return value

    # -- questionnaires

    def _questionnaire(self, part: models.QuestionnairePart, path: Path) -> Questionnaire:
        scale = self._scales.get(part.scale)
        if scale is None:
            meant = nearest(part.scale, self._scales)
            self._find(
                "unknown-scale", (*path, "scale"), part.scale, "maturity, ou une clé de « scales »", meant
            )
        return Questionnaire(
            key=part.key,
            title=part.title,
            kind=part.kind,
            axes=tuple(
                self._axis(axis, scale or _UNREAD, (*path, "axes", i)) for i, axis in enumerate(part.axes)
            ),
            about=part.about,
            scale=scale or _UNREAD,
            introduction=self._text(part.introduction),
            applies_when=self._condition(part, "applies_when", path),
        )

    def _axis(self, part: models.AxisPart, scale: Scale, path: Path) -> Axis:
        return Axis(
            key=part.key,
            title=part.title,
            criteria=tuple(
                self._criterion(each, scale, (*path, "criteria", i)) for i, each in enumerate(part.criteria)
            ),
            introduction=self._text(part.introduction),
            applies_when=self._condition(part, "applies_when", path),
        )

    def _criterion(self, part: models.CriterionPart, scale: Scale, path: Path) -> Criterion:
        kind = self._part.expected_kind
        return Criterion(
            code=part.code,
            title=part.title,
            question=part.question,
            levels=self._levels(part, scale, path),
            target=scale.top if part.target is None else part.target,
            help=self._text(part.help),
            expected=tuple(
                ExpectedLevel(each.since or self._part.effective, each.level, each.kind or kind)
                for each in part.expected
            ),
            na=part.na,
            obligation=part.obligation,
            applies_when=self._condition(part, "applies_when", path),
            status=part.status,
            sources=tuple(part.sources),
            proof=self._text(part.proof),
            keywords=tuple(part.keywords),
        )

    def _levels(self, part: models.CriterionPart, scale: Scale, path: Path) -> tuple[str, ...]:
        """Give a text per level; a requirement scale's own names serve where none is written."""
        if part.levels is None:
            if scale is MATURITY:
                self._find("missing-key", path, "levels", "un texte par niveau, de 0 à 3")
            return scale.names
        if not scale.names:
            return ()
        wanted = list(range(len(scale.names)))
        if sorted(part.levels) != wanted:
            found = ", ".join(map(str, sorted(part.levels))) or "aucun niveau"
            expected = f"les niveaux 0 à {scale.top} (échelle {scale.key})"
            self._find("wrong-levels", (*path, "levels"), found, expected)
            return scale.names
        return tuple(part.levels[level] for level in wanted)

    # -- paths and rules

    def _path(self, part: models.PathPart, path: Path) -> CompletionPath:
        qualified = self._conditions.qualified
        self._find_repeated(part.required, (*path, "required"))
        return CompletionPath(
            key=part.key,
            title=part.title,
            introduction=self._text(part.introduction),
            questionnaires=tuple(qualified(name) for name in part.questionnaires),
            required=tuple(
                RequiredLevel(
                    qualified(name),
                    required.level,
                    self._condition(required, "when", (*path, "required", name)),
                )
                for name, required in part.required.items()
            ),
            na_ok=part.na == "ok",
        )

    def _rule(self, part: models.RulePart, path: Path) -> Rule:
        if not part.facts and not part.levels:
            self._find("useless-rule", path, part.key, "« facts » ou « levels »")
        qualified = self._conditions.qualified
        self._find_repeated(part.facts, (*path, "facts"))
        self._find_repeated(part.levels, (*path, "levels"))
        return Rule(
            key=part.key,
            title=part.title,
            when=self._condition(part, "when", path),
            reason=part.reason,
            facts=MappingProxyType({qualified(name): value for name, value in part.facts.items()}),
            levels=MappingProxyType(
                {
                    qualified(name): self._effect(effect, (*path, "levels", name))
                    for name, effect in part.levels.items()
                }
            ),
            status=part.status,
            sources=tuple(part.sources),
        )

    def _find_repeated(self, names: Iterable[str], path: Path) -> None:
        """Report a name written both short and in full."""
        seen: set[str] = set()
        for name in names:
            full = self._conditions.qualified(name)
            if full in seen:
                self._find("duplicate", (*path, name), name, "un nom employé une seule fois")
            seen.add(full)

    def _effect(self, part: models.EffectPart, path: Path) -> Effect:
        if (part.level is None) is (part.at_least is None):
            self._find("wrong-effect", path, "un groupe", "un niveau, NA, ou {at_least: un niveau}")
            return Exactly(0)
        if part.at_least is not None:
            return AtLeast(part.at_least)
        level: LevelValue = NA if isinstance(part.level, str) or part.level is None else part.level
        return Exactly(level)


def _publisher(part: models.PublisherPart) -> Publisher:
    return Publisher(part.name, part.official, part.address or "", part.note or "")


def _source(key: str, part: models.SourcePart) -> Reference:
    return Reference(key, part.title, part.date, part.address or "", part.note or "")
