"""`jalon worker`: do the work that outlives requests."""

from __future__ import annotations

import os

import click

from jalon.services.jobs import Jobs
from jalon.services.passwords import Passwords
from jalon.services.sign_in import SignIn
from jalon.services.switches import Switchboard
from jalon.services.worker import Queue, prepare, steps
from jalon_web.cli.shell import Shell
from jalon_web.instance import opened
from jalon_web.processes import belong_to_starter
from jalon_web.settings import load_settings


@click.command()
@click.pass_obj
def worker(shell: Shell) -> None:
    """Exécuter les tâches de fond ; « jalon run » le démarre lui-même."""
    belong_to_starter()
    settings = load_settings(os.environ)
    database, plugins = opened(settings, shell.folders)
    jobs = Jobs(database, steps(database, Switchboard(plugins)))
    prepare(Queue(settings.queue), jobs, SignIn(database, Passwords())).run()
