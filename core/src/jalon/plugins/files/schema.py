"""The JSON Schema of referential files."""

from __future__ import annotations

from typing import Any, Final

from jalon.plugins.files.models import ReferentialPart
from jalon.plugins.files.scalars import CODE_PATTERN, KEY_PATTERN

_LEVELS: Final[dict[str, Any]] = {"anyOf": [{"type": "integer", "minimum": 0}, {"const": "NA"}]}

_CONDITION: Final[dict[str, Any]] = {
    "title": "Condition",
    "description": "Facts that must all hold; all, any and not combine; answer reads a person's level.",
    "type": "object",
    "minProperties": 1,
    "properties": {
        "all": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}},
        "any": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}},
        "not": {"$ref": "#/$defs/Condition"},
        "answer": {"type": "string"},
        "is": {"anyOf": [_LEVELS, {"type": "array", "minItems": 1, "items": _LEVELS}]},
        "min": {"type": "integer"},
        "max": {"type": "integer"},
    },
    "patternProperties": {
        f"^({KEY_PATTERN}/)?{CODE_PATTERN}$": {},
    },
    "additionalProperties": False,
}


def json_schema() -> dict[str, Any]:
    """Write the schema that files are checked with, for editors to complete and underline."""
    schema: dict[str, Any] = _with_conditions(ReferentialPart.model_json_schema())
    schema["$defs"]["Condition"] = _CONDITION
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _with_conditions(node: Any) -> Any:
    """Refer to the one definition of conditions, which are read outside the schema's models."""
    if isinstance(node, dict):
        if node.get("title") == "Condition":
            return {"$ref": "#/$defs/Condition"}
        return {key: _with_conditions(value) for key, value in node.items()}
    return [_with_conditions(item) for item in node] if isinstance(node, list) else node
