"""Everything without JavaScript: a form is filled, sent, and says what became of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from support.chromium import Window, opened
from support.live import Live, Question, sign_in
from support.portal import SHARED


@pytest.fixture
def plain(browser: Browser) -> Iterator[Window]:
    """Open a window that refuses scripts; a refused form is no fault."""
    with opened(browser, javascript=False, refused=[401, 409, 422]) as one:
        yield one


def test_three_answers(live: Live, plain: Window) -> None:
    """One signs in, gives three answers and saves them; what was only pre-filled stays to be confirmed."""
    page = live.open(plain, live.site.axis("A08.5.P"))
    sign_in(page)
    prefilled = Question(page, "A08.5.01")
    expect(prefilled.state).to_have_text("Pré-rempli, à confirmer")
    for code, level in (("A08.5.02", 2), ("A08.5.03", 1), ("A08.5.04", 0)):
        Question(page, code).level(level).check()
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()

    expect(page.get_by_role("status").filter(has_text="3 réponses enregistrées.")).to_be_visible()
    assert ["2", "1", "0"] == [Question(page, code).checked for code in ("A08.5.02", "A08.5.03", "A08.5.04")]
    expect(prefilled.state).to_have_text("Pré-rempli, à confirmer")
    assert live.site.answer("A08.5.01") is None


def test_confirm_then_clear(live: Live, plain: Window) -> None:
    """One pre-filled answer is confirmed, then cleared, each by its own button."""
    page = live.enter(plain, live.site.axis("A08.3"))
    question = Question(page, "A08.3.1")
    question.button("Confirmer").click()
    expect(page.get_by_role("status").filter(has_text="Enregistré à")).to_be_visible()
    expect(question.state).to_have_text("Répondu")
    assert (3, "3") == (live.level("A08.3.1"), question.checked)

    question.button("Effacer ma réponse").click()
    expect(question.state).to_have_text("Pré-rempli, à confirmer")
    assert live.level("A08.3.1") is None


@pytest.mark.slow
def test_two_people(browser: Browser, live: Live, plain: Window) -> None:
    """The slower of two people is told who answered what; nothing is lost, and saving again keeps one's own."""
    page = live.enter(plain, live.site.axis("A08.3"))
    question = Question(page, "A08.3.3")
    with opened(browser) as other:
        quicker = Question(live.enter(other, live.site.axis("A08.3"), SHARED), "A08.3.3")
        quicker.level(1).click()
        quicker.wait_saved()
    question.level(3).check()
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()

    expect(page.get_by_role("alert")).to_contain_text("Lucie Ferrand a modifié cette réponse")
    assert page.title().startswith("Erreur\u00a0: ")
    assert ("3", 1) == (question.checked, live.level("A08.3.3"))
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.get_by_role("status").filter(has_text="Enregistré à")).to_be_visible()
    assert 3 == live.level("A08.3.3")


@pytest.mark.slow
def test_a_session_that_ends(live: Live, plain: Window) -> None:
    """What is sent after the end of the session is carried over the sign-in, and saved by one more click."""
    page = live.enter(plain, live.site.axis("A08.3"))
    Question(page, "A08.3.3").level(2).check()
    live.site.clock.advance(minutes=31)
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.get_by_text("Votre session était terminée")).to_be_visible()
    sign_in(page)
    page.get_by_role("button", name="Enregistrer ma saisie").click()

    expect(page.get_by_role("status").filter(has_text="Enregistré à")).to_be_visible()
    assert 2 == live.level("A08.3.3")
