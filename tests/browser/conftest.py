"""What tests in the browser share: one browser, a window whose faults fail the test, a portal to visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from jalon.plugins.registry import Plugins
from support.chromium import Window, launch, opened
from support.live import Live, served
from support.portal import fill


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


@pytest.fixture(scope="session")
def installed() -> Plugins:
    """Load the installed plugins, once."""
    return Plugins.load()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, installed: Plugins) -> bytes:
    """Give the content of a database with the demonstration, to copy from."""
    path = tmp_path_factory.mktemp("demonstration") / "jalon.db"
    fill(f"sqlite:///{path}", installed)
    return path.read_bytes()


@pytest.fixture
def live(tmp_path: Path, demonstration: bytes, installed: Plugins) -> Iterator[Live]:
    """Serve a portal with the demonstration."""
    one = served(tmp_path, demonstration, installed)
    yield one
    one.close()
