from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from jalon import Proposed, Verdict, hookimpl
from jalon.plugins.registry import Plugins
from jalon.services.accounts import NewAccount, create_account, create_organisation
from jalon.services.answering import Answering, Change, Refusal
from jalon.services.drafts import read_draft
from jalon.services.evaluating import bring_up_to_date
from jalon.services.passwords import Passwords
from jalon.services.referentials import holders, remember, stored_plugins
from jalon.services.standing import Standing
from jalon.storage.database import Database
from jalon.storage.tables import FrozenPlugin, Product, Subject

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
OWN = """\
questionnaires:
  - key: q
    title: Q
    kind: maturity
    axes: [{key: X, title: X, criteria: [{code: X1, title: T, question: Q ?, levels: {0: a, 1: b, 2: c, 3: d}}]}]
"""


class Speaking:
    """A plugin that includes a criterion and fills another, until it fails."""

    fails = False

    @hookimpl
    def jalon_applicability(self, profile: object) -> dict[str, Verdict]:
        """Include A3."""
        return {"base/A3": Verdict(applies=True, reason="Demandé.")}

    @hookimpl
    def jalon_autofill(self, profile: object, answers: object) -> list[Proposed]:
        """Propose 2 for A1."""
        if self.fails:
            raise RuntimeError("boum")
        return [Proposed("base/A1", "r", "Parce que.", level=2)]


@pytest.fixture
def product(database: Database) -> tuple[int, tuple[int, str]]:
    """Make a product, and give the account that answers."""
    with database.writing() as session:
        organisation = create_organisation(session, "Orvane")
        new = NewAccount(
            "claire", "Claire", "c@o.example", "un mot de passe", organisation_id=organisation.id
        )
        account = create_account(session, new, CHEAP)
        subject = Subject(kind="product")
        session.add(subject)
        session.flush()
        row = Product(
            id=subject.id, organisation_id=organisation.id, reference="P-1", name="P", name_key="p", version="1",
            responsible_id=account.id, created_by=account.id,
        )  # fmt: skip
        session.add(row)
    return subject.id or 0, (account.id or 0, account.name)


def _standing(database: Database, product_id: int) -> Standing:
    with database.reading() as session:
        return read_draft(session, product_id).before


def _with(load: Callable[..., Plugins], speaking: object) -> Plugins:
    """Load the base referential, and a plugin whose hooks speak for one of its own and touch the base."""

    class Both(type(speaking)):  # type: ignore[misc]
        pass

    plugins = load("base", texts={"extra": OWN}, objects={})
    referential = next(each for each in plugins.referentials if each.key == "extra")

    @hookimpl
    def jalon_referentials() -> list[Any]:
        return [referential]

    Both.jalon_referentials = staticmethod(jalon_referentials)
    speaker = Both()
    speaker.fails = False
    loaded = load("base", objects={"extra": speaker})
    loaded.speaker = speaker  # type: ignore[attr-defined]
    return loaded


def test_what_a_failing_plugin_last_said_stays(
    database: Database, product: tuple[int, tuple[int, str]], load: Callable[..., Plugins]
) -> None:
    """A hook that fails freezes its plugin for the product: its verdicts and proposals stay in force."""
    product_id, author = product
    plugins = _with(load, Speaking())
    bring_up_to_date(database, plugins, product_id)
    before = _standing(database, product_id)
    plugins.speaker.fails = True  # type: ignore[attr-defined]

    saved = Answering(database).save(plugins, product_id, author, [Change("base/A2", 0, 1)])

    after = _standing(database, product_id)
    assert (2, True) == (before.of("base/A1").prefill, "base/A3" in before.asked)
    assert (2, True) == (after.of("base/A1").prefill, "base/A3" in after.asked)
    assert ["base/A2"] == list(saved.kept)
    assert "boum" in after.frozen["extra"].reason
    with database.reading() as session:
        assert session.get(FrozenPlugin, (product_id, "extra")) is not None


def test_a_frozen_plugin_is_asked_again_in_another_version(
    database: Database, product: tuple[int, tuple[int, str]], load: Callable[..., Plugins]
) -> None:
    """It stays frozen although it would work again, until its version changes."""
    product_id, _author = product
    plugins = _with(load, Speaking())
    plugins.speaker.fails = True  # type: ignore[attr-defined]
    bring_up_to_date(database, plugins, product_id)
    plugins.speaker.fails = False  # type: ignore[attr-defined]
    bring_up_to_date(database, plugins, product_id)
    still = _standing(database, product_id)
    next(each for each in plugins.all if each.name == "extra").version = "9"
    bring_up_to_date(database, plugins, product_id)
    thawed = _standing(database, product_id)

    assert (["extra"], None) == (list(still.frozen), still.of("base/A1").prefill)
    assert ([], 2) == (list(thawed.frozen), thawed.of("base/A1").prefill)
    with database.reading() as session:
        assert session.get(FrozenPlugin, (product_id, "extra")) is None


def test_the_questionnaires_of_a_frozen_plugin_are_read_only(
    database: Database, product: tuple[int, tuple[int, str]], load: Callable[..., Plugins]
) -> None:
    """An answer to its own criteria is refused as frozen; those of other referentials are saved."""
    product_id, author = product
    plugins = _with(load, Speaking())
    plugins.speaker.fails = True  # type: ignore[attr-defined]
    bring_up_to_date(database, plugins, product_id)

    changes = [Change("extra/X1", 0, 1), Change("base/A1", 0, 1)]
    saved = Answering(database).save(plugins, product_id, author, changes)

    assert {"extra/X1": Refusal.FROZEN} == {name: each.why for name, each in saved.refused.items()}
    assert ["base/A1"] == list(saved.kept)


def test_the_stored_form_stands_in_for_an_absent_plugin(
    database: Database, product: tuple[int, tuple[int, str]], load: Callable[..., Plugins]
) -> None:
    """Once its plugin is gone, a referential is shown from its stored form, read-only, its hooks as they last spoke."""
    product_id, author = product
    plugins = _with(load, Speaking())
    remember(database, plugins)
    Answering(database).save(plugins, product_id, author, [Change("extra/X1", 0, 3)])

    gone = load("base").with_stored(stored_plugins(database))
    bring_up_to_date(database, gone, product_id)

    standing = _standing(database, product_id)
    assert "extra/X1" in gone.catalogue.names.criteria
    assert (2, True) == (standing.of("base/A1").prefill, "extra/X1" in standing.asked)
    saved = Answering(database).save(gone, product_id, author, [Change("extra/X1", 1, 0)])
    assert Refusal.FROZEN is saved.refused["extra/X1"].why


def test_what_was_stored_is_what_was_loaded(database: Database, load: Callable[..., Plugins]) -> None:
    """Every referential that takes part is stored once, under the distribution that holds its key."""
    plugins = _with(load, Speaking())

    first, second = remember(database, plugins), remember(database, plugins)

    assert (["base", "extra"], []) == (first, second)
    assert {"base", "extra"} == set(holders(database))
