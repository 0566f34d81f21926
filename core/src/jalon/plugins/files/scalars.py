"""Type the scalars of a file, which are all text: no guessing, one spelling per value."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from jalon.domain.facts import BOOLEANS, read_date
from jalon.domain.levels import NA

_INTEGER: Final = re.compile(r"-?(0|[1-9]\d{0,8})", re.ASCII)


def _boolean(raw: object) -> bool:
    known = BOOLEANS.get(raw) if isinstance(raw, str) else None
    if known is None:
        raise PydanticCustomError("wrong-boolean", "oui ou non")
    return known


def _integer(raw: object) -> int:
    if not isinstance(raw, str) or not _INTEGER.fullmatch(raw):
        raise PydanticCustomError("wrong-number", "un nombre entier")
    return int(raw)


def _date(raw: object) -> date:
    value = read_date(raw)
    if value is None:
        raise PydanticCustomError("wrong-date", "une date AAAA-MM-JJ")
    return value


def _level(raw: object) -> int | str:
    if raw == NA:
        return NA
    if not isinstance(raw, str) or not _INTEGER.fullmatch(raw):
        raise PydanticCustomError("wrong-level", "un niveau entier, ou NA")
    return int(raw)


def _na(raw: object) -> str:
    """Read `na`, whose *yes* and *no* are also written as booleans."""
    if isinstance(raw, str) and raw in BOOLEANS:
        return "yes" if BOOLEANS[raw] else "no"
    return raw if isinstance(raw, str) else ""


def name(pattern: str, shown: str) -> Any:
    """Make the type of a name that follows a pattern; `shown` tells it to people."""

    def check(raw: object) -> str:
        if not isinstance(raw, str) or not re.fullmatch(pattern, raw, re.ASCII):
            raise PydanticCustomError("wrong-name", "{shown}", {"shown": shown})
        return raw

    return Annotated[
        str, BeforeValidator(check), WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})
    ]


NA_VALUES: Final = BeforeValidator(_na)
NA_SCHEMA: Final = WithJsonSchema({"enum": ["yes", "with_reason", "no", "oui", "non", True, False]})
Boolean = Annotated[bool, BeforeValidator(_boolean), WithJsonSchema({"enum": ["oui", "non", True, False]})]
Integer = Annotated[int, BeforeValidator(_integer), WithJsonSchema({"type": "integer"})]
Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Level = Annotated[
    int | str, BeforeValidator(_level), WithJsonSchema({"anyOf": [{"type": "integer"}, {"const": NA}]})
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]

KEY_PATTERN: Final = r"[a-z][a-z0-9_]{0,59}"
RULE_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,59}"
CODE_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
Key = name(KEY_PATTERN, "une minuscule, puis des minuscules, chiffres ou _")
RuleKey = name(RULE_PATTERN, "des minuscules, chiffres, tirets ou _")
Code = name(CODE_PATTERN, "des lettres sans accent, chiffres, points, tirets ou _")
Reference = name(f"({KEY_PATTERN}/)?{CODE_PATTERN}", "un nom, ou référentiel/nom")
