"""Who sees which product: the rule, and the two queries that must say the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.domain.rights import AccountKind, Bond, Person, WorkProfile, edits_answers, has_products, sees
from jalon.services.products import NotSeenError, bases_of, product_seen, products_seen, whole_scores
from jalon.storage.database import Database
from jalon.storage.tables import Account, Product, ProductBase, ProductShare
from support.services import (
    START,
    Author,
    change_rows,
    make_account,
    make_firm,
    make_organisation,
    make_product,
    person,
    statements,
)

ME = Person(1, AccountKind.MEMBER, 10)
THEIRS = Bond(organisation_id=10, responsible_id=2)


@pytest.mark.parametrize(
    ("who", "bond", "seen", "edited"),
    [
        (ME, THEIRS, False, False),
        (ME, replace(THEIRS, responsible_id=1), True, True),
        (ME, replace(THEIRS, shared=True), True, True),
        (ME, replace(THEIRS, manages=True), True, True),
        (ME, replace(THEIRS, responsible_id=1, shared=True, manages=True), True, True),
        (ME, replace(THEIRS, responsible_id=1, archived=True), True, False),
        (ME, replace(THEIRS, shared=True, archived=True), True, False),
        (ME, replace(THEIRS, manages=True, archived=True), True, False),
        (ME, replace(THEIRS, organisation_id=11, responsible_id=1), False, False),
        (ME, replace(THEIRS, organisation_id=11, shared=True), False, False),
        (ME, replace(THEIRS, organisation_id=11, manages=True), False, False),
        (replace(ME, organisation_id=None), replace(THEIRS, responsible_id=1), False, False),
        (replace(ME, kind=AccountKind.AUTHORITY, organisation_id=None), replace(THEIRS, shared=True), False, False),
        (replace(ME, kind=AccountKind.AUTHORITY), replace(THEIRS, responsible_id=1), False, False),
        (replace(ME, kind=AccountKind.ADMINISTRATOR), replace(THEIRS, manages=True), False, False),
        (replace(ME, validates=True, creates_accounts=True), THEIRS, False, False),
        (replace(ME, profile=WorkProfile.PRODUCTS_AND_POLICY), THEIRS, False, False),
    ],
)  # fmt: skip
def test_who_sees_and_edits(who: Person, bond: Bond, seen: bool, edited: bool) -> None:
    """One sees what one answers for, was given or manages, in one's organisation; archived, it is only read."""
    assert (seen, edited) == (sees(who, bond), edits_answers(who, bond))


def test_only_members_have_products() -> None:
    """The authority and administrators have no page of products."""
    assert [True, False, False] == [has_products(replace(ME, kind=kind)) for kind in AccountKind]


def listed(database: Database, who: Person) -> list[int]:
    """List the numbers of the products somebody sees."""
    with database.reading() as session:
        return [each.id for each in products_seen(session, who)]


def opens(database: Database, who: Person, product: int) -> bool:
    """Say whether somebody may open a product."""
    with database.reading() as session:
        try:
            return product_seen(session, who, product).id == product
        except NotSeenError:
            return False


def test_a_tree_of_accounts(database: Database) -> None:
    """Each account sees exactly its own products, those it was given, and those of accounts below it."""
    one, two = make_organisation(database), make_organisation(database)
    head = make_account(database, one)
    left, right = make_account(database, one, manager=head[0]), make_account(database, one, manager=head[0])
    below = make_account(database, one, manager=left[0])
    deep = make_account(database, one, manager=below[0])
    stranger = make_account(database, two)
    authority = make_account(database, None, kind=AccountKind.AUTHORITY)
    administrator = make_account(database, None, kind=AccountKind.ADMINISTRATOR)
    products = {
        "head": make_product(database, one, head[0]),
        "left": make_product(database, one, left[0]),
        "right": make_product(database, one, right[0]),
        "deep": make_product(database, one, deep[0]),
        "archived": make_product(database, one, deep[0], archived=True),
        "stranger": make_product(database, two, stranger[0]),
    }
    with database.writing() as session:
        for account in (right, stranger, authority):
            session.add(ProductShare(product_id=products["deep"], account_id=account[0]))
    inside = {"head", "left", "right", "deep", "archived"}
    wanted: list[tuple[Author, int | None, AccountKind, set[str]]] = [
        (head, one, AccountKind.MEMBER, inside),
        (left, one, AccountKind.MEMBER, {"left", "deep", "archived"}),
        (right, one, AccountKind.MEMBER, {"right", "deep"}),
        (below, one, AccountKind.MEMBER, {"deep", "archived"}),
        (deep, one, AccountKind.MEMBER, {"deep", "archived"}),
        (stranger, two, AccountKind.MEMBER, {"stranger"}),
        (stranger, one, AccountKind.MEMBER, {"deep"}),  # moved to that organisation: only what it was given
        (authority, None, AccountKind.AUTHORITY, set()),
        (administrator, None, AccountKind.ADMINISTRATOR, set()),
        (head, None, AccountKind.MEMBER, set()),
    ]
    for author, organisation, kind, names in wanted:
        who = person(author, organisation, kind)
        assert {products[name] for name in names} == set(listed(database, who)), names
        assert names == {name for name, number in products.items() if opens(database, who, number)}, names


def test_no_such_product(database: Database) -> None:
    """A number that is no product's, however large, is answered as a product one may not see."""
    organisation = make_organisation(database)
    who = person(make_account(database, organisation), organisation)
    numbers = (0, -1, 999, 2**31 - 1, 2**31, -(2**40), 2**63 - 1, 2**63, 10**30)
    assert [False] * len(numbers) == [opens(database, who, number) for number in numbers]


_trees = st.lists(st.integers(0, 5), min_size=2, max_size=6)
_products = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), min_size=1, max_size=4)
_shares = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_trees, _products, _shares)
def test_the_queries_agree_with_the_rule(
    database: Database, tree: list[int], products: list[tuple[int, bool, bool]], shares: list[tuple[int, int]]
) -> None:
    """On any tree of accounts, even one that loops, the list, the page and the rule say the same."""
    organisations = [make_organisation(database), make_organisation(database)]
    accounts = [make_account(database, organisations[0]) for _ in tree]
    managers = {
        account[0]: accounts[above % len(accounts)][0] for account, above in zip(accounts, tree, strict=True)
    }
    for account, above in managers.items():
        change_rows(database, Account, {"id": account}, manager_id=None if above == account else above)
    made = {}
    for at, elsewhere, archived in products:
        responsible = accounts[at % len(accounts)][0]
        number = make_product(database, organisations[elsewhere], responsible, archived=archived)
        made[number] = (organisations[elsewhere], responsible, archived)
    given_to = {(list(made)[p % len(made)], accounts[a % len(accounts)][0]) for p, a in shares}
    with database.writing() as session:
        session.add_all(ProductShare(product_id=product, account_id=account) for product, account in given_to)
    for author in accounts:
        who = person(author, organisations[0])
        wanted = set()
        for number, (organisation, responsible, archived) in made.items():
            chain, above = set(), responsible
            while above not in chain and managers[above] != above:
                chain.add(above)
                above = managers[above]
            bond = Bond(
                organisation,
                responsible,
                (number, author[0]) in given_to,
                author[0] in {*chain, above},
                archived,
            )
            if sees(who, bond):
                wanted.add(number)
        assert wanted == set(listed(database, who))
        assert wanted == {number for number in made if opens(database, who, number)}


def test_products_are_listed_in_order(database: Database) -> None:
    """Products are listed by folded name, archived ones last."""
    organisation = make_organisation(database)
    author = make_account(database, organisation)
    names = ("Zebre", "abeille", "ecole", "Ane")
    made = {name: make_product(database, organisation, author[0], name=name) for name in names}
    made["Aaa"] = make_product(database, organisation, author[0], name="Aaa", archived=True)
    order = ["abeille", "Ane", "ecole", "Zebre", "Aaa"]
    assert [made[name] for name in order] == listed(database, person(author, organisation))


def test_a_product_with_its_draft(database: Database, load: Any) -> None:
    """The page of a product is read with its profile, what was derived, and what binds the person to it."""
    firm = make_firm(database, load("base", "filling"))
    firm.profile(c="x")
    firm.answer("A2", 1)
    option = make_product(database, firm.organisation, firm.expert[0])
    with database.writing() as session:
        session.add(ProductBase(option_id=option, base_id=firm.product))
    with database.reading() as session:
        found = product_seen(session, person(firm.head, firm.organisation), firm.product)
        assert [(firm.product, found.row["name"])] == bases_of(session, option)
        (whole,) = whole_scores(session, [firm.product])[firm.product]
    assert (2, {"base/c": "x"}, True) == (found.profile_number, found.facts, found.is_settled)
    assert (True, False, firm.expert[0]) == (found.bond.manages, found.bond.shared, found.bond.responsible_id)
    assert firm.standing() == found.standing
    assert 4 == whole.total
    change_rows(database, Product, {"id": firm.product}, archived_at=START)
    with database.reading() as session:
        archived = product_seen(session, person(firm.head, firm.organisation), firm.product)
    assert archived.bond.archived


def test_a_product_without_profile(database: Database) -> None:
    """A product that nobody has described yet is seen, with nothing derived."""
    organisation = make_organisation(database)
    author = make_account(database, organisation)
    product = make_product(database, organisation, author[0])
    with database.reading() as session:
        found = product_seen(session, person(author, organisation), product)
    assert (0, {}, False, frozenset()) == (
        found.profile_number, found.facts, found.is_settled, found.standing.asked,
    )  # fmt: skip


def test_reading_takes_as_many_statements_whatever_the_number(database: Database) -> None:
    """A list of products and a product take one statement each, however many products and accounts there are."""
    organisation = make_organisation(database)
    head = make_account(database, organisation)
    who = person(head, organisation)
    for several in (1, 9):
        for _ in range(several):
            below = make_account(database, organisation, manager=head[0])
            product = make_product(database, organisation, below[0])
        with statements(database.engine) as sent:
            assert len(listed(database, who)) >= several
        assert 1 == len(sent)
        with statements(database.engine) as sent:
            assert opens(database, who, product)
        assert 1 == len(sent)
