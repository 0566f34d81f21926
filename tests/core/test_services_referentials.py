"""Referentials as they were last loaded: stored once, and held by who brought them."""

from __future__ import annotations

from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import event

from jalon import testing
from jalon.exchange.referential_json import digest, from_canonical
from jalon.plugins import discovery
from jalon.plugins.registry import Plugins
from jalon.services.referentials import holders, remember, stored_plugins
from jalon.storage.database import Database
from jalon.storage.tables import StoredReferential
from support.services import PATIENCE, START, Ticking, rows_of, together

TEXT = (
    'jalon: 1\nkey: petit\ntitle: Petit\nedition: "{edition}"\neffective: 2021-01-01\npublisher: {{name: J}}\n'
    "facts:\n  - {{key: f, question: F ?, type: boolean}}\n"
)


def edition(tmp_path: Any, number: str, distribution: str = "jalon-petit") -> Plugins:
    """Load an edition of a referential as an installed plugin."""
    path = tmp_path / f"petit-{number}.yaml"
    path.write_text(TEXT.format(edition=number), "utf-8")
    (found,) = discovery.bare_files([path])
    found.bare_file, found.distribution, found.name = "", distribution, "petit"
    return Plugins([found])


def last(database: Database) -> list[tuple[str, str]]:
    """List the key and the edition of what is in force."""
    return [(row["key"], row["edition"]) for row in rows_of(database, StoredReferential) if row["is_last"]]


def test_stored_once(database: Database, load: Any) -> None:
    """A referential is stored when it is first loaded, whole, under the digest of its text; then no more."""
    plugins, clock = load("base", "filling"), Ticking()
    assert ["base", "filling"] == remember(database, plugins, clock)
    before = rows_of(database, StoredReferential)
    clock.advance(days=1)
    assert [] == remember(database, plugins, clock)
    assert before == rows_of(database, StoredReferential)
    for row in before:
        assert digest(row["content"]) == row["digest"]
        assert (START, True) == (row["stored_at"], row["is_last"])
        (brought,) = (each for each in plugins.referentials if each.key == row["key"])
        assert brought == from_canonical(row["content"])


def test_a_new_edition_takes_over(database: Database, tmp_path: Any) -> None:
    """A new edition is stored beside the former one and is the last; going back re-uses the former row."""
    clock = Ticking()
    assert ["petit"] == remember(database, edition(tmp_path, "1"), clock)
    clock.advance(days=1)
    assert ["petit"] == remember(database, edition(tmp_path, "2"), clock)
    assert (2, [("petit", "2")]) == (len(rows_of(database, StoredReferential)), last(database))
    clock.advance(days=1)
    assert ["petit"] == remember(database, edition(tmp_path, "1"), clock)
    rows = {row["edition"]: row for row in rows_of(database, StoredReferential)}
    assert (2, [("petit", "1")]) == (len(rows), last(database))
    assert START == rows["1"]["stored_at"]


def test_an_uninstalled_referential_stays(database: Database, load: Any, tmp_path: Any) -> None:
    """What is not loaded any more stays stored, held, and readable as it last was."""
    remember(database, edition(tmp_path, "1"))
    assert [] == remember(database, Plugins([]))
    assert {"petit": "jalon-petit"} == holders(database)
    (stored,) = stored_plugins(database)
    assert ("petit", "jalon-petit", True) == (stored.name, stored.distribution, stored.stands_in)
    assert [("petit", "1")] == [(each.key, each.edition) for each in stored.referentials]
    standing = load("base").with_stored([stored])
    assert {"base", "petit"} == {each.key for each in standing.referentials}
    assert [] == remember(database, Plugins([stored])), "what stands in is not new"


def test_the_holder_keeps_its_key(database: Database, tmp_path: Any) -> None:
    """Of two distributions that claim a key the one that is stored keeps it, whatever their names."""
    remember(database, edition(tmp_path, "1", "z-petit"))
    mine, other = edition(tmp_path, "1", "z-petit").all, edition(tmp_path, "2", "a-petit").all
    other[0].name = "autre"
    both = Plugins([*mine, *other], holders(database))
    assert [("petit", "1")] == [(each.key, each.edition) for each in both.referentials]
    assert [] == remember(database, both)
    assert {"petit": "z-petit"} == holders(database)


def test_what_is_in_quarantine_is_not_stored(database: Database, load: Any) -> None:
    """A plugin that was refused leaves what was stored of it as it is."""
    plugins = load("base", texts={"bad": "jalon: 1\nkey: bad\n"}, objects={"raises": 3})
    assert 2 == len([each for each in plugins.all if each.reason])
    assert ["base"] == remember(database, plugins)


def test_two_processes_that_start_together(database: Database, load: Any) -> None:
    """Two processes that load the same new referentials at once both start, and each row is there once."""
    plugins, barrier = load("base", "filling"), Barrier(2)

    def meet(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("SELECT stored_referential"):
            barrier.wait(PATIENCE)

    event.listen(database.engine, "after_cursor_execute", meet)
    results = together(*[lambda: remember(database, plugins)] * 2)
    event.remove(database.engine, "after_cursor_execute", meet)
    assert not barrier.broken, BrokenBarrierError
    assert [["base", "filling"]] * 2 == results
    assert [("base", "2021.12"), ("filling", "1.0")] == sorted(last(database))


@pytest.mark.parametrize("content", ["", "{}", "[", '{"key": "petit"}', "[[[[[["])
def test_what_cannot_be_read_any_more_is_left_out(database: Database, tmp_path: Any, content: str) -> None:
    """A stored text that is damaged is left out: the others are there, and the site starts."""
    remember(database, edition(tmp_path, "1"))
    with database.writing() as session:
        session.add(
            StoredReferential(
                digest="x", key="abime", edition="1", holder="jalon-abime", plugin="abime", content=content
            )
        )
    assert ["petit"] == [each.name for each in stored_plugins(database)]


def test_installed_plugins_are_stored(database: Database) -> None:
    """Every referential of the installed plugins is stored and reads back as it was loaded."""
    plugins = testing.plugins_with()
    assert sorted(each.key for each in plugins.referentials) == remember(database, plugins)
    read = {row["key"]: from_canonical(row["content"]) for row in rows_of(database, StoredReferential)}
    assert {each.key: each for each in plugins.referentials} == read
