"""`jalon backup` and `jalon restore`: keep what an instance holds, and put it back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from jalon.services.clock import system_clock
from jalon.services.trace import Actor, record
from jalon.storage import backup as backups
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, state_of
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import load_settings

_KILO: Final = 1000
_YES: Final = frozenset({"o", "oui"})
_NOUNS: Final = {
    "organisation": ("organisation", "organisations"),
    "product": ("produit", "produits"),
    "account": ("compte", "comptes"),
}


@click.command()
@click.argument("target", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Remplacer une sauvegarde qui porte déjà ce nom.")
@click.pass_obj
def backup(shell: Shell, target: Path, *, force: bool) -> None:
    """Sauvegarder toute la base de données dans un fichier ; le portail peut rester ouvert."""
    with closing(Database(load_settings(os.environ).database_url)) as database:
        with shell.console.status("Sauvegarde en cours…"):
            written = backups.write_backup(database, target, force=force)
        volume = f"{_volume(written.tables, written.rows)}, {_size(written.size)}"
        shell.console.print(f"Sauvegarde écrite : {escape(str(target))} ({volume})", soft_wrap=True)
        if state_of(database) is SchemaState.CURRENT:  # an older one is only read
            _trace(database, "jalon backup", "backup-written", file=target.name, rows=written.rows)


@click.command()
@click.argument("source", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Ne pas demander de confirmation.")
@click.pass_obj
def restore(shell: Shell, source: Path, *, yes: bool) -> None:
    """Remplacer toute la base de données par une sauvegarde ; arrêtez d’abord le portail."""
    with closing(Database(load_settings(os.environ, create=True).database_url)) as database:
        found = backups.found_in(database)
        backups.require_unused(database)
        with backups.opened_backup(source) as verified:
            _tell(shell, found, verified.manifest)
            if not yes:
                _confirm()
            with shell.console.status("Restauration en cours…"):
                aside = backups.restore(database, verified)
        manifest = verified.manifest
        volume = _volume(len(manifest.tables), manifest.rows)
        shell.console.print(f"Sauvegarde restaurée : {escape(str(source))} ({volume})", soft_wrap=True)
        if aside is not None:
            shell.console.print(f"L’ancienne base est conservée : {escape(str(aside))}", soft_wrap=True)
        shell.console.print("Chacun devra se connecter à nouveau. Pour rouvrir le portail : jalon run")
        detail = {"file": source.name, "rows": manifest.rows, "written_at": manifest.at.isoformat()}
        _trace(database, "jalon restore", "backup-restored", **detail)


def _tell(shell: Shell, found: backups.Found, manifest: backups.Manifest) -> None:
    """Show what would be lost and what would take its place."""
    at = f"{manifest.at.astimezone():%d/%m/%Y à %H\u00a0h\u00a0%M}"
    print_ = shell.console.print
    print_(f"Sauvegarde du {at}, écrite par Jalon {escape(manifest.jalon)} :")
    print_(f"  {_content({name: manifest.rows_of(name) for name in _NOUNS})}")
    print_("Elle remplacera tout ce que contient la base de données :")
    print_(f"  {_present(found)}")


def _present(found: backups.Found) -> str:
    if found.state is None:
        return "un fichier illisible"
    if found.state is SchemaState.EMPTY:
        return "rien, la base est vide"
    return _content(found.rows) if found.rows else "les tables d’une autre version de Jalon"


def _confirm() -> None:
    try:
        answer = click.prompt("Tapez « oui » pour la restaurer", default="non", prompt_suffix=" : ")
    except click.Abort:
        answer = ""
    if answer.strip().lower() not in _YES:
        raise Refusal("Restauration abandonnée : rien n’a été changé.")


def _trace(database: Database, name: str, action: str, **detail: Any) -> None:
    """Leave a line in the trace; what was done is done, also when that fails."""
    try:
        with database.writing() as session:
            record(session, system_clock(), Actor(None, name), action, **detail)
    except SQLAlchemyError:
        click.echo("La trace n’a pas pu être écrite : la base de données refuse les écritures.", err=True)


def _content(rows: Mapping[str, int]) -> str:
    return ", ".join(_counted(rows.get(name, 0), *nouns) for name, nouns in _NOUNS.items())


def _volume(tables: int, rows: int) -> str:
    return f"{_counted(tables, 'table', 'tables')}, {_counted(rows, 'ligne', 'lignes')}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number:_} {one if number < 2 else several}".replace("_", "\u00a0")  # noqa: PLR2004 - French grammar


def _size(size: float) -> str:
    if size < _KILO:
        return f"{size}\u00a0octets"
    for unit in ("ko", "Mo"):
        size /= _KILO
        if size < _KILO:
            return f"{size:.1f}\u00a0{unit}".replace(".", ",")
    return f"{size / _KILO:.1f}\u00a0Go".replace(".", ",")
