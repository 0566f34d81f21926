"""Home, the list of products, one product."""

from __future__ import annotations

import pytest

from jalon.domain.scoring import Score
from jalon.storage.tables import DraftScore, EvaluationRow, Product, ProductBase, Subject
from jalon_web.questionnaires import wording
from support.client import Fetched, classes, words
from support.html_page import local, squeezed
from support.portal import (
    ADMINISTRATOR,
    ARCHIVED,
    AUTHORITY,
    CABINET,
    EXPERT,
    HEAD,
    RESPONSIBLE,
    START,
    VISIO,
    Site,
    unchanged,
)

TO_ANSWER = {
    "A08.2": ("A08.2.2",),
    "A08.3": ("A08.3.2", "A08.3.3"),
    "A08.4": ("A08.4.2", "A08.4.5"),
    "A08.5.P": ("A08.5.02", "A08.5.03", "A08.5.04"),
    "A08.5.C": ("A08.5.24", "A08.5.26"),
}
AXES = ("A08.1", "A08.2", "A08.3", "A08.4", "A08.5.P", "A08.5.C")


def table(found: Fetched, key: str) -> list[list[str]]:
    """Read the table beside a chart: one list of cells per line, notes left out."""
    caption = found.by_id(f"scores-{key}")
    lines = found.document.parents[caption].iter("tr")
    return [
        [squeezed("".join([cell.text or "", *(each.tail or "" for each in cell)])) for cell in line]
        for line in lines
    ][1:]


def card(found: Fetched, title: str) -> str:
    """Give what the card of a questionnaire says."""
    (said,) = (each for each in found.said("article", "questionnaire") if each.startswith(title))
    return said


# -- home


def test_home_says_what_to_do_next(site: Site) -> None:
    """Home lists one's products, each with what is missing and a link that leads there."""
    home = site.client(RESPONSIBLE).get("/")
    (cabinet, visio) = home.every("li", "product-card")
    steps = [(words(link), link.get("href")) for link in cabinet.iter("a") if "steps" not in classes(link)]

    product = f"/produits/{site.product()}"
    assert [
        ("Lirène Cabinet 8.2", product),
        ("Continuer « Interopérabilité »", f"{product}/doctrine/interoperabilite"),
        ("Continuer « Homologation DMP »", f"{product}/dmp_compat/homologation"),
    ] == steps
    assert "10 questions sans réponse" in words(cabinet)
    assert "10 réponses sur 21, dont 4 à confirmer" in words(cabinet)
    assert "13 réponses sur 13" in words(visio)


@pytest.mark.parametrize("path", ["/", "/produits"])
def test_an_account_without_product_is_told_whom_to_ask(site: Site, path: str) -> None:
    """Somebody who has no product yet reads why the page is empty and what to do."""
    found = site.client(EXPERT).get(path)

    assert ["Aucun produit pour le moment"] == found.said("h2")
    assert "demandez-le à votre responsable de rattachement" in found.text


@pytest.mark.parametrize("login", [AUTHORITY, ADMINISTRATOR])
def test_accounts_without_organisation_have_a_home(site: Site, login: str) -> None:
    """The authority and the administrator have a home page, and no link to pages they do not have."""
    client = site.client(login)
    home = client.get("/")

    assert "Orvane" not in home.text
    for link in home.every("a"):
        address = link.get("href", "")
        if address.startswith("/"):
            client.get(address, 200)


@pytest.mark.parametrize("login", [RESPONSIBLE, HEAD])
def test_a_new_product_says_begin(site: Site, login: str) -> None:
    """Before any answer, the next step begins; once all are given and to confirm, it confirms."""
    subject = site.product(VISIO)
    whole = {"subject_id": subject, "questionnaire": "telesante/exigences", "axis": ""}
    site.change(DraftScore, whole, answered=1, to_confirm=1)
    assert "Commencer « Exigences de télésanté »" in site.client(login).get("/").text

    site.change(DraftScore, whole, answered=3, to_confirm=3)
    home = site.client(login).get("/").text
    assert "Confirmer les réponses de « Exigences de télésanté » 3 réponses pré-remplies" in home


# -- list


def test_the_list_shows_every_product_one_sees(site: Site) -> None:
    """The list has one line per product, archived ones apart."""
    found = site.client("mathieu.tanguy").get("/produits")

    assert ["Produits en cours 1", "Produits archivés 1"] == found.said("caption")
    rows = [words(each) for each in found.every("tr") if "P-0" in words(each)]
    assert rows[0].startswith("Corvalis DPI 2021.4P-0003 Produit socle Déploiement imminent Mathieu Tanguy")
    assert rows[1].startswith("ArchiMed Coffre 1.0P-0015 Produit option En production Mathieu Tanguy")
    assert "05/01/2022 à 10 h 33" in rows[0]


def test_products_are_sorted_as_people_read(site: Site) -> None:
    """Lists are sorted by name without regard to capitals; the same order on every page."""
    names = ["zèbre", "Alpha", "beta"]
    subject = site.product(VISIO)
    site.change(Product, {"id": subject}, name=names[1], name_key=names[1].casefold())
    site.change(Product, {"id": site.product(CABINET)}, name=names[2], name_key=names[2].casefold())
    found = site.client(RESPONSIBLE).get("/produits")

    lines = [words(each) for each in found.every("th") if each.get("scope") == "row"]
    assert ["Alpha 2.1P-0002", "beta 8.2P-0001"] == lines


# -- one product


def test_the_table_says_what_the_scores_are(site: Site) -> None:
    """The table beside the chart holds the stored score of each axis, and of the whole."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}")
    scores = {
        row["axis"]: row
        for row in site.rows(DraftScore, subject_id=site.product(), questionnaire="doctrine/interoperabilite")
    }
    expected = [
        (
            f"{scores[axis]['answered']}/{scores[axis]['applicable']}",
            wording.scored(Score(scores[axis]["total"], scores[axis]["counted"])),
        )
        for axis in (*AXES, "")
    ]

    lines = table(found, "doctrine-interoperabilite")
    assert expected == [(line[1], line[2]) for line in lines]
    assert ("8/18", "2,00") == expected[-1]
    assert [line[4] for line in lines] == ["3,00"] * 7
    assert "Score 2,00 sur 3" in card(found, "Interopérabilité")
    assert "Score 1,50 sur 2" in card(found, "Homologation DMP")


def test_the_chart_has_a_name_and_a_table(site: Site) -> None:
    """Each questionnaire has one drawing, named, and one table that says the same."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}")

    drawings = [each for each in found.every("svg") if each.get("role") == "img"]
    names = [next(words(child) for child in each if local(child) == "title") for each in drawings]
    assert ["Interopérabilité : profil du produit", "Homologation DMP : profil du produit"] == names
    assert 2 == len(found.every("table"))


@pytest.mark.parametrize(
    ("day", "shown", "expected"),
    [
        ("2022-01-20", "20/01/2022", "1,39"),
        ("2021-12-01", "01/12/2021", "–"),
        ("2030-12-31", "31/12/2030", None),
    ],
)
def test_expected_levels_are_read_at_a_day(site: Site, day: str, shown: str, expected: str | None) -> None:
    """The day asked for is shown and decides what is expected; before the first date nothing is."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}?jour={day}")

    assert day == found.one("input", id="jour").get("value")
    assert f"Attendu au {shown}" in found.text
    if expected is not None:
        assert expected == table(found, "doctrine-interoperabilite")[-1][3]


@pytest.mark.parametrize(
    "day",
    [
        "",
        "demain",
        "2022-02-30",
        "2022-13-01",
        "20220120",
        "20/01/2022",
        "0000-00-00",
        "99999-01-01",
        "2022-01-20T00:00",
        "2022-W03-4",
        "\0",
        "-1",
        "９９９９-01-01",
    ],
)
def test_another_day_is_today(site: Site, day: str) -> None:
    """What is not a day is taken for today, never for an error."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}", query_string={"jour": day})

    assert "2022-01-20" == found.one("input", id="jour").get("value")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_far_days_are_days(site: Site, day: str) -> None:
    """The first and the last day there are can be asked for."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}?jour={day}")

    assert day == found.one("input", id="jour").get("value")


def test_today_is_that_of_paris(site: Site) -> None:
    """Late in the evening in UTC it is already tomorrow in Paris."""
    site.clock.now = START.replace(hour=23, minute=30)
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}")

    assert "2022-01-21" == found.one("input", id="jour").get("value")


def test_an_option_says_what_it_extends(site: Site) -> None:
    """The page of an option names its base; it inherits nothing of it."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product(VISIO)}")

    assert "Extension deLirène Cabinet" in found.text
    assert "13 réponses sur 13" in found.text
    assert 1 == len(site.rows(ProductBase, option_id=site.product(VISIO)))


def test_the_preliminary_answers_say_where_they_come_from(site: Site) -> None:
    """Each preliminary answer in force says whether a person gave it or a rule derived it."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}")

    rows = found.said("div", "terms__row")
    question = "Le produit interagit-il avec une infrastructure de partage de documents de santé ?"
    rules = "Profil DMP « Alimentation », Profil DMP « Consultation »"
    assert f"{question}oui Déduit : {rules}" in rows
    assert "Le produit gère-t-il des rendez-vous ou un agenda ?oui Répondu" in rows


def test_paths_say_how_ready_the_product_is(site: Site) -> None:
    """A completion path counts its required levels met, missing and without answer."""
    found = site.client(RESPONSIBLE).get(f"/produits/{site.product()}")

    assert "5 niveaux requis atteints, dont 4 à confirmer, 1 manquant, 1 sans réponse" in found.text


def test_a_questionnaire_starts_where_answers_are_missing(site: Site) -> None:
    """« Continuer » leads to the first question without answer; when none is, to the first axis."""
    client = site.client(RESPONSIBLE)
    first = client.get(f"/produits/{site.product()}/doctrine/interoperabilite", 302)
    assert site.axis("A08.2") + "?suivante=1" == first.headers["Location"]
    then = client.follow(first, 302).headers["Location"]
    assert site.axis("A08.2") + "#A08-2-2" == then

    whole = client.get(f"/produits/{site.product(VISIO)}/doctrine/interoperabilite", 302)
    assert site.axis("A08.1", VISIO) == whole.headers["Location"]


def test_a_questionnaire_to_confirm_starts_where_there_is_something_to(site: Site) -> None:
    """When every question has an answer and rules gave some, one is led to the first axis to confirm."""
    client = site.client(RESPONSIBLE)
    for axis, codes in TO_ANSWER.items():
        client.get(site.axis(axis))
        for code in codes:
            client.click(code, level="1")
    found = client.get(f"/produits/{site.product()}/doctrine/interoperabilite", 302)

    assert site.axis("A08.3") == found.headers["Location"]


# -- archived, pending


def test_an_archived_product_is_read_only(site: Site) -> None:
    """The pages of an archived product have nothing to send, and say why."""
    client = site.client("mathieu.tanguy")
    page = client.get(f"/produits/{site.product(ARCHIVED)}")
    assert 1 == page.text.count("Ce produit est archivé")
    assert "Relire – Interopérabilité" in page.text

    axis = client.get(site.axis("A08.1", ARCHIVED))
    assert "Ce produit est archivé" in axis.text
    for criterion in axis.criteria().values():
        assert [] == criterion.buttons()
        assert not set(criterion.root.keys()) & {"hx-post", "hx-trigger"}
        controls = [each for each in criterion.root.iter() if each.get("type") == "radio"]
        assert all("disabled" in each.attrib for each in controls)
    assert [] == list(axis.one("form", id="criteria").iter("button"))


@pytest.mark.parametrize("button", [{}, {"confirm_all": "1"}, {"clear": "A08.1.1"}])
def test_an_archived_product_refuses_every_save(site: Site, button: dict[str, str]) -> None:
    """Posting to an archived product, whole or by htmx, changes nothing."""
    client = site.client("mathieu.tanguy")
    client.get(site.axis("A08.1", ARCHIVED))
    fields = {"version.A08.1.1": "1", "level.A08.1.1": "3"} | button

    with unchanged(site):
        client.post(site.axis("A08.1", ARCHIVED), fields, 404)
        client.htmx(site.axis("A08.1/A08.1.1", ARCHIVED), fields, 404)


def test_a_page_open_while_the_product_is_archived(site: Site) -> None:
    """A page opened before the product was archived saves nothing after."""
    client = site.client(RESPONSIBLE)
    client.get(site.axis("A08.1"))
    site.change(Product, {"id": site.product()}, archived_at=site.clock())

    with unchanged(site):
        client.click("A08.1.1", level="3", expect=404)


def test_pages_say_that_scores_are_not_settled(site: Site) -> None:
    """While an evaluation is queued, the product's pages say that they will change."""
    client = site.client(RESPONSIBLE)
    said = "Les scores sont en cours de calcul. Rechargez la page dans un instant."
    assert said not in client.get(f"/produits/{site.product()}").text
    site.change(Subject, {"id": site.product()}, stamp=99)

    assert said in client.get(f"/produits/{site.product()}").text
    assert "Le calcul des pré-remplissages est en cours." in client.get(site.axis("A08.1")).text


def test_a_product_that_was_never_evaluated_has_its_page(site: Site) -> None:
    """Before its first evaluation a product has a page, without questionnaire."""
    with site.database.writing() as session:
        for table_ in (EvaluationRow, DraftScore):
            session.execute(table_.__table__.delete().where(table_.__table__.c.subject_id == site.product()))  # type: ignore[attr-defined]
    client = site.client(RESPONSIBLE)
    found = client.get(f"/produits/{site.product()}")

    assert "Aucun questionnaire ne concerne ce produit pour le moment." in found.text
    assert 200 == client.get("/").status
    assert 404 == client.get(f"/produits/{site.product()}/doctrine/interoperabilite", 404).status
