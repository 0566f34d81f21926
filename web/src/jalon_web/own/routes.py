"""See and change one's own account: password, address, sessions, what is known of oneself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for

from jalon.errors import JalonError
from jalon.services.own import (
    Own,
    WrongPasswordError,
    end_one,
    end_others,
    export_of,
    sessions_of,
)
from jalon.services.passwords import PasswordRefusedError
from jalon.services.people import account_seen
from jalon.services.second_factor import codes_left
from jalon.services.sign_in import token_digest
from jalon.services.trace import record
from jalon_web.access import Access, allow
from jalon_web.acts import actor, refused
from jalon_web.denials import rights_text
from jalon_web.own.forms import EmailForm, PasswordForm
from jalon_web.portal import person, portal, signed_in
from jalon_web.translation import gettext as _
from jalon_web.tree.lists import ZONE
from jalon_web.tree.shown import instant
from jalon_web.typed import typeset

blueprint = Blueprint("own", __name__, url_prefix="/mon-compte")


@blueprint.get("")
@allow(Access.SIGNED_IN)
def show() -> Any:
    """Show one's identity, rights, and what may be changed."""
    with portal().database.reading() as session:
        seen = account_seen(session, person(), person().account_id)
        left = codes_left(session, seen.id) if seen.has_second_factor else 0
    return render_template(
        "own/show.html", account=seen, rights=rights_text(seen.bond.rights), left=left, person=person()
    )


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def password() -> Any:
    """Change one's password: the current one is asked, the other sessions end."""
    form = PasswordForm()
    if form.is_submitted() and form.validate():
        digest = token_digest(signed_in().token)
        try:
            with guessing() as own:
                own.change_password(digest, form.current.data, form.wanted.data)
        except (WrongPasswordError, PasswordRefusedError) as error:
            field = form.current if isinstance(error, WrongPasswordError) else form.wanted
            field.errors = [typeset(str(error))]
        else:
            return _done(_("Votre mot de passe est changé. Vos autres sessions sont terminées."))
    return _form("own/password.html", form)


@blueprint.route("/adresse", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def email() -> Any:
    """Change one's address: the current password is asked, both addresses are told."""
    form = EmailForm()
    if form.is_submitted() and form.validate():
        try:
            with guessing() as own:
                own.change_email(form.current.data, form.email.data)
        except WrongPasswordError as error:
            form.current.errors = [typeset(str(error))]
        except JalonError as error:
            refused(form, error)
        else:
            return _done(_("Votre adresse électronique est changée."))
    return _form("own/email.html", form)


@blueprint.get("/sessions")
@allow(Access.SIGNED_IN)
def sessions() -> Any:
    """Show where one is signed in."""
    digest = token_digest(signed_in().token)
    with portal().database.reading() as session:
        found = sessions_of(session, person().account_id, digest, portal().clock())
    rows = [(each, instant(each.created_at, ZONE), instant(each.seen_at, ZONE)) for each in found]
    return render_template("own/sessions.html", rows=rows)


@blueprint.post("/sessions/<named>/terminer")
@allow(Access.SIGNED_IN)
def end_session(named: str) -> Any:
    """End one of one's sessions."""
    with portal().database.writing() as session:
        end_one(session, actor(), named, portal().clock())
    flash(_("La session est terminée."), "success")
    return redirect(url_for("own.sessions"), 303)


@blueprint.post("/sessions/terminer")
@allow(Access.SIGNED_IN)
def end_sessions() -> Any:
    """End every session but this one."""
    with portal().database.writing() as session:
        end_others(session, person().account_id, token_digest(signed_in().token))
        record(session, portal().clock(), actor(), "sessions-ended")
    flash(_("Vos autres sessions sont terminées."), "success")
    return redirect(url_for("own.sessions"), 303)


@blueprint.post("/donnees")
@allow(Access.SIGNED_IN)
def data() -> Any:
    """Give what the portal knows of oneself, as a file."""
    with portal().database.writing() as session:
        found = export_of(session, actor(), portal().clock())
    text = json.dumps(found, ensure_ascii=False, indent=2, default=_plain)
    response = make_response(text, 200, {"Content-Type": "application/json; charset=utf-8"})
    response.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response


@contextmanager
def guessing() -> Iterator[Own]:
    """Act on one's account with its password; what fails is counted, as sign-ins are."""
    held, who = portal(), actor()
    counted = ("own password", str(who.account_id), who.address)
    held.sign_in.count_act(*counted)
    try:
        yield Own(held.database, held.sign_in.passwords, who, held.clock())
    except WrongPasswordError:
        raise
    except JalonError:
        held.sign_in.forgive(*counted)  # the password was right
        raise
    held.sign_in.forgive(*counted)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _form(template: str, form: Any) -> Any:
    return render_template(template, form=form), 422 if form.is_submitted() else 200


def _done(message: str) -> Any:
    portal().wake()
    flash(message, "success")
    return redirect(url_for("own.show"), 303)
