"""What axe-core finds in a page of the browser: WCAG 2.2 AA, and good practice."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

SOURCE: Final = Path(__file__).parents[1] / "vendor" / "axe.min.js"
TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
OPTIONS: Final = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, and off unless asked for
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """List what axe-core finds: the rule, its weight, the element and the help."""
    # The debugging protocol evaluates whatever the page's security policy says: the policy stays in force.
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found = page.evaluate("options => axe.run(options)", OPTIONS)["violations"]
    return [
        f"{rule['id']} ({node['impact']}): {node['html'][:200]} – {rule['help']}"
        for rule in found
        for node in rule["nodes"]
    ]
