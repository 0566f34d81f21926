"""`jalon migrate` and `jalon admin`: prepare an instance and its first account."""

from __future__ import annotations

import os
from contextlib import closing

import click

from jalon.domain.rights import AccountKind
from jalon.services.accounts import NewAccount, create_account
from jalon.services.clock import system_clock
from jalon.services.passwords import SHORTEST, Passwords
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.schema import SchemaState, migrate, require_current
from jalon_web.cli.shell import Shell
from jalon_web.settings import load_settings


@click.command("migrate")
@click.pass_obj
def migrate_command(shell: Shell) -> None:
    """Créer les tables de la base de données, ou les mettre à jour."""
    settings = load_settings(os.environ, create=True)
    with closing(Database(settings.database_url)) as database:
        before = migrate(database)
    said = {
        SchemaState.EMPTY: "Base de données créée.",
        SchemaState.OLDER: "Base de données mise à jour.",
        SchemaState.CURRENT: "La base de données est déjà à jour : rien à faire.",
    }
    shell.console.print(said[before])


@click.group()
def admin() -> None:
    """Gérer les comptes d’administration."""


@admin.command()
@click.option("--login", prompt="Identifiant de connexion", help="Identifiant de connexion.")
@click.option("--name", prompt="Nom et prénom", help="Nom de la personne.")
@click.option("--email", prompt="Adresse électronique", help="Adresse électronique.")
@click.pass_obj
def create(shell: Shell, login: str, name: str, email: str) -> None:
    """Créer un compte d’administration ; le mot de passe est demandé, ou lu dans JALON_PASSWORD."""
    settings = load_settings(os.environ)
    with closing(Database(settings.database_url)) as database:
        require_current(database)
        password = os.environ.get("JALON_PASSWORD") or click.prompt(
            f"Mot de passe (au moins {SHORTEST} caractères)",
            hide_input=True,
            confirmation_prompt="Encore une fois",
        )
        new = NewAccount(login, name, email, password, kind=AccountKind.ADMINISTRATOR)
        with database.writing() as session:
            account = create_account(session, new, Passwords())
            subject = ("account", account.id or 0)
            record(session, system_clock(), Actor(None, "jalon admin create"), "account-created", subject)
    shell.console.print(f"Le compte d’administration « {account.login} » est créé.")
