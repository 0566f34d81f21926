"""A real browser for the tests: Debian's Chromium, driven by Playwright, that reaches 127.0.0.1 and nothing else."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

from support.missing import stop

VARIABLE: Final = "CHROMIUM"
COMMANDS: Final = ("chromium", "chromium-browser", "google-chrome")
PACKAGES: Final = ("chromium", "fonts-liberation", "fonts-dejavu-core")
MISSING: Final = (
    f"No Chromium: type `apt-get install {PACKAGES[0]}` as root, or {VARIABLE}=/path/to/chromium make test"
)

HOME: Final = "127.0.0.1"
LOCAL: Final = frozenset({"about", "blob", "data"})
REFUSED: Final = re.compile(r"Failed to load resource: the server responded with a status of (\d{3})")
# Beside what Playwright gives itself: no first run, no synchronisation, no updates, nothing in the background.
ARGUMENTS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-proxy-server",
    # No name and no other address is ever reached, by a page nor by the browser itself. Unlike the interception
    # of requests, this leaves the browser its cache.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOME}",
)


@dataclass(frozen=True)
class Window:
    """Hold one page, and what went wrong in it so far."""

    page: Page
    faults: list[str] = field(default_factory=list)


@contextlib.contextmanager
def launch() -> Iterator[Browser]:
    """Start the browser, and stop it."""
    program = find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=list(ARGUMENTS),
            chromium_sandbox=False,  # it does not run as root, nor in most containers
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 900,
    scheme: Literal["light", "dark", "no-preference"] = "light",
    javascript: bool = True,
    refused: Collection[int] = (),
) -> Iterator[Window]:
    """Open a new session in French; fail at the end if it has faults (`refused`: statuses the test expects)."""
    context = browser.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=javascript,
    )
    try:
        window = Window(context.new_page())
        _watch(context, window.faults, frozenset(refused))
        yield window
        if javascript:
            _settle(context)
    finally:
        context.close()  # what the browser still had to say arrives here
    if window.faults:
        raise AssertionError("\n".join(window.faults))


def _watch(context: BrowserContext, faults: list[str], refused: frozenset[int]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        status = REFUSED.match(message.text)
        if message.type == "error" and not (status and int(status[1]) in refused):
            faults.append(f"console: {message.text} ({message.location['url']})")

    def on_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL and parts.hostname != HOME:
            faults.append(f"leaves {HOME}: {request.url}")

    def on_page(page: Page) -> None:
        page.on("websocket", lambda socket: faults.append(f"web socket: {socket.url}"))
        page.on("crash", lambda _: faults.append("the page crashed"))

    context.on("console", on_console)
    context.on("request", on_request)
    context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
    for page in context.pages:
        on_page(page)
    context.on("page", on_page)


def _settle(context: BrowserContext) -> None:
    """Let each page finish what it has begun: a rejected promise is told a turn later."""
    for page in context.pages:
        with contextlib.suppress(Error):  # a page that crashed has nothing more to say
            page.evaluate("new Promise(done => setTimeout(() => setTimeout(done)))")


def find() -> str:
    """Give the path of Chromium, installed from Debian where this process may do so."""
    if given := os.environ.get(VARIABLE):
        return shutil.which(given) or stop(MISSING)
    return _installed() or _install() or stop(MISSING)


def _installed() -> str | None:
    return next((path for name in COMMANDS if (path := shutil.which(name))), None)


def _install() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    lock = Path(tempfile.gettempdir()) / "jalon-chromium.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # the workers of pytest-xdist come here together
        if not _installed():
            _apt("update")
            _apt("install", "-y", "--no-install-recommends", *PACKAGES)
    return _installed()


def _apt(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        stop(f"{MISSING} (apt-get {arguments[0]}: {done.stderr.strip()[-200:]})")
