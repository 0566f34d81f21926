"""Walk a referential and say, for each thing met, where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterator

from jalon.domain.conditions import Condition
from jalon.domain.findings import Path
from jalon.domain.referential import Criterion, Questionnaire, Referential


def criteria_of(referential: Referential) -> Iterator[tuple[Questionnaire, Criterion, Path]]:
    """Yield every criterion with its questionnaire and its path."""
    for i, questionnaire in enumerate(referential.questionnaires):
        for k, axis in enumerate(questionnaire.axes):
            for n, criterion in enumerate(axis.criteria):
                yield questionnaire, criterion, ("questionnaires", i, "axes", k, "criteria", n)


def applicability_conditions(referential: Referential) -> Iterator[tuple[Questionnaire, Condition, Path]]:
    """Yield the condition of every questionnaire, axis and criterion."""
    for i, questionnaire in enumerate(referential.questionnaires):
        here: Path = ("questionnaires", i)
        yield questionnaire, questionnaire.applies_when, (*here, "applies_when")
        for k, axis in enumerate(questionnaire.axes):
            yield questionnaire, axis.applies_when, (*here, "axes", k, "applies_when")
    for questionnaire, criterion, path in criteria_of(referential):
        yield questionnaire, criterion.applies_when, (*path, "applies_when")


def conditions_on_facts(referential: Referential) -> Iterator[tuple[Condition, Path]]:
    """Yield every condition that may read facts only."""
    for i, fact in enumerate(referential.facts):
        yield fact.applies_when, ("facts", i, "applies_when")
    for _, condition, path in applicability_conditions(referential):
        yield condition, path
    for i, completion in enumerate(referential.paths):
        for required in completion.required:
            yield required.when, ("paths", i, "required", required.criterion)
    for i, rule in enumerate(referential.rules):
        if rule.facts:
            yield rule.when, ("rules", i, "when")
