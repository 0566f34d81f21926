"""DMP compatibility: profiles that pre-fill the A08 criteria of the doctrine."""

from __future__ import annotations

from jalon import Referential, hookimpl, referential_from_package


@hookimpl
def jalon_referentials() -> list[Referential]:
    """Bring the referential written beside this module."""
    return [referential_from_package(__package__)]
