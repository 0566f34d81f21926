"""Bad input, everywhere: hostile text in every field, columns nobody asked for, addresses that lead away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import select

from jalon.storage.tables import METADATA, Account
from support.client import Client, sent
from support.portal import ADMINISTRATOR, EXPERT, HEAD, Site

HOSTILE: Final = {
    "nul": "a\x00b",
    "surrogate": "a\ud800b",
    "right to left": "a\u202eb",
    "isolate": "\u2066abc\u2069",
    "zero width": "a\u200bb",
    "bell": "a\x07b",
    "non-character": "a\uffffb",
    "long": "x" * 900_000,
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }}{% raw %}%(nom)s${7*7}",
    "sql": "' OR 1=1; DROP TABLE account; --",
    "formula": "=cmd|' /C calc'!A0",
    "lines": "a\r\nBcc: x@y.example\r\n\r\nb",
    "combining": "e" + "\u0301" * 500,
    "emoji": "👩‍⚕️" * 50,
    "empty": "",
    "spaces": " \u00a0\u2003 ",
    "number": "9" * 400,
    "negative": "-1",
}
COLUMNS: Final = sorted({column.name for table in METADATA.sorted_tables for column in table.columns})
AWAY: Final = (
    "https://ailleurs.example",
    "//ailleurs.example",
    "///ailleurs.example",
    "////ailleurs.example",
    "/\\ailleurs.example",
    "\\\\ailleurs.example",
    "/\t/ailleurs.example",
    "\t//ailleurs.example",
    "/\n/ailleurs.example",
    "http:ailleurs.example",
    "http:/ailleurs.example",
    "https:\\\\ailleurs.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2f%2failleurs.example",
    "/%5cailleurs.example\\..",
    "ailleurs.example",
    " //ailleurs.example",
    "@ailleurs.example",
    "//ailleurs.example%2f@localhost",
)
FORMS: Final = (
    (HEAD, "/comptes/nouveau", "/comptes/nouveau"),
    (HEAD, "/comptes/{expert}", "/comptes/{expert}"),
    (HEAD, "/comptes/{expert}/deplacer", "/comptes/{expert}/deplacer"),
    (HEAD, "/comptes/produits", "/comptes/produits"),
    (HEAD, "/organisation/parcours", "/organisation/parcours"),
    (EXPERT, "/mon-compte/produits", "/mon-compte/produits"),
    (EXPERT, "/mon-compte/mot-de-passe", "/mon-compte/mot-de-passe"),
    (EXPERT, "/mon-compte/adresse", "/mon-compte/adresse"),
    (EXPERT, "/mon-compte/second-facteur", "/mon-compte/second-facteur/activer"),
    (ADMINISTRATOR, "/administration/organisations/nouvelle", "/administration/organisations/nouvelle"),
    (ADMINISTRATOR, "/administration/comptes/nouveau/authority", "/administration/comptes/nouveau/authority"),
    (ADMINISTRATOR, "/administration/import", "/administration/import/importer"),
    ("", "/inscription", "/inscription"),
    ("", "/connexion", "/connexion"),
)
"""Who fills in a form, where it is shown, and where it is sent."""

QUIET: Final = frozenset({"trace", "account_session", "sign_in_failure", "account_link"})


def content(site: Site) -> dict[str, list[Any]]:
    """Read everything, but what any try leaves."""
    with site.database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
            if table.name not in QUIET
        }


def form(site: Site, login: str, shown: str, action: str) -> tuple[Client, str, dict[str, str]]:
    """Open a form; give its client, its address and what it would send."""
    expert = str(site.rows(Account, login=EXPERT)[0]["id"])
    client = site.client(login)
    page = client.get(shown.format(expert=expert))
    fields: dict[str, str] = {}
    for each in page.document.all("form"):
        if each.get("method") == "post" and each.get("action") != "/deconnexion":
            fields |= dict(sent(each))
    return client, action.format(expert=expert), fields


def post(client: Client, path: str, fields: dict[str, str]) -> Any:
    """Send a form as written, half characters included."""
    body = "&".join(
        f"{quote(name)}={quote(value, safe='', errors='surrogatepass')}" for name, value in fields.items()
    )
    return client.http.post(
        path, data=body, content_type="application/x-www-form-urlencoded", base_url=client.base, buffered=True
    )


NAMES: Final = (
    "name",
    "email",
    "login",
    "organisation",
    "message",
    "wanted",
    "current",
    "typed",
    "code",
    "above",
)
OTHERS: Final = ("shown", "given.1-1", "plugin", "profile", "rights", "sheet", "password", "next", "answer")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("login", "shown", "action"), FORMS, ids=[action for _login, _shown, action in FORMS]
)
def test_hostile_text_is_told(site: Site, login: str, shown: str, action: str, text: str) -> None:
    """Whatever is typed in every field of a form: a clear page, never a failure of ours, nothing changed."""
    client, path, fields = form(site, login, shown, action)
    before = content(site)
    hostile = {name: HOSTILE[text] for name in {*fields, *NAMES, *OTHERS} - {"csrf_token"} if len(name) < 40}
    if text == "long":  # one field at a time: the whole form would only meet the limit of its size
        hostile = dict.fromkeys(hostile, "x") | {"name": HOSTILE[text], "wanted": "x" * 50_000}
    found = post(client, path, {**hostile, "csrf_token": client.token})

    assert found.status_code < 500, found.get_data(as_text=True)[:500]
    assert "<script>alert(1)" not in found.get_data(as_text=True)
    if found.status_code >= 400:
        assert "<h1" in found.get_data(as_text=True)
        assert before == content(site)


def columns() -> Iterator[tuple[str, str]]:
    """Give every column of every table with a value that would matter."""
    for name in COLUMNS:
        yield name, {"kind": "administrator", "is_on": "1", "password": "x"}.get(name, "1")


@pytest.mark.parametrize(
    ("login", "shown", "action"), FORMS, ids=[action for _login, _shown, action in FORMS]
)
def test_columns_nobody_asks_for_are_ignored(site: Site, login: str, shown: str, action: str) -> None:
    """Every column of every table posted beside a form's own fields: none reaches its row."""
    client, path, fields = form(site, login, shown, action)
    before = {row["id"]: dict(row) for row in site.rows(Account)}
    found = post(client, path, {**dict(columns()), **fields, "csrf_token": client.token})
    assert found.status_code < 500
    kept = ("kind", "organisation_id", "password", "totp_secret", "deleted_at", "suspended_at", "login_key")
    for row in site.rows(Account):
        if row["id"] in before:
            assert [before[row["id"]][name] for name in kept] == [row[name] for name in kept]
        else:
            assert row["kind"] == "member"


@pytest.mark.parametrize("address", AWAY)
def test_nobody_is_led_away(site: Site, address: str) -> None:
    """After signing in one stays on this site, however `next` is written."""
    client = site.client()
    client.get("/connexion")
    fields = {
        "login": HEAD,
        "password": "Convergence-2026",
        "next": address,
        "csrf_token": client.token,
    }
    location = post(client, "/connexion", fields).headers["Location"]
    parts = urlsplit(location)
    assert ("", "") == (parts.scheme, parts.netloc)
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("number", ["0", "2147483648", "9223372036854775808", "9" * 60, "1.0", "-1", "1e3"])
@pytest.mark.parametrize(
    ("login", "path"),
    [
        (HEAD, "/comptes/{n}"),
        (HEAD, "/comptes/{n}/supprimer"),
        (HEAD, "/comptes/{n}/deplacer"),
        (HEAD, "/produits/{n}"),
        (ADMINISTRATOR, "/administration/organisations/{n}"),
        (ADMINISTRATOR, "/administration/comptes/{n}"),
        (ADMINISTRATOR, "/administration/demandes/{n}"),
    ],
)
def test_numbers_out_of_range_are_nobody_s(either_site: Site, login: str, path: str, number: str) -> None:
    """A number no row can have is that of nothing, on both databases."""
    client = either_site.client(login)
    assert 404 == client.http.get(path.format(n=number), base_url=client.base).status_code
