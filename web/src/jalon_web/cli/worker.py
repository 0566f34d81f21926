"""`jalon worker`: do the work that outlives requests."""

from __future__ import annotations

import os
from datetime import timedelta

import click

from jalon.services.clock import system_clock
from jalon.services.jobs import Jobs
from jalon.services.mail import SmtpTransport, mail_step
from jalon.services.passwords import Passwords
from jalon.services.sealing import expire, seal
from jalon.services.sign_in import SignIn
from jalon.services.switches import Switchboard
from jalon.services.worker import Queue, prepare, steps
from jalon_web.cli.shell import Shell
from jalon_web.instance import opened
from jalon_web.mails import composer
from jalon_web.processes import belong_to_starter
from jalon_web.settings import load_settings


@click.command()
@click.pass_obj
def worker(shell: Shell) -> None:
    """Exécuter les tâches de fond ; « jalon run » le démarre lui-même."""
    belong_to_starter()
    settings = load_settings(os.environ)
    database, plugins = opened(settings, shell.folders)
    transport = SmtpTransport(settings.smtp_url) if settings.smtp_url else None
    root = settings.public_url or f"http://{settings.host}:{settings.port}"
    mail = mail_step(database, transport, settings.mail_from, composer(root))
    jobs = Jobs(database, steps(database, Switchboard(plugins), mail=mail))
    sign_in, retention = SignIn(database, Passwords()), timedelta(days=settings.trace_days)

    def look() -> None:
        sign_in.forget_ended()
        seal(database, system_clock())
        expire(database, system_clock(), retention)

    prepare(Queue(settings.queue), jobs, look).run()
