"""Doctrine du numérique en santé: the maturity questionnaires of Jalon."""

from __future__ import annotations

from jalon import Referential, hookimpl, referential_from_package


@hookimpl
def jalon_referentials() -> list[Referential]:
    """Bring the referential written beside this module."""
    return [referential_from_package(__package__)]
