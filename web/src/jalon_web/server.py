"""Serve an instance."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config

from jalon.services.worker import Queue
from jalon_web import gunicorn_conf
from jalon_web.factory import create_app
from jalon_web.instance import opened
from jalon_web.processes import Companion
from jalon_web.settings import Settings, load_settings


def application(environ: Mapping[str, str] | None = None) -> Flask:
    """Make the application of the instance that the environment names: for any WSGI server."""
    settings = load_settings(os.environ if environ is None else environ)
    database, plugins = opened(settings)
    return create_app(settings, plugins, database=database, wake=Queue(settings.queue).wake)


class Server(BaseApplication):
    """Serve an application with gunicorn, in this very process, and keep a companion alive beside it."""

    cfg: Config

    def __init__(
        self, make: Callable[[], Flask], settings: Settings, ready: Callable[[], None], companion: Companion
    ) -> None:
        self._make = make
        self._settings = settings
        self._ready = ready
        self._companion = companion
        super().__init__()

    def run(self) -> None:
        """Serve until told to stop."""
        self._companion.start()
        try:
            _KeepingArbiter(self, self._companion).run()
        finally:
            self._companion.stop()

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


class _KeepingArbiter(Arbiter):
    """Look after the companion each time the serving processes are looked after: about once a second."""

    def __init__(self, app: Server, companion: Companion) -> None:
        self._companion = companion
        super().__init__(app)

    def manage_workers(self) -> None:
        super().manage_workers()
        self._companion.keep()
