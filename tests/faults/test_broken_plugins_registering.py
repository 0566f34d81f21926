"""Broken plugins, while they are put together: wrong contracts, taken keys and names, unmet requirements."""

from __future__ import annotations

from pathlib import Path

import pytest

from jalon.domain.evaluation import evaluate_product
from jalon.plugins.discovery import Plugin, State, from_entry_point
from jalon.plugins.registry import Plugins
from jalon.testing import plugin_of
from support.broken import HEALTHY, OTHER, Entry, Healthy, bringing, evaluated, healthy_plugin, reason_of
from support.broken_registering import REGISTERING, RULE


@pytest.mark.parametrize(("given", "reason"), [pytest.param(*each[1:], id=each[0]) for each in REGISTERING])
def test_a_plugin_that_breaks_the_contract_is_suspended(given: object, reason: str) -> None:
    """Wrong hooks and wrong referentials suspend their plugin, with the reason; nothing of it is used."""
    broken = plugin_of(given, "casse")
    plugins = Plugins([broken, healthy_plugin()])
    assert broken.state is State.SUSPENDED
    assert reason in reason_of(broken)
    assert broken.reason
    assert bool(broken.diagnostics) == (reason == "référentiel refusé") or not reason
    assert [each.key for each in plugins.referentials] == ["sain"]
    assert "casse/B1" not in evaluated(plugins).criteria


def test_a_link_error_says_where_and_what_was_meant() -> None:
    """A name that a present referential lacks is told with its file, its line and the nearest name."""
    broken = plugin_of(bringing(OTHER + RULE.replace("B1", "sain/C9")), "casse")
    Plugins([broken, healthy_plugin()])
    (diagnostic,) = broken.diagnostics
    assert (diagnostic.code, diagnostic.line) == ("unknown-criterion", OTHER.count("\n") + 2)
    assert diagnostic.file.endswith("referential.yaml")
    assert diagnostic.nearest[0] in {"sain/C1", "sain/C2", "sain/C3"}


def test_without_the_referential_it_names_a_plugin_is_no_fault() -> None:
    """What a plugin says of an absent referential is inert, and the plugin works."""
    alone = plugin_of(bringing(OTHER + RULE.replace("B1", "sain/C9")), "casse")
    plugins = Plugins([alone])
    assert (alone.state, alone.diagnostics) == (State.ACTIVE, ())
    state = evaluate_product(plugins.catalogue, {"casse/f": True}, {}, plugins).criteria["casse/B1"]
    assert (state.applies, state.level) == (True, None)


# -- taken keys and names


def _named(name: str, distribution: str, text: str = OTHER) -> Plugin:
    return from_entry_point(Entry(name, lambda: bringing(text), distribution))


def test_the_first_distribution_keeps_a_key() -> None:
    """Of two distributions that claim a key, the first by name keeps it, whatever their order."""
    for backwards in (False, True):
        first, second = _named("z", "jalon-a"), _named("a", "jalon-b")
        found = [first, second, healthy_plugin()]
        plugins = Plugins(reversed(found) if backwards else found)
        assert (first.state, second.state) == (State.ACTIVE, State.SUSPENDED)
        assert "« casse » déjà prise par jalon-a" in reason_of(second)
        evaluated(plugins)


def test_who_holds_a_key_keeps_it() -> None:
    """Where a distribution already holds a key, no other takes it, were it the first by name."""
    first, second = _named("z", "jalon-a"), _named("a", "jalon-b")
    plugins = Plugins([first, second, healthy_plugin()], holders={"casse": "jalon-b", "sain": "jalon-sain"})
    assert (first.state, second.state) == (State.SUSPENDED, State.ACTIVE)
    evaluated(plugins)


def test_a_healthy_key_is_not_taken_by_a_newcomer() -> None:
    """A plugin that claims the key of a healthy one changes nothing of it, when the healthy one holds it."""
    thief = _named("a", "aaa", HEALTHY)
    plugins = Plugins([thief, healthy_plugin()], holders={"sain": "jalon-sain"})
    assert thief.state is State.SUSPENDED
    evaluated(plugins)


def test_a_bare_file_displaces_no_plugin(tmp_path: Path) -> None:
    """A bare file that claims the key of an installed plugin is suspended, the plugin is not."""
    (tmp_path / "a.yaml").write_text(HEALTHY.replace("title: Sain", "title: Faux"), encoding="utf-8")
    plugins = Plugins.load([Entry("sain", Healthy, "zzz")], [tmp_path])
    (file,) = (plugin for plugin in plugins.all if plugin.bare_file)
    assert file.state is State.SUSPENDED
    assert "sain" in file.reason
    assert [each.title for each in plugins.referentials] == ["Sain"]
    evaluated(plugins)


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
    evaluated(plugins)


def test_a_taken_name_suspends_the_second() -> None:
    """Of two plugins of one name, the first distribution by name keeps it."""
    first, second = (
        _named("casse", "jalon-a"),
        _named("casse", "jalon-b", OTHER.replace("key: casse", "key: autre")),
    )
    plugins = Plugins([second, first, healthy_plugin()])
    assert (first.state, second.state) == (State.ACTIVE, State.SUSPENDED)
    assert "casse" in second.reason
    evaluated(plugins)


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
    waiting = plugin_of(bringing(text), "casse")
    plugins = Plugins([waiting, healthy_plugin()])
    assert waiting.state is State.WAITING
    assert reason in reason_of(waiting)
    given = {"casse/f": True, "sain/actif": True}
    state = evaluate_product(plugins.catalogue, given, {}, plugins).criteria["casse/B1"]
    assert (state.applies, state.level, [each.rule for each in state.proposals]) == (True, 3, ["casse/vive"])
    evaluated(plugins)
