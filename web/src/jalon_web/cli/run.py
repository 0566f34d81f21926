"""`jalon run` and `jalon worker`: the portal, and the worker beside it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import Final

import click
from flask import Flask

from jalon.services.jobs import Jobs
from jalon.services.passwords import Passwords
from jalon.services.sign_in import SignIn
from jalon.services.switches import Switchboard
from jalon.services.worker import Queue, prepare, steps
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, migrate, require_current, state_of
from jalon_web.cli.demo import demo_logins, is_demo, load_demo
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.factory import create_app
from jalon_web.processes import die_with_parent
from jalon_web.server import Server, opened
from jalon_web.settings import Settings, load_settings

_ASKED_BY: Final = "JALON_RUN"
"""Tells the worker which `jalon run` started it, and so that it ends with it."""


@click.command()
@click.option(
    "--demo", "with_demo", is_flag=True, help="Dans une instance nouvelle, charger la démonstration."
)
@click.pass_obj
def run(shell: Shell, *, with_demo: bool) -> None:
    """Servir le portail et son exécutant de tâches ; la première fois, créer l’instance."""
    settings = load_settings(os.environ, create=True)
    _require_free(settings)
    database = Database(settings.database_url)
    if state_of(database) is SchemaState.EMPTY:
        migrate(database)
        if with_demo:
            load_demo(shell, database)
    require_current(database)
    logins = demo_logins() if is_demo(database) else ()
    database.close()

    def make() -> Flask:
        opened_database, plugins = opened(settings, shell.folders)
        return create_app(settings, plugins, database=opened_database, wake=Queue(settings.queue).wake)

    def ready() -> None:
        shell.console.print(f"\nJalon est ouvert : [bold]http://{settings.host}:{settings.port}[/]")
        for line in logins:
            shell.console.print(line)
        shell.console.print("Pour l’arrêter : Ctrl+C\n")

    server = Server(make, settings, ready)
    worker_process = _start_worker(shell)
    try:
        server.run()
    finally:
        worker_process.terminate()
        worker_process.wait(10)


@click.command()
@click.pass_obj
def worker(shell: Shell) -> None:
    """Exécuter les tâches de fond ; « jalon run » le démarre lui-même."""
    if asked_by := os.environ.get(_ASKED_BY):
        die_with_parent(int(asked_by))
    settings = load_settings(os.environ)
    database, plugins = opened(settings, shell.folders)
    jobs = Jobs(database, steps(database, Switchboard(plugins)))
    prepare(Queue(settings.queue), jobs, SignIn(database, Passwords())).run()


def _start_worker(shell: Shell) -> subprocess.Popen[bytes]:
    folders = [part for folder in shell.folders for part in ("--referentials", str(folder))]
    command = [sys.executable, "-m", "jalon_web.cli", *folders, "worker"]
    return subprocess.Popen(command, env={**os.environ, _ASKED_BY: str(os.getpid())})  # noqa: S603 - our own program


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
