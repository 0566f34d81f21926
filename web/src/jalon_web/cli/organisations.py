"""`jalon org`: list, create and import organisations from the machine that runs the portal."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.table import Table

from jalon.domain.rights import AccountKind, Person
from jalon.exchange.sheet import read_sheet
from jalon.services.clock import system_clock
from jalon.services.importing import Planned, apply, plan
from jalon.services.organisations import FirstAccount, Invited, create_with_head, organisations
from jalon.services.passwords import Passwords
from jalon.services.trace import Actor
from jalon.services.tree import Acting
from jalon_web.cli.accounts import link, opened
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import Settings

_OPERATOR: Final = Person(0, AccountKind.ADMINISTRATOR, None)
_STATES: Final = {"create": "à créer", "present": "déjà là", "refused": "refusée"}


@click.group()
def org() -> None:
    """Gérer les organisations depuis la machine qui porte le portail."""


@org.command("list")
@click.pass_obj
def list_command(shell: Shell) -> None:
    """Lister les organisations."""
    table = Table("Organisation", "Premier compte", "Comptes", "Produits")
    with opened() as (_settings, database), database.reading() as session:
        page, total = 1, 1
        while (page - 1) * 50 < total:
            rows, total = organisations(session, page=page)
            for row in rows:
                table.add_row(row.name, row.head or "–", str(row.accounts), str(row.products))
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
    if links is not None and links.exists():
        raise Refusal(f"{links} existe déjà. Choisissez un autre fichier.")
    with opened() as (settings, database):
        if dry_run:
            with database.reading() as session:
                _tell(shell, plan(session, rows))
            return
        with database.writing() as session:
            act = Acting(session, _OPERATOR, Actor(None, "jalon org import"), system_clock())
            made = apply(act, rows, Passwords())
    shell.console.print(f"{len(made)} comptes créés. Chaque lien vaut 24 heures, une seule fois.")
    _give(shell, settings, made, links)


def _tell(shell: Shell, planned: Sequence[Planned]) -> None:
    table = Table("Ligne", "Organisation", "Identifiant", "Résultat")
    for each in planned:
        result = f"{_STATES[each.state]} {each.why}".strip()
        table.add_row(str(each.line), each.organisation, each.login, result)
    shell.console.print(table)
    shell.console.print("Simulation : rien n’a été écrit.")
    if refused := sum(each.state == "refused" for each in planned):
        raise Refusal(f"{refused} lignes sont à corriger avant d’importer.")


def _give(shell: Shell, settings: Settings, made: Sequence[Invited], target: Path | None) -> None:
    if target is None:
        for each in made:
            click.echo(f"{each.login};{link(settings, each.token)}")
        return
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(("identifiant", "lien"))
        writer.writerows((each.login, link(settings, each.token)) for each in made)
    target.chmod(0o600)
    shell.console.print(f"Liens écrits dans {target} : transmettez-les, puis supprimez ce fichier.")
