"""`jalon plugins`, `jalon check` and `jalon show`: what they print, refuse and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import ROOT, Run


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


def test_the_list_of_plugins_fits_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns no name, edition or state of an installed plugin is cut."""
    monkeypatch.setenv("COLUMNS", "80")
    printed = run("plugins").stdout

    assert "…" not in printed
    assert "mon_espace_sante  0.1.0    2022.07  actif" in printed
