"""Facts as they are stored: plain values, typed again by the questions of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import FactValue
from jalon.domain.core_facts import PATHS, REFERENTIALS
from jalon.domain.facts import FactType, WrongValueError, read_value


def typed(catalogue: Catalogue, stored: Mapping[str, Any]) -> dict[str, FactValue]:
    """Type stored facts; those that no question accepts any more are left out, and stay stored.

    Of a multiple choice only the values that are gone are left out: an absent path hides no other.
    """
    known = catalogue.names.facts
    facts: dict[str, FactValue] = {}
    for name, raw in stored.items():
        fact = known.get(name)
        if fact is None:
            continue
        value = raw
        if fact.type is FactType.CHOICES and fact.choices and isinstance(raw, list):
            value = [each for each in raw if each in fact.values]
            if raw and not value:
                continue
        try:
            facts[name] = read_value(fact, value)
        except WrongValueError:
            continue
    return facts


def with_absent(catalogue: Catalogue, stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Add to the facts a person gives those stored for referentials that are absent: nobody asked them."""
    known = catalogue.names.facts
    facts = {name: value for name, value in stored.items() if name not in known} | dict(given)
    for name in (PATHS, REFERENTIALS):
        absent = set(stored.get(name) or ()) - set(known[name].values)
        if absent:
            facts[name] = sorted(absent.union(facts.get(name) or ()))
    return facts
