"""Remember what was taken out of a file, so that nothing is called unknown only because of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from jalon.domain.findings import Finding, Path, unquoted
from jalon.plugins.files.scalars import KEY_PATTERN
from jalon.plugins.files.tree import Group, Items

_SILENCED: Final[Mapping[str, frozenset[str]]] = {
    "touches": frozenset({"not-touched", "not-required"}),
    "requires": frozenset({"not-required"}),
    "key": frozenset({"not-required", "not-touched", "core-fact", "organisation-rule"}),
}
"""What cannot be told any more once something was taken out of a place."""

_KINDS: Final[Mapping[str, str]] = {
    "unknown-fact": "facts",
    "unknown-criterion": "criteria",
    "unknown-questionnaire": "questionnaires",
    "unknown-path": "paths",
    "unknown-source": "sources",
    "unknown-scale": "scales",
}
_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "facts": ("choices",),
    "questionnaires": ("axes",),
    "axes": ("criteria",),
}
"""What each kind of thing declares below it."""


class Lost:
    """Hold the names declared in what was taken out, by kind; a kind nobody could read loses them all."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}
        self._unreadable: set[str] = set()
        self._silenced: set[str] = set()

    def take_in(self, path: Path, node: Any) -> None:
        """Remember what a node declared, at a path of the file."""
        places = [step for step in path if isinstance(step, str)]
        if not places:
            return
        self._silenced |= _SILENCED.get(places[0], frozenset())
        if places[0] in {"sources", "scales"}:
            self._named(places[0], path[1:], node)
        elif places[-1] in {*_KINDS.values(), "choices", "axes"}:
            self._declared(places[-1], node, listed=not isinstance(path[-1], int))

    def refuse(self, kind: str) -> None:
        """Remember that things of a kind could not be read at all."""
        self._unreadable |= {kind, *self._below(kind)}

    def explains(self, finding: Finding) -> bool:
        """Say whether a fault only follows from what was taken out."""
        if finding.code in self._silenced:
            return True
        if finding.code == "wrong-value":
            known = self._names.get("choices", set())
            return "choices" in self._unreadable or unquoted(finding.found) in known
        kind = _KINDS.get(finding.code)
        if kind is None:
            return False
        return kind in self._unreadable or finding.found.rpartition("/")[2] in self._names.get(kind, set())

    def _named(self, kind: str, below: Path, node: Any) -> None:
        """Take in an entry of a group whose keys are names, or the whole group."""
        if below and not re.fullmatch(KEY_PATTERN, str(below[0]), re.ASCII):
            self.refuse(kind)  # its name was refused: nobody knows the right one
        elif below:
            self._names.setdefault(kind, set()).add(str(below[0]))
        elif isinstance(node, Group):
            self._names.setdefault(kind, set()).update(node)
        else:
            self.refuse(kind)

    def _declared(self, kind: str, node: Any, *, listed: bool) -> None:
        if listed:
            if isinstance(node, Items):
                for item in node:
                    self._declared(kind, item, listed=False)
            else:
                self.refuse(kind)
            return
        name = _name(node)
        if name is None:
            self.refuse(kind)
        else:
            self._names.setdefault(kind, set()).add(name)
        for inner in _INSIDE.get(kind, ()):
            if isinstance(node, Group) and inner in node:
                self._declared(inner, node[inner], listed=True)
            elif inner != "choices":
                self.refuse(inner)

    def _below(self, kind: str) -> set[str]:
        inside = set(_INSIDE.get(kind, ()))
        return inside.union(*(self._below(each) for each in inside))


def _name(node: Any) -> str | None:
    """Read the name an item declares: its key, its code, its value, or itself."""
    if isinstance(node, str):
        return node
    if not isinstance(node, Group):
        return None
    names = [node[key] for key in ("key", "code", "value") if isinstance(node.get(key), str)]
    return names[0] if names else None
