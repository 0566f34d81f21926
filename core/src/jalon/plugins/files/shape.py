"""Check the shape of a file with its schema, and go on past what is wrong to report everything at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jalon.domain.findings import Finding, Path, nearest
from jalon.plugins.files.diagnostics import Diagnostic
from jalon.plugins.files.models import ReferentialPart
from jalon.plugins.files.tree import Group, Items, located

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
    "string_pattern_mismatch": ("wrong-choice", ""),
    "list_type": ("wrong-kind", "une liste"),
    "too_short": ("empty-value", "au moins un élément"),
    "dict_type": ("wrong-kind", "un groupe de clés"),
    "model_type": ("wrong-kind", "un groupe de clés"),
    "enum": ("wrong-choice", ""),
    "greater_than_equal": ("wrong-number", ""),
    "less_than_equal": ("wrong-number", ""),
}


class Shape(NamedTuple):
    """Hold the part of a file whose shape is right, what is wrong in the rest, and what was taken out."""

    part: ReferentialPart | None
    diagnostics: list[Diagnostic]
    taken_out: frozenset[str]  # the first key of each place something was taken out of


def shaped(root: Group) -> Shape:
    """Validate a tree; on faults, locate them, take them out of it, and validate what is left."""
    diagnostics: list[Diagnostic] = []
    taken_out: set[str] = set()
    for _ in range(5):  # what is taken out may empty what held it: five rounds reach the top of the file
        try:
            return Shape(ReferentialPart.model_validate(root), diagnostics, frozenset(taken_out))
        except ValidationError as error:
            details = error.errors(include_url=False)
            if not diagnostics:  # later rounds only see what the first one left
                diagnostics += [_diagnostic(root, _finding(detail)) for detail in details]
            for path in sorted({_path(each) for each in details}, key=_last_first):
                taken_out.add(str(path[0]) if path else "")
                _take_out(root, path)
    return Shape(None, diagnostics, frozenset(taken_out))


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
    found = _shown(detail["input"])
    context = detail.get("ctx", {})
    if kind == "enum":
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return Finding(code, path, found, expected, nearest(str(detail["input"]), expected.split(", ")))
    if kind == "string_pattern_mismatch":
        expected = str(context.get("pattern", "")).strip("^$()").replace("|", ", ")
    if kind in {"greater_than_equal", "less_than_equal"}:
        expected = "1 (la version du format)"
    return Finding(code, path, f"« {here} » {found}".strip() if code == "empty-value" else found, expected)


def _keys_at(path: Path) -> Sequence[str]:
    """List the keys the schema knows at a place."""
    model: Any = ReferentialPart
    for step in path:
        if isinstance(step, str) and _is_model(model) and step in model.model_fields:
            model = model.model_fields[step].annotation
        model = _inner(model)
    return list(model.model_fields) if _is_model(model) else []


def _inner(annotation: Any) -> Any:
    """Find the model inside lists, optional and annotated types."""
    if _is_model(annotation):
        return annotation
    for argument in get_args(annotation):
        found = _inner(argument)
        if _is_model(found):
            return found
    return annotation


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _last_first(path: Path) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, -step) if isinstance(step, int) else (1, step) for step in path)


def _take_out(root: Group, path: Path) -> None:
    """Take out the smallest thing around a fault that a file can do without: an item, else a key."""
    if len(path) == 1 and path[0] in _STAND_INS:
        root[str(path[0])] = _STAND_INS[str(path[0])]
        return
    nodes: list[Any] = [root]
    for step in path:
        nodes.append(_child(nodes[-1], step))
    for node, step in reversed(list(zip(nodes, path, strict=False))):
        if isinstance(node, Items) and isinstance(step, int) and step < len(node):
            node.take_out(step)
            return
    if path and path[0] in _STAND_INS:
        root[str(path[0])] = _STAND_INS[str(path[0])]
    elif path:
        root.pop(str(path[0]), None)


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, Group):
        return node.get(str(step))
    if isinstance(node, Items) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _shown(value: object) -> str:
    if value is None:
        return "rien"
    if isinstance(value, dict):
        return "un groupe"
    if isinstance(value, list):
        return "une liste"
    return f"« {str(value)[:60]} »"
