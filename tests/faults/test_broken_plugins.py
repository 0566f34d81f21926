"""Broken plugins: each is loaded beside a healthy one, which works on; the broken one is told apart.

Nothing a plugin does escapes, SystemExit included; only the operator's own Ctrl-C does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest

from jalon import (
    NA,
    JalonError,
    Profile,
    Proposed,
    Referential,
    ValidationProblem,
    Verdict,
    hookimpl,
    referential_from_file,
)
from jalon.domain.evaluation import Evaluation, evaluate_product
from jalon.plugins.discovery import EntryPoint, Plugin, State, from_entry_point
from jalon.plugins.registry import Plugins
from jalon.testing import plugin_of

HEALTHY = """\
jalon: 1
key: sain
title: Sain
edition: "2"
effective: 2021-12-23
publisher: {name: P}
facts:
  - {key: actif, question: Q ?, type: boolean}
questionnaires:
  - key: q
    title: Q
    kind: maturity
    axes:
      - key: A
        title: A
        criteria:
          - {code: C1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}, applies_when: {actif: oui}}
          - {code: C2, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}, na: no}
          - {code: C3, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}
  - key: o
    title: O
    kind: maturity
    about: organisation
    axes:
      - {key: B, title: B, criteria: [{code: O1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}]}
rules:
  - {key: r, title: T, when: {actif: oui}, levels: {C1: 2}, reason: R.}
"""

OTHER = """\
jalon: 1
key: casse
title: Cassé
edition: "1"
effective: 2021-12-23
publisher: {name: P}
touches: [sain]
facts:
  - {key: f, question: Q ?, type: boolean}
questionnaires:
  - key: q
    title: Q
    kind: maturity
    axes:
      - {key: A, title: A, criteria: [{code: B1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}]}
"""


@cache
def _referential(text: str) -> Referential:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "referential.yaml"
        path.write_text(text, encoding="utf-8")
        return referential_from_file(path)


class Healthy:
    """A plugin that uses every hook rightly."""

    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        return [_referential(HEALTHY)]

    @hookimpl
    def jalon_applicability(self, profile: Profile) -> Mapping[str, Verdict]:
        return {"sain/C3": Verdict(not profile.has("sain/actif", True), "Vu.")}

    @hookimpl
    def jalon_autofill(self, profile: Profile, answers: Mapping[str, Any]) -> Iterable[Proposed]:
        yield Proposed("sain/C2", "h", "Vu.", at_least=1 + len(answers))

    @hookimpl
    def jalon_validation(
        self, questionnaire: str, profile: Profile, answers: Mapping[str, Any]
    ) -> list[ValidationProblem]:
        return [ValidationProblem(f"Il manque une preuve à {questionnaire}.")]


@dataclass(frozen=True)
class Entry:
    """An entry point whose loading does anything."""

    name: str
    loading: Callable[[], object]
    distribution: str = "jalon-casse"

    @property
    def dist(self) -> Any:
        return SimpleNamespace(name=self.distribution, version="1")

    def load(self) -> object:
        return self.loading()


def _healthy() -> Plugin:
    return from_entry_point(Entry("sain", Healthy, "jalon-sain"))


def _bringing(text: str, **hooks: Callable[..., object]) -> SimpleNamespace:
    """Make a plugin that brings one referential, with other hooks."""
    marked = {name: hookimpl(function) for name, function in hooks.items()}
    return SimpleNamespace(jalon_referentials=hookimpl(lambda: [_referential(text)]), **marked)


def _reason(plugin: Plugin) -> str:
    """Give why a plugin takes no part, with plain spaces."""
    told = "\n".join([plugin.reason, *map(str, plugin.diagnostics)])
    return told.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def _evaluated(plugins: Plugins) -> Evaluation:
    """Evaluate a product, and check that all that the healthy plugin brings still works."""
    (healthy,) = (plugin for plugin in plugins.all if plugin.name == "sain")
    assert (healthy.state, healthy.reason) == (State.ACTIVE, "")
    evaluation = evaluate_product(plugins.catalogue, {"sain/actif": True}, {}, plugins)
    states = {name: evaluation.criteria[f"sain/{name}"] for name in ("C1", "C2", "C3")}
    assert [states[name].applies for name in states] == [True, True, False]
    assert [states[name].level for name in states] == [2, 1, None]
    assert {state.proposals[0].rule for state in states.values() if state.proposals} == {"sain/r", "sain/h"}
    assert [len(state.proposals) for state in states.values()] == [1, 1, 0]
    assert [each.plugin for each in states["C3"].verdicts] == ["sain"]
    found, _ = plugins.validation("sain/q", Profile({}), {})
    assert ("sain", ValidationProblem("Il manque une preuve à sain/q.")) in found
    assert plugins.as_json()
    return evaluation


class Crash(BaseException):
    """Not an Exception: what a careless `except Exception` lets through."""


class MuteError(Exception):
    """An error that cannot even be told."""

    def __str__(self) -> str:
        raise ValueError("no text")


class Hostile:
    """A value that fails whatever is asked of it."""

    def _fail(self, *_: object) -> Any:
        raise Crash("touched")

    __repr__ = __str__ = __hash__ = __eq__ = __format__ = __bool__ = __len__ = _fail


def _raises(error: BaseException | type[BaseException]) -> Callable[..., Any]:
    def fail(*_: object) -> Any:
        raise error

    return fail


def _recursion(*_: object) -> Any:
    # Python 3.13.0 does not count calls of functions with *args, and would eat the memory.
    def deeper(depth: int) -> Any:
        return deeper(depth + 1)

    return deeper(0)


def _endless(value: object, most: int = 50_000) -> Iterator[object]:
    """Yield the same value for ever; a reader with no limit of its own is stopped, and told."""
    for _ in range(most):
        yield value
    raise Crash("read without end")


# -- loading

LOADING: tuple[tuple[str, Callable[[], object], str], ...] = (
    ("import error", _raises(ModuleNotFoundError("No module named 'absent'")), "No module named 'absent'"),
    ("syntax error", lambda: compile("def", "casse.py", "exec"), "SyntaxError"),
    ("exit", lambda: sys.exit("adieu"), "SystemExit : adieu"),
    ("exit without a word", sys.exit, "SystemExit"),
    ("base exception", _raises(Crash("fini")), "Crash : fini"),
    ("generator exit", _raises(GeneratorExit), "GeneratorExit"),
    ("recursion", _recursion, "RecursionError"),
    ("memory", _raises(MemoryError), "MemoryError"),
    ("missing attribute", lambda: sys.absent, "AttributeError"),  # type: ignore[attr-defined]
    (
        "several errors",
        _raises(BaseExceptionGroup("plusieurs", [Crash("un"), ValueError("deux")])),
        "plusieurs",
    ),
    ("error of Jalon", _raises(JalonError("mal rangé")), "mal rangé"),
    ("error that cannot be told", _raises(MuteError), "MuteError"),
    ("integer", lambda: 3, "aucun hook"),
    ("nothing", lambda: None, "aucun hook"),
    ("text", lambda: "jalon_referentials", "aucun hook"),
    ("function", lambda: _recursion, "aucun hook"),
    ("class", lambda: Healthy, "self"),
    ("empty object", SimpleNamespace, "aucun hook"),
)


@pytest.mark.parametrize(("loading", "reason"), [pytest.param(*each[1:], id=each[0]) for each in LOADING])
def test_a_plugin_that_does_not_load_is_suspended(loading: Callable[[], object], reason: str) -> None:
    """Whatever happens while a plugin is imported, it alone is suspended, with what was raised."""
    plugins = Plugins.load([Entry("casse", loading), Entry("sain", Healthy, "jalon-sain")])
    (broken,) = (plugin for plugin in plugins.all if plugin.name == "casse")
    assert broken.state is State.SUSPENDED
    assert reason in _reason(broken)
    assert (broken.trace != "") == (reason != "aucun hook")
    assert plugins.referentials == (replace(_referential(HEALTHY), locate=None),)
    _evaluated(plugins)


class _NoMetadata:
    name = "casse"
    distribution = "jalon-casse"

    @property
    def dist(self) -> Any:
        raise FileNotFoundError("METADATA")

    def load(self) -> object:
        return Healthy()


def test_a_damaged_distribution_is_suspended() -> None:
    """A distribution that cannot say its own name or version does not stop the others."""
    entries: list[EntryPoint] = [_NoMetadata(), Entry("sain", Healthy, "jalon-sain")]
    plugins = Plugins.load(entries)
    (broken,) = (plugin for plugin in plugins.all if plugin.name == "casse")
    assert broken.state is State.SUSPENDED
    assert "METADATA" in broken.reason
    _evaluated(plugins)


@pytest.mark.parametrize(
    "metadata", [None, "", "Metadata-Version: 2.1\n"], ids=["absent", "empty", "nameless"]
)
def test_a_half_removed_distribution_is_suspended(
    metadata: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an interrupted removal leaves in the environment is one suspended plugin, not a crash."""
    left = tmp_path / "jalon_reste-1.0.dist-info"
    left.mkdir()
    (left / "entry_points.txt").write_text("[jalon.plugins]\nreste = jalon_reste\n", encoding="utf-8")
    if metadata is not None:
        (left / "METADATA").write_text(metadata, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    states = {plugin.name: plugin.state for plugin in Plugins.load().all}
    assert states.pop("reste") is State.SUSPENDED
    assert set(states.values()) == {State.ACTIVE}


# -- registering


class _UnknownArgument:
    @hookimpl
    def jalon_autofill(self, profile: Profile, reponses: object) -> object: ...


class _Misspelt:
    @hookimpl
    def jalon_referential(self) -> list[Referential]:
        return [_referential(OTHER)]


class _MisspeltBesideRight:
    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        return [_referential(OTHER)]

    @hookimpl
    def jalon_aplicability(self, profile: Profile) -> object: ...


class _NoMark:
    def jalon_referentials(self) -> list[Referential]:
        return [_referential(OTHER)]


class _NoFunction:
    jalon_referentials = (_referential(OTHER),)


class _FailingAttribute:
    @property
    def jalon_referentials(self) -> object:
        raise Crash("attribut")


def _in_the_middle() -> Iterator[Referential]:
    yield _referential(OTHER)
    raise Crash("au milieu")


def _referentials(function: Callable[[], object]) -> object:
    return SimpleNamespace(jalon_referentials=hookimpl(function))


def _altered(**changes: Any) -> object:
    return _referentials(lambda: [replace(_referential(OTHER), **changes)])


_RULE = "rules:\n  - {key: r, title: T, when: {f: oui}, levels: {B1: 1}, reason: R.}\n"
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
    ("bare referential returned", _referentials(lambda: _referential(OTHER)), "une liste de référentiels"),
    ("mapping returned", _referentials(lambda: {"casse": _referential(OTHER)}), "un référentiel"),
    ("garbage returned", _referentials(lambda: [_referential(OTHER), 3, None]), "un référentiel"),
    ("hostile value returned", _referentials(lambda: [Hostile()]), "Hostile"),
    ("generator that fails in the middle", _referentials(_in_the_middle), "Crash : au milieu"),
    ("endless generator", _referentials(lambda: _endless(_referential(OTHER))), "plus de"),
    ("hook that raises", _referentials(_raises(ValueError("pas prêt"))), "ValueError : pas prêt"),
    ("hook that exits", _referentials(lambda: sys.exit(1)), "SystemExit : 1"),
    ("hook with an error that cannot be told", _referentials(_raises(MuteError)), "MuteError"),
    ("two referentials of one key", _referentials(lambda: [_referential(OTHER)] * 2), "même clé"),
    ("reserved key", _altered(key="jalon"), "référentiel refusé"),
    (
        "own facts taken away from rules",
        _referentials(
            lambda: [
                replace(
                    _referential(
                        OTHER
                        + _RULE.replace("levels: {B1: 1}", "facts: {f: non}").replace(
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
        _referentials(lambda: [replace(_referential(OTHER + _RULE), questionnaires=())]),
        "référentiel refusé",
    ),
    (
        "same questionnaire twice",
        _altered(questionnaires=_referential(OTHER).questionnaires * 2),
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
        _referentials(lambda: [_referential(OTHER.replace("title:", "titel:"))]),
        "référentiel refusé",
    ),
    (
        "cycle",
        _referentials(
            lambda: [
                _referential(
                    OTHER.replace("questionnaires:\n", _CYCLE)
                    + _RULE.replace("levels: {B1: 1}", "facts: {b: oui}").replace("{f: oui}", "{a: oui}")
                )
            ]
        ),
        "référentiel refusé",
    ),
    (
        "unknown criterion of a present referential",
        _bringing(OTHER + _RULE.replace("B1", "sain/C9")),
        "référentiel refusé",
    ),
    (
        "unknown fact of a present referential",
        _bringing(OTHER + _RULE.replace("{f: oui}", "{sain/activ: oui}")),
        "référentiel refusé",
    ),
    (
        "NA refused by a present referential",
        _bringing(OTHER + _RULE.replace("{B1: 1}", "{sain/C2: NA}")),
        "référentiel refusé",
    ),
)


@pytest.mark.parametrize(("given", "reason"), [pytest.param(*each[1:], id=each[0]) for each in REGISTERING])
def test_a_plugin_that_breaks_the_contract_is_suspended(given: object, reason: str) -> None:
    """Wrong hooks and wrong referentials suspend their plugin, with the reason; nothing of it is used."""
    broken = plugin_of(given, "casse")
    plugins = Plugins([broken, _healthy()])
    assert broken.state is State.SUSPENDED
    assert reason in _reason(broken)
    assert broken.reason
    assert bool(broken.diagnostics) == (reason == "référentiel refusé") or not reason
    assert [each.key for each in plugins.referentials] == ["sain"]
    assert "casse/B1" not in _evaluated(plugins).criteria


def test_a_link_error_says_where_and_what_was_meant() -> None:
    """A name that a present referential lacks is told with its file, its line and the nearest name."""
    broken = plugin_of(_bringing(OTHER + _RULE.replace("B1", "sain/C9")), "casse")
    Plugins([broken, _healthy()])
    (diagnostic,) = broken.diagnostics
    assert (diagnostic.code, diagnostic.line) == ("unknown-criterion", OTHER.count("\n") + 2)
    assert diagnostic.file.endswith("referential.yaml")
    assert diagnostic.nearest[0] in {"sain/C1", "sain/C2", "sain/C3"}


def test_without_the_referential_it_names_a_plugin_is_no_fault() -> None:
    """What a plugin says of an absent referential is inert, and the plugin works."""
    alone = plugin_of(_bringing(OTHER + _RULE.replace("B1", "sain/C9")), "casse")
    plugins = Plugins([alone])
    assert (alone.state, alone.diagnostics) == (State.ACTIVE, ())
    state = evaluate_product(plugins.catalogue, {"casse/f": True}, {}, plugins).criteria["casse/B1"]
    assert (state.applies, state.level) == (True, None)


# -- taken keys and names


def _named(name: str, distribution: str, text: str = OTHER) -> Plugin:
    return from_entry_point(Entry(name, lambda: _bringing(text), distribution))


def test_the_first_distribution_keeps_a_key() -> None:
    """Of two distributions that claim a key, the first by name keeps it, whatever their order."""
    for backwards in (False, True):
        first, second = _named("z", "jalon-a"), _named("a", "jalon-b")
        found = [first, second, _healthy()]
        plugins = Plugins(reversed(found) if backwards else found)
        assert (first.state, second.state) == (State.ACTIVE, State.SUSPENDED)
        assert "« casse » déjà prise par jalon-a" in _reason(second)
        _evaluated(plugins)


def test_who_holds_a_key_keeps_it() -> None:
    """Where a distribution already holds a key, no other takes it, were it the first by name."""
    first, second = _named("z", "jalon-a"), _named("a", "jalon-b")
    plugins = Plugins([first, second, _healthy()], holders={"casse": "jalon-b", "sain": "jalon-sain"})
    assert (first.state, second.state) == (State.SUSPENDED, State.ACTIVE)
    _evaluated(plugins)


def test_a_healthy_key_is_not_taken_by_a_newcomer() -> None:
    """A plugin that claims the key of a healthy one changes nothing of it, when the healthy one holds it."""
    thief = _named("a", "aaa", HEALTHY)
    plugins = Plugins([thief, _healthy()], holders={"sain": "jalon-sain"})
    assert thief.state is State.SUSPENDED
    _evaluated(plugins)


def test_a_bare_file_displaces_no_plugin(tmp_path: Path) -> None:
    """A bare file that claims the key of an installed plugin is suspended, the plugin is not."""
    (tmp_path / "a.yaml").write_text(HEALTHY.replace("title: Sain", "title: Faux"), encoding="utf-8")
    plugins = Plugins.load([Entry("sain", Healthy, "zzz")], [tmp_path])
    (file,) = (plugin for plugin in plugins.all if plugin.bare_file)
    assert file.state is State.SUSPENDED
    assert "sain" in file.reason
    assert [each.title for each in plugins.referentials] == ["Sain"]
    _evaluated(plugins)


def test_broken_files_of_a_folder_stop_no_other(tmp_path: Path) -> None:
    """In a folder of referentials, each refused file is suspended with its faults and the others load."""
    (tmp_path / "bon.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "faux.yaml").write_text("[" * 30_000, encoding="utf-8")
    (tmp_path / "vide.yaml").touch()
    (tmp_path / "lien.yaml").symlink_to(tmp_path / "nulle_part")
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous" / "referential.yaml").write_bytes(b"\xff")
    plugins = Plugins.load([Entry("sain", Healthy, "jalon-sain")], [tmp_path, tmp_path / "absent"])
    found = {Path(plugin.bare_file).name: plugin for plugin in plugins.all if plugin.bare_file}
    codes = {name: [each.code for each in plugin.diagnostics] for name, plugin in found.items()}
    assert codes.pop("bon.yaml") == []
    assert codes == {
        "faux.yaml": ["too-deep"],
        "vide.yaml": ["empty-file"],
        "sous": ["not-utf8"],
        "absent": ["unreadable-file"],
    }
    _evaluated(plugins)


def test_a_taken_name_suspends_the_second() -> None:
    """Of two plugins of one name, the first distribution by name keeps it."""
    first, second = (
        _named("casse", "jalon-a"),
        _named("casse", "jalon-b", OTHER.replace("key: casse", "key: autre")),
    )
    plugins = Plugins([second, first, _healthy()])
    assert (first.state, second.state) == (State.ACTIVE, State.SUSPENDED)
    assert "casse" in second.reason
    _evaluated(plugins)


# -- waiting

_READS_ABSENT = OTHER.replace("touches:", 'requires: {absent: ">=1"}\ntouches:') + (
    "rules:\n"
    "  - {key: inerte, title: T, when: {absent/x: oui}, levels: {B1: 1}, reason: R.}\n"
    "  - {key: niee, title: T, when: {not: {absent/x: oui}}, levels: {B1: 2}, reason: R.}\n"
    "  - {key: vive, title: T, when: {f: oui}, levels: {B1: 3}, reason: R.}\n"
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(_READS_ABSENT, "absent >=1 (absent)", id="absent"),
        pytest.param(
            _READS_ABSENT.replace("absent/x", "sain/actif").replace('absent: ">=1"', 'sain: ">=9"'),
            "sain >=9 (édition 2)",
            id="edition",
        ),
        pytest.param(
            _READS_ABSENT.replace("absent/x", "sain/disparu").replace('absent: ">=1"', 'sain: "<2"'),
            "sain <2 (édition 2)",
            id="edition that lacks a name",
        ),
    ],
)
def test_a_plugin_whose_requirement_is_not_met_waits(text: str, reason: str) -> None:
    """It waits, and says for what: its questionnaire and own rules work, its rules on the other do not."""
    waiting = plugin_of(_bringing(text), "casse")
    plugins = Plugins([waiting, _healthy()])
    assert waiting.state is State.WAITING
    assert reason in _reason(waiting)
    given = {"casse/f": True, "sain/actif": True}
    state = evaluate_product(plugins.catalogue, given, {}, plugins).criteria["casse/B1"]
    assert (state.applies, state.level, [each.rule for each in state.proposals]) == (True, 3, ["casse/vive"])
    _evaluated(plugins)


# -- running


class _FailingMapping(Mapping[str, Verdict]):
    def __getitem__(self, key: str) -> Verdict:
        raise Crash("lecture")

    def __iter__(self) -> Iterator[str]:
        return iter(["sain/C1"])

    def __len__(self) -> int:
        return 1


class _EndlessMapping(_FailingMapping):
    def __getitem__(self, key: str) -> Verdict:
        return Verdict(False, "Non.")

    def __iter__(self) -> Iterator[str]:
        return iter(str(value) for value in _endless("sain/C1"))


def _later(value: object, error: BaseException) -> Iterator[object]:
    yield value
    raise error


NOTHING: Any = None
THREE: Any = 3
HOSTILE: Any = Hostile()


def _empty(mapping: Any) -> None:
    mapping.clear()


def _set(mapping: Any, key: str, value: object) -> None:
    mapping[key] = value


ANY = "*"
"""A problem is told, whatever its code: nothing says which."""

_NO = Verdict(False, "Non.")
APPLICABILITY: tuple[tuple[str, Callable[[Profile], object], str], ...] = (
    ("raises", _raises(ValueError("non")), "hook-failed"),
    ("exits", lambda profile: sys.exit(2), "hook-failed"),
    ("raises GeneratorExit", _raises(GeneratorExit), "hook-failed"),
    ("raises StopIteration", _raises(StopIteration), "hook-failed"),
    ("raises what is no Exception", _raises(Crash("fini")), "hook-failed"),
    ("raises what cannot be told", _raises(MuteError), "hook-failed"),
    ("calls itself", _recursion, "hook-failed"),
    ("runs out of memory", _raises(MemoryError), "hook-failed"),
    ("changes the profile", lambda profile: _set(profile, "sain/actif", False), "hook-failed"),
    ("empties the profile", _empty, "hook-failed"),
    ("integer", lambda profile: 3, "wrong-verdict"),
    ("text", lambda profile: "sain/C1", "wrong-verdict"),
    ("boolean", lambda profile: False, "wrong-verdict"),
    ("list", lambda profile: [("sain/C1", _NO)], "wrong-verdict"),
    ("hostile", lambda profile: Hostile(), ANY),
    ("endless", lambda profile: _endless("sain/C1"), "hook-failed"),
    ("endless mapping", lambda profile: _EndlessMapping(), "hook-failed"),
    ("mapping that fails", lambda profile: _FailingMapping(), "hook-failed"),
    ("bare booleans", lambda profile: {"sain/C1": False}, "wrong-verdict"),
    ("plain tuple", lambda profile: {"sain/C1": (False, "Non.")}, "wrong-verdict"),
    ("number as verdict", lambda profile: {"sain/C1": Verdict(THREE, "Non.")}, "wrong-verdict"),
    ("no reason", lambda profile: {"sain/C1": Verdict(False, NOTHING)}, "wrong-verdict"),
    ("hostile verdict", lambda profile: {"sain/C1": Hostile()}, "wrong-verdict"),
    ("hostile reason", lambda profile: {"sain/C1": Verdict(False, HOSTILE)}, "wrong-verdict"),
    ("unknown criterion", lambda profile: {"sain/C9": _NO}, "unknown-criterion"),
    ("short name", lambda profile: {"C1": _NO}, "not-touched"),
    ("name that is no text", lambda profile: {3: _NO}, "not-touched"),
    ("outside of touches", lambda profile: {"ailleurs/C1": _NO}, "not-touched"),
    ("criterion of the organisation", lambda profile: {"sain/O1": _NO}, "organisation-criterion"),
)


def _proposing(**values: Any) -> Callable[[Profile, Mapping[str, Any]], object]:
    given = {"criterion": "sain/C1", "rule": "r", "reason": "R.", **values}
    return lambda profile, answers: [Proposed(**given)]


AUTOFILL: tuple[tuple[str, Callable[[Profile, Mapping[str, Any]], object], str], ...] = (
    ("raises", _raises(ValueError("non")), "hook-failed"),
    ("exits", lambda profile, answers: sys.exit(2), "hook-failed"),
    ("raises GeneratorExit", _raises(GeneratorExit), "hook-failed"),
    ("raises what cannot be told", _raises(MuteError), "hook-failed"),
    (
        "fails while it is read",
        lambda profile, answers: _later(Proposed("sain/C1", "r", "R.", 0), Crash("fini")),
        "hook-failed",
    ),
    (
        "exits while it is read",
        lambda profile, answers: _later(Proposed("sain/C1", "r", "R.", 0), SystemExit(3)),
        "hook-failed",
    ),
    ("endless", lambda profile, answers: _endless(Proposed("sain/C1", "r", "R.", 0)), "hook-failed"),
    ("changes the answers", lambda profile, answers: _set(answers, "sain/C1", 0), "hook-failed"),
    ("empties the answers", lambda profile, answers: _empty(answers), "hook-failed"),
    ("integer", lambda profile, answers: 3, "wrong-result"),
    ("text", lambda profile, answers: "sain/C1", "wrong-result"),
    ("mapping", lambda profile, answers: {"sain/C1": 2}, "wrong-result"),
    ("hostile", lambda profile, answers: Hostile(), ANY),
    ("bare proposal", lambda profile, answers: Proposed("sain/C1", "r", "R.", 0), ANY),
    ("list of integers", lambda profile, answers: [3], "wrong-proposal"),
    ("list of nothing", lambda profile, answers: [None], "wrong-proposal"),
    ("list of hostile values", lambda profile, answers: [Hostile()], "wrong-proposal"),
    ("level and floor", _proposing(level=2, at_least=1), "wrong-proposal"),
    ("neither level nor floor", _proposing(), "wrong-proposal"),
    ("no reason", _proposing(level=0, reason=None), "wrong-proposal"),
    ("no rule", _proposing(level=0, rule=None), "wrong-proposal"),
    ("hostile reason", _proposing(level=0, reason=Hostile()), "wrong-proposal"),
    ("hostile rule", _proposing(level=0, rule=Hostile()), "wrong-proposal"),
    ("hostile level", _proposing(level=Hostile()), ANY),
    ("hostile criterion", _proposing(level=0, criterion=Hostile()), ANY),
    ("level off scale", _proposing(level=4), "level-off-scale"),
    ("level below the scale", _proposing(level=-1), "level-off-scale"),
    ("level is a text", _proposing(level="2"), "level-off-scale"),
    ("level is a boolean", _proposing(level=True), "level-off-scale"),
    ("level has a point", _proposing(level=2.0), "level-off-scale"),
    ("floor off scale", _proposing(at_least=4), "level-off-scale"),
    ("floor is NA", _proposing(at_least=NA), "level-off-scale"),
    ("NA refused", _proposing(criterion="sain/C2", level=NA), "level-off-scale"),
    ("unknown criterion", _proposing(criterion="sain/C9", level=1), "unknown-criterion"),
    ("criterion is a list", _proposing(criterion=["sain/C1"], level=1), "not-touched"),
    ("outside of touches", _proposing(criterion="ailleurs/C1", level=1), "not-touched"),
    ("criterion of the organisation", _proposing(criterion="sain/O1", level=1), "organisation-criterion"),
)

VALIDATION: tuple[tuple[str, Callable[[str, Profile, Mapping[str, Any]], object], str], ...] = (
    ("raises", _raises(ValueError("non")), "hook-failed"),
    ("exits", lambda questionnaire, profile, answers: sys.exit(2), "hook-failed"),
    ("raises GeneratorExit", _raises(GeneratorExit), "hook-failed"),
    ("raises what cannot be told", _raises(MuteError), "hook-failed"),
    ("endless", lambda questionnaire, profile, answers: _endless(ValidationProblem("Non.")), "hook-failed"),
    (
        "changes the answers",
        lambda questionnaire, profile, answers: _set(answers, "sain/C1", 0),
        "hook-failed",
    ),
    ("integer", lambda questionnaire, profile, answers: 3, "wrong-result"),
    ("text", lambda questionnaire, profile, answers: "Non.", "wrong-result"),
    ("mapping", lambda questionnaire, profile, answers: {"sain/C1": "Non."}, "wrong-result"),
    ("hostile", lambda questionnaire, profile, answers: Hostile(), ANY),
    ("list of texts", lambda questionnaire, profile, answers: ["Non."], "wrong-validation"),
    ("list of hostile values", lambda questionnaire, profile, answers: [Hostile()], "wrong-validation"),
    ("no message", lambda questionnaire, profile, answers: [ValidationProblem(NOTHING)], "wrong-validation"),
    (
        "messages that do not compare",
        lambda questionnaire, profile, answers: [ValidationProblem(THREE), ValidationProblem(NOTHING)],
        "wrong-validation",
    ),
    (
        "criterion that is no text",
        lambda questionnaire, profile, answers: [ValidationProblem("Non.", THREE)],
        "wrong-validation",
    ),
)


def _with_arguments(hook: str, act: Callable[..., object]) -> Callable[..., object]:
    """Give a function the very arguments of a hook, which pluggy passes by name."""

    def applicability(profile: Profile) -> object:
        return act(profile)

    def autofill(profile: Profile, answers: Mapping[str, Any]) -> object:
        return act(profile, answers)

    def validation(questionnaire: str, profile: Profile, answers: Mapping[str, Any]) -> object:
        return act(questionnaire, profile, answers)

    functions: dict[str, Callable[..., object]] = {
        "jalon_applicability": applicability,
        "jalon_autofill": autofill,
        "jalon_validation": validation,
    }
    return functions[hook]


RUNNING = tuple(
    (f"{hook.removeprefix('jalon_')} {name}", hook, act, code)
    for hook, table in (
        ("jalon_applicability", APPLICABILITY),
        ("jalon_autofill", AUTOFILL),
        ("jalon_validation", VALIDATION),
    )
    for name, act, code in table
)


def _codes(plugins: Plugins, name: str) -> set[str]:
    """List the problems told of one plugin, each with words a person can be shown."""
    _, validating = plugins.validation("sain/q", Profile({}), {})
    told = [each for each in (*_evaluated(plugins).problems, *validating) if each.plugin == name]
    assert all(type(part) is str and len(part) < 2_000 for each in told for part in each)
    return {each.code for each in told}


@pytest.mark.parametrize(("hook", "act", "code"), [pytest.param(*each[1:], id=each[0]) for each in RUNNING])
def test_a_hook_that_goes_wrong_is_a_problem_told(hook: str, act: Callable[..., object], code: str) -> None:
    """What a hook raises or returns wrongly is reported under its plugin, and has no effect at all."""
    broken = plugin_of(_bringing(OTHER, **{hook: _with_arguments(hook, act)}), "casse")
    plugins = Plugins([broken, _healthy()])
    assert broken.state is State.ACTIVE
    codes = _codes(plugins, "casse")
    assert len(codes) == 1
    assert code in {ANY, *codes}
    assert "casse/B1" in plugins.catalogue.names.criteria
    found, _ = plugins.validation("sain/q", Profile({}), {})
    assert {name for name, _ in found} == {"sain"}


def test_right_hooks_meet_no_problem() -> None:
    """The same plugin with hooks that are right is obeyed: the cases above fail by their fault alone."""
    right = _bringing(
        OTHER,
        jalon_applicability=lambda profile: {"casse/B1": Verdict(False, "Non.")},
        jalon_autofill=lambda profile, answers: [Proposed("sain/O1", "r", "R.", 1)][:0],
        jalon_validation=lambda questionnaire, profile, answers: [ValidationProblem("Non.", "sain/C1")],
    )
    plugins = Plugins([plugin_of(right, "casse"), _healthy()])
    assert _codes(plugins, "casse") == set()
    assert not _evaluated(plugins).criteria["casse/B1"].applies
    found, _ = plugins.validation("sain/q", Profile({}), {})
    assert ("casse", ValidationProblem("Non.", "sain/C1")) in found


def test_a_hook_acts_on_what_its_plugin_touches_only() -> None:
    """Without `touches`, verdicts and proposals on another referential are refused, though it is there."""
    broken = _bringing(
        OTHER.replace("touches: [sain]\n", ""),
        jalon_applicability=lambda profile: {"sain/C1": _NO},
        jalon_autofill=lambda profile, answers: [Proposed("sain/C2", "r", "R.", 3)],
    )
    assert _codes(Plugins([plugin_of(broken, "casse"), _healthy()]), "casse") == {"not-touched"}


def test_what_a_hook_says_of_an_absent_referential_is_no_problem() -> None:
    """A referential that a plugin touches may be absent: what is said of it is dropped in silence."""
    text = OTHER.replace("[sain]", "[sain, absent]")
    silent = _bringing(text, jalon_applicability=lambda profile: {"absent/C1": _NO})
    assert _codes(Plugins([plugin_of(silent, "casse"), _healthy()]), "casse") == set()


# -- the operator


def test_the_operator_may_stop_a_loading() -> None:
    """Ctrl-C while a plugin loads stops the program."""
    with pytest.raises(KeyboardInterrupt):
        Plugins.load([Entry("casse", _raises(KeyboardInterrupt)), Entry("sain", Healthy, "jalon-sain")])


@pytest.mark.parametrize("hook", ["jalon_applicability", "jalon_autofill", "jalon_validation"])
def test_the_operator_may_stop_a_hook(hook: str) -> None:
    """Ctrl-C while a hook runs stops the program."""
    stopped = _bringing(OTHER, **{hook: _with_arguments(hook, _raises(KeyboardInterrupt))})
    plugins = Plugins([plugin_of(stopped, "casse"), _healthy()])
    with pytest.raises(KeyboardInterrupt):
        _evaluated(plugins)


# -- all at once


def test_all_broken_plugins_at_once_leave_the_healthy_one_alone() -> None:
    """Every plugin of this file at once: each is told apart, and the healthy one works as if alone."""
    loading = [from_entry_point(Entry(f"load-{n}", each[1], f"l{n}")) for n, each in enumerate(LOADING)]
    registering = [plugin_of(each[1], f"register-{n}") for n, each in enumerate(REGISTERING)]
    running = [
        plugin_of(
            _bringing(OTHER.replace("key: casse", f"key: casse{n}"), **{hook: _with_arguments(hook, act)}),
            f"run-{n}",
        )
        for n, (_, hook, act, _) in enumerate(RUNNING)
    ]
    plugins = Plugins([*loading, *registering, *running, _healthy()])
    assert {plugin.state for plugin in (*loading, *registering)} == {State.SUSPENDED}
    assert {plugin.state for plugin in running} == {State.ACTIVE}
    _, validating = plugins.validation("sain/q", Profile({}), {})
    told = {each.plugin for each in (*_evaluated(plugins).problems, *validating)}
    assert told == {plugin.name for plugin in running}
