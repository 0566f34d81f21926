"""What tests of broken plugins share: a healthy plugin, how to make a broken one, ways to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from jalon import (
    Profile,
    Proposed,
    Referential,
    ValidationProblem,
    Verdict,
    hookimpl,
    referential_from_file,
)
from jalon.domain.evaluation import Evaluation, evaluate_product
from jalon.plugins.discovery import Plugin, State, from_entry_point
from jalon.plugins.registry import Plugins

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
def referential(text: str) -> Referential:
    """Read a referential written as text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "referential.yaml"
        path.write_text(text, encoding="utf-8")
        return referential_from_file(path)


class Healthy:
    """A plugin that uses every hook rightly."""

    @hookimpl
    def jalon_referentials(self) -> list[Referential]:
        return [referential(HEALTHY)]

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


def healthy_plugin() -> Plugin:
    """Load the healthy plugin."""
    return from_entry_point(Entry("sain", Healthy, "jalon-sain"))


def bringing(text: str, **hooks: Callable[..., object]) -> SimpleNamespace:
    """Make a plugin that brings one referential, with other hooks."""
    marked = {name: hookimpl(function) for name, function in hooks.items()}
    return SimpleNamespace(jalon_referentials=hookimpl(lambda: [referential(text)]), **marked)


def reason_of(plugin: Plugin) -> str:
    """Give why a plugin takes no part, with plain spaces."""
    told = "\n".join([plugin.reason, *map(str, plugin.diagnostics)])
    return told.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def evaluated(plugins: Plugins) -> Evaluation:
    """Evaluate a product, and check that all that the healthy plugin brings still works."""
    (healthy,) = (plugin for plugin in plugins.all if plugin.name == "sain" and not plugin.bare_file)
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


def raising(error: BaseException | type[BaseException]) -> Callable[..., Any]:
    """Make a function that raises, whatever it is given."""

    def fail(*_: object) -> Any:
        raise error

    return fail


def recursing(*_: object) -> Any:
    """Call itself until Python refuses."""

    # Python 3.13.0 does not count calls of functions with *args, and would eat the memory.
    def deeper(depth: int) -> Any:
        return deeper(depth + 1)

    return deeper(0)


def endless(value: object, most: int = 50_000) -> Iterator[object]:
    """Yield the same value for ever; a reader with no limit of its own is stopped, and told."""
    for _ in range(most):
        yield value
    raise Crash("read without end")
