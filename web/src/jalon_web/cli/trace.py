"""`jalon trace`: seal, check and export who did what."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import click
from rich.markup import escape
from sqlalchemy.exc import OperationalError

from jalon.services.clock import system_clock
from jalon.services.comparing_trace import Differing, differing
from jalon.services.sealing import Fault, exported, seal, verify
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.schema import require_current
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import load_settings

_WORDS: Final = {
    "changed": "des lignes, ou le sceau, ont été modifiés",
    "missing": "des lignes ont été retirées",
    "added": "des lignes ont été ajoutées",
    "chain": "ce lot ne suit pas le précédent : un lot a été retiré ou modifié",
    "lines-left": "ce lot est échu, mais des lignes y sont encore",
    "untold": "ce lot a été déclaré échu sans que la trace le dise",
    "outside": "ces lignes portent un numéro d’avant le premier lot",
    "missing-seal": "ce lot, conservé ailleurs, est absent : la fin de la trace a été coupée",
    "other-seal": "ce lot n’est plus celui qui a été conservé ailleurs",
}
_SHOWN: Final = 20
"""Numbers of lines told of one batch."""
_BUSY: Final = (
    "La trace n’a pas pu être scellée : des écritures sont en cours, ou la base ne répond pas. "
    "Recommencez dans une minute."
)


@click.group()
def trace() -> None:
    """Vérifier et exporter la trace des actions."""


@trace.command("seal")
@click.pass_obj
def seal_command(shell: Shell) -> None:
    """Sceller les lignes qui ne le sont pas encore ; le portail le fait chaque minute."""
    with _database() as database:
        try:
            count = seal(database, system_clock())
        except OperationalError:
            raise Refusal(_BUSY) from None
    shell.console.print(f"Lignes scellées : {count}.")


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
        lines = differing(database, found.faults, _lines(kept)) if kept and found.faults else {}
    if found.faults:
        raise Refusal("\n".join(_told(each, lines.get(each.seal)) for each in found.faults))
    shell.console.print(
        f"La trace est intacte. Lignes vérifiées : {found.sealed} ; lots : {found.seals}, "
        f"dont échus : {found.expired} ; lignes pas encore scellées : {found.waiting}."
    )


@trace.command("export")
@click.argument("target", metavar="FICHIER", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Remplacer le fichier s’il existe.")
@click.pass_obj
def export_command(shell: Shell, target: Path, *, force: bool) -> None:
    """Écrire les sceaux et les lignes dans un fichier, à conserver ailleurs."""
    if target.exists() and not force:
        raise Refusal(f"{target} existe déjà. Choisissez un autre fichier, ou ajoutez --force.")
    with _database() as database:
        with database.writing() as session:  # before the first byte
            actor = Actor(None, "jalon trace export")
            record(session, system_clock(), actor, "trace-exported", ("trace", ""), file=target.name)
        try:
            count = _write(database, target)
        except OSError as error:
            raise Refusal(f"{target} ne peut pas être écrit : {error.strerror}.") from None
    shell.console.print(
        f"Export écrit : {escape(str(target))} ({count} {'lignes' if count > 1 else 'ligne'})", soft_wrap=True
    )


def _write(database: Database, target: Path) -> int:
    """Write beside, readable by its owner only, then put in place: a former export stays whole till then."""
    count, folder = 0, target.parent
    with NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".trace-", delete=False) as stream:
        try:
            for each in exported(database):
                stream.write(json.dumps(each, ensure_ascii=False) + "\n")
                count += "line" in each
            stream.flush()
            os.fsync(stream.fileno())
            os.replace(stream.name, target)  # noqa: PTH105 - the name of an open file
        except BaseException:
            Path(stream.name).unlink()
            raise
    return count


@contextmanager
def _database() -> Iterator[Database]:
    with closing(Database(load_settings(os.environ).database_url)) as database:
        require_current(database)
        yield database


def _told(fault: Fault, lines: Differing | None) -> str:
    when = f", scellé le {fault.sealed_at:%d/%m/%Y à %H:%M} UTC" if fault.sealed_at else ""
    range_ = f"lignes {fault.first} à {fault.last}{when}"
    where = f"Lot {fault.seal} ({range_})" if fault.seal else f"Hors de tout lot ({range_})"
    named = zip(("modifiées", "retirées", "ajoutées"), lines or (), strict=False)
    which = [f"{word} : {_numbers(numbers)}" for word, numbers in named if numbers]
    told = f" ({' ; '.join(which)})" if which else ""
    return f"{where} : {_WORDS[fault.code]}{told}."


def _numbers(numbers: Sequence[int]) -> str:
    more = f" et {len(numbers) - _SHOWN} autres" if len(numbers) > _SHOWN else ""
    return ", ".join(map(str, numbers[:_SHOWN])) + more


def _seals(path: Path) -> list[Mapping[str, Any]]:
    found = [_seal(**each["seal"]) for each in _read(path) if "seal" in each]
    if not found:
        raise Refusal(f"{path} ne contient aucun sceau : il n’y a rien à comparer.")
    return found


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    return (each["line"] for each in _read(path) if "line" in each)


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read an export line by line: there may be many."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            try:
                each = json.loads(line)
                checked = _seal(**each["seal"]) if "seal" in each else {"id": each["line"]["id"] + 0}
            except (ValueError, TypeError, KeyError, RecursionError):
                checked = {}
            if not checked:
                raise Refusal(
                    f"{path}, ligne {number} : ce n’est pas un export de la trace (jalon trace export)."
                )
            yield each


def _seal(**told: Any) -> Mapping[str, Any]:
    numbers = {name: int(told[name]) for name in ("id", "first_id", "last_id")}
    return {**numbers, "digest": str(told["digest"]), "sealed_at": datetime.fromisoformat(told["sealed_at"])}
