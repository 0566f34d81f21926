"""The sign-in form."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Ask for a login and a password."""

    login = StringField(
        _("Identifiant de connexion"),
        filters=[showable],
        validators=[
            InputRequired(_("Indiquez votre identifiant.")),
            Length(max=200, message=_("Cet identifiant est trop long.")),
        ],
    )
    password = PasswordField(_("Mot de passe"), validators=[InputRequired(_("Indiquez votre mot de passe."))])
    next = HiddenField()
