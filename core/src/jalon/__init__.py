"""The names a plugin may import: its public API, listed in `docs/plugins.md`."""

from __future__ import annotations

from jalon.domain.facts import Profile
from jalon.domain.levels import NA, LevelValue
from jalon.domain.referential import Referential
from jalon.errors import JalonError
from jalon.plugins.files.loading import ReferentialError
from jalon.plugins.files.loading import load_file as referential_from_file
from jalon.plugins.files.loading import load_package as referential_from_package
from jalon.plugins.markers import hookimpl
from jalon.plugins.values import Proposed, ValidationProblem, Verdict

__all__ = [
    "NA",
    "JalonError",
    "LevelValue",
    "Profile",
    "Proposed",
    "Referential",
    "ReferentialError",
    "ValidationProblem",
    "Verdict",
    "hookimpl",
    "referential_from_file",
    "referential_from_package",
]
