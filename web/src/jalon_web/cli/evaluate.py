"""`jalon evaluate`: the whole engine, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jalon.exchange.evaluation_json import as_json
from jalon.exchange.report import Report, report_on
from jalon.exchange.subject_file import SubjectFileError, read_subject
from jalon.plugins.files.tree import MAX_BYTES
from jalon.plugins.telling import unreadable
from jalon_web import wording
from jalon_web.cli.report import print_report
from jalon_web.cli.shell import Refusal, Shell, print_json


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FICHIER.yaml…", type=click.Path(path_type=Path))
@click.option(
    "--json", "to_machine", is_flag=True, help="Écrire du JSON (une liste s’il y a plusieurs fichiers)."
)
@click.pass_obj
def evaluate(shell: Shell, files: tuple[Path, ...], *, to_machine: bool) -> None:
    """Évaluer des produits décrits par leurs réponses : faits, critères posés, pré-remplissages, scores."""
    reports = [(path, _report(shell, path)) for path in files]
    if to_machine:
        written: list[dict[str, Any]] = [as_json(report) for _, report in reports]
        print_json(written[0] if len(written) == 1 else written)
        return
    for path, report in reports:
        print_report(shell.console, report, report.name or path.stem)


def _report(shell: Shell, path: Path) -> Report:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refusal(f"{path}: fichier illisible : {unreadable(error)}") from None
    try:
        subject = read_subject(content, shell.plugins.catalogue, str(path))
    except SubjectFileError as error:
        # A name may be unknown only because the plugin that declares it takes no part.
        absences = [wording.problem(problem) for problem in shell.plugins.absences()]
        raise Refusal("\n".join([str(error), *absences])) from None
    return report_on(subject, shell.plugins)
