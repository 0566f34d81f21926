"""Turn YAML text into values on the parser's events, refusing what YAML allows and we do not.

Scalars stay text. Nothing is composed by the library: its C composer ends the process on deep nesting.
Groups and lists remember their lines, so that any later check can say where a thing was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import yaml

from jalon.domain.findings import Path

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 200_000


class Group(dict[str, Any]):
    """A mapping that knows the line of each key."""

    def __init__(self, file: str | None = None) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}
        self.file = file  # of the root of a file only


class Items(list[Any]):
    """A list that knows the line of each item."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []

    def take_out(self, position: int) -> None:
        """Remove one item, and its line."""
        del self[position]
        del self.lines[position]


class Unread:
    """Stand for a value that was refused while reading: it has been told, nothing more is said of it."""


UNREAD: Final = Unread()

Node: TypeAlias = Group | Items | Unread | str | None


class Fault(NamedTuple):
    """State one fault of the text, with its line."""

    line: int
    code: str
    found: str = ""
    expected: str = ""


class Tree(NamedTuple):
    """Hold what could be read (nothing where reading had to stop), the faults, and what was left out."""

    root: Node
    faults: list[Fault]
    left_out: tuple[tuple[str, Node], ...] = ()  # the values of repeated keys, under their key


def located(root: Node, path: Path, name: str = "") -> tuple[str, int]:
    """Give the file and line of a place, or of the nearest known place around it.

    With `name`, look for it inside that place: a condition may take many lines.
    """
    node, line, file = root, 1, ""
    for step in path:
        if isinstance(node, Group):
            file = node.file or file
            key = str(step) if step in node else str(step).rpartition("/")[2]  # own names may be short
            if key not in node:
                break
            node, line = node[key], node.lines.get(key, line)
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node):
            node, line = node[step], node.lines[step]
        else:
            break
    file = (node.file if isinstance(node, Group) else None) or file
    inside = _line_inside(node, {name, name.rpartition("/")[2]}) if name else 0
    return file, inside or line


def _line_inside(node: Node, names: set[str]) -> int:
    """Find the first line below a place that holds one of these names, as a key or a value; else 0."""
    if isinstance(node, Group):
        for key, value in node.items():
            if key in names or (isinstance(value, str) and value in names):
                return node.lines[key]
            inside = _line_inside(value, names)
            if inside:
                return inside
    if isinstance(node, Items):
        for line, value in zip(node.lines, node, strict=True):
            inside = line if isinstance(value, str) and value in names else _line_inside(value, names)
            if inside:
                return inside
    return 0


class _TooMuchError(Exception):
    """Reading stops here: the text is beyond a limit."""


def read_tree(content: bytes, file: str = "") -> Tree:
    """Read YAML bytes; never raises: every fault is in the result."""
    if len(content) > MAX_BYTES:
        found, most = f"{len(content):_} octets".replace("_", " "), f"{MAX_BYTES:_}".replace("_", " ")
        return Tree(None, [Fault(0, "too-large", found, f"au plus {most} octets")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"octet {content[error.start]:#04x}"
        return Tree(None, [Fault(line, "not-utf8", found, "un texte en UTF-8")])
    builder = _Builder(file)
    try:
        for event in _events(text):
            builder.feed(event)
    except _TooMuchError:
        return Tree(None, builder.faults)
    except yaml.MarkedYAMLError as error:
        return Tree(None, [*builder.faults, _syntax(error)])
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        fault = Fault(_line_of(error, text), "yaml-syntax", _first_line(str(error)), "du YAML")
        return Tree(None, [*builder.faults, fault])
    left_out = builder.leave_out()
    if not builder.faults and builder.root is None:
        builder.faults.append(Fault(0, "empty-file", "", "un groupe de clés"))
    return Tree(builder.root, builder.faults, left_out)


def _events(text: str) -> Iterator[yaml.Event]:
    # The C parser, which all wheels hold; the one in Python does not read quite the same language.
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)


class _Open:
    """A group or a list being filled."""

    __slots__ = ("key", "line", "value")

    def __init__(self, value: Group | Items) -> None:
        self.value = value
        self.key: str | None = None
        self.line = 0

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, Group) and self.key is None


class _Builder:
    """Build values from events, with a stack of its own."""

    def __init__(self, file: str) -> None:
        self.root: Node = None
        self.faults: list[Fault] = []
        self._file = file
        self._stack: list[_Open] = []
        self._documents = 0
        self._nodes = 0
        self._left_out: list[tuple[Group, str, str]] = []

    def feed(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.DocumentStartEvent():
                if event.tags:
                    self._fault(line, "tag", "%TAG", "un fichier sans directive")
                self._document(line)
            case yaml.AliasEvent(anchor=anchor):
                self._fault(line, "alias", f"*{anchor}", "la valeur écrite en toutes lettres")
                self._alias(line)
            case yaml.ScalarEvent():
                self._plain(event, line)
                self._scalar(event, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._plain(event, line)
                self._open(event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._stack.pop()
            case _:
                pass

    def _fault(self, line: int, code: str, found: str = "", expected: str = "") -> None:
        self.faults.append(Fault(line, code, found, expected))

    def _document(self, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            self._fault(line, "several-documents", "---", "un seul document")
            raise _TooMuchError

    def _plain(self, event: Any, line: int) -> None:
        """Refuse anchors and tags; count."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            most = f"{MAX_NODES:_}".replace("_", " ")
            self._fault(line, "too-many-nodes", "", f"au plus {most} éléments")
            raise _TooMuchError
        if event.anchor is not None:
            self._fault(line, "anchor", f"&{event.anchor}", "une valeur sans ancre")
        if event.tag is not None:
            self._fault(line, "tag", str(event.tag), "une valeur sans étiquette")

    def _scalar(self, event: Any, line: int) -> None:
        empty = event.value == "" and event.implicit[0]
        if self._stack and self._stack[-1].wants_key:
            self._key(event.value, line, plain=event.implicit[0])
        else:
            self._place(None if empty else event.value, line)

    def _key(self, key: str, line: int, *, plain: bool) -> None:
        top = self._stack[-1]
        group = top.value
        if not isinstance(group, Group):  # never: only groups want keys
            return
        if plain and key == "<<":
            self._fault(line, "merge-key", "<<", "les clés écrites en toutes lettres")
            key = self._refused(group, key)
        elif key in group:
            first = group.lines[key]
            self._fault(line, "duplicate-key", f"« {key} »", f"une seule fois (déjà ligne {first})")
            key = self._refused(group, key)
        top.key, top.line = key, line

    def _alias(self, line: int) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.wants_key and isinstance(top.value, Group):
            top.key, top.line = self._refused(top.value, ""), line
        else:
            self._place(UNREAD, line)

    def _refused(self, group: Group, key: str) -> str:
        """Name a key no file can hold, so that its value is read and then left out."""
        name = f"\0{len(self._left_out)}"
        self._left_out.append((group, name, key))
        return name

    def leave_out(self) -> tuple[tuple[str, Node], ...]:
        """Leave out the values of refused keys: the first of a repeated key stays."""
        return tuple((key, group.pop(name, None)) for group, name, key in self._left_out)

    def _open(self, event: Any, line: int) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._fault(line, "too-deep", "", f"au plus {MAX_DEPTH} niveaux d’imbrication")
            raise _TooMuchError
        if self._stack and self._stack[-1].wants_key:
            self._fault(line, "complex-key", "une liste ou un groupe", "un simple texte")
            raise _TooMuchError
        value = (
            Group(None if self._stack else self._file)
            if isinstance(event, yaml.MappingStartEvent)
            else Items()
        )
        self._place(value, line)
        self._stack.append(_Open(value))

    def _place(self, value: Node, line: int) -> None:
        """Put a value where the stack stands."""
        if not self._stack:
            self.root = value
            return
        top = self._stack[-1]
        if isinstance(top.value, Items):
            top.value.append(value)
            top.value.lines.append(line)
        elif top.key is not None:
            top.value[top.key] = value
            top.value.lines[top.key] = top.line
            top.key = None


def _syntax(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and "end of stream" in (error.problem or ""):
        mark = error.context_mark  # where what was left open begins
    line = mark.line + 1 if mark else 0
    return Fault(line, "yaml-syntax", _first_line(error.problem or str(error)), "du YAML bien formé")


def _line_of(error: Exception, text: str) -> int:
    """Count lines up to an error that only gives its place in the encoded text."""
    position = getattr(error, "position", None)
    return text.encode()[:position].count(b"\n") + 1 if isinstance(position, int) else 0


def _first_line(text: str) -> str:
    return text.splitlines()[0][:120] if text else ""
