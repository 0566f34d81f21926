"""Make the application: everything it works with is given, nothing hangs on a module."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Flask, g, url_for
from flask_babel import Babel
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from jalon.plugins.registry import Plugins
from jalon.services.answering import Answering
from jalon.services.clock import Clock, system_clock
from jalon.services.passwords import Passwords
from jalon.services.sign_in import SignIn
from jalon.services.switches import Switchboard
from jalon.storage.database import Database
from jalon_web.access import undeclared
from jalon_web.accounts.links import blueprint as links
from jalon_web.accounts.routes import blueprint as accounts
from jalon_web.accounts.routes import session_over
from jalon_web.accounts.user import User
from jalon_web.administration.importing import blueprint as importing
from jalon_web.administration.instance import blueprint as instance
from jalon_web.administration.organisations import blueprint as administration
from jalon_web.administration.registrations import blueprint as registrations
from jalon_web.errors import handle_errors
from jalon_web.organisation.routes import blueprint as organisation
from jalon_web.own.factor import blueprint as factor
from jalon_web.own.routes import blueprint as own
from jalon_web.portal import EXTENSION, Portal, portal
from jalon_web.products.routes import home, products
from jalon_web.questionnaires.fragments import Fragments
from jalon_web.questionnaires.routes import blueprint as questionnaires
from jalon_web.security import guard
from jalon_web.settings import Settings
from jalon_web.trace.routes import blueprint as trace
from jalon_web.translation import translate_templates
from jalon_web.tree.lists import blueprint as lists
from jalon_web.tree.routes import blueprint as tree

_HERE: Final = Path(__file__).parent


_AREAS: Final = (
    home,
    accounts,
    links,
    products,
    questionnaires,
    tree,
    lists,
    organisation,
    own,
    factor,
    registrations,
    administration,
    importing,
    instance,
    trace,
)


def create_app(
    settings: Settings,
    plugins: Plugins,
    *,
    database: Database | None = None,
    passwords: Passwords | None = None,
    clock: Clock = system_clock,
    wake: Callable[[], None] | None = None,
) -> Flask:
    """Make an application for one instance, with these plugins."""
    app = Flask("jalon_web", static_folder=str(_HERE / "static"), template_folder=str(_HERE / "templates"))
    _configure(app, settings)
    store = database or Database(settings.database_url)
    app.extensions[EXTENSION] = Portal(
        settings=settings,
        database=store,
        switchboard=Switchboard(plugins),
        sign_in=SignIn(store, passwords or Passwords(), clock),
        answering=Answering(store, clock),
        clock=clock,
        wake=wake or _nobody,
    )
    Babel(app, default_locale="fr")
    translate_templates(app.jinja_env)
    _prepare_templates(app)
    _prepare_sign_in(app)
    csrf = CSRFProtect(app)
    guard(app, csrf, session_over)
    handle_errors(app)
    for blueprint in _AREAS:
        app.register_blueprint(blueprint)
    if missing := undeclared(app):
        raise AssertionError(f"routes without a rule: {', '.join(missing)}")
    return app


def warm_up(app: Flask) -> None:
    """Compile the templates and word the catalogue before the first request, and before processes fork."""
    held = portal(app)
    with app.test_request_context():
        for path in sorted((_HERE / "templates").rglob("*.html")):
            app.jinja_env.get_template(path.relative_to(_HERE / "templates").as_posix())
        held.texts_of(held.switchboard.plugins)


def _nobody() -> None:
    """Wake nobody: the worker looks by itself every minute."""


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_NAME="__Host-jalon" if settings.tls else "jalon",
        SESSION_COOKIE_SECURE=settings.tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a page left open for hours still saves
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard checks, once it knows who asks
        WTF_CSRF_SSL_STRICT=False,  # our referrer policy hides nothing from ourselves, but proxies do
        MAX_FORM_MEMORY_SIZE=None,  # the limit of each route decides
        TRAP_HTTP_EXCEPTIONS=False,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]


def _prepare_templates(app: Flask) -> None:
    govuk = PackageLoader("govuk_frontend_jinja")
    own: Any = app.jinja_loader
    app.jinja_env.loader = ChoiceLoader([own, PrefixLoader({"govuk_frontend_jinja": govuk}), govuk])
    app.jinja_env.globals["criterion_html"] = Fragments().criterion
    digests = {
        path.relative_to(_HERE / "static").as_posix(): sha256(path.read_bytes()).hexdigest()[:12]
        for path in (_HERE / "static").rglob("*")
        if path.is_file()
    }

    @app.url_defaults
    def version(endpoint: str, values: dict[str, Any]) -> None:
        """Name the content of a file in its address, so that browsers may keep it for ever."""
        if endpoint == "static" and values.get("filename") in digests:
            values["v"] = digests[values["filename"]]


def _prepare_sign_in(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = None  # the session row decides, not the address of the browser

    @login.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> User | None:
        found = None if g.get("without_account") else portal().sign_in.find(token)
        return User(found) if found else None

    @app.context_processor
    def session_end() -> dict[str, Any]:
        ends = getattr(current_user, "session_ends", None)
        return {"keepalive_address": url_for("accounts.keep_alive"), "session_ends": ends}
