"""A folder with malformed files: one referential, and questionnaires beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jalon import ReferentialError, referential_from_file
from support.malformed import TINY

_BESIDE = """\
key: beside
title: À côté
kind: maturity
axes:
  - key: C1
    title: Axe
    criteria:
      - {code: C1.1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}
"""


def _in_folder(folder: Path, main: str, **questionnaires: str | bytes) -> dict[str, list[tuple[int, str]]]:
    (folder / "questionnaires").mkdir()
    (folder / "referential.yaml").write_text(main, encoding="utf-8")
    for name, content in questionnaires.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / "questionnaires" / f"{name}.yaml").write_bytes(raw)
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(folder)
    found: dict[str, list[tuple[int, str]]] = {}
    for diagnostic in refused.value.diagnostics:
        assert str(diagnostic).startswith(f"{diagnostic.file}:{diagnostic.line}: ")
        found.setdefault(str(Path(diagnostic.file).relative_to(folder)), []).append(
            (diagnostic.line, diagnostic.code)
        )
    return found


_SETS_BESIDE = TINY.replace("{A1.2: {at_least: 1}}", "{C1.1: 2}")


def test_faults_of_several_files_are_reported_together(tmp_path: Path) -> None:
    """Each fault of a folder is told with its own file and line, whatever its kind."""
    found = _in_folder(
        tmp_path,
        TINY.replace("rank: 10", "rnk: 10"),
        a=_BESIDE.replace("kind: maturity", "kind: matury"),
        b=_BESIDE.replace("key: beside", "key: b").replace("C1.1", "A1.1"),
        c=_BESIDE.replace("key: beside", "key: c").replace("C1", "C3").replace("{0: a,", "{"),
    )
    assert found == {
        "referential.yaml": [(9, "unknown-key")],
        "questionnaires/a.yaml": [(3, "wrong-choice")],
        "questionnaires/b.yaml": [(8, "duplicate")],
        "questionnaires/c.yaml": [(8, "wrong-levels")],
    }


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        pytest.param(_BESIDE.replace("question: Q ?", "question: [Q]"), 8, "wrong-kind", id="shape"),
        pytest.param(_BESIDE.replace("axes:", "axes: ["), 5, "yaml-syntax", id="syntax"),
        pytest.param(_BESIDE.encode("utf-16"), 1, "not-utf8", id="encoding"),
        pytest.param("- a\n", 1, "wrong-kind", id="list"),
    ],
)
def test_criteria_of_a_refused_file_are_not_unknown(
    content: str | bytes, line: int, code: str, tmp_path: Path
) -> None:
    """Where a questionnaire beside the referential is refused, rules on its criteria are not blamed."""
    assert _in_folder(tmp_path, _SETS_BESIDE, a=content) == {"questionnaires/a.yaml": [(line, code)]}
