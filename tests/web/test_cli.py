"""The command line: what it prints, refuses and returns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jalon_web.cli import main

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
FAQ = sorted((ROOT / "docs/examples/faq").glob("*.yaml"))


@pytest.fixture
def run() -> Run:
    """Run the command in this process, with the installed plugins."""

    def ran(*arguments: object) -> Result:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return ran


@pytest.fixture
def product(tmp_path: Path) -> Callable[[str], Path]:
    """Write a file to evaluate."""

    def written(text: str) -> Path:
        path = tmp_path / "produit.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def _joined(printed: str) -> str:
    """Undo the wrapping of lines, which depends on the width of the terminal."""
    return re.sub("[ \n]+", " ", printed)


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
    printed = _joined(run("evaluate", product(text)).stdout)

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


def test_plugins_lists_state_and_reason(run: Run, referentials: Path) -> None:
    """Every plugin comes with its version, edition, state, hooks and what it touches."""
    by_name = {each["name"]: each for each in json.loads(run("plugins", "--json").stdout)}
    dmp = by_name["dmp_compat"]

    assert ("active", "0.1.0", ["jalon_referentials"], ["doctrine"]) == (
        dmp["state"],
        dmp["version"],
        dmp["hooks"],
        dmp["touches"],
    )
    assert (
        "en attente de : base >=2021.12 (absent)"
        in run("--referentials", referentials / "path.yaml", "plugins").stdout
    )


def test_a_suspended_file_is_listed_with_its_faults(run: Run, tmp_path: Path) -> None:
    """A refused referential is shown suspended, with every fault, and the others work."""
    (tmp_path / "faux.yaml").write_text("jalon: 1\ncle: faux\n", encoding="utf-8")
    printed = run("--referentials", tmp_path, "plugins").stdout

    assert "suspendu" in printed
    assert "clé inconnue : cle" in printed
    assert printed.count("actif") >= 5


def test_check_is_silent_about_what_is_right(run: Run) -> None:
    """The plugins of this repository have nothing to report."""
    result = run("check")

    assert (0, "") == (result.exit_code, result.stderr)
    assert 5 == result.stdout.count("rien à signaler")


def test_check_a_file_against_what_is_installed(run: Run, tmp_path: Path) -> None:
    """A file that names an unknown code of an installed referential is refused, with the nearest one."""
    path = tmp_path / "essai.yaml"
    path.write_text(
        'jalon: 1\nkey: essai\ntitle: Essai\nedition: "1"\neffective: 2021-01-01\npublisher: {name: Moi}\n'
        "requires: {doctrine: '>=2021.12'}\ntouches: [doctrine]\nrules:\n"
        "  - {key: r, title: R, when: {doctrine/produit_document: oui}, levels: {doctrine/A08.3.11: 3}, reason: R.}\n",
        encoding="utf-8",
    )
    result = run("check", path)

    assert 2 == result.exit_code
    assert f"{path}:10: fait inconnu : doctrine/produit_document" in result.stderr
    assert "vouliez-vous dire doctrine/produit_documents" in result.stderr
    assert f"{path}:10: critère inconnu : doctrine/A08.3.11" in result.stderr


def test_check_the_source_of_an_installed_plugin(run: Run) -> None:
    """An author checks the file of an installed plugin: it stands in for the installed one."""
    result = run("check", ROOT / "plugins/dmp_compat/src/jalon_dmp_compat/referential.yaml")

    assert 0 == result.exit_code, result.stderr


def test_check_an_unknown_name(run: Run) -> None:
    """Neither a plugin nor a file: the installed names are told."""
    result = run("check", "doctrines")

    assert 2 == result.exit_code
    assert "doctrine" in result.stderr


def test_show_tells_names_and_values(run: Run) -> None:
    """Whoever writes rules finds the names and values of another referential."""
    printed = run("show", "dmp_compat").stdout
    described = json.loads(run("show", "doctrine", "--json").stdout)

    assert "dmp_compat/dmp_profils (choices)" in printed
    assert "alimentation Alimentation" in printed
    assert [0, 1, 2, 3, "NA"] == described["criteria"]["doctrine/A08.3.1"]["levels"]
    assert "biologie" in described["facts"]["doctrine/familles_documents"]["values"]
    assert "jalon/kind" in json.loads(run("show", "jalon", "--json").stdout)["facts"]


def test_show_an_unknown_referential(run: Run) -> None:
    """A wrong name is refused with those that exist."""
    result = run("show", "dmp")

    assert 2 == result.exit_code
    assert "dmp_compat" in result.stderr


def test_a_plugin_that_takes_no_part_is_told(
    run: Run, referentials: Path, product: Callable[[str], Path]
) -> None:
    """Evaluating says which plugin waits or is suspended, also when a name is unknown because of it."""
    path = referentials / "path.yaml"
    report = json.loads(run("--referentials", path, "evaluate", "--json", product("{}")).stdout)
    refused = run("--referentials", path, "evaluate", product("answers: {base/A1: 1}"))

    assert [("plugin-waiting", "path")] == [(each["code"], each["plugin"]) for each in report["problems"]]
    assert "critère inconnu" in refused.stderr
    assert "Le module path est en attente de" in _joined(refused.stderr)


def test_check_json(run: Run, tmp_path: Path) -> None:
    """Machines read each fault with its place and its code."""
    path = tmp_path / "faux.yaml"
    path.write_text("jalon: 2\n", encoding="utf-8")
    result = run("check", path, "--json")
    (described,) = json.loads(result.stdout)

    assert 2 == result.exit_code
    assert {"file", "line", "code", "found", "expected", "nearest", "message"} == set(
        described["diagnostics"][0]
    )


def _command(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    start = "import sys; from jalon_web.cli import main; main(sys.argv[1:], prog_name='jalon')"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
        timeout=60,
    )


def test_an_unexpected_error_shows_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in Jalon itself is one sentence, and where to find more."""

    def fails(**_: object) -> None:
        raise RuntimeError("cassé")

    monkeypatch.setattr("importlib_metadata.entry_points", fails)
    result = run("plugins")

    assert 2 == result.exit_code
    assert "Erreur inattendue de Jalon : RuntimeError : cassé (test_cli.py:" in result.stderr
    assert "JALON_TRACE=1" in result.stderr
    monkeypatch.setenv("JALON_TRACE", "1")
    with pytest.raises(AssertionError, match="cassé"):
        run("plugins")


@pytest.mark.parametrize(
    "arguments", [["plugins"], ["check"], ["evaluate", str(FAQ[0])], ["evaluate", str(FAQ[0]), "--json"]]
)
def test_a_terminal_without_accents_is_no_fault(arguments: list[str]) -> None:
    """Where a terminal lacks letters, substitutes are printed; JSON stays exact."""
    done = _command(*arguments, environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert (0, "") == (done.returncode, done.stderr)
    if "--json" in arguments:
        assert "Alimentation" in json.dumps(json.loads(done.stdout)) or json.loads(done.stdout)["facts"]


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    """`jalon schema | head -1` ends quietly."""
    start = "from jalon_web.cli import main; main(['schema'], prog_name='jalon')"
    shell = f'"{sys.executable}" -c "{start}" 2>"{tmp_path}/err" | head -1'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, timeout=60)

    assert "{\n" == done.stdout
    assert "" == (tmp_path / "err").read_text()


def test_commands_without_page_do_not_import_flask() -> None:
    """Evaluating and checking load neither Flask nor SQLModel."""
    start = (
        "import sys; from click.testing import CliRunner; from jalon_web.cli import main; "
        "CliRunner().invoke(main, ['plugins']); print({'flask', 'sqlmodel', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=True, timeout=60
    )

    assert "set()\n" == done.stdout


def test_colours_are_for_terminals_only() -> None:
    """A pipe gets plain text, unless colour is asked for."""
    path = str(ROOT / "docs/examples/faq/administration.yaml")
    plain, forced = _command("evaluate", path), _command("evaluate", path, environment={"FORCE_COLOR": "1"})

    assert "\x1b[" not in plain.stdout
    assert "\x1b[" in forced.stdout


def _schema_cases() -> list[Path]:
    return [
        *ROOT.glob("plugins/*/src/*/referential.yaml"),
        *(ROOT / "tests/referentials").glob("*.yaml"),
    ]


@pytest.mark.parametrize("path", _schema_cases(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_schema_accepts_our_referentials(run: Run, path: Path) -> None:
    """The JSON Schema for editors accepts every referential of this repository."""
    import jsonschema
    import yaml

    class Plain(yaml.CSafeLoader):
        """Read dates as text, as JSON has none."""

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=Plain)  # noqa: S506 - a SafeLoader
    jsonschema.Draft202012Validator(json.loads(run("schema").stdout)).validate(_text_keys(content))


def test_the_schema_refuses_an_unknown_key(run: Run) -> None:
    """An editor underlines a misspelt key."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(run("schema").stdout))

    assert any("titel" in error.message for error in validator.iter_errors({"titel": "x"}))


def _text_keys(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _text_keys(value) for key, value in node.items()}
    return [_text_keys(item) for item in node] if isinstance(node, list) else node
