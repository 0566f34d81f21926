"""The documentation of plugin authors says what the code does: nothing less, nothing more."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import jalon
from jalon import Verdict, hookimpl, referential_from_file, testing
from jalon.plugins.files import models
from jalon.plugins.files.diagnostics import TITLES
from jalon_web import wording
from support.pages import DOCS, FENCE, PAGES, ROOT, first_column, headings, hook_specs, page, section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jalon import Referential

# -- hooks


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
