"""A plugin whose hook fails is asked no more for that subject: what it last said stays in force."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from jalon.domain.evaluation import Evaluation
from jalon.domain.facts import Profile
from jalon.domain.hooks import PluginVerdict, Proposals, Verdicts
from jalon.domain.levels import LevelValue
from jalon.domain.proposals import Proposal
from jalon.plugins.registry import Plugins
from jalon.services.standing import Frozen, Standing


def still_frozen(plugins: Plugins, before: Standing) -> dict[str, Frozen]:
    """List the plugins not to be asked: those that failed and have not changed, those that are absent."""
    frozen = {name: each for name, each in before.frozen.items() if plugins.version(name) == each.version}
    absent = {name: Frozen(plugins.version(name), "") for name in plugins.standing_in_names}
    return frozen | absent


def read_only_referentials(plugins: Plugins, before: Standing) -> frozenset[str]:
    """Name the referentials whose questionnaires cannot be answered for the moment."""
    return plugins.keys_of(still_frozen(plugins, before).keys())


def failures(plugins: Plugins, evaluation: Evaluation) -> dict[str, Frozen]:
    """List the plugins of which a hook failed in an evaluation."""
    return {
        problem.plugin: Frozen(plugins.version(problem.plugin), problem.detail)
        for problem in evaluation.problems
        if problem.code == "hook-failed"
    }


class FrozenHooks:
    """Ask the plugins that work, and repeat what the others last said. Implements `Hooks`."""

    def __init__(self, plugins: Plugins, frozen: AbstractSet[str], before: Standing) -> None:
        self._hooks = plugins.hooks_without(frozen)
        self._frozen = frozen
        self._before = before
        self._rules = frozenset(rule.key for rule in plugins.catalogue.product.rules)

    def verdicts(self, profile: Profile) -> Verdicts:
        """Give the verdicts of all, as of now or as they last were."""
        given = self._hooks.verdicts(profile)
        merged: dict[str, tuple[PluginVerdict, ...]] = dict(given.by_criterion)
        for name, said in self._before.criteria.items():
            kept = tuple(verdict for verdict in said.verdicts if verdict.plugin in self._frozen)
            if kept:
                merged[name] = tuple(sorted((*merged.get(name, ()), *kept)))
        return Verdicts(merged, given.problems)

    def proposals(self, profile: Profile, answers: Mapping[str, LevelValue]) -> Proposals:
        """Give the proposals of all, as of now or as they last were; rules of files are not among them."""
        given = self._hooks.proposals(profile, answers)
        merged: dict[str, tuple[Proposal, ...]] = dict(given.by_criterion)
        for name, said in self._before.criteria.items():
            kept = tuple(each for each in said.proposals if self._is_frozen(each))
            if kept:
                merged[name] = (*merged.get(name, ()), *kept)
        return Proposals(merged, given.problems)

    def _is_frozen(self, proposal: Proposal) -> bool:
        plugin, _slash, _rule = proposal.rule.partition("/")
        return plugin in self._frozen and proposal.rule not in self._rules
