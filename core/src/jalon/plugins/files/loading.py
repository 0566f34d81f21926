"""Load referentials from files, reporting every fault at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from jalon.domain.checks import check_referential
from jalon.domain.findings import Finding, unquoted
from jalon.domain.referential import Referential
from jalon.plugins.files.convert import Converter
from jalon.plugins.files.diagnostics import DiagnosedError, Diagnostic
from jalon.plugins.files.lost import Lost
from jalon.plugins.files.shape import shaped
from jalon.plugins.files.tree import MAX_BYTES, Group, Items, located, read_tree
from jalon.plugins.telling import unreadable

MAIN_FILE: Final = "referential.yaml"
QUESTIONNAIRES: Final = "questionnaires"


_NAMING: Final = frozenset(
    {"unknown-fact", "unknown-criterion", "unknown-path", "wrong-value", "not-required", "not-touched"}
)
"""Faults about a name that may stand deep inside a condition."""


class ReferentialError(DiagnosedError):
    """A referential file is refused."""


def load_package(package: str) -> Referential:
    """Load the `referential.yaml` of an installed package, and the questionnaires beside it."""
    folder = files(package)
    return _load(folder.joinpath(MAIN_FILE), folder, package)


def load_file(path: Path) -> Referential:
    """Load one bare file, or the folder that holds a `referential.yaml`."""
    main = path / MAIN_FILE if path.is_dir() else path
    return _load(main, main.parent if main.name == MAIN_FILE else None, None)


def _load(main: Traversable, folder: Traversable | None, package: str | None) -> Referential:
    """Read, check and convert; raise ReferentialError with every fault."""
    reading = _Reading()
    root = reading.read(main, f"{package}/{main.name}" if package else str(main))
    if root is None:
        raise ReferentialError(reading.diagnostics)
    for extra in _questionnaire_files(folder):
        shown = f"{package}/{QUESTIONNAIRES}/{extra.name}" if package else str(extra)
        reading.append(root, reading.read(extra, shown))
    shape = shaped(root, reading.lost)
    reading.diagnostics += shape.diagnostics
    if shape.part is None:
        raise ReferentialError(reading.diagnostics)
    referential, findings = Converter(shape.part).referential()
    referential = replace(referential, locate=partial(located, root))
    findings += check_referential(referential)
    reading.diagnostics += [
        diagnosed(referential, finding) for finding in findings if not reading.lost.explains(finding)
    ]
    if reading.diagnostics:
        raise ReferentialError(reading.diagnostics)
    return referential


def diagnosed(referential: Referential, finding: Finding) -> Diagnostic:
    """Say where a finding about a referential is: its file and line, or its key when it has no file."""
    file, line = (referential.key, 0)
    if referential.locate:
        name = unquoted(finding.found) if finding.code in _NAMING else ""
        file, line = referential.locate(finding.path, name)
    return Diagnostic(file, line, finding.code, finding.found, finding.expected, finding.nearest)


class _Reading:
    """Read the files of one referential, and collect what is wrong and what is lost."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.lost = Lost()

    def read(self, source: Traversable, shown: str) -> Group | None:
        try:
            with source.open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except OSError as error:
            self.diagnostics.append(Diagnostic(shown, 0, "unreadable-file", unreadable(error)))
            return None
        tree = read_tree(content, shown)
        self.diagnostics += [Diagnostic(shown, *fault) for fault in tree.faults]
        for key, node in tree.left_out:
            self.lost.take_in((key,), node)
        if isinstance(tree.root, Group):
            return tree.root
        if not tree.faults:
            found = "une liste" if isinstance(tree.root, Items) else "un texte"
            self.diagnostics.append(Diagnostic(shown, 1, "wrong-kind", found, "un groupe de clés"))
        return None

    def append(self, root: Group, part: Group | None) -> None:
        """Add a questionnaire from a file of its own; one that was refused may have declared anything."""
        inline = root.setdefault("questionnaires", Items())
        if part is None:
            self.lost.refuse("questionnaires")
        elif isinstance(inline, Items):
            inline.append(part)
            inline.lines.append(1)


def _questionnaire_files(folder: Traversable | None) -> list[Traversable]:
    """List the questionnaires of a package or folder; a bare file has none."""
    beside = folder.joinpath(QUESTIONNAIRES) if folder else None
    if beside is None or not beside.is_dir():
        return []
    return sorted(
        (each for each in beside.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name
    )
