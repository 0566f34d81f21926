"""The commands of accounts and organisations: what they print, what they refuse, what they leave in the trace."""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jalon.storage.database import Database
from jalon.storage.tables import Account, AccountLink, Organisation, Table, Trace, table_of
from support.command import Run, joined

ANA = ("--login", "ana", "--person", "Ana Le Goff", "--email", "ana@exemple.fr")
BOB = ("--login", "bob", "--name", "Bob", "--email", "bob@exemple.fr")
LINK = re.compile(r"http://127\.0\.0\.1:8080/lien/([\w-]{22,})")


@pytest.fixture
def stored(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Make an instance, and open its database."""
    for name in ("JALON_DATABASE_URL", "JALON_SECRET", "PORT", "HOST", "JALON_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    assert 0 == run("migrate").exit_code
    with closing(Database(f"sqlite:///{tmp_path / 'instance' / 'jalon.db'}")) as database:
        yield database


def rows(database: Database, table: type[Table]) -> list[Any]:
    """Read a table."""
    with database.reading() as session:
        return list(session.execute(select(table_of(table))).mappings())


def account(database: Database, login: str) -> Any:
    """Read an account."""
    (found,) = [row for row in rows(database, Account) if row["login"] == login]
    return found


def refusal(run: Run, *arguments: object) -> str:
    """Give what a refused command says: on standard error, exit code 2, no traceback."""
    result = run(*arguments)
    assert 2 == result.exit_code, result.output
    assert "Traceback" not in result.output
    return joined(result.stderr)


def sheet(folder: Path, *lines: str) -> Path:
    """Write a sheet."""
    path = folder / "comptes.csv"
    header = "organisation;identifiant;nom;adresse;rattachement;profil;validation;création de comptes"
    path.write_text("\r\n".join([header, *lines]), encoding="cp1252")
    return path


GOOD = (
    "Éditeur A;ana;Ana;ana@exemple.fr",
    "Éditeur A;bob;Bob;bob@exemple.fr;ana;produits;oui;non",
)


def test_an_organisation_begins_with_its_head(run: Run, stored: Database) -> None:
    """The link is printed on a line of its own; lists show who is invited; the trace names the command."""
    result = run("org", "create", "Éditeur A", *ANA)

    (token,) = LINK.findall(result.stdout)
    assert token not in str(rows(stored, AccountLink))
    assert "24 heures" in result.stdout
    head = account(stored, "ana")
    assert (None, True, "") == (head["manager_id"], head["creates_accounts"], head["password"])
    assert re.search(r"Éditeur A +Ana Le Goff +1 +0", run("org", "list").stdout)
    assert re.search(r"ana +Ana Le Goff +Éditeur A +invité", run("account", "list").stdout)
    assert {"jalon org create"} == {row["account_name"] for row in rows(stored, Trace)}


def test_accounts_are_created_below_and_above(run: Run, stored: Database) -> None:
    """Below a manager with the rights asked for; without organisation, for the authority."""
    run("org", "create", "Éditeur A", *ANA)
    rights = ("--policy", "--validates")
    assert LINK.search(
        run("account", "create", *BOB, "--org", "éditeur a", "--manager", "ANA", *rights).stdout
    )
    authority = ("--login", "cle", "--name", "Clé", "--email", "cle@exemple.fr")
    assert LINK.search(run("account", "create", *authority).stdout)

    bob, head = account(stored, "bob"), account(stored, "ana")
    assert (head["id"], "products_and_policy", True, False) == (
        bob["manager_id"],
        bob["profile"],
        bob["validates"],
        bob["creates_accounts"],
    )
    assert ("authority", None) == (
        account(stored, "cle")["kind"],
        account(stored, "cle")["organisation_id"],
    )
    assert "autorité" in run("account", "list").stdout
    assert "cle" not in run("account", "list", "--org", "Éditeur A").stdout


def test_an_account_is_suspended_and_reset(
    run: Run, stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reset prints a link at the public address, and the links before are worth nothing; suspended, none."""
    monkeypatch.setenv("JALON_PUBLIC_URL", "https://jalon.exemple.fr/")
    run("org", "create", "Éditeur A", *ANA)
    (before,) = rows(stored, AccountLink)

    assert "https://jalon.exemple.fr/lien/" in run("account", "reset", "ANA").stdout
    (after,) = rows(stored, AccountLink)
    assert before["token_digest"] != after["token_digest"]

    assert "est suspendu" in run("account", "suspend", "ana").stdout
    assert not rows(stored, AccountLink)
    assert account(stored, "ana")["suspended_at"] is not None
    assert "déjà suspendu" in refusal(run, "account", "suspend", "ana")
    assert "réactivez-le" in refusal(run, "account", "reset", "ana")
    named = [(row["account_name"], row["action"]) for row in rows(stored, Trace)]
    assert [
        ("jalon account reset", "account-reset"),
        ("jalon account suspend", "account-suspended"),
    ] == named[-2:]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("account", "reset", "personne"), "n’existe pas"),
        (("account", "suspend", "a\u200bna"), "U+200B"),
        (("account", "create", *BOB, "--org", "Inconnue"), "jalon org list"),
        (("account", "create", *BOB, "--org", "Éditeur A"), "--manager"),
        (("account", "create", *BOB, "--org", "Éditeur A", "--manager", "personne"), "n’existe pas"),
        (("account", "create", *BOB[:-1], "bob"), "adresse électronique"),
        (("account", "create", "--login", "ana", *BOB[2:]), "déjà pris"),
        (("account", "list", "--org", "Éd\u200bteur"), "U+200B"),
        (("org", "create", "ÉDITEUR A", *ANA), "existe déjà"),
        (("org", "create", "B", *ANA), "déjà pris"),
        (("org", "create", " ", *ANA), "est vide"),
        (("org", "import", "absent.csv"), "absent.csv"),
    ],
    ids=range(12),
)
def test_what_cannot_be_done_is_told(
    run: Run, stored: Database, arguments: tuple[object, ...], said: str
) -> None:
    """Each refusal says what was found; nothing is written."""
    run("org", "create", "Éditeur A", *ANA)
    before = len(rows(stored, Trace))

    assert said in refusal(run, *arguments)
    assert before == len(rows(stored, Trace))
    assert 1 == len(rows(stored, Account))


def test_an_import_is_rehearsed_then_done(run: Run, stored: Database, tmp_path: Path) -> None:
    """Rehearsed, nothing is written; done, links go to a file that its owner alone reads."""
    path, links = sheet(tmp_path, *GOOD), tmp_path / "liens.csv"
    rehearsed = run("org", "import", path, "--dry-run")
    assert "rien n’a été écrit" in rehearsed.stdout
    assert not rows(stored, Organisation)

    assert "2 comptes créés" in run("org", "import", path, "--links", links).stdout

    assert 0o600 == stat.S_IMODE(links.stat().st_mode)
    with links.open(encoding="utf-8-sig", newline="") as stream:
        _header, *found = csv.reader(stream, delimiter=";")
    assert ["ana", "bob"] == [login for login, _link in found]
    assert all(LINK.fullmatch(link) for _login, link in found)
    assert account(stored, "ana")["id"] == account(stored, "bob")["manager_id"]
    assert "existe déjà" in refusal(run, "org", "import", path, "--links", links)


def test_an_import_with_a_wrong_line_writes_nothing(run: Run, stored: Database, tmp_path: Path) -> None:
    """The line is named with its cell, rehearsed or not; no account, no file of links."""
    path = sheet(tmp_path, *GOOD, "Éditeur A;cle;Clé;pas une adresse;ana")
    links = tmp_path / "liens.csv"

    assert "1\u00a0ligne est à corriger" in refusal(run, "org", "import", path, "--dry-run")
    assert "D4" in joined(run("org", "import", path, "--dry-run").stdout)
    assert "Ligne 4" in refusal(run, "org", "import", path, "--links", links)
    assert not rows(stored, Account)
    assert not links.exists()


def test_links_that_cannot_be_written_stop_the_import(run: Run, stored: Database, tmp_path: Path) -> None:
    """Links are shown nowhere else: without a place for them, nobody is created."""
    path = sheet(tmp_path, *GOOD)

    assert "ne peut pas être écrit" in refusal(
        run, "org", "import", path, "--links", tmp_path / "non" / "x.csv"
    )
    assert not rows(stored, Account)


def test_help_is_in_french(run: Run) -> None:
    """Every command says what it does."""
    for group, said in (("account", "Suspendre un compte"), ("org", "Importer les organisations")):
        assert said in run(group, "--help").stdout
