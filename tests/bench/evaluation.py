"""Rules: our figures beside datalogic-py and a lower bound, in the same run."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, Final, NamedTuple

import datalogic_py
import workload
from rich.console import Console
from rich.table import Table

from jalon import hookimpl, referential_from_file
from jalon.domain.answers import Answer
from jalon.domain.catalogue import assemble
from jalon.domain.conditions import FactValue
from jalon.domain.evaluation import applicable, evaluate_product
from jalon.domain.jsonlogic import exported, exported_data
from jalon.domain.referential import Referential
from jalon.plugins import discovery
from jalon.plugins.registry import Plugins

ROUNDS: Final = 15
Given = Mapping[str, FactValue]


class Floor:
    """A lower bound: masks by (fact, value), decoded to names; conjunctions only, nothing else."""

    def __init__(self, referential: Referential) -> None:
        criteria = [
            criterion
            for questionnaire in referential.questionnaires
            for _, criterion in questionnaire.criteria()
        ]
        self._names = [referential.qualified(criterion.code) for criterion in criteria]
        everything = (1 << len(criteria)) - 1
        self._masks: dict[str, dict[object, int]] = {}
        for fact in referential.facts:
            name = referential.qualified(fact.key)
            self._masks[name] = dict.fromkeys((*fact.values, None), everything)
            for i, criterion in enumerate(criteria):
                for clause in getattr(criterion.applies_when, "parts", ()):
                    if clause.name == name:
                        for value in self._masks[name]:
                            if value not in clause.values:
                                self._masks[name][value] &= ~(1 << i)
        self._everything = everything
        self._zero_one = bytes.maketrans(b"01", b"\0\1")

    def applicable(self, given: Given) -> list[str]:
        mask = self._everything
        for name, masks in self._masks.items():
            mask &= masks[given.get(name)]
        bits = bin(mask | 1 << len(self._names))[:2:-1].encode().translate(self._zero_one)
        return list(compress(self._names, bits))


class Oracle:
    """datalogic-py on our exported conditions, data already parsed."""

    def __init__(self, referential: Referential) -> None:
        catalogue = assemble([referential])
        self._names = catalogue.product.entry_names
        engine = datalogic_py.Engine()
        self._session = engine.session()
        self._rules = [
            engine.compile(json.dumps(exported(entry.criterion.applies_when)))
            for entry in catalogue.product.entries
        ]

    def handle(self, given: Given) -> Any:
        return datalogic_py.DataHandle(json.dumps(exported_data(given, {})))

    def evaluate(self, handle: Any) -> list[str]:
        return self._session.evaluate_many(self._rules, handle)

    def applicable(self, given: Given) -> list[str]:
        results = self.evaluate(self.handle(given))
        return [name for name, result in zip(self._names, results, strict=True) if result == "true"]


def median_of(contenders: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Time contenders in turns; give the median of each in seconds."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def measure() -> int:
    """Measure everything and print it; say how many goals are missed."""
    bench = Bench()
    gc.collect()
    gc.freeze()
    missed = _print([*bench.one_product(), bench.many_products()])
    _print_loads()
    gc.unfreeze()
    return missed


class Row(NamedTuple):
    """One line of the table: what each contender took, and the goal as a ratio to datalogic-py."""

    title: str
    unit: str
    jalon: float
    datalogic: float
    floor: float
    goal: float | None


class Bench:
    """The workload, compiled for each contender."""

    def __init__(self) -> None:
        referential = workload.referential()
        self.catalogue = assemble([referential])
        self.floor, self.oracle = Floor(referential), Oracle(referential)
        _agree(self.catalogue, self.floor, self.oracle, workload.products(50))

    def one_product(self) -> list[Row]:
        """Time one product, as the mean over a sample."""
        catalogue, sample = self.catalogue, workload.products(200)
        handles = [self.oracle.handle(given) for given in sample]
        answers = {name: Answer(2) for name in catalogue.product.entry_names[::2]}
        times = median_of(
            {
                "jalon": lambda: [applicable(catalogue, given) for given in sample],
                "datalogic": lambda: [self.oracle.evaluate(handle) for handle in handles],
                "floor": lambda: [self.floor.applicable(given) for given in sample],
                "full": lambda: [evaluate_product(catalogue, given, {}) for given in sample],
                "answered": lambda: [evaluate_product(catalogue, given, answers) for given in sample],
            }
        )
        each = {name: seconds * 1e6 / len(sample) for name, seconds in times.items()}
        others = each["datalogic"], each["floor"]
        return [
            Row("one product, applicable criteria", "µs", each["jalon"], *others, 0.5),
            Row("one product, reasons and 60 rules", "µs", each["full"], *others, 4),
            Row("the same with 150 answers (no goal)", "µs", each["answered"], *others, None),
        ]

    def many_products(self) -> Row:
        """Time a portfolio."""
        many = workload.products(10_000)
        handles = [self.oracle.handle(given) for given in many]
        times = median_of(
            {
                "jalon": lambda: [applicable(self.catalogue, given) for given in many],
                "datalogic": lambda: [self.oracle.evaluate(handle) for handle in handles],
                "floor": lambda: [self.floor.applicable(given) for given in many],
            },
            rounds=5,
        )
        return Row(
            "10,000 products", "ms", *(1e3 * times[name] for name in ("jalon", "datalogic", "floor")), 0.25
        )


def _agree(catalogue: Any, floor: Floor, oracle: Oracle, sample: Sequence[Given]) -> None:
    for given in sample:
        ours = applicable(catalogue, given)
        if not ours == floor.applicable(given) == oracle.applicable(given):
            sys.exit("the contenders do not agree: nothing is worth measuring")


def _print(rows: Sequence[Row]) -> int:
    table = Table(
        "", "jalon", "datalogic-py", "floor", "/ datalogic", "goal", "/ floor", title="Evaluation (medians)"
    )
    missed = 0
    for row in rows:
        ratio = row.jalon / row.datalogic
        met = row.goal is None or ratio <= row.goal
        missed += not met
        shown = (f"{figure:.1f} {row.unit}" for figure in (row.jalon, row.datalogic, row.floor))
        verdict = f"[{'green' if met else 'red'}]{ratio:.2f}[/]"
        goal = "" if row.goal is None else f"≤ {row.goal}"
        table.add_row(row.title, *shown, verdict, goal, f"{row.jalon / row.floor:.1f}")
    Console(width=120).print(table)
    return missed


def _print_loads() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for i in range(20):
            (Path(folder) / f"r{i}.yaml").write_text(_file(f"r{i}", 100), encoding="utf-8")
        (Path(folder) / "small.yaml").write_text(_file("small", 3), encoding="utf-8")
        small = referential_from_file(Path(folder) / "small.yaml")
        big = [Path(folder) / f"r{i}.yaml" for i in range(20)]
        times = median_of(
            {
                "20 referentials of 100 criteria, from files to a compiled catalogue": lambda: (
                    Plugins(discovery.bare_files(big)).catalogue
                ),
                "the plugins installed, from entry points to a compiled catalogue": lambda: (
                    Plugins.load().catalogue
                ),
                "100 plugins of 3 criteria each, registered and compiled": lambda: (
                    Plugins(_many_plugins(small)).catalogue
                ),
            },
            rounds=3,
        )
    table = Table("", "median", title="Loading (no limit)")
    for title, seconds in times.items():
        table.add_row(title, f"{seconds * 1e3:.0f} ms")
    Console(width=120).print(table)


def _many_plugins(small: Referential) -> list[discovery.Plugin]:
    from dataclasses import replace

    class Bring:
        def __init__(self, key: str) -> None:
            self._key = key

        @hookimpl
        def jalon_referentials(self) -> list[Referential]:
            rules = tuple(replace(rule, levels={}) for rule in small.rules)
            return [replace(small, key=self._key, rules=rules)]

    return [discovery.from_object(f"p{i}", Bring(f"p{i}")) for i in range(100)]


def _file(key: str, criteria: int) -> str:
    """Write a referential with help texts, conditions and rules, as authors do."""
    head = f"""\
        jalon: 1
        key: {key}
        title: Référentiel {key}
        edition: "2021.12"
        effective: 2021-12-23
        publisher: {{name: Jalon}}
        facts:
          - {{key: a, question: Une question ?, type: boolean}}
          - {{key: b, question: Une autre ?, type: choice, choices: [{{value: x, label: X}}, {{value: y, label: Y}}]}}
        questionnaires:
          - key: q
            title: Questionnaire
            kind: maturity
            axes:
        """
    body = "".join(_axis(i, min(10, criteria - i)) for i in range(0, criteria, 10))
    return textwrap.dedent(head) + body


def _axis(start: int, count: int) -> str:
    lines = [f"      - key: X{start}", f"        title: Axe {start}", "        criteria:"]
    for i in range(start, start + count):
        lines += [
            f"          - code: C{i}",
            f"            title: Critère {i}",
            "            question: Comment le produit répond-il à cette exigence ?",
            "            help: |-",
            "              Une **aide** de plusieurs phrases, avec une [adresse](https://example.org/aide).",
            "              Elle explique les termes et donne un exemple.",
            "            levels:",
            "              0: Rien n’est fait.",
            "              1: Une partie est faite, sans écrit.",
            "              2: Tout est fait, sans preuve.",
            "              3: Tout est fait et prouvé.",
            "            expected: [{since: 2021-12-23, level: 1}, {since: 2023-01-01, level: 2}]",
            "            applies_when: {a: oui, b: [x, y]}",
            "            keywords: [essai, mesure]",
        ]
    return "\n".join(lines) + "\n"
