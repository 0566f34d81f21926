"""`jalon trace`: seal, verify and export from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jalon.storage.tables import Trace
from support.command import Run
from support.portal import EXPERT, MakeSite, Site


@pytest.fixture
def traced(make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Give an instance whose trace has lines."""
    site = make_site()
    for _ in range(3):
        site.client(EXPERT)
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("JALON_SECRET", "x" * 48)
    monkeypatch.setenv("JALON_DATABASE_URL", str(site.database.engine.url))
    return site


def damage(site: Site, statement: str) -> None:
    """Change the trace as someone who rules the file."""
    assert site.database.file
    with sqlite3.connect(site.database.file) as connection:
        for table in ("trace", "trace_seal"):
            for change in ("update", "delete"):
                connection.execute(f"DROP TRIGGER {table}_refuses_{change}")
        connection.execute(statement)
    connection.close()


def damage_again(site: Site, *statements: str) -> None:
    """Change the trace further, once nothing guards it."""
    assert site.database.file
    with closing(sqlite3.connect(site.database.file)) as connection, connection:
        for each in statements:
            connection.execute(each)


def test_a_whole_trace_is_said_whole(traced: Site, run: Run) -> None:
    """Sealed then verified: how many lines, in how many batches."""
    assert "3." in run("trace", "seal").output
    done = run("trace", "verify")
    assert (0, True) == (done.exit_code, "intacte" in done.output)


def test_a_fault_names_its_batch(traced: Site, run: Run) -> None:
    """A changed line: exit code 2, the batch and its lines, no traceback."""
    run("trace", "seal")
    damage(traced, "UPDATE trace SET address = 'ailleurs' WHERE id = 2")
    done = run("trace", "verify")
    assert 2 == done.exit_code
    assert "Lot 1 (lignes 1 à 3" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_shows_an_end_cut_off(traced: Site, run: Run, tmp_path: Path) -> None:
    """Kept elsewhere, the seals tell that the last ones are gone."""
    run("trace", "seal")
    kept = tmp_path / "kept.jsonl"
    assert 0 == run("trace", "export", kept).exit_code
    assert 2 == run("trace", "export", kept).exit_code
    assert 0 == run("trace", "export", kept, "--force").exit_code
    assert 0o600 == kept.stat().st_mode & 0o777
    assert {"seal", "line"} == {
        name for line in kept.read_text("utf-8").splitlines() for name in json.loads(line)
    }
    told = [row["account_name"] for row in traced.rows(Trace, action="trace-exported")]
    assert ["jalon trace export"] * 2 == told
    assert 0 == run("trace", "verify", "--seals", kept).exit_code
    damage(traced, "DELETE FROM trace_seal")
    assert 0 == run("trace", "verify").exit_code
    done = run("trace", "verify", "--seals", kept)
    assert (2, True) == (done.exit_code, "coupée" in done.stderr)


def test_a_failed_export_leaves_the_former_one(traced: Site, run: Run, tmp_path: Path) -> None:
    """A folder that is missing is told; a line that cannot be read leaves the file before as it was."""
    run("trace", "seal")
    assert 2 == run("trace", "export", tmp_path / "absent" / "x.jsonl").exit_code
    kept = tmp_path / "kept.jsonl"
    run("trace", "export", kept)
    before = kept.read_bytes()
    damage(traced, "UPDATE trace SET at = 'hier' WHERE id = 2")
    done = run("trace", "export", kept, "--force")
    assert (2, before) == (done.exit_code, kept.read_bytes())
    assert [] == list(tmp_path.glob(".trace-*"))
    assert "Lot 1 (lignes 1 à 3" in run("trace", "verify").stderr


def test_faults_are_one_a_line(traced: Site, run: Run, tmp_path: Path) -> None:
    """Several faults: as many lines, each with its batch, its lines and what happened."""
    run("trace", "seal")
    kept = tmp_path / "kept.jsonl"
    run("trace", "export", kept)
    run("trace", "seal")
    damage(traced, "DELETE FROM trace WHERE id IN (2, 4)")
    told = run("trace", "verify", "--seals", kept).stderr.strip().splitlines()
    assert "(retirées : 2)." == told[0].partition("retirées ")[2]
    assert ["Lot 1 (lignes 1 à 3", "Lot 2 (lignes 4 à 4"] == [line.partition(",")[0] for line in told]
    assert all("retirées" in line for line in told)


def test_the_very_lines_are_named_beside_an_export(traced: Site, run: Run, tmp_path: Path) -> None:
    """Beside an export, a fault says which lines were changed, taken away or added; without it, which batch."""
    for _ in range(30):
        traced.client(EXPERT)
    run("trace", "seal")
    kept = tmp_path / "kept.jsonl"
    run("trace", "export", kept)
    damage(traced, "UPDATE trace SET address = 'x', at = 'hier' WHERE id = 5")
    damage_again(traced, "UPDATE trace SET id = 900 WHERE id = 7", "DELETE FROM trace WHERE id = 900")
    told = run("trace", "verify", "--seals", kept).stderr
    assert "(modifiées : 5 ; retirées : 7)." in told
    assert "5 ;" not in run("trace", "verify").stderr
    damage_again(traced, "UPDATE trace SET action = 'x'")
    assert "et 12 autres" in run("trace", "verify", "--seals", kept).stderr


def test_a_file_without_seal_compares_nothing(traced: Site, run: Run, tmp_path: Path) -> None:
    """An export made before the first seal, or an empty file, is refused: it would prove nothing."""
    kept = tmp_path / "kept.jsonl"
    run("trace", "export", kept)
    done = run("trace", "verify", "--seals", kept)
    assert (2, True) == (done.exit_code, "aucun sceau" in done.stderr)


@pytest.mark.parametrize(("days", "code"), [("0", 2), ("1", 0), ("36500", 0), ("36501", 2), ("un an", 2)])
def test_the_retention_is_from_one_day(
    traced: Site, run: Run, monkeypatch: pytest.MonkeyPatch, days: str, code: int
) -> None:
    """A retention of nothing would delete everything at once: refused, as what is no number."""
    monkeypatch.setenv("JALON_TRACE_DAYS", days)
    assert code == run("trace", "verify").exit_code


@pytest.mark.parametrize(
    "text", ["", "pas du json", "[1, 2]", '{"seal": {}}', "[" * 50_000, '{"line": {"id": "5"}}', "5", "\x00"]
)
def test_another_file_is_told(traced: Site, run: Run, tmp_path: Path, text: str) -> None:
    """A file that is no export is refused with its line."""
    path = tmp_path / "autre.jsonl"
    path.write_text(text, encoding="utf-8")
    done = run("trace", "verify", "--seals", path)
    assert 2 == done.exit_code
    assert "Traceback" not in done.output
