"""The facts the core itself gives: what the product is, and what it selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jalon.domain.facts import Choice, FactDefinition, FactType, Section

CORE: Final = "jalon"
"""The key no referential may take."""

KIND: Final = "jalon/kind"
PATHS: Final = "jalon/paths"
REFERENTIALS: Final = "jalon/referentials"

CORE_FACTS: Final[Mapping[str, FactDefinition]] = {
    KIND: FactDefinition(
        key="kind",
        question="Le produit est-il un socle ou une option ?",
        type=FactType.CHOICE,
        choices=(Choice("base", "Produit socle"), Choice("option", "Produit option")),
        section=Section.DESCRIPTION,
        unknown=False,
    ),
    # Their choices are what is installed, so any name is accepted where they are read.
    PATHS: FactDefinition(
        key="paths",
        question="Quels parcours de complétion concernent le produit ?",
        type=FactType.CHOICES,
        section=Section.PATHS,
        unknown=False,
    ),
    REFERENTIALS: FactDefinition(
        key="referentials",
        question="Quels référentiels d’exigences concernent le produit ?",
        type=FactType.CHOICES,
        section=Section.REQUIREMENTS,
        unknown=False,
    ),
}
