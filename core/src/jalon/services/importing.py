"""Import organisations and accounts from a sheet: planned row by row, written whole or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.rights import EVERY_RIGHT, Rights, WorkProfile
from jalon.errors import JalonError
from jalon.services.accounts import (
    AccountRefusedError,
    NewAccount,
    checked_email,
    checked_login,
    checked_name,
    create_account,
    create_organisation,
)
from jalon.services.acting import Acting, require_administrator
from jalon.services.managing import Invited, invite
from jalon.services.organisations import organisation_line
from jalon.services.passwords import Passwords
from jalon.services.texts import name_key
from jalon.services.trace import record
from jalon.storage.tables import Account, Organisation, table_of

COLUMNS: Final = (
    "organisation",
    "identifiant",
    "nom",
    "adresse",
    "rattachement",
    "profil",
    "validation",
    "creation de comptes",
)
"""The names of columns, folded as those of a sheet are."""

TITLES: Final = (*COLUMNS[:-1], "création de comptes")
_NEEDED: Final = COLUMNS[:4]
_TRUTH: Final = {
    "oui": True,
    "o": True,
    "vrai": True,
    "1": True,
    "x": True,
    "non": False,
    "n": False,
    "": False,
}
_PROFILES: Final = {
    "": WorkProfile.PRODUCTS,
    "produits": WorkProfile.PRODUCTS,
    "produits et politique globale": WorkProfile.PRODUCTS_AND_POLICY,
}
_ACCOUNT: Final = table_of(Account)
_ORGANISATION: Final = table_of(Organisation)


class ImportRefusedError(JalonError):
    """A sheet cannot be imported as it is; `field` names the column of a cell to be put right."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Planned(NamedTuple):
    """Say what becomes of one row: created, there already, or refused with the reason."""

    line: int
    organisation: str
    login: str
    name: str
    email: str
    above: str
    rights: Rights
    state: str  # create, present, refused
    why: str = ""
    cell: str = ""  # where it is to be put right, as a spreadsheet names it: B3


@dataclass(slots=True)
class _Known:
    """Hold what is there already, and what the rows before make."""

    logins: dict[str, tuple[str, int | None]]  # folded organisation, and the row of the database
    emails: set[str]
    heads: set[str] = field(default_factory=set)  # organisations that have their topmost account
    rights: dict[str, Rights] = field(default_factory=dict)


def plan(session: Session, rows: Sequence[Sequence[str]]) -> list[Planned]:
    """Say what an import would do, row by row; nothing is written. Raise for a sheet without its columns."""
    filled = [(line, row) for line, row in enumerate(rows, 1) if any(row)]
    places = _places(filled[0][1] if filled else ())
    known = _known(session)
    return [
        _planned(line, {name: _cell(row, at) for name, at in places.items()}, places, known)
        for line, row in filled[1:]
    ]


def apply(act: Acting, rows: Sequence[Sequence[str]], passwords: Passwords) -> list[Invited]:
    """Do what the plan says, in this transaction; raise when a row is refused: nothing is then written."""
    require_administrator(act.person, act.session)
    planned = plan(act.session, rows)
    if refused := [each for each in planned if each.state == "refused"]:
        first = refused[0]
        raise ImportRefusedError(f"Ligne {first.line} : {first.why} Rien n’a été importé.")
    made = [_written(act, each, passwords) for each in planned if each.state == "create"]
    record(act.session, act.at, act.actor, "accounts-imported", ("", ""), count=len(made))
    return made


def _written(act: Acting, each: Planned, passwords: Passwords) -> Invited:
    key = name_key(each.organisation)
    found = act.session.scalar(select(_ORGANISATION.c.id).where(_ORGANISATION.c.name_key == key))
    if found is None:
        found = create_organisation(act.session, each.organisation).id
        record(act.session, act.at, act.actor, "organisation-created", ("organisation", found or 0))
    above = (
        act.session.scalar(select(_ACCOUNT.c.id).where(_ACCOUNT.c.login_key == each.above))
        if each.above
        else None
    )
    new = NewAccount(
        each.login,
        each.name,
        each.email,
        organisation_id=found,
        manager_id=above,
        profile=each.rights.profile,
        validates=each.rights.validates,
        creates_accounts=each.rights.creates_accounts,
    )
    account = create_account(act.session, new, passwords)
    act.record("account-created", account.id or 0, rights=sorted(each.rights.granted()))
    return invite(act, account)


def _planned(line: int, cells: dict[str, str], places: Mapping[str, int], known: _Known) -> Planned:
    try:
        return _read(line, cells, known)
    except (AccountRefusedError, ImportRefusedError) as error:
        names = (cells["organisation"], cells["identifiant"], cells["nom"], cells["adresse"])
        at = places.get(_FIELDS.get(error.field, error.field), -1)
        cell = f"{_letter(at)}{line}" if at >= 0 else ""
        return Planned(line, *names, cells["rattachement"], Rights(), "refused", str(error), cell)


_FIELDS: Final = {"login": "identifiant", "name": "nom", "email": "adresse"}


def _letter(at: int) -> str:
    """Name a column as spreadsheets do."""
    return (chr(64 + at // 26) if at >= 26 else "") + chr(65 + at % 26)  # noqa: PLR2004


def _read(line: int, cells: dict[str, str], known: _Known) -> Planned:
    organisation = organisation_line(cells["organisation"])
    key = name_key(organisation)
    login, name = checked_login(cells["identifiant"]), checked_name(cells["nom"])
    email, email_key = checked_email(cells["adresse"])
    above = _above(cells["rattachement"])
    rights = _rights(cells) if above else EVERY_RIGHT
    if login in known.logins:
        _check_present(login, key, known)
        return Planned(line, organisation, login, name, email, above, rights, "present")
    if email_key in known.emails:
        raise ImportRefusedError(f"L’adresse « {email} » est déjà celle d’un autre compte.", "adresse")
    _check_place(key, above, rights, known)
    known.logins[login] = (key, None)
    known.emails.add(email_key)
    known.rights[login] = rights
    if not above:
        known.heads.add(key)
    return Planned(line, organisation, login, name, email, above, rights, "create")


def _above(text: str) -> str:
    try:
        return checked_login(text) if text else ""
    except AccountRefusedError as error:
        raise ImportRefusedError(str(error), "rattachement") from None


def _check_present(login: str, key: str, known: _Known) -> None:
    """Want a login that is known to be that of the same organisation, and not of a row before."""
    organisation, row = known.logins[login]
    if row is None:
        raise ImportRefusedError(
            f"L’identifiant « {login} » est déjà sur une ligne plus haut.", "identifiant"
        )
    if organisation != key:
        raise ImportRefusedError(
            f"L’identifiant « {login} » est déjà celui d’une autre organisation ou du portail.",
            "identifiant",
        )


def _check_place(key: str, above: str, rights: Rights, known: _Known) -> None:
    """Want one topmost account per organisation, others below one of it that may grant what they get."""
    if not above and key in known.heads:
        raise ImportRefusedError(
            "Cette organisation a déjà un compte tout en haut. Indiquez l’identifiant d’un responsable de "
            "rattachement.",
            "rattachement",
        )
    if above and known.logins.get(above, ("", None))[0] != key:
        raise ImportRefusedError(
            f"Le rattachement « {above} » n’est pas un compte de cette organisation. Écrivez-le plus haut.",
            "rattachement",
        )
    if above and not rights.granted() <= known.rights[above].granted():
        raise ImportRefusedError(
            f"« {above} » n’a pas lui-même tous ces droits. Réduisez-les.", "rattachement"
        )


def _rights(cells: dict[str, str]) -> Rights:
    profile = _folded(cells["profil"])
    if profile not in _PROFILES:
        raise ImportRefusedError(
            f"Profil « {cells['profil']} » inconnu. Attendu : « produits » ou "
            "« produits et politique globale ».",
            "profil",
        )
    return Rights(
        _PROFILES[profile],
        validates=_truth(cells, "validation"),
        creates_accounts=_truth(cells, "creation de comptes"),
    )


def _truth(cells: dict[str, str], name: str) -> bool:
    value = _folded(cells[name])
    if value not in _TRUTH:
        raise ImportRefusedError(
            f"« {cells[name]} » dans « {TITLES[COLUMNS.index(name)]} ». Attendu : oui ou non.", name
        )
    return _TRUTH[value]


def _places(first: Sequence[str]) -> dict[str, int]:
    header = [_folded(cell) for cell in first]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise ImportRefusedError(
            f"Colonnes absentes : {', '.join(missing)}. La première ligne doit les nommer : "
            f"{', '.join(TITLES)}."
        )
    if twice := [name for name in COLUMNS if header.count(name) > 1]:
        raise ImportRefusedError(f"Colonnes écrites deux fois : {', '.join(twice)}.")
    return {name: header.index(name) if name in header else -1 for name in COLUMNS}


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if 0 <= at < len(row) else ""


def _known(session: Session) -> _Known:
    keys = {
        row.id: row.name_key for row in session.execute(select(_ORGANISATION.c.id, _ORGANISATION.c.name_key))
    }
    rows = session.execute(select(_ACCOUNT).where(_ACCOUNT.c.deleted_at.is_(None))).all()
    return _Known(
        logins={row.login_key: (keys.get(row.organisation_id, ""), row.id) for row in rows},
        emails={row.email_key for row in rows},
        heads={keys[row.organisation_id] for row in rows if row.organisation_id and row.manager_id is None},
        rights={
            row.login_key: Rights(
                WorkProfile(row.profile), validates=row.validates, creates_accounts=row.creates_accounts
            )
            for row in rows
        },
    )


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))
