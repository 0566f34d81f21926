"""Home, the list of products, one product."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from jalon.domain.facts import read_date
from jalon.domain.rights import has_products
from jalon.services.drafts import kept_answers
from jalon.services.enabling import head_of, optional_plugins
from jalon.services.products import bases_of, product_seen, products_seen, whole_scores
from jalon.services.requests import count_pending
from jalon_web.access import Access, allow
from jalon_web.portal import person, plugins_in_use, portal, signed_in
from jalon_web.products.shown import ProductRow
from jalon_web.products.view import product_page, product_row
from jalon_web.questionnaires.routes import ZONE, reading_of

home = Blueprint("home", __name__)
products = Blueprint("products", __name__, url_prefix="/produits")


@home.get("/")
@allow(Access.SIGNED_IN)
def index() -> Any:
    """Show my products and what to do next."""
    rows = [row for row in _rows(steps=True) if not row.archived]
    with portal().database.reading() as session:
        pending = count_pending(session, person()) if has_products(person()) else 0
    return render_template(
        "products/home.html", products=tuple(rows), is_member=has_products(person()), pending=pending
    )


@products.get("", endpoint="index")
@allow(Access.MEMBERS)
def every() -> Any:
    """List every product I see."""
    return render_template("products/index.html", products=_rows(), is_member=True)


@products.get("/<int:product_id>")
@allow(Access.MEMBERS)
def show(product_id: int) -> Any:
    """Show one product: its questionnaires, radars and preliminary answers."""
    with portal().database.reading() as session:
        product = product_seen(session, person(), product_id)
        kept = kept_answers(session, product_id)
        bases = bases_of(session, product_id) if product.row["kind"] == "option" else []
        missing = _not_enabled(session)
    asked = read_date(request.args.get("jour", ""))
    today = portal().clock().astimezone(ZONE).date()
    page = product_page(reading_of(product, product.standing, kept), bases, asked or today)
    return render_template("products/show.html", page=page, not_enabled=missing)


def _not_enabled(session: Session) -> list[tuple[str, str]]:
    """List what is installed and not in use here, with whom to ask; "" for an administrator."""
    held, who = portal(), signed_in()
    everywhere, here = held.switchboard.off(held.database, who.person.organisation_id, who.generation)
    if not everywhere | here:
        return []
    head = head_of(session, who.person.organisation_id)
    return [
        (each.title, "" if each.is_off_everywhere else head)
        for each in optional_plugins(held.switchboard, everywhere, here)
        if not each.is_on
    ]


def _rows(*, steps: bool = False) -> tuple[ProductRow, ...]:
    held, plugins = portal(), plugins_in_use()
    with held.database.reading() as session:
        listed = products_seen(session, person())
        scores = whole_scores(session, [each.id for each in listed])
    texts = held.texts_of(plugins)
    return tuple(product_row(each, scores.get(each.id, ()), texts, ZONE, steps=steps) for each in listed)
