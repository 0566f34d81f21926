"""The commands that make and keep an instance: migrate, demo, admin, and what run refuses."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from jalon.services.passwords import Passwords
from jalon.storage.database import Database
from jalon.storage.tables import Account, Product, table_of
from jalon_web.settings import SettingsError, load_settings
from support.command import Run, joined


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the folder of an instance that does not exist yet."""
    for name in ("JALON_DATABASE_URL", "JALON_SECRET", "PORT", "HOST", "JALON_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


@pytest.fixture
def stored(instance: Path) -> Iterator[Callable[[], Database]]:
    """Open the database of the instance, and close it in the end."""
    with ExitStack() as stack:

        def opened() -> Database:
            database = Database(f"sqlite:///{instance / 'jalon.db'}")
            stack.callback(database.close)
            return database

        yield opened


def _version(database: Database, value: str) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{value}'")  # noqa: S608
    database.close()


def test_migrate_makes_an_instance(run: Run, instance: Path) -> None:
    """The folder, a secret only its owner reads, and the tables; a second time there is nothing to do."""
    first, second = run("migrate"), run("migrate")

    assert ("Base de données créée.\n", "La base de données est déjà à jour : rien à faire.\n") == (
        first.stdout,
        second.stdout,
    )
    assert 0o600 == stat.S_IMODE((instance / "secret").stat().st_mode)
    assert 0o700 == stat.S_IMODE(instance.stat().st_mode)
    assert (instance / "jalon.db").is_file()


def test_the_secret_stays(run: Run, instance: Path) -> None:
    """Migrating again keeps the secret: sessions go on."""
    run("migrate")
    before = (instance / "secret").read_text(encoding="ascii")
    run("migrate")

    assert before == (instance / "secret").read_text(encoding="ascii")
    assert len(before) >= 48


def test_run_refuses_a_database_of_another_form(run: Run, stored: Callable[[], Database]) -> None:
    """A database of a version that this code does not know is refused, with what to type."""
    run("migrate")
    _version(stored(), "9999")

    result = run("run")

    assert 2 == result.exit_code
    assert "version plus récente de Jalon" in joined(result.stderr)
    assert "jalon restore" in result.stderr


def test_run_refuses_a_port_that_is_taken(run: Run, monkeypatch: pytest.MonkeyPatch, instance: Path) -> None:
    """The port of another program is refused before anything is made."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        result = run("run")

    assert 2 == result.exit_code
    assert "ne peut pas être ouvert" in result.stderr
    assert not (instance / "jalon.db").exists()


def test_demo_fills_an_empty_instance(run: Run, stored: Callable[[], Database]) -> None:
    """It loads organisations and products, prints logins, and refuses an instance that holds any."""
    first, second = run("demo"), run("demo")

    assert 0 == first.exit_code
    assert "Lirène Cabinet" not in second.stdout
    assert "karim.benhaddou" in first.stdout
    assert 2 == second.exit_code
    assert "contient déjà des organisations" in joined(second.stderr)
    with stored().reading() as session:
        names = session.scalars(select(table_of(Product).c.name).order_by(table_of(Product).c.reference))
        assert "Lirène Cabinet" == next(iter(names))


def test_demo_files_that_are_wrong_are_refused(run: Run, tmp_path: Path, instance: Path) -> None:
    """Each fault is told with its place; nothing is loaded."""
    (tmp_path / "faux.yaml").write_text(
        "demo: 1\norganisation: O\naccounts: []\nproduct: []\n", encoding="utf-8"
    )

    result = run("demo", "--files", tmp_path)

    assert 2 == result.exit_code
    assert "product" in result.stderr
    assert instance.is_dir()


def test_admin_create_makes_the_first_account(
    run: Run, stored: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is an administrator's, its password hashed, its making traced."""
    run("migrate")
    monkeypatch.setenv("JALON_PASSWORD", "une phrase assez longue")

    result = run("admin", "create", "--login", "admin", "--name", "Ada", "--email", "ada@exemple.fr")

    assert "Le compte d’administration « admin » est créé.\n" == result.stdout
    with stored().reading() as session:
        account = session.scalars(select(Account)).one()
    assert ("administrator", None) == (account.kind, account.organisation_id)
    assert Passwords().verify(account.password, "une phrase assez longue")


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (("admin", "Ada", "ada@exemple.fr"), "court", "au moins 12"),
        (("admin", "Ada", "ada"), "une phrase assez longue", "n’est pas une adresse électronique"),
        (("ad min", "Ada", "ada@exemple.fr"), "une phrase assez longue", "contient une espace"),
        (("admin", " ", "ada@exemple.fr"), "une phrase assez longue", "est vide"),
        (("adm\u200bin", "Ada", "ada@exemple.fr"), "une phrase assez longue", "caractère invisible"),
        (("admin\u0430", "Ada", "ada@exemple.fr"), "une phrase assez longue", "U+0430"),
    ],
)
def test_admin_create_refuses_what_cannot_be_kept(
    run: Run,
    stored: Callable[[], Database],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, str, str],
    password: str,
    said: str,
) -> None:
    """A weak password, an address that is none, a deceiving login: each with its reason; no account is made."""
    run("migrate")
    monkeypatch.setenv("JALON_PASSWORD", password)
    login, name, email = arguments

    result = run("admin", "create", "--login", login, "--name", name, "--email", email)

    assert 2 == result.exit_code
    assert said in joined(result.stderr)
    with stored().reading() as session:
        assert session.scalars(select(table_of(Account).c.id)).all() == []


def test_admin_create_needs_tables(run: Run, instance: Path) -> None:
    """Without an instance, or without tables, it says which command makes them."""
    missing = run("admin", "create", "--login", "a", "--name", "a", "--email", "a@b.fr")
    load_settings(os.environ, create=True)
    empty = run("admin", "create", "--login", "a", "--name", "a", "--email", "a@b.fr")

    assert (2, 2) == (missing.exit_code, empty.exit_code)
    assert "jalon migrate" in missing.stderr
    assert "jalon migrate" in empty.stderr
    assert instance.is_dir()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "http", "PORT vaut « http »"),
        ("PORT", "70000", "de 0 à 65535"),
        ("JALON_TLS", "peut-être", "attendu : oui ou non"),
        ("JALON_PROXIES", "-1", "JALON_PROXIES vaut « -1 »"),
        ("JALON_SECRET", "court", "au moins 32"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    instance: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """Each says what was found and what was expected."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        load_settings(os.environ, create=True)

    assert said in str(refused.value).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_secret_that_was_shortened_is_refused(run: Run, instance: Path) -> None:
    """A secret file too short to sign anything is refused, with what to do."""
    run("migrate")
    (instance / "secret").write_text("abc", encoding="ascii")

    result = run("migrate")

    assert 2 == result.exit_code
    assert "Supprimez ce fichier" in result.stderr


def test_an_address_of_another_database_is_refused(
    run: Run, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database we do not speak is refused, and the password in its address is not shown."""
    monkeypatch.setenv("JALON_DATABASE_URL", "mysql://jalon:motdepasse@hote/base")

    result = run("migrate")

    assert 2 == result.exit_code
    assert "postgresql+psycopg://" in result.stderr
    assert "motdepasse" not in result.stderr
    assert instance.is_dir()


def test_a_database_of_others_is_left_alone(run: Run, instance: Path, stored: Callable[[], Database]) -> None:
    """Tables that are not ours are not touched."""
    load_settings(os.environ, create=True)
    database = stored()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE autre (x INTEGER)")
    database.close()

    result = run("migrate")

    assert 2 == result.exit_code
    assert "ne sont pas celles de Jalon" in joined(result.stderr)
    assert instance.is_dir()


def test_help_lists_every_command(run: Run) -> None:
    """Commands that are loaded late are listed like the others."""
    listed = run("--help").stdout

    assert all(name in listed for name in ("run", "worker", "migrate", "demo", "admin", "backup", "restore"))
