"""Broken plugins, while their hooks run: what goes wrong is told, and has no effect."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jalon import Profile, Proposed, ValidationProblem, Verdict
from jalon.plugins.discovery import State
from jalon.plugins.registry import Plugins
from jalon.testing import plugin_of
from support.broken import OTHER, bringing, evaluated, healthy_plugin
from support.broken_running import ANY, NO, RUNNING, with_arguments


def _codes(plugins: Plugins, name: str) -> set[str]:
    """List the problems told of one plugin, each with words a person can be shown."""
    _, validating = plugins.validation("sain/q", Profile({}), {})
    told = [each for each in (*evaluated(plugins).problems, *validating) if each.plugin == name]
    assert all(type(part) is str and len(part) < 2_000 for each in told for part in each)
    return {each.code for each in told}


@pytest.mark.parametrize(("hook", "act", "code"), [pytest.param(*each[1:], id=each[0]) for each in RUNNING])
def test_a_hook_that_goes_wrong_is_a_problem_told(hook: str, act: Callable[..., object], code: str) -> None:
    """What a hook raises or returns wrongly is reported under its plugin, and has no effect at all."""
    broken = plugin_of(bringing(OTHER, **{hook: with_arguments(hook, act)}), "casse")
    plugins = Plugins([broken, healthy_plugin()])
    assert broken.state is State.ACTIVE
    codes = _codes(plugins, "casse")
    assert len(codes) == 1
    assert code in {ANY, *codes}
    assert "casse/B1" in plugins.catalogue.names.criteria
    found, _ = plugins.validation("sain/q", Profile({}), {})
    assert {name for name, _ in found} == {"sain"}


def test_right_hooks_meet_no_problem() -> None:
    """The same plugin with hooks that are right is obeyed: the cases above fail by their fault alone."""
    right = bringing(
        OTHER,
        jalon_applicability=lambda profile: {"casse/B1": Verdict(False, "Non.")},
        jalon_autofill=lambda profile, answers: [Proposed("sain/O1", "r", "R.", 1)][:0],
        jalon_validation=lambda questionnaire, profile, answers: [ValidationProblem("Non.", "sain/C1")],
    )
    plugins = Plugins([plugin_of(right, "casse"), healthy_plugin()])
    assert _codes(plugins, "casse") == set()
    assert not evaluated(plugins).criteria["casse/B1"].applies
    found, _ = plugins.validation("sain/q", Profile({}), {})
    assert ("casse", ValidationProblem("Non.", "sain/C1")) in found


def test_a_hook_acts_on_what_its_plugin_touches_only() -> None:
    """Without `touches`, verdicts and proposals on another referential are refused, though it is there."""
    broken = bringing(
        OTHER.replace("touches: [sain]\n", ""),
        jalon_applicability=lambda profile: {"sain/C1": NO},
        jalon_autofill=lambda profile, answers: [Proposed("sain/C2", "r", "R.", 3)],
    )
    assert _codes(Plugins([plugin_of(broken, "casse"), healthy_plugin()]), "casse") == {"not-touched"}


def test_what_a_hook_says_of_an_absent_referential_is_no_problem() -> None:
    """A referential that a plugin touches may be absent: what is said of it is dropped in silence."""
    text = OTHER.replace("[sain]", "[sain, absent]")
    silent = bringing(text, jalon_applicability=lambda profile: {"absent/C1": NO})
    assert _codes(Plugins([plugin_of(silent, "casse"), healthy_plugin()]), "casse") == set()
