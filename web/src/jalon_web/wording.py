"""Say in French what rules found: the engine gives facts, screens give sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import Clause, FactValue, Row, Term
from jalon.domain.facts import FactDefinition
from jalon.domain.hooks import Problem
from jalon.domain.levels import NA, LevelValue, Scale
from jalon.domain.proposals import Proposal
from jalon.domain.referential import AtLeast

_PROBLEMS: Final[Mapping[str, str]] = {
    "plugin-suspended": "Le module {plugin} est suspendu : {detail} (voir « jalon plugins »).",
    "plugin-waiting": "Le module {plugin} est {detail}.",
    "hook-failed": "Le module {plugin} a échoué ({subject}) : {detail}",
    "not-touched": "Le module {plugin} veut agir sur {subject}, qu’il ne déclare pas : ignoré. {detail}",
    "unknown-criterion": "Le module {plugin} désigne un critère inconnu, {subject} : ignoré.",
    "organisation-criterion": (
        "Le module {plugin} veut agir sur {subject}, qui concerne l’organisation : ignoré."
    ),
    "level-off-scale": "Le module {plugin} propose pour {subject} un niveau impossible ({detail}) : ignoré.",
    "wrong-verdict": "Le module {plugin} a rendu un avis illisible : {subject} {detail}",
    "wrong-proposal": "Le module {plugin} a rendu une proposition illisible : {detail}",
    "wrong-validation": "Le module {plugin} a rendu un refus illisible : {detail}",
    "wrong-result": "Le module {plugin} a rendu autre chose qu’une liste : {detail}",
    "impossible-answer": "La réponse {detail} à {subject} n’est pas sur son échelle : elle ne compte pas.",
}


def problem(found: Problem) -> str:
    """Word a problem met while evaluating."""
    said = _PROBLEMS.get(found.code, "{plugin} : {subject} {detail}").format(**found._asdict())
    return re.sub(" {2,}", " ", said).rstrip()  # a problem may have no subject, or no detail


def counted(number: int, one: str, several: str) -> str:
    """Write a number with its noun, on one line: French takes the singular below two."""
    return f"{number} {one if number < 2 else several}"  # noqa: PLR2004


def level_name(level: LevelValue, scale: Scale) -> str:
    """Name a level: its number and its word."""
    return scale.na_name if level == NA else f"{level} {scale.names[level].lower()}"


def proposed(proposal: Proposal, scale: Scale) -> str:
    """Word what a rule proposes."""
    if isinstance(proposal.effect, AtLeast):
        return f"niveau {proposal.effect.level} au minimum"
    return scale.na_name if proposal.value == NA else f"niveau {proposal.value}"


def value(fact: FactDefinition | None, raw: FactValue | None) -> str:
    """Word a fact's value, choices by their label."""
    if raw is None:
        return "sans réponse"
    if isinstance(raw, bool):
        return "oui" if raw else "non"
    if isinstance(raw, date):
        return raw.strftime("%d/%m/%Y")
    labels = {choice.value: choice.label for choice in fact.choices} if fact else {}
    if isinstance(raw, frozenset):
        return ", ".join(labels.get(each, each) for each in sorted(raw)) or "aucun"
    return labels.get(raw, raw) if isinstance(raw, str) else str(raw).replace(".", ",")


def because(row: Row, catalogue: Catalogue) -> str:
    """Word why a condition holds."""
    return " ; ".join(_held(term, catalogue) for term in row)


def would_apply_if(alternatives: Iterable[Row], catalogue: Catalogue) -> str:
    """Word what would make a condition hold."""
    return ", ou ".join(" et ".join(_wanted(term, catalogue) for term in row) for row in alternatives)


def _held(term: Term, catalogue: Catalogue) -> str:
    subject, values = _subject(term.clause, catalogue), _values(term.clause, catalogue)
    if not term.positive:
        return f"la réponse n’est pas {values} à : {subject}"
    return f"la réponse est {values} à : {subject}"


def _wanted(term: Term, catalogue: Catalogue) -> str:
    subject, values = _subject(term.clause, catalogue), _values(term.clause, catalogue)
    if not term.positive:
        return f"la réponse n’était pas {values} à : {subject}"
    return f"la réponse était {values} à : {subject}"


def _subject(clause: Clause, catalogue: Catalogue) -> str:
    if clause.source == "answer":
        place = catalogue.names.criteria.get(clause.name)
        return f"{place.criterion.code} {place.criterion.title}" if place else clause.name
    fact = catalogue.names.facts.get(clause.name)
    return f"« {fact.question} »" if fact else clause.name


def _values(clause: Clause, catalogue: Catalogue) -> str:
    fact = catalogue.names.facts.get(clause.name) if clause.source == "fact" else None
    if clause.values:
        return " ou ".join(f"« {value(fact, each)} »" for each in clause.values)
    low, high = clause.minimum, clause.maximum
    if low is None:
        return f"au plus {value(fact, high)}"
    if high is None:
        return f"au moins {value(fact, low)}"
    return f"entre {value(fact, low)} et {value(fact, high)}"
