"""An administrator to test services with, and who asks for accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from jalon.domain.rights import AccountKind, Person
from jalon.services.acting import Acting
from jalon.services.managing import Invited
from jalon.services.organisations import FirstAccount, create_with_head
from jalon.services.trace import Actor
from jalon.storage.database import Database
from jalon.storage.tables import Account, Organisation, Trace
from support.services import START, cheap_passwords, make_account, rows_of

ANA: Final = FirstAccount("ana", "Ana", "ana@exemple.fr")
BOB: Final = FirstAccount("bob", "Bob", "bob@exemple.fr")


class Office:
    """Act as one administrator."""

    def __init__(self, database: Database, kind: AccountKind = AccountKind.ADMINISTRATOR) -> None:
        self.database, self.kind = database, kind
        self.id, self.name = make_account(database, None, kind=kind)

    def do(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Do one act in its transaction."""
        with self.database.writing() as session:
            person = Person(self.id, self.kind, None)
            return act(Acting(session, person, Actor(self.id, self.name, "::1"), START), *arguments, **named)

    def found(self, name: str = "Éditeur A", first: FirstAccount = ANA) -> tuple[int, Invited]:
        """Make an organisation with its head; give its number and the invitation."""
        made = self.do(create_with_head, name, first, cheap_passwords())
        (row,) = rows_of(self.database, Organisation, name=name)
        return row["id"], made


def account(database: Database, number: int) -> Any:
    """Read an account."""
    (row,) = rows_of(database, Account, id=number)
    return row


def heads(database: Database, organisation: int) -> list[int]:
    """List the accounts that are topmost in an organisation: one alone is right."""
    rows = rows_of(database, Account, organisation_id=organisation, manager_id=None, deleted_at=None)
    return [row["id"] for row in rows]


def actions(database: Database) -> list[str]:
    """List what the trace says."""
    return [row["action"] for row in sorted(rows_of(database, Trace), key=lambda row: row["id"])]
