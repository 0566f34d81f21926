"""Sentences about answers, scores and times."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from fractions import Fraction

from jalon.domain.levels import NA, LevelValue, Scale
from jalon.domain.proposals import Proposal
from jalon.domain.referential import AtLeast, Exactly, ExpectedKind, ExpectedLevel
from jalon.domain.scoring import Progress, Score, rounded
from jalon.services.answering import Refusal, Refused
from jalon.services.drafts import Kept
from jalon.services.standing import CriterionStanding
from jalon_web.questionnaires.shown import ProgressShown
from jalon_web.translation import gettext as _
from jalon_web.typed import named
from jalon_web.wording import counted, level_name


def number(value: Fraction | None) -> str:
    """Write a mean with two decimals and a comma; nothing when there is none."""
    return "" if value is None else rounded(value).replace(".", ",")


def scored(score: Score) -> str:
    """Write a score."""
    return number(score.mean)


def progress(found: Progress) -> ProgressShown:
    """Word how far one is."""
    text = _(
        "%(reponses)s sur %(total)s",
        reponses=counted(found.answered, _("réponse"), _("réponses")),
        total=found.applicable,
    )
    if found.to_confirm:
        text = _("%(texte)s, dont %(n)s à confirmer", texte=text, n=found.to_confirm)
    return ProgressShown(found.answered, found.applicable, found.to_confirm, text)


def day(value: date) -> str:
    """Write a date."""
    return value.strftime("%d/%m/%Y")


def time(value: datetime, zone: tzinfo) -> str:
    """Write a time of the day."""
    local = value.astimezone(zone)
    return f"{local.hour} h {local.minute:02d}"


def saved(kept: Kept, me: int, now: datetime, zone: tzinfo) -> str:
    """Say when an answer was saved, and by whom when it was somebody else."""
    local = kept.saved_at.astimezone(zone)
    hour = time(kept.saved_at, zone)
    if local.date() == now.astimezone(zone).date():
        text = _("Enregistré à %(heure)s", heure=hour)
    else:
        text = _("Enregistré le %(jour)s à %(heure)s", jour=day(local.date()), heure=hour)
    return text if kept.author_id == me else _("%(texte)s par %(nom)s", texte=text, nom=named(kept.author))


def expected(step: ExpectedLevel | None, scale: Scale) -> str:
    """Say what is expected at a day, in one of its two meanings."""
    if step is None:
        return ""
    level = level_name(step.level, scale)
    if step.kind is ExpectedKind.MINIMUM:
        return _("%(niveau)s au minimum", niveau=level)
    return _("%(niveau)s, niveau atteignable à ce jour", niveau=level)


def proposal(found: Proposal, scale: Scale) -> str:
    """Word the level that a rule proposes."""
    if found.value == NA:
        return scale.na_name
    if isinstance(found.effect, AtLeast):
        return _("Niveau %(n)s au minimum", n=found.value)
    return _("Niveau %(n)s", n=found.value)


def divergence(level: LevelValue, said: CriterionStanding, scale: Scale, comment: str) -> str:
    """Say how an answer goes against what rules propose, and whether its comment says why."""
    if not said.divergence:
        return ""
    mine = scale.na_name if level == NA else str(level)
    outcome = said.outcome
    if outcome is None or outcome.effect is None:
        text = _("Votre réponse (%(mine)s) ne correspond à aucun des niveaux proposés.", mine=mine)
    elif isinstance(outcome.effect, Exactly):
        theirs = scale.na_name if outcome.effect.level == NA else str(outcome.effect.level)
        text = _("Votre réponse (%(mine)s) diffère du niveau proposé (%(n)s).", mine=mine, n=theirs)
    elif level == NA:
        text = _(
            "Vous répondez « %(mine)s » alors que le niveau %(n)s au minimum est proposé.",
            mine=mine,
            n=outcome.effect.level,
        )
    else:
        text = _(
            "Votre réponse (%(mine)s) est inférieure au niveau proposé (%(n)s au minimum).",
            mine=mine,
            n=outcome.effect.level,
        )
    if comment:
        return _("%(texte)s Votre commentaire en donne la raison.", texte=text)
    return _("%(texte)s Indiquez pourquoi en commentaire.", texte=text)


def reconfirm(kept: Kept | None, said: CriterionStanding) -> str:
    """Say why an answer should be looked at again."""
    if said.support_lost:
        return _("L’information qui justifiait ce niveau a changé. Conservez la réponse ou revoyez-la.")
    reasons = {
        "copied": _("Réponse reprise d’un autre produit. Vérifiez qu’elle vaut pour celui-ci."),
        "reworded": _("La question a été reformulée. Vérifiez que votre réponse convient toujours."),
        "history": _("Réponse retrouvée dans l’historique. Vérifiez qu’elle est toujours exacte."),
    }
    return reasons.get(kept.reconfirm, "") if kept else ""


def gap(value: int | None, label: str) -> str:
    """Say how many levels are missing; nothing when none is."""
    if not value:
        return ""
    return _("%(label)s : %(n)s", label=label, n=counted(value, _("niveau"), _("niveaux")))


def refusal(refused: Refused, scale: Scale) -> str:
    """Say why an answer was not saved, and what to do."""
    if refused.why is Refusal.STALE and refused.theirs is not None:
        theirs = refused.theirs
        value = level_name(theirs.level, scale) if theirs.level is not None else _("sans réponse")
        return _(
            "%(nom)s a modifié cette réponse pendant votre saisie (sa réponse : %(valeur)s). "
            "Pour garder la vôtre, enregistrez de nouveau.",
            nom=named(theirs.author) or _("Une autre personne"),
            valeur=value,
        )
    if refused.why is Refusal.COMMENT:
        return refused.detail
    return {
        Refusal.UNKNOWN: _("Ce critère n’est plus posé. Rechargez la page."),
        Refusal.FROZEN: _(
            "Ce référentiel est momentanément en lecture seule. Vos réponses enregistrées sont conservées."
        ),
        Refusal.IMPOSSIBLE: _(
            "Cette réponse n’est pas proposée pour ce critère. Choisissez un des niveaux affichés."
        ),
        Refusal.MOVED: _("Le niveau proposé a changé. Relisez-le, puis confirmez-le ou répondez autrement."),
        Refusal.STALE: _(
            "Cette réponse a changé pendant votre saisie. Enregistrez de nouveau pour garder la vôtre."
        ),
    }[refused.why]
