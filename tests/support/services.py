"""A publisher to test services with: three accounts, a product, a clock that tests move."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import Engine, RowMapping, event, select, update

from jalon import Profile, Proposed, hookimpl, referential_from_file
from jalon.domain.rights import AccountKind, Person, WorkProfile
from jalon.plugins.registry import Plugins
from jalon.services.accounts import NewAccount, create_account, create_organisation
from jalon.services.answering import Answering, Change, Saved
from jalon.services.drafts import Kept, read_draft
from jalon.services.evaluating import derived
from jalon.services.jobs import Jobs
from jalon.services.passwords import Passwords
from jalon.services.profiles import validate_profile
from jalon.services.standing import Standing, as_document
from jalon.services.switches import Switchboard
from jalon.services.texts import name_key
from jalon.services.worker import steps
from jalon.storage.database import Database
from jalon.storage.tables import (
    Account,
    AnswerRow,
    AnswerVersion,
    DraftScore,
    EvaluationRow,
    Job,
    Product,
    Subject,
    Table,
    table_of,
)

START: Final = datetime(2022, 1, 20, 9, 0, 0, 123456, tzinfo=UTC)
PASSWORD: Final = "une phrase de passe"  # noqa: S105 - of accounts that live as long as a test
PATIENCE: Final = 20
"""Seconds a test waits for another thread before it fails."""

_HOOKED: Final = Path(__file__).parents[1] / "referentials" / "hooked.yaml"

Author = tuple[int, str]
_numbers: Final = count(1)


class Ticking:
    """Give the instant that tests decide."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **lapse: float) -> datetime:
        """Let time pass: `advance(minutes=31)`."""
        self.now += timedelta(**lapse)
        return self.now


def cheap_passwords() -> Passwords:
    """Hash with the least work there is."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


# -- making things


def make_organisation(database: Database, name: str = "") -> int:
    """Make an organisation."""
    with database.writing() as session:
        return create_organisation(session, name or f"Éditeur {next(_numbers)}").id or 0


def make_account(
    database: Database,
    organisation: int | None,
    *,
    login: str = "",
    manager: int | None = None,
    kind: AccountKind = AccountKind.MEMBER,
) -> Author:
    """Make an account; give its number and the name of its person."""
    login = login or f"compte{next(_numbers)}"
    new = NewAccount(
        login,
        f"Personne {login}",
        f"{login}@exemple.fr",
        PASSWORD,
        kind=kind,
        organisation_id=organisation,
        manager_id=manager,
    )
    with database.writing() as session:
        made = create_account(session, new, cheap_passwords())
        return made.id or 0, made.name


def make_product(
    database: Database, organisation: int, responsible: int, *, archived: bool = False, name: str = ""
) -> int:
    """Make a product, without profile nor evaluation."""
    number = next(_numbers)
    with database.writing() as session:
        subject = Subject(kind="product")
        session.add(subject)
        session.flush()
        product = Product(
            id=subject.id,
            organisation_id=organisation,
            reference=f"P{number}",
            name=name or f"Produit {number}",
            name_key=name_key(name or f"Produit {number}"),
            version="1",
            responsible_id=responsible,
            created_by=responsible,
            archived_at=START if archived else None,
        )
        session.add(product)
        return subject.id or 0


@dataclass(slots=True)
class Firm:
    """Hold a publisher: its head, a manager below, an expert below the manager, who answers for a product."""

    database: Database
    plugins: Plugins
    clock: Ticking
    organisation: int
    head: Author
    manager: Author
    expert: Author
    product: int

    def save(self, *changes: Change, author: Author | None = None, subject: int = 0) -> Saved:
        """Save changes, the expert's unless said otherwise."""
        answering = Answering(self.database, self.clock)
        return answering.save(self.plugins, subject or self.product, author or self.expert, changes)

    def answer(self, code: str, level: Any, version: int = 0, **more: Any) -> Kept | None:
        """Answer one criterion of `base`; the save must keep it."""
        saved = self.save(Change(f"base/{code}", version, level, **more))
        assert {} == saved.refused
        return saved.kept.get(f"base/{code}")

    def profile(self, **facts: Any) -> None:
        """Validate a profile of facts of `base`."""
        self.facts({f"base/{name}": value for name, value in facts.items()})

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Validate a profile, by full names."""
        validate_profile(self.database, self.plugins, self.product, facts, self.head[0], self.clock)

    def rows(self, table: type[Table], **wanted: Any) -> Sequence[RowMapping]:
        """Read rows of a table."""
        return rows_of(self.database, table, **wanted)

    def row(self, code: str, referential: str = "base") -> RowMapping:
        """Read the row of an answer."""
        (found,) = self.rows(AnswerRow, subject_id=self.product, referential=referential, criterion=code)
        return found

    def versions(self, code: str) -> Sequence[RowMapping]:
        """Read every value an answer had, the first one first."""
        found = self.rows(AnswerVersion, subject_id=self.product, criterion=code)
        return sorted(found, key=lambda row: int(row["version"]))

    def standing(self, subject: int = 0) -> Standing:
        """Give what was last derived."""
        with self.database.reading() as session:
            return read_draft(session, subject or self.product).before


def make_firm(database: Database, plugins: Plugins) -> Firm:
    """Make a publisher with a product whose profile is validated, without any fact."""
    organisation = make_organisation(database)
    head = make_account(database, organisation)
    manager = make_account(database, organisation, manager=head[0])
    expert = make_account(database, organisation, manager=manager[0])
    product = make_product(database, organisation, expert[0])
    firm = Firm(database, plugins, Ticking(), organisation, head, manager, expert, product)
    firm.facts({})
    return firm


def person(author: Author, organisation: int | None, kind: AccountKind = AccountKind.MEMBER) -> Person:
    """Say who asks."""
    return Person(author[0], kind, organisation, WorkProfile.PRODUCTS)


# -- looking at what is stored


def rows_of(database: Database, table: type[Table], **wanted: Any) -> Sequence[RowMapping]:
    """Read rows of a table."""
    with database.reading() as session:
        return session.execute(select(table_of(table)).filter_by(**wanted)).mappings().all()


def change_rows(database: Database, table: type[Table], where: dict[str, Any], **values: Any) -> None:
    """Change rows behind the services' back."""
    with database.writing() as session:
        session.execute(update(table_of(table)).filter_by(**where).values(**values))


def suspend(database: Database, account: int, **values: Any) -> None:
    """Change an account behind the services' back."""
    change_rows(database, Account, {"id": account}, **values)


def check_derived(firm: Firm, subject: int = 0) -> None:
    """Want what is kept as derived to be what rules say of the draft as it is, at its stamp."""
    subject = subject or firm.product
    with firm.database.reading() as session:
        draft = read_draft(session, subject)
    fresh = derived(draft, firm.plugins, draft.answers)
    (row,) = firm.rows(EvaluationRow, subject_id=subject)
    assert json.loads(json.dumps(as_document(fresh))) == row["document"]
    assert draft.stamp == row["stamp"]
    scores = {
        (each["questionnaire"], each["axis"]): each for each in firm.rows(DraftScore, subject_id=subject)
    }
    wanted = {key: (*each.score, *each.progress) for key, each in fresh.scores.items()}
    fields = ("total", "counted", "applicable", "answered", "to_confirm", "not_applicable")
    assert wanted == {key: tuple(row[name] for name in fields) for key, row in scores.items()}
    for name, kept in draft.kept.items():
        assert (name not in fresh.asked) == (kept.set_aside_at is not None), name


def check_versions(firm: Firm) -> None:
    """Want every answer to have as many versions as it says, numbered from 1, the last one being its value."""
    for answer in firm.rows(AnswerRow, subject_id=firm.product):
        found = firm.versions(answer["criterion"])
        assert list(range(1, answer["version"] + 1)) == [each["version"] for each in found]
        for name in ("level", "comment", "support", "to_investigate", "author_id", "saved_at"):
            assert answer[name] == found[-1][name], (answer["criterion"], name)


def jobs_of(database: Database) -> list[tuple[str, str | None]]:
    """List the jobs that are not finished, with their keys."""
    return [(row["kind"], row["key"]) for row in rows_of(database, Job) if row["finished_at"] is None]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent to a database, less those that begin a transaction."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


# -- several at once


def together(*tasks: Callable[[], Any]) -> list[Any]:
    """Run tasks in threads, and give what each returned or raised."""
    results: list[Any] = [None] * len(tasks)

    def run(position: int) -> None:
        try:
            results[position] = tasks[position]()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            results[position] = error

    threads = [Thread(target=run, args=(position,), daemon=True) for position in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "a thread never ended"
    return results


def wait_for(what: Event) -> None:
    """Wait for another thread."""
    assert what.wait(PATIENCE), "another thread never came"


# -- plugins and workers


class Hooked:
    """Bring an empty referential that touches `base`, and do something each time rules run."""

    def __init__(self) -> None:
        self.during: Callable[[], None] = lambda: None
        self.calls = 0

    @hookimpl
    def jalon_referentials(self) -> list[Any]:
        """Bring the referential."""
        return [referential_from_file(_HOOKED)]

    @hookimpl
    def jalon_applicability(self, profile: Profile) -> Mapping[str, Any]:
        """Do something, and say nothing."""
        self.calls += 1
        self.during()
        return {}

    @hookimpl
    def jalon_autofill(self, profile: Profile, answers: Mapping[str, Any]) -> list[Proposed]:
        """Propose the level of A1 on A2."""
        level = answers.get("base/A1")
        return [Proposed("base/A2", "copie", "Comme A1.", level=level)] if isinstance(level, int) else []


def worker(firm: Firm) -> Jobs:
    """Make what does the jobs."""
    return Jobs(firm.database, steps(firm.database, Switchboard(firm.plugins), firm.clock), firm.clock)


def once(action: Callable[[], Any]) -> Callable[[], None]:
    """Do something the first time only: what is done runs rules again."""
    left = [action]

    def run() -> None:
        if left:
            left.pop()()

    return run


def make_hooked_firm(database: Database, load: Callable[..., Plugins], hooked: Hooked) -> Firm:
    """Make a publisher that uses a plugin whose hook a test can hold; calls so far are not counted."""
    made = make_firm(database, load("base", "filling", objects={"hooked": hooked}))
    assert [] == [each.reason for each in made.plugins.all if each.reason]
    hooked.calls = 0
    return made
