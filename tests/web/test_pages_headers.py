"""What every answer carries: pages, parts of pages, files, redirections, errors."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from support.portal import RESPONSIBLE, SHARED, Site

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
DRESSED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

ANSWERS = {
    "page": ("GET", "/produits", 200),
    "product": ("GET", "product", 200),
    "axis": ("GET", "axis", 200),
    "nothing": ("GET", "/session", 204),
    "redirection": ("GET", "/connexion", 302),
    "not found": ("GET", "/nulle/part", 404),
    "other method": ("PUT", "/", 404),
    "no token": ("POST", "axis", 400),
    "static": ("GET", "/static/jalon.css", 200),
    "static not found": ("GET", "/static/absent.css", 404),
    "static outside": ("GET", "/static/../factory.py", 404),
    "static encoded": ("GET", "/static/..%2ffactory.py", 404),
    "static template": ("GET", "/static/%2e%2e/templates/base.html", 404),
}


def asked(site: Site, name: str, login: str = RESPONSIBLE) -> TestResponse:
    """Ask for one kind of answer."""
    method, path, expect = ANSWERS[name]
    places = {"axis": site.axis("A08.1"), "product": f"/produits/{site.product()}"}
    client = site.client(login)
    response = client.http.open(places.get(path, path), method=method, buffered=True)
    assert expect == response.status_code
    return response


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_dressed(site: Site, name: str) -> None:
    """Every answer forbids what our pages do not need, whatever it is the answer to."""
    headers = asked(site, name).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))

    assert policy == POLICY
    assert {name: headers[name] for name in DRESSED} == DRESSED
    assert headers["Permissions-Policy"].startswith("camera=()")
    assert "Server" not in headers
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("name", [name for name in ANSWERS if not name.startswith("static")])
def test_no_page_is_kept(site: Site, name: str) -> None:
    """Pages are those of one person: no browser or proxy keeps them."""
    assert "no-store" == asked(site, name).headers["Cache-Control"]


def test_a_file_of_a_page_is_kept_for_ever(site: Site) -> None:
    """The files that pages name carry a digest in their address: they never need to be asked again."""
    page = site.client(SHARED).get("/")
    named = {*re.findall(r'(?:href|src)="(/static/[^"]+)"', page.html)}
    assert 5 <= len(named)
    for address in named:
        assert re.fullmatch(r"/static/[\w./-]+\?v=[0-9a-f]{12}", address)
        response = site.client().http.get(address, buffered=True)
        assert 200 == response.status_code
        assert "public, max-age=31536000, immutable" == response.headers["Cache-Control"]
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("address", ["/static/jalon.css", "/static/absent.css?v=1"])
def test_other_files_are_not(site: Site, address: str) -> None:
    """A file without digest, or that is not there, is not kept for ever."""
    response = site.client().http.get(address, buffered=True)

    assert "immutable" not in response.headers.get("Cache-Control", "")


def test_a_wrong_digest_is_not_kept(site: Site) -> None:
    """A digest that is not that of the file, as a page of before an update names, is not kept for ever."""
    response = site.client().http.get("/static/jalon.css?v=000000000000", buffered=True)

    assert "immutable" not in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize("path", ["jalon.css", "jalon.js", "jalon.svg", "vendor/htmx/htmx.min.js"])
def test_files_say_what_they_are(site: Site, path: str) -> None:
    """Each file has its type: with `nosniff`, a browser runs nothing that is not declared a script."""
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    response = site.client().http.get(f"/static/{path}", buffered=True)

    assert kinds[path.rpartition(".")[2]] == response.mimetype


def test_pages_are_the_same_without_javascript_or_in_english(site: Site) -> None:
    """The language a browser prefers changes nothing yet: the pages are in French."""
    client = site.client(RESPONSIBLE)
    plain = client.get("/produits")
    english = client.get("/produits", headers={"Accept-Language": "en-GB,en"})

    assert plain.text == english.text


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/..", "/\\evil.example"])
def test_a_path_that_looks_like_a_host_leads_nowhere_else(site: Site, path: str) -> None:
    """A path of two slashes is not taken for another site when the address is put right."""
    client = site.client(RESPONSIBLE)
    response = client.http.open("/", environ_overrides={"PATH_INFO": path}, buffered=True)

    assert response.status_code in {308, 404}
    assert response.headers.get("Location", "http://localhost/").startswith("http://localhost/")
