"""Static checks of one referential: everything that can be told before anyone answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jalon.domain.conditions import ALWAYS
from jalon.domain.core_facts import CORE
from jalon.domain.dependencies import dependencies, in_cycles, separate
from jalon.domain.editions import read_edition, read_range
from jalon.domain.findings import Finding, Path, nearest
from jalon.domain.levels import Scale
from jalon.domain.names import Names
from jalon.domain.references import check_references
from jalon.domain.referential import About, Criterion, Referential
from jalon.domain.walks import applicability_conditions, criteria_of


def check_referential(referential: Referential) -> list[Finding]:
    """Check a referential by itself: what it says of others is checked when they are known."""
    findings = [
        *_check_identity(referential),
        *_check_duplicates(referential),
        *_check_sources(referential),
        *_check_facts(referential),
        *_check_criteria(referential),
        *_check_organisation(referential),
        *check_references(referential, Names({referential.key: referential}), own=True),
        *_check_cycles(referential),
    ]
    if referential.key == CORE:  # then its own facts look like those of the core
        return [finding for finding in findings if finding.code != "core-fact"]
    return findings


def check_links(referential: Referential, present: Mapping[str, Referential]) -> list[Finding]:
    """Check what a referential says of those that are present; absent ones are no fault."""
    return check_references(referential, Names(present), own=False)


def _check_identity(referential: Referential) -> Iterator[Finding]:
    if referential.key == CORE:
        yield Finding("reserved-key", ("key",), referential.key, "une autre clé")
    if read_edition(referential.edition) is None:
        yield Finding("wrong-edition", ("edition",), referential.edition, "des nombres, par exemple 2021.12")
    for key, bounds in referential.requires.items():
        if read_range(bounds) is None:
            yield Finding("wrong-range", ("requires", key), bounds, "par exemple >=2021.12")
        if key == referential.key:
            yield Finding("requires-itself", ("requires", key), key, "un autre référentiel")


def _check_duplicates(referential: Referential) -> Iterator[Finding]:
    yield from _repeated(((fact.key, ("facts", i, "key")) for i, fact in enumerate(referential.facts)))
    for i, fact in enumerate(referential.facts):
        yield from _repeated(
            (value, ("facts", i, "choices", k, "value")) for k, value in enumerate(fact.values)
        )
    yield from _repeated(
        (q.key, ("questionnaires", i, "key")) for i, q in enumerate(referential.questionnaires)
    )
    for i, questionnaire in enumerate(referential.questionnaires):
        keys = (
            (axis.key, ("questionnaires", i, "axes", k, "key")) for k, axis in enumerate(questionnaire.axes)
        )
        yield from _repeated(keys)
    yield from _repeated((c.code, (*path, "code")) for _, c, path in criteria_of(referential))
    yield from _repeated((path.key, ("paths", i, "key")) for i, path in enumerate(referential.paths))
    yield from _repeated((rule.key, ("rules", i, "key")) for i, rule in enumerate(referential.rules))


def _repeated(names: Iterable[tuple[str, Path]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, path in names:
        if name in seen:
            yield Finding("duplicate", path, name, "un nom employé une seule fois")
        seen.add(name)


def _check_sources(referential: Referential) -> Iterator[Finding]:
    known = [source.key for source in referential.sources]
    cited: list[tuple[tuple[str, ...], Path]] = [
        (fact.sources, ("facts", i)) for i, fact in enumerate(referential.facts)
    ]
    cited += [(criterion.sources, path) for _, criterion, path in criteria_of(referential)]
    cited += [(rule.sources, ("rules", i)) for i, rule in enumerate(referential.rules)]
    for names, path in cited:
        for position, name in enumerate(names):
            if name not in known:
                where = (*path, "sources", position)
                yield Finding("unknown-source", where, name, "une clé de « sources »", nearest(name, known))


def _check_facts(referential: Referential) -> Iterator[Finding]:
    for i, fact in enumerate(referential.facts):
        if fact.type.is_chosen and not fact.choices:
            yield Finding("missing-choices", ("facts", i), fact.key, "une liste « choices »")
        if fact.choices and not fact.type.is_chosen:
            yield Finding("needless-choices", ("facts", i, "choices"), fact.type, "le type choice ou choices")
        bounds = (fact.minimum, fact.maximum)
        if bounds != (None, None) and not fact.type.is_ordered:
            yield Finding("needless-bounds", ("facts", i), fact.type, "le type number ou date")
        elif None not in bounds and fact.minimum > fact.maximum:  # type: ignore[operator]
            yield Finding("crossed-bounds", ("facts", i), f"{fact.minimum} > {fact.maximum}", "min ≤ max")


def _check_criteria(referential: Referential) -> Iterator[Finding]:
    for questionnaire, criterion, path in criteria_of(referential):
        scale = questionnaire.scale
        shown = f"un niveau de 0 à {scale.top} (échelle {scale.key})"
        if scale.names and len(criterion.levels) != len(scale.names):
            found = f"{len(criterion.levels)} niveaux"
            yield Finding("wrong-levels", (*path, "levels"), found, f"les niveaux 0 à {scale.top}")
        if not scale.holds(criterion.target):
            yield Finding("level-off-scale", (*path, "target"), str(criterion.target), shown)
        yield from _check_expected(criterion, scale, path)


def _check_expected(criterion: Criterion, scale: Scale, path: Path) -> Iterator[Finding]:
    before = None
    for i, step in enumerate(criterion.expected):
        if not scale.holds(step.level):
            expected = f"un niveau de 0 à {scale.top} (échelle {scale.key})"
            yield Finding("level-off-scale", (*path, "expected", i), str(step.level), expected)
        if before is not None and step.since <= before:
            where = (*path, "expected", i)
            yield Finding("unordered-dates", where, step.since.isoformat(), f"une date après {before}")
        before = step.since


def _check_organisation(referential: Referential) -> Iterator[Finding]:
    expected = "aucune condition : ce questionnaire porte sur l’organisation"
    for questionnaire, condition, where in applicability_conditions(referential):
        if questionnaire.about is About.ORGANISATION and condition != ALWAYS:
            yield Finding("organisation-condition", where, "applies_when", expected)


def _check_cycles(referential: Referential) -> Iterator[Finding]:
    rules = {rule.key: i for i, rule in enumerate(referential.rules)}
    facts = {referential.qualified(fact.key): i for i, fact in enumerate(referential.facts)}
    for edges in separate(in_cycles(dependencies([referential]))):
        names = " → ".join(dict.fromkeys(edge.fact for edge in edges))
        by = sorted({f"règle {edge.rule}" if edge.rule else f"condition de {edge.fact}" for edge in edges})
        first = edges[0]
        path: Path = (
            ("rules", rules[first.rule]) if first.rule else ("facts", facts[first.fact], "applies_when")
        )
        found = f"{names} ({', '.join(by)})"
        yield Finding("fact-cycle", path, found, "des faits qui ne dépendent pas d’eux-mêmes")
