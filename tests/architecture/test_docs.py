"""The documentation of plugin authors says what the code does: nothing less, nothing more."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
import sys
import sysconfig
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

import jalon
from jalon import Verdict, hookimpl, referential_from_file, testing
from jalon.plugins import specs
from jalon.plugins.files import models
from jalon.plugins.files.diagnostics import TITLES
from jalon_web import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jalon import Referential

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
THIRD_PARTY = DOCS / "examples" / "third_party"
PAGES = ("plugins.md", "hooks.md", "evaluate.md")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Read one page."""
    return (DOCS / name).read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    """List the headings of a page that are not inside a block."""
    return re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)


def section(text: str, heading: str) -> str:
    """Give what follows one heading, up to the next heading of any level."""
    without = FENCE.sub("", text)
    assert heading in headings(text), f"no heading {heading!r}"
    (found,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", without, re.MULTILINE | re.DOTALL)
    return str(found)


def first_column(text: str, titled: str) -> list[str]:
    """List the names in the first column of the tables whose first column has this title."""
    names, reading = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            reading = False
        elif cells[0] == titled:
            reading = True
        elif reading and not set(cells[0]) <= {"-", ":"}:
            names.append(cells[0].strip("`"))
    return names


# -- hooks


def hook_specs() -> dict[str, str]:
    """Give each hook with its arguments, as its heading shows it."""
    functions = {name: value for name, value in vars(specs).items() if hasattr(value, "jalon_spec")}
    return {
        name: f"{name}({', '.join(inspect.signature(each).parameters)})" for name, each in functions.items()
    }


def test_every_hook_has_a_heading_with_its_exact_arguments() -> None:
    """docs/hooks.md has one heading per hook and no other that looks like one."""
    found = [heading for heading in headings(page("hooks.md")) if heading.startswith("jalon_")]
    assert sorted(found) == sorted(hook_specs().values())


def test_every_hook_has_a_test() -> None:
    """Some file under tests/ defines test_hook_<name> for each hook."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    defined = {
        name for source in sources for name in re.findall(r"^def (test_hook_\w+)\(", source, re.MULTILINE)
    }
    assert {f"test_hook_{name}" for name in hook_specs()} <= defined


def test_every_hook_has_an_example_that_runs() -> None:
    """The Python blocks of docs/hooks.md run, and together implement every hook."""
    defined = set()
    for language, block in FENCE.findall(page("hooks.md")):
        if language == "python":
            names: dict[str, Any] = {"__name__": "example", "__package__": "example"}
            exec(compile(block, "hooks.md", "exec"), names)  # noqa: S102 - our own page
            defined |= {name for name in names if name.startswith("jalon_")}
    assert defined == set(hook_specs())


def test_every_problem_of_an_evaluation_is_documented() -> None:
    """docs/hooks.md lists exactly the problems that screens can word."""
    listed = first_column(section(page("hooks.md"), "Problems reported"), "Code")
    assert sorted(listed) == sorted(wording._PROBLEMS)


# -- public names and the format of files


def test_public_names_are_listed() -> None:
    """docs/plugins.md lists exactly what jalon and jalon.testing export."""
    listed = first_column(section(page("plugins.md"), "10. Public names and versions"), "Name")
    assert sorted(listed) == sorted([*jalon.__all__, *testing.__all__])


def parts() -> dict[str, type[models._Part]]:
    """Give the models of the file format by the heading that documents each."""
    return {each.__name__.removesuffix("Part"): each for each in models._Part.__subclasses__()}


@pytest.mark.parametrize("heading", sorted(parts()))
def test_the_reference_lists_the_keys_of_the_format(heading: str) -> None:
    """The table of each part of the file lists its keys, no less and no more."""
    assert first_column(section(page("plugins.md"), heading), "Key") == list(parts()[heading].model_fields)


def test_the_reference_documents_no_part_that_does_not_exist() -> None:
    """Each heading with a table of keys is the name of a part."""
    text = page("plugins.md")
    described = {heading for heading in headings(text) if first_column(section(text, heading), "Key")}
    assert described == set(parts())


def test_the_reference_gives_the_compulsory_keys() -> None:
    """A key has no default in its table exactly when the format requires it."""
    for heading, model in parts().items():
        rows = re.findall(
            r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", section(page("plugins.md"), heading), re.MULTILINE
        )
        compulsory = [key for key, default in rows if not default.strip()]
        assert compulsory == [key for key, field in model.model_fields.items() if field.is_required()], (
            heading
        )


def test_every_diagnostic_is_in_the_table_with_its_title() -> None:
    """docs/plugins.md lists every code of a fault, with the words of the message."""
    rows = re.findall(
        r"^\| `([\w-]+)` \| ([^|]*) \|", section(page("plugins.md"), "8. Error messages"), re.MULTILINE
    )
    assert dict(rows) == dict(TITLES)


@pytest.mark.parametrize("name", PAGES)
def test_code_blocks_parse(name: str) -> None:
    """YAML blocks are YAML, Python blocks are Python."""
    for language, block in FENCE.findall(page(name)):
        if language == "yaml":
            yaml.safe_load(block)
        elif language == "python":
            ast.parse(block)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """Links between pages name a file, and a heading of it, that exist."""
    for target, anchor in re.findall(r"\]\(([\w./]*)#?([\w-]*)\)", FENCE.sub("", page(name))):
        path = DOCS / (target or name)
        assert path.exists(), target
        if anchor:
            known = [
                re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings(page(path.name))
            ]
            assert anchor in known, f"{target}#{anchor}"


# -- the output of `jalon evaluate --json`

MORE = """\
jalon: 1
key: more
title: De quoi montrer chaque clé
edition: "1"
effective: 2021-12-23
publisher: {name: Jalon}
requires: {base: ">=2021.12"}
touches: [base]
rules:
  - {key: b, title: B, when: {base/a: oui}, facts: {base/b: oui}, reason: B.}
  - key: x
    title: X
    when: {base/a: oui}
    facts: {base/c: x}
    levels: {base/A1: 2, base/A2: {at_least: 1}}
    reason: X.
  - {key: y, title: Y, when: {base/n: {min: 1, max: 5}}, facts: {base/c: y}, levels: {base/A1: 3}, reason: Y.}
  - {key: z, title: Z, when: {answer: base/A2, min: 1, max: 2}, levels: {base/B1: 1}, reason: Z.}
"""

NAMED = {"facts", "criteria", "questionnaires", "paths", "required", "values"}
"""Keys whose objects are keyed by names: the names are not part of the format."""

SECTIONS = {
    "": "Output",
    "facts": "Fact",
    "facts.rules": "Derivation",
    "criteria": "Criterion",
    "criteria.answer": "Answer",
    "criteria.reasons": "Reason",
    "criteria.reasons.clauses": "Clause",
    "criteria.reasons.would_apply_if": "Clause",
    "criteria.proposals": "Proposal",
    "criteria.proposals.clauses": "Clause",
    "questionnaires": "Score",
    "axes": "Score",
    "paths": "Path",
    "paths.required": "Requirement",
    "conflicts": "Conflict",
    "conflicts.proposals": "Proposal",
    "conflicts.proposals.clauses": "Clause",
    "problems": "Problem",
}
"""Where each place of the output is documented."""


class More:
    """A plugin with rules, one verdict, and one hook that fails."""

    def __init__(self, path: Path) -> None:
        path.write_text(MORE, encoding="utf-8")
        self._path = path

    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        """Bring the rules."""
        return [referential_from_file(self._path)]

    @hookimpl
    def jalon_applicability(self) -> Mapping[str, Verdict]:
        """Exclude one criterion of the base."""
        return {"base/B2": Verdict(applies=False, reason="Non.")}

    @hookimpl
    def jalon_autofill(self) -> None:
        """Fail."""
        raise ValueError


def keys_of(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every key of an output with the place it is at; names are passed over."""
    if isinstance(value, list):
        for item in value:
            yield from keys_of(item, place)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield place, key
            here = f"{place}.{key}".strip(".")
            if here.endswith("proposals.facts") or here == "conflicts.values":
                continue  # names and values of facts
            named = here == "axes" or (key in NAMED and isinstance(inner, dict))
            groups = inner.values() if named else [inner]
            for group in groups:
                yield from keys_of(list(group.values()) if here == "axes" else group, here)


def outputs(load: Callable[..., Any], folder: Path) -> Iterator[Any]:
    """Evaluate products that between them show every key."""
    plugins = load("base", "path", objects={"more": More(folder / "more.yaml")})
    chosen = {"jalon/paths": ["parcours/simple"]}
    yield testing.evaluate({"a": True, "n": 3, **chosen}, {"A2": 1, "A1": 2}, plugins=plugins)
    yield testing.evaluate({"n": 9}, {"A2": 1, "G1": 2}, plugins=plugins)


def test_every_key_of_the_evaluation_is_documented(load: Callable[..., Any], tmp_path: Path) -> None:
    """docs/evaluate.md documents each key of the JSON at its place, and no other."""
    found: dict[str, set[str]] = {}
    for output in outputs(load, tmp_path):
        for place, key in keys_of(output):
            found.setdefault(SECTIONS[place], set()).add(key)
    text = page("evaluate.md")
    documented = {heading: set(first_column(section(text, heading), "Key")) for heading in found}
    assert documented == found
    described = {heading for heading in headings(text) if first_column(section(text, heading), "Key")}
    assert described == {*found, "Input"}


# -- replaying the pages
#
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
