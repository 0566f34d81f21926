"""The rules of the house, as tests: layers, sizes, state, what files may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import importlib_metadata
import pytest

from jalon.plugins.registry import Plugins

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    [*ROOT.glob("core/src/**/*.py"), *ROOT.glob("web/src/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")]
)
CODE = [path for path in SOURCES if "versions" not in path.parts]  # migrations list tables: they are data
TESTS = sorted([*ROOT.glob("tests/**/*.py"), *ROOT.glob("plugins/*/tests/*.py")])
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_imports_point_one_way() -> None:
    """The import contracts of pyproject.toml are kept."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize("path", sorted(ROOT.glob("core/src/jalon/domain/*.py")), ids=lambda path: path.stem)
def test_the_domain_imports_the_standard_library_only(path: Path) -> None:
    """Domain modules import the standard library and one another."""
    for node in ast.walk(_tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.partition(".")[0] in sys.stdlib_module_names or name.startswith("jalon.domain"), name


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=lambda path: path.stem)
def test_sizes_stay_small(path: Path) -> None:
    """Functions have at most 40 lines; files at most 350, those of tests and what they share included."""
    long = [
        (node.name, node.end_lineno - node.lineno + 1)
        for node in ast.walk(_tree(path))
        if isinstance(node, FUNCTION) and node.end_lineno is not None and node.end_lineno - node.lineno >= 40
    ]

    assert not long
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_state_hangs_on_a_module(path: Path) -> None:
    """What a module holds is constant: a list, a set or a mapping at its top is declared Final."""
    for node in _tree(path).body:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)):
            named = ast.unparse(node).split("=")[0]
            assert "Final" in named or "__all__" in named, named


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_imports_are_at_the_top(path: Path) -> None:
    """No import hides inside a function."""
    hidden = [
        ast.unparse(inner)
        for node in ast.walk(_tree(path))
        if isinstance(node, FUNCTION)
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]

    assert not hidden


def _tests(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_states_a_behaviour_and_mocks_nothing(path: Path) -> None:
    """Each test has a docstring; none imports a mock."""
    assert not [node.name for node in _tests(path) if not ast.get_docstring(node)]
    assert not re.search(r"^\s*(from|import) .*\bmock\b", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_no_file_holds_an_address_of_a_registry_or_a_machine() -> None:
    """Nothing tracked names a package registry's host, a lock with addresses, or a path of one machine."""
    forbidden = re.compile(
        r"pypi"
        r"\.org|pythonhosted"
        r"\.org|registry\.npm"
        r"js|deb\.debian"
        r"\.org|/work"
        r"/(main|shared|\.library)"
    )
    faults = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix != ".png" and forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert not faults
    assert not [path.name for path in _tracked() if path.name in {"uv.lock", "package-lock.json"}]


def test_constraints_are_names_and_versions() -> None:
    """The constraints pin every dependency declared, and hold nothing but names and versions."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {_folded(line.partition("==")[0]) for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]

    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line) for line in lines)
    assert not {_folded(re.split(r"[<>=\[; ]", each)[0]) for each in declared} - pinned


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_core_knows_no_referential_by_name() -> None:
    """Neither the core nor the screens name a plugin of this repository."""
    names = re.compile(r"\b(doctrine|dmp_compat|telesante|mon_espace_sante|force_probante)\b")
    framework = [path for path in SOURCES if "plugins" not in path.relative_to(ROOT).parts[:1]]

    assert not [
        (path.name, found) for path in framework for found in names.findall(path.read_text(encoding="utf-8"))
    ]


def test_the_installed_plugins_are_those_of_this_repository() -> None:
    """Each folder of plugins/ is installed under its name; nothing else of ours is."""
    points = importlib_metadata.entry_points(group="jalon.plugins")
    ours = {point.name for point in points if point.value.startswith("jalon_")}

    assert {path.name for path in ROOT.glob("plugins/*") if (path / "pyproject.toml").is_file()} <= ours


def test_without_plugin_the_catalogue_is_empty() -> None:
    """Nothing installed: the engine starts, and has nothing to ask."""
    plugins = Plugins.load([])

    assert ((), {}, ()) == (
        plugins.all,
        dict(plugins.catalogue.referentials),
        plugins.catalogue.product.entries,
    )


def test_two_sets_of_plugins_live_side_by_side() -> None:
    """Two registries in one process share nothing."""
    full, empty = Plugins.load(), Plugins.load([])

    assert full.catalogue.product.entries
    assert not empty.catalogue.product.entries
    assert full.catalogue is full.catalogue
