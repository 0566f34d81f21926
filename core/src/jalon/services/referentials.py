"""Keep the last good form of every referential, and who holds its key."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import select, update

from jalon.domain.referential import Referential
from jalon.exchange.referential_json import StoredReferentialError, as_canonical, digest, from_canonical
from jalon.plugins.discovery import Plugin
from jalon.plugins.registry import Plugins
from jalon.services.clock import Clock, system_clock
from jalon.storage.database import Database, add_missing
from jalon.storage.tables import StoredReferential, table_of

_STORED: Final = table_of(StoredReferential)


def holders(database: Database) -> dict[str, str]:
    """Give the distribution that holds each key: another that claims it later does not get it."""
    with database.reading() as session:
        query = select(_STORED.c.key, _STORED.c.holder).where(_STORED.c.is_last.is_(True))
        return {row.key: row.holder for row in session.execute(query)}


def stored_plugins(database: Database) -> list[Plugin]:
    """Give the last good form of every referential of an installed plugin, as plugins that stand in.

    One that cannot be read any more is left out: its answers stay, its questionnaires are not shown.
    Bare files are for authors at work: one that is no longer given is gone.
    """
    query = select(_STORED.c.holder, _STORED.c.plugin, _STORED.c.content).where(_STORED.c.is_last.is_(True))
    with database.reading() as session:
        rows = session.execute(query.order_by(_STORED.c.key)).all()
    found: dict[tuple[str, str], list[Referential]] = {}
    for holder, plugin, content in rows:
        if not holder.startswith("/"):
            with suppress(StoredReferentialError):
                referential = from_canonical(content)
                found.setdefault((holder, plugin), []).append(referential)
    return [
        Plugin(name, holder, referentials=tuple(several), stands_in=True)
        for (holder, name), several in found.items()
    ]


def remember(database: Database, plugins: Plugins, clock: Clock = system_clock) -> list[str]:
    """Store the referentials that are new or changed since they were last loaded; list their keys."""
    loaded = {
        digest(content): (referential, plugin, content)
        for plugin in plugins.taking_part
        if not plugin.stands_in
        for referential in plugin.referentials
        for content in [as_canonical(referential)]
    }
    with database.reading() as session:
        query = select(_STORED.c.digest, _STORED.c.is_last).where(_STORED.c.digest.in_(loaded))
        known = {row.digest: row.is_last for row in session.execute(query)}
    changed = {each: value for each, value in loaded.items() if not known.get(each)}
    if not changed:
        return []
    with database.writing() as session:
        for each, (referential, plugin, content) in sorted(changed.items()):
            row = {
                "digest": each,
                "key": referential.key,
                "edition": referential.edition,
                "holder": plugin.distribution or plugin.bare_file,
                "plugin": plugin.name,
                "content": content,
                "stored_at": clock(),
                "is_last": True,
            }
            add_missing(session, StoredReferential, [row])  # several processes may start at once
            same_key = update(_STORED).where(_STORED.c.key == referential.key)
            session.execute(same_key.values(is_last=_STORED.c.digest == each))
    return sorted(referential.key for referential, _, _ in changed.values())
