"""`jalon backup` and `jalon restore`: what they write, ask, refuse and leave in the trace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jalon.plugins.registry import Plugins
from jalon.storage import schema
from jalon.storage.database import Database
from jalon_web.cli import main
from jalon_web.factory import create_app
from jalon_web.settings import Settings
from support.backups import PASSWORDS, Content, content, fill, rename_products, without_sign_ins
from support.command import joined

Command = Callable[..., Result]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the folder of an instance, which the commands find in their environment."""
    folder = tmp_path / "instance"
    monkeypatch.setenv("INSTANCE", str(folder))
    monkeypatch.setenv("JALON_SECRET", "x" * 48)
    return folder


@pytest.fixture
def database(instance: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give the database of that instance, with rows in every table."""
    monkeypatch.setenv("JALON_DATABASE_URL", database_url)
    with closing(Database(database_url)) as opened:
        fill(opened)
        opened.close()
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Name a file for a backup, in a folder of its own."""
    (tmp_path / "sauvegardes").mkdir()
    return tmp_path / "sauvegardes" / "jalon.zip"


@pytest.fixture
def command() -> Command:
    """Run a command in this process; `answer` is what a person types."""

    def ran(*arguments: object, answer: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=answer)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return ran


def seen(database: Database) -> Content:
    """Read every table, and leave nothing open."""
    found = content(database)
    database.close()
    return found


def actions(found: Content) -> list[str]:
    """List the actions in the trace."""
    return [row[4] for row in found["trace"]]


def test_a_backup_says_what_it_wrote(command: Command, database: Database, target: Path) -> None:
    """The command tells the file, its tables, rows and size, and leaves a line in the trace."""
    result = command("backup", target)

    assert (0, "") == (result.exit_code, result.stderr)
    said = r"Sauvegarde écrite\xa0: (.*) \((\d+) tables, (\d+) lignes, \d+,\d\xa0ko\)\n"
    found = re.fullmatch(said, result.stdout)
    assert found, result.stdout
    assert (str(target), True) == (found[1], target.exists())
    assert ["signed-in", "backup-written"] == actions(seen(database))


def test_a_backup_does_not_replace_unless_forced(command: Command, database: Database, target: Path) -> None:
    """A second backup of that name is refused with what to do; forced, it is written."""
    command("backup", target)
    result = command("backup", target)

    assert (2, "") == (result.exit_code, result.stdout)
    assert "ajoutez --force" in result.stderr
    assert 0 == command("backup", "--force", target).exit_code


def test_a_restoration_asks_first(command: Command, database: Database, target: Path) -> None:
    """What would be lost and what would come is shown; without a yes, nothing changes."""
    command("backup", target)
    rename_products(database)
    before = seen(database)
    for answer in (None, "\n", "non\n", "y\n"):
        result = command("restore", target, answer=answer)
        assert 2 == result.exit_code
        assert "Restauration abandonnée\xa0: rien n’a été changé." in result.stderr
        counts = "1 organisation, 3 produits, 3 comptes"
        assert 2 == result.stdout.count(counts), result.stdout
        assert before == seen(database)

    assert 0 == command("restore", target, answer="oui\n").exit_code
    assert before != seen(database)


def test_a_restored_instance_opens(
    command: Command, database: Database, target: Path, instance: Path
) -> None:
    """After a restoration all is as it was, the trace says so, and the portal opens."""
    before = without_sign_ins(seen(database))
    command("backup", target)
    rename_products(database)
    database.close()
    result = command("restore", "--yes", target)
    after = seen(database)

    assert (0, "") == (result.exit_code, result.stderr)
    assert "Sauvegarde restaurée\xa0: " in result.stdout
    assert database.is_sqlite is ("L’ancienne base est conservée\xa0: " in result.stdout)
    assert ["signed-in", "backup-restored"] == actions(after)
    assert before | {"trace": after["trace"][:1]} == after | {"trace": before["trace"]}
    schema.require_current(database)
    settings = Settings(instance, "", "x" * 48)
    app = create_app(settings, Plugins.load([]), database=database, passwords=PASSWORDS)
    assert 200 == app.test_client().get("/", follow_redirects=True).status_code


def test_a_backup_makes_an_instance_on_a_new_machine(
    command: Command, database: Database, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that does not exist yet, a backup of either database makes a whole instance."""
    before = without_sign_ins(seen(database))
    command("backup", target)
    monkeypatch.setenv("INSTANCE", str(tmp_path / "neuve"))
    monkeypatch.delenv("JALON_DATABASE_URL")
    monkeypatch.delenv("JALON_SECRET")
    result = command("restore", target, answer="oui\n")

    assert (0, "") == (result.exit_code, result.stderr)
    assert "la base est vide" in result.stdout
    assert {"jalon.db", "secret"} == {path.name for path in (tmp_path / "neuve").iterdir()}
    with closing(Database(f"sqlite:///{tmp_path}/neuve/jalon.db")) as new:
        assert before | {"trace": []} == seen(new) | {"trace": []}


def test_an_open_portal_is_told_before_anything_is_asked(
    command: Command, instance: Path, sqlite_url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a portal has the SQLite database open, one is told to stop it, and nothing changes."""
    monkeypatch.setenv("JALON_DATABASE_URL", sqlite_url)
    with closing(Database(sqlite_url)) as portal:
        fill(portal)
        command("backup", target)
        before = content(portal)
        result = command("restore", target)

        assert (2, "") == (result.exit_code, result.stdout)
        assert "arrêtez-le (Ctrl+C là où tourne «\xa0jalon run\xa0»)" in joined(result.stderr)
        assert before == content(portal)


def test_a_damaged_backup_is_told_before_anything_is_asked(
    command: Command, database: Database, target: Path
) -> None:
    """A file that is no backup is refused at once, whatever was confirmed."""
    target.write_text("pas une sauvegarde", encoding="utf-8")
    before = seen(database)
    result = command("restore", "--yes", target)

    assert (2, "") == (result.exit_code, result.stdout)
    assert "prenez une autre sauvegarde" in result.stderr
    assert before == seen(database)


def test_a_damaged_database_is_said_to_be(
    command: Command, instance: Path, sqlite_url: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file of the database is beyond reading, one is told, and the backup replaces it."""
    monkeypatch.setenv("JALON_DATABASE_URL", sqlite_url)
    with closing(Database(sqlite_url)) as database:
        fill(database)
        command("backup", target)
        database.close()
        assert database.file
        database.file.write_bytes(b"\xff" * 8192)
        result = command("restore", target, answer="oui\n")

        assert (0, "") == (result.exit_code, result.stderr)
        assert "un fichier illisible" in result.stdout
        schema.require_current(database)
