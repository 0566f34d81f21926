"""Everything with the keyboard alone: each step is reached, seen, and never lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from jalon_web.cli.demo import DEMO_PASSWORD
from support.chromium import Window
from support.live import Live, Question
from support.portal import RESPONSIBLE

# The ring is around the line of a level, not around its radio.
FOCUS = r"""() => {
  const active = document.activeElement;
  const shown = active.closest('.level') ?? active;
  const style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  return {
    text: active.textContent.replace(/\s+/g, ' ').trim() || active.value || '',
    id: active.id, name: active.name ?? '', tag: active.tagName,
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    shown: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}"""


def reach(page: Page, wanted: str, *, key: str = "Tab", by: str = "text", most: int = 60) -> list[str]:
    """Press a key until what has the focus says something; each step is visible. Give the steps."""
    steps: list[str] = []
    while len(steps) < most:
        page.keyboard.press(key)
        found = page.evaluate(FOCUS)
        steps.append(found[by])
        if found["tag"] != "BODY":
            assert (True, True) == (found["ringed"], found["shown"]), found
        if re.search(wanted, found[by]):
            return steps
    raise AssertionError(f"{wanted} is not reached: {steps}")


def follow(page: Page, pattern: str) -> None:
    """Press Enter on a link, and wait for its page."""
    page.keyboard.press("Enter")
    page.wait_for_url(pattern)


def focused(page: Page) -> str:
    """Give the identifier of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


@pytest.fixture
def still(window: Window) -> Window:
    """Open a window where nothing is animated: what has the focus is at its place at once."""
    window.page.emulate_media(reduced_motion="reduce")
    return window


@pytest.mark.slow
def test_sign_in_answer_sign_out(live: Live, still: Window) -> None:
    """From the sign-in page to an answer and out again, no mouse is needed."""
    page = live.open(still, "/connexion")
    reach(page, "login", by="name")
    page.keyboard.type(RESPONSIBLE)
    reach(page, "password", by="name")
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes produits")

    reach(page, "^Lirène Cabinet")
    follow(page, "**/produits/*")
    reach(page, "^Nomenclatures et terminologies$")
    follow(page, "**/A08.2")
    question = Question(page, "A08.2.2")
    expect(question.state).to_have_text("Sans réponse")
    reach(page, r"level\.A08\.2\.2", by="name")
    page.keyboard.press("Space")
    question.wait_saved()
    assert "0" == question.checked

    reach(page, "^Se déconnecter$", key="Shift+Tab")
    follow(page, "**/connexion")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


@pytest.mark.slow
def test_answer_with_the_arrows(live: Live, still: Window) -> None:
    """Arrows change the level and save it; the focus stays on the radio, and a comment follows."""
    page = live.enter(still, live.site.axis("A08.3"))
    question = Question(page, "A08.3.2")
    question.level(0).focus()
    page.keyboard.press("Space")
    question.wait_saved()
    for key, level in (("ArrowDown", "1"), ("ArrowDown", "2"), ("ArrowUp", "1")):
        with page.expect_response(lambda response: response.request.method == "POST"):
            page.keyboard.press(key)
        question.wait_saved()
        assert (level, f"{question.root.get_attribute('id')}-{level}") == (question.checked, focused(page))

    reach(page, "^Commentaire")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Testé chez trois clients.")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Tab")
    question.wait_saved()
    row = live.site.answer("A08.3.2")
    assert row is not None
    assert (1, "Testé chez trois clients.") == (row["level"], row["comment"])


def test_confirm_then_clear(live: Live, still: Window) -> None:
    """A pre-filled answer is confirmed, then cleared; the focus stays in the question."""
    page = live.enter(still, live.site.axis("A08.3"))
    question = Question(page, "A08.3.1")
    expect(question.state).to_have_text("Pré-rempli, à confirmer")
    reach(page, "^Confirmer A08.3.1$")
    page.keyboard.press("Enter")
    question.wait_saved()
    expect(question.state).to_have_text("Répondu")
    assert page.evaluate("document.activeElement.closest('[data-criterion]')?.dataset.criterion") == "A08.3.1"

    reach(page, "^Effacer ma réponse A08.3.1$")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Enter")
    expect(question.state).to_have_text("Pré-rempli, à confirmer")
    assert page.evaluate("document.activeElement.closest('[data-criterion]')?.dataset.criterion") == "A08.3.1"


def test_the_order_of_the_tabulator(live: Live, still: Window) -> None:
    """One goes through a page as one reads it, once per group of radios; the first stop skips to the content."""
    page = live.enter(still, live.site.axis("A08.1"))
    page.keyboard.press("Tab")
    assert "Aller au contenu" == page.evaluate(FOCUS)["text"]
    page.keyboard.press("Enter")
    assert "contenu" == focused(page)
    steps = reach(page, "^Effacer ma réponse A08.1.1$")

    assert ["Axes du questionnaire", "Connaissance du CI-SIS"] == [steps[0], steps[1].partition(" 2/2")[0]]
    assert [
        "Aller à la prochaine question sans réponse",
        "Comprendre la question A08.1.1",
        "1",
        "Commentaire A08.1.1",
    ] == [steps[7], *steps[8:11]]
    assert 13 == len(steps)
