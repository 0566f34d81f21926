"""Acts on the tree on both databases: several at once, rights decided when written, everything traced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from jalon.domain.rights import EVERY_RIGHT, Denial, Rights
from jalon.services.account_acts import suspend
from jalon.services.acting import Acting, DeniedError
from jalon.services.explaining import abilities
from jalon.services.lists import Given, give, matrix_of
from jalon.services.products import NotSeenError
from jalon.services.trace import Actor
from jalon.services.tree import Identity, change, create_below, delete, move
from jalon.storage.database import Database
from jalon.storage.tables import ProductShare
from support.client import counting
from support.services import START, cheap_passwords, rows_of
from support.trees import Publisher, digest


@pytest.fixture
def publisher(database: Database) -> Publisher:
    """Give a publisher with a head."""
    return Publisher(database)


def at_once(*acts: Callable[[], None]) -> list[BaseException]:
    """Do several things at the same moment; give what they raised."""
    barrier, raised = Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        barrier.wait()
        try:
            act()
        except (DeniedError, NotSeenError) as error:
            raised.append(error)

    threads = [Thread(target=run, args=(each,)) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return raised


def test_two_moves_at_once_make_no_circle(publisher: Publisher) -> None:
    """A under B and B under A at the same moment: one is done, the other refused."""
    one, other = publisher.create(publisher.head), publisher.create(publisher.head)

    def moving(what: int, under: int) -> Callable[[], None]:
        def do() -> None:
            with publisher.acting(publisher.head) as act:
                move(act, what, under)

        return do

    raised = at_once(moving(one, other), moving(other, one))
    assert [Denial.CYCLE] == [each.denial for each in raised if isinstance(each, DeniedError)]
    rows = publisher.rows()
    assert publisher.head in {rows[one].manager_id, rows[other].manager_id}


def test_deleting_and_creating_below_at_once(publisher: Publisher) -> None:
    """An account deleted while another one is created below it leaves nobody without a manager."""
    middle = publisher.create(publisher.head)

    def deleting() -> None:
        with publisher.acting(publisher.head) as act:
            delete(act, middle, {})

    def creating() -> None:
        publisher.create(publisher.head, middle)

    at_once(deleting, creating)
    rows = publisher.rows()
    alive = {number for number, row in rows.items() if row.deleted_at is None}
    assert all(rows[number].manager_id in alive for number in alive - {publisher.head})


def test_rights_are_those_of_the_moment_of_the_act(publisher: Publisher) -> None:
    """Who lost a right after the page was shown cannot use it; who was suspended cannot act at all."""
    manager = publisher.create(publisher.head)
    below = publisher.create(manager)
    person = publisher.person(manager)
    with publisher.acting(publisher.head) as act:
        change(act, manager, Identity("Autre", "autre@editeur.example"), Rights())
    new = Identity("N", "n@editeur.example")
    with pytest.raises(DeniedError) as refused, publisher.acting(manager) as act:
        create_below(replace(act, person=person), "nouveau", new, Rights(), manager, cheap_passwords())
    assert Denial.NO_CREATION == refused.value.denial
    with publisher.database.writing() as session:
        suspend(session, Actor(None, "test"), manager, START)
    with pytest.raises(NotSeenError), publisher.acting(manager) as act:
        move(act, below, manager)


def test_a_manager_keeps_but_does_not_add_what_it_lacks(publisher: Publisher) -> None:
    """Rights granted from above stay when a manager without them saves the account."""
    manager = publisher.create(publisher.head, rights=Rights(creates_accounts=True))
    below = publisher.create(publisher.head, manager, EVERY_RIGHT)
    with publisher.acting(manager) as act:
        change(act, below, Identity("Renommé", publisher.rows()[below].email), EVERY_RIGHT)
    assert publisher.rows()[below].validates
    with publisher.acting(manager) as act:
        change(act, below, Identity("Renommé", publisher.rows()[below].email), Rights())
    with pytest.raises(DeniedError), publisher.acting(manager) as act:
        change(act, below, Identity("Renommé", publisher.rows()[below].email), EVERY_RIGHT)
    assert not publisher.rows()[below].validates


def test_a_large_matrix_is_read_in_three_statements(publisher: Publisher) -> None:
    """Fifty accounts and five hundred products: three statements, and as many to give hundreds at once."""
    accounts = [publisher.create(publisher.head) for _ in range(12)]
    products = [publisher.product(publisher.head) for _ in range(60)]
    person = publisher.person(publisher.head)
    with counting(publisher.database.engine) as seen, publisher.database.reading() as session:
        found = matrix_of(session, person)
    assert (12, 60, 3) == (len(found.accounts), len(found.products), len(seen))
    pairs = [Given(product, account) for product in products for account in accounts]
    with counting(publisher.database.engine) as seen, publisher.acting(publisher.head) as act:
        give(act, pairs, [])
    assert len(pairs) == len(rows_of(publisher.database, ProductShare))
    assert len(seen) < 12 + len(accounts)


def test_who_can_is_the_nearest_that_holds_the_right(publisher: Publisher) -> None:
    """An account without rights is told who, above it, can do what it may not."""
    manager = publisher.create(publisher.head, rights=Rights(creates_accounts=True))
    below = publisher.create(manager, rights=Rights())
    with publisher.database.reading() as session:
        found = {each.action: each for each in abilities(session, publisher.person(below))}
    rows = publisher.rows()
    assert found["create_accounts"].who[0] == rows[manager].name
    assert found["validate"].who == (rows[publisher.head].name,)
    assert found["own_list"].who == (rows[manager].name,)
    assert found["answer"].denial is None


@pytest.mark.parametrize("act_name", ["create", "change", "move", "give", "delete", "suspend"])
def test_no_trace_no_action(publisher: Publisher, act_name: str) -> None:
    """Where the trace cannot be written, nothing is done."""
    database = publisher.database
    one, other = publisher.create(publisher.head), publisher.create(publisher.head)
    product = publisher.product(publisher.head)
    acts: dict[str, Callable[[Acting], object]] = {
        "create": lambda act: create_below(
            act, "nouveau", Identity("N", "n@editeur.example"), Rights(), publisher.head, cheap_passwords()
        ),
        "change": lambda act: change(act, one, Identity("Autre", "autre@editeur.example"), Rights()),
        "move": lambda act: move(act, one, other),
        "give": lambda act: give(act, [Given(product, one)], []),
        "delete": lambda act: delete(act, one, {}),
        "suspend": lambda act: suspend(act.session, act.actor, one, act.at),
    }
    with database.writing() as session:
        for statement in REFUSING_SQLITE if database.is_sqlite else REFUSING_POSTGRESQL:
            session.execute(text(statement))
    before = digest(database)
    with pytest.raises(DBAPIError, match="no trace"), publisher.acting(publisher.head) as act:
        acts[act_name](act)
    assert before == digest(database)


REFUSING_SQLITE = (
    "CREATE TRIGGER refusing BEFORE INSERT ON trace BEGIN SELECT RAISE(ABORT, 'no trace'); END",
)
REFUSING_POSTGRESQL = (
    (
        "CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no trace'; END $$"
    ),
    "CREATE TRIGGER refusing BEFORE INSERT ON trace FOR EACH ROW EXECUTE FUNCTION refusing()",
)
