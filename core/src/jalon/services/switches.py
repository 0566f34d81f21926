"""Which plugins an organisation uses, and the catalogue that follows."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.services.jobs import EVALUATE_ALL, ask_for
from jalon.storage.database import Database, upsert
from jalon.storage.tables import PluginSwitch, Setting, table_of

_SWITCH: Final = table_of(PluginSwitch)
_SETTING: Final = table_of(Setting)
GENERATION: Final = "switches"
"""The setting that moves when a plugin is switched: every process then reads the switches again."""


class Switchboard:
    """Give each organisation its plugins; sets that are alike share one catalogue."""

    def __init__(self, plugins: Plugins) -> None:
        self.plugins = plugins
        self._by_names_off: dict[frozenset[str], Plugins] = {frozenset(): plugins}
        self._off: Mapping[int | None, frozenset[str]] = {}
        self._generation = ""

    def of(self, database: Database, organisation_id: int | None, generation: str) -> Plugins:
        """Give the plugins in use for an organisation, as of a generation of the switches."""
        everywhere, here = self.off(database, organisation_id, generation)
        return self.without(everywhere | here)

    def off(
        self, database: Database, organisation_id: int | None, generation: str
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Name the plugins switched off for the whole instance, and those for one organisation."""
        if generation != self._generation:
            with database.reading() as session:
                self._off = _switched_off(session)
            self._generation = generation
        known = frozenset(plugin.name for plugin in self.plugins.all)
        here = self._off.get(organisation_id, frozenset()) if organisation_id else frozenset()
        return self._off.get(None, frozenset()) & known, here & known

    def without(self, names: frozenset[str]) -> Plugins:
        """Give the plugins less some; sets that are alike share one catalogue."""
        if names not in self._by_names_off:
            self._by_names_off[names] = self.plugins.without(names)
        return self._by_names_off[names]

    def now(self, database: Database, organisation_id: int | None) -> Plugins:
        """Give the plugins in use for an organisation at this moment."""
        with database.reading() as session:
            generation = session.scalar(select(generation_query())) or ""
        return self.of(database, organisation_id, generation)


def generation_query() -> ScalarSelect[Any]:
    """Select the generation of the switches, to be read along with something else."""
    return select(_SETTING.c.value).where(_SETTING.c.key == GENERATION).scalar_subquery()


def switch(
    session: Session,
    plugin: str,
    *,
    is_on: bool,
    organisation_id: int | None,
    author_id: int,
    clock: Clock = system_clock,
) -> None:
    """Switch a plugin for the instance (no organisation) or for one; every subject is then evaluated."""
    same = (_SWITCH.c.plugin == plugin) & (_SWITCH.c.organisation_id == organisation_id)
    known = session.scalars(select(PluginSwitch).where(same)).one_or_none()
    if known is None:
        known = PluginSwitch(plugin=plugin, organisation_id=organisation_id, is_on=is_on)
    known.is_on, known.author_id, known.switched_at = is_on, author_id, clock()
    session.add(known)
    # Not a number counted up: two transactions at once would come to the same one.
    upsert(session, Setting, [{"key": GENERATION, "value": token_hex(8)}])
    ask_for(session, EVALUATE_ALL, {}, known.switched_at, key=EVALUATE_ALL)


def _switched_off(session: Session) -> dict[int | None, frozenset[str]]:
    off: dict[int | None, set[str]] = {}
    query = select(_SWITCH.c.organisation_id, _SWITCH.c.plugin).where(_SWITCH.c.is_on.is_(False))
    for organisation_id, plugin in session.execute(query):
        off.setdefault(organisation_id, set()).add(plugin)
    return {organisation_id: frozenset(names) for organisation_id, names in off.items()}
