"""A portal that a real browser visits: served on this machine, stopped and started again, its clock moved."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from jalon.plugins.registry import Plugins
from jalon.storage.database import Database
from jalon.storage.tables import AccountSession, table_of
from jalon_web.cli.demo import DEMO_PASSWORD
from jalon_web.factory import create_app
from jalon_web.portal import portal
from jalon_web.settings import Settings
from support.chromium import HOME, Window
from support.portal import RESPONSIBLE, SECRET, START, Site, Ticking, cheap_passwords

STOPPED: Final = ("net::ERR_", "htmx:afterRequest", "htmx:sendError")
"""What the browser and htmx say of a server that is stopped."""


class Shifted(Ticking):
    """Give the instant of the machine, which the browser goes by too, moved as tests want."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + (self.now - START)


class _Quiet(WSGIRequestHandler):
    def log(self, *_said: object) -> None:
        pass


@dataclass
class Live:
    """Hold a portal that is served."""

    site: Site
    port: int = 0
    _serving: list[tuple[BaseWSGIServer, threading.Thread]] = field(default_factory=list)

    def start(self) -> None:
        """Serve, on the same port as before."""
        server = make_server(HOME, self.port, self.site.app, threaded=True, request_handler=_Quiet)
        self.port = server.port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self._serving.append((server, thread))

    def stop(self) -> None:
        """Serve no more: connections are refused from now on."""
        while self._serving:
            server, thread = self._serving.pop()
            server.shutdown()
            thread.join()
            server.server_close()

    def close(self) -> None:
        """Stop, and leave the database."""
        self.stop()
        self.site.database.close()

    def address(self, path: str) -> str:
        """Give the whole address of a page."""
        return f"http://{HOME}:{self.port}{path}"

    def open(self, window: Window, path: str) -> Page:
        """Open a page of the site."""
        window.page.goto(self.address(path))
        return window.page

    def enter(self, window: Window, path: str, login: str = RESPONSIBLE) -> Page:
        """Open a page as somebody who signed in; the sign-in page has its own tests."""
        token = portal(self.site.app).sign_in.open(login, DEMO_PASSWORD, HOME)
        client = self.site.app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = token
        cookie = client.get_cookie("jalon")
        assert cookie is not None
        window.page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": self.address("/")}]
        )
        return self.open(window, path)

    def level(self, code: str) -> int | str | None:
        """Give the level that is stored for a question of the first product; None where nothing is."""
        row = self.site.answer(code)
        return row["level"] if row else None

    def end_sessions(self) -> None:
        """End every session, as a restart or an administrator would."""
        with self.site.database.writing() as session:
            session.execute(delete(table_of(AccountSession)))


def served(folder: Path, content: bytes, plugins: Plugins) -> Live:
    """Serve a copy of the demonstration."""
    path = folder / "jalon.db"
    path.write_bytes(content)
    url = f"sqlite:///{path}"
    database, clock = Database(url), Shifted()
    app = create_app(
        Settings(folder, url, SECRET), plugins, database=database, passwords=cheap_passwords(), clock=clock
    )
    live = Live(Site(app, database, clock))
    live.start()
    return live


def sign_in(page: Page, login: str = RESPONSIBLE, password: str = DEMO_PASSWORD) -> None:
    """Fill the sign-in page, and send it."""
    page.get_by_label("Identifiant de connexion").fill(login)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def excused(window: Window, *said: str) -> None:
    """Take from the faults of a window those that the test provoked."""
    window.faults[:] = [fault for fault in window.faults if not any(each in fault for each in said)]


class Question:
    """Drive one question of the page of an axis, as a person sees it."""

    def __init__(self, page: Page, code: str) -> None:
        self.page = page
        self.code = code
        self.root = page.locator(f'[data-criterion="{code}"]')
        self.comment = self.root.locator("textarea")
        self.result = self.root.locator(".result")
        self.state = self.root.locator(".criterion__state")

    def level(self, value: int | str) -> Locator:
        """Give the radio of a level."""
        return self.root.locator(f'.level__input[value="{value}"]')

    def button(self, name: str) -> Locator:
        """Give the button whose name begins so."""
        return self.root.get_by_role("button", name=name)

    @property
    def checked(self) -> str:
        """Give the level that is chosen on the page."""
        chosen = self.root.locator(".level__input:checked")
        return (chosen.get_attribute("value") or "") if chosen.count() else ""

    def write(self, text: str) -> None:
        """Type a comment, and leave the field open."""
        if not self.comment.is_visible():
            self.root.locator(".comment > summary").click()
        self.comment.fill(text)

    def wait_saved(self) -> None:
        """Wait until the page says that the answer is kept."""
        expect(self.result).to_have_text(re.compile(r"^\s*Enregistré à \d{1,2}\sh\s\d\d\s*$"))

    def top(self) -> float:
        """Give where the question begins in the window."""
        return float(self.root.evaluate("element => element.getBoundingClientRect().top"))
