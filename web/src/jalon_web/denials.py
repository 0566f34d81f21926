"""Word why something is refused, and who can do it: « Pourquoi ne puis-je pas… ? »."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from jalon.domain.rights import Denial, Person, Rights, WorkProfile
from jalon_web.translation import gettext as _
from jalon_web.translation import lazy_gettext as __
from jalon_web.typed import named

PROFILES: Final[Mapping[WorkProfile, Any]] = {
    WorkProfile.PRODUCTS: __("Questionnaires des produits"),
    WorkProfile.PRODUCTS_AND_POLICY: __("Questionnaires des produits et politique globale"),
}
_REASONS: Final[Mapping[Denial, Any]] = {
    Denial.OWN_ACCOUNT: __("Personne ne modifie ses propres droits ni la liste de ses produits."),
    Denial.NOT_BELOW: __("Vous ne gérez que les comptes qui vous sont rattachés, directement ou non."),
    Denial.NO_CREATION: __("Votre compte n’a pas le droit de créer des comptes."),
    Denial.BEYOND_OWN: __("Vous ne pouvez donner que les droits et le profil que vous avez vous-même."),
    Denial.CYCLE: __("Un compte ne peut pas être rattaché à lui-même ni à un compte placé sous lui."),
    Denial.RESPONSIBLE: __(
        "Ce compte est responsable de produits. Confiez-les à un autre compte, puis supprimez-le."
    ),
    Denial.NOT_RESPONSIBLE: __("Seul le responsable du produit peut le faire."),
    Denial.NO_VALIDATION: __("Vous pouvez enregistrer un brouillon, mais pas valider."),
    Denial.NO_POLICY: __("Votre profil ne comprend pas la politique globale de l’organisation."),
    Denial.NOT_HEAD: __("Seul le compte placé tout en haut de l’organisation peut le faire."),
    Denial.NOT_ADMINISTRATOR: __("Seul un administrateur du portail peut le faire."),
    Denial.ARCHIVED: __("Ce produit est archivé\u00a0: réactivez-le d’abord."),
    Denial.SUSPENDED: __("Ce compte est suspendu\u00a0: réactivez-le d’abord."),
    Denial.LAST: __("C’est le dernier compte d’administration\u00a0: créez-en un autre d’abord."),
}


class Reason(NamedTuple):
    """Show why something is refused, and who can do it."""

    why: str
    who: str  # markup where names are in it


def reason(denial: Denial, who: Sequence[str] = ()) -> Reason:
    """Word a refusal; with nobody named, an administrator of the portal can help."""
    names = Markup(", ").join(named(each) for each in who)
    if who:
        return Reason(str(_REASONS[denial]), _("Adressez-vous à\u00a0: %(noms)s.", noms=names))
    return Reason(str(_REASONS[denial]), _("Adressez-vous à un administrateur du portail."))


def rights_text(rights: Rights) -> str:
    """Name the profile and the rights of an account, in one line."""
    parts = [str(PROFILES[rights.profile])]
    if rights.validates:
        parts.append(_("peut valider"))
    if rights.creates_accounts:
        parts.append(_("peut créer des comptes"))
    return ", ".join(parts)


def ability_text(action: str) -> str:
    """Name what one may do or not."""
    return {
        "answer": _("Remplir les questionnaires des produits que je vois"),
        "policy": _("Remplir le questionnaire de politique globale"),
        "validate": _("Valider les questionnaires et créer un produit"),
        "create_accounts": _("Créer des comptes sous le mien"),
        "own_list": _("Modifier la liste de mes produits"),
        "own_rights": _("Modifier mes droits et mon profil"),
        "enable": _("Choisir les parcours et référentiels de l’organisation"),
    }[action]


def is_beyond(person: Person, right: str, held: Rights | None = None) -> bool:
    """Say whether a right cannot be granted: one lacks it, and the account does not hold it either."""
    return right not in person.rights.granted() | (held.granted() if held else frozenset())
