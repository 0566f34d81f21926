"""The page of an axis, and the two ways to save: one criterion as one clicks, or the whole page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request

from jalon.domain.rights import edits_answers
from jalon.services.answering import Change, Refusal, Saved
from jalon.services.drafts import Kept, kept_answers
from jalon.services.facts import typed
from jalon.services.freezing import read_only_referentials
from jalon.services.products import NotSeenError, ProductSeen, product_seen
from jalon.services.standing import Standing
from jalon_web.access import Access, allow
from jalon_web.portal import person, plugins_in_use, portal, signed_in
from jalon_web.questionnaires import wording
from jalon_web.questionnaires.forms import change_of, changes_of
from jalon_web.questionnaires.view import Reading, axis_links, axis_page
from jalon_web.translation import gettext as _
from jalon_web.typed import named
from jalon_web.wording import counted, level_name

blueprint = Blueprint(
    "questionnaires",
    __name__,
    url_prefix="/produits/<int:product_id>/<referential>/<questionnaire>",
)

ZONE: Final = ZoneInfo("Europe/Paris")


@blueprint.get("")
@allow(Access.MEMBERS)
def start(product_id: int, referential: str, questionnaire: str) -> Any:
    """Go to the first question without answer of a questionnaire, else to the first axis to confirm."""
    name = f"{referential}/{questionnaire}"
    texts = portal().texts_of(plugins_in_use())
    with portal().database.reading() as session:
        product = product_seen(session, person(), product_id)
    links = axis_links(reading_of(product, product.standing, {}), name) if name in texts.axes else ()
    if not links:
        raise NotSeenError
    for link in links:
        if link.progress.answered < link.progress.applicable:
            return redirect(f"{link.address}?suivante=1")
    return redirect(next((link for link in links if link.progress.to_confirm), links[0]).address)


@blueprint.get("/<axis_key>")
@allow(Access.MEMBERS)
def axis(product_id: int, referential: str, questionnaire: str, axis_key: str) -> Any:
    """Show the questions of one axis."""
    name = f"{referential}/{questionnaire}"
    reading = _read(product_id, name, axis_key)
    page = axis_page(reading, name, axis_key, {})
    if request.args.get("suivante"):
        fragment = page.next_unanswered if page.next_unanswered.startswith("#") else ""
        return redirect(page.save_address + fragment)
    return render_template("questionnaires/axis.html", page=page)


@blueprint.post("/<axis_key>")
@allow(Access.MEMBERS)
def save_axis(product_id: int, referential: str, questionnaire: str, axis_key: str) -> Any:
    """Save every question of the page: what a browser without JavaScript sends."""
    name = f"{referential}/{questionnaire}"
    before = _read(product_id, name, axis_key, for_writing=True)
    changes = changes_of(request.form, before.texts.by_axis[name, axis_key], before.kept)
    saved = _save(before, changes)
    if saved.refused:
        reading = _after(before, saved, product_id, name, axis_key)
        page = axis_page(reading, name, axis_key, saved.refused)
        stale = all(each.why is Refusal.STALE for each in saved.refused.values())
        return make_response(render_template("questionnaires/axis.html", page=page), 409 if stale else 422)
    flash(_announced(len(changes), saved), "success" if saved.kept else "info")
    anchor = ""
    if len(changes) == 1:
        anchor = f"#{before.texts.criteria[changes[0].criterion].anchor}"
    return redirect(request.path + anchor, 303)


@blueprint.post("/<axis_key>/<code>")
@allow(Access.MEMBERS)
def save_one(product_id: int, referential: str, questionnaire: str, axis_key: str, code: str) -> Any:
    """Save one question as one clicks; give what changed on the page."""
    name, criterion = f"{referential}/{questionnaire}", f"{referential}/{code}"
    before = _read(product_id, name, axis_key, for_writing=True)
    entry = next((each for each in before.texts.by_axis[name, axis_key] if each.name == criterion), None)
    if entry is None:
        raise NotSeenError
    if request.form.get("keep") == "theirs":
        return _part(
            before, name, axis_key, criterion, _("La réponse de l’autre personne est conservée."), whole=True
        )
    change = change_of(request.form, entry, before.kept.get(criterion))
    saved = _save(before, [change])
    after = _after(before, saved, product_id, name, axis_key)
    refused = saved.refused.get(criterion)
    if refused and refused.why is Refusal.STALE:
        return _stale(after, name, axis_key, criterion, saved)
    kept = after.kept.get(criterion)
    shown = "" if kept is None or kept.level is None else str(kept.level)
    is_parked = criterion not in after.standing.asked
    response: Response = _part(
        after,
        name,
        axis_key,
        criterion,
        _announced(1, saved) if not refused else "",
        whole=not refused and (is_parked or shown != request.form.get(f"level.{code}", "")),
        refused=saved.refused,
    )
    return response


def _read(product_id: int, name: str, axis_key: str, *, for_writing: bool = False) -> Reading:
    """Read everything a page of this axis shows, in two statements; to write, every answer of the product."""
    held, plugins = portal(), plugins_in_use()
    texts = held.texts_of(plugins)
    entries = texts.by_axis.get((name, axis_key))
    if entries is None:
        raise NotSeenError
    with held.database.reading() as session:
        product = product_seen(session, person(), product_id)
        names = None if for_writing else [entry.name for entry in entries]
        kept = kept_answers(session, product_id, names)
    if for_writing and not edits_answers(person(), product.bond):
        raise NotSeenError
    return reading_of(product, product.standing, kept)


def reading_of(product: ProductSeen, standing: Standing, kept: Mapping[str, Kept]) -> Reading:
    """Gather what pages of a product are made from, for who is signed in."""
    held, plugins = portal(), plugins_in_use()
    catalogue = plugins.catalogue
    return Reading(
        product=product,
        texts=held.texts_of(plugins),
        standing=standing,
        matches=catalogue.product.conditions.match(typed(catalogue, standing.facts), {}),
        kept=kept,
        reader=person().account_id,
        now=held.clock(),
        zone=ZONE,
        closed=read_only_referentials(plugins, standing),
        read_only=""
        if edits_answers(person(), product.bond)
        else _("Ce produit est archivé : ses réponses ne changent plus."),
    )


def _save(before: Reading, changes: list[Change]) -> Saved:
    author, product = (person().account_id, signed_in().name), before.product
    draft = product.draft(before.kept)
    saved = portal().answering.save(plugins_in_use(), product.id, author, changes, draft)
    if not saved.is_settled:
        portal().wake()
    return saved


def _after(before: Reading, saved: Saved, product_id: int, name: str, axis_key: str) -> Reading:
    """Give the page as it stands after a save, without reading again what the save already knows."""
    if any(each.theirs for each in saved.refused.values()) or not saved.is_settled:
        return _read(product_id, name, axis_key)
    return reading_of(before.product, saved.standing, dict(before.kept) | dict(saved.kept))


def _part(
    reading: Reading,
    name: str,
    axis_key: str,
    criterion: str,
    announcement: str,
    *,
    whole: bool,
    refused: Any = None,
) -> Response:
    page = axis_page(reading, name, axis_key, refused or {}, only=criterion)
    if not page.criteria:
        raise NotSeenError
    (shown,) = page.criteria
    html = render_template(
        "questionnaires/_saved.html", page=page, criterion=shown, announcement=announcement, whole=whole
    )
    response = make_response(html, 422 if shown.error else 200)
    if whole:
        response.headers["HX-Retarget"] = f"#{shown.text.anchor}"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _stale(reading: Reading, name: str, axis_key: str, criterion: str, saved: Saved) -> Response:
    """Show both answers when somebody else was quicker."""
    page = axis_page(reading, name, axis_key, {}, only=criterion)
    refused = saved.refused[criterion]
    if not page.criteria:
        raise NotSeenError
    (shown,) = page.criteria
    scale = reading.texts.questionnaire(name).scale
    mine, theirs = refused.change, reading.kept.get(criterion)

    def worded(level: Any) -> str:
        return "" if level is None else level_name(level, scale)

    html = render_template(
        "questionnaires/_stale.html",
        page=page,
        criterion=shown,
        author=named(theirs.author) if theirs else _("Une autre personne"),
        mine=worded(mine.level),
        theirs=worded(theirs.level if theirs else None),
        mine_comment=mine.comment,
        theirs_comment=theirs.comment if theirs else "",
        announcement=wording.refusal(refused, scale),
    )
    return make_response(html, 409)


def _announced(asked: int, saved: Saved) -> str:
    """Say what was saved, and what rules now say elsewhere because of it."""
    count = len(saved.kept) if asked else 0
    if not count:
        text = _("Aucune réponse n’a changé.")
    elif count == 1 and saved.at:
        text = _("Enregistré à %(heure)s.", heure=wording.time(saved.at, ZONE))
    else:
        text = _("%(n)s enregistrées.", n=counted(count, _("réponse"), _("réponses")))
    if parked := [name for name, kept in saved.kept.items() if kept.set_aside_at]:
        text += " " + _(
            "Mise de côté, car la question ne concerne plus le produit : %(codes)s.", codes=_codes(parked)
        )
    if saved.moved:
        text += " " + _("Le pré-remplissage change pour : %(codes)s.", codes=_codes(saved.moved))
    if not saved.is_settled:
        text += " " + _("Les scores seront à jour dans un instant.")
    return text


def _codes(names: Iterable[str]) -> str:
    return ", ".join(name.partition("/")[2] for name in names)
