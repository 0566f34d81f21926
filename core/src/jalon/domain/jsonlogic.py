"""Export conditions as JsonLogic, whose engines are an oracle independent of ours."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from jalon.domain.conditions import AllOf, AnyOf, Clause, Condition, Facts, FactValue, Levels, Not
from jalon.domain.levels import NA


def exported(condition: Condition, multiple: AbstractSet[str] = frozenset()) -> Any:
    """Write a linked condition as a JsonLogic rule; `multiple` names the multiple-choice facts."""
    match condition:
        case Clause(values=()):
            return _bounds(condition)
        case Clause():
            return _overlap(condition) if condition.name in multiple else _values(condition)
        case AllOf(parts):
            return {"and": [exported(part, multiple) for part in parts]} if parts else True
        case AnyOf(parts):
            return {"or": [exported(part, multiple) for part in parts]} if parts else False
        case Not(part):
            return {"!": [exported(part, multiple)]}


def exported_data(facts: Facts, answers: Levels) -> dict[str, Any]:
    """Write facts and answers as the data of exported rules: sets as lists, dates as numbers."""
    return {
        "fact": {_key(name): _plain(value) for name, value in facts.items()},
        "answer": {_key(name): level for name, level in answers.items()},
    }


def _values(clause: Clause) -> Any:
    variable = _variable(clause)
    same = [{"===": [variable, _plain(value)]} for value in clause.values]
    return same[0] if len(same) == 1 else {"or": same}


def _overlap(clause: Clause) -> Any:
    wanted = [_plain(value) for value in clause.values]
    return {"some": [_variable(clause), {"in": [{"var": ""}, wanted]}]}


def _bounds(clause: Clause) -> Any:
    variable = _variable(clause)
    # A missing value compares as zero in JsonLogic, and NA as text: both are kept out first.
    parts: list[Any] = [{"!==": [variable, None]}, {"!==": [variable, NA]}]
    if clause.minimum is not None:
        parts.append({">=": [variable, _plain(clause.minimum)]})
    if clause.maximum is not None:
        parts.append({"<=": [variable, _plain(clause.maximum)]})
    return {"and": parts}


def _variable(clause: Clause) -> dict[str, str]:
    return {"var": f"{clause.source}.{_key(clause.name)}"}


def _key(name: str) -> str:
    return name.replace("%", "%25").replace(".", "%2E")


def _plain(value: FactValue) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.year * 10_000 + value.month * 100 + value.day
    return value
