"""What tests in the browser share: one browser, and a window whose faults fail the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from support.chromium import Window, launch, opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one browser for the run (for each worker of pytest-xdist)."""
    with launch() as started:
        yield started


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """Open a new session in a wide window; what goes wrong in it fails the test."""
    with opened(browser) as one:
        yield one
