"""Sessions that end while one works: what was typed is found again, by its author only."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from support.chromium import opened
from support.live import Live, Question, sign_in
from support.portal import RESPONSIBLE, SHARED

TYPED = "La documentation de l’API est publiée."


@pytest.mark.slow
@pytest.mark.parametrize("how", ["late", "ended"])
def test_what_was_typed_is_saved_after_the_sign_in(browser: Browser, live: Live, how: str) -> None:
    """A comment and a level given after the end of the session are restored, saved and announced."""
    with opened(browser, refused=[401]) as window:
        page = live.enter(window, live.site.axis("A08.3"))
        question = Question(page, "A08.3.2")
        question.write(TYPED)
        if how == "late":
            live.site.clock.advance(minutes=31)
        else:
            live.end_sessions()
        question.level(2).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
        sign_in(page)
        expect(
            page.get_by_text("1 réponse saisie avant la fin de votre session a été enregistrée.").first
        ).to_be_visible()
        expect(page.locator("#annonces")).to_contain_text("1 réponse saisie avant la fin")
        row = live.site.answer("A08.3.2")

        assert page.url.endswith(live.site.axis("A08.3"))
        assert ("2", TYPED) == (question.checked, question.comment.input_value())
        assert row is not None
        assert (2, TYPED) == (row["level"], row["comment"])
        expect(question.result).to_contain_text("Enregistré à")


@pytest.mark.slow
def test_another_person_does_not_get_them(browser: Browser, live: Live) -> None:
    """Who signs in instead, in the same window, finds nothing of what the other typed; the other still does."""
    with opened(browser, refused=[401]) as window:
        page = live.enter(window, live.site.axis("A08.3"))
        question = Question(page, "A08.3.2")
        question.write(TYPED)
        live.end_sessions()
        question.level(2).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
        sign_in(page, SHARED)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Connexions")
        expect(page.locator(".account__name")).to_have_text("Lucie Ferrand")
        assert ("", "") == (question.checked, question.comment.input_value())
        assert live.site.answer("A08.3.2") is None

        page.get_by_role("button", name="Se déconnecter").click()
        sign_in(page, RESPONSIBLE)
        live.open(window, live.site.axis("A08.3"))
        expect(page.get_by_text("1 réponse saisie avant la fin").first).to_be_visible()
        assert ("2", TYPED) == (question.checked, question.comment.input_value())


@pytest.mark.slow
def test_the_end_is_warned(browser: Browser, live: Live) -> None:
    """Two minutes before the end a region asks; one click prolongs the session and hides it."""
    with opened(browser) as window:
        window.page.clock.install()
        page = live.enter(window, live.site.axis("A08.3"))
        warning = page.locator("#session")
        page.clock.fast_forward("27:50")
        expect(warning).to_be_hidden()
        page.clock.fast_forward("00:12")
        expect(warning).to_be_visible()
        expect(page.locator("#annonces")).to_have_text("Votre session se termine dans 2 minutes.")
        live.site.clock.advance(minutes=28, seconds=2)
        page.get_by_role("button", name="Rester connecté").click()
        expect(warning).to_be_hidden()
        expect(page.locator("#annonces")).to_have_text("Votre session est prolongée.")

        page.clock.fast_forward("10:00")
        live.site.clock.advance(minutes=10)
        question = Question(page, "A08.3.2")
        question.level(2).click()
        expect(question.result).to_contain_text("Enregistré à")


@pytest.mark.slow
def test_a_session_that_is_over_says_so(browser: Browser, live: Live) -> None:
    """Left alone until the end, the page says it and leads back to the sign-in page, what was typed kept."""
    with opened(browser, refused=[401]) as window:
        window.page.clock.install()
        page = live.enter(window, live.site.axis("A08.3"))
        question = Question(page, "A08.3.2")
        page.clock.fast_forward("28:02")
        page.clock.fast_forward("02:01")
        live.site.clock.advance(minutes=31)
        expect(page.locator("#session")).to_contain_text("Votre session est terminée")
        question.write(TYPED)
        page.get_by_role("button", name="Se reconnecter").click()
        sign_in(page)
        expect(page.get_by_text("1 réponse saisie avant la fin").first).to_be_visible()
        assert TYPED == question.comment.input_value()
