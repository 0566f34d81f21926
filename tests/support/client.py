"""A browser without scripts, and with htmx's requests: every page it fetches is checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart

from jalon_web.cli.demo import DEMO_PASSWORD
from support import html_page, html_safety
from support.html import check_page
from support.html_page import Page, local, squeezed, text

MOST_STATEMENTS: Final = 8
"""SQL statements that a page may run, whatever the number of criteria."""

MOST_IN_A_SAVE: Final = 10
"""The same for a save: 8, and 2 that are rare (a session marked as seen, a reason of divergence)."""
MOST_IN_A_SIGN_IN: Final = 13  # it counts tries, reads the account again, closes the session before

MOST_IN_AN_ACT: Final = 30
"""The same for an act on accounts: it holds the organisation, reads rights again, and leaves its trace."""

NOT_SENT: Final = frozenset({"submit", "button", "reset", "image"})
Fields = Mapping[str, str] | Iterable[tuple[str, str]]


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Note the statements that run meanwhile; the beginnings of transactions are none."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def words(element: Element) -> str:
    """Give what an element says, every space an ordinary one: typography is checked with the page."""
    return squeezed(text(element)).replace("\u00a0", " ").replace("\u202f", " ")


def classes(element: Element) -> set[str]:
    """Give the classes of an element."""
    return set(element.get("class", "").split())


def sent(element: Element) -> list[tuple[str, str]]:
    """List what a browser sends of the controls inside an element, its buttons left out."""
    found = []
    for control in element.iter():
        tag, name, kind = local(control), control.get("name", ""), control.get("type", "text")
        if not name or "disabled" in control.attrib or tag not in {"input", "textarea", "select"}:
            continue
        if kind in NOT_SENT or (kind in {"radio", "checkbox"} and "checked" not in control.attrib):
            continue
        found.append((name, text(control) if tag == "textarea" else control.get("value", "")))
    return found


class Criterion:
    """Read one question of a page, or of a fragment that holds it whole."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.fields = dict(sent(root))
        self.code = root.get("data-criterion", "")

    def said(self, name: str) -> list[str]:
        """List what the elements of a class say."""
        return [words(each) for each in self.root.iter() if name in classes(each)]

    @property
    def state(self) -> str:
        """Give the badge: « Répondu »."""
        (state,) = self.said("criterion__state")
        return state

    @property
    def checked(self) -> str:
        """Give the level shown as chosen, on a read-only page too."""
        chosen = (each.get("value", "") for each in self.root.iter("input") if "checked" in each.attrib)
        return next(chosen, "")

    @property
    def comment(self) -> str:
        """Give the comment shown."""
        return self.fields[f"comment.{self.code}"]

    @property
    def version(self) -> int:
        """Give the version a save would send."""
        return int(self.fields[f"version.{self.code}"])

    @property
    def prefill(self) -> str:
        """Give the level that is only shown."""
        return self.fields[f"prefill.{self.code}"]

    @property
    def saved(self) -> str:
        """Give what the result region says."""
        return " ".join(self.said("result__text"))

    def buttons(self) -> list[tuple[str, str]]:
        """List the names and values of its buttons."""
        return [
            (each.get("name", ""), each.get("value", ""))
            for each in self.root.iter()
            if local(each) == "button"
        ]

    def marked(self, mark: str) -> list[str]:
        """List the levels that carry a mark: `expected` or `target`."""
        found = []
        for level in self.root.iter():
            if "level" in classes(level) and any(f"mark--{mark}" in classes(each) for each in level.iter()):
                found += [each.get("value", "") for each in level if local(each) == "input"]
        return found


class Fetched:
    """Hold one answer, read as a document where it is one."""

    def __init__(self, response: TestResponse, statements: list[str], *, full: bool) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.statements = statements
        self.html = response.get_data(as_text=True)
        self.full = full

    @property
    def is_page(self) -> bool:
        """Say whether there is something to read: redirections and files are not pages."""
        return bool(self.html) and self.response.mimetype == "text/html" and not 300 <= self.status < 400

    @cached_property
    def document(self) -> Page:
        """Give the parsed page."""
        return html_page.parsed(self.html, full=self.full)

    @property
    def text(self) -> str:
        """Give all that the page says, every space an ordinary one."""
        return words(self.document.root)

    def one(self, tag: str, name: str = "", **attributes: str) -> Element:
        """Give the only element with this tag, this class and these attributes."""
        found = self.every(tag, name, **attributes)
        assert 1 == len(found), f"{len(found)} <{tag}> {name} {attributes}"
        return found[0]

    def every(self, tag: str, name: str = "", **attributes: str) -> list[Element]:
        """List the elements with this tag, this class and these attributes."""
        return [
            each
            for each in self.document.all(tag)
            if (not name or name in classes(each))
            and all(each.get(key.strip("_").replace("_", "-")) == value for key, value in attributes.items())
        ]

    def said(self, tag: str, name: str = "", **attributes: str) -> list[str]:
        """List what these elements say."""
        return [words(each) for each in self.every(tag, name, **attributes)]

    def by_id(self, identifier: str) -> Element:
        """Give the element of an identifier."""
        return self.document.by_identifier[identifier]

    def fields(self, **attributes: str) -> list[tuple[str, str]]:
        """List what a browser sends of a form, its buttons left out."""
        return sent(self.one("form", **attributes))

    def criterion(self, code: str) -> Criterion:
        """Give one question."""
        return Criterion(self.one("fieldset", "criterion", data_criterion=code))

    def criteria(self) -> dict[str, Criterion]:
        """Give every question, by code."""
        found = [Criterion(each) for each in self.every("fieldset", "criterion")]
        return {each.code: each for each in found}

    @property
    def announced(self) -> str:
        """Give what is read aloud, or the flash of a full page."""
        return " ".join(self.said("p", "flash")) if self.full else words(self.by_id("annonces"))


class Client:
    """Browse one application as one person; what is on the open page is kept as a browser keeps it."""

    def __init__(self, app: Flask, engine: Engine, *, base: str = "http://localhost") -> None:
        self.http: FlaskClient = app.test_client()
        self.signed_in = False
        self.base = base
        self.path = ""
        self.token = ""  # of the forms of the open page
        self.header = ""  # of htmx's requests from it
        self.typed: dict[str, str] = {}  # the fields of its questions, as they now stand
        self._engine = engine

    # -- pages

    def get(self, path: str, expect: int = 200, **options: Any) -> Fetched:
        """Open a page."""
        found = self._fetch("GET", path, expect, **options)
        if found.status == 200:
            self.path = path
        return found

    def follow(self, found: Fetched, expect: int = 200) -> Fetched:
        """Open the page a redirection leads to."""
        return self.get(found.headers["Location"], expect)

    def post(
        self, path: str, data: Fields = (), expect: int = 303, *, token: str | None = None, **options: Any
    ) -> Fetched:
        """Send a form; its token is that of the open page unless given."""
        pairs = list(data.items()) if isinstance(data, Mapping) else list(data)
        if "csrf_token" not in dict(pairs):
            pairs.append(("csrf_token", self.token if token is None else token))
        if options.get("content_type") == "multipart/form-data":
            boundary, options["data"] = encode_multipart(MultiDict(pairs))
            options["content_type"] = f'multipart/form-data; boundary="{boundary}"'
        return self._fetch("POST", path, expect, **{"data": MultiDict(pairs)} | options)

    def sign_in(self, login: str, password: str = DEMO_PASSWORD, *, then: str = "") -> Fetched:
        """Sign in from the sign-in page, and open the page that follows."""
        self.get(f"/connexion?next={quote(then, safe='')}" if then else "/connexion")
        found = self.post("/connexion", {"login": login, "password": password, "next": then})
        self.signed_in = True
        return self.follow(found)

    def sign_out(self) -> Fetched:
        """Sign out."""
        found = self.post("/deconnexion")
        self.signed_in = False
        return found

    # -- questions, as htmx saves them

    def htmx(
        self,
        path: str,
        data: Fields = (),
        expect: int = 200,
        *,
        current: str | None = None,
        token: str | None = None,
        method: str = "POST",
    ) -> Fetched:
        """Send what htmx sends from the open page."""
        headers = {
            "HX-Request": "true",
            "HX-Current-URL": self.base + (self.path if current is None else current),
            "X-CSRFToken": self.header if token is None else token,
        }
        return self._fetch(method, path, expect, full=False, data=MultiDict(dict(data)), headers=headers)

    def click(
        self,
        code: str,
        level: str | None = None,
        comment: str | None = None,
        expect: int = 200,
        **button: str,
    ) -> Fetched:
        """Answer one question of the open page, or press one of its buttons (confirm, clear, keep)."""
        if level is not None:
            self.typed[f"level.{code}"] = level
        if comment is not None:
            self.typed[f"comment.{code}"] = comment
        names = [f"{kind}.{code}" for kind in ("level", "comment", "version", "prefill")]
        fields = {name: self.typed[name] for name in names if name in self.typed}
        found = self.htmx(f"{self.path.partition('?')[0]}/{quote(code)}", fields | button, expect)
        if found.html:
            self.typed |= dict(sent(found.document.root))
        return found

    def sent_by_page(self) -> dict[str, str]:
        """Give what the form of the open page would send, as it now stands."""
        return dict(self.typed)

    # -- requests

    def _fetch(self, method: str, path: str, expect: int, *, full: bool = True, **options: Any) -> Fetched:
        with counting(self._engine) as statements:
            response = self.http.open(path, method=method, base_url=self.base, buffered=True, **options)
        opens, full = (
            full,
            full or response.data.startswith(b"<!DOCTYPE"),
        )  # an error page, which htmx does not swap
        found = Fetched(response, statements, full=full)
        assert expect == found.status, f"{method} {path}: {found.status} {found.html[:2000]}"
        most = MOST_STATEMENTS if method == "GET" else _most_in_a_post(path)
        assert most >= len(statements), f"{method} {path} runs {len(statements)}: {statements}"
        self._check(found, f"{method} {path}")
        if opens and found.is_page:
            self._read(found)
        return found

    def _check(self, found: Fetched, what: str) -> None:
        """Want every answer dressed, and every page without fault; read the open page's tokens."""
        if not found.is_page:
            headers = {**found.headers, "Content-Type": "text/html; charset=utf-8"}
            assert [] == list(html_safety.header_faults(headers, signed_in=False)), what
            return
        faults = check_page(
            found.html, headers=dict(found.headers), full=found.full, signed_in=self.signed_in
        )
        assert [] == faults, what

    def _read(self, found: Fetched) -> None:
        body = next(found.document.all("body"))
        self.header = json.loads(body.get("hx-headers", "{}")).get("X-CSRFToken", "")
        tokens = [each.get("value", "") for each in found.every("input", name_="csrf_token")]
        self.token = tokens[0] if tokens else self.token
        self.typed = {
            name: value for each in found.criteria().values() for name, value in each.fields.items()
        }


def _most_in_a_post(path: str) -> int:
    if path.startswith("/administration/import"):
        return 100_000  # a row takes some
    if path.startswith("/produits"):
        return MOST_IN_A_SAVE
    return MOST_IN_A_SIGN_IN if path.partition("?")[0] == "/connexion" else MOST_IN_AN_ACT
