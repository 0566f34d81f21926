"""The pages of administrators that come after an act, in a real browser: every look, and the way through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.chromium import opened
from support.live import Live
from support.looks import check_looks
from support.portal import ADMINISTRATOR

SHEET = "organisation;identifiant;nom;adresse;rattachement\n{}\n"
HEAD = (
    "Un Éditeur Au Nom Assez Long Pour Déborder D’une Colonne Étroite;tete.longue;Tête Longue;tete@exemple.fr"
)
BELOW = "Autre;bas;Bas;bas@exemple.fr;personne"


@pytest.fixture
def page(browser: Browser, live: Live) -> Iterator[Page]:
    """Sign in as the administrator, in a window where nothing is animated."""
    with opened(browser, refused=[422]) as window:
        window.page.emulate_media(reduced_motion="reduce")
        yield live.enter(window, "/administration", ADMINISTRATOR)


def send(page: Page, folder: Path, *lines: str) -> None:
    """Send a sheet to be looked at."""
    path = folder / "comptes.csv"
    path.write_text(SHEET.format("\n".join(lines)), encoding="utf-8")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("Fichier CSV ou XLSX").set_input_files(path)
    page.get_by_role("button", name="Voir ce qui serait fait").click()


def test_an_organisation_from_its_creation_to_its_successor(page: Page) -> None:
    """Made with its head, shown, then led by a successor who had no account; each page looks right."""
    page.get_by_role("link", name="Créer une organisation").click()
    page.get_by_label("Organisation").fill("Santé Nouvelle")
    page.get_by_label("Nom et prénom").fill("Inès Sauvage")
    page.get_by_label("Adresse électronique").fill("ines@exemple.fr")
    page.get_by_label("Identifiant de connexion").fill("ines.sauvage")
    page.get_by_role("button", name="Créer l’organisation").click()
    assert "/lien/" in page.get_by_label("Lien", exact=True).input_value()
    assert [] == list(check_looks(page))
    page.get_by_role("link", name="Continuer").click()
    page.get_by_role("link", name="Santé Nouvelle").click()
    assert [] == list(check_looks(page))
    page.get_by_label("Nom et prénom").fill("Paul Suite")
    page.get_by_label("Adresse électronique").fill("paul@exemple.fr")
    page.get_by_label("Identifiant de connexion").fill("paul.suite")
    page.get_by_role("button", name="Créer le compte du successeur").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paul Suite")
    page.get_by_role("link", name="Continuer").click()
    expect(page.locator("#premier").locator("xpath=..")).to_contain_text("Paul Suite")


def test_an_import_is_seen_before_it_is_done(page: Page, tmp_path: Path) -> None:
    """What is wrong is shown with its cell; put right, everything is made, and the links are shown."""
    send(page, tmp_path, HEAD, BELOW)
    expect(page.get_by_text("Cellule E3")).to_be_visible()
    assert [] == list(check_looks(page))
    page.get_by_role("link", name="Corriger le fichier").click()
    page.get_by_label("Fichier CSV ou XLSX").set_input_files(
        {"name": "vide.csv", "mimeType": "text/csv", "buffer": b" "}
    )
    page.get_by_role("button", name="Voir ce qui serait fait").click()
    assert [] == list(check_looks(page))
    send(page, tmp_path, HEAD)
    assert [] == list(check_looks(page))
    page.get_by_role("button", name="Importer et afficher les liens").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 compte créé")
    assert [] == list(check_looks(page))
    page.get_by_role("link", name="Voir les organisations").click()
    expect(page.get_by_role("link", name=HEAD.partition(";")[0])).to_be_visible()


def test_what_is_asked_before_it_is_done(page: Page) -> None:
    """Switching a module off and deleting an account are confirmed on pages that look right."""
    page.get_by_role("link", name="Modules").click()
    page.get_by_role("button", name="Désactiver").first.click()
    expect(page.get_by_text("recalculés")).to_be_visible()
    assert [] == list(check_looks(page))
    page.get_by_role("link", name="Abandonner").click()
    page.get_by_role("link", name="Autorité et administrateurs").click()
    page.get_by_role("link", name="Agnès Thévenin").click()
    page.get_by_role("link", name="Supprimer le compte").click()
    assert [] == list(check_looks(page))
    page.get_by_role("button", name="Supprimer le compte").click()
    expect(page.get_by_text("Le compte de Agnès Thévenin est supprimé.")).to_be_visible()
