"""Make organisations and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.rights import AccountKind, WorkProfile
from jalon.errors import JalonError
from jalon.services.passwords import Passwords
from jalon.services.texts import MAX_NAME, clean, name_key
from jalon.storage.tables import Account, Organisation, Subject, table_of


class AccountRefusedError(JalonError):
    """An account or an organisation cannot be made as asked."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Say what an account is made of."""

    login: str
    name: str
    email: str
    password: str
    kind: AccountKind = AccountKind.MEMBER
    organisation_id: int | None = None
    manager_id: int | None = None
    profile: WorkProfile = WorkProfile.PRODUCTS
    validates: bool = False
    creates_accounts: bool = False


def create_organisation(session: Session, name: str) -> Organisation:
    """Make an organisation, itself a subject of questionnaires; raise when the name is taken."""
    cleaned = _line(name, "Le nom de l’organisation")
    key = name_key(cleaned)
    if _taken(session, table_of(Organisation).c.name_key, key):
        raise AccountRefusedError(f"L’organisation « {cleaned} » existe déjà. Choisissez un autre nom.")
    subject = Subject(kind="organisation")
    session.add(subject)
    session.flush()
    organisation = Organisation(id=subject.id, name=cleaned, name_key=key)
    session.add(organisation)
    session.flush()
    return organisation


def create_account(session: Session, new: NewAccount, passwords: Passwords) -> Account:
    """Make an account; raise AccountRefusedError, TextRefusedError or PasswordRefusedError."""
    login, email = _line(new.login, "L’identifiant"), _line(new.email, "L’adresse électronique")
    if " " in login:
        raise AccountRefusedError(f"L’identifiant « {login} » contient une espace. Écrivez-le sans espace.")
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or " " in email:
        raise AccountRefusedError(
            f"« {email} » n’est pas une adresse électronique. Attendu : nom@domaine, par exemple "
            "claire@exemple.fr."
        )
    login_key, email_key = name_key(login), name_key(email)
    accounts = table_of(Account)
    if _taken(session, accounts.c.login_key, login_key):
        raise AccountRefusedError(f"L’identifiant « {login} » est déjà pris. Choisissez-en un autre.")
    if _taken(session, accounts.c.email_key, email_key):
        raise AccountRefusedError(f"L’adresse électronique « {email} » est déjà celle d’un autre compte.")
    account = Account(
        login=login,
        login_key=login_key,
        email=email,
        email_key=email_key,
        name=_line(new.name, "Le nom de la personne"),
        kind=new.kind.value,
        organisation_id=new.organisation_id,
        manager_id=new.manager_id,
        profile=new.profile.value,
        validates=new.validates,
        creates_accounts=new.creates_accounts,
        password=passwords.hashed(new.password),
    )
    session.add(account)
    session.flush()
    return account


def _line(text: str, what: str) -> str:
    cleaned = " ".join(clean(text, longest=MAX_NAME).split())
    if not cleaned:
        raise AccountRefusedError(f"{what} est vide. Indiquez-le.")
    return cleaned


def _taken(session: Session, column: Any, key: str) -> bool:
    return session.scalar(select(column).where(column == key)) is not None
