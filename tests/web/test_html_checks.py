"""The checks every page goes through: a good page passes, and each fault is seen, alone."""

from __future__ import annotations

import pytest

from support.html import check_page
from support.html_sample import HEADERS, PAGE

# What is replaced in the good page, what replaces it, and how the fault begins.
STRUCTURE = [
    ("<h3>", "<p></div><h3>", "not HTML5: line 30: End tag (div) seen too early"),
    ("<!doctype html>\n", "", "no <!doctype html>"),
    ('lang="fr"', 'lang="en"', 'no <html lang="fr">'),
    ('<meta charset="utf-8">', "", 'no <meta charset="utf-8">'),
    ("initial-scale=1", "user-scalable=no", "a viewport that does not follow"),
    ("Interopérabilité – Jalon", "Jalon", "titles ['Jalon'], not one"),
    ("<title>Interopérabilité – Jalon</title>", "", "titles [], not one"),
    ('<a href="#contenu">Aller au contenu</a>', "", "the first link does not skip"),
    ('main id="contenu"', 'main id="contenu" tabindex="1"', '<main id="contenu" tabindex="1">: tabindex'),
    ("<h3>", "<nav><p>Pages</p></nav><h3>", "2 <nav>, 1 different names"),
    ("<h2 id", "<h1>Encore</h1><h2 id", "2 <h1>, not 1"),
    ("h3>", "h4>", "<h4> 'Détail' follows a level 2"),
    ("<h3>", "<h3></h3><h3>", "<h3> is empty"),
    ("<h3>", '<h3 id="aide">', "id 'aide' used 2 times"),
    ("<h3>", '<h3 id="le détail">', "id 'le détail' is no identifier"),
    ('describedby="aide"', 'describedby="aide plus"', '<fieldset aria-describedby="aide plus">: aria-desc'),
    (
        "Texte source</a>",
        "Texte source</a><a href='#rien'>Voir</a>",
        "<a href=\"#rien\">: href leads to '#rien'",
    ),
    ('hx-target="#radar"', 'hx-target="#rien"', '<button type="button" hx-post="/produits/1/reponses" hx-ta'),
    (' alt=""', "", '<img src="/static/logo.png"> without alt'),
    ("<title>Radar de l’axe</title>", "", '<svg role="img" viewBox="0 0 9 9"> is neither'),
    ("<caption>Scores</caption>", "", "<table> without caption"),
    (' scope="row"', "", "<th> 'Annuaires' without scope"),
    ("Produits</a>", "Produits <input aria-label='Nom'></a>", '<input aria-label="Nom"> inside <a'),
    ("> 1, orange", "> 1, <button type='button'>orange</button>", '<button type="button"> inside <label>'),
    ("Texte source</a>", "Texte source</a><a href='/x'>Produits</a>", "links 'Produits' lead to ['/prod"),
    ("Texte source</a>", "Texte source</a><a>Voir</a>", "<a> leads nowhere"),
    ("Texte source</a>", "Texte source</a><a href='/x'></a>", '<a href="/x"> has no name'),
    ('href="/produits">', 'href="/produits" target="_blank">', '<a href="/produits" target="_blank">: opens'),
]
FORMS = [
    ('<label for="mot">Mot de passe</label>', "", '<input type="password" id="mot" name="mot"'),
    ("Mot de passe</label>", "</label>", '<input type="password" id="mot" name="mot"'),
    ("<h3>", "<label>Nom</label><h3>", "<label> labels nothing"),
    ("<h3>", '<label for="radar">Nom</label><h3>', '<label for="radar"> labels <h2 id="radar">'),
    (
        "</fieldset>",
        "</fieldset><input type=radio name=level aria-label=N>",
        "group 'level' is not inside one",
    ),
    ("</fieldset>", "<input type=radio name=x aria-label=X></fieldset>", "groups 'level' and 'x' share one"),
    ("<legend>A05.1 Annuaire</legend>", "", '<fieldset aria-describedby="aide"> does not begin with'),
    (
        'name="csrf_token" value="a1"',
        'name="csrf_token" value=""',
        '<form method="post" action="/produits/1"> w',
    ),
    ('method="post"', 'method="get"', '<form method="get" action="/produits/1"> would write'),
    (
        "X-CSRFToken",
        "X-Autre",
        '<button type="button" hx-post="/produits/1/reponses" hx-target="#radar"> sends',
    ),
    ('<button type="submit">', "<button>", "<button> without type"),
    (">Enregistrer<", "><", '<button type="submit"> has no name'),
    (' autocomplete="current-password"', "", '<input type="password" id="mot" name="mot"> without autoc'),
]
SAFETY = [
    ("defer></script>", "defer>go()</script>", 'inline <script src="/static/jalon.js" defer="">'),
    ('<link rel="stylesheet" href="/static/jalon.css">', "<style>p{}</style>", "inline <style>"),
    ("<h3>", '<h3 style="color:red">', '<h3 style="color:red">: style in the page'),
    ('class="axe"', 'style="fill:red"', '<path style="fill:red" d="M0 0h9">: style in the page'),
    ("<h3>", '<h3 onclick="go()">', '<h3 onclick="go()">: onclick in the page'),
    ("<h3>", '<h3 hx-on:click="go()">', '<h3 hx-on:click="go()">: hx-on:click in the page'),
    ('href="/produits"', 'href="javascript:go()"', '<a href="javascript:go()">: code in href'),
    ("<h3>", "<h3 hx-vals='js:{a: go()}'>", '<h3 hx-vals="js:{a: go()}">: code in hx-vals'),
    ("<h3>", "<h3 hx-trigger='click[go()]'>", '<h3 hx-trigger="click[go()]">: a filter'),
    (
        'src="/static/jalon.js"',
        'src="//ailleurs.fr/j.js"',
        '<script src="//ailleurs.fr/j.js" defer="">: src l',
    ),
    (
        'href="/static/jalon.css"',
        'href="https://ailleurs.fr/j.css"',
        '<link rel="stylesheet" href="https://a',
    ),
    (
        'src="/static/logo.png"',
        'src="https://ailleurs.fr/l.png"',
        '<img src="https://ailleurs.fr/l.png" alt=""',
    ),
    ('action="/produits/1"', 'action="https://ailleurs.fr"', '<form method="post" action="https://ailleurs'),
    ('href="https://esante.gouv.fr"', 'href="ftp://ailleurs.fr"', '<a href="ftp://ailleurs.fr">: an address'),
    ("<h3>", "<iframe title='Carte'></iframe><h3>", '<iframe title="Carte"> has no place'),
    (
        '<meta charset="utf-8">',
        '<meta charset="utf-8"><meta http-equiv="refresh">',
        '<meta http-equiv="refresh">',
    ),
    ("<h3>", "<!-- à revoir --><h3>", "comment 'à revoir'"),
]
FRENCH = [
    ("l’essentiel", "l'essentiel", 'straight apostrophe: "l\'e"'),
    ("Détail", 'Le "détail"', "straight quotation mark"),
    ("Détail", "Détail : tout", "ordinary space before high punctuation: ' :' in 'Détail : tout'"),
    ("<h3>Détail", "<h3>Un <b>détail</b>\n?", "ordinary space before high punctuation: ' ?'"),
    ("Détail", "Détail!", "no space before high punctuation: 'l!'"),
    ("Détail", "Détail: tout", "no space before a colon: 'l:'"),
    ("Détail", "50% du détail", "no space before %"),
    ("«\u00a0à", "« à", "no no-break space after «"),
    ("jour\u00a0»", "jour »", "no no-break space before »"),
    ("Détail", "Détail...", "three dots for …"),
    ("Détail", "Détail au 2021-12-23", "a date that is not French: '2021-12-23'"),
    ('aria-label="Principale"', 'aria-label="Principale !"', "ordinary space before high punctuation: ' !'"),
    ("Détail", "Oups", "never: 'Oups'"),
    ("Détail", "Votre e-mail", "adresse électronique: 'e-mail'"),
    ("Détail", "Module en quarantaine", "module suspendu, lecture seule: 'quarantaine'"),
    ("Détail", "Un hook", "a word of ours: 'hook'"),
    ("Détail", "Détail de None", "a value of the code: 'None'"),
    ("Détail", "Nom=%(nom)s", "a place not filled in: '%(nom)s'"),
    ("Détail", "Bonjour {nom}", "a place not filled in: '{nom}'"),
    ("Détail", "L’axe&amp;nbsp;seul", "escaped twice: '&nbsp;'"),
    ("Détail", "This field is required.", "English: 'This field'"),
    (">Enregistrer<", ">Annuler<", "'Annuler' means two things"),
]
OF_HEADERS = [
    (
        "Content-Security-Policy",
        "default-src 'none'",
        "default-src 'self'",
        "content-security-policy: default-src is",
    ),
    (
        "Content-Security-Policy",
        "; frame-ancestors 'none'",
        "",
        "content-security-policy: frame-ancestors is ''",
    ),
    (
        "Content-Security-Policy",
        "style-src 'self'",
        "style-src 'unsafe-inline'",
        "content-security-policy: style-s",
    ),
    (
        "Content-Security-Policy",
        "img-src 'self'",
        "img-src data:",
        "content-security-policy: img-src allows data:",
    ),
    (
        "Content-Security-Policy",
        "script-src 'self'",
        "script-src *",
        "content-security-policy: script-src allows *",
    ),
    ("Content-Type", "; charset=utf-8", "", "header content-type is 'text/html', not"),
    ("X-Content-Type-Options", "nosniff", "", "header x-content-type-options is '', not 'nosniff'"),
    ("Referrer-Policy", "same-origin", "unsafe-url", "header referrer-policy is 'unsafe-url'"),
    ("Cross-Origin-Opener-Policy", "same-origin", "unsafe-none", "header cross-origin-opener-policy is"),
    ("Permissions-Policy", HEADERS["Permissions-Policy"], "", "no header permissions-policy"),
    ("Cache-Control", "no-store", "private", "header cache-control is 'private', not no-store"),
]


def test_a_good_page_has_no_fault() -> None:
    """The page that the faults below are made in has none itself."""
    assert [] == check_page(PAGE, headers=HEADERS, signed_in=True)


@pytest.mark.parametrize(("old", "new", "fault"), [*STRUCTURE, *FORMS, *SAFETY, *FRENCH])
def test_each_fault_of_a_page_is_seen_alone(old: str, new: str, fault: str) -> None:
    """One thing broken in a good page gives one fault, that names it."""
    assert old in PAGE
    (found,) = check_page(PAGE.replace(old, new), headers=HEADERS)

    assert fault == found[: len(fault)]


@pytest.mark.parametrize(("header", "old", "new", "fault"), OF_HEADERS)
def test_each_fault_of_the_headers_is_seen_alone(header: str, old: str, new: str, fault: str) -> None:
    """One header broken gives one fault, that names it."""
    assert old in HEADERS[header]
    headers = {**HEADERS, header: HEADERS[header].replace(old, new)}
    (found,) = check_page(PAGE, headers=headers, signed_in=True)

    assert fault == found[: len(fault)]


def test_the_names_of_headers_have_no_case() -> None:
    """Headers are found however they are written."""
    assert [] == check_page(PAGE, headers={name.lower(): value for name, value in HEADERS.items()})


def test_a_public_page_may_be_kept() -> None:
    """Only a page of a signed-in person must not be stored."""
    headers = {name: value for name, value in HEADERS.items() if name != "Cache-Control"}

    assert [] == check_page(PAGE, headers=headers)


def test_a_repeated_link_may_be_allowed() -> None:
    """A link whose name is meant to lead to several places is named by the caller."""
    page = PAGE.replace("Texte source</a>", 'Texte source</a> <a href="/x">Produits</a>')

    assert [] == check_page(page, headers=HEADERS, repeated=["Produits"])


@pytest.mark.parametrize(
    "fragment",
    [
        "<p>Enregistré à 14 h 32</p>",
        '<tr><th scope="row">Annuaires</th><td>2,50</td></tr>',
        '<td><a href="#ailleurs">Voir</a></td>',
        '<h4>Détail</h4><button type="button" hx-post="/a" hx-target="#ailleurs">Confirmer</button>',
    ],
)
def test_a_fragment_is_judged_by_itself(fragment: str) -> None:
    """An htmx answer needs no title, may be a row, and may point at the page that receives it."""
    assert [] == check_page(fragment, headers=HEADERS, full=False)


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ("<p>Un<div></p>", "not HTML5: line 1: Unexpected end tag (p). Ignored."),
        ('<p style="x">Un</p>', '<p style="x">: style in the page'),
        ("<p>Un !</p>", "ordinary space before high punctuation: ' !' in 'Un !'"),
        ('<form method="post"></form>', '<form method="post"> without csrf_token'),
    ],
)
def test_a_fragment_has_the_faults_of_a_page(fragment: str, fault: str) -> None:
    """What does not depend on the rest of the page is checked in a fragment too."""
    assert fault in check_page(fragment, headers=HEADERS, full=False)


@pytest.mark.parametrize(
    "typed",
    [
        "<bdi>Oups, l'email !</bdi>",
        '<span dir="auto">None...</span>',
        '<code>plugin "x" : {y}</code>',
        '<span lang="en">Cancel: why?</span>',
    ],
)
def test_what_people_typed_is_not_corrected(typed: str) -> None:
    """Words typed by people, codes and other languages keep their own typography."""
    assert [] == check_page(PAGE.replace("Détail", f"Détail {typed}"), headers=HEADERS)
