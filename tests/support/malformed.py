"""Making malformed referential files out of one tiny valid referential.

A case changes one tiny valid referential. What is expected is written in the text itself, at the end of the
line it is expected on: `#! code`, or `#! code(the name that was meant)`. These marks are taken out before
the file is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from jalon.plugins.files.tree import MAX_DEPTH

TINY = """\
jalon: 1
key: essai
title: Référentiel d’essai
edition: "2021.12"
effective: 2021-12-23
publisher: {name: Éditeur, official: non}
requires: {socle: ">=1"}
touches: [voisin]
rank: 10
sources:
  faq: {title: Questions fréquentes, date: 2021-12-24}
scales:
  conformite: {levels: {0: Non conforme, 1: Partiel, 2: Conforme}}
glossary:
  - {term: INS, definition: Identité nationale de santé}
facts:
  - key: stocke
    question: Stocke-t-il des données ?
    type: boolean
    sources: [faq]
  - key: profils
    question: Quels profils ?
    type: choices
    choices: [{value: lecture, label: Lecture}, {value: alimentation, label: Alimentation}]
  - key: volume
    question: Combien par jour ?
    type: number
    min: 0
    max: 100
    applies_when: {stocke: oui}
  - key: ouverture
    question: Depuis quand ?
    type: date
questionnaires:
  - key: interop
    title: Interopérabilité
    kind: maturity
    axes:
      - key: A1
        title: Identité
        criteria:
          - code: A1.1
            title: Identifiants
            question: Quels identifiants ?
            levels: {0: aucun, 1: locaux, 2: nationaux, 3: qualifiés}
            expected: [{since: 2021-12-23, level: 1}, {since: 2023-01-01, level: 2}]
            applies_when: {profils: alimentation}
          - code: A1.2
            title: Qualité
            question: Quelle qualité ?
            levels: {0: jamais, 1: parfois, 2: souvent, 3: toujours}
            na: no
  - key: pilotage
    title: Pilotage
    kind: requirements
    about: organisation
    scale: conformite
    axes:
      - key: B1
        title: Gouvernance
        criteria:
          - code: B1.1
            title: Comité
            question: Se réunit-il ?
paths:
  - key: parcours
    title: Un parcours
    questionnaires: [pilotage]
    required: {A1.1: 2}
rules:
  - key: lecture
    title: Profil lecture
    when: {profils: lecture}
    facts: {stocke: oui}
    reason: Lire suppose de stocker.
  - key: volume
    title: Volume élevé
    when: {volume: {min: 50}}
    levels: {A1.2: {at_least: 1}}
    reason: Le volume est élevé.
"""

FACTS = TINY[TINY.index("facts:\n") : TINY.index("questionnaires:\n")]
QUESTIONNAIRES = TINY[TINY.index("questionnaires:\n") : TINY.index("paths:\n")]
PATHS = TINY[TINY.index("paths:\n") : TINY.index("rules:\n")]
FAQ = "{title: Questions fréquentes, date: 2021-12-24}"
SCALE = "{levels: {0: Non conforme, 1: Partiel, 2: Conforme}}"
WORD = "{term: INS, definition: Identité nationale de santé}"
LECTURE = "{value: lecture, label: Lecture}"
CHOICES = f"[{LECTURE}, {{value: alimentation, label: Alimentation}}]"
LEVELS = "{0: jamais, 1: parfois, 2: souvent, 3: toujours}"
SINCE_2023 = "{since: 2023-01-01, level: 2}"

_MARK = re.compile(r" *#! (.+)$", re.MULTILINE)
_EXPECTED = re.compile(r"([a-z0-9-]+)(?:\(([^)]*)\))?")


class Expected(NamedTuple):
    """One diagnostic a file must get; `meant` is the likeliest name, where one is asked for."""

    line: int
    code: str
    meant: str = ""


@dataclass(frozen=True)
class Case:
    """One file and all of its diagnostics, in the order of its lines."""

    name: str
    content: bytes
    expected: tuple[Expected, ...]


def _marked(text: str) -> Iterator[Expected]:
    for number, line in enumerate(text.split("\n"), 1):
        mark = _MARK.search(line)
        for code, meant in _EXPECTED.findall(mark.group(1)) if mark else ():
            yield Expected(number, code, meant)


def whole(name: str, text: str | bytes, *more: Expected) -> Case:
    """Make a case of a whole file."""
    if isinstance(text, bytes):
        return Case(name, text, more)
    return Case(name, _MARK.sub("", text).encode(), tuple(sorted([*more, *_marked(text)])))


def case(name: str, *changes: str) -> Case:
    """Make a case of the tiny referential: what is replaced, by what, and so on by twos."""
    text = TINY
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert text.count(old) == 1, f"{name}: {old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return whole(name, text)


def added(name: str, text: str) -> Case:
    """Make a case of the tiny referential with something at its end."""
    return whole(name, TINY + text)


def rule(name: str, *lines: str) -> Case:
    """Make a case of one more rule, the last of the file."""
    end = "".join(f"    {line}\n" for line in lines)
    return added(name, f"  - key: de_plus\n    title: De plus\n    reason: Pour voir.\n{end}")


def reading(name: str, condition: str) -> Case:
    """Make a case of one more rule on levels, read under a condition on one line."""
    return rule(name, f"when: {condition}", "levels: {A1.1: 1}")


def proposing(name: str, levels: str) -> Case:
    """Make a case of one more rule that proposes levels."""
    return rule(name, "when: {stocke: oui}", f"levels: {levels}")


NOTS = "".join(" " * (6 + n) + "not:\n" for n in range(MAX_DEPTH - 3))
"""As many groups as make the last one the deepest allowed, under a condition of a fact."""
FACT = "  - {key: %s, question: Q ?, type: boolean, applies_when: {%s: oui}}"
PLAIN = "  - {key: %s, question: Q ?, type: boolean}"
