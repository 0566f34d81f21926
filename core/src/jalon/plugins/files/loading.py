"""Load referentials from files, reporting every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from jalon.domain.checks import check_referential
from jalon.domain.findings import Finding
from jalon.domain.referential import Referential
from jalon.errors import JalonError
from jalon.plugins.files.convert import Converter
from jalon.plugins.files.diagnostics import DiagnosedError, Diagnostic
from jalon.plugins.files.shape import shaped
from jalon.plugins.files.tree import Group, Items, located, read_tree

MAIN_FILE: Final = "referential.yaml"
QUESTIONNAIRES: Final = "questionnaires"

_UNTOLD: Final[Mapping[str, frozenset[str]]] = {
    "touches": frozenset({"not-touched", "not-required"}),
    "requires": frozenset({"not-required"}),
    "scales": frozenset({"unknown-scale", "wrong-levels", "level-off-scale"}),
    "sources": frozenset({"unknown-source"}),
    "key": frozenset({"not-required", "not-touched"}),
}
"""What cannot be told any more once something was taken out of a place."""


class ReferentialError(DiagnosedError):
    """A referential file is refused."""


def load_package(package: str) -> Referential:
    """Load the `referential.yaml` of an installed package, and the questionnaires beside it."""
    return _load(files(package).joinpath(MAIN_FILE), package)


def load_file(path: Path) -> Referential:
    """Load one bare file, or the folder that holds a `referential.yaml`."""
    return _load(path / MAIN_FILE if path.is_dir() else path, None)


def _load(main: Traversable, package: str | None) -> Referential:
    """Read, check and convert; raise ReferentialError with every fault."""
    diagnostics: list[Diagnostic] = []
    root = _read(main, _shown(main, package), diagnostics)
    if root is None:
        raise ReferentialError(diagnostics)
    for extra in _questionnaire_files(main):
        shown = f"{QUESTIONNAIRES}/{extra.name}"
        part = _read(extra, f"{package}/{shown}" if package else str(extra), diagnostics)
        _append(root, part)
    declared = frozenset(_declared(root))
    shape = shaped(root)
    diagnostics += shape.diagnostics
    if shape.part is None:
        raise ReferentialError(diagnostics)
    referential, findings = Converter(shape.part).referential()
    referential = replace(referential, locate=partial(located, root))
    findings += check_referential(referential)
    untold = {code for place in shape.taken_out for code in _UNTOLD.get(place, ())}
    diagnostics += [
        diagnosed(referential, finding)
        for finding in findings
        if finding.code not in untold and not (diagnostics and _follows(finding, declared))
    ]
    if diagnostics:
        raise ReferentialError(diagnostics)
    return referential


def diagnosed(referential: Referential, finding: Finding) -> Diagnostic:
    """Say where a finding about a referential is: its file and line, or its key when it has no file."""
    file, line = referential.locate(finding.path) if referential.locate else (referential.key, 0)
    return Diagnostic(file, line, finding.code, finding.found, finding.expected, finding.nearest)


def _shown(main: Traversable, package: str | None) -> str:
    return f"{package}/{main.name}" if package else str(main)


def _read(source: Traversable, shown: str, diagnostics: list[Diagnostic]) -> Group | None:
    try:
        content = source.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        diagnostics.append(Diagnostic(shown, 0, "unreadable-file", reason, "un fichier lisible"))
        return None
    tree = read_tree(content, shown)
    diagnostics += [Diagnostic(shown, *fault) for fault in tree.faults]
    if isinstance(tree.root, Group):
        return tree.root
    if not tree.faults:
        found = "une liste" if isinstance(tree.root, Items) else "un texte"
        diagnostics.append(Diagnostic(shown, 1, "wrong-kind", found, "un groupe de clés"))
    return None


def _questionnaire_files(main: Traversable) -> list[Traversable]:
    """List the questionnaires of a package or folder; a bare file has none."""
    if main.name != MAIN_FILE:
        return []
    folder = _beside(main).joinpath(QUESTIONNAIRES)
    if not folder.is_dir():
        return []
    return sorted(
        (each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name
    )


def _beside(main: Traversable) -> Traversable:
    parent = getattr(main, "parent", None)
    if parent is None:
        raise JalonError(f"{main} n’a pas de dossier")
    return parent  # type: ignore[no-any-return]


def _append(root: Group, part: Group | None) -> None:
    inline = root.setdefault("questionnaires", Items())
    if part is not None and isinstance(inline, Items):
        inline.append(part)
        inline.lines.append(1)


def _declared(node: Any) -> Iterator[str]:
    """Yield every name a file declares, in what is right and in what is not."""
    if isinstance(node, Group):
        yield from (name for name in (node.get("key"), node.get("code")) if isinstance(name, str))
        for value in node.values():
            yield from _declared(value)
        sources = node.get("sources")
        yield from sources if isinstance(sources, Group) else ()
    elif isinstance(node, Items):
        for item in node:
            yield from _declared(item)


def _follows(finding: Finding, declared: frozenset[str]) -> bool:
    """Say whether a name is unknown only because what declares it was refused."""
    return finding.code.startswith("unknown-") and finding.found.rpartition("/")[2] in declared
