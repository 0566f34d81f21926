"""Evaluate what a file describes: a product and its organisation, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jalon.domain.catalogue import Catalogue
from jalon.domain.evaluation import (
    Evaluation,
    QuestionnaireState,
    evaluate_organisation,
    evaluate_product,
)
from jalon.domain.hooks import Problem
from jalon.domain.readiness import Readiness, readiness
from jalon.domain.states import CriterionState
from jalon.exchange.subject_file import SubjectFile
from jalon.plugins.registry import Plugins


@dataclass(frozen=True, slots=True)
class Report:
    """Hold everything an evaluation came to, for a product and its organisation, on a day."""

    catalogue: Catalogue
    product: Evaluation
    organisation: Evaluation
    paths: tuple[Readiness, ...]
    day: date
    name: str = ""
    absences: tuple[Problem, ...] = ()  # plugins that take no part, or not wholly

    @property
    def criteria(self) -> dict[str, CriterionState]:
        """Give the criteria of both."""
        return {**self.product.criteria, **self.organisation.criteria}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Give what was ignored, failed or is missing."""
        return tuple(sorted((*self.product.problems, *self.organisation.problems, *self.absences)))

    @property
    def questionnaires(self) -> tuple[QuestionnaireState, ...]:
        """Give the questionnaires of both."""
        return (*self.product.questionnaires, *self.organisation.questionnaires)


def report_on(subject: SubjectFile, plugins: Plugins) -> Report:
    """Evaluate a subject with these plugins, today unless it names a day."""
    catalogue = plugins.catalogue
    product = evaluate_product(catalogue, subject.given, subject.product, plugins)
    organisation = evaluate_organisation(catalogue, subject.organisation)
    criteria = {**product.criteria, **organisation.criteria}
    return Report(
        catalogue=catalogue,
        product=product,
        organisation=organisation,
        paths=readiness(catalogue, product.facts.values, criteria),
        absences=plugins.absences(),
        name=subject.name,
        day=subject.day or date.today(),  # noqa: DTZ011 - the person's own day, not an instant
    )
