"""Choose the completion paths and complementary referentials an organisation uses."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from jalon.domain.rights import Denial, why_not_enable
from jalon.services.enabling import effect_of, enable, optional_plugins
from jalon.services.explaining import who_can
from jalon.services.products import NotSeenError
from jalon_web.access import Access, allow
from jalon_web.acts import acting
from jalon_web.denials import reason
from jalon_web.portal import person, portal, signed_in
from jalon_web.translation import gettext as _

blueprint = Blueprint("organisation", __name__, url_prefix="/organisation")


@blueprint.get("/parcours")
@allow(Access.MEMBERS)
def paths() -> Any:
    """Show what the organisation uses; its topmost account may change it."""
    denial = why_not_enable(person())
    why = None
    if denial:
        with portal().database.reading() as session:
            why = reason(denial, who_can(session, person(), Denial.NOT_HEAD))
    return render_template("organisation/paths.html", rows=_choosable(), why=why)


@blueprint.post("/parcours")
@allow(Access.HEADS)
def switch() -> Any:
    """Show what a switch would change, then switch once it is confirmed."""
    plugin, is_on = request.form.get("plugin", ""), request.form.get("wanted") == "on"
    row = next((each for each in _choosable() if each.plugin == plugin), None)
    if row is None or row.is_off_everywhere:
        raise NotSeenError
    held = portal()
    if request.form.get("confirmed") != "yes":
        effect = effect_of(
            held.database,
            held.switchboard,
            person(),
            plugin,
            is_on=is_on,
            generation=signed_in().generation,
        )
        return render_template("organisation/confirm.html", row=row, is_on=is_on, effect=effect)
    with acting() as act:
        enable(act, held.switchboard, plugin, is_on=is_on)
    held.wake()
    flash(
        _("Le choix est enregistré. Les questionnaires sont recalculés dans un instant."),
        "success",
    )
    return redirect(url_for("organisation.paths"), 303)


def _choosable() -> Any:
    held, who = portal(), signed_in()
    everywhere, here = held.switchboard.off(held.database, who.person.organisation_id, who.generation)
    return optional_plugins(held.switchboard, everywhere, here)
