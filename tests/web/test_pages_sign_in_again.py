"""Signing in twice from one browser."""

from __future__ import annotations

from jalon.storage.tables import AccountSession
from jalon_web.cli.demo import DEMO_PASSWORD
from support.portal import RESPONSIBLE, Site


def test_signing_in_again_leaves_no_session_behind(site: Site) -> None:
    """The session before is closed, so that one browser holds one session."""
    client = site.client(RESPONSIBLE)
    client.get("/produits")

    client.post("/connexion", {"login": RESPONSIBLE, "password": DEMO_PASSWORD, "next": "/produits"})

    assert 1 == len(site.rows(AccountSession))
    client.get("/produits")
