"""Import accounts: each row is planned, the plan is written whole or not at all, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from jalon.domain.rights import AccountKind, Person
from jalon.services.acting import Acting, DeniedError
from jalon.services.importing import COLUMNS, ImportRefusedError, Planned, apply, plan
from jalon.services.managing import Invited
from jalon.services.trace import Actor
from jalon.storage.database import Database
from jalon.storage.tables import Account, AccountLink, Organisation, Subject, Trace
from support.services import START, cheap_passwords, make_account, make_organisation, rows_of, statements

HEAD = ["Éditeur A", "ana", "Ana", "ana@exemple.fr"]
BELOW = ["éditeur  a", "bob", "Bob", "bob@exemple.fr", "ana", "Produits", "OUI", "non"]


def sheet(*rows: list[str]) -> list[list[str]]:
    """Make a sheet with its columns."""
    return [list(COLUMNS), *rows]


def planned(database: Database, *rows: list[str]) -> list[Planned]:
    """Plan rows."""
    with database.reading() as session:
        return plan(session, sheet(*rows))


def administrator(database: Database) -> tuple[int, str]:
    """Make an administrator."""
    return make_account(database, None, kind=AccountKind.ADMINISTRATOR)


def imported(
    database: Database, rows: list[list[str]], kind: AccountKind = AccountKind.ADMINISTRATOR
) -> list[Invited]:
    """Import a sheet."""
    author, name = make_account(database, None, kind=kind)
    with database.writing() as session:
        act = Acting(session, Person(author, kind, None), Actor(author, name), START)
        return apply(act, rows, cheap_passwords())


def refused(database: Database, *rows: list[str]) -> tuple[str, str]:
    """Give the cell and the sentence of the only row that is refused."""
    (wrong,) = [each for each in planned(database, *rows) if each.state == "refused"]
    return wrong.cell, wrong.why.replace("\u00a0", " ")


def test_a_plan_writes_nothing(database: Database) -> None:
    """Rows say what they would make, the topmost account with every right; the database stays as it was."""
    head, below = planned(database, HEAD, BELOW)

    assert ("create", "create") == (head.state, below.state)
    assert {"policy", "validates", "creates_accounts"} == head.rights.granted()
    assert {"validates"} == below.rights.granted()
    assert not rows_of(database, Organisation)
    assert not rows_of(database, Account)


def test_an_import_makes_the_tree_of_the_sheet(database: Database) -> None:
    """Organisations, topmost accounts and those below, all invited; links are given once, digests are kept."""
    made = imported(database, sheet(HEAD, BELOW, ["B", "cle", "Clé", "cle@exemple.fr"]))

    accounts = {row["login"]: row for row in rows_of(database, Account)}
    assert ["Éditeur A", "B"] == [row["name"] for row in rows_of(database, Organisation)]
    assert (None, accounts["ana"]["id"], None) == tuple(
        accounts[login]["manager_id"] for login in ("ana", "bob", "cle")
    )
    assert accounts["ana"]["organisation_id"] == accounts["bob"]["organisation_id"]
    assert {""} == {accounts[login]["password"] for login in ("ana", "bob", "cle")}
    links = str([dict(row) for row in rows_of(database, AccountLink)])
    assert 3 == len({each.token for each in made})
    assert not [each for each in made if each.token in links]
    actions = [row["action"] for row in rows_of(database, Trace)]
    counts = [actions.count(name) for name in ("organisation-created", "account-created", "invited")]
    assert [2, 3, 3] == counts
    assert "accounts-imported" == actions[-1]


def test_importing_twice_adds_nothing(database: Database) -> None:
    """What is there already is said so, and left as it is."""
    imported(database, sheet(HEAD, BELOW))

    assert ["present", "present"] == [each.state for each in planned(database, HEAD, BELOW)]
    assert [] == imported(database, sheet(HEAD, BELOW))
    assert 2 == len(rows_of(database, Account, kind="member"))


def test_a_sheet_completes_an_organisation_that_is_there(database: Database) -> None:
    """Accounts go below one of the database, whatever the case and spaces of the names."""
    firm = make_organisation(database, "Éditeur A")
    head, _name = make_account(database, firm, login="ana")
    row = ["ÉDITEUR A", "Bob", "Bob", "bob@exemple.fr", "ANA", "", "", ""]

    (made,) = imported(database, sheet(row))

    (account,) = rows_of(database, Account, id=made.account_id)
    assert (firm, head, "bob") == (account["organisation_id"], account["manager_id"], account["login"])


def test_columns_are_known_with_or_without_accents_in_any_order(database: Database) -> None:
    """Names of columns may have accents and capitals, stand in another order, beside others."""
    columns = ["Création de comptes", "NOM", "Téléphone", "Adresse", " Identifiant ", "Organisation"]
    row = ["", "Ana", "01", "ana@exemple.fr", "ana", "Éditeur A"]
    with database.reading() as session:
        (found,) = plan(session, [[], columns, [], row])

    assert ("create", 4, "ana", "Ana") == (found.state, found.line, found.login, found.name)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([], "Colonnes absentes"),
        (["organisation", "nom"], "identifiant, adresse"),
        ([*COLUMNS, "NOM"], "deux fois : nom"),
    ],
)
def test_a_sheet_without_its_columns_is_refused(database: Database, columns: list[str], said: str) -> None:
    """Columns that are absent, or written twice, are named."""
    with pytest.raises(ImportRefusedError) as caught, database.reading() as session:
        plan(session, [columns, HEAD] if columns else [])

    assert said in str(caught.value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changed", "cell", "said"),
    [
        ({0: ""}, "A3", "organisation est vide"),
        ({0: "É\u200bditeur A"}, "A3", "U+200B"),
        ({0: "x" * 201}, "A3", "200 au plus"),
        ({0: "Autre"}, "E3", "n’est pas un compte de cette organisation"),
        ({1: ""}, "B3", "L’identifiant est vide"),
        ({1: "bøb"}, "B3", "« ø »"),
        ({1: "ANA"}, "B3", "plus haut"),
        ({2: ""}, "C3", "est vide"),
        ({2: "B\u202eob"}, "C3", "U+202E"),
        ({3: "bob"}, "D3", "adresse électronique"),
        ({3: "ANA@exemple.fr"}, "D3", "déjà celle d’un autre compte"),
        ({4: ""}, "E3", "déjà un compte tout en haut"),
        ({4: "bob"}, "E3", "n’est pas un compte de cette organisation"),
        ({4: "a b"}, "E3", "une espace"),
        ({5: "tout"}, "F3", "Profil « tout » inconnu"),
        ({6: "peut-être"}, "G3", "Attendu : oui ou non"),
        ({7: "=1+1"}, "H3", "Attendu : oui ou non"),
    ],
    ids=range(17),
)
def test_each_wrong_cell_is_named(database: Database, changed: dict[int, str], cell: str, said: str) -> None:
    """A row that cannot be imported says why, and in which cell."""
    row = [changed.get(at, text) for at, text in enumerate(BELOW)]

    found, why = refused(database, HEAD, row)

    assert cell == found
    assert said in why


def test_rights_beyond_those_of_the_manager_are_refused(database: Database) -> None:
    """Nobody is given, by a sheet, a right that its manager lacks."""
    below = ["Éditeur A", "cle", "Clé", "cle@exemple.fr", "bob", "produits", "oui", "oui"]

    cell, why = refused(database, HEAD, BELOW, below)

    assert ("E4", True) == (cell, "tous ces droits" in why)


def test_a_login_of_others_is_refused_whatever_it_is(database: Database) -> None:
    """A login of another organisation, or of an account without one, is taken."""
    make_account(database, make_organisation(database, "Autre"), login="bob")
    administrator(database)
    (author,) = rows_of(database, Account, kind="administrator")

    assert "autre organisation ou du portail" in refused(database, HEAD, BELOW)[1]
    row = [HEAD[0], author["login"], *HEAD[2:]]
    assert "autre organisation ou du portail" in refused(database, row)[1]


def test_one_wrong_row_and_nothing_is_written(database: Database) -> None:
    """The line is named, and no organisation, account, subject or line of the trace is left behind."""
    wrong = ["Éditeur A", "cle", "Clé", "pas une adresse", "ana"]
    with pytest.raises(ImportRefusedError, match="Ligne 4"):
        imported(database, sheet(HEAD, BELOW, wrong))

    assert not rows_of(database, Account, kind="member")
    assert not rows_of(database, Organisation)
    assert not rows_of(database, Subject)
    assert not rows_of(database, Trace)


@pytest.mark.parametrize("kind", [AccountKind.MEMBER, AccountKind.AUTHORITY])
def test_only_administrators_import(database: Database, kind: AccountKind) -> None:
    """Nobody else imports accounts."""
    with pytest.raises(DeniedError):
        imported(database, sheet(HEAD), kind)


def test_planning_reads_the_database_twice_however_long_the_sheet(database: Database) -> None:
    """Two thousand rows are planned with two statements."""
    rows: list[Any] = [[f"Éditeur {n}", f"tete{n}", f"Tête {n}", f"tete{n}@exemple.fr"] for n in range(2000)]
    with statements(database.engine) as seen:
        found = planned(database, *rows)

    assert {"create"} == {each.state for each in found}
    assert 2 == len(seen)
