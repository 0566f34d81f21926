"""Check the names, values and levels that a referential refers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jalon.domain.conditions import Clause, Condition, clauses
from jalon.domain.core_facts import CORE, CORE_FACTS, PATHS, REFERENTIALS
from jalon.domain.facts import WrongValueError, read_value
from jalon.domain.findings import MAX_SUGGESTIONS, Finding, Path, nearest, unquoted
from jalon.domain.levels import NA
from jalon.domain.linking import linked_clause
from jalon.domain.names import Names, Place, referential_of
from jalon.domain.referential import About, AtLeast, Effect, Kind, NaPolicy, Referential, Rule
from jalon.domain.walks import conditions_on_facts


def check_references(referential: Referential, names: Names, *, own: bool) -> list[Finding]:
    """Check every reference: with `own`, those to itself and whether others are declared; else the rest."""
    return _References(referential, names, own=own).findings()


class _References:
    def __init__(self, referential: Referential, names: Names, *, own: bool) -> None:
        self._referential = referential
        self._names = names
        self._own = own
        self._declared = {*referential.requires, *referential.touches}
        self._suggestions = MAX_SUGGESTIONS

    def findings(self) -> list[Finding]:
        return list(self._all())

    def _all(self) -> Iterator[Finding]:
        for condition, path in conditions_on_facts(self._referential):
            yield from self._only_facts(condition, path)
            yield from self._condition(condition, path)
        for i, rule in enumerate(self._referential.rules):
            if not rule.facts:
                yield from self._condition(rule.when, ("rules", i, "when"))
            yield from self._effects(rule, ("rules", i))
        yield from self._paths()

    # -- what is read

    def _only_facts(self, condition: Condition, path: Path) -> Iterator[Finding]:
        if self._own and any(clause.source == "answer" for clause in clauses(condition)):
            yield Finding(
                "answer-not-readable",
                path,
                "answer",
                "des faits : seules les règles de niveaux lisent des réponses",
            )

    def _condition(self, condition: Condition, path: Path) -> Iterator[Finding]:
        for clause in clauses(condition):
            check = self._fact_clause if clause.source == "fact" else self._answer_clause
            yield from check(clause, path)

    def _fact_clause(self, clause: Clause, path: Path) -> Iterator[Finding]:
        if clause.name in {PATHS, REFERENTIALS} and clause.values:
            yield from self._selection_clause(clause, path)
            return
        yield from self._declaration(clause.name, path, self._declared)
        if not self._looked_up(clause.name):
            return
        fact = self._names.facts.get(clause.name)
        if fact is None:
            yield self._unknown("unknown-fact", clause.name, path, self._names.facts)
            return
        try:
            yield from _crossed(linked_clause(clause, fact), path)
        except WrongValueError as error:
            yield _wrong_value(error, path)

    def _selection_clause(self, clause: Clause, path: Path) -> Iterator[Finding]:
        """Check what a condition says of the paths or referentials a product selected."""
        for value in clause.values:
            name = str(value) if clause.name == PATHS else f"{value}/"
            yield from self._declaration(name, path, self._declared)
            if clause.name == PATHS and self._looked_up(name) and name not in self._names.paths:
                yield self._unknown("unknown-path", name, path, self._names.paths)
            chosen = self._names.referentials.get(str(value)) if clause.name == REFERENTIALS else None
            if chosen is not None and self._looked_up(name) and not chosen.is_selectable:
                yield Finding(
                    "wrong-value", path, str(value), "un référentiel à questionnaire complémentaire"
                )

    def _answer_clause(self, clause: Clause, path: Path) -> Iterator[Finding]:
        yield from self._declaration(clause.name, path, self._declared)
        place = self._criterion(clause.name)
        if place is None:
            yield from self._if_unknown_criterion(clause.name, path)
            return
        yield from _crossed(clause, path)
        scale = place.questionnaire.scale
        for level in (*clause.values, clause.minimum, clause.maximum):
            if level is not None and level != NA and not scale.holds(level):
                yield Finding("level-off-scale", path, str(level), f"un niveau de 0 à {scale.top}, ou NA")

    # -- what is set

    def _effects(self, rule: Rule, path: Path) -> Iterator[Finding]:
        for name, value in rule.facts.items():
            here = (*path, "facts", name)
            yield from self._declaration(name, here, {*self._referential.touches}, code="not-touched")
            yield from self._derived(name, value, here)
        for name, effect in rule.levels.items():
            here = (*path, "levels", name)
            yield from self._declaration(name, here, {*self._referential.touches}, code="not-touched")
            place = self._criterion(name)
            if place is None:
                yield from self._if_unknown_criterion(name, here)
            else:
                yield from _effect(effect, place, here)
        yield from self._mixed(rule, path)

    def _derived(self, name: str, value: object, path: Path) -> Iterator[Finding]:
        if referential_of(name) == CORE:
            if self._own:
                yield Finding(
                    "core-fact", path, name, "un fait d’un référentiel : ceux du cœur ne se déduisent pas"
                )
            return
        if not self._looked_up(name):
            return
        fact = self._names.facts.get(name)
        if fact is None:
            yield self._unknown("unknown-fact", name, path, self._names.facts)
            return
        try:
            read_value(fact, value)
        except WrongValueError as error:
            yield _wrong_value(error, path)

    def _mixed(self, rule: Rule, path: Path) -> Iterator[Finding]:
        """Refuse rules between a product and an organisation: only required levels cross."""
        reads = list(clauses(rule.when))
        abouts = {self._about(name) for name in rule.levels}
        abouts |= {self._about(clause.name) for clause in reads if clause.source == "answer"}
        on_product = bool(rule.facts) or any(clause.source == "fact" for clause in reads)
        crosses = About.ORGANISATION in abouts and (on_product or About.PRODUCT in abouts)
        mine = {referential_of(name) for name in (*rule.levels, *rule.facts, *(c.name for c in reads))}
        if crosses and self._own is (mine <= {self._referential.key, CORE}):
            expected = "un produit ou l’organisation : seuls les niveaux requis d’un parcours lisent les deux"
            yield Finding("organisation-rule", path, rule.key, expected)

    def _about(self, name: str) -> About | None:
        place = self._names.criteria.get(name)
        return place.about if place else None

    # -- completion paths

    def _paths(self) -> Iterator[Finding]:
        for i, path in enumerate(self._referential.paths):
            for k, name in enumerate(path.questionnaires):
                here: Path = ("paths", i, "questionnaires", k)
                yield from self._declaration(name, here, self._declared)
                brought = self._names.questionnaires.get(name)
                if self._looked_up(name) and brought is None:
                    yield self._unknown("unknown-questionnaire", name, here, self._names.questionnaires)
                elif self._looked_up(name) and brought and brought.kind is not Kind.REQUIREMENTS:
                    yield Finding("wrong-questionnaire", here, name, "un questionnaire complémentaire")
            for required in path.required:
                here = ("paths", i, "required", required.criterion)
                yield from self._declaration(required.criterion, here, self._declared)
                place = self._criterion(required.criterion)
                if place is None:
                    yield from self._if_unknown_criterion(required.criterion, here)
                elif not place.questionnaire.scale.holds(required.level):
                    top = place.questionnaire.scale.top
                    yield Finding("level-off-scale", here, str(required.level), f"un niveau de 0 à {top}")

    # -- names

    def _declaration(
        self, name: str, path: Path, declared: set[str], code: str = "not-required"
    ) -> Iterator[Finding]:
        owner = referential_of(name)
        if self._own and owner not in {self._referential.key, CORE, *declared}:
            key = "« touches »" if code == "not-touched" else "« requires » ou « touches »"
            yield Finding(code, path, name, f"« {owner} » dans {key}", nearest(owner, declared))

    def _looked_up(self, name: str) -> bool:
        owner = referential_of(name)
        mine = owner in {self._referential.key, CORE}
        return mine if self._own else not mine and self._names.knows(owner)

    def _criterion(self, name: str) -> Place | None:
        return self._names.criteria.get(name) if self._looked_up(name) else None

    def _if_unknown_criterion(self, name: str, path: Path) -> Iterator[Finding]:
        if self._looked_up(name):
            yield self._unknown("unknown-criterion", name, path, self._names.criteria)

    def _unknown(self, code: str, name: str, path: Path, known: Iterable[str]) -> Finding:
        owner = referential_of(name)
        candidates = [other for other in known if referential_of(other) == owner]
        candidates += [
            core
            for core in CORE_FACTS
            if code == "unknown-fact" and core.endswith(f"/{name.rpartition('/')[2]}")
        ]
        self._suggestions -= 1
        close = nearest(name, candidates) if self._suggestions >= 0 else ()
        return Finding(code, path, name, f"un nom déclaré par « {owner} »", close)


def _effect(effect: Effect, place: Place, path: Path) -> Iterator[Finding]:
    scale = place.questionnaire.scale
    if not isinstance(effect, AtLeast) and effect.level == NA:
        if place.criterion.na is NaPolicy.NO:
            expected = f"un niveau : « {place.criterion.code} » refuse NA (na: no)"
            yield Finding("na-refused", path, NA, expected)
    elif not scale.holds(effect.level):
        yield Finding("level-off-scale", path, str(effect.level), f"un niveau de 0 à {scale.top}, ou NA")


def _crossed(clause: Clause, path: Path) -> Iterator[Finding]:
    low, high = clause.minimum, clause.maximum
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        yield Finding("crossed-bounds", path, f"{low} > {high}", "min ≤ max")


def _wrong_value(error: WrongValueError, path: Path) -> Finding:
    return Finding(
        "wrong-value", path, error.found, error.expected, nearest(unquoted(error.found), error.candidates)
    )
