"""Say why a question is asked: worked out from the facts that were stored, for the criteria shown only."""

from __future__ import annotations

from jalon.domain.catalogue import Entry
from jalon.domain.conditions import Row
from jalon.domain.explanations import Matches
from jalon.services.standing import CriterionStanding
from jalon_web import wording
from jalon_web.questionnaires.texts import Texts
from jalon_web.translation import gettext as _


def because(texts: Texts, matches: Matches, entry: Entry) -> Row:
    """List the terms that bring a criterion."""
    subject = texts.catalogue.product
    return subject.conditions.explain(subject.positions[entry.name], matches).explanation.because


def why_asked(texts: Texts, said: CriterionStanding, reasons: Row) -> str:
    """Say which answers bring a criterion, or which plugin; nothing when it is always asked."""
    verdicts = [verdict.reason for verdict in said.verdicts if verdict.applies]
    if verdicts:
        return " ".join(verdicts)
    if not reasons:
        return ""
    return _("Parce que %(raisons)s.", raisons=wording.because(reasons, texts.catalogue))
