"""Facts of several plugins that depend on each other in a circle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jalon import testing
from jalon.plugins.discovery import State

Load = Callable[..., Any]

HEAD = """\
jalon: 1
key: {key}
title: Référentiel {key}
edition: "1"
effective: 2021-01-01
publisher: {{name: Jalon}}
touches: [{other}]
facts:
  - {{key: f, question: F ?, type: boolean{condition}}}
  - {{key: g, question: G ?, type: boolean}}
"""
RULE = """\
rules:
  - {{key: tourne, title: Tourne, when: {{{other}/f: oui}}, facts: {{{key}/f: oui}}, reason: En rond.}}
  - {{key: droite, title: Droite, when: {{f: oui}}, facts: {{g: oui}}, reason: Tout droit.}}
"""


def _circle(load: Load, *, left: str, right: str, condition: str = "") -> Any:
    texts = {
        "un": HEAD.format(key="un", other="deux", condition=condition) + left,
        "deux": HEAD.format(key="deux", other="un", condition="") + right,
    }
    return load(texts=texts)


def test_rules_of_a_circle_are_inert_and_both_plugins_are_told(load: Load) -> None:
    """Two plugins deriving from each other lose those rules only; both are reported, neither is suspended."""
    plugins = _circle(
        load, left=RULE.format(key="un", other="deux"), right=RULE.format(key="deux", other="un")
    )
    facts = testing.evaluate({"un/f": True}, plugins=plugins)["facts"]

    assert [State.ACTIVE, State.ACTIVE] == [plugin.state for plugin in plugins.all]
    for plugin in plugins.all:
        (warning,) = plugin.warnings
        assert "deux/f, un/f" in warning
        assert f"{plugin.name}/tourne" in warning
        assert "droite" not in warning
    assert [] == facts["deux/f"]["rules"]
    assert (True, "un/droite") == (facts["un/g"]["value"], facts["un/g"]["rule"])


def test_rules_of_a_circle_propose_nothing(load: Load) -> None:
    """A rule on a circle is inert as a whole: what it would propose is not proposed either."""
    both = RULE.replace("facts: {{{key}/f: oui}}", "facts: {{{key}/f: oui}}, levels: {{base/A1: 3}}")
    texts = {
        "un": HEAD.format(key="un", other="deux, base", condition="") + both.format(key="un", other="deux"),
        "deux": HEAD.format(key="deux", other="un, base", condition="") + both.format(key="deux", other="un"),
    }
    plugins = load("base", texts=texts)
    state = testing.evaluate({"un/f": True, "deux/f": True}, plugins=plugins)["criteria"]["base/A1"]

    assert (None, []) == (state["level"], state["proposals"])


def test_without_the_other_there_is_no_circle(load: Load) -> None:
    """One plugin of the two alone has nothing to report."""
    (plugin,) = load(
        texts={"un": HEAD.format(key="un", other="deux", condition="") + RULE.format(key="un", other="deux")}
    ).all

    assert () == plugin.warnings


def test_a_circle_through_a_condition_asks_the_question(load: Load) -> None:
    """Where a question depends on what it decides, across plugins, it is asked: its condition is inert too."""
    plugins = _circle(
        load, left="", right=RULE.format(key="deux", other="un"), condition=", applies_when: {deux/f: oui}"
    )
    facts = testing.evaluate({}, plugins=plugins)["facts"]

    assert facts["un/f"]["asked"]
    assert all(plugin.warnings for plugin in plugins.all)


def test_a_circle_is_a_fault_for_the_kit(load: Load) -> None:
    """Authors are told of circles by `jalon check` and the kit, as of any fault."""
    from jalon.testing import _faults

    plugins = _circle(
        load, left=RULE.format(key="un", other="deux"), right=RULE.format(key="deux", other="un")
    )

    assert all(list(_faults(plugin)) for plugin in plugins.all)
