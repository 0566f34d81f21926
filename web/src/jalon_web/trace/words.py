"""Name in French what the trace holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jalon_web.translation import lazy_gettext as _

ACTIONS: Final[Mapping[str, Any]] = {
    "signed-in": _("Connexion"),
    "sign-in-failed": _("Connexion refusée"),
    "signed-out": _("Déconnexion"),
    "session-ended": _("Session terminée par son titulaire"),
    "sessions-ended": _("Autres sessions terminées"),
    "password-changed": _("Mot de passe changé"),
    "password-reset-asked": _("Nouveau mot de passe demandé"),
    "login-asked": _("Identifiant demandé"),
    "email-changed": _("Adresse électronique changée"),
    "second-factor-on": _("Second facteur activé"),
    "second-factor-off": _("Second facteur désactivé"),
    "second-factor-failed": _("Code du second facteur refusé"),
    "recovery-code-used": _("Code de secours utilisé"),
    "recovery-codes-renewed": _("Codes de secours remplacés"),
    "own-data-exported": _("Données personnelles téléchargées"),
    "account-created": _("Compte créé"),
    "account-changed": _("Compte modifié"),
    "rights-changed": _("Droits modifiés"),
    "account-suspended": _("Compte suspendu"),
    "account-resumed": _("Compte réactivé"),
    "account-reset": _("Accès réinitialisé"),
    "account-moved": _("Compte déplacé"),
    "account-deleted": _("Compte supprimé"),
    "invited": _("Invitation"),
    "responsibility-moved": _("Responsabilité d’un produit confiée"),
    "products-given": _("Produits donnés à un compte"),
    "products-taken": _("Produits retirés à un compte"),
    "product-asked": _("Produit demandé"),
    "product-request-accepted": _("Demande de produit acceptée"),
    "product-request-refused": _("Demande de produit refusée"),
    "organisation-created": _("Organisation créée"),
    "head-replaced": _("Premier compte remplacé"),
    "registration-asked": _("Inscription demandée"),
    "registration-accepted": _("Inscription acceptée"),
    "registration-refused": _("Inscription refusée"),
    "accounts-imported": _("Comptes importés"),
    "plugin-switched": _("Module activé ou désactivé"),
    "setting-changed": _("Réglage modifié"),
    "refused": _("Action refusée"),
    "trace-exported": _("Trace exportée"),
    "trace-expired": _("Trace échue effacée"),
    "profile-validated": _("Questions préliminaires validées"),
    "backup": _("Sauvegarde"),
}
KINDS: Final[Mapping[str, Any]] = {
    "account": _("Compte"),
    "product": _("Produit"),
    "organisation": _("Organisation"),
    "registration": _("Inscription"),
    "plugin": _("Module"),
    "setting": _("Réglage"),
    "trace": _("Trace"),
    "page": _("Page"),
}


def action_text(action: str) -> str:
    """Name an action; one that is not known is shown by its code."""
    return str(ACTIONS.get(action, action))


def kind_text(kind: str) -> str:
    """Name a kind of object."""
    return str(KINDS.get(kind, kind))
