"""How many statements a save takes: few, and no more when there is more."""

from __future__ import annotations

from typing import Any

import pytest

from jalon.services.answering import Answering, Change
from jalon.services.drafts import kept_answers, read_draft
from jalon.storage.database import Database
from support.services import Firm, check_derived, make_firm, statements

MOST = 8
"""What BUDGETS allows a whole save; what is read by the page comes on top of the service's."""

AXIS = """\
      - key: {axis}
        title: Axe {axis}
        criteria:
"""
CRITERION = "          - {{code: {code}, title: T, question: Q ?, levels: {{0: a, 1: b, 2: c, 3: d}}}}\n"


def big(axes: int) -> str:
    """Write a referential of so many axes of ten criteria, brought by a path."""
    text = "questionnaires:\n  - key: q\n    title: Q\n    kind: requirements\n    axes:\n"
    for axis in range(axes):
        text += AXIS.format(axis=f"X{axis}")
        text += "".join(CRITERION.format(code=f"X{axis}.{k}") for k in range(10))
    return text + "paths:\n  - {key: chemin, title: Chemin, questionnaires: [q]}\n"


@pytest.fixture(params=[1, 12])
def firm(request: pytest.FixtureRequest, database: Database, load: Any) -> Firm:
    """Make a publisher with a referential of 10 criteria, or of 120."""
    made = make_firm(database, load("base", "filling", texts={"grand": big(request.param)}))
    assert [] == [each.reason for each in made.plugins.all if each.reason]
    made.facts({"jalon/paths": ["grand/chemin"], "base/c": "y"})
    return made


def test_a_save_takes_few_statements(firm: Firm) -> None:
    """A save takes the same few statements whatever the number of criteria, answers and changes."""
    with statements(firm.database.engine) as one:
        firm.answer("A2", 1, comment="Pas encore.")
    with statements(firm.database.engine) as several:
        changes = [Change(f"grand/X0.{k}", 0, k % 4, "Vu.") for k in range(10)]
        assert {} == firm.save(*changes, Change("base/A2", 1, 0)).refused
    assert (MOST, MOST) == (len(one), len(several)), one
    check_derived(firm)


def test_a_save_spared_its_reading(firm: Firm) -> None:
    """A page that has read the draft gives it to the save: two statements less."""
    with firm.database.reading() as session:
        draft = read_draft(session, firm.product)
    answering, changes = Answering(firm.database, firm.clock), [Change("base/A1", 0, 1)]
    with statements(firm.database.engine) as sent:
        answering.save(firm.plugins, firm.product, firm.expert, changes, draft)
    assert 5 == len(sent), sent
    check_derived(firm)


def test_a_draft_read_too_early(firm: Firm) -> None:
    """A draft that a page read before another's save is read again: nothing of the other is lost."""
    with firm.database.reading() as session:
        draft = read_draft(session, firm.product)
    firm.answer("A1", 2)
    answering = Answering(firm.database, firm.clock)
    saved = answering.save(
        firm.plugins, firm.product, firm.manager, [Change("base/B1", 0, 3), Change("base/A1", 0, 1)], draft
    )
    assert ({"base/B1"}, {"base/A1"}) == (saved.kept.keys(), saved.refused.keys())
    check_derived(firm)


def test_a_save_that_writes_nothing(firm: Firm) -> None:
    """A click sent again reads and writes nothing."""
    firm.answer("A1", 1)
    with statements(firm.database.engine) as sent:
        firm.answer("A1", 1)
    assert 2 == len(sent), sent


def test_a_profile_takes_few_statements(firm: Firm) -> None:
    """A profile that puts a whole questionnaire aside takes as few statements whatever its size."""
    firm.save(*(Change(f"grand/X0.{k}", 0, k % 4) for k in range(10)))
    with statements(firm.database.engine) as sent:
        firm.profile(c="y")
    assert MOST >= len(sent), sent
    check_derived(firm)


def test_answers_of_a_page_are_read_at_once(firm: Firm) -> None:
    """The answers of an axis are read in one statement, with the names of their authors."""
    firm.save(*(Change(f"grand/X0.{k}", 0, k % 4) for k in range(10)))
    with firm.database.reading() as session, statements(firm.database.engine) as sent:
        found = kept_answers(session, firm.product, ["grand/X0.1", "grand/X0.2", "base/A1"])
    assert 1 == len(sent)
    assert {"grand/X0.1": firm.expert[1], "grand/X0.2": firm.expert[1]} == {
        name: each.author for name, each in found.items()
    }
