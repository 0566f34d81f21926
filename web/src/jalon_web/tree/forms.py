"""The forms of accounts: who it is for, what it may do, where it is attached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from jalon.domain.rights import Rights, WorkProfile
from jalon.services.tree import Identity
from jalon_web.translation import gettext
from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable

_PROFILES: Final = {
    WorkProfile.PRODUCTS.value: _("Questionnaires des produits"),
    WorkProfile.PRODUCTS_AND_POLICY.value: _("Questionnaires des produits et politique globale"),
}
_RIGHTS: Final = {
    "validates": _("Peut valider les questionnaires"),
    "creates_accounts": _("Peut créer des comptes"),
}


class _OneOf(RadioField):  # type: ignore[misc]
    """Choose one; another value than those offered is told in French."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that was never offered."""
        _offered(super().pre_validate, form)


class _Listed(SelectField):  # type: ignore[misc]
    """Choose one of a list; another value is told in French."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that was never offered."""
        _offered(super().pre_validate, form)


class _AnyOf(SelectMultipleField):  # type: ignore[misc]
    """Choose any number; another value is told in French."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that was never offered."""
        _offered(super().pre_validate, form)


def _offered(check: Callable[[Any], None], form: Any) -> None:
    try:
        check(form)
    except ValidationError:
        raise ValidationError(gettext("Ce choix n’est pas proposé. Choisissez parmi la liste.")) from None


class AccountForm(FlaskForm):  # type: ignore[misc]
    """Ask who an account is for and what it may do."""

    name = StringField(
        _("Nom et prénom"),
        filters=[showable],
        validators=[
            InputRequired(_("Indiquez le nom de la personne.")),
            Length(max=200, message=_("Ce nom dépasse 200 caractères. Raccourcissez-le.")),
        ],
    )
    email = StringField(
        _("Adresse électronique"),
        filters=[showable],
        validators=[
            InputRequired(_("Indiquez une adresse électronique.")),
            Length(max=200, message=_("Cette adresse dépasse 200 caractères. Raccourcissez-la.")),
        ],
    )
    profile = _OneOf(
        _("Profil"),
        choices=[SelectChoice(value, label) for value, label in _PROFILES.items()],
        validators=[InputRequired(_("Choisissez un profil."))],
    )
    rights = _AnyOf(_("Droits"), choices=[SelectChoice(value, label) for value, label in _RIGHTS.items()])

    @property
    def identity(self) -> Identity:
        """Give who the account is for."""
        return Identity(self.name.data or "", self.email.data or "")

    @property
    def asked(self) -> Rights:
        """Give the rights that are asked for."""
        held = set(self.rights.data or ())
        return Rights(
            WorkProfile(self.profile.data),
            validates="validates" in held,
            creates_accounts="creates_accounts" in held,
        )

    def show(self, name: str, email: str, rights: Rights) -> None:
        """Fill the form with what an account is."""
        self.name.data, self.email.data = name, email
        self.profile.data = rights.profile.value
        self.rights.data = sorted(rights.granted() & set(_RIGHTS))


class NewAccountForm(AccountForm):
    """Ask for a login as well, and where the account is attached."""

    login = StringField(
        _("Identifiant de connexion"),
        filters=[showable],
        validators=[
            InputRequired(_("Choisissez un identifiant.")),
            Length(max=64, message=_("Cet identifiant dépasse 64 caractères. Raccourcissez-le.")),
        ],
    )
    above = _Listed(_("Responsable de rattachement"), coerce=str)


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Ask under which account another one is attached."""

    above = _Listed(_("Nouveau responsable de rattachement"), coerce=str)


class RequestForm(FlaskForm):  # type: ignore[misc]
    """Ask for a product one does not see."""

    wanted = StringField(
        _("Produit"),
        filters=[showable],
        validators=[
            InputRequired(_("Indiquez le nom ou la référence du produit.")),
            Length(max=200, message=_("Ce texte dépasse 200 caractères. Raccourcissez-le.")),
        ],
    )
    message = TextAreaField(
        _("Pourquoi en avez-vous besoin\u00a0? (facultatif)"),
        filters=[showable],
        validators=[Length(max=1000, message=_("Ce texte dépasse 1 000 caractères. Raccourcissez-le."))],
    )


class PlainForm(FlaskForm):  # type: ignore[misc]
    """Carry nothing but the token."""


def attach_choices(form: Any, choices: list[tuple[int, str]]) -> None:
    """Offer the accounts another one may be attached to."""
    form.above.choices = [SelectChoice(str(number), label) for number, label in choices]
