"""The present instant, given to services so that tests decide it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def system_clock() -> datetime:
    """Give the present instant, in UTC."""
    return datetime.now(UTC)
