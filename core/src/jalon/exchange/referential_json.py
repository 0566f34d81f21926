"""The stored form of a referential: canonical JSON, whose digest names it.

The types of the domain say how each field is written. Where a field may hold one of several types, a tag says
which. A default is left out only where it means *nothing*, so that no later change of a default can change
what was stored; a field added later is read as its default.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache, reduce
from hashlib import sha256
from math import isfinite
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

from jalon.domain.conditions import ALWAYS, AllOf, AnyOf, Clause, Condition, FactValue, Not
from jalon.domain.facts import read_date
from jalon.domain.levels import NA, LevelValue
from jalon.domain.referential import AtLeast, Effect, Exactly, Referential
from jalon.domain.texts import NO_TEXT, Text
from jalon.errors import JalonError

FORMAT: Final = 1


class StoredReferentialError(JalonError):
    """A stored referential that cannot be read, or a referential that cannot be stored."""


def as_canonical(referential: Referential) -> str:
    """Write a referential as one text, always the same for equal referentials."""
    try:
        content = {"format": FORMAT, "referential": _codec(Referential).write(referential)}
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        text.encode()
    except _MisfitError as fault:
        raise StoredReferentialError(f"{_CANNOT_STORE} {fault.told}.") from None
    except (ValueError, RecursionError) as fault:  # not a number, half a character, nested too deep
        raise StoredReferentialError(f"{_CANNOT_STORE} {_MALFORMED} ({fault}).") from None
    return text


def from_canonical(text: str) -> Referential:
    """Rebuild a referential; raise StoredReferentialError where anything is missing, unknown or ill-typed."""
    try:
        return _rebuilt(json.loads(text))
    except _MisfitError as fault:
        raise StoredReferentialError(f"{_CANNOT_READ} {fault.told}. {_REMEDY}") from None
    except (ValueError, RecursionError) as fault:  # not JSON, half a character, nested too deep
        raise StoredReferentialError(f"{_CANNOT_READ} {_MALFORMED} ({fault}). {_REMEDY}") from None


def _rebuilt(content: object) -> Referential:
    if not isinstance(content, dict) or content.keys() != {"format", "referential"}:
        raise _MisfitError(content, "un groupe de clés format, referential")
    if content["format"] != FORMAT:
        raise _MisfitError(content["format"], f"le format {FORMAT}")
    referential: Referential = _codec(Referential).read(content["referential"])
    return referential


def digest(text: str) -> str:
    """Name a stored form by its content."""
    return sha256(text.encode()).hexdigest()


class _MisfitError(Exception):
    def __init__(self, found: object, expected: str) -> None:
        super().__init__()
        self.found = found
        self.expected = expected
        self.place: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        place = f"à « {'.'.join(self.place)} », " if self.place else ""
        return f"{place}trouvé {_shown(self.found)}, attendu {self.expected}"


class _Codec(NamedTuple):
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@cache
def _codec(hint: Any) -> _Codec:
    """Make the codec of a type; every type found in a referential has one."""
    present = [each for each in get_args(hint) if each is not type(None)]
    if len(present) < len(get_args(hint)):
        return _optional(_codec(reduce(operator.or_, present)))
    if hint in _UNIONS:
        return _UNIONS[hint]
    if get_origin(hint) is tuple:
        return _list(_codec(present[0]))
    if get_origin(hint) is Mapping:
        return _mapping(_codec(present[1]))
    if get_origin(hint) is Literal:
        return _one_of({each: each for each in present})
    return _of_class(hint)


def _of_class(kind: Any) -> _Codec:
    if is_dataclass(kind) or kind is Text:
        return _record(kind)
    if issubclass(kind, StrEnum):
        return _one_of({each.value: each for each in kind})
    return {str: _Codec(_same, _text), date: _Codec(date.isoformat, _date)}.get(kind) or _exact(kind)


# -- groups and lists


def _record(kind: Any) -> _Codec:
    hints = get_type_hints(kind)
    kept = [each.name for each in fields(kind) if each.compare] if is_dataclass(kind) else kind._fields
    codecs = {name: _codec(hints[name]) for name in kept}
    defaults = _defaults(kind) if is_dataclass(kind) else {}
    empty = {name: value for name, value in defaults.items() if value in _NOTHING}
    required = codecs.keys() - defaults.keys()

    def write(value: object) -> dict[str, Any]:
        held = ((name, codec, getattr(value, name)) for name, codec in codecs.items())
        return {
            name: _at(name, codec.write, each)
            for name, codec, each in held
            if name not in empty or each != empty[name]
        }

    def read(raw: object) -> Any:
        if not isinstance(raw, dict):
            raise _MisfitError(raw, "un groupe")
        if not required <= raw.keys() <= codecs.keys():
            found = ", ".join(sorted(raw.keys() - codecs.keys())) or None
            raise _MisfitError(found, f"les clés {', '.join(sorted(required - raw.keys()) or codecs)}")
        return kind(**{name: _at(name, codecs[name].read, each) for name, each in raw.items()})

    return _Codec(write, read)


def _defaults(kind: Any) -> dict[str, Any]:
    made = {each.name: each.default_factory() for each in fields(kind) if each.default_factory is not MISSING}
    return made | {each.name: each.default for each in fields(kind) if each.default is not MISSING}


def _at(name: str, convert: Callable[[Any], Any], value: object) -> Any:
    try:
        return convert(value)
    except _MisfitError as fault:
        fault.place = (name, *fault.place)
        raise


def _list(of: _Codec) -> _Codec:
    def read(raw: object) -> tuple[Any, ...]:
        return tuple(map(of.read, _items(raw)))

    return _Codec(lambda value: [of.write(each) for each in value], read)


def _mapping(of: _Codec) -> _Codec:
    def read(raw: object) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            raise _MisfitError(raw, "un groupe")
        return MappingProxyType({_text(key): of.read(each) for key, each in raw.items()})

    return _Codec(lambda value: {key: of.write(each) for key, each in value.items()}, read)


def _tagged(**kinds: type) -> _Codec:
    """Write a value as the only item of a group, whose key tells its class."""
    tags: Final = {kind: tag for tag, kind in kinds.items()}

    def write(value: object) -> dict[str, Any]:
        kind: Any = type(value)
        return {tags[kind]: _codec(kind).write(value)}

    def read(raw: object) -> Any:
        tag, content = _tag(raw, tuple(kinds))
        return _codec(kinds[tag]).read(content)

    return _Codec(write, read)


def _tag(raw: object, tags: tuple[str, ...]) -> tuple[str, Any]:
    if isinstance(raw, dict) and len(raw) == 1:
        ((tag, content),) = raw.items()
        if tag in tags:
            return tag, content
    raise _MisfitError(raw, f"un groupe d’une clé : {', '.join(tags)}")


def _optional(of: _Codec) -> _Codec:
    return _Codec(
        lambda value: None if value is None else of.write(value),
        lambda raw: None if raw is None else of.read(raw),
    )


# -- single values


def _same(value: Any) -> Any:
    return value


def _one_of(values: Mapping[str, Any]) -> _Codec:
    def read(raw: object) -> Any:
        if not isinstance(raw, str) or raw not in values:
            raise _MisfitError(raw, f"une valeur parmi {', '.join(values)}")
        return values[raw]

    return _Codec(str, read)


def _exact(kind: type) -> _Codec:
    def read(raw: object) -> Any:
        if type(raw) is not kind:
            raise _MisfitError(raw, "oui ou non" if kind is bool else "un nombre entier")
        return raw

    return _Codec(_same, read)


def _items(raw: object) -> list[Any]:
    if not isinstance(raw, list):
        raise _MisfitError(raw, "une liste")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise _MisfitError(raw, "un texte")
    raw.encode()  # half a character could not be shown nor stored
    return raw


def _date(raw: object) -> date:
    value = read_date(raw)
    if value is None:
        raise _MisfitError(raw, "une date AAAA-MM-JJ")
    return value


def _level(raw: object) -> LevelValue:
    if raw != NA and type(raw) is not int:
        raise _MisfitError(raw, f"un niveau entier, ou {NA}")
    return raw


def _write_raw(value: object) -> Any:
    """Write a value of any type a rule or a clause may hold; JSON tells numbers, texts and booleans apart."""
    if value is None or isinstance(value, (bool, str, int, float)):
        return value
    if isinstance(value, date):
        return {"date": date.isoformat(value)}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(map(_text, value))}
    if isinstance(value, tuple):
        return {"tuple": [_write_raw(each) for each in value]}
    if isinstance(value, list):
        return [_write_raw(each) for each in value]
    raise _MisfitError(value, "un texte, un nombre, un booléen, une date ou une liste")


def _read_raw(raw: object) -> Any:
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, list):
        return [_read_raw(each) for each in raw]
    if isinstance(raw, dict):
        tag, content = _tag(raw, ("date", "set", "tuple"))
        if tag == "date":
            return _date(content)
        return (
            frozenset(map(_text, _items(content))) if tag == "set" else tuple(map(_read_raw, _items(content)))
        )
    if isinstance(raw, float) and not isfinite(raw):
        raise _MisfitError(raw, "un nombre fini")
    return raw


def _read_value(raw: object) -> FactValue:
    value = _read_raw(raw)
    if not isinstance(value, (bool, str, int, float, date, frozenset)):
        raise _MisfitError(raw, "un texte, un nombre, un booléen, une date ou un ensemble")
    return value


def _shown(value: object) -> str:
    if value is None:
        return "rien"
    if isinstance(value, (dict, list)):
        return "un groupe" if isinstance(value, dict) else "une liste"
    return f"« {str(value)[:60]} »"


_NOTHING: Final[tuple[object, ...]] = (None, "", (), {}, NO_TEXT, ALWAYS)
_UNIONS: Final[Mapping[Any, _Codec]] = {
    object: _Codec(_write_raw, _read_raw),
    FactValue: _Codec(_write_raw, _read_value),
    LevelValue: _Codec(_same, _level),
    Condition: _tagged(clause=Clause, all=AllOf, any=AnyOf, **{"not": Not}),
    Effect: _tagged(exactly=Exactly, at_least=AtLeast),
}
_CANNOT_STORE: Final = "Ce référentiel ne peut pas être enregistré :"
_CANNOT_READ: Final = "Le référentiel enregistré est illisible :"
_MALFORMED: Final = "texte mal formé, ou groupes trop imbriqués"
_REMEDY: Final = "Installez de nouveau le module qui l’apporte."
