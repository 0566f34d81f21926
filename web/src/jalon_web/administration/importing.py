"""Import organisations and accounts from a sheet: what it would do is shown first."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request

from jalon.errors import JalonError
from jalon.exchange.cells import as_text
from jalon.exchange.sheet import MOST_BYTES, SheetRefusedError, read_sheet
from jalon.services.importing import TITLES, Planned, apply, plan
from jalon_web.access import Access, allow
from jalon_web.acts import acting, refused
from jalon_web.administration.forms import SheetForm
from jalon_web.denials import rights_text
from jalon_web.portal import portal
from jalon_web.typed import showable, typeset

blueprint = Blueprint("importing", __name__, url_prefix="/administration/import")
_MODEL: Final = (
    TITLES,
    ("Exemple Santé", "marie.durand", "Marie Durand", "marie.durand@exemple.fr", "", "", "", ""),
    (
        "Exemple Santé",
        "paul.petit",
        "Paul Petit",
        "paul.petit@exemple.fr",
        "marie.durand",
        "produits",
        "oui",
        "non",
    ),
)


@blueprint.get("")
@allow(Access.ADMINISTRATORS)
def ask() -> Any:
    """Ask for a sheet."""
    return render_template("administration/import.html", form=SheetForm(formdata=None), columns=TITLES)


@blueprint.get("/modele.csv")
@allow(Access.ADMINISTRATORS)
def model() -> Any:
    """Give a sheet to fill in."""
    return _file("modele.csv", _MODEL)


@blueprint.post("/simuler")
@allow(Access.ADMINISTRATORS, limit=MOST_BYTES + 100_000)
def simulate() -> Any:
    """Show what an import would do; nothing is written."""
    form = SheetForm()
    if form.validate():
        try:
            rows = read_sheet(form.sheet.data.read())
            with portal().database.reading() as session:
                planned = plan(session, rows)
        except JalonError as error:
            form.sheet.errors = [str(error)]
        else:
            return _plan_page(planned, _written(rows))
    return render_template("administration/import.html", form=form, columns=TITLES), 422


@blueprint.post("/importer")
@allow(Access.ADMINISTRATORS, limit=MOST_BYTES)
def run() -> Any:
    """Do what was shown, whole or not at all; the links are shown once, or given once as a file."""
    form = SheetForm(formdata=None)
    try:
        rows = read_sheet(request.form.get("sheet", "").encode(errors="replace"))
        with acting() as act:
            made = apply(act, rows, portal().sign_in.passwords)
    except SheetRefusedError as error:
        form.sheet.errors = [str(error)]
        return render_template("administration/import.html", form=form, columns=TITLES), 422
    except JalonError as error:
        refused(form, error)
        return render_template("administration/import.html", form=form, columns=TITLES), 422
    held = portal()
    held.wake()
    links = [(each, held.link_address(each.token)) for each in made]
    if request.form.get("result") == "csv":
        cells = [(as_text(each.name), each.login, address) for each, address in links]
        return _file("liens.csv", [("nom", "identifiant", "lien"), *cells])
    return render_template("administration/imported.html", links=links, mails=held.mails)


def _file(name: str, rows: Any) -> Response:
    """Give a sheet that spreadsheets open as it is."""
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return make_response("\ufeff" + _written(rows), 200, headers)


def _plan_page(planned: list[Planned], sheet: str) -> Any:
    counts = {
        state: sum(each.state == state for each in planned) for state in ("create", "present", "refused")
    }
    rows = [(_shown(each), rights_text(each.rights) if each.state != "refused" else "") for each in planned]
    page = "administration/planned.html"
    return render_template(page, rows=rows, counts=counts, sheet=showable(sheet))


def _shown(planned: Planned) -> Planned:
    """Leave out what no page may hold; the sentence says which character it was."""
    texts: dict[str, Any] = {name: showable(getattr(planned, name)) or "" for name in _TEXTS}
    return planned._replace(**texts)._replace(why=typeset(texts["why"]))


_TEXTS: Final = ("organisation", "login", "name", "email", "above", "why")


def _written(rows: Any) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows(rows)
    return stream.getvalue()
