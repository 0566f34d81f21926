"""Read the files of demonstration data: organisations, accounts, products and their answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from jalon.domain.facts import BOOLEANS
from jalon.domain.levels import LevelValue
from jalon.domain.rights import WorkProfile
from jalon.errors import JalonError
from jalon.plugins.files.tree import read_tree
from jalon.plugins.telling import unreadable


class DemoFileError(JalonError):
    """A file of demonstration data is refused."""


def _boolean(raw: object) -> object:
    return BOOLEANS.get(raw, raw) if isinstance(raw, str) else raw


def _level(raw: object) -> object:
    return int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() else raw


Truth = Annotated[bool, BeforeValidator(_boolean)]
Level = Annotated[LevelValue, BeforeValidator(_level)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoAccount(_Part):
    """Describe one account; `manager` is a login written above."""

    login: str
    name: str
    email: str
    manager: str | None = None
    profile: WorkProfile = WorkProfile.PRODUCTS
    validates: Truth = Field(default=False, alias="validate")
    creates_accounts: Truth = Field(default=False, alias="create_accounts")


class DemoAnswer(_Part):
    """Describe one answer; without author, the product's responsible gave it."""

    level: Level | None = None
    comment: str = ""
    by: str | None = None
    at: datetime | None = None
    to_investigate: Truth = False


def _answer(raw: object) -> object:
    return raw if isinstance(raw, dict) else {"level": raw}


class DemoProduct(_Part):
    """Describe one product, its preliminary answers and its answers, by full names."""

    reference: str
    name: str
    version: str
    kind: str = "base"
    extends: tuple[str, ...] = ()
    stage: str = "production"
    archived: Truth = False
    editions: tuple[str, ...] = ()
    support: str = ""
    purpose: str = ""
    responsible: str
    shared_with: tuple[str, ...] = ()
    profile: dict[str, Any] = {}
    answers: dict[str, Annotated[DemoAnswer, BeforeValidator(_answer)]] = {}


class DemoOrganisation(_Part):
    """Describe one organisation: its accounts, the head first, and its products."""

    demo: Annotated[int, BeforeValidator(_level)] = Field(ge=1, le=1)
    organisation: str
    accounts: tuple[DemoAccount, ...]
    products: tuple[DemoProduct, ...] = ()


def demo_files(folder: Path) -> list[Path]:
    """List the files of a folder of demonstration data."""
    return sorted(folder.glob("*.yaml"))


def read_demo(path: Path) -> DemoOrganisation:
    """Read one file; raise DemoFileError with every fault."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DemoFileError(f"{path}: fichier illisible : {unreadable(error)}") from None
    tree = read_tree(content, str(path))
    if tree.faults:
        raise DemoFileError(
            "\n".join(f"{path}:{fault.line}: {fault.code} {fault.found}" for fault in tree.faults)
        )
    try:
        return DemoOrganisation.model_validate(tree.root)
    except ValidationError as error:
        raise DemoFileError(
            "\n".join(f"{path}: {'/'.join(map(str, each['loc']))} : {each['msg']}" for each in error.errors())
        ) from None
