"""`jalon evaluate`: the output, the report, and the files it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.command import FAQ, ROOT, Run, joined


def test_evaluate_writes_the_documented_json(run: Run, product: Callable[[str], Path]) -> None:
    """The example of the documentation gives facts, criteria, axes, paths, conflicts and problems."""
    text = """
profile: {dmp_profils: [alimentation, consultation], connecteur: false}
answers: {doctrine/A08.3.1: 2, doctrine/A08.5.23: NA}
date: 2021-12-23
"""
    result = json.loads(run("evaluate", product(text), "--json").stdout)
    keys = ["format", "date", "facts", "criteria", "questionnaires", "axes", "paths", "conflicts", "problems"]

    assert keys == list(result)
    assert (2, True) == tuple(result["criteria"]["doctrine/A08.3.1"][key] for key in ("level", "diverges"))
    assert ("NA", True) == tuple(
        result["criteria"]["doctrine/A08.5.23"][key] for key in ("level", "diverges")
    )
    assert 2 == result["criteria"]["doctrine/A08.5.23"]["expected"]


def test_several_files_give_a_list(run: Run) -> None:
    """One product, one object; several products, a list in the order asked."""
    results = json.loads(run("evaluate", *FAQ, "--json").stdout)

    assert len(FAQ) == len(results)


def test_the_report_is_readable_french(run: Run) -> None:
    """Without --json, a person reads facts, scores, levels and reasons."""
    result = run("evaluate", ROOT / "docs/examples/faq/trois-profils.yaml")

    assert 0 == result.exit_code
    for words in (
        "Questions préliminaires",
        "déduit par dmp_compat/alimentation",
        "pré-rempli, à confirmer",
        "Posé parce que la réponse est « oui » à :",
        "serait posé si la réponse était",
        "niveau 2 au minimum, règle dmp_compat/consultation",
        "Avancement du parcours « DMP-compatibilité »",
    ):
        assert words in " ".join(result.stdout.split(" ")).replace("\n      ", " ").replace("\n    ", " "), (
            words
        )


def test_the_report_tells_a_divergence_and_a_lost_support(run: Run, product: Callable[[str], Path]) -> None:
    """What needs a person's attention is worded on its criterion."""
    text = """
profile: {dmp_profils: [consultation]}
answers:
  doctrine/A08.5.23: 1
  doctrine/A08.1.1: {level: 2, support: [dmp_compat/disparue]}
  doctrine/A08.1.3: {to_investigate: oui}
  doctrine/A08.4.3: 2
"""
    printed = joined(run("evaluate", product(text)).stdout)

    assert "Divergence : la réponse ne suit pas ce que proposent les règles." in printed
    assert "À reconfirmer : l’information qui justifiait ce niveau a changé." in printed
    assert "À instruire : compte comme sans réponse." in printed
    assert "réponse 2 mise de côté" in printed


def test_no_line_breaks_before_high_punctuation(run: Run) -> None:
    """French typography holds: no line begins with a colon, a question mark or a closing quote."""
    printed = run("evaluate", *FAQ).stdout

    assert not [line for line in printed.splitlines() if line.strip()[:1] in {":", ";", "?", "!", " »"}]


FAULTS = [
    ("", 0, "fichier vide"),
    ("- a", 1, "nature inattendue"),
    ("profile: [a]", 1, "nature inattendue"),
    ("profil: {}", 1, "clé inconnue : profil"),
    ("profile: {dmp_profil: x}", 1, "fait inconnu : dmp_profil"),
    ("profile: {dmp_profils: [alimentaton]}", 1, "valeur impossible pour ce fait : « alimentaton »"),
    ("profile: {connecteur: peut-être}", 1, "valeur impossible pour ce fait : « peut-être »"),
    ("profile: {connecteur: }", 1, "valeur impossible pour ce fait : rien"),
    ("profile: {connecteur: oui, dmp_compat/connecteur: oui}", 1, "nom employé deux fois"),
    ("profile: {jalon/paths: [dmp2]}", 1, "valeur impossible pour ce fait : « dmp2 »"),
    ("profile: {jalon/kind: socle}", 1, "valeur impossible"),
    ("answers: {A08.3.9: 1}", 1, "critère inconnu : A08.3.9"),
    ("answers: {A08.3.1: 4}", 1, "réponse impossible à ce critère : « 4 »"),
    ("answers: {A08.3.1: vert}", 1, "réponse impossible à ce critère : « vert »"),
    ("answers: {A08.1.1: NA}", 1, "NA est refusé"),
    ("answers: {A08.3.1: [1]}", 1, "réponse impossible à ce critère : une liste"),
    ("answers: {A08.3.1: {niveau: 1}}", 1, "clé inconnue : niveau"),
    ("answers: {A08.3.1: {level: 1, to_investigate: yes}}", 1, "ni oui ni non"),
    ("answers: {A08.3.1: {level: 1, support: {a: b}}}", 1, "nature inattendue"),
    ("date: 2021-13-01", 1, "date illisible"),
    ("profile: {a: &x b}", 1, "ancre YAML refusée"),
    ("profile: {connecteur: oui}\nprofile: {}", 2, "clé répétée"),
    ("profile: " + "[" * 30_000, 1, "imbrication trop profonde"),
    ('profile: {a: "\\ud800"}', 0, "erreur de syntaxe YAML"),
]


@pytest.mark.parametrize(("text", "line", "message"), FAULTS, ids=[message for _, _, message in FAULTS])
def test_bad_input_is_refused_with_its_place(
    run: Run, product: Callable[[str], Path], text: str, line: int, message: str
) -> None:
    """A wrong file stops with exit code 2, its faults on standard error with file and line, nothing on output."""
    path = product(text)
    result = run("evaluate", path, "--json")

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert result.stderr.startswith(f"{path}:{line}: " if line else f"{path}")
    assert "Traceback" not in result.stderr


def test_every_fault_of_a_file_is_told_at_once_with_the_nearest_name(
    run: Run, product: Callable[[str], Path]
) -> None:
    """Three mistakes, three lines, each with the name that was probably meant."""
    text = "profile:\n  dmp_profil: [alimentation]\n  connecteur: nn\nanswers: {A08.3.11: 2}\n"
    lines = run("evaluate", product(text)).stderr.strip().splitlines()

    assert 3 == len(lines)
    assert "vouliez-vous dire dmp_compat/dmp_profils" in lines[0]
    assert "vouliez-vous dire non" in lines[1]
    assert "doctrine/A08.3.1" in lines[2]


def test_an_ambiguous_short_name_is_refused(run: Run, tmp_path: Path, product: Callable[[str], Path]) -> None:
    """A short name that two referentials declare must be written in full."""
    (tmp_path / "refs").mkdir()
    (tmp_path / "refs/autre.yaml").write_text(
        'jalon: 1\nkey: autre\ntitle: Autre\nedition: "1"\neffective: 2021-01-01\npublisher: {name: Moi}\n'
        "facts: [{key: connecteur, question: Connecteur ?, type: boolean}]\n",
        encoding="utf-8",
    )
    result = run("--referentials", tmp_path / "refs", "evaluate", product("profile: {connecteur: oui}"))

    assert 2 == result.exit_code
    assert "vouliez-vous dire autre/connecteur ou dmp_compat/connecteur" in result.stderr


def test_a_missing_file_is_refused(run: Run, tmp_path: Path) -> None:
    """A file that cannot be read is told, not traced."""
    result = run("evaluate", tmp_path / "absent.yaml")

    assert 2 == result.exit_code
    assert "absent.yaml: fichier illisible" in result.stderr


def test_a_plugin_that_takes_no_part_is_told(
    run: Run, referentials: Path, product: Callable[[str], Path]
) -> None:
    """Evaluating says which plugin waits or is suspended, also when a name is unknown because of it."""
    path = referentials / "path.yaml"
    report = json.loads(run("--referentials", path, "evaluate", "--json", product("{}")).stdout)
    refused = run("--referentials", path, "evaluate", product("answers: {base/A1: 1}"))

    assert [("plugin-waiting", "parcours")] == [(each["code"], each["plugin"]) for each in report["problems"]]
    assert "critère inconnu" in refused.stderr
    assert "Le module parcours est en attente de" in joined(refused.stderr)


def test_a_kept_answer_to_a_question_not_asked_is_printed(run: Run, product: Callable[[str], Path]) -> None:
    """What a person gave to a question that is not asked is shown as kept, not lost."""
    printed = joined(run("evaluate", product("profile: {dmp_profils: [], connecteur: oui}")).stdout)

    assert "question non posée, réponse « oui » conservée" in printed
