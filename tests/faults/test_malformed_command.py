"""The real command, given malformed referential files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jalon.plugins.files.diagnostics import TITLES
from support.malformed import TINY
from support.malformed_text import DEADLY


def _check(*paths: Path) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-c", "from jalon_web.cli import main; main()", "check", *map(str, paths)]
    return subprocess.run(start, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_survives_deadly_files(tmp_path: Path) -> None:
    """No file kills the command: it ends with code 2 and tells every fault on standard error."""
    paths = []
    for number, each in enumerate(DEADLY):
        paths.append(tmp_path / f"essai{number}.yaml")
        paths[-1].write_bytes(each.content)
    done = _check(*paths)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "Traceback" not in done.stdout + done.stderr
    for path, each in zip(paths, DEADLY, strict=True):
        for expected in each.expected:
            place = f"{path}:{expected.line}" if expected.line else f"{path}"
            assert f"{place}: {TITLES[expected.code]}" in done.stderr, each.name


def test_the_command_accepts_a_sound_file(tmp_path: Path) -> None:
    """A sound file is no fault: the code is 0 and standard error is empty."""
    path = tmp_path / "essai.yaml"
    path.write_text(TINY, encoding="utf-8")
    done = _check(path)
    assert (done.returncode, done.stderr) == (0, "")
