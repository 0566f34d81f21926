"""`jalon plugins`: what is installed, and in which state."""

from __future__ import annotations

from typing import Final

import click
from rich.markup import escape
from rich.table import Table

from jalon.domain.referential import Referential
from jalon.plugins.discovery import Plugin, State
from jalon_web.cli.shell import Shell, print_json

_STATES: Final = {
    State.ACTIVE: "[green]actif[/]",
    State.WAITING: "[yellow]en attente[/]",
    State.SUSPENDED: "[red]suspendu[/]",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Écrire du JSON.")
@click.pass_obj
def plugins(shell: Shell, *, as_json: bool) -> None:
    """Lister les modules installés, leur état et ce qu’ils apportent."""
    if as_json:
        print_json(shell.plugins.as_json())
        return
    if not shell.plugins.all:
        shell.console.print("Aucun module installé : le catalogue est vide.")
        return
    table = Table("Module", "Version", "Édition", "État", "Hooks", "Agit sur", box=None, pad_edge=False)
    for plugin in shell.plugins.all:
        table.add_row(*_row(plugin))
    shell.console.print(table)
    for plugin in shell.plugins.all:
        _print_remarks(shell, plugin)


def _row(plugin: Plugin) -> tuple[str, ...]:
    touched = sorted({name for each in plugin.referentials for name in each.touches})
    return (
        escape(plugin.name),
        escape(plugin.version) if not plugin.bare_file else "fichier",
        "\n".join(_edition(plugin, each) for each in plugin.referentials),
        _STATES[plugin.state],
        "\n".join(hook.removeprefix("jalon_") for hook in plugin.hooks),
        "\n".join(touched),
    )


def _edition(plugin: Plugin, referential: Referential) -> str:
    """Name the referential only where it is not called like its plugin."""
    return (
        referential.edition if referential.key == plugin.name else f"{referential.key} {referential.edition}"
    )


def _print_remarks(shell: Shell, plugin: Plugin) -> None:
    if plugin.reason:
        place = f" ({escape(plugin.bare_file)})" if plugin.bare_file else ""
        shell.console.print(f"\n{escape(plugin.name)}{place} : {escape(plugin.reason)}", soft_wrap=True)
    for diagnostic in plugin.diagnostics:
        shell.console.print(f"  {escape(str(diagnostic))}", soft_wrap=True)
    for warning in plugin.warnings:
        shell.console.print(f"\n{escape(plugin.name)} : {escape(warning)}", soft_wrap=True)
