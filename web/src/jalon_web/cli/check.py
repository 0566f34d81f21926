"""`jalon check`: everything that can be told before a referential is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from jalon.plugins import discovery
from jalon.plugins.discovery import Plugin, State
from jalon.plugins.registry import Plugins
from jalon_web.cli.shell import ERROR, Refusal, Shell, print_json
from jalon_web.wording import counted


@click.command()
@click.argument("names", nargs=-1, metavar="[MODULE|FICHIER]…")
@click.option("--json", "as_json", is_flag=True, help="Écrire du JSON.")
@click.pass_obj
def check(shell: Shell, names: tuple[str, ...], *, as_json: bool) -> None:
    """Vérifier des modules installés ou des fichiers ; sans argument, tous les modules.

    Un fichier est vérifié avec les modules installés, dont il peut lire les questions et les critères.
    """
    found = list(_found(shell, names))
    faults = [fault for plugin in found for fault in _faults(plugin)]
    if as_json:
        print_json([_described(plugin) for plugin in found])
    else:
        for plugin in found:
            _print(plugin)
    if faults:
        raise click.exceptions.Exit(ERROR)


def _found(shell: Shell, names: Sequence[str]) -> Iterator[Plugin]:
    if not names:
        yield from shell.plugins.all
        return
    installed = {plugin.name: plugin for plugin in shell.plugins.all}
    for name in names:
        if name in installed:
            yield installed[name]
        elif Path(name).exists():
            yield from _files(shell, Path(name))
        else:
            known = ", ".join(sorted(installed)) or "aucun"
            raise Refusal(f"{name} : ni un module installé ({known}), ni un fichier")


def _files(shell: Shell, path: Path) -> Iterator[Plugin]:
    """Check files beside what is installed; a file may be the source of an installed referential."""
    files = discovery.bare_files([path])
    if not files:
        raise Refusal(f"{path} : aucun fichier *.yaml")
    Plugins.standing_in(files, shell.folders)
    yield from files


def _faults(plugin: Plugin) -> list[str]:
    faults = [str(diagnostic) for diagnostic in plugin.diagnostics]
    if plugin.state is State.SUSPENDED and not faults:
        faults.append(f"{plugin.name}: {plugin.reason}")
    return faults + [f"{plugin.name}: {warning}" for warning in plugin.warnings]


def _print(plugin: Plugin) -> None:
    faults = _faults(plugin)
    for fault in faults:
        click.echo(fault, err=True)
    if not faults:
        waiting = f" ({plugin.reason})" if plugin.state is State.WAITING else ""
        counts = " ; ".join(
            ", ".join(
                [
                    f"{each.key} {each.edition}",
                    counted(_criteria(each), "critère", "critères"),
                    counted(len(each.facts), "question", "questions"),
                    counted(len(each.rules), "règle", "règles"),
                ]
            )
            for each in plugin.referentials
        )
        click.echo(f"{plugin.bare_file or plugin.name} : rien à signaler{waiting} — {counts}")


def _criteria(referential: Any) -> int:
    return sum(1 for questionnaire in referential.questionnaires for _ in questionnaire.criteria())


def _described(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "file": plugin.bare_file,
        "state": plugin.state.value,
        "reason": plugin.reason,
        "diagnostics": [diagnostic.as_json() for diagnostic in plugin.diagnostics],
        "warnings": list(plugin.warnings),
    }
