"""Print an evaluation for people: facts, scores as bars, criteria with their reasons."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from jalon.domain.derivation import FactState
from jalon.domain.evaluation import AxisState, QuestionnaireState
from jalon.domain.facts import FactDefinition
from jalon.domain.gap import expected_at, gap
from jalon.domain.levels import NA, Scale
from jalon.domain.readiness import Readiness, Requirement
from jalon.domain.referential import Kind
from jalon.domain.states import CriterionState
from jalon.exchange.report import Report
from jalon_web import wording
from jalon_web.cli.printer import Printer

_COLOURS: Final = ("red", "dark_orange", "yellow", "green")
_BAR: Final = 20
_TITLE: Final = 38
_LACKING: Final = {Requirement.MISSING: "manquant", Requirement.UNANSWERED: "sans réponse"}


def print_report(console: Console, report: Report, title: str) -> None:
    """Print everything an evaluation came to."""
    printer = Printer(console)
    console.print(Rule(f"[bold]{escape(title)}[/]", align="left"))
    _print_facts(printer, report)
    for questionnaire in report.questionnaires:
        _print_questionnaire(printer, report, questionnaire)
    for path in report.paths:
        if path.selected:
            _print_path(printer, report, path)
    for problem in report.problems:
        printer.line(f"[red]![/] {escape(wording.problem(problem))}", hang=2)
    printer.line()


def _print_facts(printer: Printer, report: Report) -> None:
    printer.line("[bold]Questions préliminaires[/]")
    facts, known = report.product.facts, report.catalogue.names.facts
    states = {name: facts.state(name) for name in known}
    for name, state in states.items():
        if state.value is not None or state.rules:
            said = escape(wording.value(known[name], state.value))
            origin = _fact_origin(known[name], state)
            printer.line(f"{escape(known[name].question)} [bold]{said}[/]{origin}", indent=2, hang=2)
        elif state.given is not None:
            kept = escape(wording.value(known[name], state.given))
            asked = escape(known[name].question)
            printer.line(
                f"[dim]{asked} — question non posée, réponse « {kept} » conservée[/]", indent=2, hang=2
            )
    unanswered = sum(1 for state in states.values() if state.asked and state.value is None)
    if unanswered:
        noun = wording.counted(unanswered, "question posée", "questions posées")
        printer.line(f"[dim]{noun} sans réponse[/]", indent=2)


def _fact_origin(fact: FactDefinition, state: FactState) -> str:
    rules = escape(", ".join(rule.key for rule in state.rules))
    if state.contradiction:
        said = " ou ".join(dict.fromkeys(wording.value(fact, rule.value) for rule in state.rules))
        return f" [yellow]— contredit « {escape(said)} », déduit par {rules}[/]"
    if state.conflict:
        return f" [red]— les règles {rules} ne s’accordent pas : rien n’est déduit[/]"
    return f" [cyan]— déduit par {rules}[/]" if state.origin == "derived" else ""


def _print_questionnaire(printer: Printer, report: Report, questionnaire: QuestionnaireState) -> None:
    definition = report.catalogue.names.questionnaires[questionnaire.name]
    progress = questionnaire.progress
    printer.line()
    if not progress.applicable:
        chosen = definition.kind is Kind.REQUIREMENTS
        why = "non choisi pour ce produit" if chosen else "aucun critère posé"
        printer.line(f"[bold]{escape(definition.title)}[/] [dim]— {why}[/]")
        return
    confirm = f", dont {progress.to_confirm} à confirmer" if progress.to_confirm else ""
    answered = wording.counted(progress.answered, "critère renseigné", "critères renseignés")
    score = f"score {_score(questionnaire.score.text)} sur {definition.scale.top}"
    printer.line(
        f"[bold]{escape(definition.title)}[/] — {score} — {answered} sur {progress.applicable}{confirm}"
    )
    for axis in questionnaire.axes:
        _print_bar(printer, axis, definition.scale)
    states = [state for state in report.criteria.values() if _belongs(report, state, questionnaire)]
    printer.line()
    for state in states:
        if state.applies:
            _print_asked(printer, report, state)
    others = [state for state in states if not state.applies]
    if others:
        printer.line()
        said = wording.counted(len(others), "critère n’est pas posé", "critères ne sont pas posés")
        printer.line(f"[dim]{said}[/]", indent=2)
    for state in others:
        _print_not_asked(printer, report, state)


def _belongs(report: Report, state: CriterionState, questionnaire: QuestionnaireState) -> bool:
    place = report.catalogue.names.criteria[state.name]
    return report.catalogue.names.questionnaires[questionnaire.name] is place.questionnaire


def _score(text: str | None) -> str:
    return "—" if text is None else text.replace(".", ",")


def _print_bar(printer: Printer, axis: AxisState, scale: Scale) -> None:
    mean, progress = axis.score.mean, axis.progress
    title = axis.title if len(axis.title) <= _TITLE else f"{axis.title[: _TITLE - 1]}…"
    if not progress.is_charted:
        note = "tous ses critères sont non applicables" if progress.applicable else "aucun critère posé"
        printer.line(f"{escape(title):<{_TITLE}} [dim]axe non représenté : {note}[/]", indent=2)
        return
    filled = 0 if mean is None else round(mean * _BAR / scale.top)
    colour = "dim" if mean is None else _colour(mean, scale)
    bar = f"[{colour}]{'█' * filled}[/][dim]{'░' * (_BAR - filled)}[/]"
    counted = f"[dim]({progress.answered} sur {progress.applicable})[/]"
    printer.line(f"{escape(title):<{_TITLE}} {bar} {_score(axis.score.text):>4} {counted}", indent=2)


def _colour(level: Fraction | int, scale: Scale) -> str:
    return _COLOURS[round(Fraction(level) * (len(_COLOURS) - 1) / scale.top)]


def _print_asked(printer: Printer, report: Report, state: CriterionState) -> None:
    place = report.catalogue.names.criteria[state.name]
    scale, criterion = place.questionnaire.scale, place.criterion
    expected = expected_at(criterion.expected, report.day)
    short = gap(state.level, expected.level if expected else None)
    goal = f" [dim]— attendu {expected.level}[/]" if expected else ""
    behind = f" [red]écart {short}[/]" if short else ""
    badge = " [cyan]— pré-rempli, à confirmer[/]" if state.origin == "rule" else ""
    title = f"[bold]{escape(criterion.code)}[/] {escape(criterion.title)}"
    printer.line(f"{_badge(state, scale)} {title}{badge}{goal}{behind}", indent=2, hang=4)
    for line in _remarks(report, state, scale):
        printer.line(line, indent=6)


def _badge(state: CriterionState, scale: Scale) -> str:
    if state.level is None:
        return "[dim]○[/]"
    named = escape(wording.level_name(state.level, scale))
    colour = "grey62" if state.level == NA else _colour(state.level, scale)
    return f"[{colour}]● {named}[/]"


def _remarks(report: Report, state: CriterionState, scale: Scale) -> list[str]:
    lines = []
    if state.explanation.holds and state.explanation.because:
        lines.append(
            f"[dim]Posé parce que {escape(wording.because(state.explanation.because, report.catalogue))}[/]"
        )
    lines += [f"[dim]avis de {escape(v.plugin)} : {escape(v.reason)}[/]" for v in state.verdicts]
    for proposal in state.proposals:
        said = wording.proposed(proposal, scale)
        lines.append(f"[cyan]{escape(said)}[/], règle {escape(proposal.rule)} : {escape(proposal.reason)}")
    if state.conflict:
        lines.append("[red]Les règles proposent des niveaux incompatibles : aucune n’a été appliquée.[/]")
    if state.diverges:
        lines.append(
            "[yellow]Divergence : la réponse ne suit pas ce que proposent les règles. Indiquez pourquoi.[/]"
        )
    if state.to_reconfirm:
        lines.append("[yellow]À reconfirmer : l’information qui justifiait ce niveau a changé.[/]")
    if state.answer is not None and state.answer.to_investigate:
        lines.append("[yellow]À instruire : compte comme sans réponse.[/]")
    return lines


def _print_not_asked(printer: Printer, report: Report, state: CriterionState) -> None:
    criterion = report.catalogue.names.criteria[state.name].criterion
    excluded = [verdict for verdict in state.verdicts if not verdict.applies]
    if excluded:
        why = " ; ".join(f"écarté par {verdict.plugin} : {verdict.reason}" for verdict in excluded)
    else:
        why = f"serait posé si {wording.would_apply_if(state.explanation.missing, report.catalogue)}"
    kept = (
        ""
        if state.answer is None or state.answer.level is None
        else f" — réponse {state.answer.level} mise de côté"
    )
    printer.line(f"[dim]{escape(criterion.code)} — {escape(why)}{kept}[/]", indent=4, hang=2)
    for proposal in state.proposals:
        scale = report.catalogue.names.criteria[state.name].questionnaire.scale
        said = escape(wording.proposed(proposal, scale))
        printer.line(f"[dim]sans effet ici : {said}, règle {escape(proposal.rule)}[/]", indent=6)


def _print_path(printer: Printer, report: Report, path: Readiness) -> None:
    confirm = path.count(Requirement.TO_CONFIRM)
    noted = f" (dont {confirm} à confirmer)" if confirm else ""
    missing, unanswered = path.count(Requirement.MISSING), path.count(Requirement.UNANSWERED)
    printer.line()
    printer.line(
        f"[bold]Avancement du parcours « {escape(path.title)} »[/] : "
        f"{wording.counted(path.met, 'niveau requis atteint', 'niveaux requis atteints')}{noted}, "
        f"{wording.counted(missing, 'manquant', 'manquants')}, {unanswered} sans réponse",
        hang=2,
    )
    for each in path.required:
        if each.state is Requirement.UNAVAILABLE:
            printer.line(
                f"{escape(each.criterion)} : niveau {each.level} requis, référentiel indisponible", indent=2
            )
        elif each.state in {Requirement.MISSING, Requirement.UNANSWERED}:
            criterion = report.catalogue.names.criteria[each.criterion].criterion
            lacking = (
                _LACKING[each.state] if report.criteria[each.criterion].level != NA else "non applicable"
            )
            printer.line(f"{escape(criterion.code)} : niveau {each.level} requis, {lacking}", indent=2)
