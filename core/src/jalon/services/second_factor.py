"""A second factor by time-based codes (RFC 6238): enrol, check, recover, switch off."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import pyotp
from sqlalchemy import ScalarSelect, delete, func, select
from sqlalchemy.orm import Session

from jalon.errors import JalonError
from jalon.services.accounts import update_account
from jalon.services.trace import Actor, record
from jalon.storage.tables import Account, RecoveryCode, Setting, table_of

ISSUER: Final = "Jalon"
COMPULSORY: Final = "second_factor_for_administrators"
"""The setting that makes it compulsory for administrators: « yes »."""

_ACCOUNT: Final = table_of(Account)
_CODE: Final = table_of(RecoveryCode)
_STEP: Final = 30
_CODES: Final = 10
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters and figures nobody takes for one another, 1, l, 0 and o left out: 16 of them hold 80 bits."""


class WrongCodeError(JalonError):
    """A code is not the one of this moment, or was used already."""


class FactorStateError(JalonError):
    """The second factor is on already, or is not on."""


def new_secret() -> str:
    """Give a secret for an authenticator, kept nowhere yet."""
    return pyotp.random_base32()


def address_of(secret: str, login: str) -> str:
    """Give what the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def enrol(
    session: Session, actor: Actor, account_id: int, secret: str, code: str, at: datetime
) -> Sequence[str]:
    """Switch the second factor on once its first code is right; give the recovery codes, shown once."""
    _require(session, account_id, is_on=False)
    step = _step_of(secret, code, at, after=0)
    if step is None:
        raise WrongCodeError(_WRONG)
    update_account(session, account_id, totp_secret=secret, totp_last_step=step)
    record(session, at, actor, "second-factor-on", ("account", account_id))
    return _new_codes(session, account_id)


def renew_codes(session: Session, actor: Actor, account_id: int, at: datetime) -> Sequence[str]:
    """Replace the recovery codes of an account; they are shown once."""
    _require(session, account_id, is_on=True)
    record(session, at, actor, "recovery-codes-renewed", ("account", account_id))
    return _new_codes(session, account_id)


def _new_codes(session: Session, account_id: int) -> Sequence[str]:
    """Make recovery codes in place of others; only their digests are kept."""
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(_CODES)
    ]
    session.execute(delete(_CODE).where(_CODE.c.account_id == account_id))
    session.add_all([RecoveryCode(account_id=account_id, digest=_digest(account_id, code)) for code in codes])
    return codes


def codes_left(session: Session, account_id: int) -> int:
    """Count the recovery codes that are still good."""
    return session.scalar(select(func.count()).where(_CODE.c.account_id == account_id)) or 0


def use_code(session: Session, actor: Actor, account_id: int, code: str, at: datetime) -> bool:
    """Use a code of the authenticator, or a recovery code: neither is good twice."""
    query = select(_ACCOUNT.c.totp_secret, _ACCOUNT.c.totp_last_step).where(_ACCOUNT.c.id == account_id)
    row = session.execute(query.with_for_update()).one_or_none()
    if row is None or not row.totp_secret:
        return False
    step = _step_of(row.totp_secret, code, at, after=row.totp_last_step)
    if step is not None:
        update_account(session, account_id, totp_last_step=step)
        return True
    same = (_CODE.c.account_id == account_id) & (_CODE.c.digest == _digest(account_id, code))
    if session.scalar(delete(_CODE).where(same).returning(_CODE.c.account_id)) is None:
        return False
    record(session, at, actor, "recovery-code-used", ("account", account_id))
    return True


def switch_off(session: Session, actor: Actor, account_id: int, at: datetime) -> None:
    """Switch the second factor off."""
    _require(session, account_id, is_on=True)
    session.execute(delete(_CODE).where(_CODE.c.account_id == account_id))
    update_account(session, account_id, totp_secret="", totp_last_step=0)
    record(session, at, actor, "second-factor-off", ("account", account_id))


def second_factor_query() -> ScalarSelect[Any]:
    """Select the setting that makes it compulsory, to be read along with something else."""
    setting = table_of(Setting)
    return select(setting.c.value).where(setting.c.key == COMPULSORY).scalar_subquery()


def is_compulsory(session: Session) -> bool:
    """Say whether administrators of this instance need a second factor."""
    found = session.get(Setting, COMPULSORY)
    return found is not None and found.value == "yes"


def _step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """Give the step of time a code is for: this one, the one before or after, and none used already."""
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):  # noqa: PLR2004
        return None
    now = int(at.timestamp()) // _STEP
    steps = (step for step in (now, now - 1, now + 1) if step > after)
    authenticator = pyotp.TOTP(secret)
    return next(
        (step for step in steps if secrets.compare_digest(authenticator.at(step * _STEP), typed)), None
    )


def _digest(account_id: int, code: str) -> str:
    plain = "".join(each for each in code.casefold() if each in _LETTERS)
    return sha256(f"recovery:{account_id}:{plain}".encode()).hexdigest()


def _require(session: Session, account_id: int, *, is_on: bool) -> None:
    """Raise unless the second factor is on, or off; nobody changes it until the transaction ends."""
    query = select(_ACCOUNT.c.totp_secret).where(_ACCOUNT.c.id == account_id).with_for_update()
    if bool(session.scalar(query)) is not is_on:
        raise FactorStateError(
            "Le second facteur n’est pas activé." if is_on else "Le second facteur est déjà activé."
        )


_WRONG: Final = (
    "Ce code n’est pas celui du moment. Vérifiez l’heure de votre téléphone, puis tapez le code affiché."
)
