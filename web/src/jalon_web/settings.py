"""What an administrator decides about one instance, read once from the environment."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jalon import JalonError
from jalon.services.mail import SmtpTransport, check_sender

_TRUE: Final = frozenset({"1", "oui", "yes", "true"})
_FALSE: Final = frozenset({"", "0", "non", "no", "false"})
_SHORTEST_SECRET: Final = 32
_HIGHEST_PORT: Final = 65535
_PUBLIC: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?"
)
SECRET_FILE: Final = "secret"  # noqa: S105 - a name
"""Signs the cookies of this instance; readable by its owner only."""


class SettingsError(JalonError):
    """A setting cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold the settings of one instance."""

    instance: Path
    database_url: str
    secret: str
    tls: bool = False  # behind a proxy that speaks HTTPS: cookies and headers say so
    proxies: int = 0  # how many proxies in front may be believed about addresses
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 0  # 0: one more than there are cores
    public_url: str = ""  # as people reach the portal: what messages lead to
    smtp_url: str = ""  # the mail server; none: links are shown instead of sent
    mail_from: str = ""
    trace_days: int = 365  # how long a line of the trace is kept

    @property
    def queue(self) -> Path:
        """Give the file by which the portal wakes its worker."""
        return self.instance / "queue.db"


def load_settings(environ: Mapping[str, str], *, create: bool = False) -> Settings:
    """Read the settings; with `create`, make the instance folder and its secret the first time."""
    instance = Path(environ.get("INSTANCE") or environ.get("JALON_INSTANCE") or "instance").resolve()
    if create:
        _make(instance)
    default = f"sqlite:///{instance / 'jalon.db'}"
    return Settings(
        instance=instance,
        database_url=environ.get("JALON_DATABASE_URL") or default,
        secret=_given_secret(environ) or _secret(instance, create=create),
        tls=_truth(environ, "JALON_TLS"),
        proxies=_number(environ, "JALON_PROXIES", 0, 10),
        host=environ.get("HOST") or "127.0.0.1",
        port=_number(environ, "PORT", 8080, _HIGHEST_PORT),
        workers=_number(environ, "JALON_WORKERS", 0, 64),
        trace_days=_number(environ, "JALON_TRACE_DAYS", 365, 36_500, lowest=1),
        public_url=_public_url(environ),
        smtp_url=_smtp_url(environ),
        mail_from=_sender(environ),
    )


def _public_url(environ: Mapping[str, str]) -> str:
    url = environ.get("JALON_PUBLIC_URL", "").strip().rstrip("/")
    if url and not _PUBLIC.fullmatch(url):
        raise SettingsError(
            f"JALON_PUBLIC_URL vaut « {url} » ; attendu : l’adresse du portail, https://jalon.exemple.fr"
        )
    return url


def _smtp_url(environ: Mapping[str, str]) -> str:
    url = environ.get("JALON_SMTP_URL", "").strip()
    if url:
        SmtpTransport(url)  # refused now, not by a worker that would start again and again
    return url


def _sender(environ: Mapping[str, str]) -> str:
    sender = environ.get("JALON_MAIL_FROM", "").strip() or "Jalon <jalon@localhost>"
    check_sender(sender)
    return sender


def _make(instance: Path) -> None:
    try:
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(
            f"Le dossier d’instance {instance} ne peut pas être créé ({error.strerror}). "
            "Indiquez un dossier où vous pouvez écrire : INSTANCE=/chemin"
        ) from None


def _given_secret(environ: Mapping[str, str]) -> str:
    secret = environ.get("JALON_SECRET", "")
    if 0 < len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"JALON_SECRET compte {len(secret)} caractères ; il en faut au moins {_SHORTEST_SECRET}."
        )
    return secret


def _secret(instance: Path, *, create: bool) -> str:
    path = instance / SECRET_FILE
    if create and not path.exists():
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process of this instance was quicker
        except OSError as error:
            raise SettingsError(f"{path} ne peut pas être écrit : {error.strerror}.") from None
    try:
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"Le secret de l’instance est illisible ({path} : {error.strerror}). "
            "Pour créer une instance ici, tapez : jalon migrate"
        ) from None
    if len(secret) < _SHORTEST_SECRET:
        raise SettingsError(
            f"Le secret de l’instance ({path}) compte {len(secret)} caractères ; il en faut au moins "
            f"{_SHORTEST_SECRET}. Supprimez ce fichier pour qu’un autre soit créé ; "
            "chacun devra alors se reconnecter."
        )
    return secret


def _truth(environ: Mapping[str, str], key: str) -> bool:
    raw = environ.get(key, "").strip().casefold()
    if raw not in _TRUE | _FALSE:
        raise SettingsError(f"{key} vaut « {raw} » ; attendu : oui ou non.")
    return raw in _TRUE


def _number(environ: Mapping[str, str], key: str, default: int, highest: int, *, lowest: int = 0) -> int:
    raw = environ.get(key, "").strip()
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit() or not lowest <= int(raw) <= highest:
        raise SettingsError(f"{key} vaut « {raw} » ; attendu : un nombre de {lowest} à {highest}.")
    return int(raw)
