"""`jalon run`: the portal, and the worker beside it."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import closing

import click
from flask import Flask

from jalon.services.worker import Queue
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, migrate, require_current, state_of
from jalon_web.cli.demo import demo_logins, is_demo, load_demo
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.factory import create_app
from jalon_web.instance import opened
from jalon_web.processes import Companion
from jalon_web.server import Server
from jalon_web.settings import Settings, load_settings


@click.command()
@click.option(
    "--demo", "with_demo", is_flag=True, help="Dans une instance nouvelle, charger la démonstration."
)
@click.pass_obj
def run(shell: Shell, *, with_demo: bool) -> None:
    """Servir le portail et son exécutant de tâches ; la première fois, créer l’instance."""
    settings = load_settings(os.environ, create=True)
    _require_free(settings)
    with closing(Database(settings.database_url)) as database:
        logins = _prepared(shell, database, with_demo=with_demo)

    def make() -> Flask:
        opened_database, plugins = opened(settings, shell.folders)
        return create_app(settings, plugins, database=opened_database, wake=Queue(settings.queue).wake)

    def ready() -> None:
        shell.console.print(f"\nJalon est ouvert : [bold]http://{settings.host}:{settings.port}[/]")
        for line in logins:
            shell.console.print(line)
        shell.console.print("Pour l’arrêter : Ctrl+C\n")

    Server(make, settings, ready, _worker(shell)).run()


def _prepared(shell: Shell, database: Database, *, with_demo: bool) -> tuple[str, ...]:
    """Make a new instance, or refuse one of another form; give what to say of the demonstration."""
    if state_of(database) is SchemaState.EMPTY:
        migrate(database)
        if with_demo:
            load_demo(shell, database)
    require_current(database)
    return tuple(demo_logins()) if is_demo(database) else ()


def _worker(shell: Shell) -> Companion:
    folders = [part for folder in shell.folders for part in ("--referentials", str(folder))]
    return Companion([sys.executable, "-m", "jalon_web.cli", *folders, "worker"])


def _require_free(settings: Settings) -> None:
    """Refuse a port that another program holds, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Refusal(
                f"Le port {settings.port} de {settings.host} ne peut pas être ouvert ({error.strerror}). "
                f"Arrêtez le programme qui l’occupe, ou choisissez-en un autre : PORT={settings.port + 1}"
            ) from None
