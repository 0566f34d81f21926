"""Ask one's manager to see a product; the manager accepts or refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from jalon.domain.rights import Denial, Person
from jalon.errors import JalonError
from jalon.services.acting import Acting, hold, require
from jalon.services.lists import Given, ProductNamed, give
from jalon.services.mail import queue_mail
from jalon.services.products import LARGEST, NotSeenError, subtree
from jalon.services.texts import MAX_NAME, TextRefusedError, clean, name_key
from jalon.storage.tables import Account, Product, ProductRequest, table_of

_ACCOUNT: Final = table_of(Account)
_PRODUCT: Final = table_of(Product)
_REQUEST: Final = table_of(ProductRequest)
_MOST_PENDING: Final = 20
_LONGEST_MESSAGE: Final = 1000


class RequestRefusedError(JalonError):
    """A request cannot be sent, or was decided already."""


class Asked(NamedTuple):
    """Hold a request: who asks, for what, and what became of it."""

    id: int
    account_id: int
    name: str
    wanted: str
    message: str
    created_at: datetime
    decided_at: datetime | None
    product: str
    answer: str


def ask(act: Acting, wanted: str, message: str) -> None:
    """Send a request to one's manager; the topmost account has none, and sees everything already."""
    person = hold(act.session, act.person)
    require(Denial.OWN_ACCOUNT if person.is_head else None)
    named = " ".join(clean(wanted, longest=MAX_NAME).split())
    if not named:
        raise RequestRefusedError("Indiquez le produit : son nom ou sa référence.")
    pending = select(func.count()).where(
        _REQUEST.c.account_id == person.account_id, _REQUEST.c.decided_at.is_(None)
    )
    if (act.session.scalar(pending) or 0) >= _MOST_PENDING:
        raise RequestRefusedError(
            f"Vous avez déjà {_MOST_PENDING} demandes en attente. Attendez la réponse de votre responsable."
        )
    row = ProductRequest(
        account_id=person.account_id,
        wanted=named,
        message=clean(message, longest=_LONGEST_MESSAGE),
        created_at=act.at,
    )
    act.session.add(row)
    act.session.flush()
    act.record("product-asked", person.account_id, request=row.id)


def requests_of(session: Session, account_id: int) -> list[Asked]:
    """List the requests of an account, the newest first."""
    return _read(session, _REQUEST.c.account_id == account_id)


def pending_below(session: Session, person: Person) -> list[Asked]:
    """List the requests of accounts below a person that nobody has decided."""
    return _read(session, _pending_below(person))


def count_pending(session: Session, person: Person) -> int:
    """Count the requests of accounts below a person that nobody has decided."""
    return session.scalar(select(func.count()).where(_pending_below(person))) or 0


def _pending_below(person: Person) -> Any:
    below = subtree(person.account_id)
    which = _REQUEST.c.account_id.in_(select(below.c.id)) & (_REQUEST.c.account_id != person.account_id)
    return which & _REQUEST.c.decided_at.is_(None)


def accept(act: Acting, request_id: int, product_id: int) -> Asked:
    """Give the product that is asked for, and answer."""
    asked = _mine(act, request_id)
    give(act, [Given(product_id, asked.account_id)], [])
    name = act.session.scalar(select(_PRODUCT.c.name).where(_PRODUCT.c.id == product_id)) or ""
    _decide(act, asked, product_id=product_id, answer="")
    act.record("product-request-accepted", asked.account_id, request=request_id, product=product_id)
    _tell(act, "product-request-accepted", asked, product=name, text="")
    return asked


def refuse(act: Acting, request_id: int, answer: str) -> Asked:
    """Refuse a request, with a word of explanation if there is one."""
    asked = _mine(act, request_id)
    said = clean(answer, longest=_LONGEST_MESSAGE)
    _decide(act, asked, product_id=None, answer=said)
    act.record("product-request-refused", asked.account_id, request=request_id)
    _tell(act, "product-request-refused", asked, product=asked.wanted, text=said)
    return asked


def likely(wanted: str, products: Sequence[ProductNamed]) -> ProductNamed | None:
    """Find the product a request names: by its reference, its name, or a part of it; None if unsure."""
    try:
        key = name_key(wanted)
    except TextRefusedError:
        return None
    named = [(each, name_key(each.name)) for each in products]
    choices = (
        [each for each, _name in named if name_key(each.reference) == key],
        [each for each, name in named if key in {name, name_key(f"{each.name} {each.version}")}],
        [each for each, name in named if key in name or name in key],
    )
    found = next((each for each in choices if each), [])
    return found[0] if len(found) == 1 else None


def _mine(act: Acting, request_id: int) -> Asked:
    """Find a request one may decide, and keep others from deciding it."""
    person = hold(act.session, act.person)
    if not 0 < request_id <= LARGEST:
        raise NotSeenError
    below = subtree(person.account_id)
    which = (
        (_REQUEST.c.id == request_id)
        & _REQUEST.c.account_id.in_(select(below.c.id))
        & (_REQUEST.c.account_id != person.account_id)
    )
    found = _read(act.session, which)
    if not found:
        raise NotSeenError
    if found[0].decided_at is not None:
        raise RequestRefusedError("Cette demande a déjà reçu une réponse.")
    return found[0]


def _decide(act: Acting, asked: Asked, *, product_id: int | None, answer: str) -> None:
    decision: dict[str, Any] = {
        "decided_at": act.at,
        "decided_by": act.person.account_id,
        "product_id": product_id,
        "answer": answer,
    }
    act.session.execute(update(_REQUEST).where(_REQUEST.c.id == asked.id).values(decision))


def _tell(act: Acting, message: str, asked: Asked, **values: str) -> None:
    queue_mail(act.session, message, account_id=asked.account_id, at=act.at, **values)


def _read(session: Session, which: Any) -> list[Asked]:
    query = (
        select(
            _REQUEST.c.id,
            _REQUEST.c.account_id,
            _ACCOUNT.c.name,
            _REQUEST.c.wanted,
            _REQUEST.c.message,
            _REQUEST.c.created_at,
            _REQUEST.c.decided_at,
            func.coalesce(_PRODUCT.c.name, "").label("product"),
            _REQUEST.c.answer,
        )
        .join_from(_REQUEST, _ACCOUNT, _REQUEST.c.account_id == _ACCOUNT.c.id)
        .outerjoin(_PRODUCT, _REQUEST.c.product_id == _PRODUCT.c.id)
        .where(which)
        .order_by(_REQUEST.c.id.desc())
        .limit(200)
    )
    return [Asked(*row) for row in session.execute(query)]
