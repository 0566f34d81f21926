"""The plugins of the instance, and its settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from jalon.services.acting import require_administrator
from jalon.services.enabling import enable_everywhere
from jalon.services.instance import concerned_by
from jalon.services.products import NotSeenError
from jalon.services.second_factor import COMPULSORY, is_compulsory
from jalon.services.trace import record
from jalon.storage.database import upsert
from jalon.storage.tables import Setting
from jalon_web.access import Access, allow
from jalon_web.acts import acting
from jalon_web.portal import portal, signed_in
from jalon_web.translation import gettext as _

blueprint = Blueprint("instance", __name__, url_prefix="/administration")


@blueprint.get("/modules")
@allow(Access.ADMINISTRATORS)
def plugins() -> Any:
    """List the plugins that are installed, and whether they are in use."""
    held, who = portal(), signed_in()
    everywhere, _here = held.switchboard.off(held.database, None, who.generation)
    rows = [(each, each.name not in everywhere) for each in held.switchboard.plugins.all]
    return render_template("administration/plugins.html", rows=sorted(rows, key=lambda row: row[0].name))


@blueprint.post("/modules")
@allow(Access.ADMINISTRATORS)
def switch_plugin() -> Any:
    """Switch a plugin for the whole instance, once it is confirmed."""
    held, name, is_on = portal(), request.form.get("plugin", ""), request.form.get("wanted") == "on"
    found = next((each for each in held.switchboard.plugins.all if each.name == name), None)
    if found is None:
        raise NotSeenError
    if request.form.get("confirmed") != "yes":
        with held.database.reading() as session:
            concerned = concerned_by(session, found)
        return render_template("administration/switch.html", plugin=found, is_on=is_on, concerned=concerned)
    with acting() as act:
        enable_everywhere(act, name, is_on=is_on)
    held.wake()
    flash(_("Le choix est enregistré. Les questionnaires sont recalculés dans un instant."), "success")
    return redirect(url_for("instance.plugins"), 303)


@blueprint.get("/reglages")
@allow(Access.ADMINISTRATORS)
def settings() -> Any:
    """Show the settings of the instance."""
    with portal().database.reading() as session:
        compulsory = is_compulsory(session)
    return render_template("administration/settings.html", compulsory=compulsory, mails=portal().mails)


@blueprint.post("/reglages")
@allow(Access.ADMINISTRATORS)
def save_settings() -> Any:
    """Make the second factor compulsory for administrators, or not."""
    value = "yes" if request.form.get("second_factor") == "yes" else "no"
    with acting() as act:
        require_administrator(act.person, act.session)
        upsert(act.session, Setting, [{"key": COMPULSORY, "value": value}])
        record(act.session, act.at, act.actor, "setting-changed", ("setting", COMPULSORY), value=value)
    flash(_("Les réglages sont enregistrés."), "success")
    return redirect(url_for("instance.settings"), 303)
