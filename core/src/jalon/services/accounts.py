"""Make organisations and accounts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jalon.domain.rights import AccountKind, WorkProfile
from jalon.errors import JalonError
from jalon.services.passwords import Passwords
from jalon.services.texts import MAX_NAME, TextRefusedError, clean, name_key
from jalon.storage.tables import Account, Organisation, Subject, table_of

LONGEST_LOGIN: Final = 64


class AccountRefusedError(JalonError):
    """An account or an organisation cannot be made as asked; `field` names what is to be put right."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Say what an account is made of; without a password, the person is invited to choose one."""

    login: str
    name: str
    email: str
    password: str = ""
    kind: AccountKind = AccountKind.MEMBER
    organisation_id: int | None = None
    manager_id: int | None = None
    profile: WorkProfile = WorkProfile.PRODUCTS
    validates: bool = False
    creates_accounts: bool = False


def create_organisation(session: Session, name: str) -> Organisation:
    """Make an organisation, itself a subject of questionnaires; raise when the name is taken."""
    cleaned = _line(name, "Le nom de l’organisation", "organisation")
    key = _key(cleaned, "organisation")
    if _taken(session, table_of(Organisation).c.name_key, key):
        raise AccountRefusedError(
            f"L’organisation « {cleaned} » existe déjà. Choisissez un autre nom.", "organisation"
        )
    subject = Subject(kind="organisation")
    session.add(subject)
    session.flush()
    organisation = Organisation(id=subject.id, name=cleaned, name_key=key)
    session.add(organisation)
    _flush(session, "Une organisation vient de prendre ce nom. Recommencez.", "organisation")
    return organisation


def create_account(session: Session, new: NewAccount, passwords: Passwords) -> Account:
    """Make an account; raise AccountRefusedError or PasswordRefusedError."""
    login, (email, email_key) = checked_login(new.login), checked_email(new.email)
    require_free(session, login_key=login, email_key=email_key)
    account = Account(
        login=login,
        login_key=login,
        email=email,
        email_key=email_key,
        name=checked_name(new.name),
        kind=new.kind.value,
        organisation_id=new.organisation_id,
        manager_id=new.manager_id,
        profile=new.profile.value,
        validates=new.validates,
        creates_accounts=new.creates_accounts,
        password=passwords.hashed(new.password, login, new.name, email) if new.password else "",
    )
    session.add(account)
    _flush(session, "Un compte vient de prendre cet identifiant ou cette adresse. Recommencez.", "login")
    return account


def _flush(session: Session, taken: str, field: str) -> None:
    """Write what was added; of two transactions that want the same name, one alone does."""
    try:
        session.flush()
    except IntegrityError:
        raise AccountRefusedError(taken, field) from None


def checked_name(name: str) -> str:
    """Give the name of a person on one line; raise when it is empty, too long or deceiving."""
    cleaned = _line(name, "Le nom de la personne", "name")
    hidden = [each for each in cleaned if unicodedata.category(each) in _DECEIVING]
    if hidden:
        raise AccountRefusedError(
            f"Ce nom contient un caractère invisible ({shown_character(hidden[0])}). Retapez-le.", "name"
        )
    return cleaned


def checked_login(login: str) -> str:
    """Fold a login, of small letters, digits, point, dash and underscore; raise with what was found."""
    typed = login.strip()
    if not typed:
        raise AccountRefusedError("L’identifiant est vide. Indiquez-le.", "login")
    if len(typed) > LONGEST_LOGIN:
        raise AccountRefusedError(
            f"L’identifiant compte {len(typed)} caractères ; {LONGEST_LOGIN} au plus. Raccourcissez-le.",
            "login",
        )
    folded = unicodedata.normalize("NFKC", typed).casefold()
    for text in (typed, folded):  # what hides in the first may be gone from the second
        wrong = [each for each in text if not _may_fold_to_login(each)]
        if wrong:
            raise AccountRefusedError(
                f"L’identifiant contient {shown_character(wrong[0])}. Utilisez des lettres minuscules sans "
                "accent, des chiffres, un point, un tiret ou un tiret bas.",
                "login",
            )
    return folded


def checked_email(email: str) -> tuple[str, str]:
    """Give an address as typed, and folded; raise with what was found."""
    typed = email.strip()
    if not typed:
        raise AccountRefusedError("L’adresse électronique est vide. Indiquez-la.", "email")
    if len(typed) > MAX_NAME:
        raise AccountRefusedError(
            f"Cette adresse compte {len(typed)} caractères ; {MAX_NAME} au plus. Raccourcissez-la.", "email"
        )
    wrong = [each for each in typed if not each.isprintable() or each in '<>()[],;:\\" ']
    if wrong:
        raise AccountRefusedError(
            f"L’adresse électronique contient {shown_character(wrong[0])}. Retapez-la.", "email"
        )
    if not _ADDRESS.fullmatch(typed):
        raise AccountRefusedError(
            f"« {typed} » n’est pas une adresse électronique. Attendu : nom@domaine, par exemple "
            "claire@exemple.fr.",
            "email",
        )
    key = unicodedata.normalize("NFKC", typed).casefold()
    if key.count("@") > 1:  # one that is wide, or small
        hidden = next(each for each in typed if each != "@" and "@" in unicodedata.normalize("NFKC", each))
        raise AccountRefusedError(
            f"L’adresse électronique contient {shown_character(hidden)}. Retapez-la.", "email"
        )
    return typed, _email_key(typed)


def _email_key(typed: str) -> str:
    try:
        return name_key(typed)
    except TextRefusedError:
        odd = next((each for each in typed if not each.isascii()), "?")
        raise AccountRefusedError(
            f"L’adresse électronique contient {shown_character(odd)}, qui peut tromper : elle mêle des "
            "caractères d’alphabets différents. Retapez-la.",
            "email",
        ) from None


def require_free(
    session: Session, *, login_key: str = "", email_key: str = "", except_account: int | None = None
) -> None:
    """Raise when another account has this login or this address, whatever their case."""
    accounts = table_of(Account)
    wanted = ((accounts.c.login_key, login_key, "login"), (accounts.c.email_key, email_key, "email"))
    for column, key, field in wanted:
        found = session.scalar(select(accounts.c.id).where(column == key)) if key else None
        if found is not None and found != except_account:
            raise AccountRefusedError(TAKEN[field], field)


def update_account(session: Session, account_id: int, **values: Any) -> None:
    """Write columns of one account."""
    accounts = table_of(Account)
    session.execute(update(accounts).where(accounts.c.id == account_id).values(values))


def shown_character(character: str) -> str:
    """Show a character so that it is recognised, also one that nobody sees."""
    code = f"U+{ord(character):04X}"
    if character == " ":
        return "une espace"
    return f"« {character} » ({code})" if character.isprintable() else f"un caractère invisible ({code})"


def _may_fold_to_login(character: str) -> bool:
    if character in _DIGITS_AND_MARKS:
        return True
    folded = unicodedata.normalize("NFKC", character).casefold()
    return character.isprintable() and bool(folded) and all(each in _LOGIN for each in folded)


_DIGITS_AND_MARKS: Final = frozenset("0123456789._-")
_LOGIN: Final = _DIGITS_AND_MARKS | frozenset("abcdefghijklmnopqrstuvwxyz")
_DECEIVING: Final = frozenset({"Cc", "Cf", "Cs"})
_ADDRESS: Final = re.compile(r"(?!.*=\?)[^@\s.]+(\.[^@\s.]+)*@[^@\s.]+(\.[^@\s.]+)*")
TAKEN: Final = {
    "login": "Cet identifiant est déjà pris. Choisissez-en un autre.",
    "email": "Cette adresse électronique est déjà celle d’un autre compte.",
}


def _key(text: str, field: str) -> str:
    try:
        return name_key(text)
    except TextRefusedError as error:
        raise AccountRefusedError(str(error), field) from None


def _line(text: str, what: str, field: str) -> str:
    try:
        cleaned = " ".join(clean(text, longest=MAX_NAME).split())
    except TextRefusedError as error:
        raise AccountRefusedError(str(error), field) from None
    if not cleaned:
        raise AccountRefusedError(f"{what} est vide. Indiquez-le.", field)
    return cleaned


def _taken(session: Session, column: Any, key: str) -> bool:
    return session.scalar(select(column).where(column == key)) is not None
