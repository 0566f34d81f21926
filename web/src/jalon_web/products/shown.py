"""What the pages of products show, ready for their templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup

from jalon_web.questionnaires.shown import ProgressShown

NO_MARKUP: Final = Markup("")


class ScoreRow(NamedTuple):
    """Write one line of the table beside a chart."""

    label: str
    values: tuple[str, ...]  # per series, « 2,33 » or « – »
    note: str = ""
    answered: str = ""  # « 12/25 »
    address: str = ""  # of the axis


@dataclass(frozen=True, slots=True)
class QuestionnaireCard:
    """Show one questionnaire of a product: state, progress, chart, what to do next."""

    key: str  # usable in an id
    title: str
    kind: str  # « Maturité » or « Exigences »
    state: str  # « À commencer », « Brouillon (12 sur 25) », « Validé (version 2) »…
    state_key: str  # empty · draft · complete · validated · review: the CSS class of its tag
    progress: ProgressShown
    score: str  # « 2,33 sur 3 », or ""
    action: str  # « Commencer », « Continuer », « Relire »
    action_address: str
    chart: Markup = NO_MARKUP
    columns: tuple[str, ...] = ()  # names of the series
    rows: tuple[ScoreRow, ...] = ()
    edition: str = ""
    notice: str = ""  # read-only, waiting…


class NextStep(NamedTuple):
    """Propose one thing to do: a link and why."""

    label: str
    address: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProductRow:
    """Show one product in a list."""

    reference: str
    name: str
    version: str
    address: str
    kind: str  # « Produit socle », « Produit option »
    stage: str
    responsible: str
    progress: ProgressShown
    changed: str  # « 23/12/2021 à 14 h 32 », or ""
    archived: bool = False
    steps: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Show one product."""

    row: ProductRow
    organisation: str
    details: tuple[tuple[str, str], ...]  # term, description: version, stage, editions, support…
    questionnaires: tuple[QuestionnaireCard, ...]
    day: str  # the day expected levels are read at, « 23/12/2021 »
    day_value: str  # 2021-12-23, for the field that changes it
    profile: tuple[tuple[str, str, str], ...] = ()  # question, answer, origin (« Répondu », « Déduit : … »)
    paths: tuple[tuple[str, str], ...] = ()  # completion path, readiness in words
    parked: int = 0
    notices: tuple[str, ...] = ()
