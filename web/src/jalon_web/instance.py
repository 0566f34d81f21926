"""Open an instance: its database in the form of this version, its plugins, what they once brought."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jalon.plugins.registry import Plugins
from jalon.services.clock import system_clock
from jalon.services.jobs import EVALUATE_ALL, ask_for
from jalon.services.referentials import holders, remember, stored_plugins
from jalon.storage.database import Database
from jalon.storage.schema import require_current
from jalon_web.settings import Settings


def opened(settings: Settings, folders: Sequence[Path] = ()) -> tuple[Database, Plugins]:
    """Open the database of an instance and load its plugins; refuse a database of another form.

    Referentials that are new or changed are remembered, and every subject is evaluated again for them.
    """
    database = Database(settings.database_url)
    try:
        return database, _loaded(database, folders)
    except BaseException:
        database.close()
        raise


def _loaded(database: Database, folders: Sequence[Path]) -> Plugins:
    require_current(database)
    plugins = Plugins.load(folders=folders, holders=holders(database))
    if remember(database, plugins):
        with database.writing() as session:
            ask_for(session, EVALUATE_ALL, {}, system_clock(), key=EVALUATE_ALL)
    return plugins.with_stored(stored_plugins(database))
