"""Preliminary questions: each answer is a named fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import Final

from jalon.domain.conditions import ALWAYS, Clause, Condition, FactValue, clause_holds
from jalon.domain.texts import NO_TEXT, Status, Text


class FactType(StrEnum):
    """Say what an answer to a preliminary question may be."""

    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"

    @property
    def is_ordered(self) -> bool:
        """Say whether values can be compared with bounds."""
        return self in {FactType.NUMBER, FactType.DATE}

    @property
    def is_chosen(self) -> bool:
        """Say whether values come from a declared list."""
        return self in {FactType.CHOICE, FactType.CHOICES}


class Section(StrEnum):
    """Name the four sections of the preliminary questions."""

    DESCRIPTION = "description"
    PATHS = "paths"
    REQUIREMENTS = "requirements"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Choice:
    """Offer one value of a choice question."""

    value: str
    label: str
    help: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """Ask one preliminary question."""

    key: str
    question: str
    type: FactType
    choices: tuple[Choice, ...] = ()
    help: Text = NO_TEXT
    section: Section = Section.INFORMATION
    minimum: FactValue | None = None
    maximum: FactValue | None = None
    unknown: bool = True
    applies_when: Condition = ALWAYS
    status: Status = Status.ILLUSTRATIVE
    sources: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """List the values of a choice question."""
        return tuple(choice.value for choice in self.choices)


class WrongValueError(ValueError):
    """A value does not fit its question; `found` and `expected` say how."""

    def __init__(self, found: str, expected: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.found = found
        self.expected = expected
        self.candidates = candidates


def read_value(fact: FactDefinition, raw: object) -> FactValue:
    """Type a value given as text (or already typed) by its question; raise WrongValueError."""
    if fact.type is FactType.CHOICES:
        items = raw if isinstance(raw, (list, tuple, set, frozenset)) else [raw]
        return frozenset(_choice(fact, item) for item in items)
    return read_single(fact, raw)


def read_single(fact: FactDefinition, raw: object) -> FactValue:
    """Type one value: for a multiple-choice fact, one of its choices."""
    return _READERS[fact.type](fact, raw)


def _boolean(_fact: FactDefinition, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    known = BOOLEANS.get(raw) if isinstance(raw, str) else None
    if known is None:
        raise WrongValueError(_shown(raw), "oui ou non", ("oui", "non"))
    return known


def _choice(fact: FactDefinition, raw: object) -> str:
    # A question of the core has no choices of its own: what is installed decides.
    if not isinstance(raw, str) or (fact.choices and raw not in fact.values):
        raise WrongValueError(_shown(raw), f"une valeur de « {fact.key} »{_listed(fact.values)}", fact.values)
    return raw


def _listed(values: tuple[str, ...]) -> str:
    return f" ({', '.join(values)})" if 0 < len(values) <= _FEW else ""


def _text(_fact: FactDefinition, raw: object) -> str:
    if not isinstance(raw, str):
        raise WrongValueError(_shown(raw), "un texte")
    return raw


def _number(fact: FactDefinition, raw: object) -> FactValue:
    value = read_number(raw)
    if value is None:
        raise WrongValueError(_shown(raw), "un nombre, par exemple 12 ou 0.5")
    return _bounded(fact, value, raw)


def _date(fact: FactDefinition, raw: object) -> FactValue:
    value = read_date(raw)
    if value is None:
        raise WrongValueError(_shown(raw), "une date AAAA-MM-JJ")
    return _bounded(fact, value, raw)


def _bounded(fact: FactDefinition, value: FactValue, raw: object) -> FactValue:
    within = Clause("fact", fact.key, minimum=fact.minimum, maximum=fact.maximum)
    if not clause_holds(within, value):
        low = "" if fact.minimum is None else f" ≥ {fact.minimum}"
        high = "" if fact.maximum is None else f" ≤ {fact.maximum}"
        raise WrongValueError(_shown(raw), f"une valeur{' et'.join(filter(None, (low, high)))}")
    return value


def read_number(raw: object) -> int | float | None:
    """Read a decimal number, or give None; infinities and exponents are not numbers here."""
    if isinstance(raw, str) and _NUMBER.fullmatch(raw):
        return float(raw) if "." in raw else int(raw)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and isfinite(raw):
        return raw
    return None


def read_date(raw: object) -> date | None:
    """Read a date written AAAA-MM-JJ, or give None."""
    if isinstance(raw, date):
        return raw
    if not isinstance(raw, str) or not _DATE.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _shown(raw: object) -> str:
    if isinstance(raw, (list, tuple)):
        return "une liste"
    text = "oui" if raw is True else "non" if raw is False else str(raw)
    return f"« {text[:60]} »"


class Profile(Mapping[str, FactValue]):
    """Give plugins the facts of a product, by `referential/fact`; absent facts are not in it."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, FactValue]) -> None:
        self._values = dict(values)

    def __getitem__(self, fact: str) -> FactValue:
        return self._values[fact]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Profile({self._values!r})"

    def has(self, fact: str, value: FactValue) -> bool:
        """Say whether a fact has this value; for a multiple-choice fact, among others."""
        return clause_holds(Clause("fact", fact, values=(value,)), self._values.get(fact))


BOOLEANS: Final[Mapping[str, bool]] = {"oui": True, "true": True, "non": False, "false": False}
_FEW: Final = 30
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_READERS: Final[Mapping[FactType, Callable[[FactDefinition, object], FactValue]]] = {
    FactType.BOOLEAN: _boolean,
    FactType.CHOICE: _choice,
    FactType.CHOICES: _choice,
    FactType.TEXT: _text,
    FactType.NUMBER: _number,
    FactType.DATE: _date,
}
