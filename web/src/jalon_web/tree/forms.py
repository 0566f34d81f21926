"""The forms of accounts: who it is for, what it may do, where it is attached."""

from __future__ import annotations

from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from jalon.domain.rights import Rights, WorkProfile
from jalon.services.tree import Identity
from jalon_web.denials import PROFILES
from jalon_web.identity import IdentityForm, line_field, login_field
from jalon_web.translation import gettext
from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable

_RIGHTS: Final = {
    "validates": _("Peut valider les questionnaires"),
    "creates_accounts": _("Peut créer des comptes"),
}


class _Offered:
    """Tell in French of a value that was never offered."""

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that was never offered."""
        try:
            super().pre_validate(form)  # type: ignore[misc]
        except ValidationError:
            raise ValidationError(gettext("Ce choix n’est pas proposé. Choisissez parmi la liste.")) from None


class _OneOf(_Offered, RadioField):  # type: ignore[misc]
    """Choose one."""


class _Listed(_Offered, SelectField):  # type: ignore[misc]
    """Choose one of a list."""


class _AnyOf(_Offered, SelectMultipleField):  # type: ignore[misc]
    """Choose any number."""


class AccountForm(IdentityForm):
    """Ask who an account is for and what it may do."""

    profile = _OneOf(
        _("Profil"),
        choices=[SelectChoice(value.value, label) for value, label in PROFILES.items()],
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

    login = login_field()
    above = _Listed(_("Responsable de rattachement"), coerce=str)


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Ask under which account another one is attached."""

    above = _Listed(_("Nouveau responsable de rattachement"), coerce=str)


class RequestForm(FlaskForm):  # type: ignore[misc]
    """Ask for a product one does not see."""

    wanted = line_field(_("Produit"), _("Indiquez le nom ou la référence du produit."))
    message = TextAreaField(
        _("Pourquoi en avez-vous besoin\u00a0? (facultatif)"),
        filters=[showable],
        validators=[Length(max=1000, message=_("Ce texte dépasse 1 000 caractères. Raccourcissez-le."))],
    )


def attach_choices(form: Any, choices: list[tuple[int, str]]) -> None:
    """Offer the accounts another one may be attached to."""
    form.above.choices = [SelectChoice(str(number), label) for number, label in choices]
