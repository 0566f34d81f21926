"""`jalon demo`: fill a new instance with invented organisations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from jalon.exchange.demo_file import DemoOrganisation, demo_files, read_demo
from jalon.services.demo import DemoLoader, has_organisations, is_demo, mark_demo
from jalon.services.passwords import Passwords
from jalon.services.referentials import remember
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, migrate, require_current, state_of
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import load_settings

DEMO_PASSWORD: Final = "Convergence-2026"  # noqa: S105 - printed at each start, for invented data only


@click.command()
@click.option(
    "--files",
    "folder",
    metavar="DOSSIER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Charger les fichiers *.yaml de ce dossier plutôt que ceux de Jalon.",
)
@click.pass_obj
def demo(shell: Shell, folder: Path | None) -> None:
    """Charger des données de démonstration dans une instance encore vide."""
    settings = load_settings(os.environ, create=True)
    with closing(Database(settings.database_url)) as database:
        if state_of(database) is SchemaState.EMPTY:
            migrate(database)
        require_current(database)
        if has_organisations(database):
            raise Refusal(
                "Cette instance contient déjà des organisations : la démonstration ne s’y ajoute pas. "
                "Choisissez une autre instance : INSTANCE=/chemin jalon demo"
            )
        load_demo(shell, database, folder)
    for line in demo_logins(folder):
        shell.console.print(line)


def load_demo(shell: Shell, database: Database, folder: Path | None = None) -> None:
    """Load the demonstration data, showing how far it is."""
    organisations = _organisations(folder)
    remember(database, shell.plugins)
    loader = DemoLoader(database, shell.plugins, Passwords(), DEMO_PASSWORD)
    total = sum(1 + len(each.products) for each in organisations)
    columns = (
        TextColumn("Données de démonstration"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=shell.console, transient=True) as progress:
        task = progress.add_task("", total=total)
        for organisation in organisations:
            for name in loader.load(organisation):
                progress.update(task, advance=1, description=name)
    mark_demo(database)
    shell.console.print(
        f"Démonstration chargée : {len(organisations)} organisations, {total - len(organisations)} produits."
    )


def demo_logins(folder: Path | None = None) -> Iterator[str]:
    """Say with which logins one may look around."""
    yield f"Démonstration, mot de passe de tous les comptes : [bold]{DEMO_PASSWORD}[/]"
    for organisation in _organisations(folder):
        logins = ", ".join(account.login for account in organisation.accounts)
        yield f"  {organisation.organisation} : {logins}"


def _organisations(folder: Path | None) -> list[DemoOrganisation]:
    with as_file(files("jalon_web").joinpath("demo")) as own:
        return [read_demo(path) for path in demo_files(folder or own)]


__all__ = ["demo", "demo_logins", "is_demo", "load_demo"]
