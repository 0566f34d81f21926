"""Plugins with wrong hooks or wrong referentials: a name, the plugin, what is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from jalon import Profile, Referential, hookimpl
from support.broken import (
    OTHER,
    Crash,
    Hostile,
    MuteError,
    bringing,
    endless,
    raising,
    referential,
)


class _UnknownArgument:
    @hookimpl
    def jalon_autofill(self, profile: Profile, reponses: object) -> object: ...


class _Misspelt:
    @hookimpl
    def jalon_referential(self) -> list[Referential]:
        return [referential(OTHER)]


class _MisspeltBesideRight:
    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        return [referential(OTHER)]

    @hookimpl
    def jalon_aplicability(self, profile: Profile) -> object: ...


class _NoMark:
    def jalon_referentials(self) -> list[Referential]:
        return [referential(OTHER)]


class _NoFunction:
    jalon_referentials = (referential(OTHER),)


class _FailingAttribute:
    @property
    def jalon_referentials(self) -> object:
        raise Crash("attribut")


def _in_the_middle() -> Iterator[Referential]:
    yield referential(OTHER)
    raise Crash("au milieu")


def _referentials(function: Callable[[], object]) -> object:
    return SimpleNamespace(jalon_referentials=hookimpl(function))


def _altered(**changes: Any) -> object:
    return _referentials(lambda: [replace(referential(OTHER), **changes)])


RULE = "rules:\n  - {key: r, title: T, when: {f: oui}, levels: {B1: 1}, reason: R.}\n"
_CYCLE = """\
  - {key: a, question: Q ?, type: boolean, applies_when: {b: oui}}
  - {key: b, question: Q ?, type: boolean}
questionnaires:
"""

REGISTERING: tuple[tuple[str, object, str], ...] = (
    ("unknown argument", _UnknownArgument(), "reponses"),
    ("misspelt hook", _Misspelt(), "jalon_referential"),
    ("misspelt hook beside a right one", _MisspeltBesideRight(), "jalon_aplicability"),
    ("hook without mark", _NoMark(), "n’a pas la marque @hookimpl"),
    ("hook that is no function", _NoFunction(), "aucun hook"),
    ("attribute that fails", _FailingAttribute(), "Crash"),
    ("nothing returned", _referentials(lambda: None), "None"),
    ("text returned", _referentials(lambda: "casse"), "une liste de référentiels"),
    ("bytes returned", _referentials(lambda: b"casse"), "une liste de référentiels"),
    ("integer returned", _referentials(lambda: 3), "une liste de référentiels"),
    ("bare referential returned", _referentials(lambda: referential(OTHER)), "une liste de référentiels"),
    ("mapping returned", _referentials(lambda: {"casse": referential(OTHER)}), "un référentiel"),
    ("garbage returned", _referentials(lambda: [referential(OTHER), 3, None]), "un référentiel"),
    ("hostile value returned", _referentials(lambda: [Hostile()]), "Hostile"),
    ("generator that fails in the middle", _referentials(_in_the_middle), "Crash : au milieu"),
    ("endless generator", _referentials(lambda: endless(referential(OTHER))), "plus de"),
    ("hook that raises", _referentials(raising(ValueError("pas prêt"))), "ValueError : pas prêt"),
    ("hook that exits", _referentials(lambda: sys.exit(1)), "SystemExit : 1"),
    ("hook with an error that cannot be told", _referentials(raising(MuteError)), "MuteError"),
    ("two referentials of one key", _referentials(lambda: [referential(OTHER)] * 2), "même clé"),
    ("reserved key", _altered(key="jalon"), "référentiel refusé"),
    (
        "own facts taken away from rules",
        _referentials(
            lambda: [
                replace(
                    referential(
                        OTHER
                        + RULE.replace("levels: {B1: 1}", "facts: {f: non}").replace(
                            "{f: oui}", "{jalon/kind: base}"
                        )
                    ),
                    facts=(),
                )
            ]
        ),
        "référentiel refusé",
    ),
    (
        "own criteria taken away from rules",
        _referentials(lambda: [replace(referential(OTHER + RULE), questionnaires=())]),
        "référentiel refusé",
    ),
    (
        "same questionnaire twice",
        _altered(questionnaires=referential(OTHER).questionnaires * 2),
        "référentiel refusé",
    ),
    ("edition that is none", _altered(edition="latest"), "référentiel refusé"),
    ("key that is no text", _altered(key=3), ""),
    ("rank that is no number", _altered(rank="premier"), ""),
    ("facts that are nothing", _altered(facts=None), ""),
    ("questionnaires that are texts", _altered(questionnaires=("q",)), ""),
    ("touches that are nothing", _altered(touches=None), ""),
    (
        "refused file",
        _referentials(lambda: [referential(OTHER.replace("title:", "titel:"))]),
        "référentiel refusé",
    ),
    (
        "cycle",
        _referentials(
            lambda: [
                referential(
                    OTHER.replace("questionnaires:\n", _CYCLE)
                    + RULE.replace("levels: {B1: 1}", "facts: {b: oui}").replace("{f: oui}", "{a: oui}")
                )
            ]
        ),
        "référentiel refusé",
    ),
    (
        "unknown criterion of a present referential",
        bringing(OTHER + RULE.replace("B1", "sain/C9")),
        "référentiel refusé",
    ),
    (
        "unknown fact of a present referential",
        bringing(OTHER + RULE.replace("{f: oui}", "{sain/activ: oui}")),
        "référentiel refusé",
    ),
    (
        "NA refused by a present referential",
        bringing(OTHER + RULE.replace("{B1: 1}", "{sain/C2: NA}")),
        "référentiel refusé",
    ),
)
