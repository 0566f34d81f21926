"""`jalon trace`: seal, check and export who did what."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import click

from jalon.services.clock import system_clock
from jalon.services.sealing import Fault, exported, seal, verify
from jalon.storage.database import Database
from jalon.storage.schema import require_current
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import load_settings

_WORDS: Final = {
    "changed": "des lignes ont été modifiées, ajoutées ou retirées",
    "chain": "ce lot ne suit pas le précédent : un lot a été retiré ou modifié",
    "lines-left": "ce lot est échu, mais des lignes y sont encore",
    "missing-seal": "ce lot est absent : la fin de la trace a été coupée",
    "other-seal": "ce lot n’est plus celui qui a été conservé ailleurs",
}


@click.group()
def trace() -> None:
    """Vérifier et exporter la trace des actions."""


@trace.command("seal")
@click.pass_obj
def seal_command(shell: Shell) -> None:
    """Sceller les lignes qui ne le sont pas encore ; le portail le fait chaque minute."""
    with _database() as database:
        shell.console.print(f"{seal(database, system_clock())} lignes scellées.")


@trace.command("verify")
@click.option(
    "--seals",
    "kept",
    metavar="FICHIER",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Comparer aux sceaux d’un export conservé ailleurs.",
)
@click.pass_obj
def verify_command(shell: Shell, kept: Path | None) -> None:
    """Vérifier que rien n’a été modifié, ajouté ni retiré dans la trace scellée."""
    with _database() as database:
        found = verify(database, _seals(kept) if kept else ())
    if found.faults:
        raise Refusal("\n".join(_told(each) for each in found.faults))
    shell.console.print(
        f"La trace est intacte : {found.sealed} lignes en {found.seals} lots "
        f"(dont {found.expired} échus), {found.waiting} lignes pas encore scellées."
    )


@trace.command("export")
@click.argument("target", metavar="FICHIER", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Remplacer le fichier s’il existe.")
@click.pass_obj
def export_command(shell: Shell, target: Path, *, force: bool) -> None:
    """Écrire les sceaux et les lignes dans un fichier, à conserver ailleurs."""
    if target.exists() and not force:
        raise Refusal(f"{target} existe déjà. Choisissez un autre fichier, ou ajoutez --force.")
    count = 0
    with _database() as database:
        try:
            with target.open("w", encoding="utf-8") as stream:
                for each in exported(database):
                    stream.write(json.dumps(each, ensure_ascii=False) + "\n")
                    count += "line" in each
        except OSError as error:
            raise Refusal(f"{target} ne peut pas être écrit : {error.strerror}.") from None
    shell.console.print(f"{count} lignes exportées dans {target}.")


@contextmanager
def _database() -> Iterator[Database]:
    with closing(Database(load_settings(os.environ).database_url)) as database:
        require_current(database)
        yield database


def _told(fault: Fault) -> str:
    when = f", scellé le {fault.sealed_at:%d/%m/%Y à %H:%M} UTC" if fault.sealed_at else ""
    return f"Lot {fault.seal} (lignes {fault.first} à {fault.last}{when}) : {_WORDS[fault.code]}."


def _seals(path: Path) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            each = json.loads(line)
            if "seal" in each:
                found.append({name: each["seal"][name] for name in ("id", "first_id", "last_id", "digest")})
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Refusal(
                f"{path}, ligne {number} : ce n’est pas un export de la trace (jalon trace export)."
            ) from None
    return found
