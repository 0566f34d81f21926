"""Sign in, sign out, stay signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user

from jalon.services.second_factor import WrongCodeError
from jalon.services.sign_in import SecondFactorNeededError, TooManyTriesError, WrongCredentialsError
from jalon.services.trace import Actor
from jalon_web.access import Access, allow
from jalon_web.accounts.forms import SignInForm
from jalon_web.accounts.waiting import too_many
from jalon_web.own.forms import CodeForm
from jalon_web.portal import portal, signed_in
from jalon_web.security import KEPT, inside
from jalon_web.translation import gettext as _
from jalon_web.typed import typeset

blueprint = Blueprint("accounts", __name__)

_PENDING: Final = "second_step"
"""Where the token of the second step waits: in the cookie of this browser, signed."""


@blueprint.get("/connexion")
@allow(Access.PUBLIC)
def sign_in() -> Any:
    """Ask who one is."""
    form = SignInForm()
    form.next.data = inside(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(form.next.data or url_for("home.index"))
    return _page(form, [])


@blueprint.post("/connexion")
@allow(Access.PUBLIC)
def check() -> Any:
    """Open a session, then go where one wanted to go; what was being saved is taken up again."""
    form, carried = SignInForm(), _carried()
    if not form.validate():
        return _page(form, carried, 422)
    try:
        token = portal().sign_in.open(form.login.data, form.password.data, *_device())
    except TooManyTriesError as error:
        return too_many(error)
    except SecondFactorNeededError as error:
        session[_PENDING] = error.pending
        return _code_page(CodeForm(formdata=None), carried, inside(form.next.data))
    except WrongCredentialsError:
        form.login.errors = [_("Identifiant ou mot de passe incorrect.")]
        return _page(form, carried, 422)
    return _entered(token, carried, inside(form.next.data))


@blueprint.get("/connexion/code")
@allow(Access.PUBLIC)
def second_step_again() -> Any:
    """Begin again: this step alone has no address of its own."""
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.post("/connexion/code")
@allow(Access.PUBLIC)
def second_step() -> Any:
    """Check the code of the second factor, then go on as after a password."""
    form, carried, address = CodeForm(), _carried(), inside(request.form.get("next"))
    if not form.validate():
        return _code_page(form, carried, address, 422)
    try:
        token = portal().sign_in.open_second(session.get(_PENDING, ""), form.code.data, *_device())
    except TooManyTriesError as error:
        return too_many(error)
    except WrongCodeError as error:
        form.code.errors = [typeset(str(error))]
        return _code_page(form, carried, address, 422)
    except WrongCredentialsError:
        again = SignInForm(formdata=None)
        again.next.data = address
        again.login.errors = [_("Cette connexion a trop attendu. Recommencez.")]
        return _page(again, carried, 422)
    return _entered(token, carried, address)


def _device() -> tuple[str, str]:
    return request.remote_addr or "", request.headers.get("User-Agent", "")


def _code_page(form: CodeForm, carried: Sequence[tuple[str, str]], address: str, code: int = 200) -> Any:
    page = render_template("accounts/code.html", form=form, carried=carried, next=address)
    return make_response(page, code)


def _entered(token: str, carried: Sequence[tuple[str, str]], address: str) -> Any:
    """Keep the token of the new session, and go where one wanted to go."""
    _close_session()  # signing in again leaves no session behind
    session.clear()  # a new CSRF token too: nothing of before the sign-in is worth anything after
    g.pop("csrf_token", None)  # which Flask-WTF keeps for the page that follows
    session["_user_id"] = token  # what Flask-Login reads: the account is found with the next request
    if carried and address:
        pairs = [(name.removeprefix(KEPT), value) for name, value in carried]
        return render_template(
            "accounts/carried.html", action=address, carried=pairs, back=url_for("home.index")
        )
    return redirect(address or url_for("home.index"), 303)


def session_over(carried: Sequence[tuple[str, str]]) -> Any:
    """Ask to sign in again in the middle of a save: what was typed is carried along."""
    form = SignInForm(formdata=None)
    form.next.data = request.path
    return _page(form, carried, 401)


@blueprint.post("/deconnexion")
@allow(Access.PUBLIC)  # of a session already over too: there is nothing to sign in for
def sign_out() -> Any:
    """End the session everywhere."""
    _close_session()
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.get("/session")
@allow(Access.SIGNED_IN)
def keep_alive() -> Any:
    """Prolong the session: reading this page is all it takes."""
    return make_response("", 204, {"X-Session-Ends": str(current_user.session_ends)})


def _close_session() -> None:
    """End the session of this browser, if it has one."""
    if current_user.is_authenticated:
        who = signed_in()
        portal().sign_in.close(who.token, Actor(who.person.account_id, who.name, request.remote_addr or ""))


def _page(form: SignInForm, carried: Sequence[tuple[str, str]], code: int = 200) -> Any:
    page = render_template(
        "accounts/sign_in.html", form=form, carried=carried, action=url_for("accounts.sign_in")
    )
    return make_response(page, code)


def _carried() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name.startswith(KEPT)]
