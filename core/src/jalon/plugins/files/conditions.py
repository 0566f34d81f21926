"""Read conditions: groups of facts that must all hold, `all`, `any`, `not`, and answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from jalon.domain.conditions import ALWAYS, AllOf, AnyOf, Clause, Condition, Not
from jalon.domain.core_facts import PATHS
from jalon.domain.findings import Finding, Path
from jalon.domain.levels import NA, LevelValue
from jalon.plugins.files.scalars import CODE_PATTERN, KEY_PATTERN
from jalon.plugins.files.tree import UNREAD

RESERVED: Final = frozenset({"all", "any", "not", "answer", "min", "max", "is"})
"""Words of conditions, which no fact may take as a name."""

_NAME: Final = re.compile(rf"({KEY_PATTERN}/)?{CODE_PATTERN}", re.ASCII)
_LEVEL: Final = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)
_EXPECTED: Final = "des faits et leurs valeurs, ou all, any, not, answer"


class ConditionReader:
    """Read the conditions of one referential and collect what is wrong in them."""

    def __init__(self, referential: str) -> None:
        self._referential = referential
        self.findings: list[Finding] = []

    def read(self, raw: object, path: Path) -> Condition:
        """Read a condition. A wrong part is reported and left out."""
        if raw is UNREAD:
            return ALWAYS
        if not isinstance(raw, dict) or not raw:
            self._wrong(path, _shown(raw), _EXPECTED)
            return ALWAYS
        if "answer" in raw:
            return self._answer(raw, path)
        parts = [part for key, value in raw.items() for part in self._entry(key, value, (*path, key))]
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def qualified(self, name: str) -> str:
        """Give the full name of what a file calls by a short one: its own."""
        return name if "/" in name else f"{self._referential}/{name}"

    def _wrong(self, path: Path, found: str, expected: str) -> None:
        self.findings.append(Finding("wrong-condition", path, found, expected))

    def _entry(self, key: str, value: object, path: Path) -> list[Condition]:
        reader = _WORDS.get(key)
        if reader is not None:
            return reader(self, value, path)
        if key in RESERVED:
            self._wrong(path, f"« {key} »", "« answer » dans le même groupe")
            return []
        if not _NAME.fullmatch(key):
            self._wrong(path, f"« {key} »", "le nom d’un fait")
            return []
        return self._fact(self.qualified(key), value, path)

    def _fact(self, name: str, value: object, path: Path) -> list[Condition]:
        if value is UNREAD or (isinstance(value, list) and UNREAD in value):
            return []
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and values and all(isinstance(item, str) for item in values):
            paths = name == PATHS  # whose values are names too
            return [Clause("fact", name, values=tuple(map(self.qualified, values) if paths else values))]
        bounds = value if isinstance(value, dict) and value and set(value) <= {"min", "max"} else None
        if bounds is not None and all(isinstance(bound, str) for bound in bounds.values()):
            return [Clause("fact", name, minimum=bounds.get("min"), maximum=bounds.get("max"))]
        self._wrong(path, _shown(value), "une valeur, une liste de valeurs, ou {min: …, max: …}")
        return []

    def _several(self, value: object, path: Path) -> tuple[Condition, ...]:
        if value is UNREAD:
            return ()
        if not isinstance(value, list) or not value:
            self._wrong(path, _shown(value), "une liste de conditions")
            return ()
        return tuple(self.read(part, (*path, i)) for i, part in enumerate(value))

    def _all(self, value: object, path: Path) -> list[Condition]:
        return [AllOf(self._several(value, path))]

    def _any(self, value: object, path: Path) -> list[Condition]:
        return [AnyOf(self._several(value, path))]

    def _not(self, value: object, path: Path) -> list[Condition]:
        return [Not(self.read(value, path))]

    def _answer(self, raw: Mapping[str, Any], path: Path) -> Condition:
        name, others = raw["answer"], set(raw) - {"answer"}
        if UNREAD in raw.values():
            return ALWAYS
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            self._wrong((*path, "answer"), _shown(name), "le code d’un critère")
            return ALWAYS
        if others == {"is"}:
            return self._answer_is(self.qualified(name), raw["is"], (*path, "is"))
        if not others or not others <= {"min", "max"}:
            found = ", ".join(sorted(others)) or "answer seul"
            self._wrong(path, found, "answer avec min, max ou is, et rien d’autre (sinon : all)")
            return ALWAYS
        bounds = {key: self._bound(raw[key], (*path, key)) for key in others}
        return Clause("answer", self.qualified(name), minimum=bounds.get("min"), maximum=bounds.get("max"))

    def _answer_is(self, name: str, value: object, path: Path) -> Condition:
        items = value if isinstance(value, list) else [value]
        levels = [self._level(item, path) for item in items]
        known = tuple(level for level in levels if level is not None)
        if not items:
            self._wrong(path, "liste vide", "un niveau, NA, ou une liste")
        return Clause("answer", name, values=known) if known else ALWAYS

    def _level(self, value: object, path: Path) -> LevelValue | None:
        return NA if value == NA else self._bound(value, path)

    def _bound(self, value: object, path: Path) -> int | None:
        if isinstance(value, str) and _LEVEL.fullmatch(value):
            return int(value)
        self._wrong(path, _shown(value), "un niveau entier")
        return None


_WORDS: Final[Mapping[str, Callable[[ConditionReader, object, Path], list[Condition]]]] = {
    "all": ConditionReader._all,  # noqa: SLF001
    "any": ConditionReader._any,  # noqa: SLF001
    "not": ConditionReader._not,  # noqa: SLF001
}


def _shown(value: object) -> str:
    if value is None:
        return "rien"
    if isinstance(value, dict):
        return f"un groupe ({', '.join(map(str, value))[:60]})" if value else "un groupe vide"
    if isinstance(value, list):
        return "une liste" if value else "une liste vide"
    return f"« {str(value)[:60]} »"
