"""Which products each account sees: the matrix, the requests, and one's own list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from jalon.domain.rights import Denial
from jalon.errors import JalonError
from jalon.services.explaining import abilities, who_can
from jalon.services.lists import Given, ProductNamed, givable, give, matrix_of
from jalon.services.requests import accept, ask, likely, pending_below, refuse, requests_of
from jalon.services.tree import search
from jalon_web.access import Access, allow
from jalon_web.acts import acting, refused
from jalon_web.denials import ability_text, reason, rights_text
from jalon_web.portal import person, portal, signed_in
from jalon_web.translation import gettext as _
from jalon_web.tree.forms import RequestForm
from jalon_web.tree.shown import instant, matrix_shown
from jalon_web.typed import number, typeset
from jalon_web.wording import counted

blueprint = Blueprint("lists", __name__)
ZONE: Final = ZoneInfo("Europe/Paris")
_PAIR: Final = re.compile(r"([1-9][0-9]{0,9})-([1-9][0-9]{0,9})")
_MOST_PAIRS: Final = 2_500


@blueprint.get("/comptes/produits")
@allow(Access.MEMBERS)
def matrix() -> Any:
    """Show which account sees which product, a part at a time."""
    asked, wanted = request.args.get("produit", "")[:200], request.args.get("compte", "")[:200]
    archived = request.args.get("archives") == "oui"
    with portal().database.reading() as session:
        found = matrix_of(session, person())
    kept = search(found.accounts, wanted)
    accounts = [each for each in found.accounts if each.id in kept]
    products = _filtered(found.products, asked, archived=archived)
    return render_template(
        "tree/matrix.html",
        page=matrix_shown(found, accounts, products, number(request.args.get("page"), 1)),
        asked=asked,
        wanted=wanted,
        archived=archived,
        accounts=len(accounts),
        every_account=len(found.accounts),
    )


@blueprint.post("/comptes/produits")
@allow(Access.MEMBERS)
def save_matrix() -> Any:
    """Give and take back what was changed on the page, and nothing else."""
    shown, now = (
        _pairs(request.form.get("shown", "").split()),
        _pairs([name.removeprefix("given.") for name in request.form if name.startswith("given.")]),
    )
    with acting() as act:
        give(act, now - shown, shown - now)
    changed = len(now ^ shown)
    if changed:
        said = counted(changed, _("modification"), _("modifications"))
        flash(
            _("Les listes de produits sont enregistrées : %(modifications)s.", modifications=said), "success"
        )
    else:
        flash(_("Aucune modification à enregistrer."), "info")
    filters = {key: request.form.get(f"filter.{key}", "")[:200] for key in ("produit", "compte", "page")}
    filters["archives"] = "oui" if request.form.get("filter.archives") == "oui" else ""
    kept = {key: value for key, value in filters.items() if value}
    return redirect(url_for("lists.matrix", **kept), 303)  # type: ignore[arg-type]


@blueprint.get("/comptes/demandes")
@allow(Access.MEMBERS)
def pending() -> Any:
    """Show what the accounts below ask to see."""
    with portal().database.reading() as session:
        asked = pending_below(session, person())
        products = givable(session, person())
    rows = [
        (each, instant(each.created_at, ZONE), likely(each.wanted, products), f"demande-{each.id}")
        for each in asked
    ]
    return render_template("tree/requests.html", rows=rows, products=products)


@blueprint.post("/comptes/demandes/<int:request_id>")
@allow(Access.MEMBERS)
def decide(request_id: int) -> Any:
    """Accept or refuse a request, in one click."""
    product_id = number(request.form.get("product"))
    answer = request.form.get("answer")
    accepted = request.form.get("decision") == "accept"
    if accepted and not product_id:
        flash(_("Choisissez le produit à donner\u00a0: la demande attend toujours."), "error")
        return redirect(url_for("lists.pending"), 303)
    try:
        with acting() as act:
            asked = accept(act, request_id, product_id) if accepted else refuse(act, request_id, answer or "")
    except JalonError as error:
        flash(typeset(str(error)), "error")
        return redirect(url_for("lists.pending"), 303)
    portal().wake()
    said = _("Le produit est donné à %(nom)s.") if accepted else _("La demande de %(nom)s est refusée.")
    flash(said % {"nom": asked.name}, "success")
    return redirect(url_for("lists.pending"), 303)


@blueprint.route("/mon-compte/produits", methods=["GET", "POST"])
@allow(Access.MEMBERS)
def mine() -> Any:
    """Show what I see, and ask my manager for more."""
    form = RequestForm()
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate():
            try:
                with acting() as act:
                    ask(act, form.wanted.data or "", form.message.data or "")
            except JalonError as error:
                refused(form, error)
            else:
                flash(_("Votre demande est envoyée."), "success")
                return redirect(url_for("lists.mine"), 303)
    with portal().database.reading() as session:
        products = givable(session, person())
        asked = requests_of(session, person().account_id)
        why = reason(Denial.OWN_ACCOUNT, who_can(session, person(), Denial.OWN_ACCOUNT))
    sent = [(each, instant(each.created_at, ZONE)) for each in asked]
    page = render_template(
        "tree/mine.html", form=form, products=products, sent=sent, why=why, person=person()
    )
    return page, code


@blueprint.get("/mon-compte/droits")
@allow(Access.MEMBERS)
def rights() -> Any:
    """Say what I may do, what I may not, why, and who can."""
    with portal().database.reading() as session:
        found = abilities(session, person())
    rows = [
        (ability_text(each.action), reason(each.denial, each.who) if each.denial else None) for each in found
    ]
    return render_template(
        "tree/rights.html", rows=rows, mine=rights_text(person().rights), name=signed_in().name
    )


def _filtered(products: Sequence[ProductNamed], asked: str, *, archived: bool) -> list[ProductNamed]:
    words = asked.casefold().split()
    return [
        each
        for each in products
        if (archived or not each.archived)
        and all(word in f"{each.name} {each.version} {each.reference}".casefold() for word in words)
    ]


def _pairs(raw: Sequence[str]) -> frozenset[Given]:
    """Read pairs of a product and an account; anything else was never on the page."""
    if len(raw) > _MOST_PAIRS:
        abort(400)
    found = [_PAIR.fullmatch(each) for each in raw]
    if not all(found):
        abort(400)
    return frozenset(Given(int(each[1]), int(each[2])) for each in found if each)
