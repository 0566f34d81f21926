"""Who an account is for: the fields that several forms ask."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable


def line_field(label: Any, missing: Any, **options: Any) -> Any:
    """Declare a line of text that is needed; 200 characters at most, as services keep."""
    too_long = Length(max=200, message=_("Ce texte dépasse 200 caractères. Raccourcissez-le."))
    return StringField(label, filters=[showable], validators=[InputRequired(missing), too_long], **options)


def login_field() -> Any:
    """Declare the login of a new account."""
    too_long = Length(max=64, message=_("Cet identifiant dépasse 64 caractères. Raccourcissez-le."))
    needed = InputRequired(_("Choisissez un identifiant."))
    return StringField(_("Identifiant de connexion"), filters=[showable], validators=[needed, too_long])


class IdentityForm(FlaskForm):  # type: ignore[misc]
    """Ask who an account is for."""

    name = line_field(_("Nom et prénom"), _("Indiquez le nom de la personne."))
    email = line_field(_("Adresse électronique"), _("Indiquez une adresse électronique."))
