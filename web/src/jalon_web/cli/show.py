"""`jalon show`: the names a referential declares, for whoever writes rules or files to evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from rich.markup import escape

from jalon.domain.core_facts import CORE
from jalon.domain.facts import FactDefinition
from jalon.domain.levels import NA
from jalon.domain.referential import NaPolicy, Questionnaire, Referential
from jalon_web.cli.printer import Printer
from jalon_web.cli.shell import Refusal, Shell, print_json


@click.command()
@click.argument("name", metavar="RÉFÉRENTIEL")
@click.option("--json", "as_json", is_flag=True, help="Écrire du JSON.")
@click.pass_obj
def show(shell: Shell, name: str, *, as_json: bool) -> None:
    """Montrer les questions, critères et parcours d’un référentiel, avec les noms et valeurs à écrire.

    « jalon » désigne les questions du cœur.
    """
    catalogue = shell.plugins.catalogue
    facts = {full: fact for full, fact in catalogue.names.facts.items() if full.startswith(f"{name}/")}
    referential = catalogue.referentials.get(name)
    if referential is None and name != CORE:
        known = ", ".join([*sorted(catalogue.referentials), CORE])
        raise Refusal(f"{name} : référentiel inconnu ; attendu : {known}")
    if as_json:
        print_json(_described(referential, facts))
        return
    printer = Printer(shell.console)
    if referential is not None:
        printer.line(f"[bold]{escape(referential.title)}[/], édition {referential.edition}")
    _print_facts(printer, facts)
    if referential is not None:
        for questionnaire in referential.questionnaires:
            _print_questionnaire(printer, referential, questionnaire)
        for path in referential.paths:
            printer.line(
                f"[bold]{escape(referential.qualified(path.key))}[/] parcours : {escape(path.title)}"
            )


def _print_facts(printer: Printer, facts: dict[str, FactDefinition]) -> None:
    for name, fact in facts.items():
        printer.line(f"[bold]{escape(name)}[/] ({fact.type}) {escape(fact.question)}", hang=4)
        for choice in fact.choices:
            printer.line(f"{escape(choice.value)} [dim]{escape(choice.label)}[/]", indent=4, hang=4)


def _print_questionnaire(printer: Printer, referential: Referential, questionnaire: Questionnaire) -> None:
    printer.line()
    name = referential.qualified(questionnaire.key)
    levels = f"niveaux 0 à {questionnaire.scale.top}"
    about = f"{questionnaire.kind}, {questionnaire.about}, {levels}"
    printer.line(f"[bold]{escape(name)}[/] {escape(questionnaire.title)} [dim]({about})[/]")
    for _, criterion in questionnaire.criteria():
        refused = " [dim](NA refusé)[/]" if criterion.na is NaPolicy.NO else ""
        title = f"[bold]{escape(referential.qualified(criterion.code))}[/] {escape(criterion.title)}"
        printer.line(f"{title}{refused}", indent=2, hang=4)


def _described(referential: Referential | None, facts: dict[str, FactDefinition]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "facts": {
            name: {"type": fact.type.value, "question": fact.question, "values": list(fact.values)}
            for name, fact in facts.items()
        },
        "criteria": {},
        "paths": {},
    }
    if referential is not None:
        described["paths"] = {referential.qualified(path.key): path.title for path in referential.paths}
        for questionnaire in referential.questionnaires:
            described["criteria"].update(_criteria(referential, questionnaire))
    return described


def _criteria(referential: Referential, questionnaire: Questionnaire) -> Iterator[tuple[str, dict[str, Any]]]:
    levels = list(range(questionnaire.scale.top + 1))
    for _, criterion in questionnaire.criteria():
        described = {
            "title": criterion.title,
            "questionnaire": referential.qualified(questionnaire.key),
            "levels": levels if criterion.na is NaPolicy.NO else [*levels, NA],
        }
        yield referential.qualified(criterion.code), described
