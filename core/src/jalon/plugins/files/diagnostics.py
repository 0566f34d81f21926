"""Word the faults found in files: where, what was found, what was expected, which name was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jalon.errors import JalonError

TITLES: Final[Mapping[str, str]] = {
    # the file itself
    "unreadable-file": "fichier illisible",
    "not-utf8": "le fichier n’est pas en UTF-8",
    "too-large": "fichier trop gros",
    "empty-file": "fichier vide",
    "yaml-syntax": "erreur de syntaxe YAML",
    "too-deep": "imbrication trop profonde",
    "too-many-nodes": "trop d’éléments",
    "several-documents": "plusieurs documents dans un fichier",
    "alias": "alias YAML refusé",
    "anchor": "ancre YAML refusée",
    "tag": "étiquette YAML refusée",
    "merge-key": "clé de fusion refusée",
    "complex-key": "clé qui n’est pas un simple texte",
    "duplicate-key": "clé répétée",
    # its shape
    "unknown-format": "version de format inconnue",
    "unknown-key": "clé inconnue",
    "missing-key": "clé manquante",
    "empty-value": "valeur vide",
    "wrong-kind": "nature inattendue",
    "wrong-text": "texte refusé",
    "wrong-choice": "valeur hors liste",
    "wrong-boolean": "ni oui ni non",
    "wrong-number": "nombre illisible",
    "wrong-date": "date illisible",
    "wrong-name": "nom mal formé",
    "wrong-level": "niveau illisible",
    "wrong-effect": "effet de règle illisible",
    "wrong-condition": "condition illisible",
    "useless-rule": "règle sans effet",
    # its meaning
    "ambiguous-name": "nom qui désigne plusieurs choses",
    "impossible-answer": "réponse impossible à ce critère",
    "reserved-key": "clé réservée",
    "reserved-name": "nom réservé",
    "wrong-edition": "édition mal formée",
    "wrong-range": "intervalle d’éditions mal formé",
    "requires-itself": "référentiel requis par lui-même",
    "duplicate": "nom employé deux fois",
    "unknown-scale": "échelle inconnue",
    "unknown-source": "source inconnue",
    "unknown-fact": "fait inconnu",
    "unknown-criterion": "critère inconnu",
    "unknown-path": "parcours inconnu",
    "wrong-questionnaire": "questionnaire principal apporté par un parcours",
    "unknown-questionnaire": "questionnaire inconnu",
    "missing-choices": "question à choix sans choix",
    "needless-choices": "choix donnés à une question qui n’en a pas",
    "needless-bounds": "bornes données à une question sans ordre",
    "crossed-bounds": "bornes croisées",
    "wrong-value": "valeur impossible pour ce fait",
    "wrong-levels": "niveaux incomplets ou en trop",
    "level-off-scale": "niveau hors de l’échelle",
    "unordered-dates": "dates qui ne se suivent pas",
    "na-refused": "NA proposé là où il est refusé",
    "not-required": "référentiel non déclaré",
    "not-touched": "effet sur un référentiel non déclaré",
    "core-fact": "fait du cœur déduit par une règle",
    "answer-not-readable": "réponse lue là où seuls les faits comptent",
    "fact-cycle": "faits qui dépendent d’eux-mêmes",
    "organisation-condition": "condition sur un questionnaire d’organisation",
    "organisation-rule": "règle à cheval sur un produit et l’organisation",
}


_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """State one fault and where it is; `line` starts at 1, 0 for a fault of the whole file."""

    file: str
    line: int
    code: str
    found: str = ""
    expected: str = ""
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write it on one line: `file:line: title : found ; attendu : … (vouliez-vous dire … ?)`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        found = f" : {_cut(self.found)}" if self.found else ""
        expected = f" ; attendu : {self.expected}" if self.expected else ""
        meant = f" (vouliez-vous dire {' ou '.join(self.nearest)} ?)" if self.nearest else ""
        return _printable(f"{place}: {TITLES[self.code]}{found}{expected}{meant}")

    def as_json(self) -> dict[str, Any]:
        """Give the fault as plain values, with its sentence."""
        return {
            "file": self.file,
            "line": self.line,
            "code": self.code,
            "found": self.found,
            "expected": self.expected,
            "nearest": list(self.nearest),
            "message": str(self),
        }


class DiagnosedError(JalonError):
    """A file is refused; `diagnostics` holds every fault, in order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _printable(text: str) -> str:
    """Keep a message on one line, and what a file holds from writing anything else on a terminal."""
    return "".join(
        each if each.isprintable() or each == "\u00a0" else f"‹U+{ord(each):04X}›" for each in text
    )


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics as one reads the files, each fault once."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda d: (d.file, d.line, d.code, d.found)))
