"""Texts, their sources and how official they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class Text(NamedTuple):
    """Keep a text as written (Markdown) and as shown (HTML made safe when it was loaded)."""

    source: str
    html: str


NO_TEXT: Final = Text("", "")


class Status(StrEnum):
    """Say where a criterion, a question or a rule comes from."""

    OFFICIAL = "official"
    DERIVED = "derived"
    ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True, slots=True)
class Reference:
    """Name a published document that content relies on."""

    key: str
    title: str
    date: date | None = None
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Say who publishes a referential, and whether it speaks for the authority."""

    name: str
    official: bool = False
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """Define a word or an acronym."""

    term: str
    definition: Text
    expansion: str = ""
