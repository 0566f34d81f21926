"""Delegation in a real browser: the pages of accounts, and the story of three people."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from jalon_web.cli.demo import DEMO_PASSWORD
from support.chromium import Window, opened
from support.live import Live
from support.looks import check_looks
from support.portal import ADMINISTRATOR, CABINET, EXPERT, HEAD

OWN = ("/mon-compte", "/mon-compte/mot-de-passe", "/mon-compte/adresse", "/mon-compte/sessions")
MEMBER = ("/mon-compte/second-facteur", "/mon-compte/produits", "/mon-compte/droits")
TREE = ("/comptes", "/comptes/nouveau", "/comptes/produits", "/comptes/demandes", "/organisation/parcours")
PUBLIC = ("/connexion", "/inscription", "/mot-de-passe-oublie", "/identifiant-oublie", "/lien/inconnu")
ADMINISTRATION = (
    "/administration",
    "/administration/organisations/nouvelle",
    "/administration/demandes",
    "/administration/comptes",
    "/administration/comptes/nouveau/authority",
    "/administration/import",
    "/administration/modules",
    "/administration/reglages",
    "/administration/trace",
)


@pytest.fixture
def still(browser: Browser) -> Iterator[Window]:
    """Open a window where nothing is animated; refusals are expected there."""
    with opened(browser, refused=[400, 403, 404, 422]) as one:
        one.page.emulate_media(reduced_motion="reduce")
        yield one


def enter(live: Live, window: Window, login: str) -> Page:
    """Sign in as somebody else."""
    page = live.open(window, "/connexion")
    if page.get_by_role("button", name="Se déconnecter").count():
        page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_label("Identifiant de connexion").fill(login)
    page.get_by_label("Mot de passe").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/")
    return page


@pytest.mark.slow
def test_the_pages_of_accounts_look_right(live: Live, still: Window) -> None:
    """Each page of one's account and of the accounts below has no fault, at any size, in both themes."""
    faults = [fault for path in PUBLIC for fault in check_looks(live.open(still, path))]
    page = enter(live, still, HEAD)
    faults += [fault for path in (*OWN, *MEMBER, *TREE) for fault in check_looks(live.open(still, path))]
    page = live.open(still, "/comptes")
    page.get_by_role("link", name="Karim Benhaddou").click()
    faults += list(check_looks(page))
    account = page.url
    for path in ("/deplacer", "/supprimer"):
        page.goto(account + path)
        faults += list(check_looks(page))
    assert [] == faults


@pytest.mark.slow
def test_the_pages_of_administrators_look_right(live: Live, still: Window) -> None:
    """Each page of the administration has no fault, at any size, in both themes."""
    enter(live, still, ADMINISTRATOR)
    faults = [fault for path in ADMINISTRATION for fault in check_looks(live.open(still, path))]
    page = live.open(still, "/administration")
    page.get_by_role("table").get_by_role("link").first.click()
    faults += list(check_looks(page))
    page.get_by_role("link", name="Modifier, suspendre ou réinitialiser").click()
    faults += list(check_looks(page))
    assert [] == faults


@pytest.mark.slow
def test_the_story_of_three_people(live: Live, browser: Browser) -> None:
    """The head delegates to a manager, who invites an expert, who asks for a product and gets it."""
    with opened(browser) as head, opened(browser) as manager, opened(browser) as expert:
        page = enter(live, head, HEAD)
        link = invite(live, page, "Maud Kervella", "maud.kervella", rights=("Peut créer des comptes",))
        page = choose(manager, link, "maud.kervella")
        link = invite(live, page, "Yves Le Gall", "yves.legall")
        page = choose(expert, link, "yves.legall")
        expect(page.get_by_role("heading", level=1)).to_be_visible()

        ask_for_product(live, page)

        # Maud does not see the product herself: the head gives it to her, from the matrix.
        page = head.page
        page.goto(live.address("/comptes/produits?compte=maud"))
        page.get_by_role("checkbox", name=re.compile(f"Maud Kervella voit {CABINET}")).check()
        page.get_by_role("button", name="Enregistrer les listes").click()
        expect(page.get_by_role("status").first).to_contain_text("enregistrées")

        page = manager.page
        page.goto(live.address("/comptes/demandes"))
        expect(page.get_by_label("Produit à donner")).to_have_value(str(live.site.product(CABINET)))
        page.get_by_role("button", name="Accepter").click()
        expect(page.get_by_role("status").first).to_contain_text("donné à Yves Le Gall")

        page = expert.page
        page.goto(live.address(f"/produits/{live.site.product(CABINET)}"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(CABINET)

        suspend(live, head.page)
        expert.page.goto(live.address("/produits"))
        expect(expert.page).to_have_url(re.compile("/connexion"))


def ask_for_product(live: Live, page: Page) -> None:
    """Ask one's manager, who is named, for a product."""
    page.goto(live.address("/mon-compte/produits"))
    expect(page.get_by_text("Adressez-vous à")).to_contain_text("Maud Kervella")
    page.get_by_label("Produit", exact=True).fill(CABINET)
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_text("en attente")).to_be_visible()


def suspend(live: Live, page: Page) -> None:
    """Suspend the expert: the next click will ask to sign in."""
    page.goto(live.address("/comptes"))
    page.get_by_role("link", name="Yves Le Gall").click()
    page.get_by_role("button", name="Suspendre le compte").click()
    expect(page.get_by_text("Le compte est suspendu")).to_be_visible()


def invite(live: Live, page: Page, name: str, login: str, rights: tuple[str, ...] = ()) -> str:
    """Make an account below the one who is signed in; give the link that is shown."""
    page.goto(live.address("/comptes/nouveau"))
    page.get_by_label("Nom et prénom").fill(name)
    page.get_by_label("Adresse électronique").fill(f"{login}@lirene.example")
    page.get_by_label("Identifiant de connexion").fill(login)
    for right in rights:
        page.get_by_label(right).check()
    page.get_by_role("button", name="Créer le compte").click()
    return page.get_by_label("Lien", exact=True).input_value()


def choose(window: Window, link: str, login: str) -> Page:
    """Choose a password with a link, and sign in with it."""
    page, password = window.page, f"girafe lampe {login[::-1]} tiroir"
    page.goto(link)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Enregistrer le mot de passe").click()
    expect(page.get_by_text("Votre mot de passe est enregistré")).to_be_visible()
    page.get_by_label("Identifiant de connexion").fill(login)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/")
    return page


def press_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what has the focus is named so, and want it to be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const a = document.activeElement, s = getComputedStyle(a.closest('.govuk-checkboxes__item,"
            ".govuk-radios__item') ?? a); return [a.labels?.[0]?.textContent ?? a.getAttribute('aria-label') ?? "
            "a.textContent ?? '', a.getBoundingClientRect().height > 0]; }"
        )
        if name in " ".join(found[0].split()):
            assert found[1]
            return
    raise AssertionError(f"{name} is not reached")


@pytest.mark.slow
def test_delegating_with_the_keyboard_alone(live: Live, still: Window) -> None:
    """Creating an account, giving it a product and suspending it need no mouse."""
    page = enter(live, still, HEAD)
    press_to(page, "Comptes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/comptes")
    press_to(page, "Créer un compte")
    page.keyboard.press("Enter")
    page.wait_for_url("**/comptes/nouveau")
    for label, text in (
        ("Nom et prénom", "Maud Kervella"),
        ("Adresse électronique", "maud@lirene.example"),
        ("Identifiant de connexion", "maud"),
    ):
        press_to(page, label)
        page.keyboard.type(text)
    press_to(page, "Peut valider les questionnaires")
    page.keyboard.press("Space")
    press_to(page, "Créer le compte")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Lien", exact=True)).to_have_value(re.compile("/lien/"))

    page.goto(live.address("/comptes/produits?compte=maud"))
    press_to(page, f"Maud Kervella voit {CABINET}")
    page.keyboard.press("Space")
    press_to(page, "Enregistrer les listes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("enregistrées")

    page.goto(live.address("/comptes?q=maud"))
    press_to(page, "Maud Kervella")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/comptes/\d+$"))
    press_to(page, "Suspendre le compte")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Le compte est suspendu")).to_be_visible()


@pytest.mark.slow
def test_an_error_takes_one_to_its_field(live: Live, still: Window) -> None:
    """A refused form says so in its title and above; its link leads to the field; what was typed is there."""
    page = enter(live, still, HEAD)
    page.goto(live.address("/comptes/nouveau"))
    page.get_by_label("Nom et prénom").fill("Maud Kervella")
    page.get_by_label("Adresse électronique").fill("maud@lirene.example")
    page.get_by_label("Identifiant de connexion").fill(EXPERT)
    page.get_by_role("button", name="Créer le compte").click()
    expect(page).to_have_title(re.compile("^Erreur"))
    page.get_by_role("link", name=re.compile("déjà pris")).click()
    expect(page.get_by_label("Identifiant de connexion")).to_be_focused()
    expect(page.get_by_label("Nom et prénom")).to_have_value("Maud Kervella")
