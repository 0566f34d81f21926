"""What tests of the command line start with: the command itself, and a file to evaluate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jalon_web.cli import main
from support.command import Run


@pytest.fixture
def run() -> Run:
    """Run the command in this process, with the installed plugins."""

    def ran(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return ran


@pytest.fixture
def product(tmp_path: Path) -> Callable[[str], Path]:
    """Write a file to evaluate."""

    def written(text: str) -> Path:
        path = tmp_path / "produit.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written
