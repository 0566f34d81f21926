"""Backups that are refused before anything is replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from jalon.storage.backup import BackupError, opened_backup, restore, write_backup
from jalon.storage.backup.form import LONGEST_LINE
from jalon.storage.backup.sqlite_file import require_room
from jalon.storage.database import Database
from support.backups import (
    Files,
    content,
    files_of,
    fill,
    rename_products,
    set_lines,
    set_manifest,
    write_files,
)


@pytest.fixture
def filled(database: Database) -> Database:
    """Give a database with rows in every table."""
    fill(database)
    return database


@pytest.fixture
def backup(filled: Database, tmp_path: Path) -> Path:
    """Write a backup of it, and change the database since."""
    path = tmp_path / "sauvegarde.zip"
    write_backup(filled, path)
    rename_products(filled)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes) -> tuple[bytes, bytes]:
    """Give the content of an SQLite database and of a backup of what it was before, to copy from."""
    file, path = (tmp_path_factory.mktemp("made") / name for name in ("jalon.db", "sauvegarde.zip"))
    file.write_bytes(migrated_sqlite)
    with closing(Database(f"sqlite:///{file}")) as database:
        fill(database)
        write_backup(database, path)
        rename_products(database)
    return file.read_bytes(), path.read_bytes()


@pytest.fixture
def on_file(made: tuple[bytes, bytes], tmp_path: Path) -> Iterator[tuple[Database, Path]]:
    """Give an SQLite database with rows in every table, and a backup of what it was before."""
    file, path = tmp_path / "jalon.db", tmp_path / "sauvegarde.zip"
    file.write_bytes(made[0])
    path.write_bytes(made[1])
    with closing(Database(f"sqlite:///{file}")) as database:
        yield database, path


def put_back(database: Database, path: Path) -> Path | None:
    """Restore a backup."""
    with opened_backup(path) as verified:
        return restore(database, verified, wait=0.05)


# -- damaged files


def refused_as(database: Database, path: Path, why: str) -> None:
    """Check that a backup is refused for this reason, and that nothing has changed."""
    before = content(database)
    with pytest.raises(BackupError, match=why) as refusal:
        put_back(database, path)
    assert "Rien n’a été changé" in str(refusal.value)
    assert before == content(database)


def cut(path: Path, keep: int) -> None:
    """Truncate a file."""
    path.write_bytes(path.read_bytes()[:keep])


def flip(path: Path) -> None:
    """Change bytes in the middle of the longest table, leaving the zip's directory as it is."""
    data = bytearray(path.read_bytes())
    middle = data.index(b"account.jsonl") + 100
    data[middle : middle + 20] = bytes(20)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda path: cut(path, 0), "pas un fichier zip entier"),
        (lambda path: cut(path, 3000), "pas un fichier zip entier"),
        (lambda path: cut(path, path.stat().st_size - 1), "pas un fichier zip entier"),
        (lambda path: path.write_text("jalon", encoding="utf-8"), "pas un fichier zip entier"),
        (flip, "account.jsonl est abîmé"),
    ],
    ids=["empty", "truncated", "one byte short", "text", "bytes"],
)
def test_a_damaged_file_is_refused(
    filled: Database, backup: Path, damage: Callable[[Path], object], why: str
) -> None:
    """A file that is cut, altered or something else is refused, and the database stays as it was."""
    damage(backup)

    refused_as(filled, backup, why)


def drop_table(files: Files) -> None:
    """Remove a table from the files and the manifest."""
    del files["trace.jsonl"]
    tables = json.loads(files["manifest.json"])["tables"]
    del tables["trace"]
    set_manifest(files, tables=tables)


def replace(files: Files, table: str, old: bytes, new: bytes, *, signed: bool = False) -> None:
    """Alter a table; `signed`: with a digest that agrees."""
    name = f"{table}.jsonl"
    assert old in files[name]
    lines = files[name].replace(old, new)
    if signed:
        set_lines(files, table, lines)
    else:
        files[name] = lines


ALTERED = {
    "altered line": (lambda files: replace(files, "product", b"P1", b"P9"), "product.jsonl a été modifié"),
    "missing line": (
        lambda files: files.update({"answer.jsonl": files["answer.jsonl"].split(b"\n", 1)[1]}),
        r"compte 2 lignes\W+attendu\W+3",
    ),
    "missing file": (lambda files: files.pop("trace.jsonl"), "il y manque trace.jsonl"),
    "missing table": (drop_table, r"pas celles attendues \(trace\)"),
    "unknown file": (lambda files: files.update({"../x": b""}), r"fichiers inconnus \(../x\)"),
    "no manifest": (lambda files: files.pop("manifest.json"), "manifest.json manque"),
    "manifest cut": (lambda files: files.update({"manifest.json": b"{"}), "n’a pas la forme attendue"),
    "manifest too long": (lambda files: set_manifest(files, x="x" * 2**20), "manifest.json est trop long"),
    "another format": (lambda files: set_manifest(files, format=2), "son format est 2"),
    "unknown key": (lambda files: set_manifest(files, other=1), "n’a pas la forme attendue"),
    "other revision": (lambda files: set_manifest(files, revision="9999"), "plus récente, puis restaurez-la"),
    "endless line": (
        lambda files: files.update({"trace.jsonl": b" " * (LONGEST_LINE + 1)}),
        "ligne 1 de trace.jsonl est trop longue",
    ),
    "not JSON": (lambda files: set_lines(files, "setting", b"{\n"), "ligne 1 de setting.jsonl.*JSON"),
    "nested": (lambda files: set_lines(files, "setting", b"[" * 10**6), "ligne 1 de setting.jsonl.*JSON"),
    "wrong columns": (lambda files: set_lines(files, "setting", b'{"key":"k"}\n'), "ligne 1 .*colonnes"),
    "wrong type": (
        lambda files: replace(files, "subject", b'"stamp":2', b'"stamp":true', signed=True),
        "la valeur de stamp n’est pas du type attendu",
    ),
    "nothing": (
        lambda files: replace(files, "subject", b'"stamp":2', b'"stamp":null', signed=True),
        "la valeur de stamp n’est pas du type attendu",
    ),
    "naive instant": (
        lambda files: replace(files, "answer", b"+00:00", b"", signed=True),
        "n’est pas un instant",
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_backup_is_refused(on_file: tuple[Database, Path], name: str) -> None:
    """Whatever was altered in a backup is found before anything is replaced."""
    database, path = on_file
    alter, why = ALTERED[name]
    files = files_of(path)
    alter(files)
    write_files(path, files)

    refused_as(database, path, why)


def test_a_trap_is_refused_before_it_unfolds(on_file: tuple[Database, Path]) -> None:
    """A file that says it holds more than its bytes can is refused at once."""
    database, path = on_file
    with ZipFile(path, "a") as archive:
        archive.getinfo("trace.jsonl").file_size = 2**40
        archive.writestr("more", b"")  # so that the directory is written again

    refused_as(database, path, "aucune sauvegarde n’atteint")


def test_a_disk_is_not_filled(tmp_path: Path) -> None:
    """A database that would not fit is refused before it is built."""
    require_room(tmp_path, 1)
    with pytest.raises(BackupError, match="libérez de la place"):
        require_room(tmp_path, 2**60)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_given_twice_is_refused(on_file: tuple[Database, Path]) -> None:
    """Two files of one name leave a doubt: refused."""
    database, path = on_file
    files = files_of(path)
    with ZipFile(path, "w") as archive:
        for name, data in [*files.items(), ("trace.jsonl", b"")]:
            archive.writestr(name, data)

    refused_as(database, path, "deux fois")


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("product_base", b'"base_id":2', b'"base_id":999'),
        ("account", b'"manager_id":3', b'"manager_id":999'),
    ],
    ids=["lost product", "lost manager"],
)
def test_rows_that_refer_to_nothing_are_refused(
    filled: Database, backup: Path, table: str, old: bytes, new: bytes
) -> None:
    """A row that refers to none, in a table loaded before or in its own, is found before anything changes."""
    files = files_of(backup)
    replace(files, table, old, new, signed=True)
    write_files(backup, files)

    refused_as(filled, backup, "qui n’existe pas" if filled.is_sqlite else "foreign key constraint")


def test_a_file_that_is_not_there_is_told(filled: Database, tmp_path: Path) -> None:
    """A wrong name is told, with what to check."""
    with pytest.raises(BackupError, match="Vérifiez son nom"):
        put_back(filled, tmp_path / "absent.zip")
