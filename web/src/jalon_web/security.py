"""What every request passes and every response carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, validate_csrf
from wtforms.validators import ValidationError

from jalon.domain.rights import Person, has_products, why_not_administer, why_not_enable
from jalon_web.access import Access, Rule, rule_of
from jalon_web.errors import trace_refusal

_CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
_YEAR: Final = 31_536_000
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ORIGIN: Final = re.compile(r"^https?://[^/]*")
_ALLOWED: Final[Mapping[Access, Callable[[Person], bool]]] = {
    Access.MEMBERS: has_products,
    Access.HEADS: lambda person: why_not_enable(person) is None,
    Access.ADMINISTRATORS: lambda person: why_not_administer(person) is None,
}
_ENROLLING: Final = frozenset({"factor.show", "factor.switch_on", "accounts.keep_alive"})
"""What an administrator without a compulsory second factor may still open."""
KEPT: Final = "kept."
"""The prefix of fields carried over a sign-in."""

SessionOver: TypeAlias = Callable[[list[tuple[str, str]]], Any]
"""Asks to sign in again in the middle of a save, carrying its fields."""


def guard(app: Flask, csrf: CSRFProtect, session_over: SessionOver) -> None:
    """Check every request before its view, and dress every response."""

    @app.before_request
    def check() -> Any:
        if request.url_rule is None:
            return None  # no such page: its own error follows
        rule = rule_of(current_app, request.endpoint)
        if rule is None:
            abort(404)
        request.max_content_length = rule.limit
        if "Transfer-Encoding" in request.headers:
            abort(411)  # of no known length, it would be cut at the limit and taken for the whole
        if rule.access is not Access.PUBLIC and not current_user.is_authenticated:
            return _ask_to_sign_in(session_over)
        if rule.access is not Access.PUBLIC:
            _require(rule)
        if request.method not in _READS:
            csrf.protect()
        return None

    app.after_request(_dressed)


def _require(rule: Rule) -> None:
    """Refuse who a rule is not for; send who lacks a compulsory second factor to switch it on."""
    who = current_user.signed_in
    if who.must_enrol and request.endpoint not in _ENROLLING:
        abort(redirect(url_for("factor.show")))
    if rule.access in _ALLOWED and not _ALLOWED[rule.access](who.person):
        trace_refusal()
        abort(404)


def _dressed(response: Response) -> Response:
    """Add the headers of every response, and say how long each may be kept."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    if request.endpoint == "static":
        if request.full_path == url_for("static", **(request.view_args or {})):  # with the digest of today
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return response
    response.headers["Cache-Control"] = "no-store"
    if is_htmx() and current_user.is_authenticated:
        response.headers["X-Session-Ends"] = str(current_user.session_ends)
    return response


def is_htmx() -> bool:
    """Say whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def inside(address: str | None) -> str:
    """Keep an address only when it is a path of this site; give "" otherwise."""
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return ""
    parts = urlsplit(address)
    clean = not parts.scheme and not parts.netloc and address.isprintable() and "\\" not in address
    return address if clean else ""


def _ask_to_sign_in(session_over: SessionOver) -> Any:
    """Send to the sign-in page, and bring back; what was posted is carried along where it is genuine."""
    if is_htmx():
        shown = _ORIGIN.sub("", request.headers.get("HX-Current-URL", ""))
        back = inside(shown.partition("?")[0]) or url_for("home.index")
        address = url_for("accounts.sign_in", next=back)
        return Response(status=401, headers={"HX-Redirect": address})
    if request.method in _READS:
        return redirect(url_for("accounts.sign_in", next=inside(request.full_path.removesuffix("?"))))
    return session_over(_carried())


def _carried() -> list[tuple[str, str]]:
    """Give the fields posted, if they come from a page of ours: the token of the ended session proves it."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return []
    return [(KEPT + name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
