"""Every route declares who may use it and how much it reads; one that does not is refused to everybody."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])

FORM_LIMIT: Final = 1_000_000
"""Bytes read from the body of a request, unless its route says otherwise."""

_RULE: Final = "jalon_rule"


class Access(StrEnum):
    """Say who may use a route; what depends on the object is decided by `jalon.domain.rights`."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    MEMBERS = "members"  # accounts of an organisation: those who have products
    HEADS = "heads"  # the topmost account of an organisation
    ADMINISTRATORS = "administrators"


class Rule(NamedTuple):
    """Say who may use a route, and how many bytes it may be sent."""

    access: Access
    limit: int = FORM_LIMIT


def allow(access: Access, *, limit: int = FORM_LIMIT) -> Callable[[View], View]:
    """Declare the rule of a route."""

    def declared(view: View) -> View:
        setattr(view, _RULE, Rule(access, limit))
        return view

    return declared


def rule_of(app: Flask, endpoint: str | None) -> Rule | None:
    """Give the rule of a route; None is a refusal."""
    if endpoint == "static":
        return Rule(Access.PUBLIC, 0)
    return getattr(app.view_functions.get(endpoint or ""), _RULE, None)


def undeclared(app: Flask) -> list[str]:
    """List the routes that declare nothing."""
    return sorted(endpoint for endpoint in app.view_functions if rule_of(app, endpoint) is None)
