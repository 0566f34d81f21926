"""The pluggy markers of Jalon's hooks."""

from __future__ import annotations

from typing import Final

import pluggy

PROJECT: Final = "jalon"
GROUP: Final = "jalon.plugins"
"""The entry-point group in which plugins declare themselves."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Mark a function as the implementation of one of the hooks of `docs/hooks.md`."""
