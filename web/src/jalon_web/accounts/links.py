"""Choose a password with a link, and ask for one: nobody is signed in here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from jalon.services.own import ask_for_login, ask_for_password, choose_password, chooser_of
from jalon.services.passwords import PasswordRefusedError
from jalon.services.products import NotSeenError
from jalon.services.sign_in import TooManyTriesError
from jalon.services.trace import Actor
from jalon_web.access import Access, allow
from jalon_web.accounts.waiting import too_many
from jalon_web.own.forms import ChooseForm, ForgottenForm, ForgottenLoginForm
from jalon_web.portal import portal
from jalon_web.translation import gettext as _
from jalon_web.typed import typeset

blueprint = Blueprint("links", __name__)


@blueprint.route("/lien/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def choose(token: str) -> Any:
    """Choose a password; the link is good once."""
    held, form = portal(), ChooseForm()
    try:
        with held.database.reading() as session:
            who = chooser_of(session, token[:100], held.clock())
        if form.is_submitted() and form.validate():
            nobody = Actor(None, "", request.remote_addr or "")
            passwords = held.sign_in.passwords
            choose_password(held.database, token[:100], form.wanted.data, passwords, nobody, held.clock())
            held.wake()
            flash(_("Votre mot de passe est enregistré. Connectez-vous."), "success")
            return redirect(url_for("accounts.sign_in"), 303)
    except NotSeenError:
        return make_response(render_template("accounts/dead_link.html", mails=held.mails), 404)
    except PasswordRefusedError as error:
        form.wanted.errors = [typeset(str(error))]
    page = render_template("accounts/choose.html", form=form, who=who)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def forgotten_password() -> Any:
    """Ask for a link; the answer is the same whoever asks."""
    return _forgotten("password", _("Mot de passe oublié"))


@blueprint.route("/identifiant-oublie", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def forgotten_login() -> Any:
    """Ask to be reminded of one's login; the answer is the same whoever asks."""
    return _forgotten("login", _("Identifiant oublié"))


def _forgotten(what: str, title: str) -> Any:
    held, sent = portal(), False
    form = ForgottenForm() if what == "password" else ForgottenLoginForm()
    if form.is_submitted() and held.mails and form.validate():
        address = request.remote_addr or ""
        try:
            held.sign_in.count_act(f"forgotten {what}", form.typed.data, address)
            with held.database.writing() as session:
                ask = ask_for_password if what == "password" else ask_for_login
                ask(session, form.typed.data, Actor(None, "", address), held.clock())
        except TooManyTriesError as error:
            return too_many(error)
        else:
            held.wake()
            sent = True
    page = render_template(
        "accounts/forgotten.html", form=form, sent=sent, what=what, heading=title, mails=held.mails
    )
    return page, 422 if form.errors else 200
