"""One's own account in a real browser: a link, a password, a second factor, each page at every look."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from jalon.services.links import Purpose, make_link
from jalon.storage.tables import Account
from support.chromium import opened
from support.live import Live
from support.looks import check_looks
from support.portal import EXPERT

CHOSEN = "girafe lampe orage tiroir"


@pytest.mark.slow
def test_from_an_invitation_to_a_second_factor(live: Live, browser: Browser) -> None:
    """A link, a weak password refused, a good one, an authenticator, its codes, a sign-in in two steps, off again."""
    (row,) = live.site.rows(Account, login=EXPERT)
    with live.site.database.writing() as session:
        token = make_link(session, row["id"], Purpose.INVITATION, live.site.clock())
    with opened(browser, refused=[404, 422]) as window:
        window.page.emulate_media(reduced_motion="reduce")
        page = live.open(window, f"/lien/{token}")
        faults = list(check_looks(page))
        page.get_by_label("Mot de passe").fill("motdepasse2026")
        page.get_by_role("button", name="Enregistrer le mot de passe").click()
        expect(page.get_by_role("alert")).to_contain_text("trop courant")
        faults += check_looks(page)
        page.get_by_label("Mot de passe").fill(CHOSEN)
        page.get_by_role("button", name="Enregistrer le mot de passe").click()
        expect(page.get_by_role("status").first).to_contain_text("Connectez-vous")
        faults += check_looks(page)
        page.get_by_label("Identifiant de connexion").fill(EXPERT)
        page.get_by_label("Mot de passe").fill(CHOSEN)
        page.get_by_role("button", name="Se connecter").click()
        page = live.open(window, "/mon-compte/second-facteur")
        totp = pyotp.TOTP(re.sub(r"\s", "", page.locator("code.key").inner_text()))
        page.get_by_label("Code", exact=True).fill(totp.at(live.site.clock()))
        page.get_by_role("button", name="Activer le second facteur").click()
        faults += check_looks(page)
        paper = page.locator("code.key").first.inner_text()
        page.get_by_role("link", name="J’ai noté mes codes").click()
        faults += check_looks(live.open(window, "/mon-compte/second-facteur"))
        page.get_by_role("button", name="Se déconnecter").click()
        page.get_by_label("Identifiant de connexion").fill(EXPERT)
        page.get_by_label("Mot de passe").fill(CHOSEN)
        page.get_by_role("button", name="Se connecter").click()
        faults += check_looks(page)
        page.get_by_label("Code", exact=True).fill("000000")
        page.get_by_role("button", name="Continuer").click()
        faults += check_looks(page)
        page.get_by_label("Code", exact=True).fill(paper)
        page.get_by_role("button", name="Continuer").click()
        expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
        assert [] == faults
