"""Ask for registration, and decide."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from jalon.domain.rights import AccountKind, Person
from jalon.errors import JalonError
from jalon.services.acting import Acting
from jalon.services.registrations import (
    accept_registration,
    ask_for_registration,
    refuse_registration,
    registration,
    registrations,
)
from jalon.services.trace import Actor
from jalon_web.access import Access, allow
from jalon_web.acts import acting, link_page, refused
from jalon_web.administration.forms import AnswerForm, OrganisationForm, RegistrationForm
from jalon_web.administration.organisations import form_page
from jalon_web.portal import portal
from jalon_web.translation import gettext as _
from jalon_web.tree.lists import ZONE
from jalon_web.tree.shown import instant
from jalon_web.typed import typeset

blueprint = Blueprint("registrations", __name__)


@blueprint.route("/inscription", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def ask() -> Any:
    """Ask for an organisation to be registered."""
    form, held, address = RegistrationForm(), portal(), request.remote_addr or ""
    if form.is_submitted() and form.validate():
        held.sign_in.count_address("registration", address)
        nobody = Person(0, AccountKind.MEMBER, None)
        try:
            with held.database.writing() as session:
                act = Acting(session, nobody, Actor(None, "", address), held.clock())
                ask_for_registration(act, form.organisation.data, form.first, form.message.data or "")
        except JalonError as error:
            refused(form, error)
        else:
            return render_template("administration/asked.html", organisation=form.organisation.data)
    return form_page("administration/ask.html", form)


@blueprint.get("/administration/demandes")
@allow(Access.ADMINISTRATORS)
def pending() -> Any:
    """List the registrations that wait."""
    with portal().database.reading() as session:
        rows = [(row, instant(row.created_at, ZONE)) for row in registrations(session)]
    return render_template("administration/registrations.html", rows=rows)


@blueprint.get("/administration/demandes/<int:registration_id>")
@allow(Access.ADMINISTRATORS)
def show(registration_id: int) -> Any:
    """Show one registration, ready to be accepted or refused."""
    form = OrganisationForm(formdata=None)
    row = _row(registration_id)
    form.organisation.data, form.name.data = row.organisation, row.name
    form.email.data, form.login.data = row.email, row.login
    return _page(row, form, AnswerForm(formdata=None))


@blueprint.post("/administration/demandes/<int:registration_id>/accepter")
@allow(Access.ADMINISTRATORS)
def accept(registration_id: int) -> Any:
    """Make the organisation and its first account."""
    form = OrganisationForm()
    row = _row(registration_id)
    if form.validate():
        try:
            with acting() as act:
                made = accept_registration(
                    act, registration_id, form.organisation.data, form.first, portal().sign_in.passwords
                )
        except JalonError as error:
            refused(form, error)
        else:
            return link_page(made, url_for("registrations.pending"))
    return _page(row, form, AnswerForm(formdata=None), 422)


@blueprint.post("/administration/demandes/<int:registration_id>/refuser")
@allow(Access.ADMINISTRATORS)
def refuse(registration_id: int) -> Any:
    """Refuse a registration, with the reason."""
    answer, form = AnswerForm(), OrganisationForm(formdata=None)
    row = _row(registration_id)
    form.organisation.data, form.name.data = row.organisation, row.name
    form.email.data, form.login.data = row.email, row.login
    if answer.validate():
        try:
            with acting() as act:
                refuse_registration(act, registration_id, answer.answer.data)
        except JalonError as error:
            answer.answer.errors = [typeset(str(error))]
        else:
            portal().wake()
            flash(_("La demande est refusée."), "success")
            return redirect(url_for("registrations.pending"), 303)
    return _page(row, form, answer, 422)


def _row(registration_id: int) -> Any:
    with portal().database.reading() as session:
        return registration(session, registration_id)


def _page(row: Any, form: OrganisationForm, answer: AnswerForm, code: int = 200) -> Any:
    page = render_template(
        "administration/registration.html",
        row=row,
        asked=instant(row.created_at, ZONE),
        decided=instant(row.decided_at, ZONE),
        form=form,
        answer=answer,
    )
    return page, code
