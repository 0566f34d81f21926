"""Facts as they are stored: plain values, typed again by the questions of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import FactValue
from jalon.domain.facts import WrongValueError, read_value


def typed(catalogue: Catalogue, stored: Mapping[str, Any]) -> dict[str, FactValue]:
    """Type stored facts; those that no question accepts any more are left out, and stay stored."""
    known = catalogue.names.facts
    facts: dict[str, FactValue] = {}
    for name, raw in stored.items():
        if name in known:
            try:
                facts[name] = read_value(known[name], raw)
            except WrongValueError:
                continue
    return facts
