"""Print an evaluation for people: facts, scores as bars, criteria with their reasons."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from jalon.domain.evaluation import AxisState, QuestionnaireState
from jalon.domain.gap import expected_at, gap
from jalon.domain.levels import NA, Scale
from jalon.domain.readiness import Readiness, Requirement
from jalon.domain.states import CriterionState
from jalon.exchange.evaluation_json import Report
from jalon_web import wording

_COLOURS = {0: "red", 1: "dark_orange", 2: "yellow", 3: "green"}
_BAR = 24


def print_report(console: Console, report: Report, title: str) -> None:
    """Print everything an evaluation came to."""
    console.print(Rule(f"[bold]{escape(title)}[/]", align="left"))
    _print_facts(console, report)
    for questionnaire in report.questionnaires:
        _print_questionnaire(console, report, questionnaire)
    for path in report.paths:
        if path.selected:
            _print_path(console, report, path)
    for problem in (*report.product.problems, *report.organisation.problems):
        console.print(f"[red]![/] {escape(wording.problem(problem))}")
    console.print()


def _print_facts(console: Console, report: Report) -> None:
    table = Table.grid(padding=(0, 2))
    facts = report.product.facts
    for name, definition in report.catalogue.names.facts.items():
        state = facts.state(name)
        if state.value is None and not state.rules:
            continue
        rules = ", ".join(rule.key for rule in state.rules)
        origin = f"d’après {rules}" if state.origin == "derived" else ""
        if state.contradiction:
            said = " ou ".join(dict.fromkeys(wording.value(definition, rule.value) for rule in state.rules))
            origin = f"[yellow]contredit « {escape(said)} » d’après {escape(rules)}[/]"
        if state.conflict:
            origin = f"[red]les règles {escape(rules)} ne s’accordent pas : rien n’est déduit[/]"
        table.add_row(
            escape(definition.question), f"[bold]{escape(wording.value(definition, state.value))}[/]", origin
        )
    console.print("\n[bold]Questions préliminaires[/]")
    console.print(Padding(table if table.row_count else "aucune réponse", (0, 0, 0, 2)))


def _print_questionnaire(console: Console, report: Report, questionnaire: QuestionnaireState) -> None:
    definition = report.catalogue.names.questionnaires[questionnaire.name]
    progress = questionnaire.progress
    if not progress.applicable:
        console.print(f"\n[bold]{escape(definition.title)}[/] [dim]— ne concerne pas ce produit[/]")
        return
    confirm = f", dont {progress.to_confirm} à confirmer" if progress.to_confirm else ""
    console.print(
        f"\n[bold]{escape(definition.title)}[/] — score {_score(questionnaire.score.text)} sur {definition.scale.top}"
        f" — {progress.answered} critères renseignés sur {progress.applicable}{confirm}"
    )
    for axis in questionnaire.axes:
        console.print(Padding(_bar(axis, definition.scale), (0, 0, 0, 2)))
    names = report.criteria
    asked = [state for state in names.values() if _belongs(report, state, questionnaire) and state.applies]
    others = [state for state in names.values() if _belongs(report, state, questionnaire) and not state.applies]
    console.print()
    for state in asked:
        _print_asked(console, report, state)
    if others:
        console.print(f"\n  [dim]Critères qui ne sont pas posés ({len(others)})[/]")
    for state in others:
        _print_not_asked(console, report, state)


def _belongs(report: Report, state: CriterionState, questionnaire: QuestionnaireState) -> bool:
    place = report.catalogue.names.criteria[state.name]
    return report.catalogue.names.questionnaires[questionnaire.name] is place.questionnaire


def _score(text: str | None) -> str:
    return "—" if text is None else text.replace(".", ",")


def _bar(axis: AxisState, scale: Scale) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=44, no_wrap=True, overflow="ellipsis")
    table.add_column(width=_BAR)
    table.add_column()
    mean = axis.score.mean
    progress = axis.progress
    if not progress.applicable:
        shown, note = Text(""), "[dim]aucun critère posé[/]"
    elif not progress.is_charted:
        shown, note = Text(""), "[dim]axe non représenté : tous ses critères sont non applicables[/]"
    else:
        filled = 0 if mean is None else round(float(mean) / scale.top * _BAR)
        colour = _COLOURS[round(float(mean) / scale.top * 3)] if mean is not None else "dim"
        shown = Text("█" * filled, style=colour) + Text("░" * (_BAR - filled), style="dim")
        note = f"{_score(axis.score.text)}  [dim]({progress.answered} sur {progress.applicable})[/]"
    table.add_row(escape(axis.title), shown, note)
    return table


def _print_asked(console: Console, report: Report, state: CriterionState) -> None:
    place = report.catalogue.names.criteria[state.name]
    scale, criterion = place.questionnaire.scale, place.criterion
    expected = expected_at(criterion.expected, report.day)
    short = gap(state.level, expected.level if expected else None)
    goal = f"  [dim]attendu {expected.level}[/]" if expected else ""
    behind = f" [red]écart {short}[/]" if short else ""
    badge = {"rule": " [cyan]pré-rempli, à confirmer[/]", "person": "", "none": ""}[state.origin]
    console.print(f"  {_badge(state, scale)} [bold]{escape(criterion.code)}[/] {escape(criterion.title)}{badge}{goal}{behind}")
    for line in _remarks(report, state, scale):
        console.print(Padding(line, (0, 0, 0, 7)))


def _badge(state: CriterionState, scale: Scale) -> str:
    if state.level is None:
        return "[dim]( )[/]"
    if state.level == NA:
        return "[grey62]( NA )[/]"
    colour = _COLOURS[round(state.level / scale.top * 3)]
    return f"[{colour}]({state.level} {escape(scale.names[state.level].lower())})[/]"


def _remarks(report: Report, state: CriterionState, scale: Scale) -> list[str]:
    lines = []
    if state.explanation.holds and state.explanation.because:
        lines.append(f"[dim]posé parce que {escape(wording.because(state.explanation.because, report.catalogue))}[/]")
    lines += [f"[dim]avis de {escape(v.plugin)} : {escape(v.reason)}[/]" for v in state.verdicts]
    for proposal in state.proposals:
        said = wording.proposed(proposal, scale)
        lines.append(f"[cyan]{escape(said)}[/], règle {escape(proposal.rule)} : {escape(proposal.reason)}")
    if state.conflict:
        lines.append("[red]Les règles proposent des niveaux différents : aucune n’a été appliquée.[/]")
    if state.diverges:
        lines.append("[yellow]Divergence : la réponse ne suit pas ce que proposent les règles. Indiquez pourquoi.[/]")
    if state.to_reconfirm:
        lines.append("[yellow]À reconfirmer : l’information qui justifiait ce niveau a changé.[/]")
    if state.answer is not None and state.answer.to_investigate:
        lines.append("[yellow]À instruire : compte comme sans réponse.[/]")
    return lines


def _print_not_asked(console: Console, report: Report, state: CriterionState) -> None:
    criterion = report.catalogue.names.criteria[state.name].criterion
    excluded = [verdict for verdict in state.verdicts if not verdict.applies]
    if excluded:
        why = " ; ".join(f"écarté par {verdict.plugin} : {verdict.reason}" for verdict in excluded)
    else:
        why = f"serait posé si {wording.would_apply_if(state.explanation.missing, report.catalogue)}"
    kept = f" — réponse {state.answer.level} conservée" if state.answer is not None else ""
    console.print(Padding(f"[dim]{escape(criterion.code)} — {escape(why)}{kept}[/]", (0, 0, 0, 2)))


def _print_path(console: Console, report: Report, path: Readiness) -> None:
    confirm = path.count(Requirement.TO_CONFIRM)
    noted = f" (dont {confirm} à confirmer)" if confirm else ""
    console.print(
        f"\n[bold]Avancement du parcours « {escape(path.title)} »[/] : {path.met} niveaux requis atteints{noted}, "
        f"{path.count(Requirement.MISSING)} manquants, {path.count(Requirement.UNANSWERED)} sans réponse"
    )
    for each in path.required:
        if each.state in {Requirement.MISSING, Requirement.UNANSWERED}:
            criterion = report.catalogue.names.criteria[each.criterion].criterion
            lacking = "manquant" if each.state is Requirement.MISSING else "sans réponse"
            console.print(f"  {escape(criterion.code)} : niveau {each.level} requis, {lacking}")
