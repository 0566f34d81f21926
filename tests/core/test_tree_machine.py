"""The tree of accounts under any sequence of acts: the rules of delegation are never broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, func, select

from jalon.domain.rights import EVERY_RIGHT, Rights, WorkProfile
from jalon.services.acting import DeniedError
from jalon.services.lists import Given, give
from jalon.services.managing import resume_one, suspend_one
from jalon.services.products import NotSeenError, product_seen, products_seen
from jalon.services.tree import Identity, change, delete, entrust, move
from jalon.storage.database import Database
from jalon.storage.tables import Product, ProductShare, Trace, table_of
from support.trees import Publisher, digest

PRODUCT, SHARE, TRACE = table_of(Product), table_of(ProductShare), table_of(Trace)
RIGHTS = st.builds(
    Rights, st.sampled_from(WorkProfile), validates=st.booleans(), creates_accounts=st.booleans()
)
INDEX = st.integers(0, 11)


def _unsynchronised(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


class Tree(RuleBasedStateMachine):
    """Act as any account on any account and product of one publisher, beside another publisher."""

    def __init__(self, folder: Path, content: bytes, number: Iterator[int]) -> None:
        super().__init__()
        path = folder / f"tree-{next(number)}.db"
        path.write_bytes(content)
        self.path = path
        self.database = Database(f"sqlite:///{path}")
        event.listen(self.database.engine, "connect", _unsynchronised)  # a thousand acts, and no power cut
        self.publisher = Publisher(self.database)
        self.stranger = Publisher(self.database, name="Étranger")
        above = (
            self.publisher.head
        )  # a chain, each with fewer rights: what one may grant differs from the start
        for rights in (EVERY_RIGHT, Rights(creates_accounts=True), Rights()):
            above = self.publisher.create(above, above, rights)
        for responsible in self.publisher.accounts[1:]:
            self.publisher.product(responsible)
        self.stranger.product(self.stranger.head)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.database.close()
        self.path.unlink()

    # -- picking

    def account(self, index: int) -> int:
        """Pick an account: any of the publisher's, deleted ones too, or the stranger's head."""
        every = [*self.publisher.accounts, self.stranger.head]
        return every[index % len(every)]

    def other(self, actor: int, index: int) -> int:
        """Pick an account: every second time one below the actor, where acts are allowed."""
        rows = self.publisher.rows()
        who = self.account(actor)
        below = [each for each in self.publisher.accounts if who in self._above(rows, each) - {each}]
        return below[index % len(below)] if below and index % 2 == 0 else self.account(index)

    def product(self, index: int) -> int:
        """Pick a product, that of the stranger included."""
        every = [*self.publisher.products, *self.stranger.products]
        return every[index % len(every)]

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Want an act to be traced when it is done, and to change nothing when it is refused."""
        before, lines = digest(self.database), self.traced()
        try:
            yield
        except (DeniedError, NotSeenError):
            assert before == digest(self.database)
        else:
            assert before == digest(self.database) or lines < self.traced()

    def traced(self) -> int:
        """Count the lines of the trace."""
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(TRACE)) or 0

    def act(self, actor: int, do: Callable[[Any], None]) -> None:
        """Act as an account."""
        with self.trying(), self.publisher.acting(actor) as act:
            do(act)

    # -- acts

    @rule(actor=INDEX, above=INDEX, rights=RIGHTS)
    def create(self, actor: int, above: int, rights: Rights) -> None:
        """Make an account."""
        if len(self.publisher.accounts) < 12:
            with self.trying():
                held = self.publisher.person(self.account(actor)).rights.granted()
                self.publisher.create(self.account(actor), self.account(above), rights)
                assert rights.granted() <= held

    @rule(actor=INDEX, other=INDEX, rights=RIGHTS)
    def change_rights(self, actor: int, other: int, rights: Rights) -> None:
        """Grant and revoke."""
        who, whom = self.account(actor), self.other(actor, other)
        before = self.publisher.rows()
        with self.trying():
            held = self.publisher.person(who).rights.granted()
            row = before[whom]
            had = Rights(
                WorkProfile(row.profile), validates=row.validates, creates_accounts=row.creates_accounts
            ).granted()
            with self.publisher.acting(who) as act:
                change(act, whom, Identity("Autre nom", f"autre{whom}@editeur.example"), rights)
            assert who != whom
            assert rights.granted() - had <= held

    @rule(actor=INDEX, other=INDEX, above=INDEX)
    def move(self, actor: int, other: int, above: int) -> None:
        """Attach elsewhere."""
        self.act(self.account(actor), lambda act: move(act, self.other(actor, other), self.account(above)))

    @rule(actor=INDEX, other=INDEX, which=INDEX, giving=st.booleans())
    def give(self, actor: int, other: int, which: int, *, giving: bool) -> None:
        """Give or take back a product."""
        pair = [Given(self.product(which), self.other(actor, other))]
        self.act(
            self.account(actor),
            lambda act: give(act, pair if giving else [], [] if giving else pair),
        )

    @rule(actor=INDEX, other=INDEX, which=INDEX, receiver=INDEX)
    def entrust(self, actor: int, other: int, which: int, receiver: int) -> None:
        """Move a responsibility."""
        to = {self.product(which): self.account(receiver)}
        self.act(self.account(actor), lambda act: entrust(act, self.other(actor, other), to))

    @rule(actor=INDEX, other=INDEX, suspending=st.booleans())
    def suspend(self, actor: int, other: int, *, suspending: bool) -> None:
        """Suspend or resume, as the page does."""
        act_on = suspend_one if suspending else resume_one
        self.act(self.account(actor), lambda act: act_on(act, self.other(actor, other)))

    @rule(actor=INDEX, other=INDEX, receiver=INDEX)
    def delete(self, actor: int, other: int, receiver: int) -> None:
        """Delete, its products going to somebody."""
        whom = self.other(actor, other)
        with self.database.reading() as session:
            mine = list(session.scalars(select(PRODUCT.c.id).where(PRODUCT.c.responsible_id == whom)))
        to = dict.fromkeys(mine, self.account(receiver))
        self.act(self.account(actor), lambda act: delete(act, whom, to))

    # -- what always holds

    @invariant()
    def one_tree(self) -> None:
        """Want one topmost account per organisation, and every account to lead to it through living ones."""
        rows = self.publisher.rows()
        for publisher in (self.publisher, self.stranger):
            alive = {
                number: row
                for number, row in rows.items()
                if row.organisation_id == publisher.organisation and row.deleted_at is None
            }
            assert [publisher.head] == [number for number, row in alive.items() if row.manager_id is None]
            for number in alive:
                seen, at = set(), number
                while at != publisher.head:
                    assert at not in seen
                    seen.add(at)
                    at = alive[at].manager_id
                    assert at in alive

    @invariant()
    def no_product_without_somebody(self) -> None:
        """Want products and lists to name living accounts of their organisation only."""
        rows = self.publisher.rows()
        with self.database.reading() as session:
            products = {row.id: row for row in session.execute(select(PRODUCT))}
            shares = session.execute(select(SHARE)).all()
        for each in products.values():
            assert rows[each.responsible_id].deleted_at is None
            assert rows[each.responsible_id].organisation_id == each.organisation_id
        for share in shares:
            assert rows[share.account_id].deleted_at is None
            assert rows[share.account_id].organisation_id == products[share.product_id].organisation_id

    @invariant()
    def one_sees_what_the_rules_say(self) -> None:
        """Want each account to see its products, those given, those of accounts below, and no other."""
        rows = self.publisher.rows()
        with self.database.reading() as session:
            products = {row.id: row.responsible_id for row in session.execute(select(PRODUCT))}
            shares = {(row.product_id, row.account_id) for row in session.execute(select(SHARE))}
        for number in [*self.publisher.accounts, self.stranger.head]:
            if rows[number].deleted_at is not None:
                continue
            expected = {
                product
                for product, responsible in products.items()
                if (product, number) in shares or number in self._above(rows, responsible)
            }
            person = self.publisher.person(number)
            with self.database.reading() as session:
                assert expected == {each.id for each in products_seen(session, person)}
                for product in products.keys() - expected:
                    with pytest.raises(NotSeenError):
                        product_seen(session, person, product)

    def _above(self, rows: dict[int, Any], number: int) -> set[int]:
        found, at = set(), number
        while at is not None:
            found.add(at)
            at = rows[at].manager_id
        return found


@pytest.mark.slow
def test_no_sequence_of_acts_breaks_delegation(tmp_path: Path, migrated_sqlite: bytes) -> None:
    """Create, move, grant, revoke, give, entrust, suspend and delete, in any order, keep every rule."""
    numbers = iter(range(10**6))
    run_state_machine_as_test(
        lambda: Tree(tmp_path, migrated_sqlite, numbers),
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
