"""The second factor of one's own account: switch on with a QR code drawn here, renew codes, switch off."""

from __future__ import annotations

from typing import Any, Final

import segno
from flask import Blueprint, flash, redirect, render_template, session, url_for
from markupsafe import Markup

from jalon.services.mail import queue_mail
from jalon.services.own import WrongPasswordError
from jalon.services.people import account_seen
from jalon.services.second_factor import (
    FactorStateError,
    WrongCodeError,
    address_of,
    codes_left,
    enrol,
    is_compulsory,
    new_secret,
    renew_codes,
    switch_off,
)
from jalon_web.access import Access, allow
from jalon_web.acts import actor
from jalon_web.own.forms import CodeForm, ConfirmForm
from jalon_web.own.routes import guessing
from jalon_web.portal import person, portal, signed_in
from jalon_web.translation import gettext as _
from jalon_web.typed import typeset

blueprint = Blueprint("factor", __name__, url_prefix="/mon-compte/second-facteur")
_OFFERED: Final = "factor"
"""Where the secret waits for its first code: in the cookie of this very browser, signed."""


@blueprint.get("")
@allow(Access.SIGNED_IN)
def show() -> Any:
    """Show whether it is on, or how to switch it on."""
    return _page(CodeForm(formdata=None), ConfirmForm(formdata=None))


@blueprint.post("/activer")
@allow(Access.SIGNED_IN)
def switch_on() -> Any:
    """Switch it on with the first code; the recovery codes are shown once."""
    form, held, who = CodeForm(), portal(), person().account_id
    if form.validate():
        secret = session.get(_OFFERED) or new_secret()  # the page that offered one is of another session
        counted = ("first code", str(who), actor().address)
        held.sign_in.count_act(*counted)
        try:
            with held.database.writing() as writing:
                codes = enrol(writing, actor(), who, secret, form.code.data, held.clock())
                queue_mail(writing, "second-factor-on", account_id=who, at=held.clock())
        except WrongCodeError as error:
            form.code.errors = [typeset(str(error))]
        except FactorStateError as error:
            return _as_it_is(error)
        else:
            held.sign_in.forgive(*counted)
            session.pop(_OFFERED, None)
            held.wake()
            return render_template("own/codes.html", codes=codes)
    return _page(form, ConfirmForm(formdata=None), 422)


@blueprint.post("/codes")
@allow(Access.SIGNED_IN)
def renew() -> Any:
    """Replace the recovery codes; the password is asked."""
    form = ConfirmForm()
    if not _confirmed(form):
        return _page(CodeForm(formdata=None), form, 422)
    held = portal()
    try:
        with held.database.writing() as writing:
            codes = renew_codes(writing, actor(), person().account_id, held.clock())
    except FactorStateError as error:
        return _as_it_is(error)
    return render_template("own/codes.html", codes=codes)


@blueprint.post("/desactiver")
@allow(Access.SIGNED_IN)
def off() -> Any:
    """Switch it off; the password is asked."""
    form, held = ConfirmForm(), portal()
    if not _confirmed(form):
        return _page(CodeForm(formdata=None), form, 422)
    try:
        with held.database.writing() as writing:
            switch_off(writing, actor(), person().account_id, held.clock())
            queue_mail(writing, "second-factor-off", account_id=person().account_id, at=held.clock())
    except FactorStateError as error:
        return _as_it_is(error)
    held.wake()
    flash(_("Le second facteur est désactivé."), "success")
    return redirect(url_for("own.show"), 303)


def _confirmed(form: ConfirmForm) -> bool:
    if not form.validate():
        return False
    try:
        with guessing() as own:
            own.check(form.current.data)
    except WrongPasswordError as error:
        form.current.errors = [typeset(str(error))]
        return False
    return True


def _as_it_is(error: FactorStateError) -> Any:
    """Show how things are, where another page of one's own was quicker."""
    flash(typeset(str(error)), "info")
    return redirect(url_for("factor.show"), 303)


def _page(code: CodeForm, confirm: ConfirmForm, status: int = 200) -> Any:
    with portal().database.reading() as reading:
        seen = account_seen(reading, person(), person().account_id)
        left, compulsory = codes_left(reading, seen.id), is_compulsory(reading)
    secret = ""
    if not seen.has_second_factor:
        secret = session.setdefault(_OFFERED, new_secret())
    page = render_template(
        "own/factor.html",
        is_on=seen.has_second_factor,
        left=left,
        must=signed_in().must_enrol,
        compulsory=compulsory,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawing=_drawn(address_of(secret, seen.login)) if secret else "",
        code=code,
        confirm=confirm,
    )
    return page, status


def _drawn(text: str) -> Markup:
    """Draw a QR code as an SVG of attributes: no style, nothing fetched."""
    matrix = segno.make(text, error="m").matrix
    size = len(matrix) + 8
    cells = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {size} {size}" width="232" height="232" role="img" '
        'aria-label="{label}"><rect width="{size}" height="{size}" fill="#fff"/>'
        '<path d="{cells}" fill="#000"/></svg>'
    ).format(size=size, label=_("Code QR à lire avec l’application de votre téléphone"), cells=cells)
