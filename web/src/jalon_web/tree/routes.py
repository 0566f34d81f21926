"""The tree of accounts below oneself: look, create, edit, suspend, reset, move, delete."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for

from jalon.domain.rights import (
    Denial,
    why_not_create,
    why_not_manage,
    why_not_show_link,
)
from jalon.errors import JalonError
from jalon.services import managing
from jalon.services.acting import require
from jalon.services.explaining import who_can
from jalon.services.people import AccountSeen, account_seen, accounts_below
from jalon.services.requests import count_pending
from jalon.services.tree import change, create_below, delete, entrust, move, responsibilities, search
from jalon_web.access import Access, allow
from jalon_web.acts import acting, link_page, refused
from jalon_web.denials import is_beyond, reason, rights_text
from jalon_web.portal import person, portal, signed_in
from jalon_web.translation import gettext as _
from jalon_web.tree.forms import AccountForm, MoveForm, NewAccountForm, attach_choices
from jalon_web.tree.shown import above_choices, states, tree_shown
from jalon_web.typed import number

blueprint = Blueprint("tree", __name__, url_prefix="/comptes")
_ALL: Final = ("policy", "validates", "creates_accounts")


@blueprint.get("")
@allow(Access.MEMBERS)
def index() -> Any:
    """Show the accounts below mine as a tree, with a search."""
    asked = request.args.get("q", "").strip()[:200]
    with portal().database.reading() as session:
        accounts = accounts_below(session, person())
        pending = count_pending(session, person())
        denial = why_not_create(person())
        why = reason(denial, who_can(session, person(), denial)) if denial else None
    found = search(accounts, asked)
    return render_template(
        "tree/index.html",
        branches=tree_shown(accounts, person().account_id, found),
        total=len(accounts),
        found=len(found),
        asked=asked,
        pending=pending,
        why=why,
    )


@blueprint.route("/nouveau", methods=["GET", "POST"])
@allow(Access.MEMBERS)
def create() -> Any:
    """Make an account below mine, or below one of mine; its invitation is shown once."""
    form = NewAccountForm()
    with portal().database.reading() as session:
        denial = why_not_create(person())
        require(denial)
        accounts = accounts_below(session, person())
    attach_choices(form, above_choices(person(), signed_in().name, accounts))
    if request.method == "GET":
        form.profile.data, form.above.data = "products", request.args.get("sous", str(person().account_id))
        return _creation(form)
    if not form.validate():
        return _creation(form, 422)
    try:
        with acting() as act:
            made = create_below(
                act,
                form.login.data,
                form.identity,
                form.asked,
                number(form.above.data),
                portal().sign_in.passwords,
            )
    except JalonError as error:
        refused(form, error)
        return _creation(form, 422)
    return link_page(made, url_for("tree.show", account_id=made.account_id))


@blueprint.get("/<int:account_id>")
@allow(Access.MEMBERS)
def show(account_id: int) -> Any:
    """Show one account: who it is for, what it may do, what I may do with it."""
    form = AccountForm(formdata=None)
    seen = _seen(account_id)
    form.show(seen.name, seen.email, seen.bond.rights)
    return _account(seen, form)


@blueprint.post("/<int:account_id>")
@allow(Access.MEMBERS)
def save(account_id: int) -> Any:
    """Change who an account is for and what it may do."""
    form, seen = AccountForm(), _seen(account_id)
    require(why_not_manage(person(), seen.bond))
    if not form.validate():
        return _account(seen, form, 422)
    try:
        with acting() as act:
            change(act, account_id, form.identity, form.asked)
    except JalonError as error:
        refused(form, error)
        return _account(seen, form, 422)
    return _done(_("Le compte est modifié."), account_id)


@blueprint.post("/<int:account_id>/suspendre")
@allow(Access.MEMBERS)
def suspend_one(account_id: int) -> Any:
    """Suspend an account: its sessions end at once."""
    with acting() as act:
        managing.suspend_one(act, account_id)
    return _done(_("Le compte est suspendu\u00a0: ses sessions sont terminées."), account_id)


@blueprint.post("/<int:account_id>/reactiver")
@allow(Access.MEMBERS)
def resume_one(account_id: int) -> Any:
    """Let a suspended account sign in again."""
    with acting() as act:
        managing.resume_one(act, account_id)
    return _done(_("Le compte est réactivé."), account_id)


@blueprint.post("/<int:account_id>/reinitialiser")
@allow(Access.MEMBERS)
def reset(account_id: int) -> Any:
    """Make a link to choose a password; it is shown where it lends no more rights than I have."""
    with acting() as act:
        made = managing.reset_one(act, account_id, mails=portal().mails)
    return link_page(made, url_for("tree.show", account_id=account_id))


@blueprint.route("/<int:account_id>/deplacer", methods=["GET", "POST"])
@allow(Access.MEMBERS)
def move_one(account_id: int) -> Any:
    """Attach an account, with all below it, somewhere else among mine."""
    form, seen = MoveForm(), _seen(account_id)
    require(why_not_manage(person(), seen.bond))
    with portal().database.reading() as session:
        accounts = accounts_below(session, person())
    outside = _outside(accounts, account_id)
    attach_choices(form, above_choices(person(), signed_in().name, outside))
    if request.method == "GET":
        form.above.data = str(seen.manager_id or "")
    elif form.validate():
        with acting() as act:
            move(act, account_id, number(form.above.data))
        return _done(_("Le compte est déplacé, avec ceux qui lui sont rattachés."), account_id)
    page = render_template("tree/move.html", account=seen, form=form)
    return page, 200 if request.method == "GET" else 422


@blueprint.route("/<int:account_id>/supprimer", methods=["GET", "POST"])
@allow(Access.MEMBERS)
def delete_one(account_id: int) -> Any:
    """Move the products of an account, then delete it."""
    seen = _seen(account_id)
    require(why_not_manage(person(), seen.bond))
    with portal().database.reading() as session:
        mine = responsibilities(session, account_id)
        accounts = [each for each in accounts_below(session, person()) if each.id != account_id]
    to, error = _receivers(each.id for each in mine), ""
    if request.method == "POST":
        if len(to) == len(mine):
            with acting() as act:
                delete(act, account_id, to)
            flash(_("Le compte de %(nom)s est supprimé.", nom=seen.name), "success")
            return redirect(url_for("tree.index"), 303)
        error = _("Choisissez un nouveau responsable pour chaque produit\u00a0: rien n’a été supprimé.")
    receivers = above_choices(
        person(), signed_in().name, [each for each in accounts if each.suspended_at is None]
    )
    page = render_template(
        "tree/delete.html",
        account=seen,
        products=mine,
        receivers=receivers,
        below=[each for each in accounts if each.manager_id == account_id],
        error=error,
        chosen={number: str(account) for number, account in to.items()},
    )
    return page, 422 if error else 200


@blueprint.post("/<int:account_id>/confier")
@allow(Access.MEMBERS)
def entrust_all(account_id: int) -> Any:
    """Move the responsibility of some products of an account, without deleting it."""
    seen = _seen(account_id)
    with portal().database.reading() as session:
        to = _receivers(each.id for each in responsibilities(session, account_id))
    with acting() as act:
        entrust(act, account_id, to)
    flash(_("Les produits choisis ont un nouveau responsable."), "success")
    return redirect(url_for("tree.delete_one", account_id=seen.id), 303)


def _receivers(product_ids: Any) -> dict[int, int]:
    """Read who becomes responsible of each product; one left out stays as it is."""
    posted = {each: request.form.get(f"to.{each}", "") for each in product_ids}
    return {each: to for each, raw in posted.items() if (to := number(raw))}


def _outside(accounts: list[AccountSeen], account_id: int) -> list[AccountSeen]:
    """Leave out an account and those below it: it cannot be attached there."""
    inside = {account_id}
    while more := {each.id for each in accounts if each.manager_id in inside} - inside:
        inside |= more
    return [each for each in accounts if each.id not in inside]


def _seen(account_id: int) -> AccountSeen:
    with portal().database.reading() as session:
        return account_seen(session, person(), account_id)


def _creation(form: NewAccountForm, code: int = 200) -> Any:
    with portal().database.reading() as session:
        why = reason(Denial.BEYOND_OWN, who_can(session, person(), Denial.OWN_ACCOUNT))
    beyond = [each for each in _ALL if is_beyond(person(), each)]
    return render_template("tree/new.html", form=form, beyond=beyond, why=why), code


def _account(seen: AccountSeen, form: AccountForm, code: int = 200) -> Any:
    who = person()
    denial = why_not_manage(who, seen.bond)
    with portal().database.reading() as session:
        refusals = {
            "manage": denial,
            "link": why_not_show_link(who, seen.bond),
        }
        above = who_can(session, who, Denial.OWN_ACCOUNT)
    page = render_template(
        "tree/show.html",
        account=seen,
        form=form,
        rights=rights_text(seen.bond.rights),
        states=states(seen),
        beyond=[each for each in _ALL if is_beyond(who, each, seen.bond.rights)],
        why={key: reason(each, above) for key, each in refusals.items() if each},
        why_beyond=reason(Denial.BEYOND_OWN, above),
        mails=portal().mails,
    )
    return page, code


def _done(message: str, account_id: int) -> Any:
    flash(message, "success")
    return redirect(url_for("tree.show", account_id=account_id), 303)
