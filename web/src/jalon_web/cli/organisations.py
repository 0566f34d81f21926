"""`jalon org`: list, create and import organisations from the machine that runs the portal."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.markup import escape
from rich.table import Table

from jalon.domain.rights import AccountKind, Person
from jalon.exchange.sheet import read_sheet
from jalon.services.acting import Acting
from jalon.services.clock import system_clock
from jalon.services.importing import Planned, apply, plan
from jalon.services.managing import Invited
from jalon.services.organisations import FirstAccount, create_with_head, organisations
from jalon.services.passwords import Passwords
from jalon.services.trace import Actor
from jalon_web.cli.accounts import link, opened
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import Settings
from jalon_web.wording import counted

_OPERATOR: Final = Person(0, AccountKind.ADMINISTRATOR, None)
_STATES: Final = {"create": "à créer", "present": "déjà là", "refused": "refusée"}


@click.group()
def org() -> None:
    """Gérer les organisations depuis la machine qui porte le portail."""


@org.command("list")
@click.pass_obj
def list_command(shell: Shell) -> None:
    """Lister les organisations."""
    table = Table("Organisation", "Premier compte", "Comptes", "Produits", box=None, pad_edge=False)
    with opened() as (_settings, database), database.reading() as session:
        page, total = 1, 1
        while (page - 1) * 50 < total:
            rows, total = organisations(session, page=page)
            for row in rows:
                table.add_row(escape(row.name), escape(row.head) or "–", str(row.accounts), str(row.products))
            page += 1
    shell.console.print(table)


@org.command("create")
@click.argument("name", metavar="ORGANISATION")
@click.option("--login", required=True, help="Identifiant du premier compte.")
@click.option("--person", required=True, help="Nom de la personne.")
@click.option("--email", required=True, help="Adresse électronique.")
@click.pass_obj
def create_command(shell: Shell, name: str, login: str, person: str, email: str) -> None:
    """Créer une organisation et son premier compte ; le lien d’invitation est affiché une fois."""
    with opened() as (settings, database), database.writing() as session:
        act = Acting(session, _OPERATOR, Actor(None, "jalon org create"), system_clock())
        made = create_with_head(act, name, FirstAccount(login, person, email), Passwords())
    shell.console.print(f"L’organisation « {name} » est créée. Lien d’invitation, valable 24 heures :")
    click.echo(link(settings, made.token))


@org.command("import")
@click.argument("sheet", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Dire ce qui serait fait, sans rien écrire.")
@click.option(
    "--links", type=click.Path(dir_okay=False, path_type=Path), help="Écrire les liens dans ce CSV."
)
@click.pass_obj
def import_command(shell: Shell, sheet: Path, links: Path | None, *, dry_run: bool) -> None:
    """Importer les organisations et les comptes d’un fichier CSV ou XLSX, en entier ou pas du tout."""  # noqa: D401
    rows = read_sheet(sheet.read_bytes())
    with opened() as (settings, database):
        if dry_run:
            with database.reading() as session:
                _tell(shell, plan(session, rows))
            return
        with _reserved(links), database.writing() as session:
            act = Acting(session, _OPERATOR, Actor(None, "jalon org import"), system_clock())
            made = apply(act, rows, Passwords())
            _write(settings, made, links)  # before the end: links are shown nowhere else
    shell.console.print(f"{len(made)} comptes créés. Chaque lien vaut 24 heures, une seule fois.")
    if links is None:
        for each in made:
            click.echo(f"{each.login};{link(settings, each.token)}")
    else:
        shell.console.print(f"Liens écrits dans {links} : transmettez-les, puis supprimez ce fichier.")


def _tell(shell: Shell, planned: Sequence[Planned]) -> None:
    table = Table("Ligne", "Organisation", "Identifiant", "Résultat", box=None, pad_edge=False)
    for each in planned:
        result = " ".join(part for part in (_STATES[each.state], each.cell, each.why) if part)
        table.add_row(str(each.line), escape(each.organisation), escape(each.login), escape(result))
    shell.console.print(table)
    shell.console.print("Simulation : rien n’a été écrit.")
    if refused := sum(each.state == "refused" for each in planned):
        lines = counted(refused, "ligne est", "lignes sont")
        raise Refusal(f"{lines} à corriger avant d’importer.")


@contextmanager
def _reserved(target: Path | None) -> Iterator[None]:
    """Make the file of links, for its owner alone; it goes away when the import is refused."""
    if target is None:
        yield
        return
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Refusal(f"{target} existe déjà. Choisissez un autre fichier.") from None
    except OSError as error:
        raise Refusal(f"{target} ne peut pas être écrit ({error.strerror}). Rien n’a été importé.") from None
    try:
        yield
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write(settings: Settings, made: Sequence[Invited], target: Path | None) -> None:
    if target is not None:
        with target.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            writer.writerow(("identifiant", "lien"))
            writer.writerows((each.login, link(settings, each.token)) for each in made)
