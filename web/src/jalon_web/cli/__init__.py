"""The command `jalon`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from jalon_web.cli.check import check
from jalon_web.cli.evaluate import evaluate
from jalon_web.cli.plugins import plugins
from jalon_web.cli.schema import schema
from jalon_web.cli.shell import Shell, ShellGroup, speak_anywhere
from jalon_web.cli.show import show

__all__ = ["main"]


_LATER: Final = {
    "admin": "jalon_web.cli.instance:admin",
    "backup": "jalon_web.cli.backup:backup",
    "demo": "jalon_web.cli.demo:demo",
    "migrate": "jalon_web.cli.instance:migrate_command",
    "restore": "jalon_web.cli.backup:restore",
    "run": "jalon_web.cli.run:run",
    "account": "jalon_web.cli.accounts:account",
    "org": "jalon_web.cli.organisations:org",
    "trace": "jalon_web.cli.trace:trace",
    "worker": "jalon_web.cli.worker:worker",
}


@click.group(cls=ShellGroup, later=_LATER, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--referentials",
    "folders",
    multiple=True,
    metavar="DOSSIER",
    type=click.Path(exists=True, path_type=Path),
    help="Charger aussi les référentiels (*.yaml) de ce dossier ; peut être répété.",
)
@click.version_option(package_name="jalon", message="jalon %(version)s")
@click.pass_context
def main(context: click.Context, folders: tuple[Path, ...]) -> None:
    """Évaluer la maturité de produits de santé d’après des référentiels installés comme modules."""
    speak_anywhere()
    context.obj = Shell(folders)


for command in (evaluate, plugins, check, show, schema):
    main.add_command(command)
