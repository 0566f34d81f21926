"""What is too big, malformed or impossible: a clear answer, never an error of ours, nothing typed lost."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pytest

from support.client import Client, Fetched
from support.portal import RESPONSIBLE, Site, unchanged

BIG = "x" * 1_100_000


@pytest.fixture
def client(site: Site) -> Client:
    """Open the page of an axis."""
    opened = site.client(RESPONSIBLE)
    opened.get(site.axis("A08.2"))
    return opened


def comment(site: Site, code: str = "A08.2.2") -> object:
    """Give the comment kept for a code."""
    row = site.answer(code)
    return None if row is None else row["comment"]


# -- sizes


@pytest.mark.parametrize("path", ["/connexion", "/deconnexion", "axis", "axis/A08.2.2"])
@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_too_big_is_refused(site: Site, client: Client, path: str, encoding: str) -> None:
    """More than a megabyte is refused whatever its encoding, with a page that says what to do."""
    address = path.replace("axis", site.axis("A08.2"), 1)
    with unchanged(site):
        found = client.post(address, {"comment.A08.2.2": BIG}, 413, content_type=encoding)

    assert ["L’envoi est trop volumineux"] == found.said("h1")
    assert "Rien n’a été enregistré." in found.text


def test_a_body_that_says_it_is_small(site: Site, client: Client) -> None:
    """A body longer than it declares, or that declares nothing, is never taken cut short for what was typed."""
    body = f"csrf_token={client.token}&level.A08.2.2=1&comment.A08.2.2={BIG}".encode()
    with unchanged(site):
        streamed = client.http.post(
            site.axis("A08.2"),
            input_stream=io.BytesIO(body),
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        )
        shorter = client.http.post(
            site.axis("A08.2"),
            input_stream=io.BytesIO(body),
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"CONTENT_LENGTH": "20"},
        )

    assert (400, 400) == (streamed.status_code, shorter.status_code)


def test_a_big_body_without_session_is_refused(site: Site) -> None:
    """Nobody signed in gets no more read than anybody."""
    assert 413 == site.client().post(site.axis("A08.2"), {"a": BIG}, 413).status


def test_a_full_page_of_long_comments_is_saved(site: Site, client: Client) -> None:
    """Every question of an axis with the longest comment fits within the limit."""
    texts = {f"comment.{code}": "é" * 10_000 for code in ("A08.2.1", "A08.2.2", "A08.2.3")}
    client.post(site.axis("A08.2"), client.sent_by_page() | texts)

    assert "é" * 10_000 == comment(site)


@pytest.mark.parametrize("length", [10_001, 20_000])
def test_a_comment_too_long_comes_back(site: Site, client: Client, length: int) -> None:
    """A comment that is too long is refused with its length, and comes back as it was typed."""
    typed = "à" * length
    fields = client.sent_by_page() | {"comment.A08.2.2": typed, "level.A08.2.2": "2", "level.A08.2.1": "0"}
    found = client.post(site.axis("A08.2"), fields, 422)

    criterion = found.criterion("A08.2.2")
    (said,) = criterion.said("govuk-error-message")
    assert f"Ce texte compte {length} caractères" in said
    assert (typed, "2") == (criterion.comment, criterion.checked)
    assert site.answer("A08.2.2") is None
    assert "0" == found.criterion("A08.2.1").checked
    assert found.said("title")[0].startswith("Erreur : ")


def test_a_comment_too_long_by_htmx(site: Site, client: Client) -> None:
    """The same by htmx: the page keeps what was typed and reads why."""
    with unchanged(site):
        found = client.click("A08.2.2", level="2", comment="x" * 20_000, expect=422)

    assert "Non enregistré : Ce texte compte" in found.text


# -- characters


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"),
        ("a\x01\x1b[31m\x7f\x85b", "a[31mb"),
        ("a\tb", "a\tb"),
        ("a\rb\r\nc\n", "a\nb\nc"),
        ("  a  ", "a"),
        ("e\u0301", "é"),
        ("\u202eà l’envers\u202c", "\u202eà l’envers\u202c"),
        ("👩‍⚕️ 𝔘", "👩‍⚕️ 𝔘"),
        ("<!-- --> </textarea> <script>", "<!-- --> </textarea> <script>"),
        ("\n\n premier", "premier"),
    ],
)
def test_a_comment_is_kept_as_typed(site: Site, client: Client, typed: str, kept: str) -> None:
    """A comment keeps what was typed, control characters left out, and is shown as it is kept."""
    client.post(site.axis("A08.2"), client.sent_by_page() | {"comment.A08.2.2": typed})

    assert kept == comment(site)
    assert kept == client.get(site.axis("A08.2")).criterion("A08.2.2").comment


def test_control_characters_refused_come_back_without_them(site: Site, client: Client) -> None:
    """A refused comment is shown back as a page may hold it."""
    fields = client.sent_by_page() | {"comment.A08.2.2": "\0\x08" + "x" * 10_001}
    found = client.post(site.axis("A08.2"), fields, 422)

    assert "x" * 10_001 == found.criterion("A08.2.2").comment


@pytest.mark.parametrize("name", ["level", "version", "prefill", "seen", "confirm", "clear", "keep"])
@pytest.mark.parametrize(
    "value", ["\0", "é" * 3000, "\ud7ff\uffff", "<script>", "{{7*7}}", "%00", "' OR 1=1"]
)
def test_any_value_in_any_field(site: Site, client: Client, name: str, value: str) -> None:
    """Nothing that can be put in a field of a question is an error of ours."""
    field = name if name in {"confirm", "clear", "keep"} else f"{name}.A08.2.2"
    fields = client.sent_by_page() | {field: value}

    one = client.http.post(site.axis("A08.2/A08.2.2"), data=fields, headers={"X-CSRFToken": client.header})
    whole = client.http.post(site.axis("A08.2"), data=fields | {"csrf_token": client.token})
    assert one.status_code in {200, 409, 422}
    assert whole.status_code in {303, 409, 422}


# -- values that cannot be


@pytest.mark.parametrize(
    "level", ["99", "4", "abc", "-1", "1.5", "١", "²", "1" * 5000, " 1", "na", "None", "True"]
)
def test_a_level_that_does_not_exist(site: Site, client: Client, level: str) -> None:
    """A level that the scale does not have is refused with a sentence, whole page or one question."""
    with unchanged(site):
        whole = client.post(site.axis("A08.2"), client.sent_by_page() | {"level.A08.2.2": level}, 422)
        client.get(site.axis("A08.2"))
        one = client.click("A08.2.2", level=level, expect=422)

    said = "Cette réponse n’est pas proposée pour ce critère. Choisissez un des niveaux affichés."
    assert [said] == [
        each.removeprefix("Erreur : ") for each in whole.criterion("A08.2.2").said("govuk-error-message")
    ]
    assert f"Non enregistré : {said}" in one.text


@pytest.mark.parametrize("version", ["-1", "", "abc", "99999999999999999999", "0", "2", "1.0", "１"])
def test_a_version_that_does_not_exist(site: Site, client: Client, version: str) -> None:
    """A version nobody was ever given is a stale one: the answer that stands is shown, nothing is saved."""
    with unchanged(site):
        found = client.post(
            site.axis("A08.2"),
            client.sent_by_page() | {"version.A08.2.1": version, "level.A08.2.1": "0"},
            409,
        )

    assert "Karim" in found.criterion("A08.2.1").said("govuk-error-message")[0] or "Lucie" in found.text


def test_questions_of_elsewhere_are_ignored(site: Site, client: Client) -> None:
    """Fields of other axes, of unknown codes and of nothing at all change nothing."""
    fields = {
        "version.A08.1.1": "1",
        "level.A08.1.1": "3",
        "version.inconnu": "0",
        "level.inconnu": "3",
        "version.": "0",
        "level": "3",
        "A08.2.2": "3",
        "level.A08.2.2": "3",  # without its version
    }
    with unchanged(site):
        found = client.post(site.axis("A08.2"), fields)

    assert "Aucune réponse n’a changé." == client.follow(found).announced


@pytest.mark.parametrize("order", [["0", "3"], ["3", "0"]])
def test_a_field_given_twice_counts_once(site: Site, client: Client, order: Iterable[str]) -> None:
    """Of a field given several times the first counts, on every way to save."""
    first, *_others = order
    pairs = [
        *(("level.A08.2.2", level) for level in order),
        ("version.A08.2.2", "0"),
        ("version.A08.2.2", "7"),
    ]
    client.post(site.axis("A08.2"), pairs)

    row = site.kept("A08.2.2")
    assert int(first) == row["level"]


def test_confirming_and_clearing_at_once(site: Site, client: Client) -> None:
    """Contradictory buttons on one question clear it: the least is kept."""
    client.get(site.axis("A08.3"))
    client.click("A08.3.1", confirm="A08.3.1", clear="A08.3.1")

    row = site.answer("A08.3.1")
    assert row is None or row["level"] is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"level.A08.2.2": 3}', "application/json"),
        (b"level.A08.2.2=3", "text/plain"),
        (b"\xff\xfe%ff%zz&&&===", "application/x-www-form-urlencoded"),
        (b"--nothing", "multipart/form-data"),
        (b"--b\r\nContent-Disposition: form-data; name=level\r\n\r\n3", "multipart/form-data; boundary=b"),
        (b"<xml/>", "application/xml"),
        (b"", ""),
    ],
)
def test_a_body_of_another_kind(site: Site, client: Client, body: bytes, kind: str) -> None:
    """A body that is no form of ours is refused like one without token."""
    with unchanged(site):
        found = client._fetch("POST", site.axis("A08.2"), 400, data=body, content_type=kind)

    assert ["La demande n’a pas pu être lue"] == found.said("h1")


def test_many_parts(site: Site, client: Client) -> None:
    """A form of thousands of fields is read or refused, never an error."""
    fields = {f"level.{number}": "1" for number in range(5000)}
    client.post(site.axis("A08.2"), fields, 413, content_type="multipart/form-data")
    client.get(site.axis("A08.2"))
    client.post(site.axis("A08.2"), fields)


@pytest.mark.parametrize(
    "query",
    [
        "?suivante=1",
        "?suivante=%00",
        "?suivante=" + "1" * 5000,
        "?jour=%ff",
        "?a=b&a=c",
        "?next=//evil",
        "?%",
    ],
)
def test_any_query(site: Site, client: Client, query: str) -> None:
    """No query of an address makes a page fail."""
    for path in ("/", "/produits", f"/produits/{site.product()}", site.axis("A08.2")):
        assert client.http.get(path + query).status_code in {200, 302}


def shown_back(found: Fetched, code: str) -> tuple[str, str]:
    """Give what a page shows of what was typed."""
    return found.criterion(code).checked, found.criterion(code).comment


def test_what_was_typed_elsewhere_on_a_refused_page_is_saved(site: Site, client: Client) -> None:
    """One refused answer does not lose the others: they are saved, and shown as such."""
    fields = client.sent_by_page() | {
        "level.A08.2.1": "99",
        "comment.A08.2.1": "Gardé à l’écran",
        "level.A08.2.2": "3",
        "comment.A08.2.2": "Enregistré",
    }
    found = client.post(site.axis("A08.2"), fields, 422)

    assert ("", "Gardé à l’écran") == shown_back(found, "A08.2.1")
    assert ("3", "Enregistré") == shown_back(found, "A08.2.2")
    assert "Enregistré à 10 h 00" == found.criterion("A08.2.2").saved
    assert "Enregistré" == comment(site)
