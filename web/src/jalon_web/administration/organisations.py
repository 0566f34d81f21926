"""Organisations and their first account; accounts without organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from jalon.domain.rights import AccountKind, why_not_delete, why_not_manage
from jalon.errors import JalonError
from jalon.services import managing
from jalon.services.acting import Acting, require
from jalon.services.organisations import (
    PER_PAGE,
    create_successor,
    create_with_head,
    create_without_organisation,
    edit_identity,
    give_first_account,
    members,
    organisation_name,
    organisations,
    replace_head,
    without_organisation,
)
from jalon.services.people import AccountSeen, account_seen
from jalon.services.products import NotSeenError
from jalon_web.access import Access, allow
from jalon_web.acts import acting, link_page, refused
from jalon_web.administration.forms import FirstAccountForm, OrganisationForm
from jalon_web.identity import IdentityForm
from jalon_web.portal import person, portal
from jalon_web.translation import gettext as _
from jalon_web.translation import lazy_gettext as __
from jalon_web.tree.shown import states
from jalon_web.typed import number, typeset

blueprint = Blueprint("administration", __name__, url_prefix="/administration")


@blueprint.get("")
@allow(Access.ADMINISTRATORS)
def index() -> Any:
    """List the organisations."""
    asked, page = request.args.get("q", "").strip()[:200], page_asked()
    with portal().database.reading() as session:
        rows, total = organisations(session, asked, page)
    return render_template(
        "administration/index.html",
        rows=rows,
        total=total,
        asked=asked,
        page=page,
        more=page * PER_PAGE < total,
    )


@blueprint.route("/organisations/nouvelle", methods=["GET", "POST"])
@allow(Access.ADMINISTRATORS)
def create() -> Any:
    """Make an organisation and its first account."""
    form = OrganisationForm()
    if form.is_submitted() and form.validate():
        try:
            with acting() as act:
                made = create_with_head(act, form.organisation.data, form.first, portal().sign_in.passwords)
        except JalonError as error:
            refused(form, error)
        else:
            return link_page(made, url_for("administration.index"))
    return form_page("administration/new.html", form)


@blueprint.get("/organisations/<int:organisation_id>")
@allow(Access.ADMINISTRATORS)
def show(organisation_id: int) -> Any:
    """Show one organisation: its first account, and who may succeed it."""
    return _organisation(organisation_id, FirstAccountForm(formdata=None))


@blueprint.post("/organisations/<int:organisation_id>/premier-compte")
@allow(Access.ADMINISTRATORS)
def first_account(organisation_id: int) -> Any:
    """Make the first account of an organisation that has none."""
    form = FirstAccountForm()
    if form.validate():
        try:
            with acting() as act:
                made = give_first_account(act, organisation_id, form.first, portal().sign_in.passwords)
        except JalonError as error:
            refused(form, error)
        else:
            return link_page(made, url_for("administration.show", organisation_id=organisation_id))
    return _organisation(organisation_id, form, 422)


@blueprint.post("/organisations/<int:organisation_id>/successeur")
@allow(Access.ADMINISTRATORS)
def succeed(organisation_id: int) -> Any:
    """Put another account in the place of the first one."""
    successor = number(request.form.get("successor"))
    if not successor:
        with portal().database.reading() as session:
            organisation_name(session, organisation_id)
        flash(_("Choisissez le compte qui prend la suite : rien n’a été modifié."), "error")
    else:
        try:
            with acting() as act:
                suspending = request.form.get("suspend") == "oui"
                replace_head(act, organisation_id, successor, suspending=suspending)
            flash(_("L’organisation a un nouveau premier compte."), "success")
        except JalonError as error:
            flash(typeset(str(error)), "error")
    return redirect(url_for("administration.show", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/nouveau-successeur")
@allow(Access.ADMINISTRATORS)
def succeed_new(organisation_id: int) -> Any:
    """Make the account of a successor, and put it in the place of the first one."""
    form = FirstAccountForm()
    if form.validate():
        try:
            with acting() as act:
                made = create_successor(
                    act,
                    organisation_id,
                    form.first,
                    portal().sign_in.passwords,
                    suspending=request.form.get("suspend_former") == "oui",
                )
        except JalonError as error:
            refused(form, error)
        else:
            return link_page(made, url_for("administration.show", organisation_id=organisation_id))
    return _organisation(organisation_id, form, 422)


# -- the accounts an administrator answers for


@blueprint.get("/comptes")
@allow(Access.ADMINISTRATORS)
def accounts() -> Any:
    """List the accounts without organisation."""
    with portal().database.reading() as session:
        rows = without_organisation(session)
    return render_template("administration/accounts.html", rows=rows, me=person().account_id)


@blueprint.route("/comptes/nouveau/<kind>", methods=["GET", "POST"])
@allow(Access.ADMINISTRATORS)
def create_account(kind: str) -> Any:
    """Make an account of the authority, or of an administrator."""
    form = FirstAccountForm()
    if kind not in {"authority", "administrator"}:
        raise NotSeenError
    if form.is_submitted() and form.validate():
        try:
            with acting() as act:
                passwords = portal().sign_in.passwords
                made = create_without_organisation(act, AccountKind(kind), form.first, passwords)
        except JalonError as error:
            refused(form, error)
        else:
            return link_page(made, url_for("administration.accounts"))
    return form_page("administration/new_account.html", form, kind=kind)


@blueprint.route("/comptes/<int:account_id>", methods=["GET", "POST"])
@allow(Access.ADMINISTRATORS)
def account(account_id: int) -> Any:
    """Show one account, and change who it is for."""
    form = IdentityForm()
    with portal().database.reading() as session:
        seen = account_seen(session, person(), account_id)
        count = managing.administrators(session)
    if not form.is_submitted():
        form.name.data, form.email.data = seen.name, seen.email
    elif form.validate():
        try:
            with acting() as act:
                edit_identity(act, account_id, form.name.data, form.email.data)
        except JalonError as error:
            refused(form, error)
        else:
            return _done(_("Le compte est modifié."), account_id)
    may = {
        "manage": why_not_manage(person(), seen.bond) is None,
        "delete": why_not_delete(person(), seen.bond, administrators=count) is None,
    }
    return form_page("administration/account.html", form, account=seen, states=states(seen), may=may)


@blueprint.get("/comptes/<int:account_id>/supprimer")
@allow(Access.ADMINISTRATORS)
def confirm_deletion(account_id: int) -> Any:
    """Say what deleting an account does, before it is done."""
    with portal().database.reading() as session:
        seen = account_seen(session, person(), account_id)
        count = managing.administrators(session)
    require(why_not_delete(person(), seen.bond, administrators=count))
    return render_template("administration/delete.html", account=seen)


@blueprint.post("/comptes/<int:account_id>/<act>")
@allow(Access.ADMINISTRATORS)
def act_on(account_id: int, act: str) -> Any:
    """Suspend, resume, reset or delete an account an administrator answers for."""
    with acting() as acted:
        if act == "reinitialiser":
            made = managing.reset_one(acted, account_id, mails=portal().mails)
            return link_page(made, url_for("administration.account", account_id=account_id))
        if act not in _ACTS:
            raise NotSeenError
        does, said = _ACTS[act]
        seen = does(acted, account_id)
    flash(str(said) % {"nom": seen.name}, "success")
    if act == "supprimer":
        return redirect(url_for("administration.accounts"), 303)
    return redirect(url_for("administration.account", account_id=account_id), 303)


_ACTS: Final[Mapping[str, tuple[Callable[[Acting, int], AccountSeen], Any]]] = {
    "suspendre": (managing.suspend_one, __("Le compte de %(nom)s est suspendu.")),
    "reactiver": (managing.resume_one, __("Le compte de %(nom)s est réactivé.")),
    "supprimer": (managing.delete_one, __("Le compte de %(nom)s est supprimé.")),
}


def _organisation(organisation_id: int, form: FirstAccountForm, code: int = 200) -> Any:
    with portal().database.reading() as session:
        name = organisation_name(session, organisation_id)
        rows = members(session, organisation_id)
    head = next((row for row in rows if row.manager_id is None), None)
    page = render_template(
        "administration/organisation.html",
        id=organisation_id,
        name=name,
        head=head,
        others=[row for row in rows if head and row.id != head.id and row.suspended_at is None],
        form=form,
    )
    return page, code


def page_asked() -> int:
    """Give the page of a list that is asked for."""
    return max(1, number(request.args.get("page")))


def form_page(template: str, form: Any, **values: Any) -> Any:
    """Show a form, again when it was refused."""
    return render_template(template, form=form, **values), 422 if form.is_submitted() else 200


def _done(message: str, account_id: int) -> Any:
    flash(message, "success")
    return redirect(url_for("administration.account", account_id=account_id), 303)
