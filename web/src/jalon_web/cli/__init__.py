"""The command `jalon`."""

from __future__ import annotations

from pathlib import Path

import click

from jalon_web.cli.check import check
from jalon_web.cli.evaluate import evaluate
from jalon_web.cli.plugins import plugins
from jalon_web.cli.schema import schema
from jalon_web.cli.shell import Shell, ShellGroup, speak_anywhere
from jalon_web.cli.show import show

__all__ = ["main"]


@click.group(cls=ShellGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
