"""Broken plugins: each is loaded beside a healthy one, which works on; the broken one is told apart.

Nothing a plugin does escapes, SystemExit included; only the operator's own Ctrl-C does.
"""

from __future__ import annotations

import pytest

from jalon import Profile
from jalon.plugins.discovery import State, from_entry_point
from jalon.plugins.registry import Plugins
from jalon.testing import plugin_of
from support.broken import OTHER, Entry, Healthy, bringing, evaluated, healthy_plugin, raising
from support.broken_loading import LOADING
from support.broken_registering import REGISTERING
from support.broken_running import RUNNING, with_arguments

# -- the operator


def test_the_operator_may_stop_a_loading() -> None:
    """Ctrl-C while a plugin loads stops the program."""
    with pytest.raises(KeyboardInterrupt):
        Plugins.load([Entry("casse", raising(KeyboardInterrupt)), Entry("sain", Healthy, "jalon-sain")])


@pytest.mark.parametrize("hook", ["jalon_applicability", "jalon_autofill", "jalon_validation"])
def test_the_operator_may_stop_a_hook(hook: str) -> None:
    """Ctrl-C while a hook runs stops the program."""
    stopped = bringing(OTHER, **{hook: with_arguments(hook, raising(KeyboardInterrupt))})
    plugins = Plugins([plugin_of(stopped, "casse"), healthy_plugin()])
    with pytest.raises(KeyboardInterrupt):
        evaluated(plugins)


# -- all at once


def test_all_broken_plugins_at_once_leave_the_healthy_one_alone() -> None:
    """Every plugin of this file at once: each is told apart, and the healthy one works as if alone."""
    loading = [from_entry_point(Entry(f"load-{n}", each[1], f"l{n}")) for n, each in enumerate(LOADING)]
    registering = [plugin_of(each[1], f"register-{n}") for n, each in enumerate(REGISTERING)]
    running = [
        plugin_of(
            bringing(OTHER.replace("key: casse", f"key: casse{n}"), **{hook: with_arguments(hook, act)}),
            f"run-{n}",
        )
        for n, (_, hook, act, _) in enumerate(RUNNING)
    ]
    plugins = Plugins([*loading, *registering, *running, healthy_plugin()])
    assert {plugin.state for plugin in (*loading, *registering)} == {State.SUSPENDED}
    assert {plugin.state for plugin in running} == {State.ACTIVE}
    _, validating = plugins.validation("sain/q", Profile({}), {})
    told = {each.plugin for each in (*evaluated(plugins).problems, *validating)}
    assert told == {plugin.name for plugin in running}
