"""Replaying the pages of documentation: what they tell to write and to run works, and prints what they show."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from support.pages import DOCS, ROOT, hook_specs, page

if TYPE_CHECKING:
    from collections.abc import Iterator

THIRD_PARTY = DOCS / "examples" / "third_party"

# A replay runs, in an empty folder, the very commands of a page. They create their own virtual environment.
# It must not reach the network, so that what `pip` needs beyond this repository is lent by the environment
# that runs the tests:
# - a folder of links to its packages, without Jalon itself and its plugins, is put on the path of the new
#   environment by a .pth file laid where `python3 -m venv` (which keeps existing files) will find it;
#   pip sees these packages as installed, the build backend among them;
# - PIP_NO_INDEX forbids any download, PIP_NO_BUILD_ISOLATION makes builds use the lent backend.
# Jalon and its plugins are built into real wheels and installed, exactly as the page says.


class Step(NamedTuple):
    """One thing a reader does: write a file (`path`) or run a command."""

    path: str
    text: str
    printed: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Give the exit code the page states."""
        stated = re.search(r"# exit code (\d+)$", self.text)
        return int(stated.group(1)) if stated else 0


def steps(text: str) -> Iterator[Step]:
    """Read the files and commands of a page, in order."""
    found = re.finditer(
        r"(?:^File: `?([\w./-]+)`?\n\n)?^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    for path, language, block in (match.groups() for match in found):
        if path:
            yield Step(path, block)
        elif language == "console":
            lines = block.splitlines()
            starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
            for start, end in pairwise([*starts, len(lines)]):
                yield Step("", lines[start][2:], tuple(lines[start + 1 : end]))


def lend_packages(folder: Path) -> None:
    """Let the environment that will be made in a folder see our packages, but nothing of Jalon."""
    lent = folder / ".lent"
    lent.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if package.suffix != ".pth" and not package.name.startswith(("jalon", "_editable_impl_jalon", "pip")):
            (lent / package.name).symlink_to(package)
    site = folder / ".venv" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    (site / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")


def environment(folder: Path) -> dict[str, str]:
    """Give the variables of a replay: nothing of ours but a path with `python3`, and pip kept offline."""
    programs = folder / ".programs"
    programs.mkdir()
    (programs / "python3").symlink_to(Path(sys.base_exec_prefix) / "bin" / f"python{sys.version_info[0]}")
    return {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "JALON": str(ROOT),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the wrong way round: 0 means without isolation
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def replay(todo: list[Step], folder: Path) -> list[str]:
    """Do every step in one shell; fail at the first that does not end as stated; give what each printed."""
    lend_packages(folder)
    notes = folder / ".notes"
    notes.mkdir()
    script = ["cd " + str(folder)]
    for number, step in enumerate(todo):
        if step.path:
            (notes / f"{number}.file").write_text(step.text, encoding="utf-8")
            place = f"mkdir -p $(dirname {step.path}) && cp {notes}/{number}.file {step.path}"
            script.append(place)
        else:
            script.append(f"{{ {step.text}\n}} >{notes}/{number}.out 2>&1; code=$?")
            script.append(f"[ $code = {step.exit_code} ] || {{ echo {number} $code; exit 1; }}")
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "-c", "\n".join(script)],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    printed = [_read(notes / f"{number}.out") for number in range(len(todo))]
    if done.returncode:
        number, code = map(int, done.stdout.split())
        pytest.fail(f"$ {todo[number].text}\nended with {code}:\n{printed[number]}")
    return printed


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.slow
def test_the_guide_can_be_followed_to_the_letter(tmp_path: Path) -> None:
    """Every file and command of docs/plugins.md works in an empty folder, and prints what the page shows."""
    todo = list(steps(page("plugins.md")))
    printed = replay(todo, tmp_path)
    for step, output in zip(todo, printed, strict=True):
        for line in step.printed:
            assert _plain(line) in _plain(output), f"$ {step.text}\n{output}"


def digest(folder: Path) -> str:
    """Sum up the files of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sha256(
        b"".join(path.relative_to(folder).as_posix().encode() + path.read_bytes() for path in files)
    ).hexdigest()


@pytest.mark.slow
def test_a_third_party_plugin_needs_no_change_of_the_core(tmp_path: Path) -> None:
    """The example plugin installs, loads, evaluates and passes its own tests; Jalon stays as it was."""
    for name in ("pyproject.toml", "README.md", "example.yaml", "src", "tests"):
        source = THIRD_PARTY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    opening = [step for step in steps(page("plugins.md")) if not step.path][:3]
    extra = [Step("", "jalon plugins --json"), Step("", "jalon evaluate --json example.yaml")]
    printed = replay([*opening, *steps(page("examples/third_party/README.md")), *extra], tmp_path)
    plugins, result = (yaml.safe_load(text) for text in printed[-2:])
    (found,) = [plugin for plugin in plugins if plugin["name"] == "exemple_sobriete"]
    assert (found["state"], found["diagnostics"], found["warnings"]) == ("active", [], [])
    assert len(found["hooks"]) == len(hook_specs())
    assert result["criteria"]["doctrine/A08.5.01"]["origin"] == "rule"
    assert result["problems"] == []
    (site,) = (tmp_path / ".venv").glob("lib/*/site-packages")
    assert digest(site / "jalon") == digest(ROOT / "core" / "src" / "jalon")
    assert digest(site / "jalon_web") == digest(ROOT / "web" / "src" / "jalon_web")
    for source in (*(ROOT / "core").rglob("*.py"), *(ROOT / "web").rglob("*.py")):
        assert "sobriete" not in source.read_text(encoding="utf-8"), source
