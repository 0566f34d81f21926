"""`jalon account`: list, create, suspend and reset accounts from the machine that runs the portal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import click
from rich.markup import escape
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jalon.domain.rights import EVERY_RIGHT, AccountKind, Rights, WorkProfile
from jalon.services.account_acts import reset_link, suspend
from jalon.services.accounts import NewAccount, create_account
from jalon.services.clock import system_clock
from jalon.services.links import Purpose, make_link
from jalon.services.mail import queue_mail
from jalon.services.passwords import Passwords
from jalon.services.second_factor import switch_off
from jalon.services.texts import TextRefusedError, name_key
from jalon.services.trace import Actor, record
from jalon.storage.database import Database
from jalon.storage.schema import require_current
from jalon.storage.tables import Account, Organisation, table_of
from jalon_web.cli.shell import Refusal, Shell
from jalon_web.settings import Settings, load_settings

_ACCOUNT: Final = table_of(Account)
_ORGANISATION: Final = table_of(Organisation)


@click.group()
def account() -> None:
    """Gérer les comptes depuis la machine qui porte le portail."""


@account.command("list")
@click.option("--org", "organisation", default="", help="Ceux d’une organisation seulement.")
@click.pass_obj
def list_command(shell: Shell, organisation: str) -> None:
    """Lister les comptes."""
    query = (
        select(_ACCOUNT, func.coalesce(_ORGANISATION.c.name, "").label("organisation"))
        .outerjoin_from(_ACCOUNT, _ORGANISATION, _ACCOUNT.c.organisation_id == _ORGANISATION.c.id)
        .where(_ACCOUNT.c.deleted_at.is_(None))
        .order_by("organisation", _ACCOUNT.c.login)
    )
    if organisation:
        query = query.where(_ORGANISATION.c.name_key == folded(organisation))
    table = Table("Identifiant", "Nom", "Organisation", "État", box=None, pad_edge=False)
    with opened() as (_settings, database), database.reading() as session:
        for row in session.execute(query):
            state = "suspendu" if row.suspended_at else "invité" if not row.password else ""
            organisation = escape(row.organisation) or _KINDS[row.kind]
            table.add_row(row.login, escape(row.name), organisation, state)
    shell.console.print(table)


_KINDS: Final = {"member": "–", "authority": "autorité", "administrator": "administration"}


@account.command("create")
@click.option("--login", required=True, help="Identifiant de connexion.")
@click.option("--name", required=True, help="Nom de la personne.")
@click.option("--email", required=True, help="Adresse électronique.")
@click.option("--org", "organisation", default="", help="Organisation ; sans elle, compte de l’autorité.")
@click.option("--manager", default="", help="Identifiant du responsable de rattachement.")
@click.option("--policy", is_flag=True, help="Avec la politique globale.")
@click.option("--validates", is_flag=True, help="Peut valider les questionnaires.")
@click.option("--creates-accounts", is_flag=True, help="Peut créer des comptes.")
@click.pass_obj
def create_command(shell: Shell, /, organisation: str, manager: str, **given: Any) -> None:
    """Créer un compte ; le lien d’invitation est affiché une fois."""
    with opened() as (settings, database), database.writing() as session:
        new = _new(session, organisation, manager, given)
        made = create_account(session, new, Passwords())
        number, at = made.id or 0, system_clock()
        record(session, at, _actor("create"), "account-created", ("account", number))
        record(session, at, _actor("create"), "invited", ("account", number))
        token = make_link(session, number, Purpose.INVITATION, at)
    shell.console.print(f"Le compte « {made.login} » est créé. Lien d’invitation, valable 24 heures :")
    click.echo(link(settings, token))


@account.command("suspend")
@click.argument("login", metavar="IDENTIFIANT")
@click.pass_obj
def suspend_command(shell: Shell, login: str) -> None:
    """Suspendre un compte : ses sessions se terminent tout de suite."""
    with opened() as (_settings, database), database.writing() as session:
        row = _row(session, login)
        if row.suspended_at is not None:
            raise Refusal(f"Le compte « {row.login} » est déjà suspendu.")
        suspend(session, _actor("suspend"), row.id, system_clock())
    shell.console.print(f"Le compte « {row.login} » est suspendu.")


@account.command("reset")
@click.argument("login", metavar="IDENTIFIANT")
@click.option("--second-factor", is_flag=True, help="Désactiver aussi le second facteur (téléphone perdu).")
@click.pass_obj
def reset_command(shell: Shell, login: str, *, second_factor: bool) -> None:
    """Donner un lien pour choisir un mot de passe ; les sessions se terminent."""
    with opened() as (settings, database), database.writing() as session:
        row = _row(session, login)
        if row.suspended_at is not None:
            raise Refusal(f"Le compte « {row.login} » est suspendu : réactivez-le d’abord.")
        if second_factor and row.totp_secret:
            switch_off(session, _actor("reset"), row.id, system_clock())
            queue_mail(session, "second-factor-off", account_id=row.id, at=system_clock())
        token = reset_link(session, _actor("reset"), row.id, system_clock())
    shell.console.print(f"Lien pour « {row.login} », valable 24 heures, une seule fois :")
    click.echo(link(settings, token))


@contextmanager
def opened() -> Iterator[tuple[Settings, Database]]:
    """Open the database of the instance."""
    settings = load_settings(os.environ)
    with closing(Database(settings.database_url)) as database:
        require_current(database)
        yield settings, database


def link(settings: Settings, token: str) -> str:
    """Give the address of a link."""
    root = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{root}/lien/{token}"


def folded(name: str) -> str:
    """Fold a name typed on the command line."""
    try:
        return name_key(name)
    except TextRefusedError as error:
        raise Refusal(str(error)) from None


def organisation_of(session: Session, name: str) -> int:
    """Find an organisation by its name."""
    found = session.scalar(select(_ORGANISATION.c.id).where(_ORGANISATION.c.name_key == folded(name)))
    if found is None:
        raise Refusal(f"L’organisation « {name} » n’existe pas. Pour les voir : jalon org list")
    return int(found)


def _new(session: Session, organisation: str, manager: str, given: dict[str, Any]) -> NewAccount:
    person = (given["login"], given["name"], given["email"])
    if not organisation:
        return NewAccount(*person, kind=AccountKind.AUTHORITY)
    number = organisation_of(session, organisation)
    head = select(_ACCOUNT.c.id).where(
        _ACCOUNT.c.organisation_id == number, _ACCOUNT.c.manager_id.is_(None), _ACCOUNT.c.deleted_at.is_(None)
    )
    above = _row(session, manager) if manager else None
    if above is not None and above.organisation_id != number:
        raise Refusal(f"« {above.login} » n’est pas un compte de cette organisation.")
    if above is None and session.scalar(head) is not None:
        raise Refusal("Cette organisation a déjà son premier compte. Indiquez --manager IDENTIFIANT.")
    profile = WorkProfile.PRODUCTS_AND_POLICY if given["policy"] else WorkProfile.PRODUCTS
    asked = Rights(profile, validates=given["validates"], creates_accounts=given["creates_accounts"])
    rights = asked if above else EVERY_RIGHT
    return NewAccount(
        *person,
        organisation_id=number,
        manager_id=above.id if above else None,
        profile=rights.profile,
        validates=rights.validates,
        creates_accounts=rights.creates_accounts,
    )


def _row(session: Session, login: str) -> Any:
    alive = _ACCOUNT.c.deleted_at.is_(None)
    row = session.execute(select(_ACCOUNT).where(_ACCOUNT.c.login_key == folded(login), alive)).one_or_none()
    if row is None:
        raise Refusal(f"Le compte « {login} » n’existe pas. Pour les voir : jalon account list")
    return row


def _actor(command: str) -> Actor:
    return Actor(None, f"jalon account {command}")
