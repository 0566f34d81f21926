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
    "backup-written": _("Sauvegarde écrite"),
    "backup-restored": _("Sauvegarde restaurée"),
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


PAGES: Final[Mapping[str, Any]] = {
    "home": _("Accueil"),
    "accounts": _("Connexion"),
    "links": _("Liens à usage unique"),
    "products": _("Produits"),
    "questionnaires": _("Questionnaires"),
    "tree": _("Comptes"),
    "lists": _("Produits des comptes"),
    "organisation": _("Parcours et référentiels"),
    "own": _("Mon compte"),
    "factor": _("Second facteur"),
    "registrations": _("Demandes d’inscription"),
    "administration": _("Administration"),
    "importing": _("Import"),
    "instance": _("Modules et réglages"),
    "trace": _("Trace"),
}
"""The pages, by the area of the code that shows them."""
_DETAILS: Final[Mapping[str, Any]] = {
    "after": _("puis le compte"),
    "above": _("rattaché au compte"),
    "account_id": _("compte"),
    "asked": "",
    "before": _("d’abord le compte"),
    "count": _("nombre"),
    "depuis": _("du"),
    "file": _("fichier"),
    "first": _("de la ligne"),
    "granted": _("accordés"),
    "jusque": _("au"),
    "last": _("à la ligne"),
    "method": "",
    "numero": _("numéro"),
    "objet": _("objet"),
    "on": _("activé"),
    "organisation_id": _("organisation"),
    "product": _("produit"),
    "product_id": _("produit"),
    "products": _("produits"),
    "qui": _("personne"),
    "quoi": _("action"),
    "registration_id": _("inscription"),
    "request": _("demande"),
    "request_id": _("demande"),
    "revoked": _("retirés"),
    "rights": _("droits"),
    "rows": _("lignes"),
    "value": _("valeur"),
    "written_at": _("écrite le"),
    "wrong": _("erreur"),
}
_VALUES: Final[Mapping[str, Any]] = {
    "creates_accounts": _("création de comptes"),
    "False": _("non"),
    "no": _("non"),
    "None": "–",
    "password": _("mot de passe"),
    "policy": _("politique globale"),
    "True": _("oui"),
    "validates": _("validation"),
    "yes": _("oui"),
    "GET": _("consultation"),
    "HEAD": _("consultation"),
    "POST": _("envoi"),
}


def action_text(action: str) -> str:
    """Name an action; one that is not known is shown by its code."""
    return str(ACTIONS.get(action, action))


def kind_text(kind: str) -> str:
    """Name a kind of object."""
    return str(KINDS.get(kind, kind))


def object_text(kind: str, number: str, name: str = "") -> str:
    """Name what a line is about: a page by its area, an account or an organisation by its name and number."""
    if kind == "page":
        return f"{kind_text(kind)} {PAGES.get(number.partition('.')[0], number)}"
    if name:
        return f"{kind_text(kind)} {number} : {name}"
    return f"{kind_text(kind)} {number}".strip()


def detail_text(detail: Mapping[str, Any]) -> str:
    """Tell what a line says more; a name that is not known is shown by its code."""
    told = (f"{_DETAILS.get(key, key)} {_value_text(value)}".strip() for key, value in detail.items())
    return ", ".join(each for each in told if each)


def _value_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return detail_text(value)
    if isinstance(value, list):
        return ", ".join(_value_text(each) for each in value) or "–"
    return str(_VALUES.get(str(value), value))
