"""The forms of administrators, and the public one that asks for registration."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from jalon.services.organisations import FirstAccount
from jalon_web.identity import IdentityForm, line_field, login_field
from jalon_web.translation import lazy_gettext as _
from jalon_web.typed import showable


class FirstAccountForm(IdentityForm):
    """Ask for a login as well."""

    login = login_field()

    @property
    def first(self) -> FirstAccount:
        """Give who the account is for."""
        return FirstAccount(self.login.data or "", self.name.data or "", self.email.data or "")


class OrganisationForm(FirstAccountForm):
    """Ask for an organisation and its first account."""

    organisation = line_field(
        _("Organisation"),
        _("Indiquez le nom de l’organisation."),
        description=_("L’entreprise ou l’organisme qui édite les produits."),
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
