"""Reading the pages of documentation, and what the code says of itself."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from jalon.plugins import specs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = ("plugins.md", "hooks.md", "evaluate.md")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Read one page."""
    return (DOCS / name).read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    """List the headings of a page that are not inside a block."""
    return re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)


def section(text: str, heading: str) -> str:
    """Give what follows one heading, up to the next heading of any level."""
    without = FENCE.sub("", text)
    assert heading in headings(text), f"no heading {heading!r}"
    (found,) = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", without, re.MULTILINE | re.DOTALL)
    return str(found)


def first_column(text: str, titled: str) -> list[str]:
    """List the names in the first column of the tables whose first column has this title."""
    names, reading = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            reading = False
        elif cells[0] == titled:
            reading = True
        elif reading and not set(cells[0]) <= {"-", ":"}:
            names.append(cells[0].strip("`"))
    return names


def hook_specs() -> dict[str, str]:
    """Give each hook with its arguments, as its heading shows it."""
    functions = {name: value for name, value in vars(specs).items() if hasattr(value, "jalon_spec")}
    return {
        name: f"{name}({', '.join(inspect.signature(each).parameters)})" for name, each in functions.items()
    }
