"""A page without fault, and its headers: each test of the checks breaks one thing in it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

HEADERS: Final = MappingProxyType(
    {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
    }
)

PAGE: Final = """\
<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interopérabilité – Jalon</title>
<link rel="stylesheet" href="/static/jalon.css">
<script src="/static/jalon.js" defer></script>
</head>
<body hx-headers:inherited='{"X-CSRFToken": "a1"}'>
<a href="#contenu">Aller au contenu</a>
<nav aria-label="Principale"><a href="/produits">Produits</a> <a href="https://esante.gouv.fr">Texte source</a></nav>
<main id="contenu">
<h1>Interopérabilité : l’essentiel</h1>
<p>Produit <bdi>L'outil "Éco"</bdi> : 3 critères, soit 30 % « à ce jour ».</p>
<h2 id="radar">Radar</h2>
<svg role="img" viewBox="0 0 9 9"><title>Radar de l’axe</title><path class="axe" d="M0 0h9"/></svg>
<img src="/static/logo.png" alt="">
<form method="post" action="/produits/1">
<input type="hidden" name="csrf_token" value="a1">
<fieldset aria-describedby="aide"><legend>A05.1 Annuaire</legend>
<p id="aide">Quel niveau atteint-il ?</p>
<input type="radio" name="level" id="level-0" value="0"><label for="level-0">0, rouge</label>
<label><input type="radio" name="level" value="1"> 1, orange</label>
</fieldset>
<label for="mot">Mot de passe</label><input type="password" id="mot" name="mot" autocomplete="current-password">
<button type="submit">Enregistrer</button>
</form>
<button type="button" hx-post="/produits/1/reponses" hx-target="#radar">Confirmer</button>
<h3>Détail</h3>
<table><caption>Scores</caption><tr><th scope="col">Axe</th><th scope="col">Score</th></tr>
<tr><th scope="row">Annuaires</th><td>2,50</td></tr></table>
</main>
</body>
</html>
"""
