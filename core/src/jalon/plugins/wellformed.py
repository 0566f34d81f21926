"""Check that a referential built in Python holds what its types say: files are checked as they are read."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from jalon.domain.referential import Referential
from jalon.plugins.telling import shown


def misfits(referential: Referential) -> Iterator[str]:
    """Say what is not of the type it should be: nothing when all is well."""
    yield from _misfits(referential, Referential, "referential")


def _misfits(value: object, hint: Any, place: str) -> Iterator[str]:
    origin = get_origin(hint)
    if isinstance(hint, type) and is_dataclass(hint) and type(value) is hint:
        parts = [(getattr(value, name), inner, f"{place}.{name}") for name, inner in _hints(hint).items()]
    elif origin is tuple and isinstance(value, tuple):
        parts = [(item, get_args(hint)[0], f"{place}[{i}]") for i, item in enumerate(value)]
    elif origin is Mapping and isinstance(value, Mapping):
        of_key, of_item = get_args(hint)
        parts = [(key, of_key, f"{place} (clé)") for key in value]
        parts += [(item, of_item, f"{place}[{shown(key)}]") for key, item in value.items()]
    elif origin in {Union, types.UnionType}:
        yield from _choice(value, get_args(hint), place)
        return
    else:
        parts = []
        if not _fits(value, hint, origin):
            yield f"{place} : {type(value).__name__} ; attendu : {getattr(hint, '__name__', hint)}"
    for part in parts:
        yield from _misfits(*part)


def _choice(value: object, hints: tuple[Any, ...], place: str) -> Iterator[str]:
    """Accept any of several types; of a dataclass among them, look inside."""
    tries = [list(_misfits(value, hint, place)) for hint in hints]
    if all(tries):
        same = [tried for hint, tried in zip(hints, tries, strict=True) if type(value) is hint]
        yield from (same or tries)[0]


def _fits(value: object, hint: Any, origin: Any) -> bool:
    if hint in {Any, object}:
        return True
    if origin is Literal:
        return value in get_args(hint)
    if hint is None or hint is type(None):
        return value is None
    if isinstance(origin, type):  # Callable, frozenset
        return isinstance(value, origin)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return type(value) is hint
    return (
        isinstance(hint, type) and isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    )


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}
