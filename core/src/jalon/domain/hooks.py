"""What the engine asks of plugins while it evaluates, as it wants it: checked and sorted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from jalon.domain.facts import Profile
from jalon.domain.levels import LevelValue
from jalon.domain.proposals import Proposal


class Problem(NamedTuple):
    """Report something that was ignored or failed while evaluating."""

    code: str
    plugin: str
    subject: str = ""
    detail: str = ""


class PluginVerdict(NamedTuple):
    """Say whether a plugin wants a criterion asked, and why."""

    plugin: str
    applies: bool
    reason: str


class Verdicts(NamedTuple):
    """Hold the verdicts of all plugins by criterion, and what went wrong."""

    by_criterion: Mapping[str, tuple[PluginVerdict, ...]] = {}
    problems: tuple[Problem, ...] = ()


class Proposals(NamedTuple):
    """Hold the proposals of all plugins by criterion, and what went wrong."""

    by_criterion: Mapping[str, tuple[Proposal, ...]] = {}
    problems: tuple[Problem, ...] = ()


class Hooks(Protocol):
    """Answer for the Python hooks of every plugin, none of which may stop an evaluation."""

    def verdicts(self, profile: Profile) -> Verdicts:
        """Ask every plugin which criteria it includes or excludes."""

    def proposals(self, profile: Profile, answers: Mapping[str, LevelValue]) -> Proposals:
        """Ask every plugin what it proposes, beyond its rules."""


class NoHooks:
    """Evaluate the rules of files alone."""

    def verdicts(self, profile: Profile) -> Verdicts:
        """Include and exclude nothing."""
        del profile
        return Verdicts()

    def proposals(self, profile: Profile, answers: Mapping[str, LevelValue]) -> Proposals:
        """Propose nothing."""
        del profile, answers
        return Proposals()


NO_HOOKS: Final[Hooks] = NoHooks()
