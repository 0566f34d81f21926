"""Answers are saved as they are given: nothing is lost, nothing moves, and each one is told."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from support.chromium import Window, opened
from support.live import STOPPED, Live, Question, excused
from support.portal import SHARED

SAVED_AT: Final = re.compile(r"^Enregistré à \d{1,2}\sh\s\d\d\.")
UNSAVED: Final = "Non enregistré\u00a0: le serveur ne répond pas"
TEN: Final = {
    "A08.2": {"A08.2.1": 1, "A08.2.2": 3, "A08.2.3": 0},
    "A08.3": {"A08.3.1": 2, "A08.3.2": 1, "A08.3.3": 3},
    "A08.5.P": {"A08.5.01": 1, "A08.5.02": 2, "A08.5.03": 0, "A08.5.04": 3},
}
MOVES: Final = 2
"""Pixels that what one looks at may move by while an answer is saved."""


def codes(page: Page) -> list[str]:
    """List the questions of a page."""
    found = page.locator("[data-criterion]").evaluate_all("all => all.map(each => each.dataset.criterion)")
    return [str(each) for each in found]


@pytest.mark.slow
def test_ten_answers(live: Live, window: Window) -> None:
    """Ten clicks on three pages make ten answers, there again when one comes back."""
    live.enter(window, "/")
    for axis, levels in TEN.items():
        page = live.open(window, live.site.axis(axis))
        for code, level in levels.items():
            question = Question(page, code)
            question.level(level).click()
            question.wait_saved()
            expect(question.state).not_to_have_text("Sans réponse")
    for axis, levels in TEN.items():
        page = live.open(window, live.site.axis(axis))
        assert {code: str(level) for code, level in levels.items()} == {
            code: Question(page, code).checked for code in levels
        }


@pytest.mark.parametrize("width", [1280, 320])
def test_an_answer_is_told_and_nothing_moves(browser: Browser, live: Live, width: int) -> None:
    """Progress follows without a reload, the sentence is read aloud, and the radio stays where it was."""
    with opened(browser, width=width) as window:
        page = live.enter(window, live.site.axis("A08.2"))
        before = page.locator("#progress-axis .progress__text").inner_text()
        code = next(each for each in codes(page) if not Question(page, each).checked)
        question = Question(page, code)
        radio = question.level(2)
        radio.scroll_into_view_if_needed()
        place = radio.bounding_box()
        radio.click()
        question.wait_saved()
        expect(page.locator("#annonces")).to_have_text(SAVED_AT)
        after = radio.bounding_box()

        assert ("2\u00a0réponses sur 3", "3\u00a0réponses sur 3") == (
            before,
            page.locator("#progress-axis .progress__text").inner_text(),
        )
        expect(page.locator(".axes__link[aria-current] .axes__numbers")).to_contain_text("3/3")
        assert place is not None
        assert after is not None
        assert MOVES >= abs(after["y"] - place["y"])


@pytest.mark.parametrize("width", [1280, 320])
def test_confirming_moves_nothing(browser: Browser, live: Live, width: int) -> None:
    """Where a pre-filled answer is confirmed, its question and the next one stay where they were."""
    with opened(browser, width=width) as window:
        page = live.enter(window, live.site.axis("A08.3"))
        question, following = Question(page, "A08.3.1"), Question(page, "A08.3.2")
        question.button("Confirmer").scroll_into_view_if_needed()
        before = (question.top(), following.top())
        question.button("Confirmer").click()
        question.wait_saved()
        expect(question.state).to_have_text("Répondu")
        after = (question.top(), following.top())

        assert [True, True] == [MOVES >= abs(one - other) for one, other in zip(before, after, strict=True)]


def test_the_last_click_counts(live: Live, window: Window) -> None:
    """Clicks that follow each other faster than the server answers end with the last one."""
    page = live.enter(window, live.site.axis("A08.5.P"))
    question = Question(page, "A08.5.02")
    for level in (0, 1, 2, 3, 1):
        question.level(level).click(no_wait_after=True)
    expect(page.locator(".result__text--busy")).to_have_count(0)
    question.wait_saved()
    row = live.site.answer("A08.5.02")

    assert row is not None
    assert (1, "1") == (row["level"], question.checked)


def test_many_clicks_at_once(live: Live, window: Window) -> None:
    """Several questions answered in one go are all saved."""
    page = live.enter(window, live.site.axis("A08.5.P"))
    wanted = {"A08.5.01": 1, "A08.5.02": 2, "A08.5.03": 0, "A08.5.04": 3}
    page.evaluate(
        """wanted => Object.entries(wanted).forEach(([code, level]) =>
            document.querySelector(`[data-criterion="${code}"] .level__input[value="${level}"]`).click())""",
        wanted,
    )
    for code in wanted:
        Question(page, code).wait_saved()

    assert wanted == {code: live.level(code) for code in wanted}


@pytest.mark.slow
def test_a_server_that_stops(live: Live, window: Window) -> None:
    """While the server is away the answer stays on the page, which says so; it is saved by a click or by itself."""
    page = live.enter(window, live.site.axis("A08.3"))
    by_hand, by_itself = Question(page, "A08.3.2"), Question(page, "A08.3.3")
    live.stop()
    by_hand.level(2).click()
    expect(by_hand.result).to_contain_text(UNSAVED)
    expect(page.locator("#annonces")).to_contain_text(f"A08.3.2 – {UNSAVED}")
    assert "2" == by_hand.checked
    live.start()
    by_hand.button("Réessayer").click()
    by_hand.wait_saved()
    live.stop()
    by_itself.level(1).click()
    expect(by_itself.result).to_contain_text(UNSAVED)
    live.start()
    by_itself.wait_saved()
    excused(window, *STOPPED)

    assert [2, 1] == [live.level(code) for code in ("A08.3.2", "A08.3.3")]


def test_leaving_with_something_unsaved(live: Live, window: Window) -> None:
    """The browser asks before it leaves a page that holds something unsaved; not otherwise."""
    page = live.enter(window, live.site.axis("A08.3"))
    live.stop()
    question = Question(page, "A08.3.2")
    question.level(2).click()
    expect(question.result).to_contain_text(UNSAVED)
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert "beforeunload" == asked.value.type
    asked.value.dismiss()
    assert "2" == question.checked
    live.start()
    question.button("Réessayer").click()
    question.wait_saved()
    page.get_by_role("link", name="Accueil").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes produits")
    excused(window, *STOPPED)


@pytest.mark.slow
@pytest.mark.parametrize(("choice", "level"), [("Garder ma réponse", 3), ("Garder celle de", 1)])
def test_two_people_on_one_question(browser: Browser, live: Live, choice: str, level: int) -> None:
    """The slower of two people sees both answers and chooses; the page then shows what was kept."""
    with opened(browser) as one, opened(browser, refused=[409]) as other:
        mine, theirs = (
            Question(live.enter(one, live.site.axis("A08.3"), SHARED), "A08.3.3"),
            Question(live.enter(other, live.site.axis("A08.3")), "A08.3.3"),
        )
        mine.level(1).click()
        mine.wait_saved()
        theirs.level(3).click()
        expect(theirs.root.locator(".stale")).to_contain_text("Lucie Ferrand a modifié cette réponse")
        expect(theirs.root.locator(".stale__pair dd")).to_have_text(["3 vert", "1 orange"])
        theirs.button(choice).click()
        expect(theirs.root.locator(".stale")).to_have_count(0)

        expect(theirs.result).to_contain_text("Enregistré à")
        assert (str(level), level) == (theirs.checked, live.level("A08.3.3"))


@pytest.mark.slow
def test_two_people_on_different_questions(browser: Browser, live: Live) -> None:
    """Two people who answer different questions of one page disturb nobody."""
    with opened(browser) as one, opened(browser) as other:
        first = Question(live.enter(one, live.site.axis("A08.3"), SHARED), "A08.3.2")
        second = Question(live.enter(other, live.site.axis("A08.3")), "A08.3.3")
        first.level(2).click()
        first.wait_saved()
        second.level(1).click()
        second.wait_saved()
        page = live.open(one, live.site.axis("A08.3"))

        assert ["2", "1"] == [Question(page, code).checked for code in ("A08.3.2", "A08.3.3")]
