"""Make the pages of products from what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final

from flask import url_for
from markupsafe import Markup

from jalon.domain.core_facts import CORE
from jalon.domain.facts import WrongValueError, read_value
from jalon.domain.names import referential_of
from jalon.domain.referential import Kind
from jalon.domain.scoring import Progress
from jalon.services.products import ProductListed, ProductSeen
from jalon_web.products.charting import questionnaire_chart
from jalon_web.products.paths import readiness_in_words
from jalon_web.products.shown import NextStep, ProductPage, ProductRow, QuestionnaireCard
from jalon_web.questionnaires import wording
from jalon_web.questionnaires.texts import Texts
from jalon_web.questionnaires.view import Reading, whole_progress
from jalon_web.translation import gettext as _
from jalon_web.typed import named
from jalon_web.wording import counted
from jalon_web.wording import value as fact_value

_NO_PROGRESS: Final = Progress(0, 0, 0, 0)


def product_row(
    listed: ProductListed, scores: Iterable[Any], texts: Texts, zone: tzinfo, *, steps: bool = False
) -> ProductRow:
    """Show one product in a list, from its stored scores."""
    progress: dict[str, Progress] = {}
    for row in scores:
        if row.questionnaire in texts.axes and row.applicable:
            progress[row.questionnaire] = Progress(
                row.applicable, row.answered, row.to_confirm, row.not_applicable
            )
    ordered = {name: progress[name] for name in texts.axes if name in progress}
    total = Progress(*map(sum, zip(*ordered.values(), strict=True))) if ordered else _NO_PROGRESS
    return ProductRow(
        reference=listed.reference,
        name=listed.name,
        version=listed.version,
        address=url_for("products.show", product_id=listed.id),
        kind=kind_text(listed.kind),
        stage=stage_text(listed.stage),
        responsible=listed.responsible,
        progress=wording.progress(total),
        changed=_changed(listed.changed_at, zone),
        archived=listed.archived,
        steps=tuple(_steps(listed.id, ordered, texts)) if steps and not listed.archived else (),
    )


def _changed(at: datetime | None, zone: tzinfo) -> str:
    if at is None:
        return ""
    day = wording.day(at.astimezone(zone).date())
    return _("%(jour)s à %(heure)s", jour=day, heure=wording.time(at, zone))


def kind_text(kind: str) -> str:
    """Name the kind of a product."""
    return {"base": _("Produit socle"), "option": _("Produit option")}.get(kind, kind)


def stage_text(stage: str) -> str:
    """Name the stage of a product."""
    return {
        "production": _("En production"),
        "experimentation": _("En expérimentation"),
        "imminent": _("Déploiement imminent"),
    }.get(stage, stage)


def support_text(support: str) -> str:
    """Name how a product is delivered."""
    return {
        "on_premises": _("Installé chez le client"),
        "hosted": _("Hébergé"),
        "mobile": _("Application mobile"),
    }.get(support, support)


def state(progress: Progress) -> tuple[str, str]:
    """Name the state of a questionnaire: words, and the class of its tag."""
    given = progress.answered - progress.to_confirm
    if not given:
        return _("À commencer"), "empty"
    text = _("Brouillon (%(n)s sur %(total)s)", n=progress.answered, total=progress.applicable)
    return text, "complete" if progress.answered == progress.applicable else "draft"


def _steps(product_id: int, ordered: Mapping[str, Progress], texts: Texts) -> Iterable[NextStep]:
    """Propose what to do next, most useful first: answer what is missing, confirm what rules filled."""
    for name, progress in ordered.items():
        title, address = texts.questionnaire(name).title, start_address(product_id, name)
        missing = progress.applicable - progress.answered
        if missing:
            verb = _("Continuer") if progress.answered > progress.to_confirm else _("Commencer")
            detail = counted(missing, _("question sans réponse"), _("questions sans réponse"))
            yield NextStep(_("%(verbe)s « %(titre)s »", verbe=verb, titre=title), address, detail)
        elif progress.to_confirm:
            detail = counted(progress.to_confirm, _("réponse pré-remplie"), _("réponses pré-remplies"))
            yield NextStep(_("Confirmer les réponses de « %(titre)s »", titre=title), address, detail)


def start_address(product_id: int, name: str) -> str:
    """Give the address that leads to the first question without answer of a questionnaire."""
    referential, _slash, key = name.partition("/")
    return url_for("questionnaires.start", product_id=product_id, referential=referential, questionnaire=key)


def product_page(reading: Reading, bases: Sequence[tuple[int, str]], day: date) -> ProductPage:
    """Make the page of one product, expectations read at a day."""
    product, texts = reading.product, reading.texts
    brought = [name for name in texts.axes if whole_progress(reading.standing, name).applicable]
    total = [whole_progress(reading.standing, name) for name in brought]
    row = product.row
    return ProductPage(
        row=ProductRow(
            reference=row["reference"],
            name=row["name"],
            version=row["version"],
            address=url_for("products.show", product_id=product.id),
            kind=kind_text(row["kind"]),
            stage=stage_text(row["stage"]),
            responsible=product.responsible,
            progress=wording.progress(
                Progress(*map(sum, zip(*total, strict=True))) if total else _NO_PROGRESS
            ),
            changed=_changed(
                max((kept.saved_at for kept in reading.kept.values()), default=None), reading.zone
            ),
            archived=row["archived_at"] is not None,
            steps=()
            if reading.read_only
            else tuple(_steps(product.id, dict(zip(brought, total, strict=True)), texts)),
        ),
        organisation=product.organisation,
        details=tuple(_details(product, bases)),
        questionnaires=tuple(_card(reading, name, day) for name in brought),
        day=wording.day(day),
        day_value=day.isoformat(),
        profile=tuple(_profile(reading)),
        paths=readiness_in_words(reading),
        parked=sum(1 for kept in reading.kept.values() if kept.set_aside_at and not kept.filed_at),
        notices=_notices(reading),
    )


def _details(product: ProductSeen, bases: Sequence[tuple[int, str]]) -> Iterable[tuple[str, str]]:
    row = product.row
    yield _("Référence"), row["reference"]
    yield _("Version"), named(row["version"])
    yield _("Nature"), kind_text(row["kind"])
    if bases:
        yield _("Extension de"), Markup(", ").join(named(name) for _id, name in bases)
    yield _("Stade"), stage_text(row["stage"])
    yield _("Éditions"), Markup(", ").join(map(named, row["editions"]))
    yield _("Mise à disposition"), support_text(row["support"])
    yield _("Responsable du produit"), named(product.responsible)
    yield _("Finalité"), named(row["purpose"])


def _profile(reading: Reading) -> Iterable[tuple[str, str, str]]:
    """List the preliminary answers in force, and where each comes from."""
    standing, known = reading.standing, reading.texts.catalogue.names.facts
    for name, raw in standing.facts.items():
        definition = known.get(name)
        if definition is None or referential_of(name) == CORE:
            continue
        try:
            shown = fact_value(definition, read_value(definition, raw))
        except WrongValueError:
            continue
        derived = standing.derived.get(name)
        origin = _("Répondu")
        if derived and derived.origin == "derived":
            titles = ", ".join(reading.texts.rule(rule) for rule, _value, _why in derived.rules)
            origin = _("Déduit : %(regles)s", regles=titles)
        yield definition.question, shown, origin


def _card(reading: Reading, name: str, day: date) -> QuestionnaireCard:
    questionnaire = reading.texts.questionnaire(name)
    found = whole_progress(reading.standing, name)
    text, key = state(found)
    score = wording.scored(reading.standing.scores[name, ""].score)
    drawn = questionnaire_chart(reading, name, day)
    action = {"empty": _("Commencer"), "draft": _("Continuer")}.get(key, _("Relire"))
    if reading.read_only:
        action = _("Relire")
    return QuestionnaireCard(
        key=name.replace("/", "-"),
        title=questionnaire.title,
        kind=_("Maturité") if questionnaire.kind is Kind.MATURITY else _("Exigences"),
        state=text,
        state_key=key,
        progress=wording.progress(found),
        score=_("%(score)s sur %(top)s", score=score, top=questionnaire.scale.top) if score else "",
        action=action,
        action_address=start_address(reading.product.id, name),
        chart=drawn.svg,
        columns=drawn.columns,
        rows=drawn.rows,
        notice=reading.why_closed(name) if not reading.read_only else "",
        edition=_(
            "%(titre)s, édition %(edition)s",
            titre=reading.texts.referential(name).title,
            edition=reading.texts.referential(name).edition,
        ),
    )


def _notices(reading: Reading) -> tuple[str, ...]:
    found = []
    if not reading.product.is_settled:
        found.append(_("Les scores sont en cours de calcul. Rechargez la page dans un instant."))
    return tuple(found)
