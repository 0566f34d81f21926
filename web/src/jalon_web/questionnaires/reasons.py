"""Say why a question is asked: worked out from the facts that were stored, for the criteria shown only."""

from __future__ import annotations

from jalon.domain.catalogue import Entry
from jalon.domain.explanations import Matches
from jalon.services.standing import Standing
from jalon_web import wording
from jalon_web.questionnaires.texts import Texts
from jalon_web.translation import gettext as _


def why_asked(texts: Texts, standing: Standing, matches: Matches, entry: Entry) -> str:
    """Say which answers bring a criterion, or which plugin; nothing when it is always asked."""
    verdicts = [verdict.reason for verdict in standing.of(entry.name).verdicts if verdict.applies]
    if verdicts:
        return " ".join(verdicts)
    subject = texts.catalogue.product
    because = subject.conditions.explain(subject.positions[entry.name], matches).explanation.because
    if not because:
        return ""
    return _("Parce que %(raisons)s.", raisons=wording.because(because, texts.catalogue))
