"""Check the shape of a file with its schema, and go on past what is wrong to report everything at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jalon.domain.findings import Finding, Path, nearest
from jalon.plugins.files.diagnostics import Diagnostic
from jalon.plugins.files.lost import Lost
from jalon.plugins.files.models import ReferentialPart
from jalon.plugins.files.tree import UNREAD, Group, Items, located

_FEW: Final = 4
_TURNS: Final = 6
"""What is taken out may empty what held it; so many turns reach the top of a file from its bottom."""

_NAMED: Final = frozenset({"sources", "scales", "requires"})
"""Groups whose keys are names: one entry can be taken out without the others."""

_STAND_INS: Final[Mapping[str, Any]] = {
    "jalon": "1",
    "key": "sans_cle",
    "title": "?",
    "edition": "0",
    "effective": "2000-01-01",
    "publisher": {"name": "?"},
}
"""What takes the place of a wrong compulsory key, for the rest of the file to be read."""

_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "extra_forbidden": ("unknown-key", ""),
    "missing": ("missing-key", ""),
    "string_type": ("wrong-kind", "un texte"),
    "string_too_short": ("empty-value", "un texte"),
    "string_too_long": ("wrong-text", "un texte plus court"),
    "list_type": ("wrong-kind", "une liste"),
    "too_short": ("empty-value", "au moins un élément"),
    "dict_type": ("wrong-kind", "un groupe de clés"),
    "model_type": ("wrong-kind", "un groupe de clés"),
    "enum": ("wrong-choice", ""),
    "literal_error": ("wrong-choice", ""),
    "greater_than_equal": ("unknown-format", "1"),
    "less_than_equal": ("unknown-format", "1"),
}


class Shape(NamedTuple):
    """Hold the part of a file whose shape is right, and what is wrong in the rest."""

    part: ReferentialPart | None
    diagnostics: list[Diagnostic]


def shaped(root: Group, lost: Lost) -> Shape:
    """Validate a tree; on faults, locate them, take them out of it, and validate what is left."""
    diagnostics: list[Diagnostic] = []
    for turn in range(_TURNS):
        try:
            return Shape(ReferentialPart.model_validate(root), diagnostics)
        except ValidationError as error:
            details = error.errors(include_url=False)
            if turn == 0:  # later turns only see what the first one left
                told = [detail for detail in details if detail["input"] is not UNREAD]
                diagnostics += [_diagnostic(root, _finding(detail)) for detail in told]
            _take_out(root, [_path(detail) for detail in details], lost)
    return Shape(None, diagnostics)


def _diagnostic(root: Group, finding: Finding) -> Diagnostic:
    file, line = located(root, finding.path)
    return Diagnostic(file, line, finding.code, finding.found, finding.expected, finding.nearest)


def _path(detail: ErrorDetails) -> Path:
    return tuple(step for step in detail["loc"] if step != "[key]")


def _finding(detail: ErrorDetails) -> Finding:
    path, kind = _path(detail), detail["type"]
    code, expected = _CODES.get(kind, (kind if "-" in kind else "wrong-kind", detail["msg"]))
    here = str(path[-1]) if path else ""
    if code == "unknown-key":
        known = _keys_at(path[:-1])
        return Finding(code, path, here, "", nearest(here, known) or ())
    if code == "missing-key":
        return Finding(code, path[:-1], here, f"la clé « {here} »")
    if detail["input"] is None or code == "empty-value":
        return Finding("empty-value", path, f"« {here} »", expected or "une valeur")
    found = _shown(detail["input"])
    context = detail.get("ctx", {})
    if code == "wrong-choice":
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return Finding(code, path, found, expected, nearest(str(detail["input"]), expected.split(", ")))
    if kind == "model_type":
        expected = f"un groupe de clés ({', '.join(_keys_at(path)[:_FEW])}…)"
    return Finding(code, path, found, expected)


def _keys_at(path: Path) -> Sequence[str]:
    """List the keys the schema knows at a place."""
    place: Any = ReferentialPart
    for step in path:
        model = _model(place)
        if model is not None and step in model.model_fields:
            field = model.model_fields[str(step)]
            place = field.annotation
        else:  # an item of a list, or an entry of a group whose keys are names
            place = next((each for each in reversed(get_args(_bare(place))) if each is not type(None)), None)
    model = _model(place)
    return list(model.model_fields) if model is not None else []


def _bare(annotation: Any) -> Any:
    """Take an annotation out of Annotated and of *or nothing*."""
    if get_origin(annotation) in {Annotated, Union, UnionType}:
        return _bare(get_args(annotation)[0])
    return annotation


def _model(annotation: Any) -> type[BaseModel] | None:
    bare = _bare(annotation)
    return bare if _is_model(bare) else None


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _take_out(root: Group, faults: Iterable[Path], lost: Lost) -> None:
    """Take out the smallest things around faults that a file can do without: items, entries, else keys."""
    victims = {_victim(root, path) for path in faults}
    for path in sorted(victims, key=_last_first):
        container, step = _at(root, path[:-1]), path[-1] if path else ""
        if isinstance(container, Items) and isinstance(step, int):
            lost.take_in(path, container[step])
            container.take_out(step)
        elif isinstance(container, Group):
            lost.take_in(path, container.get(str(step)))
            if len(path) == 1 and step in _STAND_INS:
                container[str(step)] = _STAND_INS[str(step)]
            else:
                container.pop(str(step), None)


def _victim(root: Group, path: Path) -> Path:
    for size in range(len(path), 0, -1):
        inside, step = _at(root, path[: size - 1]), path[size - 1]
        is_item = isinstance(inside, Items) and isinstance(step, int) and step < len(inside)
        is_entry = size == 2 and path[0] in _NAMED and isinstance(inside, Group) and step in inside  # noqa: PLR2004
        if is_item or is_entry:
            return path[:size]
    return path[:1]


def _last_first(path: Path) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, -step) if isinstance(step, int) else (1, step) for step in path)


def _at(root: Any, path: Path) -> Any:
    node = root
    for step in path:
        if isinstance(node, Group):
            node = node.get(str(step))
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node


def _shown(value: object) -> str:
    if value is None:
        return "rien"
    if isinstance(value, dict):
        return "un groupe"
    if isinstance(value, list):
        return "une liste"
    return f"« {str(value)[:60]} »"
