"""Plugins switched on and off, for the instance or one organisation, and what follows in every process."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event, Thread, current_thread
from typing import Any

import pytest
from sqlalchemy import event, select

from jalon.plugins.discovery import State
from jalon.plugins.registry import Plugins
from jalon.services.answering import Change
from jalon.services.evaluating import bring_up_to_date
from jalon.services.jobs import EVALUATE_ALL, Jobs, ask_for
from jalon.services.switches import Switchboard, generation_query, switch
from jalon.services.worker import steps
from jalon.storage.database import Database
from jalon.storage.tables import AnswerRow, Job, PluginSwitch, table_of
from support.services import (
    Author,
    Firm,
    check_derived,
    make_account,
    make_firm,
    make_organisation,
    rows_of,
    wait_for,
)


class Instance:
    """Hold two organisations, their plugins, and two processes."""

    def __init__(self, database: Database, plugins: Plugins) -> None:
        self.database = database
        self.plugins = plugins
        self.one, self.two = make_organisation(database), make_organisation(database)
        self.author: Author = make_account(database, self.one)
        self.here, self.there = Switchboard(plugins), Switchboard(plugins)
        self.names = {r.key: plugin.name for plugin in plugins.all for r in plugin.referentials}

    def switch(self, key: str, *, is_on: bool, organisation: int | None = None) -> None:
        """Switch the plugin that brings a referential."""
        with self.database.writing() as session:
            switch(
                session, self.names[key], is_on=is_on, organisation_id=organisation, author_id=self.author[0]
            )

    def generation(self) -> str:
        """Read the generation of the switches."""
        with self.database.reading() as session:
            return session.scalar(select(generation_query())) or ""

    def keys(self, organisation: int | None, board: Switchboard | None = None) -> set[str]:
        """Name the referentials an organisation uses."""
        return {each.key for each in (board or self.here).now(self.database, organisation).referentials}


@pytest.fixture
def instance(database: Database, load: Any) -> Instance:
    """Make two organisations with four plugins."""
    return Instance(database, load("base", "filling", "path", "second_path"))


ALL = {"base", "filling", "parcours", "second"}


def test_everything_installed_is_in_use(instance: Instance) -> None:
    """Without any switch every organisation uses every plugin, and shares the very same ones."""
    assert ALL == instance.keys(instance.one) == instance.keys(None)
    assert instance.plugins is instance.here.now(instance.database, instance.two)


def test_off_for_the_instance(instance: Instance) -> None:
    """Switched off for the instance a plugin is so for every organisation, and back on for every one."""
    instance.switch("second", is_on=False)
    assert (
        ALL - {"second"} == instance.keys(instance.one) == instance.keys(instance.two) == instance.keys(None)
    )
    instance.switch("second", is_on=True)
    assert ALL == instance.keys(instance.one) == instance.keys(instance.two)


def test_off_for_one_organisation(instance: Instance) -> None:
    """Switched off by one organisation a plugin is still used by the others, new ones included."""
    instance.switch("second", is_on=False, organisation=instance.one)
    assert ALL - {"second"} == instance.keys(instance.one)
    assert (
        ALL
        == instance.keys(instance.two)
        == instance.keys(None)
        == instance.keys(make_organisation(instance.database))
    )


def test_an_organisation_does_not_undo_the_instance(instance: Instance) -> None:
    """What the administrator switched off no organisation uses, even one that switched it on."""
    instance.switch("second", is_on=True, organisation=instance.one)
    instance.switch("second", is_on=False)
    assert ALL - {"second"} == instance.keys(instance.one)
    instance.switch("parcours", is_on=False, organisation=instance.one)
    assert ALL - {"second", "parcours"} == instance.keys(instance.one)


def test_a_switch_is_one_row(instance: Instance) -> None:
    """Switching again changes the row, with its author and time: no pair of rows contradicts another."""
    before = datetime.now(UTC)
    other, _ = make_account(instance.database, instance.one)
    for organisation in (None, instance.one):
        for is_on in (False, True, False):
            instance.switch("second", is_on=is_on, organisation=organisation)
    between = datetime.now(UTC)
    instance.author = (other, "")
    instance.switch("second", is_on=True, organisation=instance.one)
    rows = {row["organisation_id"]: row for row in rows_of(instance.database, PluginSwitch)}
    assert {None: False, instance.one: True} == {key: row["is_on"] for key, row in rows.items()}
    assert other == rows[instance.one]["author_id"]
    assert before <= rows[None]["switched_at"] <= between <= rows[instance.one]["switched_at"]


def test_another_process_notices(instance: Instance) -> None:
    """Each switch moves the generation, and a process that sees it move reads the switches again."""
    seen = [instance.generation()]
    for is_on, wanted in ((False, ALL - {"second"}), (True, ALL), (False, ALL - {"second"})):
        instance.switch("second", is_on=is_on)
        seen.append(instance.generation())
        assert wanted == instance.keys(instance.one, instance.there)
    assert 4 == len(set(seen))


def test_two_switches_at_once_are_both_noticed(instance: Instance) -> None:
    """Two transactions that switch at the same moment leave two generations: neither hides the other."""
    instance.switch("second", is_on=True)
    writing, done = Event(), Event()

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("INSERT INTO setting") and current_thread().name == "second":
            writing.set()

    def second() -> None:
        current_thread().name = "second"
        instance.switch("second", is_on=False, organisation=instance.two)
        done.set()

    with instance.database.writing() as session:
        name = instance.names["parcours"]
        switch(session, name, is_on=False, organisation_id=instance.one, author_id=instance.author[0])
        event.listen(instance.database.engine, "before_cursor_execute", note)
        thread = Thread(target=second, daemon=True)
        thread.start()
        writing.wait(0.5)
        first = session.scalar(select(generation_query()))
    wait_for(done)
    event.remove(instance.database.engine, "before_cursor_execute", note)
    assert first != instance.generation()
    assert ALL - {"parcours"} == instance.keys(instance.one)
    assert ALL - {"second"} == instance.keys(instance.two)


def test_a_plugin_that_requires_one_switched_off_waits(instance: Instance) -> None:
    """What requires a plugin switched off waits with a reason; its rules are inert; it comes back with it."""
    everything = instance.here.now(instance.database, instance.one)
    instance.switch("base", is_on=False, organisation=instance.one)
    plugins = instance.here.now(instance.database, instance.one)
    states = {r.key: plugin for plugin in plugins.all for r in plugin.referentials}
    assert {"filling": State.WAITING, "parcours": State.WAITING, "second": State.ACTIVE} == {
        key: plugin.state for key, plugin in states.items()
    }
    assert "base" in states["filling"].reason
    assert {"second/S1", "parcours/E1", "parcours/E2"} == plugins.catalogue.names.criteria.keys()
    instance.switch("base", is_on=True, organisation=instance.one)
    again = instance.here.now(instance.database, instance.one)
    assert everything is again
    assert {State.ACTIVE} == {plugin.state for plugin in again.all}


def test_sets_alike_share_a_catalogue(instance: Instance) -> None:
    """Organisations that use the same plugins share the very same catalogue, others have another."""
    for organisation in (instance.one, instance.two):
        instance.switch("second", is_on=False, organisation=organisation)
    one, two = (instance.here.now(instance.database, each) for each in (instance.one, instance.two))
    assert one is two
    assert one.catalogue is not instance.here.now(instance.database, None).catalogue


def test_an_unknown_plugin_switched_off_changes_nothing(instance: Instance) -> None:
    """A plugin that is switched off and then uninstalled leaves the others as they are."""
    instance.names["gone"] = "gone"
    instance.switch("gone", is_on=False)
    assert instance.plugins is instance.here.now(instance.database, instance.one)


# -- what follows for products


def worked(firm: Firm, board: Switchboard) -> None:
    """Do what was asked for: every subject is evaluated again."""
    assert 1 == Jobs(firm.database, steps(firm.database, board, firm.clock), firm.clock).run_due()


def test_answers_of_a_plugin_switched_off(database: Database, load: Any) -> None:
    """Switched off, a plugin's answers are set aside and its pre-fills gone; switched on, all comes back."""
    plugins = load("base", "filling", "second_path")
    firm, board = make_firm(database, plugins), Switchboard(plugins)
    firm.facts({"jalon/paths": ["second/autre"], "base/c": "x"})
    firm.answer("A2", 1)
    assert {} == firm.save(Change("second/S1", 0, 3)).refused
    before, standing = firm.rows(AnswerRow), firm.standing()
    for key in ("second", "filling"):
        (name,) = (each.name for each in plugins.all for r in each.referentials if key == r.key)
        with database.writing() as session:
            switch(
                session,
                name,
                is_on=False,
                organisation_id=firm.organisation,
                author_id=firm.head[0],
                clock=firm.clock,
            )
    worked(firm, board)
    firm.plugins = board.now(database, firm.organisation)
    check_derived(firm)
    assert None is firm.standing().of("base/A1").prefill
    assert firm.row("S1", "second")["set_aside_at"] is not None
    for row in firm.rows(PluginSwitch):
        with database.writing() as session:
            switch(
                session,
                row["plugin"],
                is_on=True,
                organisation_id=firm.organisation,
                author_id=firm.head[0],
                clock=firm.clock,
            )
    worked(firm, board)
    firm.plugins = board.now(database, firm.organisation)
    check_derived(firm)
    assert (sorted(before, key=str), standing) == (sorted(firm.rows(AnswerRow), key=str), firm.standing())


def test_every_subject_is_evaluated_again(database: Database, load: Any) -> None:
    """One job evaluates every product of every organisation, and the organisations."""
    plugins = load("base", "filling")
    firms = [make_firm(database, load("base")) for _ in range(12)]
    for firm in firms:
        firm.profile(c="x")
        firm.plugins = plugins
    with database.writing() as session:
        ask_for(session, EVALUATE_ALL, {}, firms[0].clock(), key=EVALUATE_ALL)
    worked(firms[0], Switchboard(plugins))
    for firm in firms:
        check_derived(firm)
        assert 3 == firm.standing().of("base/A1").prefill
        check_derived(firm, firm.organisation)
    assert bring_up_to_date(database, plugins, firms[0].organisation, firms[0].clock)


def test_switching_asks_for_an_evaluation(database: Database) -> None:
    """What rules say changes with the plugins in use: the worker evaluates every subject, once for all."""
    with database.writing() as session:
        switch(session, "base", is_on=False, organisation_id=None, author_id=None)  # type: ignore[arg-type]
        switch(session, "extra", is_on=False, organisation_id=None, author_id=None)  # type: ignore[arg-type]

    with database.reading() as session:
        assert [EVALUATE_ALL] == list(session.scalars(select(table_of(Job).c.kind)))
