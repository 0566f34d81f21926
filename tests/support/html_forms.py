"""What forms owe the person who fills them in: labels, legends, a token, typed buttons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from support.html_page import Check, Page, is_control, local, shown, squeezed, text

UNSAFE: Final = ("hx-post", "hx-put", "hx-patch", "hx-delete")
GROUPED: Final = frozenset({"radio", "checkbox"})


def controls_have_labels(page: Page) -> Iterator[str]:
    """Want a label for each control."""
    for element in page.all():
        if is_control(element) and not _label(page, element):
            yield f"{shown(element)} without label"


def _label(page: Page, element: Element) -> str:
    if element.attrib.keys() & {"aria-label", "aria-labelledby"}:
        return page.name(element)
    wrapping = page.inside(element, "label")
    pointing = page.labels.get(element.get("id", ""), []) if element.get("id") else []
    return squeezed(" ".join(text(each) for each in [*pointing, wrapping] if each is not None))


def labels_have_controls(page: Page) -> Iterator[str]:
    """Refuse a label that labels nothing a person can fill in."""
    for label in page.all("label"):
        pointed = page.by_identifier.get(label.get("for", ""))
        if "for" not in label.attrib and not any(is_control(each) for each in label.iter()):
            yield f"{shown(label)} labels nothing"
        if pointed is not None and not is_control(pointed):
            yield f"{shown(label)} labels {shown(pointed)}"


def groups_have_legends(page: Page) -> Iterator[str]:
    """Want a fieldset with its legend around each group of radio buttons, and of several check boxes."""
    groups: dict[str, list[Element]] = defaultdict(list)
    for element in page.all("input"):
        if element.get("type") in GROUPED:
            groups[element.get("name", "")].append(element)
    owners: dict[Element, str] = {}
    for name, members in groups.items():
        if members[0].get("type") == "checkbox" and len(members) == 1:
            continue
        around = [page.inside(each, "fieldset") for each in members]
        fieldset = around[0]
        if fieldset is None or any(each is not fieldset for each in around):
            yield f"group {name!r} is not inside one fieldset"
        elif owners.setdefault(fieldset, name) != name:
            yield f"groups {owners[fieldset]!r} and {name!r} share one fieldset"


def fieldsets_have_legends(page: Page) -> Iterator[str]:
    """Want a legend at the top of each fieldset."""
    for fieldset in page.all("fieldset"):
        first = next((each for each in fieldset if isinstance(each.tag, str)), None)
        if first is None or local(first) != "legend" or not page.name(first):
            yield f"{shown(fieldset)} does not begin with a legend"


def posts_carry_a_token(page: Page) -> Iterator[str]:
    """Want the token against forged requests wherever something is changed."""
    for form in page.all("form"):
        tokens = [each.get("value") for each in form.iter("input") if each.get("name") == "csrf_token"]
        if form.get("method", "get").lower() == "post" and not any(tokens):
            yield f"{shown(form)} without csrf_token"
        if form.get("method", "get").lower() != "post" and tokens:
            yield f"{shown(form)} would write its csrf_token in the address"
    for element in page.all() if page.full else ():
        around = (element, *page.ancestors(element))
        if element.attrib.keys() & set(UNSAFE) and not any(_sends_token(each) for each in around):
            yield f"{shown(element)} sends no csrf_token"


def _sends_token(element: Element) -> bool:
    if local(element) == "form":
        return any(each.get("name") == "csrf_token" for each in element.iter("input"))
    return any(
        key.startswith("hx-headers") and "csrf" in value.lower().replace("-", "")
        for key, value in element.items()
    )


def buttons_have_types(page: Page) -> Iterator[str]:
    """Want each button to say whether it sends its form, and what it does."""
    for button in page.all("button"):
        if button.get("type") not in {"submit", "button"}:
            yield f"{shown(button)} without type"
        if not page.name(button):
            yield f"{shown(button)} has no name"


def passwords_can_be_filled_in(page: Page) -> Iterator[str]:
    """Want password managers to know which password is asked."""
    for each in page.all("input"):
        known = each.get("autocomplete") in {"current-password", "new-password"}
        if each.get("type") == "password" and not known:
            yield f"{shown(each)} without autocomplete"


CHECKS: Final[tuple[Check, ...]] = (
    controls_have_labels,
    labels_have_controls,
    groups_have_legends,
    fieldsets_have_legends,
    posts_carry_a_token,
    buttons_have_types,
    passwords_can_be_filled_in,
)
