"""What the tests say when this machine lacks a program they cannot do without."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def stop(reason: str) -> NoReturn:
    """End the run with one line; a worker of pytest-xdist, which may not, fails the test with this line."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail(reason, pytrace=False)
    pytest.exit(reason, returncode=4)
