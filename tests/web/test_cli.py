"""The command line among other programs: errors, terminals, pipes, what it imports, the schema of editors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.command import FAQ, ROOT, Run


def _command(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    start = "import sys; from jalon_web.cli import main; main(sys.argv[1:], prog_name='jalon')"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
        timeout=60,
    )


def test_an_unexpected_error_shows_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in Jalon itself is one sentence, and where to find more."""

    def fails(**_: object) -> None:
        raise RuntimeError("cassé")

    monkeypatch.setattr("importlib_metadata.entry_points", fails)
    result = run("plugins")

    assert 2 == result.exit_code
    assert "Erreur inattendue de Jalon : RuntimeError : cassé (test_cli.py:" in result.stderr
    assert "JALON_TRACE=1" in result.stderr
    monkeypatch.setenv("JALON_TRACE", "1")
    with pytest.raises(AssertionError, match="cassé"):
        run("plugins")


@pytest.mark.parametrize(
    "arguments", [["plugins"], ["check"], ["evaluate", str(FAQ[0])], ["evaluate", str(FAQ[0]), "--json"]]
)
def test_a_terminal_without_accents_is_no_fault(arguments: list[str]) -> None:
    """Where a terminal lacks letters, substitutes are printed; JSON stays exact."""
    done = _command(*arguments, environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert (0, "") == (done.returncode, done.stderr)
    if "--json" in arguments:
        assert json.loads(_command(*arguments).stdout) == json.loads(done.stdout)
        assert done.stdout.isascii()


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    """`jalon schema | head -1` ends quietly."""
    start = "from jalon_web.cli import main; main(['schema'], prog_name='jalon')"
    shell = f'"{sys.executable}" -c "{start}" 2>"{tmp_path}/err" | head -1'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, timeout=60)

    assert "{\n" == done.stdout
    assert "" == (tmp_path / "err").read_text()


def test_commands_without_page_do_not_import_flask() -> None:
    """Evaluating and checking load neither Flask nor SQLModel."""
    start = (
        "import sys; from click.testing import CliRunner; from jalon_web.cli import main; "
        "CliRunner().invoke(main, ['plugins']); print({'flask', 'sqlmodel', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=True, timeout=60
    )

    assert "set()\n" == done.stdout


def test_colours_are_for_terminals_only() -> None:
    """A pipe gets plain text, unless colour is asked for."""
    path = str(ROOT / "docs/examples/faq/administration.yaml")
    plain, forced = _command("evaluate", path), _command("evaluate", path, environment={"FORCE_COLOR": "1"})

    assert "\x1b[" not in plain.stdout
    assert "\x1b[" in forced.stdout


def _schema_cases() -> list[Path]:
    return [
        *ROOT.glob("plugins/*/src/*/referential.yaml"),
        *(ROOT / "tests/referentials").glob("*.yaml"),
    ]


@pytest.mark.parametrize("path", _schema_cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_schema_accepts_our_referentials(run: Run, path: Path) -> None:
    """The JSON Schema for editors accepts every referential of this repository."""
    import jsonschema
    import yaml

    class Plain(yaml.CSafeLoader):
        """Read dates as text, as JSON has none."""

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=Plain)  # noqa: S506 - a SafeLoader
    jsonschema.Draft202012Validator(json.loads(run("schema").stdout)).validate(_text_keys(content))


def test_the_schema_refuses_an_unknown_key(run: Run) -> None:
    """An editor underlines a misspelt key."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(run("schema").stdout))

    assert any("titel" in error.message for error in validator.iter_errors({"titel": "x"}))


def _text_keys(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _text_keys(value) for key, value in node.items()}
    return [_text_keys(item) for item in node] if isinstance(node, list) else node
