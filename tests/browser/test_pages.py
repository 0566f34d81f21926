"""Every page in a real browser: accessible, wide or narrow, light or dark, and never scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from jalon.storage.tables import Product
from support.chromium import Window, opened
from support.live import Live, sign_in
from support.looks import check_looks
from support.portal import ARCHIVED, EXPERT

AXES: Final = ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C")


@pytest.fixture
def still(browser: Browser) -> Iterator[Window]:
    """Open a window where nothing is animated: colours are measured at once. Errors are expected there."""
    with opened(browser, refused=[400, 404, 429, 500, 503]) as one:
        one.page.emulate_media(reduced_motion="reduce")
        yield one


@pytest.mark.slow
def test_the_pages_of_a_product(live: Live, still: Window) -> None:
    """Home, list and the page of a product have no fault, at any size and in both themes."""
    product = f"/produits/{live.site.product()}"
    live.enter(still, "/")

    assert [] == [
        fault for path in ("/", "/produits", product) for fault in check_looks(live.open(still, path))
    ]


@pytest.mark.slow
def test_the_pages_of_questions(live: Live, still: Window) -> None:
    """Each axis has no fault, helps and comments opened."""
    live.enter(still, "/")

    assert [] == [fault for axis in AXES for fault in check_looks(live.open(still, live.site.axis(axis)))]


@pytest.mark.slow
def test_the_pages_of_an_archived_product(live: Live, still: Window) -> None:
    """An archived product and its questions, which only read, have no fault; nothing can be pressed."""
    path = f"/produits/{live.site.product(ARCHIVED)}"
    page = live.enter(still, path, "gwenaelle.kerbrat")
    faults = list(check_looks(page))
    page.get_by_role("link", name="Relire").or_(page.get_by_role("link", name="Continuer")).first.click()

    assert [] == faults + list(check_looks(page))
    assert 0 == page.locator(".criterion button:visible").count()
    expect(page.locator(".level__input:enabled")).to_have_count(0)


@pytest.mark.slow
def test_the_pages_without_an_account(live: Live, still: Window) -> None:
    """The sign-in page, its refusal, and the home of somebody without product have no fault."""
    page = live.open(still, "/connexion")
    faults = list(check_looks(page))
    page.reload()
    still.faults.clear()  # the refusal below is a 422, told by the browser as an error
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_be_visible()
    faults += list(check_looks(page))
    still.faults[:] = [fault for fault in still.faults if "status of 422" not in fault]
    faults += list(check_looks(live.enter(still, "/", EXPERT)))

    assert [] == faults


@pytest.mark.slow
def test_the_pages_of_errors(live: Live, still: Window) -> None:
    """What is not there, not understood, too frequent or broken is said on pages without fault."""
    page = live.enter(still, "/rien")
    assert "Page introuvable – Jalon" == page.title()
    faults = list(check_looks(page))

    live.open(still, "/")
    page.locator('.account [name="csrf_token"]').evaluate("input => { input.value = 'autre' }")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Erreur 400")).to_be_visible()
    faults += list(check_looks(page))

    product = live.site.product()
    live.site.change(Product, {"id": product}, editions=5)  # what no version of ours ever wrote
    live.open(still, f"/produits/{product}")
    expect(page.get_by_text("Erreur 500")).to_be_visible()
    assert [] == faults + list(check_looks(page))


@pytest.mark.slow
def test_too_many_tries(live: Live, browser: Browser) -> None:
    """After some failed sign-ins one waits, and the page says how long."""
    with opened(browser, refused=[422, 429]) as window:
        page = live.open(window, "/connexion")
        for _ in range(6):
            sign_in(page, password="ce n’est pas le bon")  # noqa: S106
        expect(page.get_by_role("heading", level=1)).to_have_text("Trop d’essais")
        expect(page.get_by_text("Réessayez dans")).to_be_visible()

        assert [] == list(check_looks(page))
