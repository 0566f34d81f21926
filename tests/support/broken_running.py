"""Hooks that go wrong while they run: a name, what the hook does, the code of the problem told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jalon import NA, Profile, Proposed, ValidationProblem, Verdict
from support.broken import Crash, Hostile, MuteError, endless, raising, recursing


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
        return iter(str(value) for value in endless("sain/C1"))


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

NO = Verdict(False, "Non.")
APPLICABILITY: tuple[tuple[str, Callable[[Profile], object], str], ...] = (
    ("raises", raising(ValueError("non")), "hook-failed"),
    ("exits", lambda profile: sys.exit(2), "hook-failed"),
    ("raises GeneratorExit", raising(GeneratorExit), "hook-failed"),
    ("raises StopIteration", raising(StopIteration), "hook-failed"),
    ("raises what is no Exception", raising(Crash("fini")), "hook-failed"),
    ("raises what cannot be told", raising(MuteError), "hook-failed"),
    ("calls itself", recursing, "hook-failed"),
    ("runs out of memory", raising(MemoryError), "hook-failed"),
    ("changes the profile", lambda profile: _set(profile, "sain/actif", False), "hook-failed"),
    ("empties the profile", _empty, "hook-failed"),
    ("integer", lambda profile: 3, "wrong-verdict"),
    ("text", lambda profile: "sain/C1", "wrong-verdict"),
    ("boolean", lambda profile: False, "wrong-verdict"),
    ("list", lambda profile: [("sain/C1", NO)], "wrong-verdict"),
    ("hostile", lambda profile: Hostile(), ANY),
    ("endless", lambda profile: endless("sain/C1"), "hook-failed"),
    ("endless mapping", lambda profile: _EndlessMapping(), "hook-failed"),
    ("mapping that fails", lambda profile: _FailingMapping(), "hook-failed"),
    ("bare booleans", lambda profile: {"sain/C1": False}, "wrong-verdict"),
    ("plain tuple", lambda profile: {"sain/C1": (False, "Non.")}, "wrong-verdict"),
    ("number as verdict", lambda profile: {"sain/C1": Verdict(THREE, "Non.")}, "wrong-verdict"),
    ("no reason", lambda profile: {"sain/C1": Verdict(False, NOTHING)}, "wrong-verdict"),
    ("hostile verdict", lambda profile: {"sain/C1": Hostile()}, "wrong-verdict"),
    ("hostile reason", lambda profile: {"sain/C1": Verdict(False, HOSTILE)}, "wrong-verdict"),
    ("unknown criterion", lambda profile: {"sain/C9": NO}, "unknown-criterion"),
    ("short name", lambda profile: {"C1": NO}, "not-touched"),
    ("name that is no text", lambda profile: {3: NO}, "not-touched"),
    ("outside of touches", lambda profile: {"ailleurs/C1": NO}, "not-touched"),
    ("criterion of the organisation", lambda profile: {"sain/O1": NO}, "organisation-criterion"),
)


def _proposing(**values: Any) -> Callable[[Profile, Mapping[str, Any]], object]:
    given = {"criterion": "sain/C1", "rule": "r", "reason": "R.", **values}
    return lambda profile, answers: [Proposed(**given)]


AUTOFILL: tuple[tuple[str, Callable[[Profile, Mapping[str, Any]], object], str], ...] = (
    ("raises", raising(ValueError("non")), "hook-failed"),
    ("exits", lambda profile, answers: sys.exit(2), "hook-failed"),
    ("raises GeneratorExit", raising(GeneratorExit), "hook-failed"),
    ("raises what cannot be told", raising(MuteError), "hook-failed"),
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
    ("endless", lambda profile, answers: endless(Proposed("sain/C1", "r", "R.", 0)), "hook-failed"),
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
    ("raises", raising(ValueError("non")), "hook-failed"),
    ("exits", lambda questionnaire, profile, answers: sys.exit(2), "hook-failed"),
    ("raises GeneratorExit", raising(GeneratorExit), "hook-failed"),
    ("raises what cannot be told", raising(MuteError), "hook-failed"),
    ("endless", lambda questionnaire, profile, answers: endless(ValidationProblem("Non.")), "hook-failed"),
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


def with_arguments(hook: str, act: Callable[..., object]) -> Callable[..., object]:
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
