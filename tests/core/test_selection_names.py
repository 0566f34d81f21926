"""Conditions on what a product selected, and conditions left blank."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jalon import testing

Load = Callable[..., Any]

PATHS = """\
paths: [{key: simple, title: Parcours}]
questionnaires:
  - key: q
    title: Q
    kind: maturity
    axes:
      - key: X
        title: X
        criteria:
          - {code: X1, title: X1, question: X1 ?, levels: {0: a, 1: b, 2: c, 3: d}, applies_when: {jalon/paths: %s}}
"""


def test_a_path_of_its_own_may_be_named_short(load: Load) -> None:
    """A condition on the paths selected names the referential's own paths by their key."""
    plugins = load("base", texts={"autre": PATHS % "simple"})

    def asked(*paths: str) -> bool:
        result = testing.evaluate({"jalon/paths": list(paths)}, plugins=plugins)
        return bool(result["criteria"]["autre/X1"]["applies"])

    assert asked("autre/simple")
    assert not asked()


def test_an_unknown_path_in_a_condition_is_a_fault(load: Load) -> None:
    """A condition on a path that its referential does not declare is refused, with the nearest name."""
    plugins = load("base", texts={"autre": PATHS % "simpel"})
    (diagnostic,) = plugins.all[0].diagnostics

    assert ("unknown-path", ("autre/simple",)) == (diagnostic.code, diagnostic.nearest)


def test_a_condition_left_blank_is_a_fault(load: Load) -> None:
    """A key `applies_when` with nothing after it does not mean *always*."""
    plugins = load("base", texts={"autre": (PATHS % "simple").replace("{jalon/paths: simple}", "")})

    assert ["wrong-condition"] == [each.code for plugin in plugins.all for each in plugin.diagnostics]


def test_a_holder_that_fails_keeps_its_key(load: Load, referentials: Any) -> None:
    """While the distribution that holds a key is suspended, no other takes the key."""
    from jalon import hookimpl, referential_from_file
    from jalon.plugins.discovery import State
    from jalon.plugins.registry import Plugins

    class Broken:
        @hookimpl
        def jalon_referentials(self) -> Any:
            raise RuntimeError("en panne")

    class Other:
        @hookimpl
        def jalon_referentials(self) -> Any:
            return [referential_from_file(referentials / "base.yaml")]

    given = [testing.plugin_of(Broken(), "tenant"), testing.plugin_of(Other(), "autre")]
    held = {each.name: each.state for each in Plugins(given, {"base": "tenant"}).all}

    assert {"tenant": State.SUSPENDED, "autre": State.SUSPENDED} == held


def test_a_suspended_plugin_does_not_keep_its_name(load: Load) -> None:
    """Of two plugins of one name, the one that works has it."""
    from jalon.plugins.discovery import State
    from jalon.plugins.registry import Plugins

    broken = testing.plugin_of(object(), "essai")
    healthy = load("base").all[0]
    healthy.name = "essai"

    assert [State.ACTIVE, State.SUSPENDED] == sorted(each.state for each in Plugins([broken, healthy]).all)
