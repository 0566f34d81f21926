"""Open an instance and serve it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config

from jalon.plugins.registry import Plugins
from jalon.services.clock import system_clock
from jalon.services.jobs import EVALUATE_ALL, ask_for
from jalon.services.referentials import holders, remember, stored_plugins
from jalon.services.worker import Queue
from jalon.storage.database import Database
from jalon.storage.schema import require_current
from jalon_web import gunicorn_conf
from jalon_web.factory import create_app
from jalon_web.settings import Settings, load_settings


def opened(settings: Settings, folders: Sequence[Path] = ()) -> tuple[Database, Plugins]:
    """Open the database of an instance and load its plugins; refuse a database of another form.

    Referentials that are new or changed are remembered, and every subject is evaluated again for them.
    """
    database = Database(settings.database_url)
    require_current(database)
    plugins = Plugins.load(folders=folders, holders=holders(database))
    if remember(database, plugins):
        with database.writing() as session:
            ask_for(session, EVALUATE_ALL, {}, system_clock(), key=EVALUATE_ALL)
    return database, plugins.with_stored(stored_plugins(database))


def application(environ: Mapping[str, str] | None = None) -> Flask:
    """Make the application of the instance that the environment names: for any WSGI server."""
    settings = load_settings(os.environ if environ is None else environ)
    database, plugins = opened(settings)
    return create_app(settings, plugins, database=database, wake=Queue(settings.queue).wake)


class Server(BaseApplication):
    """Serve an application with gunicorn, in this very process."""

    cfg: Config

    def __init__(self, make: Callable[[], Flask], settings: Settings, ready: Callable[[], None]) -> None:
        self._make = make
        self._settings = settings
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        """Take our configuration, then what the settings say."""
        for key in self.cfg.settings:
            if hasattr(gunicorn_conf, key):
                self.cfg.set(key, getattr(gunicorn_conf, key))
        self.cfg.set("bind", f"{self._settings.host}:{self._settings.port}")
        if self._settings.workers:
            self.cfg.set("workers", self._settings.workers)
        frozen = self.cfg.when_ready

        def when_ready(server: Any) -> None:
            frozen(server)
            self._ready()

        self.cfg.set("when_ready", when_ready)

    def load(self) -> Any:
        """Make the application."""
        return self._make()
