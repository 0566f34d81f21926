"""Broken plugins, while they load: whatever happens, the broken one alone is suspended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jalon.plugins.discovery import EntryPoint, State
from jalon.plugins.registry import Plugins
from support.broken import HEALTHY, Entry, Healthy, evaluated, reason_of, referential
from support.broken_loading import LOADING


@pytest.mark.parametrize(("loading", "reason"), [pytest.param(*each[1:], id=each[0]) for each in LOADING])
def test_a_plugin_that_does_not_load_is_suspended(loading: Callable[[], object], reason: str) -> None:
    """Whatever happens while a plugin is imported, it alone is suspended, with what was raised."""
    plugins = Plugins.load([Entry("casse", loading), Entry("sain", Healthy, "jalon-sain")])
    (broken,) = (plugin for plugin in plugins.all if plugin.name == "casse")
    assert broken.state is State.SUSPENDED
    assert reason in reason_of(broken)
    assert (broken.trace != "") == (reason != "aucun hook")
    assert plugins.referentials == (replace(referential(HEALTHY), locate=None),)
    evaluated(plugins)


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
    evaluated(plugins)


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
