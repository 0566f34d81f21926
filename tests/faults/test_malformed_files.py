"""Malformed referential files: every fault of a file is reported at once, with its line, and nothing escapes."""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

import pytest

from jalon import ReferentialError, referential_from_file
from jalon.plugins.files.diagnostics import TITLES
from jalon.plugins.files.tree import MAX_BYTES, MAX_DEPTH
from support.malformed import NOTS, TINY, Case
from support.malformed_cases import CASES, as_asked, diagnostics_of

ELSEWHERE = {
    "unreadable-file",  # no text at all: it has a test of its own
    "ambiguous-name",  # files of products
    "impossible-answer",
}
"""Codes of diagnostics that no text of a referential triggers."""


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.name)
def test_every_fault_of_a_file_is_reported(each: Case, tmp_path: Path) -> None:
    """A malformed file is refused with exactly its faults, in the order of its lines."""
    path = tmp_path / "essai.yaml"
    path.write_bytes(each.content)
    assert as_asked(diagnostics_of(path), each.expected) == list(each.expected)


def test_names_of_cases_differ() -> None:
    """No case hides another of the same name."""
    names = [each.name for each in CASES]
    assert [name for name in names if names.count(name) > 1] == []
    assert len(CASES) > 250


def test_every_code_is_triggered() -> None:
    """A new kind of fault needs a case here, or a place in the list of those that belong elsewhere."""
    triggered = {expected.code for each in CASES for expected in each.expected}
    assert set(TITLES) - triggered == ELSEWHERE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TINY.encode(), id="as it is"),
        pytest.param(b"\xef\xbb\xbf" + TINY.encode(), id="byte order mark"),
        pytest.param(TINY.replace("\n", "\r\n").encode(), id="windows line ends"),
        pytest.param(f"---\n{TINY}...\n".encode(), id="marks of a document"),
        pytest.param(TINY.replace("rank: 10", "? rank\n: 10").encode(), id="question mark before a key"),
        pytest.param(TINY.replace("rank: 10", '"rank": "10"').encode(), id="quotes"),
        pytest.param(TINY.encode().ljust(MAX_BYTES - 1, b"#") + b"\n", id="the largest"),
        pytest.param(
            TINY.replace(
                "    applies_when: {stocke: oui}",
                f"    applies_when:\n{NOTS}".removesuffix(f"{' ' * (2 + MAX_DEPTH)}not:\n")
                + f"{' ' * (6 + MAX_DEPTH)}stocke: oui",
            ).encode(),
            id="the deepest",
        ),
    ],
)
def test_a_sound_file_is_accepted(content: bytes, tmp_path: Path) -> None:
    """The tiny referential loads in every spelling, up to the limits: cases fail by their change alone."""
    path = tmp_path / "essai.yaml"
    path.write_bytes(content)
    loaded = referential_from_file(path)
    assert loaded.key == "essai"
    assert [len(part) for part in (loaded.facts, loaded.questionnaires, loaded.paths, loaded.rules)] == [
        4,
        2,
        1,
        2,
    ]


@pytest.mark.parametrize("name", ["absent.yaml", "dossier"])
def test_a_file_that_cannot_be_read_is_reported(name: str, tmp_path: Path) -> None:
    """An absent file, or a folder without referential, is refused with its name."""
    (tmp_path / "dossier").mkdir()
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(tmp_path / name)
    (diagnostic,) = refused.value.diagnostics
    assert (diagnostic.line, diagnostic.code) == (0, "unreadable-file")
    assert str(diagnostic).startswith(f"{tmp_path / name}")


def test_many_unknown_names_are_told_in_time(tmp_path: Path) -> None:
    """Looking for the names that were meant does not make a small file last: 500 are told in two seconds."""
    fact = "  - {key: fait_%d, question: Q ?, type: boolean, applies_when: {rien_%d: oui}}\n"
    many = "".join(fact % (number, number) for number in range(500))
    path = tmp_path / "essai.yaml"
    path.write_text(TINY.replace("questionnaires:\n", f"{many}questionnaires:\n"), encoding="utf-8")
    start = monotonic()
    assert [each.code for each in diagnostics_of(path)] == ["unknown-fact"] * 500
    assert monotonic() - start < 2


def _names_in(path: Path) -> str:
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(path)
    (diagnostic,) = (each for each in refused.value.diagnostics if each.code == "fact-cycle")
    return diagnostic.found


@pytest.mark.parametrize(
    ("name", "facts", "by"),
    [
        ("a fact depends on itself", {"volume"}, set()),
        ("a rule reads what it derives", {"stocke"}, {"lecture"}),
        ("two facts by rules", {"a", "b"}, {"un", "deux"}),
        ("three facts", {"a", "b", "c"}, set()),
        ("a condition and a rule", {"a", "b", "stocke"}, {"en_rond"}),
    ],
)
def test_a_cycle_is_named(name: str, facts: set[str], by: set[str], tmp_path: Path) -> None:
    """A cycle is refused with the names of its facts and rules, and of no other."""
    path = tmp_path / "essai.yaml"
    path.write_bytes(next(each.content for each in CASES if each.name == name))
    found = _names_in(path)
    assert set(re.findall(r"essai/(\w+)", found)) == facts
    assert set(re.findall(r"règle (\w+)", found)) == by
