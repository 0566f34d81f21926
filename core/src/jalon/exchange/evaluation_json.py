"""Write an evaluation as plain values: the stable output of `jalon evaluate --json` (docs/evaluate.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from jalon.domain.conditions import FactValue, Row, Term
from jalon.domain.derivation import FactState, ResolvedFacts
from jalon.domain.explanations import Explanation
from jalon.domain.gap import expected_at, gap
from jalon.domain.levels import LevelValue
from jalon.domain.proposals import Proposal, divergence_key
from jalon.domain.readiness import Readiness, Requirement
from jalon.domain.referential import AtLeast, Criterion
from jalon.domain.scoring import Progress, Score
from jalon.domain.states import CriterionState
from jalon.exchange.report import Report

FORMAT = 1


def as_json(report: Report) -> dict[str, Any]:
    """Write a report; keys and their order do not depend on plugins' order."""
    facts, criteria = report.product.facts, report.criteria
    return {
        "format": FORMAT,
        "date": report.day.isoformat(),
        "facts": {name: _fact(facts.state(name)) for name in sorted(report.catalogue.names.facts)},
        "criteria": {name: _criterion(report, state, facts) for name, state in sorted(criteria.items())},
        "questionnaires": {each.name: _scored(each.score, each.progress) for each in report.questionnaires},
        "axes": {
            each.name: {axis.key: _scored(axis.score, axis.progress) for axis in each.axes}
            for each in report.questionnaires
        },
        "paths": {each.path: _path(each) for each in report.paths},
        "conflicts": list(_conflicts(facts, report, criteria)),
        "problems": [problem._asdict() for problem in report.problems],
    }


def plain(value: FactValue | None) -> Any:
    """Write a fact's value: a multiple choice as a sorted list, a date as text."""
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def _fact(state: FactState) -> dict[str, Any]:
    rules = [{"rule": rule.key, "value": plain(rule.value), "reason": rule.reason} for rule in state.rules]
    return {
        "value": plain(state.value),
        "origin": state.origin,
        "asked": state.asked,
        "given": plain(state.given),
        "rule": rules[0]["rule"] if rules else None,
        "rules": rules,
        "contradiction": state.contradiction,
        "conflict": state.conflict,
    }


def _criterion(report: Report, state: CriterionState, facts: ResolvedFacts) -> dict[str, Any]:
    criterion = report.catalogue.names.criteria[state.name].criterion
    expected = expected_at(criterion.expected, report.day)
    answer = state.answer
    return {
        "applies": state.applies,
        "reasons": list(_reasons(state, facts)),
        "level": state.level,
        "origin": state.origin,
        "answer": None
        if answer is None
        else {
            "level": answer.level,
            "support": list(answer.support),
            "to_investigate": answer.to_investigate,
        },
        "proposals": [_proposal(each, report) for each in state.proposals],
        "conflict": state.conflict,
        "diverges": state.diverges,
        "divergence": divergence_key(state.level, state.proposals)
        if state.diverges and state.level is not None
        else None,
        "to_confirm": state.origin == "rule",
        "to_reconfirm": state.to_reconfirm,
        "expected": expected.level if expected else None,
        "expected_kind": expected.kind.value if expected else None,
        "target": criterion.target,
        **_gaps(criterion, state.level, expected.level if expected else None),
    }


def _gaps(criterion: Criterion, level: LevelValue | None, expected: int | None) -> dict[str, int | None]:
    return {"gap_to_expected": gap(level, expected), "gap_to_target": gap(level, criterion.target)}


def _reasons(state: CriterionState, facts: ResolvedFacts) -> Iterator[dict[str, Any]]:
    explanation: Explanation = state.explanation
    if not explanation.holds:
        alternatives = [_terms(row, facts) for row in explanation.missing]
        yield {"kind": "condition", "holds": False, "would_apply_if": alternatives}
    elif explanation.because:
        yield {"kind": "condition", "holds": True, "clauses": _terms(explanation.because, facts)}
    else:
        yield {"kind": "always"}
    for verdict in state.verdicts:
        yield {
            "kind": "verdict",
            "plugin": verdict.plugin,
            "applies": verdict.applies,
            "reason": verdict.reason,
        }


def _terms(row: Row, facts: ResolvedFacts) -> list[dict[str, Any]]:
    return [_term(term, facts) for term in row]


def _term(term: Term, facts: ResolvedFacts) -> dict[str, Any]:
    clause = term.clause
    written: dict[str, Any] = {clause.source: clause.name}
    if clause.values:
        written["is"] = [plain(value) for value in clause.values]
    if clause.minimum is not None:
        written["min"] = plain(clause.minimum)
    if clause.maximum is not None:
        written["max"] = plain(clause.maximum)
    written["not"] = not term.positive
    if clause.source == "fact":
        written["value"] = plain(facts.values.get(clause.name))
    return written


def _proposal(proposal: Proposal, report: Report) -> dict[str, Any]:
    facts = report.product.facts
    read = sorted({term.clause.name for term in proposal.because if term.clause.source == "fact"})
    effect = "at_least" if isinstance(proposal.effect, AtLeast) else "level"
    return {
        effect: proposal.value,
        "rule": proposal.rule,
        "reason": proposal.reason,
        "facts": {name: plain(facts.values.get(name)) for name in read},
        "clauses": _terms(proposal.because, facts),
    }


def _scored(score: Score, progress: Progress) -> dict[str, Any]:
    return {
        "score": score.text,
        "sum": score.total,
        "counted": score.counted,
        "answered": progress.answered,
        "applicable": progress.applicable,
        "to_confirm": progress.to_confirm,
        "not_applicable": progress.not_applicable,
        "charted": progress.is_charted,
    }


def _path(path: Readiness) -> dict[str, Any]:
    return {
        "title": path.title,
        "selected": path.selected,
        "met": path.met,
        "to_confirm": path.count(Requirement.TO_CONFIRM),
        "missing": path.count(Requirement.MISSING),
        "unanswered": path.count(Requirement.UNANSWERED),
        "unavailable": path.count(Requirement.UNAVAILABLE),
        "required": {
            each.criterion: {"level": each.level, "state": each.state.value} for each in path.required
        },
    }


def _conflicts(
    facts: ResolvedFacts, report: Report, criteria: Mapping[str, CriterionState]
) -> Iterable[dict[str, Any]]:
    for name in sorted(facts.worked_out):
        fact = facts.worked_out[name]
        if fact.conflict:
            yield {"fact": name, "values": {rule.key: plain(rule.value) for rule in fact.rules}}
    for name, state in sorted(criteria.items()):
        if state.conflict:
            yield {"criterion": name, "proposals": [_proposal(each, report) for each in state.proposals]}
