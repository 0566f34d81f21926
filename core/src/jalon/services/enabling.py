"""What the head of an organisation may switch off, and what that would change for its products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from jalon.domain.referential import About, Kind
from jalon.domain.rights import Person, why_not_enable
from jalon.plugins.discovery import Plugin
from jalon.plugins.registry import Plugins
from jalon.services.acting import Acting, hold, require, require_administrator
from jalon.services.drafts import Draft, read_drafts
from jalon.services.evaluating import derived
from jalon.services.products import NotSeenError
from jalon.services.switches import Switchboard, switch
from jalon.services.trace import record
from jalon.storage.database import Database
from jalon.storage.tables import Account, Product, table_of

_ACCOUNT: Final = table_of(Account)
_PRODUCT: Final = table_of(Product)


@dataclass(frozen=True, slots=True)
class Choosable:
    """Describe a plugin an organisation may do without: what it brings, and whether it is in use."""

    plugin: str
    paths: tuple[str, ...]
    referentials: tuple[str, ...]
    publisher: str
    is_on: bool
    is_off_everywhere: bool  # by the administrator: the organisation cannot switch it on

    @property
    def title(self) -> str:
        """Name what it brings, paths first."""
        return ", ".join(dict.fromkeys(self.paths + self.referentials))


class Effect(NamedTuple):
    """Say what switching a plugin would change."""

    products: int  # whose questions change
    appear: int
    set_aside: int  # answers
    back: int  # answers
    proposals: int


def optional_plugins(
    board: Switchboard, everywhere: frozenset[str], here: frozenset[str]
) -> Sequence[Choosable]:
    """List the plugins with paths or complementary referentials and no main questionnaire, by title."""
    found = [
        Choosable(
            plugin.name,
            tuple(path.title for each in plugin.referentials for path in each.paths),
            tuple(each.title for each in plugin.referentials if each.is_selectable),
            ", ".join(sorted({each.publisher.name for each in plugin.referentials})),
            plugin.name not in everywhere | here,
            plugin.name in everywhere,
        )
        for plugin in board.plugins.taking_part
        if _is_optional(plugin)
    ]
    return sorted(found, key=lambda each: (each.paths + each.referentials, each.plugin))


def effect_of(
    database: Database, board: Switchboard, person: Person, plugin: str, *, is_on: bool, generation: str
) -> Effect:
    """Work out what a switch would change: every product of the organisation is evaluated both ways."""
    before, after = _both(database, board, person, plugin, is_on=is_on, generation=generation)
    with database.reading() as session:
        owned = select(_PRODUCT.c.id).where(
            _PRODUCT.c.organisation_id == person.organisation_id, _PRODUCT.c.archived_at.is_(None)
        )
        drafts = read_drafts(session, list(session.scalars(owned.order_by(_PRODUCT.c.id))))
    effects = [_effect(each, before, after) for each in drafts]
    return Effect(*map(sum, zip(*effects, strict=True))) if effects else Effect(0, 0, 0, 0, 0)


def enable(act: Acting, board: Switchboard, plugin: str, *, is_on: bool) -> None:
    """Switch a plugin for one's organisation: only its topmost account may."""
    person = hold(act.session, act.person)
    require(why_not_enable(person))
    _require_optional(board, plugin)
    _switch(act, plugin, is_on=is_on, organisation_id=person.organisation_id)


def enable_everywhere(act: Acting, plugin: str, *, is_on: bool) -> None:
    """Switch a plugin for the whole instance: only an administrator may."""
    require_administrator(act.person, act.session)
    _switch(act, plugin, is_on=is_on, organisation_id=None)


def _switch(act: Acting, plugin: str, *, is_on: bool, organisation_id: int | None) -> None:
    author = act.person.account_id
    switch(
        act.session,
        plugin,
        is_on=is_on,
        organisation_id=organisation_id,
        author_id=author,
        clock=lambda: act.at,
    )
    record(act.session, act.at, act.actor, "plugin-switched", ("plugin", plugin), on=is_on)


def head_of(session: Session, organisation_id: int | None) -> str:
    """Name the topmost account of an organisation; "" when it has none."""
    head = (
        (_ACCOUNT.c.organisation_id == organisation_id)
        & _ACCOUNT.c.manager_id.is_(None)
        & _ACCOUNT.c.deleted_at.is_(None)
    )
    return session.scalar(select(_ACCOUNT.c.name).where(head)) or ""


def _require_optional(board: Switchboard, plugin: str) -> None:
    if plugin not in {each.name for each in board.plugins.taking_part if _is_optional(each)}:
        raise NotSeenError


def _is_optional(plugin: Plugin) -> bool:
    brings = any(each.paths or each.is_selectable for each in plugin.referentials)
    return brings and not any(
        questionnaire.kind is Kind.MATURITY or questionnaire.about is About.ORGANISATION
        for each in plugin.referentials
        for questionnaire in each.questionnaires
    )


def _both(
    database: Database, board: Switchboard, person: Person, plugin: str, *, is_on: bool, generation: str
) -> tuple[Plugins, Plugins]:
    everywhere, here = board.off(database, person.organisation_id, generation)
    _require_optional(board, plugin)
    changed = here - {plugin} if is_on else here | {plugin}
    return board.without(everywhere | here), board.without(everywhere | changed)


def _effect(draft: Draft, before: Plugins, after: Plugins) -> Effect:
    now, then = derived(draft, before, draft.answers), derived(draft, after, draft.answers)
    appear, gone = set(then.asked) - set(now.asked), set(now.asked) - set(then.asked)
    kept = {name for name, each in draft.kept.items() if each.filed_at is None}
    both = set(now.asked) & set(then.asked) - kept
    changed = sum(now.of(name).prefill != then.of(name).prefill for name in both)
    return Effect(
        int(bool(appear or gone or changed)), len(appear), len(gone & kept), len(appear & kept), changed
    )
