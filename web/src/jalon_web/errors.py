"""Error pages: in the shell of the site, in plain French, saying what is kept and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from jalon.services.acting import DeniedError
from jalon.services.explaining import who_can
from jalon.services.products import NotSeenError
from jalon.services.sign_in import TooManyTriesError
from jalon.services.texts import clean
from jalon.services.trace import Actor, record
from jalon_web.denials import reason
from jalon_web.portal import person, portal, signed_in
from jalon_web.translation import lazy_gettext as _


class Explained(NamedTuple):
    """Word one kind of error."""

    title: str
    message: str
    what_to_do: str = ""


_SAME_AS: Final = {403: 404, 405: 404, 410: 404, 401: 404, 411: 400}
"""Codes worded as another: what one may not see does not exist."""

_DOWN: Final = (OperationalError, InterfaceError)


_EXPLAINED: Final[Mapping[int, Explained]] = {
    400: Explained(
        _("La demande n’a pas pu être lue"),
        _("La page que vous avez envoyée est incomplète, ou trop ancienne. Rien n’a été enregistré."),
        _("Revenez à la page précédente, rechargez-la, puis recommencez."),
    ),
    404: Explained(
        _("Page introuvable"),
        _("Cette page n’existe pas ou ne vous est pas accessible."),
        _("Vérifiez l’adresse, ou demandez l’accès au responsable du produit."),
    ),
    409: Explained(
        _("Une autre personne a modifié la même chose"),
        _("Votre modification n’a pas été enregistrée, pour ne pas effacer la sienne."),
        _("Revenez à la page précédente, rechargez-la, puis comparez avant de recommencer."),
    ),
    413: Explained(
        _("L’envoi est trop volumineux"),
        _("Ce que vous avez envoyé dépasse la taille acceptée. Rien n’a été enregistré."),
        _("Raccourcissez les textes, ou enregistrez-les en plusieurs fois."),
    ),
    429: Explained(
        _("Trop d’essais"),
        _("Trop de tentatives ont échoué. Par sécurité, les suivantes doivent attendre."),
        _("Patientez, puis recommencez."),
    ),
    503: Explained(
        _("Service momentanément indisponible"),
        _("La base de données ne répond pas. Vos réponses déjà enregistrées sont conservées."),
        _("Réessayez dans quelques minutes."),
    ),
    500: Explained(
        _("Erreur de notre côté"),
        _("Une erreur inattendue s’est produite. Vos réponses déjà enregistrées sont conservées."),
        _("Réessayez. Si l’erreur se répète, signalez-la à l’administrateur avec l’heure et l’adresse."),
    ),
}


def explained(code: int) -> Explained:
    """Word an error by its HTTP code; one without words of its own is worded by its family."""
    return _EXPLAINED.get(code) or _EXPLAINED[400 if code < 500 else 500]  # noqa: PLR2004


def error_page(code: int, *, what_to_do: str = "", headers: dict[str, str] | None = None) -> Response:
    """Make the page of an error; from 500 on, it asks nothing of the account nor of the database."""
    said = explained(code)
    without_account = code >= 500  # noqa: PLR2004
    g.without_account = without_account
    html = render_template(
        "errors/error.html",
        code=code,
        title=said.title,
        message=said.message,
        what_to_do=what_to_do or said.what_to_do,
        without_account=without_account,
    )
    response = make_response(html, code)
    response.headers.update(headers or {})
    return response


def handle_errors(app: Flask) -> None:
    """Show a page of ours for every error."""

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        if isinstance(error, InternalServerError):  # which also holds what failed while an error was shown
            return _unavailable() if isinstance(error.original_exception, _DOWN) else error_page(500)
        if error.code is None or error.code < 400:  # noqa: PLR2004 - a redirection
            return error
        return error_page(_SAME_AS.get(error.code, error.code))

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> Response:
        return error_page(400)

    @app.errorhandler(NotSeenError)
    def not_seen(_error: NotSeenError) -> Response:
        trace_refusal()
        return error_page(404)

    app.register_error_handler(TooManyTriesError, _too_many)
    app.register_error_handler(DeniedError, _denied)

    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    def database(error: Exception) -> Response:
        current_app.logger.error("database: %s %s: %s", request.method, request.path, error)
        return _unavailable()


def _too_many(error: TooManyTriesError) -> Response:
    return error_page(429, headers={"Retry-After": str(error.seconds)})


def trace_refusal() -> None:
    """Trace that who is signed in was refused, the same whether what was asked for exists or not."""
    held, who = portal(), signed_in() if current_user.is_authenticated else None
    if who is None or request.endpoint is None:
        return
    actor = Actor(who.person.account_id, who.name, request.remote_addr or "")
    asked = {name: clean(str(value)[:40]) for name, value in (request.view_args or {}).items()}
    detail = {"method": request.method, "asked": asked}
    with suppress(SQLAlchemyError), held.database.writing() as session:  # the refusal stands whatever happens
        record(session, held.clock(), actor, "refused", ("page", request.endpoint), **detail)


def _denied(error: DeniedError) -> Response:
    """Say why an action is refused, and who can do it: what it was for is seen."""
    trace_refusal()
    with portal().database.reading() as session:
        who = who_can(session, person(), error.denial)
    page = render_template("errors/denied.html", why=reason(error.denial, who))
    return make_response(page, 403)


def _unavailable() -> Response:
    return error_page(503, headers={"Retry-After": "30"})
