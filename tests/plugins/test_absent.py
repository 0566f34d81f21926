"""Referentials that are absent, suspended or of a refused edition: what reads them stays false, and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from jalon import LevelValue, Profile, Proposed, Verdict, hookimpl, testing
from jalon.plugins import discovery
from jalon.plugins.discovery import State
from jalon.plugins.registry import Plugins

Load = Callable[..., Any]

READER = """\
jalon: 1
key: lit
title: Lecteur
edition: "1"
effective: 2021-01-01
publisher: {name: Jalon}
%s
facts: [{key: propre, question: Propre ?, type: boolean}]
questionnaires:
  - key: q
    title: Q
    kind: maturity
    axes:
      - key: X
        title: X
        criteria:
          - {code: X1, title: X1, question: X1 ?, levels: {0: a, 1: b, 2: c, 3: d}, applies_when: %s}
          - {code: X2, title: X2, question: X2 ?, levels: {0: a, 1: b, 2: c, 3: d}}
"""
DECLARED = ["requires: {autre: '>=1'}", "touches: [autre]", "requires: {base: '>=2030'}\ntouches: [autre]"]
CONDITIONS = [
    "{autre/n: {min: 3}}",
    "{autre/d: {max: 2021-01-01}}",
    "{any: [{autre/n: {max: 3}}, {autre/n: 4}]}",
    "{autre/c: x}",
    "{all: [{propre: oui}, {not: {not: {autre/c: x}}}]}",
]


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_on_an_absent_referential_never_holds(load: Load, declared: str, condition: str) -> None:
    """Whatever it compares, the clause is false, the rest works, and the reason names what is missing."""
    plugins = load("base", texts={"lit": READER % (declared, condition)})
    criteria = testing.evaluate({"propre": "oui"}, plugins=plugins)["criteria"]
    (reason,) = criteria["lit/X1"]["reasons"]

    assert (False, True) == (criteria["lit/X1"]["applies"], criteria["lit/X2"]["applies"])
    assert any(term["fact"].startswith("autre/") for way in reason["would_apply_if"] for term in way)


def test_a_condition_on_a_suspended_referential_never_holds(load: Load) -> None:
    """A fault in one plugin does not reach the evaluation of those that read it."""
    broken = READER.replace("key: lit", "key: autre") % ("", "{inconnu: oui}")
    plugins = load("base", texts={"lit": READER % (DECLARED[0], CONDITIONS[0]), "autre": broken})

    assert State.SUSPENDED in {plugin.state for plugin in plugins.all}
    assert not testing.evaluate({}, plugins=plugins)["criteria"]["lit/X1"]["applies"]


def test_a_clause_on_a_refused_edition_is_still_told(load: Load) -> None:
    """What would make a criterion asked never promises what cannot be."""
    text = READER % ("requires: {base: '>=2030'}", "{base/a: oui, propre: oui}")
    plugins = load("base", texts={"lit": text})
    ways = [
        testing.evaluate({"a": "oui", **given}, plugins=plugins)["criteria"]["lit/X1"]["reasons"][0][
            "would_apply_if"
        ]
        for given in ({}, {"propre": "oui"})
    ]

    assert [[["base/a (édition refusée)", "lit/propre"]], [["base/a (édition refusée)"]]] == [
        [[term["fact"] for term in way] for way in each] for each in ways
    ]


class Waiting:
    """A plugin that waits for another edition of `base`, and has hooks on it."""

    def __init__(self, path: Any) -> None:
        self._path = path

    @hookimpl
    def jalon_referentials(self) -> list[Any]:
        """Bring a referential that refuses the edition present."""
        from jalon import referential_from_file

        return [referential_from_file(self._path)]

    @hookimpl
    def jalon_applicability(self, profile: Profile) -> Mapping[str, Verdict]:
        """Exclude a criterion of the refused edition."""
        return {"base/A2": Verdict(applies=False, reason="non")}

    @hookimpl
    def jalon_autofill(self, profile: Profile, answers: Mapping[str, LevelValue]) -> list[Proposed]:
        """Fill a criterion of the refused edition, and one of its own."""
        return [Proposed("base/A1", "h", "parce que", level=2), Proposed("lit/X2", "h", "parce que", level=1)]


def test_hooks_of_a_waiting_plugin_do_not_reach_the_refused_edition(load: Load, tmp_path: Any) -> None:
    """Hooks keep acting on their own criteria, and silently not on an edition their plugin refuses."""
    path = tmp_path / "lit.yaml"
    path.write_text(
        READER % ("requires: {base: '>=2030'}\ntouches: [base]", "{propre: oui}"), encoding="utf-8"
    )
    plugins = load("base", objects={"attend": Waiting(path)})
    result = testing.evaluate({}, plugins=plugins)
    states = {code: result["criteria"][code] for code in ("base/A1", "base/A2", "lit/X2")}

    assert (None, True, 1) == (
        states["base/A1"]["level"],
        states["base/A2"]["applies"],
        states["lit/X2"]["level"],
    )
    assert ["plugin-waiting"] == [each["code"] for each in result["problems"]]


def test_a_clause_that_cannot_be_read_makes_no_circle(load: Load) -> None:
    """A plugin that waits depends on nothing it cannot read: no circle, and no rule of another is lost."""
    waits = """requires: {tourne: ">=5"}
facts: [{key: f, question: F ?, type: boolean, applies_when: {tourne/g: oui}}]
"""
    turns = """jalon: 1
key: tourne
title: Tourne
edition: "1"
effective: 2021-01-01
publisher: {name: Jalon}
touches: [attend]
facts: [{key: g, question: G ?, type: boolean}]
rules: [{key: r, title: R, when: {attend/f: non}, facts: {g: oui}, reason: Parce que.}]
"""
    head = turns[: turns.index("touches")].replace("tourne", "attend")
    plugins = load(texts={"attend": head + waits, "tourne": turns})
    facts = testing.evaluate({"attend/f": True}, plugins=plugins)["facts"]

    assert [(), ()] == [plugin.warnings for plugin in plugins.all]
    assert (None, False) == (facts["attend/f"]["value"], facts["attend/f"]["asked"])


def test_bare_files_go_by_their_key_not_by_their_file_name(load: Load, tmp_path: Any) -> None:
    """Two files of one name in two folders both take part when their keys differ."""
    for key in ("un", "deux"):
        (tmp_path / key).mkdir()
        text = READER.replace("key: lit", f"key: {key}") % ("", "{propre: oui}")
        (tmp_path / key / "meme.yaml").write_text(text, encoding="utf-8")
    plugins = Plugins(discovery.bare_files([tmp_path / "un", tmp_path / "deux"]))

    assert [("deux", "active"), ("un", "active")] == sorted((each.name, each.state) for each in plugins.all)


def test_a_plugin_takes_all_its_keys_or_none(load: Load, referentials: Any) -> None:
    """A plugin refused for one key leaves its others free."""
    from dataclasses import replace

    from jalon import Referential, referential_from_file

    base = referential_from_file(referentials / "base.yaml")

    def bringing(*keys: str) -> object:
        class Brings:
            @hookimpl
            def jalon_referentials(self) -> list[Referential]:
                return [replace(base, key=key, rules=(), facts=(), questionnaires=()) for key in keys]

        return Brings()

    plugins = load(objects={"p0": bringing("b"), "p1": bringing("a", "b"), "p2": bringing("a")})

    assert ["active", "suspended", "active"] == [plugin.state.value for plugin in plugins.all]


class Reaching(Waiting):
    """A plugin that reaches into what it is given."""

    @hookimpl
    def jalon_applicability(self, profile: Any) -> Mapping[str, Verdict]:
        """Write into the profile, behind its back."""
        profile._values["base/a"] = True
        return {}


def test_no_hook_changes_what_the_next_one_sees(load: Load, tmp_path: Any) -> None:
    """Each hook gets a profile of its own."""
    seen: list[bool] = []

    class Looks(Waiting):
        @hookimpl
        def jalon_applicability(self, profile: Any) -> Mapping[str, Verdict]:
            seen.append("base/a" in profile)
            return {}

    for key in ("a", "b"):
        text = READER.replace("key: lit", f"key: {key}") % ("", "{propre: oui}")
        (tmp_path / f"{key}.yaml").write_text(text, encoding="utf-8")
    objects = {"a": Reaching(tmp_path / "a.yaml"), "b": Looks(tmp_path / "b.yaml")}
    testing.evaluate({}, plugins=load("base", objects=objects))

    assert [False] == seen


def test_a_hook_cannot_take_the_name_of_a_rule(load: Load, tmp_path: Any) -> None:
    """Two different rules never share a name: the hook's is refused, and told."""
    rules = "rules: [{key: h, title: H, when: {propre: oui}, levels: {X2: 2}, reason: Parce que.}]\n"
    path = tmp_path / "lit.yaml"
    path.write_text(READER % ("", "{propre: oui}") + rules, encoding="utf-8")
    result = testing.evaluate({"propre": "oui"}, plugins=load("base", objects={"lit": Waiting(path)}))

    assert 2 == result["criteria"]["lit/X2"]["level"]
    assert "wrong-proposal" in {each["code"] for each in result["problems"]}
