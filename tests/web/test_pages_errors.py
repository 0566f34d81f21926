"""Error pages: in our frame, in French, with the right code; without the database where it is gone."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from flask import abort
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from werkzeug.exceptions import Conflict, Gone, ImATeapot, MethodNotAllowed, Unauthorized

from jalon_web.access import Access, allow
from support.client import Fetched
from support.portal import EXPERT, RESPONSIBLE, Site

SAID = {
    400: "La demande n’a pas pu être lue",
    404: "Page introuvable",
    409: "Une autre personne a modifié la même chose",
    413: "L’envoi est trop volumineux",
    429: "Trop d’essais",
    500: "Erreur de notre côté",
    503: "Service momentanément indisponible",
}


def route(site: Site, view: Callable[[], Any], access: Access = Access.PUBLIC) -> None:
    """Add a page that fails."""
    site.app.add_url_rule("/essai", "essai", allow(access)(view))


def is_ours(found: Fetched, code: int) -> None:
    """Want our frame, the right words, and nothing of the machine."""
    assert [SAID[code]] == found.said("h1")
    assert [f"Erreur {code}"] == found.said("p", "error-page__code")
    assert f"{SAID[code]} – Jalon" == found.said("title")[0]
    assert "Revenir à l’accueil" in found.text
    for word in ("Traceback", "sqlalchemy", "werkzeug", "secret", "Error"):
        assert word not in found.html


@pytest.mark.parametrize("login", ["", RESPONSIBLE])
@pytest.mark.parametrize("code", [400, 404, 409, 413, 429, 500, 503])
def test_each_error_has_its_page(site: Site, code: int, login: str) -> None:
    """Each code has its page, signed in or not."""
    route(site, lambda: abort(code))
    found = site.client(login).get("/essai", code)

    is_ours(found, code)
    named = [] if code >= 500 or not login else ["Karim Benhaddou"]
    assert named == found.said("a", "account__name")


@pytest.mark.parametrize(
    "error", [Unauthorized, MethodNotAllowed, Gone], ids=["unauthorized", "other method", "gone"]
)
def test_what_may_not_be_seen_does_not_exist(site: Site, error: Callable[[], Exception]) -> None:
    """401, 403, 405 and 410 are told as a page that does not exist."""

    def view() -> None:
        raise error()

    route(site, view)
    is_ours(site.client().get("/essai", 404), 404)


def test_a_code_nobody_thought_of(site: Site) -> None:
    """A code without words of its own has those of its family, in a page of ours."""

    def view() -> None:
        raise ImATeapot("I'm a teapot")

    route(site, view)
    found = site.client().get("/essai", 418)
    assert "teapot" not in found.html
    assert ["La demande n’a pas pu être lue"] == found.said("h1")


def test_descriptions_of_errors_are_not_shown(site: Site) -> None:
    """What the code says of an error stays in the logs."""

    def view() -> None:
        raise Conflict("row 12 of table answer")

    route(site, view)
    assert "row 12" not in site.client().get("/essai", 409).html


def test_a_view_that_fails(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A failure of ours is a page without a word of it; the trace is in the log."""

    def view() -> None:
        raise RuntimeError("secret detail")

    route(site, view)
    found = site.client(RESPONSIBLE).get("/essai", 500)

    is_ours(found, 500)
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_fails(site: Site, error: type[DBAPIError], caplog: pytest.LogCaptureFixture) -> None:
    """A database that does not answer is told as such, with when to come back."""

    def view() -> None:
        raise error("select 1", {}, Exception("disk I/O"))

    route(site, view)
    with caplog.at_level(logging.ERROR):
        found = site.client(RESPONSIBLE).get("/essai", 503)

    is_ours(found, 503)
    assert "30" == found.headers["Retry-After"]
    assert "disk I/O" in caplog.text


def gone(site: Site) -> None:
    """Take the database away."""
    site.database.close()
    path = site.database.file
    assert path is not None
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    path.mkdir()


@pytest.mark.parametrize("path", ["/", "/produits", "product", "axis", "/session", "/nulle/part"])
def test_every_page_without_database(site: Site, path: str) -> None:
    """With the database gone, every page of somebody signed in says that it is, and asks it for nothing."""
    client = site.client(RESPONSIBLE)
    places = {"product": f"/produits/{site.product()}", "axis": site.axis("A08.1")}
    gone(site)
    found = client.get(places.get(path, path), 503)

    is_ours(found, 503)
    assert [] == found.statements


def test_saving_without_database(site: Site) -> None:
    """A click while the database is gone is told to try again, so that the page keeps it."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))
    path = site.axis("A08.1")
    gone(site)

    is_ours(client.click("A08.1.1", level="3", expect=503), 503)
    is_ours(client.post(path, client.sent_by_page(), 503), 503)
    is_ours(client.post("/deconnexion", expect=503), 503)


def test_signing_in_without_database(site: Site) -> None:
    """Signing in while the database is gone says so, not that the password is wrong."""
    client = site.client()
    client.get("/connexion")
    gone(site)

    is_ours(client.post("/connexion", {"login": RESPONSIBLE, "password": "x"}, 503), 503)


def test_who_is_not_signed_in_needs_no_database(site: Site) -> None:
    """Nobody signed in: the sign-in page, files and pages that do not exist need no database."""
    gone(site)
    client = site.client()

    assert 200 == client.get("/connexion").status
    assert 404 == client.get("/nulle/part", 404).status
    assert 200 == client.http.get("/static/jalon.css", buffered=True).status_code


def test_a_database_that_comes_back(site: Site) -> None:
    """Once the database is back, so is everything: the same session, the same page."""
    client = site.client(RESPONSIBLE)
    path = site.database.file
    assert path is not None
    site.database.close()
    copy = path.with_suffix(".copy")
    shutil.copy(path, copy)
    gone(site)
    client.get("/", 503)
    path.rmdir()
    shutil.move(copy, path)

    assert 200 == client.get("/").status


def test_a_damaged_database(site: Site) -> None:
    """A file that is no database any more is an error page, without a word of it."""
    client = site.client(RESPONSIBLE)
    site.database.close()
    path = site.database.file
    assert path is not None
    path.write_bytes(b"not a database" * 1000)
    found = client.http.get("/", buffered=True)

    assert found.status_code in {500, 503}
    assert "not a database" not in found.get_data(as_text=True)


def test_a_save_that_fails_keeps_nothing_by_half(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that fails in its middle leaves the answer, its history and the scores as they were."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))
    before = site.written()

    def refuse(*_arguments: object, **_others: object) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr("jalon.services.answering.write_standing", refuse)
        client.click("A08.1.1", level="3", expect=503)
    assert before == site.written()
    assert 200 == client.click("A08.1.1", level="3").status


def test_error_pages_say_who_may_help(site: Site) -> None:
    """The page of what one may not see says whom to ask."""
    found = site.client(EXPERT).get(f"/produits/{site.product()}", 404)

    assert "Vérifiez l’adresse, ou demandez l’accès au responsable du produit." in found.text
