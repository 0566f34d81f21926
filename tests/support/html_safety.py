"""What keeps a page from running or fetching what is not ours: its markup, and its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from support.html_page import Check, Page, is_element, local, shown

FETCHED: Final = ("src", "srcset", "action", "formaction", "data", "poster", "ping")
FETCHED_BY_HTMX: Final = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "hx-push-url")
LINKED: Final = frozenset({"", "http", "https", "mailto", "tel"})
CODE: Final = re.compile(r"\s*(?:javascript|vbscript|js|data):", re.IGNORECASE)

PRIVATE_REFERRERS: Final = frozenset({"no-referrer", "same-origin", "strict-origin"})
WANTED_DIRECTIVES: Final = {
    "default-src": {"'none'"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'", "'self'"},
    "form-action": {"'none'", "'self'"},
}


def nothing_is_inline(page: Page) -> Iterator[str]:
    """Refuse scripts, styles and handlers written in the page."""
    for element in page.all():
        tag = local(element)
        if tag == "style" or (
            tag == "script" and ("src" not in element.attrib or (element.text or "").strip())
        ):
            yield f"inline {shown(element)}"
        for name in element.attrib:
            if name == "style" or name.startswith(("on", "hx-on")):
                yield f"{shown(element)}: {name} in the page"


def no_attribute_is_code(page: Page) -> Iterator[str]:
    """Refuse addresses and htmx values that would be run."""
    for element in page.all():
        for name, value in element.items():
            if CODE.match(value) and name.rpartition("}")[2] in {"href", *FETCHED}:
                yield f"{shown(element)}: code in {name}"
            if name.startswith("hx-") and re.match(r"\s*(?:javascript|js):", value):
                yield f"{shown(element)}: code in {name}"
            if name.startswith("hx-trigger") and "[" in value:
                yield f"{shown(element)}: a filter in {name} is code"


def everything_comes_from_here(page: Page) -> Iterator[str]:
    """Refuse anything fetched from, or sent to, another site; a link may lead to one."""
    for element in page.all():
        names = [*FETCHED, *FETCHED_BY_HTMX]
        if local(element) in {"link", "use", "image", "base"}:
            names += ["href", "{http://www.w3.org/1999/xlink}href"]
        yield from (
            f"{shown(element)}: {name} leaves the site" for name in names if _leaves(element.get(name, ""))
        )
        scheme = urlsplit(element.get("href", "")).scheme
        if local(element) == "a" and scheme not in LINKED and not CODE.match(element.get("href", "")):
            yield f"{shown(element)}: an address in {scheme}:"


def _leaves(value: str) -> bool:
    parts = urlsplit(value.strip())
    return not CODE.match(value) and bool(parts.scheme or parts.netloc or value.strip().startswith("//"))


def nothing_is_embedded(page: Page) -> Iterator[str]:
    """Refuse frames, objects, and a page that leads elsewhere by itself."""
    for element in page.all("iframe", "object", "embed", "base", "frame"):
        yield f"{shown(element)} has no place here"
    for meta in page.all("meta"):
        if "http-equiv" in meta.attrib:
            yield f"{shown(meta)}: say it in a header"


def no_comment_is_sent(page: Page) -> Iterator[str]:
    """Refuse comments: what is written for us stays in the templates."""
    yield from (
        f"comment {(each.text or '').strip()[:40]!r}"
        for each in page.root.iter()
        if not is_element(each) and each.tag != "DOCUMENT_FRAGMENT"
    )


def header_faults(headers: Mapping[str, str], *, signed_in: bool) -> Iterator[str]:
    """List what the headers of a page lack."""
    given = {key.lower(): value for key, value in headers.items()}
    yield from _policy_faults(given.get("content-security-policy", ""))
    wanted = {
        "content-type": "text/html; charset=utf-8",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
    }
    for name, value in wanted.items():
        if given.get(name, "").lower() != value:
            yield f"header {name} is {given.get(name)!r}, not {value!r}"
    if given.get("referrer-policy") not in PRIVATE_REFERRERS:
        yield f"header referrer-policy is {given.get('referrer-policy')!r}"
    if not given.get("permissions-policy"):
        yield "no header permissions-policy"
    if signed_in and "no-store" not in given.get("cache-control", ""):
        yield f"header cache-control is {given.get('cache-control')!r}, not no-store, on a page of one person"


def _policy_faults(policy: str) -> Iterator[str]:
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    for name, values in WANTED_DIRECTIVES.items():
        found = directives.get(name, [])
        if len(found) != 1 or found[0] not in values:
            yield f"content-security-policy: {name} is {' '.join(found)!r}"
    for name, sources in directives.items():
        for source in sources:
            if source.startswith("'unsafe-") or re.match(r"[*a-z]", source):
                yield f"content-security-policy: {name} allows {source}"


CHECKS: Final[tuple[Check, ...]] = (
    nothing_is_inline,
    no_attribute_is_code,
    everything_comes_from_here,
    nothing_is_embedded,
    no_comment_is_sent,
)
