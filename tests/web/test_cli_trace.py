"""`jalon trace`: seal, verify and export from the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

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


def test_a_whole_trace_is_said_whole(traced: Site, run: Run) -> None:
    """Sealed then verified: how many lines, in how many batches."""
    assert "3 lignes" in run("trace", "seal").output
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
    assert 0 == run("trace", "verify", "--seals", kept).exit_code
    damage(traced, "DELETE FROM trace_seal")
    assert 0 == run("trace", "verify").exit_code
    done = run("trace", "verify", "--seals", kept)
    assert (2, True) == (done.exit_code, "coupée" in done.stderr)


@pytest.mark.parametrize("text", ["pas du json", "[1, 2]", '{"seal": {}}', "[" * 50_000, "\x00"])
def test_another_file_is_told(traced: Site, run: Run, tmp_path: Path, text: str) -> None:
    """A file that is no export is refused with its line."""
    path = tmp_path / "autre.jsonl"
    path.write_text(text, encoding="utf-8")
    done = run("trace", "verify", "--seals", path)
    assert done.exit_code in {0, 2}
    assert "Traceback" not in done.output
