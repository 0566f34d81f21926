"""Sessions end; what was being typed when one does is not lost."""

from __future__ import annotations

import pytest

from jalon.storage.tables import AccountSession
from jalon_web.cli.demo import DEMO_PASSWORD
from support.client import Client, Fetched
from support.portal import RESPONSIBLE, STRANGER, Site, unchanged

TYPED = "Deux lignes,\r\n« guillemets » & <balises> \"droites\" 'simples' ✓"
KEPT = "Deux lignes,\n« guillemets » & <balises> \"droites\" 'simples' ✓"


@pytest.fixture
def client(site: Site) -> Client:
    """Open the page of an axis, then let half an hour pass."""
    opened = site.client(RESPONSIBLE)
    opened.get(site.axis("A08.1"))
    site.clock.advance(minutes=30)
    opened.signed_in = False
    return opened


def carried(found: Fetched) -> dict[str, str]:
    """Give the fields that a page carries along."""
    return {name: value for name, value in found.fields(method="post") if name.startswith("kept.")}


def sign_in_again(client: Client, found: Fetched, login: str = RESPONSIBLE, expect: int = 200) -> Fetched:
    """Fill in the sign-in page that took the place of the page asked."""
    fields = [pair for pair in found.fields(action="/connexion") if pair[0] not in {"login", "password"}]
    answer = client.post("/connexion", [*fields, ("login", login), ("password", DEMO_PASSWORD)], expect)
    client.signed_in = True
    return answer


# -- when a session ends


def test_a_session_ends_after_half_an_hour_of_nothing(site: Site) -> None:
    """A session lasts 30 minutes after its last page, not a second more."""
    client = site.client(RESPONSIBLE)
    site.clock.advance(minutes=29, seconds=59)
    assert 200 == client.get("/").status
    site.clock.advance(minutes=29, seconds=59)
    assert 200 == client.get("/").status
    site.clock.advance(minutes=30)
    assert 302 == client.get("/", 302).status


def test_a_session_ends_after_twelve_hours_of_work(site: Site) -> None:
    """Twelve hours after the sign-in the session ends, however busy one is."""
    client = site.client(RESPONSIBLE)
    for _ in range(35):
        site.clock.advance(minutes=20)
        client.get("/session", 204)
    site.clock.advance(minutes=19, seconds=59)
    assert 200 == client.get("/").status
    site.clock.advance(seconds=1)
    assert 302 == client.get("/", 302).status


def test_the_end_is_told_to_the_page(site: Site) -> None:
    """A page says when its session ends; staying signed in, and each save, moves that end."""
    client = site.client(RESPONSIBLE)
    begun = int(site.clock().timestamp())
    assert str(begun + 1800) == client.get(site.axis("A08.1")).one("body").get("data-session-ends")

    site.clock.advance(minutes=10)
    assert str(begun + 2400) == client.get("/session", 204).headers["X-Session-Ends"]
    site.clock.advance(minutes=10)
    assert str(begun + 3000) == client.click("A08.1.1", level="2").headers["X-Session-Ends"]


def test_a_refused_request_does_not_prolong(site: Site) -> None:
    """Once over, a session stays over: asking again does not bring it back."""
    client = site.client(RESPONSIBLE)
    site.clock.advance(minutes=31)
    client.get("/", 302)
    site.clock.advance(minutes=-10)

    (row,) = site.rows(AccountSession)
    assert 21 == (site.clock() - row["seen_at"]).total_seconds() // 60


# -- pages and parts of pages


def test_a_page_asks_to_sign_in_and_comes_back(site: Site, client: Client) -> None:
    """A page asked once the session is over leads to the sign-in page, and back."""
    found = client.get(site.axis("A08.1") + "?suivante=1", 302)

    shown = client.follow(found)
    assert site.axis("A08.1") + "?suivante=1" == shown.one("input", name_="next").get("value")
    assert [] == shown.every("p", "notice")


def test_a_save_by_htmx_sends_the_page_to_sign_in(site: Site, client: Client) -> None:
    """A click once the session is over saves nothing, and swaps nothing in: the whole page goes to sign in."""
    with unchanged(site):
        found = client.click("A08.1.1", level="3", expect=401)

    assert "" == found.html
    to = found.headers["HX-Redirect"]
    assert f"/connexion?next={site.axis('A08.1')}" == to
    assert site.axis("A08.1") == client.get(to).one("input", name_="next").get("value")


@pytest.mark.parametrize(
    "current",
    [
        "",
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example//evil.example",
        "javascript:alert(1)",
        "http://[",
        "\\",
    ],
)
def test_htmx_comes_back_inside_the_site(site: Site, client: Client, current: str) -> None:
    """The address htmx says it comes from leads nowhere but into this site."""
    client.base = ""
    headers = {"HX-Request": "true", "HX-Current-URL": current}
    found = client.http.post(site.axis("A08.1/A08.1.1"), headers=headers)

    assert (401, "/connexion?next=/") == (found.status_code, found.headers["HX-Redirect"])


# -- a plain form


def test_what_was_posted_is_carried_through_the_sign_in(site: Site, client: Client) -> None:
    """A whole page posted too late is asked again to who signs in, then saved as it was typed."""
    with unchanged(site):
        fields = client.sent_by_page() | {"level.A08.1.1": "3", "comment.A08.1.1": TYPED}
        over = client.post(site.axis("A08.1"), fields, 401)
        assert "votre saisie n’est pas perdue" in over.text
        shown = {f"kept.{name}": value.replace("\r\n", "\n") for name, value in fields.items()}
        assert shown == carried(over)
        again = sign_in_again(client, over)
        assert ["Reprendre l’enregistrement"] == again.said("h1")

    saved = client.post(site.axis("A08.1"), again.fields(action=site.axis("A08.1")))
    answer = site.kept("A08.1.1")
    assert (3, KEPT, 2) == (answer["level"], answer["comment"], answer["version"])
    assert "Enregistré à 10 h 30." == client.follow(saved).announced


@pytest.mark.parametrize("button", [{"confirm_all": "1"}, {"confirm": "A08.5.23"}])
def test_the_button_pressed_is_carried_too(site: Site, button: dict[str, str]) -> None:
    """Pressing « Confirmer » too late confirms once one is back."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.5.C"))
    site.clock.advance(minutes=31)
    client.signed_in = False
    over = client.post(site.axis("A08.5.C"), client.sent_by_page() | button, 401)
    again = sign_in_again(client, over)
    client.post(site.axis("A08.5.C"), again.fields(action=site.axis("A08.5.C")))

    answer = site.kept("A08.5.23")
    assert 2 == answer["level"]


def test_a_wrong_password_loses_nothing(site: Site, client: Client) -> None:
    """What is carried stays through a wrong password and an empty form."""
    over = client.post(site.axis("A08.1"), client.sent_by_page() | {"comment.A08.1.1": TYPED}, 401)
    fields = [pair for pair in over.fields(action="/connexion") if pair[0] != "login"]
    for password in ("faux", ""):
        again = client.post("/connexion", [*fields, ("login", RESPONSIBLE), ("password", password)], 422)
        assert carried(over) == carried(again)


@pytest.mark.parametrize("token", ["", "faux", "IjEyMyI.aaaa.bbbb"])
def test_only_our_own_forms_are_carried(site: Site, client: Client, token: str) -> None:
    """A form that another site made us receive is not carried: signing in asks nothing more."""
    over = client.post(site.axis("A08.1"), {"level.A08.1.1": "0", "version.A08.1.1": "1"}, 401, token=token)

    assert {} == carried(over)
    found = sign_in_again(client, over, expect=303)
    assert site.axis("A08.1") == found.headers["Location"]


def test_what_is_carried_never_leaves_the_site(site: Site, client: Client) -> None:
    """Fields carried towards another site are dropped with its address."""
    client.get("/connexion")
    fields = {"login": RESPONSIBLE, "password": DEMO_PASSWORD, "next": "//evil.example", "kept.a": "secret"}

    assert "/" == client.post("/connexion", fields).headers["Location"]


def test_another_account_does_not_take_it_over(site: Site, client: Client) -> None:
    """Who signs in instead and may not see the product saves nothing with what another typed."""
    over = client.post(site.axis("A08.1"), client.sent_by_page() | {"level.A08.1.1": "0"}, 401)
    again = sign_in_again(client, over, STRANGER)

    with unchanged(site):
        client.post(site.axis("A08.1"), again.fields(action=site.axis("A08.1")), 404)


def test_the_answer_of_another_meanwhile_is_not_overwritten(site: Site, client: Client) -> None:
    """What was carried and has become stale is refused like any other, with both answers shown."""
    over = client.post(site.axis("A08.1"), client.sent_by_page() | {"level.A08.1.1": "3"}, 401)
    other = site.client("lucie.ferrand")
    other.get(site.axis("A08.1"))
    other.click("A08.1.1", level="0")
    again = sign_in_again(client, over)

    found = client.post(site.axis("A08.1"), again.fields(action=site.axis("A08.1")), 409)
    assert "Lucie Ferrand a modifié cette réponse" in found.text
    assert "3" == found.criterion("A08.1.1").checked


def test_signing_out_of_a_session_already_over(site: Site, client: Client) -> None:
    """« Se déconnecter » once the session is over shows the sign-in page, with nothing to take up again."""
    found = client.follow(client.post("/deconnexion"))

    assert ["Se connecter"] == found.said("h1")
    assert "" == found.one("input", name_="next").get("value")


def test_values_posted_twice_are_carried_twice(site: Site, client: Client) -> None:
    """A field given several times is carried as often."""
    over = client.post(site.axis("A08.1"), [("x", "1"), ("x", "2")], 401)

    assert [("kept.x", "1"), ("kept.x", "2")] == [
        pair for pair in over.fields(action="/connexion") if pair[0] == "kept.x"
    ]
