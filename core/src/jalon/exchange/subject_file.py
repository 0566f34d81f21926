"""Read the file of `jalon evaluate`: a product's preliminary answers, its answers, a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from jalon.domain.answers import Answer, is_possible
from jalon.domain.catalogue import Catalogue
from jalon.domain.conditions import FactValue
from jalon.domain.core_facts import PATHS
from jalon.domain.facts import BOOLEANS, WrongValueError, read_date, read_value
from jalon.domain.findings import MAX_SUGGESTIONS, Finding, Path, nearest, unquoted
from jalon.domain.levels import NA, LevelValue
from jalon.domain.names import Place
from jalon.domain.referential import About
from jalon.plugins.files.diagnostics import DiagnosedError, Diagnostic
from jalon.plugins.files.tree import UNREAD, Group, Items, located, read_tree

_KEYS: Final = ("name", "profile", "answers", "date")
_ANSWER_KEYS: Final = ("level", "support", "to_investigate")


class SubjectFileError(DiagnosedError):
    """A file to evaluate is refused."""


@dataclass(slots=True)
class SubjectFile:
    """Hold what a file says of a product and of its organisation, typed and with full names."""

    given: dict[str, FactValue] = field(default_factory=dict)
    product: dict[str, Answer] = field(default_factory=dict)
    organisation: dict[str, Answer] = field(default_factory=dict)
    day: date | None = None
    name: str = ""


def read_subject(content: bytes, catalogue: Catalogue, file: str) -> SubjectFile:
    """Read a file against a catalogue; raise SubjectFileError with every fault."""
    tree = read_tree(content, file)
    diagnostics = [Diagnostic(file, *fault) for fault in tree.faults]
    if isinstance(tree.root, Group):
        reader = _Reader(catalogue)
        reader.read(tree.root)
        diagnostics += [
            Diagnostic(*located(tree.root, each.path), each.code, each.found, each.expected, each.nearest)
            for each in reader.findings
        ]
    elif not diagnostics:
        diagnostics.append(Diagnostic(file, 1, "wrong-kind", _shown(tree.root), "un groupe de clés"))
    if diagnostics:
        raise SubjectFileError(diagnostics)
    return reader.subject


class _Reader:
    def __init__(self, catalogue: Catalogue) -> None:
        self._names = catalogue.names
        self.subject = SubjectFile()
        self.findings: list[Finding] = []
        self._suggestions = MAX_SUGGESTIONS

    def read(self, root: Group) -> None:
        self._check_keys(root, _KEYS, ())
        for name, raw in self._group(root, "profile").items():
            self._fact(name, raw, ("profile", name))
        for name, raw in self._group(root, "answers").items():
            self._answer(name, raw, ("answers", name))
        self.subject.name = self._text(root, "name")
        if "date" in root:
            self.subject.day = read_date(root["date"])
            if self.subject.day is None:
                self._find("wrong-date", ("date",), _shown(root["date"]), "une date AAAA-MM-JJ")

    def _find(self, code: str, path: Path, found: str, expected: str, meant: tuple[str, ...] = ()) -> None:
        self.findings.append(Finding(code, path, found, expected, meant))

    def _check_keys(self, group: Mapping[str, Any], known: Iterable[str], path: Path) -> None:
        for key in group:
            if key not in known:
                self._find("unknown-key", (*path, key), key, ", ".join(known), nearest(key, known))

    def _group(self, root: Group, key: str) -> Mapping[str, Any]:
        value = root.get(key)
        if value is None or value is UNREAD or isinstance(value, Group):
            return value if isinstance(value, Group) else {}
        self._find("wrong-kind", (key,), _shown(value), "un groupe de clés")
        return {}

    def _text(self, root: Group, key: str) -> str:
        value = root.get(key, "")
        if not isinstance(value, str):
            self._find("wrong-kind", (key,), _shown(value), "un texte")
            return ""
        return value

    # -- names

    def _full_name(self, name: str, known: Mapping[str, Any], code: str, path: Path) -> str | None:
        """Give the full name of a fact or criterion; a short one must name a single thing."""
        if name in known:
            return name
        meant = sorted(full for full in known if full.partition("/")[2] == name)
        if len(meant) == 1:
            return meant[0]
        if meant:
            self._find("ambiguous-name", path, name, "un nom complet", tuple(meant))
        else:
            short = {full.partition("/")[2]: full for full in sorted(known)}
            self._suggestions -= 1
            close: tuple[str, ...] = ()
            if self._suggestions >= 0:
                close = nearest(name, known) or tuple(short[each] for each in nearest(name, short))
            self._find(code, path, name, "un nom déclaré par un référentiel installé", close)
        return None

    # -- profile

    def _fact(self, name: str, raw: Any, path: Path) -> None:
        full = self._full_name(name, self._names.facts, "unknown-fact", path)
        if full is None or full in self.subject.given:
            if full is not None:
                self._find("duplicate", path, name, "un nom employé une seule fois")
            return
        fact = self._names.facts[full]
        if raw is UNREAD:
            return
        if not isinstance(raw, (str, Items)):
            self._find("wrong-value", path, _shown(raw), "une valeur, ou une liste de valeurs")
            return
        try:
            self.subject.given[full] = read_value(fact, self._full_values(full, raw))
        except WrongValueError as error:
            close = nearest(unquoted(error.found), error.candidates)
            self._find("wrong-value", path, error.found, error.expected, close)

    def _full_values(self, fact: str, raw: Any) -> Any:
        """Let the paths selected be named short, as facts are."""
        if fact != PATHS:
            return raw
        by_key: dict[str, list[str]] = {}
        for name in self._names.paths:
            by_key.setdefault(name.partition("/")[2], []).append(name)
        items = raw if isinstance(raw, Items) else [raw]
        return [by_key[each][0] if len(by_key.get(each, ())) == 1 else each for each in items]

    # -- answers

    def _answer(self, name: str, raw: Any, path: Path) -> None:
        full = self._full_name(name, self._names.criteria, "unknown-criterion", path)
        if full is None or raw is UNREAD:
            return
        place = self._names.criteria[full]
        answers = self.subject.product if place.about is About.PRODUCT else self.subject.organisation
        if full in answers:
            self._find("duplicate", path, name, "un nom employé une seule fois")
            return
        answers[full] = (
            self._detailed(raw, place, path)
            if isinstance(raw, Group)
            else Answer(self._level(raw, place, path))
        )

    def _detailed(self, raw: Group, place: Place, path: Path) -> Answer:
        self._check_keys(raw, _ANSWER_KEYS, path)
        level = self._level(raw["level"], place, (*path, "level")) if "level" in raw else None
        investigate = BOOLEANS.get(raw.get("to_investigate", "non"))
        if investigate is None:
            self._find(
                "wrong-boolean", (*path, "to_investigate"), _shown(raw["to_investigate"]), "oui ou non"
            )
        return Answer(level, tuple(self._support(raw.get("support"), (*path, "support"))), bool(investigate))

    def _support(self, raw: Any, path: Path) -> Iterator[str]:
        items = raw if isinstance(raw, Items) else [] if raw is None else [raw]
        for item in items:
            if isinstance(item, str):
                yield item
            else:
                self._find("wrong-kind", path, _shown(item), "le nom d’une règle, ou une liste de noms")

    def _level(self, raw: Any, place: Place, path: Path) -> LevelValue | None:
        scale = place.questionnaire.scale
        level: LevelValue | None = NA if raw == NA else None
        if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) < 4:  # noqa: PLR2004
            level = int(raw)
        if level is None or not is_possible(level, place.criterion, scale):
            refused = " (NA est refusé)" if level == NA else ""
            expected = f"un niveau de 0 à {scale.top}" + ("" if level == NA else ", ou NA")
            self._find("impossible-answer", path, _shown(raw) + refused, expected)
            return None
        return level


def _shown(value: object) -> str:
    if value is None or value is UNREAD:
        return "rien"
    if isinstance(value, Group):
        return "un groupe"
    return "une liste" if isinstance(value, Items) else f"« {str(value)[:60]} »"
