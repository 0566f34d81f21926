"""Find facts, criteria and questionnaires by their qualified names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jalon.domain.core_facts import CORE, CORE_FACTS, PATHS, REFERENTIALS
from jalon.domain.facts import Choice, FactDefinition
from jalon.domain.referential import About, CompletionPath, Criterion, Questionnaire, Referential


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a criterion stands."""

    questionnaire: Questionnaire
    criterion: Criterion

    @property
    def about(self) -> About:
        """Say what the criterion describes: a product or an organisation."""
        return self.questionnaire.about


class Names:
    """Index what a set of referentials declares."""

    def __init__(self, referentials: Mapping[str, Referential]) -> None:
        self.referentials = referentials
        self.facts: dict[str, FactDefinition] = dict(CORE_FACTS)
        self.criteria: dict[str, Place] = {}
        self.questionnaires: dict[str, Questionnaire] = {}
        self.paths: dict[str, CompletionPath] = {}
        for referential in referentials.values():
            self._add(referential)
        self._offer(PATHS, {name: path.title for name, path in self.paths.items()})
        selectable = (each for each in referentials.values() if each.is_selectable)
        self._offer(REFERENTIALS, {each.key: each.title for each in selectable})

    def _offer(self, fact: str, labels: Mapping[str, str]) -> None:
        """Let a product choose among what is installed."""
        choices = tuple(Choice(value, label) for value, label in labels.items())
        self.facts[fact] = replace(CORE_FACTS[fact], choices=choices)

    def _add(self, referential: Referential) -> None:
        for fact in referential.facts:
            self.facts.setdefault(referential.qualified(fact.key), fact)
        for path in referential.paths:
            self.paths[referential.qualified(path.key)] = path
        for questionnaire in referential.questionnaires:
            self.questionnaires[referential.qualified(questionnaire.key)] = questionnaire
            for _, criterion in questionnaire.criteria():
                self.criteria.setdefault(
                    referential.qualified(criterion.code), Place(questionnaire, criterion)
                )

    def knows(self, key: str) -> bool:
        """Say whether a referential is among those indexed; the core always is."""
        return key == CORE or key in self.referentials


def referential_of(name: str) -> str:
    """Give the referential part of a qualified name."""
    return name.partition("/")[0]
