"""The forms of administrators, and the public one that asks for registration."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from jalon.services.organisations import FirstAccount
from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable

_LONG = Length(max=200, message=_("Ce texte dépasse 200 caractères. Raccourcissez-le."))


class IdentityForm(FlaskForm):  # type: ignore[misc]
    """Ask who an account is for."""

    name = StringField(
        _("Nom et prénom"),
        filters=[showable],
        validators=[InputRequired(_("Indiquez le nom de la personne.")), _LONG],
    )
    email = StringField(
        _("Adresse électronique"),
        filters=[showable],
        validators=[InputRequired(_("Indiquez une adresse électronique.")), _LONG],
    )


class FirstAccountForm(IdentityForm):
    """Ask for a login as well."""

    login = StringField(
        _("Identifiant de connexion"),
        filters=[showable],
        validators=[
            InputRequired(_("Choisissez un identifiant.")),
            Length(max=64, message=_("Cet identifiant dépasse 64 caractères. Raccourcissez-le.")),
        ],
    )

    @property
    def first(self) -> FirstAccount:
        """Give who the account is for."""
        return FirstAccount(self.login.data or "", self.name.data or "", self.email.data or "")


class OrganisationForm(FirstAccountForm):
    """Ask for an organisation and its first account."""

    organisation = StringField(
        _("Organisation"),
        filters=[showable],
        description=_("L’entreprise ou l’organisme qui édite les produits."),
        validators=[InputRequired(_("Indiquez le nom de l’organisation.")), _LONG],
    )


class RegistrationForm(OrganisationForm):
    """Ask to be registered."""

    message = TextAreaField(
        _("Message (facultatif)"),
        filters=[showable],
        validators=[Length(max=2000, message=_("Ce texte dépasse 2 000 caractères. Raccourcissez-le."))],
    )


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """Ask why a registration is refused."""

    answer = TextAreaField(
        _("Motif du refus"),
        filters=[showable],
        validators=[
            InputRequired(_("Indiquez pourquoi : la personne lira ce message.")),
            Length(max=2000, message=_("Ce texte dépasse 2 000 caractères. Raccourcissez-le.")),
        ],
    )


class SheetForm(FlaskForm):  # type: ignore[misc]
    """Ask for a sheet."""

    sheet = FileField(
        _("Fichier CSV ou XLSX"), validators=[FileRequired(_("Choisissez un fichier CSV ou XLSX."))]
    )
