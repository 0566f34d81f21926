"""Find the products a person sees, and one of them with everything its pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, RowMapping, Select, bindparam, exists, func, literal, select
from sqlalchemy.orm import Session

from jalon.domain.rights import Bond, Person, has_products, sees
from jalon.services.drafts import Draft, Kept
from jalon.services.standing import Standing, from_document
from jalon.storage.tables import (
    Account,
    AnswerRow,
    DraftScore,
    EvaluationRow,
    Organisation,
    Product,
    ProductBase,
    ProductShare,
    ProfileRevision,
    Subject,
    table_of,
)

_ACCOUNT: Final = table_of(Account)
_ANSWER: Final = table_of(AnswerRow)
_BASE: Final = table_of(ProductBase)
_EVALUATION: Final = table_of(EvaluationRow)
_ORGANISATION: Final = table_of(Organisation)
_PRODUCT: Final = table_of(Product)
_PROFILE: Final = table_of(ProfileRevision)
_SCORE: Final = table_of(DraftScore)
_SHARE: Final = table_of(ProductShare)
_SUBJECT: Final = table_of(Subject)
LARGEST: Final = 2**31 - 1
"""No product has a larger number: PostgreSQL would refuse to look for one."""


class NotSeenError(Exception):
    """There is no such thing, or not for this person: callers may not tell which."""


@dataclass(frozen=True, slots=True)
class ProductListed:
    """Describe a product in a list."""

    id: int
    reference: str
    name: str
    version: str
    kind: str
    stage: str
    responsible: str
    archived: bool
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProductSeen:
    """Hold one product, what binds the person to it, and its draft at one stamp."""

    id: int
    row: RowMapping
    bond: Bond
    responsible: str
    organisation: str
    stamp: int
    facts: Mapping[str, Any]  # as given, by full name
    profile_number: int
    standing: Standing
    evaluated_stamp: int

    @property
    def is_settled(self) -> bool:
        """Say whether what rules derived is that of this very draft."""
        return self.stamp == self.evaluated_stamp

    def draft(self, kept: Mapping[str, Kept]) -> Draft:
        """Give its draft, with every answer as it was read after the product."""
        return Draft(self.id, "product", self.stamp, self.facts, kept, self.standing, self.evaluated_stamp)


def product_seen(session: Session, person: Person, product_id: int) -> ProductSeen:
    """Give a product with its draft in one statement; raise NotSeenError."""
    if not has_products(person) or not 0 < product_id <= LARGEST:
        raise NotSeenError
    asked = {"product": product_id, "account": person.account_id}
    row = session.execute(_ONE, asked).mappings().one_or_none()
    if row is None:
        raise NotSeenError
    bond = Bond(
        organisation_id=row["organisation_id"],
        responsible_id=row["responsible_id"],
        shared=row["shared"],
        manages=row["manages"],
        archived=row["archived_at"] is not None,
    )
    if not sees(person, bond):
        raise NotSeenError
    return ProductSeen(
        id=product_id,
        row=row,
        bond=bond,
        responsible=row["responsible"],
        organisation=row["organisation"],
        stamp=row["stamp"],
        facts=row["facts"] or {},
        profile_number=row["number"] or 0,
        standing=from_document(row["document"]),
        evaluated_stamp=-1 if row["evaluated_stamp"] is None else row["evaluated_stamp"],
    )


def products_seen(session: Session, person: Person) -> list[ProductListed]:
    """List the products a person sees, by name, archived ones last."""
    if not has_products(person):
        return []
    changed = (
        select(func.max(_ANSWER.c.saved_at)).where(_ANSWER.c.subject_id == _PRODUCT.c.id).scalar_subquery()
    )
    query = (
        select(
            _PRODUCT.c.id,
            _PRODUCT.c.reference,
            _PRODUCT.c.name,
            _PRODUCT.c.version,
            _PRODUCT.c.kind,
            _PRODUCT.c.stage,
            _ACCOUNT.c.name.label("responsible"),
            _PRODUCT.c.archived_at.is_not(None).label("archived"),
            changed.label("changed_at"),
        )
        .join_from(_PRODUCT, _ACCOUNT, _PRODUCT.c.responsible_id == _ACCOUNT.c.id)
        .where(seen_by(person))
        .order_by(_PRODUCT.c.archived_at.is_not(None), _PRODUCT.c.name_key, _PRODUCT.c.id)
    )
    return [ProductListed(*row) for row in session.execute(query)]


def whole_scores(session: Session, product_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Give the score and progress of every questionnaire of some products, by product."""
    found: dict[int, list[Any]] = {}
    query = select(_SCORE).where(_SCORE.c.axis == "", _SCORE.c.subject_id.in_(product_ids))
    for row in session.execute(query.order_by(_SCORE.c.questionnaire)):
        found.setdefault(row.subject_id, []).append(row)
    return found


def bases_of(session: Session, product_id: int) -> list[tuple[int, str]]:
    """List the base products an option extends."""
    query = (
        select(_PRODUCT.c.id, _PRODUCT.c.name)
        .join_from(_BASE, _PRODUCT, _BASE.c.base_id == _PRODUCT.c.id)
        .where(_BASE.c.option_id == product_id)
        .order_by(_PRODUCT.c.name_key)
    )
    return [(row.id, row.name) for row in session.execute(query)]


def _one() -> Select[Any]:
    """Select a product, its draft and what binds an account to it."""
    product_id, account_id = bindparam("product", type_=Integer), bindparam("account", type_=Integer)
    last = select(func.max(_PROFILE.c.number)).where(_PROFILE.c.product_id == product_id).scalar_subquery()
    shared = exists().where(_SHARE.c.product_id == product_id, _SHARE.c.account_id == account_id)
    above = _above_responsible(product_id)
    return (
        select(
            _PRODUCT,
            _SUBJECT.c.stamp,
            _PROFILE.c.facts,
            _PROFILE.c.number,
            _EVALUATION.c.document,
            _EVALUATION.c.stamp.label("evaluated_stamp"),
            _ACCOUNT.c.name.label("responsible"),
            _ORGANISATION.c.name.label("organisation"),
            shared.label("shared"),
            account_id.in_(select(above.c.id)).label("manages"),
        )
        .join_from(_PRODUCT, _SUBJECT, _PRODUCT.c.id == _SUBJECT.c.id)
        .join(_ACCOUNT, _PRODUCT.c.responsible_id == _ACCOUNT.c.id)
        .join(_ORGANISATION, _PRODUCT.c.organisation_id == _ORGANISATION.c.id)
        .outerjoin(_PROFILE, (_PROFILE.c.product_id == _PRODUCT.c.id) & (_PROFILE.c.number == last))
        .outerjoin(_EVALUATION, _EVALUATION.c.subject_id == _PRODUCT.c.id)
        .where(_PRODUCT.c.id == product_id)
    )


def subtree(account_id: Any, name: str = "subtree") -> Any:
    """Give an account and all those attached below it; two in one statement need two names."""
    tree = select(literal(account_id).label("id")).cte(name, recursive=True)
    return tree.union(select(_ACCOUNT.c.id).join(tree, _ACCOUNT.c.manager_id == tree.c.id))


def seen_by(person: Person) -> Any:
    """Say, in a query on products, which ones a person sees."""
    below = subtree(person.account_id)
    shared = exists().where(_SHARE.c.product_id == _PRODUCT.c.id, _SHARE.c.account_id == person.account_id)
    own = _PRODUCT.c.organisation_id == person.organisation_id
    return own & (_PRODUCT.c.responsible_id.in_(select(below.c.id)) | shared)


def _above_responsible(product_id: Any) -> Any:
    """Give the responsible of a product and all the managers above."""
    first = select(_PRODUCT.c.responsible_id.label("id")).where(_PRODUCT.c.id == product_id)
    chain = first.cte("above", recursive=True)
    return chain.union(
        select(_ACCOUNT.c.manager_id)
        .join(chain, _ACCOUNT.c.id == chain.c.id)
        .where(_ACCOUNT.c.manager_id.is_not(None))
    )


_ONE: Final = _one()
"""Put together once: it is read with every page."""
