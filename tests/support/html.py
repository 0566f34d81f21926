"""Every page the tests fetch goes through these checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from support import html_forms, html_french, html_safety, html_structure
from support.html_page import Check, parsed

CHECKS: Final[tuple[Check, ...]] = (
    *html_structure.CHECKS,
    *html_forms.CHECKS,
    *html_safety.CHECKS,
    *html_french.CHECKS,
)


def check_page(
    html: str,
    *,
    headers: Mapping[str, str],
    full: bool = True,
    signed_in: bool = False,
    repeated: Collection[str] = (),
) -> list[str]:
    """List the faults of a page (of a fragment, when not full); `repeated` names links with several targets."""
    page = parsed(html, full=full, repeated=frozenset(repeated))
    faults = [fault for check in CHECKS for fault in check(page)]
    return [*faults, *html_safety.header_faults(headers, signed_in=signed_in)]
