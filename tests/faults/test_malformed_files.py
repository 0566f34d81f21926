"""Malformed referential files: every fault of a file is reported at once, with its line, and nothing escapes.

A case changes one tiny valid referential. What is expected is written in the text itself, at the end of the
line it is expected on: `#! code`, or `#! code(the name that was meant)`. These marks are taken out before
the file is written.
"""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from jalon import ReferentialError, referential_from_file
from jalon.plugins.files.diagnostics import TITLES
from jalon.plugins.files.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES

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


# -- the text itself

_NOTS = "".join(" " * (6 + n) + "not:\n" for n in range(MAX_DEPTH - 3))
"""As many groups as make the last one the deepest allowed, under a condition of a fact."""
_TOO_MANY = "[" + "a," * MAX_NODES + "a]"

DEADLY = (
    case("30 000 brackets", "title: Un parcours", "title: " + "[" * 30_000 + " #! too-deep"),
    case("100 000 flow groups", "rank: 10", "rank: " + "{a: " * 100_000 + " #! too-deep"),
    case("30 000 closed brackets", "rank: 10", f"rank: {'[' * 30_000}{']' * 30_000} #! too-deep"),
    case(
        "blocks too deep",
        "    applies_when: {stocke: oui}",
        f"    applies_when:\n{_NOTS}{' ' * (6 + MAX_DEPTH)}not: #! too-deep\n{' ' * (9 + MAX_DEPTH)}a: b",
    ),
    case("dashes too deep", "touches: [voisin]", f"touches:\n {'- ' * 5_000}a #! too-deep"),
    whole("3 MB", TINY.encode() + b"# bourrage\n" * 280_000, Expected(0, "too-large")),
    case("too many nodes", "touches: [voisin]", f"touches: {_TOO_MANY} #! too-many-nodes"),
    added(
        "a billion laughs",
        "x1: &x1 [lol, lol] #! anchor unknown-key\n"
        + "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}] #! anchor alias unknown-key\n" for n in range(2, 40)),
    ),
    case(
        "an alias inside itself",
        "rank: 10",
        "rank: 10\ntouched: &t [*t] #! alias anchor unknown-key(touches)",
    ),
)

TEXT = (
    *DEADLY,
    case("top key repeated", "rank: 10", "rank: 10\nkey: autre #! duplicate-key"),
    case("quoted key repeated", "rank: 10", 'rank: 10\n"title": Autre #! duplicate-key'),
    case("key thrice", "rank: 10", "rank: 10\nrank: 11 #! duplicate-key\nrank: 12 #! duplicate-key"),
    case("nested key repeated", "official: non}", "official: non, name: B} #! duplicate-key"),
    case(
        "fact repeated in a condition",
        "when: {profils: lecture}",
        "when: {profils: lecture, profils: alimentation} #! duplicate-key",
    ),
    case("level repeated", "{0: jamais,", "{0: jamais, 0: encore, #! duplicate-key\n             "),
    case(
        "a repeated key hides no other fault",
        "rank: 10",
        "rank: dix #! wrong-number\nrank: 11 #! duplicate-key",
    ),
    case("python object", "title: Un parcours", 'title: !!python/object/apply:os.system "true" #! tag'),
    case("integer tag", "rank: 10", "rank: !!int 10 #! tag"),
    case("local tag", "title: Un parcours", "title: !parcours Un parcours #! tag"),
    case("tag without name", "title: Un parcours", "title: ! Un parcours #! tag"),
    case("tagged group", "publisher: {", "publisher: !!map { #! tag\n "),
    whole("TAG directive", f"%TAG ! tag:example.org,2000: #! tag\n---\n{TINY}"),
    whole("another YAML", f"%YAML 3.0 #! yaml-syntax\n---\n{TINY}"),
    case("anchor", "title: Un parcours", "title: &t Un parcours #! anchor"),
    case("anchor on a key", "rank: 10", "&r rank: 10 #! anchor"),
    case("alias", "title: Un parcours", "title: *t #! alias"),
    case("alias of a compulsory key", "title: Référentiel d’essai", "title: *t #! alias"),
    case("alias in a list", "touches: [voisin]", "touches: [voisin, *t] #! alias"),
    case("alias as a key", "rank: 10", "*t : dix #! alias\nrank: 10"),
    case(
        "alias as a nested key", "{stocke: oui}\n    reason", "{*t : oui, stocke: oui} #! alias\n    reason"
    ),
    case(
        "merge key", "    title: Un parcours", "    <<: {title: Autre} #! merge-key\n    title: Un parcours"
    ),
    case("merged alias", "    title: Un parcours", "    <<: *t #! alias merge-key\n    title: Un parcours"),
    added("two documents", "--- #! several-documents\njalon: 1\n"),
    added("a document after the end", "...\n--- #! several-documents\na: 1\n"),
    added("list as a key", "? [a, b] #! complex-key\n: c\n"),
    added("group as a key", "? {a: b} #! complex-key\n: c\n"),
    case("list as a nested key", "rank: 10", "rank: {[a]: b} #! complex-key"),
    case("tab", "    title: Un parcours", "\ttitle: Un parcours #! yaml-syntax"),
    case("colon in a text", "title: Un parcours", "title: Un parcours : le mien #! yaml-syntax"),
    case("reserved sign", "title: Un parcours", "title: @parcours #! yaml-syntax"),
    case("no colon", "rank: 10\n", "rank 10\n", "sources:\n", "sources: #! yaml-syntax\n"),
    case("bracket left open", "touches: [voisin]", "touches: [voisin", "rank: 10", "rank: 10 #! yaml-syntax"),
    case(
        "brace left open",
        "official: non}",
        "official: non",
        "requires: {socle",
        "requires: #! yaml-syntax\n {socle",
    ),
    case("quote left open", "reason: Le volume est élevé.", 'reason: "Le volume est élevé. #! yaml-syntax'),
    case("bad indent", "    type: boolean", "   type: boolean #! yaml-syntax"),
    case("unknown escape", "title: Un parcours", 'title: "\\q" #! yaml-syntax'),
    case("lone surrogate", "title: Un parcours", 'title: "\\ud800" #! yaml-syntax'),
    case("NUL", "title: Un parcours", "title: Un\0parcours #! yaml-syntax"),
    case("bell", "title: Un parcours", "title: Un\x07parcours #! yaml-syntax"),
    case("delete", "reason: Le volume est élevé.", "reason: \x7f #! yaml-syntax"),
    whole("Latin-1", TINY.encode("latin-1", "replace"), Expected(3, "not-utf8")),
    whole("cut in a letter", TINY.encode() + "# é".encode()[:-1], Expected(TINY.count("\n") + 1, "not-utf8")),
    whole("encoded surrogate", b"title: \xed\xa0\x80\n", Expected(1, "not-utf8")),
    whole("UTF-16", TINY.encode("utf-16"), Expected(1, "not-utf8")),
    whole("UTF-16 without mark", "jalon: 1\n".encode("utf-16-be"), Expected(1, "yaml-syntax")),
    whole("empty", b"", Expected(0, "empty-file")),
    whole("only a mark", b"\xef\xbb\xbf", Expected(0, "empty-file")),
    whole("only comments", b"# rien\n\n# rien non plus\n", Expected(0, "empty-file")),
    whole("a document of nothing", b"---\n", Expected(0, "empty-file")),
    whole("list as root", "- jalon: 1 #! wrong-kind\n"),
    whole("text as root", "jalon #! wrong-kind\n"),
    whole("null as root", "null #! wrong-kind\n"),
    whole("alias as root", "*a #! alias\n"),
    whole(
        "windows line ends",
        TINY.replace("rank: 10", "rank: dix").replace("\n", "\r\n").encode(),
        Expected(9, "wrong-number"),
    ),
)

# -- its shape

SHAPE = (
    whole("an empty group", "{} #! " + "missing-key " * 6),
    case("unknown key", "rank: 10", "rnk: 10 #! unknown-key(rank)"),
    case("unknown key of a publisher", "official: non}", "oficial: non} #! unknown-key(official)"),
    case("unknown key of a source", ", date: 2021-12-24}", ", adresse: x} #! unknown-key(address)"),
    case(
        "unknown key of a source with the name of a key",
        "  faq: {title",
        "  title: {titre: x, #! unknown-key(title)\n     title: T}\n  faq: {title",
    ),
    case("unknown key of a scale", "Conforme}}", "Conforme}, NA: x} #! unknown-key(na)"),
    case("unknown key of a word", "{term: INS,", "{term: INS, expension: x, #! unknown-key(expansion)\n    "),
    case(
        "unknown key of a fact",
        "    type: date",
        "    type: date\n    aplies_when: {} #! unknown-key(applies_when)",
    ),
    case(
        "unknown key of a choice",
        LECTURE,
        "{value: lecture, label: Lecture, lable: x} #! unknown-key(label)\n             ",
    ),
    case(
        "unknown key of a questionnaire",
        "    about: organisation",
        "    abot: organisation #! unknown-key(about)",
    ),
    case(
        "unknown key of an axis",
        "        title: Gouvernance",
        "        title: Gouvernance\n        critria: [] #! unknown-key(criteria)",
    ),
    case("unknown key of a criterion", "            na: no", "            targt: 3 #! unknown-key(target)"),
    case(
        "unknown key of an expected level",
        SINCE_2023,
        "{sinse: 2023-01-01, level: 2} #! unknown-key(since)\n           ",
    ),
    case(
        "unknown key of a path",
        "    title: Un parcours",
        "    title: Un parcours\n    requred: {} #! unknown-key(required)",
    ),
    case("unknown key of a required level", "{A1.1: 2}", "{A1.1: {level: 2, whn: {}}} #! unknown-key(when)"),
    case(
        "unknown key of a rule",
        "    title: Volume élevé",
        "    title: Volume élevé\n    level: {} #! unknown-key(levels)",
    ),
    proposing("unknown key of an effect", "{A1.1: {atleast: 2}} #! unknown-key(at_least)"),
    case("unknown key, nothing like it", "rank: 10", "zzz: 10 #! unknown-key"),
    case("key in capitals", "rank: 10", "RANK: 10 #! unknown-key(rank)"),
    case("invisible letter in a key", "rank: 10", "ra\u200bnk: 10 #! unknown-key(rank)"),
    case("key with a line end", "rank: 10", '"ra\\nnk": 10 #! unknown-key(rank)'),
    case("key that writes on the terminal", "rank: 10", '"\\e[31mrank": 10 #! unknown-key(rank)'),
    case("key of a thousand letters", "rank: 10", f'"{"k" * 1000}": 10 #! unknown-key'),
    case("compulsory keys missing", "jalon: 1", "#! missing-key missing-key", "effective: 2021-12-23\n", ""),
    case("publisher without a name", "{name: Éditeur, official: non}", "{official: non} #! missing-key"),
    case("source without a title", FAQ, "{date: 2021-12-24} #! missing-key"),
    case("word without a definition", ", definition: Identité nationale de santé}", "} #! missing-key"),
    case("scale without levels", SCALE, "{} #! missing-key"),
    case(
        "fact without a question",
        "key: ouverture\n    question: Depuis quand ?",
        "key: ouverture #! missing-key",
    ),
    case("fact without a type", "key: ouverture", "key: ouverture #! missing-key", "    type: date\n", ""),
    case("choice without a label", LECTURE, "{value: lecture} #! missing-key\n        "),
    case(
        "questionnaire without axes",
        "key: interop",
        "key: vide #! missing-key\n    title: V\n    kind: maturity\n  - key: interop",
    ),
    case(
        "questionnaire without a kind",
        "key: pilotage",
        "key: pilotage #! missing-key",
        "    kind: requirements\n",
        "",
    ),
    case("axis without a title", "key: B1", "key: B1 #! missing-key", "        title: Gouvernance\n", ""),
    case(
        "criterion without a question",
        "code: B1.1",
        "code: B1.1 #! missing-key",
        "            question: Se réunit-il ?\n",
        "",
    ),
    case(
        "criterion without levels",
        "code: A1.2",
        "code: A1.2 #! missing-key",
        f"            levels: {LEVELS}\n",
        "",
    ),
    case("expected level without a level", SINCE_2023, "{since: 2023-01-01} #! missing-key\n           "),
    case(
        "path without a title",
        "key: parcours",
        "key: parcours #! missing-key",
        "    title: Un parcours\n",
        "",
    ),
    case("required level without a level", "{A1.1: 2}", "{A1.1: {when: {stocke: oui}}} #! missing-key"),
    case(
        "rule without a condition",
        "key: lecture\n",
        "key: lecture #! missing-key\n",
        "    when: {profils: lecture}\n",
        "",
    ),
    case(
        "rule without a reason",
        "key: lecture\n",
        "key: lecture #! missing-key\n",
        "    reason: Lire suppose de stocker.\n",
        "",
    ),
    # kinds
    case("title is a list", "title: Référentiel d’essai", "title: [a] #! wrong-kind"),
    case("title is nothing", "title: Référentiel d’essai", "title: #! empty-value"),
    case("publisher is a text", "{name: Éditeur, official: non}", "Éditeur #! wrong-kind"),
    case("requires is a list", '{socle: ">=1"}', "[socle] #! wrong-kind"),
    case("touches is a text", "[voisin]", "voisin #! wrong-kind"),
    case("sources are a list", f"sources:\n  faq: {FAQ}", "sources: [faq] #! wrong-kind"),
    case("a source is a text", FAQ, "FAQ #! wrong-kind"),
    case("a scale is a list", SCALE, "[a, b, c] #! wrong-kind"),
    case("a word is a text", WORD, "INS #! wrong-kind"),
    case("a fact is a text", "facts:\n", "facts:\n  - un_fait #! wrong-kind\n"),
    case("a fact is nothing", "facts:\n", "facts:\n  - #! empty-value\n"),
    case("choices are a group", CHOICES, "{lecture: Lecture} #! wrong-kind"),
    case("a choice is a text", LECTURE, "lecture #! wrong-kind\n        "),
    case("a question is a group", "question: Depuis quand ?", "question: {fr: Depuis quand ?} #! wrong-kind"),
    case("a questionnaire is a list", "questionnaires:\n", "questionnaires:\n  - [a] #! wrong-kind\n"),
    case("an axis is a text", "      - key: B1", "      - B0 #! wrong-kind\n      - key: B1"),
    case(
        "a criterion is a text",
        "          - code: B1.1",
        "          - B1.0 #! wrong-kind\n          - code: B1.1",
    ),
    case("levels are a list", LEVELS, "[jamais, parfois] #! wrong-kind"),
    case("a level is a group", "{0: jamais,", "{0: {a: b}, #! wrong-kind\n            "),
    case("an expected level is a list", SINCE_2023, "[2] #! wrong-kind\n           "),
    case("required levels are a list", "required: {A1.1: 2}", "required: [A1.1] #! wrong-kind"),
    case("a path is a text", "paths:\n", "paths:\n  - un #! wrong-kind\n"),
    case("a rule is a list", "rules:\n", "rules:\n  - [a] #! wrong-kind\n"),
    case("derived facts are a list", "facts: {stocke: oui}", "facts: [stocke] #! wrong-kind"),
    case("a derived value is a group", "facts: {stocke: oui}", "facts: {stocke: {a: b}} #! wrong-kind"),
    case("a derived value is nothing", "facts: {stocke: oui}", "facts: {stocke: } #! empty-value"),
    case("a keyword is a group", "    type: date", "    type: date\n    keywords: [a, {b: c}] #! wrong-kind"),
    case("nothing under paths", PATHS, "paths: #! empty-value\n"),
    # texts
    case("empty title", "title: Référentiel d’essai", 'title: "" #! empty-value'),
    case("title of spaces", "title: Référentiel d’essai", 'title: "  " #! empty-value'),
    case("empty question", "question: Depuis quand ?", 'question: "" #! empty-value'),
    case("empty level", "{0: jamais,", '{0: "", #! empty-value\n            '),
    case(
        "no axis",
        "questionnaires:\n",
        "questionnaires:\n  - {key: v, title: V, kind: maturity, axes: []} #! empty-value\n",
    ),
    case(
        "no criterion",
        "      - key: B1",
        "      - {key: B0, title: V, criteria: []} #! empty-value\n      - key: B1",
    ),
    case("title too long", "title: Un parcours", f"title: {'a' * 501} #! wrong-text"),
    case("question too long", "question: Se réunit-il ?", f"question: {'a' * 20_001} #! wrong-text"),
    # scalars
    *(
        case(f"boolean {value}", "official: non}", f"official: {value}}} #! wrong-boolean")
        for value in ("yes", "on", "1", "Oui", "TRUE", "vrai", "[oui]", '""', "{a: b}")
    ),
    case("boolean of two lines", "official: non}", 'official: "oui\\nnon"} #! wrong-boolean'),
    case("unknown is y", "    type: date", "    type: date\n    unknown: y #! wrong-boolean"),
    *(
        case(f"number {value}", "rank: 10", f"rank: {value} #! wrong-number")
        for value in (
            "1.0",
            "0x3",
            "1_000",
            "٣",
            "1e3",
            "+1",
            "dix",
            "[1]",
            "''",
            "1234567890",
            "007",
            ".inf",
        )
    ),
    case("target is a number with a point", "            na: no", "            target: 3.0 #! wrong-number"),
    case("arabic digit as a level", "{0: jamais, 1:", "{0: jamais, ١: #! wrong-number\n            "),
    case("level written two ways", "{0: jamais,", "{0: jamais, 00: encore, #! wrong-number\n            "),
    case("expected level is a word", "level: 2}]", "level: deux}] #! wrong-number"),
    case("required level is NA", "required: {A1.1: 2}", "required: {A1.1: NA} #! wrong-number"),
    case("bound of a number", "    max: 100", "    max: cent #! wrong-number"),
    *(
        case(f"date {value}", "effective: 2021-12-23", f"effective: {value} #! wrong-date")
        for value in (
            "2021-02-30",
            "21-12-2021",
            "1640217600",
            "2021-12",
            "2021-12-23T00:00:00Z",
            "0000-01-01",
            "٢٠٢١-12-23",
        )
    ),
    case("date of a source", "date: 2021-12-24}", "date: hier} #! wrong-date"),
    case("date of an expected level", "since: 2023-01-01", "since: 2023-13-01 #! wrong-date\n            "),
    case("bound of a question on a date", "    type: date", "    type: date\n    min: 2021 #! wrong-date"),
    *(
        case(f"key {value!r}", "key: ouverture", f"key: {value} #! wrong-name")
        for value in ("Ouverture", "été", "1er", "a-b", "a/b", "_a", '"a b"', "a" * 61, '"a\\n"', "[a]")
    ),
    case("referential key", "key: essai", "key: Essai #! wrong-name"),
    case("criterion code", "code: B1.1", "code: B1/1 #! wrong-name"),
    case(
        "choice value", LECTURE, f"{{value: lecture seule, label: L}}, #! wrong-name\n              {LECTURE}"
    ),
    case("touched key", "[voisin]", "[Voisin] #! wrong-name"),
    case("required key", '{socle: ">=1"}', '{Socle: ">=1"} #! wrong-name'),
    case("source key", f"faq: {FAQ}", f"FAQ: {FAQ} #! wrong-name"),
    case("questionnaire of a path", "questionnaires: [pilotage]", "questionnaires: [a/b/c] #! wrong-name"),
    case("criterion of a rule", "levels: {A1.2:", "levels: {A1 2: #! wrong-name\n      "),
    # lists of values
    case("type", "    type: date", "    type: dat #! wrong-choice(date)"),
    case("type in capitals", "    type: date", "    type: DATE #! wrong-choice(date)"),
    case("type is a list", "    type: date", "    type: [date] #! wrong-choice"),
    case("kind", "kind: requirements", "kind: requirement #! wrong-choice(requirements)"),
    case("about", "about: organisation", "about: organization #! wrong-choice(organisation)"),
    case("expected kind", "rank: 10", "expected_kind: minimun #! wrong-choice(minimum)"),
    case("na of a criterion", "na: no", "na: with_raison #! wrong-choice(with_reason)"),
    case("na is a list", "na: no", "na: [no] #! wrong-choice"),
    case(
        "na of a path",
        "    title: Un parcours",
        "    title: Un parcours\n    na: mising #! wrong-choice(missing)",
    ),
    case("section", "    type: date", "    type: date\n    section: path #! wrong-choice(paths)"),
    case("obligation", "na: no", "obligation: optionnal #! wrong-choice(optional)"),
    case("status", "    type: date", "    type: date\n    status: oficial #! wrong-choice(official)"),
    case("format version 2", "jalon: 1", "jalon: 2 #! unknown-format"),
    case("format version 0", "jalon: 1", "jalon: 0 #! unknown-format"),
    # conditions
    *(
        reading(f"condition {text}", f"{text} #! wrong-condition")
        for text in (
            "stocke",
            "[stocke]",
            "{}",
            "[]",
            "{stocke: }",
            "{stocke: {}}",
            "{stocke: []}",
            "{stocke: [[oui]]}",
            "{volume: {min: [3]}}",
            "{volume: {minimum: 3}}",
            "{volume: {min: }}",
            "{un fait: oui}",
            "{a/b/c: oui}",
            "{'': oui}",
            "{all: {stocke: oui}}",
            "{all: []}",
            "{any: stocke}",
            "{any: []}",
            "{any: [stocke]}",
            "{any: [{stocke: oui}, '']}",
            "{all: [[{stocke: oui}]]}",
            "{not: [{stocke: oui}]}",
            "{not: }",
            "{not: {}}",
            "{not: stocke}",
            "{min: 3}",
            "{is: NA}",
            "{stocke: oui, max: 3}",
            "{answer: A1.1}",
            "{answer: A1.1, min: 1, is: 2}",
            "{answer: A1.1, is: 2, stocke: oui}",
            "{answer: A1.1, is: []}",
            "{answer: A1.1, is: na}",
            "{answer: A1.1, is: {min: 1}}",
            "{answer: A1.1, min: NA}",
            "{answer: A1.1, min: -1}",
            "{answer: A1.1, min: 2.0}",
            "{answer: [A1.1], min: 1}",
            "{answer: , min: 1}",
            "{answer: a b, min: 1}",
        )
    ),
    reading(
        "several wrong conditions on one line",
        "{all: [stocke, {stocke: []}]} #! wrong-condition wrong-condition",
    ),
    rule(
        "wrong conditions on several lines",
        "when:",
        "  any:",
        "    - {stocke: {}} #! wrong-condition",
        "    - not: #! wrong-condition",
        "    - stocke: oui",
        "    - answer: A1.1",
        "      is: deux #! wrong-condition",
        "levels: {A1.1: 1}",
    ),
    rule("nothing as a condition", "when: #! wrong-condition", "levels: {A1.1: 1}"),
    case("wrong condition of a fact", "applies_when: {stocke: oui}", "applies_when: oui #! wrong-condition"),
    case(
        "wrong condition of a questionnaire",
        "    kind: maturity",
        "    kind: maturity\n    applies_when: [] #! wrong-condition",
    ),
    case(
        "wrong condition of a required level", "{A1.1: 2}", "{A1.1: {level: 2, when: oui}} #! wrong-condition"
    ),
    # effects
    proposing("effect is a word", "{A1.1: deux} #! wrong-level"),
    proposing("effect is na in small letters", "{A1.1: na} #! wrong-level"),
    proposing("effect is a number with a point", "{A1.1: 2.0} #! wrong-level"),
    proposing("effect is nothing", "{A1.1: } #! empty-value"),
    proposing("effect is a list", "{A1.1: [2]} #! wrong-kind"),
    proposing("effect is an empty group", "{A1.1: {}} #! wrong-effect"),
    proposing("effect is a level and a floor", "{A1.1: {level: 2, at_least: 1}} #! wrong-effect"),
    proposing("floor is NA", "{A1.1: {at_least: NA}} #! wrong-number"),
    proposing("floor is a list", "{A1.1: {at_least: [1]}} #! wrong-number"),
    proposing("effects are a list", "[A1.1] #! wrong-kind"),
    added(
        "rule without effect",
        "  - {key: de_plus, title: D, reason: R, when: {stocke: oui}} #! useless-rule\n",
    ),
    added(
        "rule with empty effects",
        "  - {key: plus, title: D, reason: R, when: {stocke: oui}, levels: {}, facts: {}} #! useless-rule\n",
    ),
)

# -- its meaning

_FACT = "  - {key: %s, question: Q ?, type: boolean, applies_when: {%s: oui}}"
_PLAIN = "  - {key: %s, question: Q ?, type: boolean}"
_DERIVES = "  - {key: %s, title: T, reason: R, when: {%s: oui}, facts: {%s: oui}}"

MEANING = (
    case("reserved key", "key: essai", "key: jalon #! reserved-key"),
    *(
        case(f"fact called {word}", "key: ouverture", f"key: {word} #! reserved-name")
        for word in ("all", "any", "not", "answer", "min", "max", "is")
    ),
    case(
        "scale called maturity",
        "  conformite:",
        "  maturity: {levels: {0: a, 1: b}} #! reserved-name\n  conformite:",
    ),
    *(
        case(f"edition {text}", 'edition: "2021.12"', f"edition: {text} #! wrong-edition")
        for text in ("décembre", "2021-12", "v1", "1..2", "1.2.3.4.5", "٢٠٢١")
    ),
    *(
        case(f"range {text}", '{socle: ">=1"}', f'{{socle: "{text}"}} #! wrong-range')
        for text in ("1", "=>1", ">=1 <2", ">=", "~=1", ">=1,", "latest")
    ),
    case("requires itself", '{socle: ">=1"}', '{essai: ">=1"} #! requires-itself'),
    # twice the same name
    case("fact twice", "key: ouverture", "key: stocke #! duplicate"),
    case(
        "choice twice",
        "{value: alimentation, label: Alimentation}",
        "{value: lecture, label: L}, #! duplicate\n              {value: alimentation, label: A}",
    ),
    case("questionnaire twice", "key: pilotage", "key: interop #! duplicate", "[pilotage]", "[interop]"),
    case(
        "axis twice",
        "      - key: A1\n",
        f"      - {{key: A1, title: T, criteria: [{{code: A0, title: T, question: Q, levels: {LEVELS}}}]}}\n"
        "      - key: A1 #! duplicate\n",
    ),
    case("criterion twice, of two questionnaires", "code: B1.1", "code: A1.1 #! duplicate"),
    case("path twice", "rules:", "  - {key: parcours, title: T} #! duplicate\nrules:"),
    case(
        "rule twice", "  - key: volume\n    title: Volume", "  - key: lecture #! duplicate\n    title: Volume"
    ),
    proposing("criterion twice in a rule", "{A1.1: 1, essai/A1.1: 2} #! duplicate"),
    case(
        "fact twice in a rule", "facts: {stocke: oui}", "facts: {stocke: oui, essai/stocke: oui} #! duplicate"
    ),
    case(
        "criterion twice in a path", "required: {A1.1: 2}", "required: {A1.1: 2, essai/A1.1: 2} #! duplicate"
    ),
    # unknown names
    case("unknown source of a fact", "sources: [faq]", "sources: [fak] #! unknown-source(faq)"),
    case("unknown source of a criterion", "na: no", "sources: [faqs] #! unknown-source(faq)"),
    rule(
        "unknown source of a rule",
        "when: {stocke: oui}",
        "levels: {A1.1: 1}",
        "sources:",
        "  - faq",
        "  - foire #! unknown-source",
    ),
    case("unknown scale", "scale: conformite", "scale: conformitee #! unknown-scale(conformite)"),
    case(
        "unknown scale of a criterion with levels",
        "scale: conformite",
        "scale: conformitee #! unknown-scale(conformite)",
        "question: Se réunit-il ?",
        "question: Q ?\n            levels: {0: a, 1: b, 2: c}\n            target: 2",
    ),
    case(
        "unknown fact in the condition of a fact",
        "applies_when: {stocke: oui}",
        "applies_when: {stoke: oui} #! unknown-fact(essai/stocke)",
    ),
    case(
        "unknown fact in the condition of a criterion",
        "{profils: alimentation}",
        "{profil: alimentation} #! unknown-fact(essai/profils)",
    ),
    case(
        "unknown fact in the condition of a questionnaire",
        "    kind: maturity",
        "    kind: maturity\n    applies_when: {volum: {min: 1}} #! unknown-fact(essai/volume)",
    ),
    case(
        "unknown fact in the condition of an axis",
        "        title: Identité",
        "        title: Identité\n        applies_when: {volum: {min: 1}} #! unknown-fact(essai/volume)",
    ),
    case(
        "unknown fact in a rule",
        "when: {profils: lecture}",
        "when: {profiles: lecture} #! unknown-fact(essai/profils)",
    ),
    case(
        "unknown fact of the core",
        "{profils: alimentation}",
        "{jalon/kinds: base} #! unknown-fact(jalon/kind)",
    ),
    case(
        "unknown fact in a required level",
        "{A1.1: 2}",
        "{A1.1: {level: 2, when: {stoke: oui}}} #! unknown-fact(essai/stocke)",
    ),
    case("unknown derived fact", "facts: {stocke: oui}", "facts: {stoke: oui} #! unknown-fact(essai/stocke)"),
    case("a criterion is no fact", "{profils: alimentation}", "{A1.2: oui} #! unknown-fact"),
    reading("two unknown facts", "{stoke: oui, profil: lecture} #! unknown-fact unknown-fact"),
    rule(
        "unknown fact inside a condition of several lines",
        "when:",
        "  all:",
        "    - stocke: oui",
        "    - stoke: oui #! unknown-fact(essai/stocke)",
        "levels: {A1.1: 1}",
    ),
    reading("unknown criterion read", "{answer: A1.3, min: 1} #! unknown-criterion(essai/A1.2)"),
    proposing("unknown criterion set", "{A11: 1} #! unknown-criterion(essai/A1.1)"),
    proposing("a fact is no criterion", "{stocke: 1} #! unknown-criterion"),
    case(
        "unknown criterion required",
        "required: {A1.1: 2}",
        "required: {A1.11: 2} #! unknown-criterion(essai/A1.1)",
    ),
    case("unknown questionnaire", "[pilotage]", "[pilotages] #! unknown-questionnaire(essai/pilotage)"),
    reading("unknown path", "{jalon/paths: essai/parcour} #! unknown-path(essai/parcours)"),
    reading(
        "path of a referential not required", "{jalon/paths: [essai/parcours, ailleurs/p]} #! not-required"
    ),
    reading("selection of a referential not required", "{jalon/referentials: ailleurs} #! not-required"),
    reading("bounds of selected paths", "{jalon/paths: {min: 1}} #! wrong-value"),
    # facts
    case(
        "choice question without choices",
        "  - key: ouverture",
        "  - key: ouverture #! missing-choices",
        "type: date",
        "type: choice",
    ),
    case(
        "choices of a boolean",
        "    type: boolean",
        "    type: boolean\n    choices: [{value: a, label: A}] #! needless-choices",
    ),
    case(
        "bounds of a text",
        "  - key: ouverture",
        "  - key: ouverture #! needless-bounds",
        "type: date",
        "type: text\n    min: 1",
    ),
    case(
        "crossed bounds",
        "  - key: volume\n    question",
        "  - key: volume #! crossed-bounds\n    question",
        "min: 0",
        "min: 101",
    ),
    case(
        "crossed dates",
        "  - key: ouverture",
        "  - key: ouverture #! crossed-bounds",
        "type: date",
        "type: date\n    min: 2022-01-01\n    max: 2021-12-31",
    ),
    # values
    case(
        "value of a boolean",
        "applies_when: {stocke: oui}",
        "applies_when: {stocke: ouii} #! wrong-value(oui)",
    ),
    case(
        "value of a choice",
        "{profils: alimentation}",
        "{profils: [lecture, alimentations]} #! wrong-value(alimentation)",
    ),
    reading("value of a number", "{volume: beaucoup} #! wrong-value"),
    reading("value of a number out of bounds", "{volume: 101} #! wrong-value"),
    reading("value of a date", "{ouverture: 2021-02-30} #! wrong-value"),
    reading("value of a fact of the core", "{jalon/kind: socle} #! wrong-value"),
    reading("bounds of a boolean", "{stocke: {min: 1}} #! wrong-value"),
    reading("bounds of a choice", "{profils: {max: lecture}} #! wrong-value"),
    reading("bound of a date", "{ouverture: {min: hier}} #! wrong-value"),
    case("derived value of a boolean", "facts: {stocke: oui}", "facts: {stocke: si} #! wrong-value"),
    case(
        "derived value of a choice",
        "facts: {stocke: oui}",
        "facts: {profils: [lectures]} #! wrong-value(lecture)",
        "when: {profils: lecture}",
        "when: {stocke: oui}",
    ),
    case("derived list for one value", "facts: {stocke: oui}", "facts: {stocke: [oui]} #! wrong-value"),
    # levels
    case(
        "levels with a hole in a scale",
        "1: Partiel, 2: Conforme}}",
        "2: Partiel, 3: Conforme}} #! wrong-levels",
    ),
    case("a scale of one level", SCALE, "{levels: {0: Conforme}} #! wrong-levels"),
    case("a scale of no level", SCALE, "{levels: {}} #! wrong-levels"),
    case("a level missing", "2: souvent, 3: toujours}", "2: souvent} #! wrong-levels"),
    case("a level too many", "3: toujours}", "3: toujours, 4: encore} #! wrong-levels"),
    case("levels from 1", LEVELS, "{1: a, 2: b, 3: c, 4: d} #! wrong-levels"),
    case("no level at all", LEVELS, "{} #! wrong-levels"),
    case(
        "a negative level",
        "{0: jamais, 1: parfois,",
        "{-1: jamais, 1: parfois, #! wrong-levels\n            ",
    ),
    case("target off scale", "na: no", "target: 4 #! level-off-scale"),
    case("target below the scale", "na: no", "target: -1 #! level-off-scale"),
    case(
        "expected level off scale",
        SINCE_2023,
        "{since: 2023-01-01, level: 4} #! level-off-scale\n           ",
    ),
    case("bare expected level off scale", "na: no", "expected: 9 #! level-off-scale"),
    case("required level off scale", "required: {A1.1: 2}", "required: {A1.1: 4} #! level-off-scale"),
    case(
        "required level off a scale of its own",
        "required: {A1.1: 2}",
        "required: {B1.1: 3} #! level-off-scale",
    ),
    proposing("effect off scale", "{A1.1: 4} #! level-off-scale"),
    proposing("floor off scale", "{A1.1: {at_least: -1}} #! level-off-scale"),
    reading("read level off scale", "{answer: A1.1, min: 4} #! level-off-scale"),
    reading("read levels off scale", "{answer: A1.1, is: [1, 7, NA]} #! level-off-scale"),
    proposing("NA refused", "{A1.2: NA} #! na-refused"),
    case("dates out of order", SINCE_2023, "{since: 2020-01-01, level: 2} #! unordered-dates\n           "),
    case("same date twice", SINCE_2023, "{since: 2021-12-23, level: 2} #! unordered-dates\n           "),
    case("bare levels twice", "na: no", "expected: [1, 2] #! unordered-dates"),
    # other referentials
    case(
        "fact of a referential not required", "{profils: alimentation}", "{ailleurs/x: oui} #! not-required"
    ),
    reading("criterion of a referential not required", "{answer: ailleurs/A1, min: 1} #! not-required"),
    case("questionnaire of a referential not required", "[pilotage]", "[ailleurs/q] #! not-required"),
    case(
        "required level of a referential not required",
        "required: {A1.1: 2}",
        "required: {ailleurs/A1: 2} #! not-required",
    ),
    proposing("criterion not touched", "{socle/A1: 1} #! not-touched"),
    case("derived fact not touched", "facts: {stocke: oui}", "facts: {socle/x: oui} #! not-touched"),
    # facts of the core, answers
    case("derived fact of the core", "facts: {stocke: oui}", "facts: {jalon/kind: base} #! core-fact"),
    case(
        "answer read by a fact",
        "applies_when: {stocke: oui}",
        "applies_when: {answer: A1.1, min: 1} #! answer-not-readable",
    ),
    case(
        "answer read by a criterion",
        "{profils: alimentation}",
        "{answer: A1.2, is: NA} #! answer-not-readable",
    ),
    case(
        "answer read by a rule on facts",
        "when: {profils: lecture}",
        "when: {answer: A1.1, min: 1} #! answer-not-readable",
    ),
    case(
        "answer read by a required level",
        "{A1.1: 2}",
        "{A1.1: {level: 2, when: {answer: A1.2, min: 1}}} #! answer-not-readable",
    ),
    # cycles
    case(
        "a fact depends on itself",
        "    applies_when: {stocke: oui}",
        "    applies_when: {volume: 3} #! fact-cycle",
    ),
    case(
        "a rule reads what it derives",
        "when: {profils: lecture}",
        "when: {stocke: non}",
        "key: lecture\n",
        "key: lecture #! fact-cycle\n",
    ),
    case(
        "two facts by their conditions",
        "questionnaires:\n",
        f"{_FACT % ('a', 'b')} #! fact-cycle\n{_FACT % ('b', 'a')}\nquestionnaires:\n",
    ),
    case(
        "two facts by rules",
        "questionnaires:\n",
        f"{_PLAIN % 'a'}\n{_PLAIN % 'b'}\nquestionnaires:\n",
        "rules:\n",
        f"rules:\n{_DERIVES % ('un', 'a', 'b')}\n{_DERIVES % ('deux', 'b', 'a')} #! fact-cycle\n",
    ),
    case(
        "three facts",
        "questionnaires:\n",
        f"{_FACT % ('a', 'b')} #! fact-cycle\n{_FACT % ('b', 'c')}\n{_FACT % ('c', 'a')}\nquestionnaires:\n",
    ),
    case(
        "a condition and a rule",
        "questionnaires:\n",
        f"{_FACT % ('a', 'b')} #! fact-cycle\n{_FACT % ('b', 'stocke')}\nquestionnaires:\n",
        "rules:\n",
        f"rules:\n{_DERIVES % ('en_rond', 'a', 'stocke')}\n",
    ),
    # organisation
    case(
        "condition of an organisation questionnaire",
        "    scale: conformite",
        "    scale: conformite\n    applies_when: {stocke: oui} #! organisation-condition",
    ),
    case(
        "condition of an organisation axis",
        "        title: Gouvernance",
        "        title: Gouvernance\n        applies_when: {stocke: oui} #! organisation-condition",
    ),
    case(
        "condition of an organisation criterion",
        "question: Se réunit-il ?",
        "question: Q ?\n            applies_when: {stocke: oui} #! organisation-condition",
    ),
    added(
        "facts set a level of the organisation",
        "  - {key: plus, title: T, reason: R, when: {stocke: oui}, levels: {B1.1: 1}} #! organisation-rule\n",
    ),
    added(
        "a product sets a level of the organisation",
        "  - {key: plus, title: T, reason: R, #! organisation-rule\n"
        "     when: {answer: A1.1, min: 1}, levels: {B1.1: 1}}\n",
    ),
    added(
        "the organisation sets a level of a product",
        "  - {key: plus, title: T, reason: R, #! organisation-rule\n"
        "     when: {answer: B1.1, min: 1}, levels: {A1.1: 1}}\n",
    ),
)

# -- what follows from a fault is not reported, and nothing else is hidden

_SILENT = (
    case("facts that are no list", FACTS, "facts: aucun #! wrong-kind\n"),
    case("questionnaires that are no list", QUESTIONNAIRES, "questionnaires: aucun #! wrong-kind\n"),
    case(
        "axes that are no list",
        QUESTIONNAIRES[QUESTIONNAIRES.index("    axes:") : QUESTIONNAIRES.index("  - key: pilotage")],
        "    axes: aucun #! wrong-kind\n",
    ),
    case("a fact that is read elsewhere", "type: boolean", "type: bolean #! wrong-choice(boolean)"),
    case(
        "a criterion that is set and required",
        "since: 2021-12-23",
        "since: hier #! wrong-date\n             ",
    ),
    case(
        "the only criterion of a questionnaire a path brings",
        "code: B1.1",
        "code: B1.1 #! missing-key",
        "            title: Comité\n",
        "",
    ),
    case("a source that is cited", FAQ, "[] #! wrong-kind"),
    case("a scale in use", SCALE, "{levels: {}, na: []} #! wrong-kind"),
    case(
        "a scale with a hole",
        "1: Partiel, 2: Conforme}}",
        "1: Partiel, 3: Conforme}} #! wrong-levels",
        "question: Se réunit-il ?",
        "question: Q ?\n            levels: {0: a, 1: b, 3: c}\n            target: 3",
    ),
    case(
        "a referential required wrongly",
        '{socle: ">=1"}',
        "[socle] #! wrong-kind",
        "{profils: alimentation}",
        "{socle/x: oui}",
    ),
    case("a range that is wrong", '">=1"}', "1} #! wrong-range", "{profils: alimentation}", "{socle/x: oui}"),
    case(
        "a referential touched wrongly",
        "[voisin]",
        "voisin #! wrong-kind",
        "{A1.2: {at_least: 1}}",
        "{voisin/A1: 1}",
    ),
    case(
        "a wrong key and full names",
        "key: essai",
        "key: Essai #! wrong-name",
        "when: {profils: lecture}",
        "when: {essai/profils: lecture}",
    ),
    case(
        "choices left out, values read",
        "type: choices",
        "type: choice",
        f"    choices: {CHOICES}\n",
        "",
        "key: profils",
        "key: profils #! missing-choices",
    ),
    case(
        "a repeated list of facts",
        "questionnaires:\n",
        f"facts: #! duplicate-key\n{_PLAIN % 'autre'}\nquestionnaires:\n",
        "when: {profils: lecture}",
        "when: {autre: oui}",
    ),
    case(
        "criteria by an alias",
        QUESTIONNAIRES[QUESTIONNAIRES.index("        criteria:") : QUESTIONNAIRES.index("  - key: pilotage")],
        "        criteria: *c #! alias\n",
    ),
    proposing("a wrong effect", "{A1.1: {level: 2, at_least: 9}} #! wrong-effect"),
    reading("a wrong answer", "{answer: A1.1, min: beaucoup} #! wrong-condition"),
)
_TOLD = (
    case(
        "two faults in one fact",
        "key: ouverture",
        "key: Ouverture #! wrong-name",
        "type: date",
        "type: dat #! wrong-choice",
    ),
    case(
        "two faults in one fact, one in the next",
        "question: Quels profils ?",
        "quetion: Q ? #! unknown-key",
        "key: profils",
        "key: profils #! missing-key",
        "  - key: volume\n    question",
        "  - key: volume #! crossed-bounds\n    question",
        "min: 0",
        "min: 101",
    ),
    case(
        "two faults in one criterion, one in the next",
        "title: Identifiants",
        "titre: Identifiants #! unknown-key(title)",
        "code: A1.1",
        "code: A1.1 #! missing-key",
        "na: no",
        "target: 9 #! level-off-scale",
    ),
    case(
        "a name of something else",
        "rank: 10",
        "rank: dix #! wrong-number",
        "levels: {A1.2:",
        "levels: {A1: 1, #! unknown-criterion\n      A1.2:",
    ),
    case(
        "a questionnaire is no fact",
        "rank: 10",
        "rank: dix #! wrong-number",
        "{profils: alimentation}",
        "{pilotage: oui} #! unknown-fact",
    ),
    case(
        "a wrong source and one that is nowhere",
        f"faq: {FAQ}",
        f"faq: {FAQ}\n  avis: [] #! wrong-kind",
        "na: no",
        "sources: [fax] #! unknown-source(faq)",
    ),
    case(
        "a tag and a wrong fact",
        "rank: 10",
        "rank: !!int 10 #! tag",
        "type: date",
        "type: dat #! wrong-choice",
    ),
    case(
        "two cycles",
        "questionnaires:\n",
        "\n".join(_FACT % pair for pair in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")))
        .replace("b: oui}}", "b: oui}} #! fact-cycle")
        .replace("d: oui}}", "d: oui}} #! fact-cycle")
        + "\nquestionnaires:\n",
    ),
    case(
        "ten faults",
        "rank: 10",
        "rnk: 10 #! unknown-key(rank)",
        "effective: 2021-12-23",
        "effective: 23-12-2021 #! wrong-date",
        "official: non}",
        "official: no} #! wrong-boolean",
        "[voisin]",
        "[voisin, voisin, &v autre] #! anchor",
        "scale: conformite",
        "scale: conformites #! unknown-scale(conformite)",
        "type: date",
        "type: dates #! wrong-choice(date)",
        "min: 0",
        "min: zéro #! wrong-number",
        "since: 2023-01-01",
        "since: 2021-01-01 #! unordered-dates\n             ",
        "when: {profils: lecture}",
        "when: {profils: lectur} #! wrong-value(lecture)",
        "{A1.2: {at_least: 1}}",
        "{A1.2: NA} #! na-refused",
    ),
)
CASES = (*TEXT, *SHAPE, *MEANING, *_SILENT, *_TOLD)

ELSEWHERE = {
    "unreadable-file",  # no text at all: it has a test of its own
    "ambiguous-name",  # files of products
    "impossible-answer",
}
"""Codes of diagnostics that no text of a referential triggers."""

_LEAKS = re.compile(
    r"<class|Traceback|pydantic|loc=|input_value|object at 0x|Input should|Field required|Value error"
    r"|\bNone\b|\bTrue\b|\bFalse\b|\bdict\b|\[type=|\\x|\\u"
)
"""What only Python says."""


def _diagnostics(path: Path) -> list[Expected]:
    """Load a file that must be refused, check every sentence, and give what was found."""
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(path)
    found = []
    for diagnostic in refused.value.diagnostics:
        message = str(diagnostic)
        place = f"{path}:{diagnostic.line}" if diagnostic.line else f"{path}"
        assert message.startswith(f"{place}: {TITLES[diagnostic.code]}")
        said = message.removeprefix(place)
        assert not _LEAKS.search(said), said
        assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in said), said
        assert len(said) < 800, said
        found.append(Expected(diagnostic.line, diagnostic.code, (*diagnostic.nearest, "")[0]))
    return found


def _as_asked(found: list[Expected], expected: tuple[Expected, ...]) -> list[Expected]:
    """Forget the names that were meant where a case does not ask for them."""
    asked = {(each.line, each.code) for each in expected if each.meant}
    return [each if each[:2] in asked else each._replace(meant="") for each in found]


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.name)
def test_every_fault_of_a_file_is_reported(each: Case, tmp_path: Path) -> None:
    """A malformed file is refused with exactly its faults, in the order of its lines."""
    path = tmp_path / "essai.yaml"
    path.write_bytes(each.content)
    assert _as_asked(_diagnostics(path), each.expected) == list(each.expected)


def test_names_of_cases_differ() -> None:
    """No case hides another of the same name."""
    names = [each.name for each in CASES]
    assert [name for name in names if names.count(name) > 1] == []
    assert len(CASES) > 250


def test_every_code_is_triggered() -> None:
    """A new kind of fault needs a case here, or a place in the list of those that belong elsewhere."""
    triggered = {expected.code for each in CASES for expected in each.expected}
    assert set(TITLES) - triggered == ELSEWHERE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TINY.encode(), id="as it is"),
        pytest.param(b"\xef\xbb\xbf" + TINY.encode(), id="byte order mark"),
        pytest.param(TINY.replace("\n", "\r\n").encode(), id="windows line ends"),
        pytest.param(f"---\n{TINY}...\n".encode(), id="marks of a document"),
        pytest.param(TINY.replace("rank: 10", "? rank\n: 10").encode(), id="question mark before a key"),
        pytest.param(TINY.replace("rank: 10", '"rank": "10"').encode(), id="quotes"),
        pytest.param(TINY.encode().ljust(MAX_BYTES - 1, b"#") + b"\n", id="the largest"),
        pytest.param(
            TINY.replace(
                "    applies_when: {stocke: oui}",
                f"    applies_when:\n{_NOTS}".removesuffix(f"{' ' * (2 + MAX_DEPTH)}not:\n")
                + f"{' ' * (6 + MAX_DEPTH)}stocke: oui",
            ).encode(),
            id="the deepest",
        ),
    ],
)
def test_a_sound_file_is_accepted(content: bytes, tmp_path: Path) -> None:
    """The tiny referential loads in every spelling, up to the limits: cases fail by their change alone."""
    path = tmp_path / "essai.yaml"
    path.write_bytes(content)
    loaded = referential_from_file(path)
    assert loaded.key == "essai"
    assert [len(part) for part in (loaded.facts, loaded.questionnaires, loaded.paths, loaded.rules)] == [
        4,
        2,
        1,
        2,
    ]


@pytest.mark.parametrize("name", ["absent.yaml", "dossier"])
def test_a_file_that_cannot_be_read_is_reported(name: str, tmp_path: Path) -> None:
    """An absent file, or a folder without referential, is refused with its name."""
    (tmp_path / "dossier").mkdir()
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(tmp_path / name)
    (diagnostic,) = refused.value.diagnostics
    assert (diagnostic.line, diagnostic.code) == (0, "unreadable-file")
    assert str(diagnostic).startswith(f"{tmp_path / name}")


def test_many_unknown_names_are_told_in_time(tmp_path: Path) -> None:
    """Looking for the names that were meant does not make a small file last: 500 are told in two seconds."""
    fact = "  - {key: fait_%d, question: Q ?, type: boolean, applies_when: {rien_%d: oui}}\n"
    many = "".join(fact % (number, number) for number in range(500))
    path = tmp_path / "essai.yaml"
    path.write_text(TINY.replace("questionnaires:\n", f"{many}questionnaires:\n"), encoding="utf-8")
    start = monotonic()
    assert [each.code for each in _diagnostics(path)] == ["unknown-fact"] * 500
    assert monotonic() - start < 2


def _names_in(path: Path) -> str:
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(path)
    (diagnostic,) = (each for each in refused.value.diagnostics if each.code == "fact-cycle")
    return diagnostic.found


@pytest.mark.parametrize(
    ("name", "facts", "by"),
    [
        ("a fact depends on itself", {"volume"}, set()),
        ("a rule reads what it derives", {"stocke"}, {"lecture"}),
        ("two facts by rules", {"a", "b"}, {"un", "deux"}),
        ("three facts", {"a", "b", "c"}, set()),
        ("a condition and a rule", {"a", "b", "stocke"}, {"en_rond"}),
    ],
)
def test_a_cycle_is_named(name: str, facts: set[str], by: set[str], tmp_path: Path) -> None:
    """A cycle is refused with the names of its facts and rules, and of no other."""
    path = tmp_path / "essai.yaml"
    path.write_bytes(next(each.content for each in CASES if each.name == name))
    found = _names_in(path)
    assert set(re.findall(r"essai/(\w+)", found)) == facts
    assert set(re.findall(r"règle (\w+)", found)) == by


# -- a folder: one referential, and questionnaires beside it

_BESIDE = """\
key: beside
title: À côté
kind: maturity
axes:
  - key: C1
    title: Axe
    criteria:
      - {code: C1.1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}
"""


def _in_folder(folder: Path, main: str, **questionnaires: str | bytes) -> dict[str, list[tuple[int, str]]]:
    (folder / "questionnaires").mkdir()
    (folder / "referential.yaml").write_text(main, encoding="utf-8")
    for name, content in questionnaires.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / "questionnaires" / f"{name}.yaml").write_bytes(raw)
    with pytest.raises(ReferentialError) as refused:
        referential_from_file(folder)
    found: dict[str, list[tuple[int, str]]] = {}
    for diagnostic in refused.value.diagnostics:
        assert str(diagnostic).startswith(f"{diagnostic.file}:{diagnostic.line}: ")
        found.setdefault(str(Path(diagnostic.file).relative_to(folder)), []).append(
            (diagnostic.line, diagnostic.code)
        )
    return found


_SETS_BESIDE = TINY.replace("{A1.2: {at_least: 1}}", "{C1.1: 2}")


def test_faults_of_several_files_are_reported_together(tmp_path: Path) -> None:
    """Each fault of a folder is told with its own file and line, whatever its kind."""
    found = _in_folder(
        tmp_path,
        TINY.replace("rank: 10", "rnk: 10"),
        a=_BESIDE.replace("kind: maturity", "kind: matury"),
        b=_BESIDE.replace("key: beside", "key: b").replace("C1.1", "A1.1"),
        c=_BESIDE.replace("key: beside", "key: c").replace("C1", "C3").replace("{0: a,", "{"),
    )
    assert found == {
        "referential.yaml": [(9, "unknown-key")],
        "questionnaires/a.yaml": [(3, "wrong-choice")],
        "questionnaires/b.yaml": [(8, "duplicate")],
        "questionnaires/c.yaml": [(8, "wrong-levels")],
    }


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        pytest.param(_BESIDE.replace("question: Q ?", "question: [Q]"), 8, "wrong-kind", id="shape"),
        pytest.param(_BESIDE.replace("axes:", "axes: ["), 5, "yaml-syntax", id="syntax"),
        pytest.param(_BESIDE.encode("utf-16"), 1, "not-utf8", id="encoding"),
        pytest.param("- a\n", 1, "wrong-kind", id="list"),
    ],
)
def test_criteria_of_a_refused_file_are_not_unknown(
    content: str | bytes, line: int, code: str, tmp_path: Path
) -> None:
    """Where a questionnaire beside the referential is refused, rules on its criteria are not blamed."""
    assert _in_folder(tmp_path, _SETS_BESIDE, a=content) == {"questionnaires/a.yaml": [(line, code)]}


# -- the real command


def _check(*paths: Path) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-c", "from jalon_web.cli import main; main()", "check", *map(str, paths)]
    return subprocess.run(start, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_survives_deadly_files(tmp_path: Path) -> None:
    """No file kills the command: it ends with code 2 and tells every fault on standard error."""
    paths = []
    for number, each in enumerate(DEADLY):
        paths.append(tmp_path / f"essai{number}.yaml")
        paths[-1].write_bytes(each.content)
    done = _check(*paths)
    assert done.returncode == 2, done.stderr[-2000:]
    assert "Traceback" not in done.stdout + done.stderr
    for path, each in zip(paths, DEADLY, strict=True):
        for expected in each.expected:
            place = f"{path}:{expected.line}" if expected.line else f"{path}"
            assert f"{place}: {TITLES[expected.code]}" in done.stderr, each.name


def test_the_command_accepts_a_sound_file(tmp_path: Path) -> None:
    """A sound file is no fault: the code is 0 and standard error is empty."""
    path = tmp_path / "essai.yaml"
    path.write_text(TINY, encoding="utf-8")
    done = _check(path)
    assert (done.returncode, done.stderr) == (0, "")
