"""The forms of one's own account, and those that choose a password."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from jalon_web.identity import line_field
from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable


class _CurrentForm(FlaskForm):  # type: ignore[misc]
    current = PasswordField(
        _("Mot de passe actuel"), validators=[InputRequired(_("Indiquez votre mot de passe actuel."))]
    )


class PasswordForm(_CurrentForm):
    """Ask for the current password and a new one."""

    wanted = PasswordField(
        _("Nouveau mot de passe"), validators=[InputRequired(_("Indiquez le nouveau mot de passe."))]
    )


class EmailForm(_CurrentForm):
    """Ask for the current password and a new address."""

    email = line_field(_("Nouvelle adresse électronique"), _("Indiquez la nouvelle adresse."))


class ConfirmForm(_CurrentForm):
    """Ask for the current password alone."""


class ChooseForm(FlaskForm):  # type: ignore[misc]
    """Ask for a new password."""

    wanted = PasswordField(_("Mot de passe"), validators=[InputRequired(_("Choisissez un mot de passe."))])


class CodeForm(FlaskForm):  # type: ignore[misc]
    """Ask for a code of the second factor."""

    code = StringField(
        _("Code"),
        filters=[showable],
        validators=[
            InputRequired(_("Tapez le code.")),
            Length(max=64, message=_("Ce code est trop long.")),
        ],
    )


class ForgottenLoginForm(FlaskForm):  # type: ignore[misc]
    """Ask for an address."""

    typed = line_field(_("Adresse électronique"), _("Indiquez votre adresse électronique."))


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """Ask for a login or an address."""

    typed = line_field(
        _("Identifiant de connexion ou adresse électronique"),
        _("Indiquez votre identifiant ou votre adresse."),
    )
