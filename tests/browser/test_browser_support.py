"""The browser of the tests: found, kept on this machine, and honest about what goes wrong."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support import axe, chromium
from support.axe import violations
from support.chromium import Window, opened

STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src http:; frame-ancestors 'none'"
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai – Jalon</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="/icon">{head}</head>
<body><main><h1>Essai</h1>{body}</main></body></html>"""

# What is wrong, and the fault it gives.
FAULTY_SCRIPTS = (
    ("console.error('aïe')", "console: aïe"),
    ("throw new Error('jetée')", "script: jetée"),
    ("Promise.reject(new Error('rejetée'))", "script: rejetée"),
    ("eval('1')", "script: .*unsafe-eval"),
    ("new WebSocket('ws://127.0.0.1:9/')", "console: .*ws://127.0.0.1:9/.* violates"),
)
FAULTY_BODIES = (
    ("<p style='color:red'>Rouge</p>", "console: .*inline style violates"),
    ("<script>1</script>", "console: .*inline script violates"),
    ("<img alt='' src='/absente'>", "console: .*status of 404"),
    ("<img alt='' src='http://ailleurs.example/a.png'>", "leaves 127.0.0.1: http://ailleurs.example/a.png"),
    ("<img alt='' src='http://192.0.2.1/a.png'>", "leaves 127.0.0.1: http://192.0.2.1/a.png"),
)

Serve = Callable[[Mapping[str, str]], str]


@pytest.fixture
def site() -> Iterator[Serve]:
    """Serve a few texts on 127.0.0.1, under a strict policy; any other path is not found."""
    texts: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = texts.get(self.path)
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
            self.send_header("Content-Security-Policy", STRICT)
            self.end_headers()
            self.wfile.write(("Absente" if text is None else text).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()

        def served(given: Mapping[str, str]) -> str:
            texts.update({"/icon": "", **given})
            return f"http://127.0.0.1:{server.server_port}"

        yield served
        server.shutdown()
        thread.join()


def _page(body: str = "", head: str = "") -> str:
    return PAGE.format(body=body, head=head)


def test_the_browser_is_french(browser: Browser, site: Serve) -> None:
    """A window has the language, the time, the size and the colours that were asked."""
    told = "[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, innerWidth, innerHeight, "
    told += "matchMedia('(prefers-color-scheme: dark)').matches]"
    with opened(browser, width=320, height=600, scheme="dark") as window:
        window.page.goto(site({"/": _page()}))

        assert ["fr-FR", "Europe/Paris", 320, 600, True] == window.page.evaluate(told)


def test_sessions_are_apart(browser: Browser, site: Serve) -> None:
    """What one window keeps, another does not see."""
    address = site({"/": _page()})
    with opened(browser) as one, opened(browser) as other:
        one.page.goto(address)
        one.page.evaluate("localStorage.setItem('vu', 'oui')")
        other.page.goto(address)

        assert other.page.evaluate("localStorage.getItem('vu')") is None


def test_pages_work_without_scripts(browser: Browser, site: Serve) -> None:
    """A window may refuse scripts, as some people do."""
    address = site(
        {
            "/": _page("<noscript>Sans script</noscript>", '<script src="/a.js"></script>'),
            "/a.js": "document.title='!'",
        }
    )
    with opened(browser, javascript=False) as window:
        window.page.goto(address)

        assert "Essai – Jalon" == window.page.title()
        assert "Sans script" in window.page.inner_text("main")


def _visit(browser: Browser, address: str, follow: str = "") -> None:
    with opened(browser) as window:
        window.page.goto(address)
        if follow:
            with window.page.expect_popup() as popup:
                window.page.click(follow)
            popup.value.wait_for_load_state()


def test_what_goes_wrong_in_a_page_fails_the_test(browser: Browser, site: Serve) -> None:
    """Errors, refusals of the policy and requests that leave this machine are faults, and none leaves it."""
    scripts = {f"/{number}.js": script for number, (script, _) in enumerate(FAULTY_SCRIPTS)}
    head = "".join(f'<script src="{path}" defer></script>' for path in scripts)
    address = site({"/": _page("".join(body for body, _ in FAULTY_BODIES), head), **scripts})
    with pytest.raises(AssertionError) as caught:
        _visit(browser, address)

    faults = str(caught.value).splitlines()
    wanted = [pattern for _, pattern in (*FAULTY_SCRIPTS, *FAULTY_BODIES)]
    assert [] == [pattern for pattern in wanted if not any(re.match(pattern, fault) for fault in faults)]
    assert 2 == len([fault for fault in faults if "net::ERR_NAME_NOT_RESOLVED" in fault])


def test_a_new_tab_is_watched_too(browser: Browser, site: Serve) -> None:
    """A page that another page opened has its faults in the same list."""
    address = site({"/": _page("<a href='/b' target='_blank'>B</a>"), "/b": _page("<p style='x'>B</p>")})
    with pytest.raises(AssertionError, match="inline style violates"):
        _visit(browser, address, follow="a")


def test_a_refusal_may_be_expected(browser: Browser, site: Serve) -> None:
    """A status the test expects is no fault; nothing else is excused."""
    address = site({})
    with opened(browser, refused=[404]) as window:
        window.page.goto(f"{address}/absente")


def test_a_failed_test_keeps_its_own_reason(browser: Browser, site: Serve) -> None:
    """A test that fails by itself is not told about the faults of its page instead."""
    address = site({"/": _page("<p style='x'>B</p>")})

    def fail() -> None:
        with opened(browser) as window:
            window.page.goto(address)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_a_clean_page_has_no_violation(window: Window, site: Serve) -> None:
    """The rules run under a policy that forbids scripts in the page, and leave it in force."""
    window.page.goto(site({"/": _page("<p>Un paragraphe.</p>")}))

    assert [] == violations(window.page)
    assert [] == violations(window.page)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<input type='text'>", 'label (critical): <input type="text"> – '),
        ("<h4>Trop bas</h4>", "heading-order (moderate): <h4>Trop bas</h4> – "),
        ("<font color='#ccc'>Gris</font>", 'color-contrast (serious): <font color="#ccc">Gris</font> – '),
        ("<a href='/a'>a</a><a href='/b'>b</a>", 'target-size (serious): <a href="/a">a</a> – '),
    ],
)
def test_violations_are_named(window: Window, site: Serve, body: str, rule: str) -> None:
    """A violation gives its rule, its weight, the element and the help of the rule."""
    window.page.goto(site({"/": _page(body)}))

    assert rule in [found[: len(rule)] for found in violations(window.page)]


def test_the_rules_are_those_of_the_package() -> None:
    """The vendored file is the one its notice describes."""
    digest = hashlib.sha256(axe.SOURCE.read_bytes()).hexdigest()

    assert f"`{digest}`" in (axe.SOURCE.parent / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    """Make a machine with few programs: each a name and what it does."""
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def program(name: str, script: str = "") -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return program


def test_the_environment_names_the_browser(
    machine: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser named in the environment is used, and must exist."""
    machine("chromium")
    monkeypatch.setenv(chromium.VARIABLE, machine("ailleurs"))
    assert machine("ailleurs") == chromium.find()
    monkeypatch.setenv(chromium.VARIABLE, "/nulle/part")
    with pytest.raises(pytest.exit.Exception, match="No Chromium: type `apt-get install chromium`"):
        chromium.find()


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_an_installed_browser_is_found(machine: Callable[..., str], name: str) -> None:
    """The browser has another name on other systems."""
    assert machine(name) == chromium.find()


def test_a_missing_browser_is_installed(machine: Callable[..., str], tmp_path: Path) -> None:
    """As root on Debian, the browser is installed with fonts that write French."""
    made = tmp_path / "chromium"
    machine(
        "apt-get",
        f'echo "$*" >> {tmp_path}/asked; [ $2 = update ] || PATH=/bin:/usr/bin install -m755 $0 {made}',
    )

    assert str(made) == chromium.find()
    assert [
        "-q update",
        "-q install -y --no-install-recommends chromium fonts-liberation fonts-dejavu-core",
    ] == (tmp_path / "asked").read_text(encoding="utf-8").splitlines()


def test_without_any_browser_the_run_stops(machine: Callable[..., str]) -> None:
    """Nothing is skipped: the run ends with the line that says what to type, and why it failed."""
    with pytest.raises(pytest.exit.Exception, match="No Chromium: type `apt-get install chromium`"):
        chromium.find()
    machine("apt-get", "echo pas de réseau >&2; exit 100")
    with pytest.raises(pytest.exit.Exception, match="apt-get update: pas de réseau"):
        chromium.find()
