"""Word the messages that the worker sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jalon.services.mail import Recipient
from jalon_web.translation import gettext as _

_SAFE: Final = _(
    "Si vous n’êtes pas à l’origine de cette action, prévenez votre responsable de rattachement."
)
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "invitation": (
        _("Votre compte Jalon"),
        _(
            "Un compte vous est ouvert sur Jalon. Votre identifiant de connexion\u00a0: %(login)s\n\n"
            "Choisissez votre mot de passe avec ce lien, valable une seule fois pendant "
            "24\u00a0heures\u00a0:\n%(link)s"
        ),
    ),
    "password": (
        _("Choisir un nouveau mot de passe"),
        _(
            "Un nouveau mot de passe a été demandé pour votre compte (%(login)s).\n\n"
            "Choisissez-le avec ce lien, valable une seule fois pendant 24\u00a0heures\u00a0:\n%(link)s\n\n"
            "Si vous n’avez rien demandé, ne faites rien\u00a0: votre mot de passe reste le même."
        ),
    ),
    "login": (
        _("Votre identifiant de connexion"),
        _("Votre identifiant de connexion\u00a0: %(login)s\n\nPour vous connecter\u00a0: %(root)s"),
    ),
    "email-changed": (
        _("Votre adresse électronique a changé"),
        _("L’adresse électronique de votre compte (%(login)s) est maintenant\u00a0: %(email)s"),
    ),
    "password-changed": (
        _("Votre mot de passe a changé"),
        _("Le mot de passe de votre compte (%(login)s) vient de changer."),
    ),
    "second-factor-on": (
        _("Second facteur activé"),
        _("Le second facteur de votre compte (%(login)s) est activé."),
    ),
    "second-factor-off": (
        _("Second facteur désactivé"),
        _("Le second facteur de votre compte (%(login)s) est désactivé."),
    ),
    "registration-refused": (
        _("Votre demande d’inscription"),
        _("L’inscription de l’organisation %(organisation)s n’a pas été acceptée.\n\n%(text)s"),
    ),
    "product-request-accepted": (
        _("Votre demande est acceptée"),
        _("Vous voyez maintenant le produit %(product)s\u00a0: %(root)s"),
    ),
    "product-request-refused": (
        _("Votre demande est refusée"),
        _("Votre demande pour le produit %(product)s est refusée.\n\n%(text)s"),
    ),
}
_WARNED: Final = frozenset({"email-changed", "password-changed", "second-factor-on", "second-factor-off"})


def composer(root: str) -> Callable[[str, Recipient, Mapping[str, str]], tuple[str, str]]:
    """Give what words messages; `root` is the address of the portal as people reach it."""

    def compose(message: str, recipient: Recipient, values: Mapping[str, Any]) -> tuple[str, str]:
        subject, body = _WORDS[message]
        link = f"{root}/lien/{values['token']}" if "token" in values else ""
        given = {"organisation": "", "product": "", "email": "", "text": "", **values}
        given |= {"login": recipient.login, "link": link, "root": root}
        hello = _("Bonjour %(name)s,", name=recipient.name) if recipient.name else _("Bonjour,")
        parts = [hello, body % given, *([_SAFE] if message in _WARNED else []), "Jalon"]
        return f"Jalon\u00a0: {subject}", "\n\n".join(part for part in parts if part.strip()) + "\n"

    return compose
