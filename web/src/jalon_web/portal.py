"""Everything one application works with: hung on it, never on a module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from flask import Flask, current_app, g, request
from flask_login import current_user

from jalon.domain.rights import Person
from jalon.plugins.registry import Plugins
from jalon.services.answering import Answering
from jalon.services.clock import Clock
from jalon.services.sign_in import SignedIn, SignIn
from jalon.services.switches import Switchboard
from jalon.storage.database import Database
from jalon_web.questionnaires.texts import Texts
from jalon_web.settings import Settings

EXTENSION: Final = "jalon"


@dataclass(slots=True)
class Portal:
    """Hold the services of one application."""

    settings: Settings
    database: Database
    switchboard: Switchboard
    sign_in: SignIn
    answering: Answering
    clock: Clock
    wake: Callable[[], None]  # tells the worker that there is something to do
    _texts: dict[int, Texts] = field(default_factory=dict)

    @property
    def mails(self) -> bool:
        """Say whether messages can be sent; where they cannot, links are shown."""
        return bool(self.settings.smtp_url)

    def link_address(self, token: str) -> str:
        """Give the address of a one-use link, as people reach this portal."""
        root = self.settings.public_url or request.url_root.rstrip("/")
        return f"{root}/lien/{token}"

    def texts_of(self, plugins: Plugins) -> Texts:
        """Give the texts of a catalogue, worded once; plugins live as long as the application."""
        known = self._texts.get(id(plugins))
        if known is None:
            known = self._texts[id(plugins)] = Texts(plugins.catalogue)
        return known


def portal(app: Flask | None = None) -> Portal:
    """Give what the application of this request works with."""
    held: Portal = (app or current_app).extensions[EXTENSION]
    return held


def signed_in() -> SignedIn:
    """Give who is signed in: only for routes whose rule asks for it."""
    held: SignedIn = current_user.signed_in
    return held


def person() -> Person:
    """Give the person who asks."""
    return signed_in().person


def plugins_in_use() -> Plugins:
    """Give the plugins of the organisation of who is signed in; once per request."""
    if "jalon_plugins" not in g:
        who, held = signed_in(), portal()
        g.jalon_plugins = held.switchboard.of(held.database, who.person.organisation_id, who.generation)
    plugins: Plugins = g.jalon_plugins
    return plugins
