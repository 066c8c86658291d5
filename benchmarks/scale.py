"""What a decision costs among twelve models, among those of November 2026 and among thousands, side by side in one run.

``python -m benchmarks.scale`` prints medians: loading from the files with nothing remembered, deciding a case with and
without its cost of a month, building the trace, and what that trace weighs. The thousands are made up, as many offers
as one public list has; ``--catalog FILE`` takes another catalogue in their place. At last it says what loading takes
beside parsing the same files by tomllib alone: what is shipped, and a project of many small rule files.
"""

from __future__ import annotations

import argparse
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from benchmarks.catalog import OFFERS, json_text, made_up
from benchmarks.decide import measure
from benchmarks.growth import HEAD, rule

from llmrules import Advisor
from llmrules.reading.shipped import ARTICLE, catalog_path, rule_files

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN: dict[str, Any] = {
    "as_of": date(2026, 11, 26),
    "tasks": ["coding"],
    "context_tokens": 100_000,
    "modalities": ["text"],
    "commercial_use": True,
}
MONEY = {**PLAIN, "monthly_input_tokens": 400_000_000, "monthly_output_tokens": 60_000_000, "monthly_budget": 500}


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalog", type=Path, help="a catalogue file in place of the one that is made up")
    parser.add_argument("--offers", type=int, default=OFFERS, help="how many offers are made up")
    parser.add_argument("--files", type=int, default=300, help="how many small rule files the project has")
    parser.add_argument("--rounds", type=int, default=40, help="how often deciding is measured")
    parser.add_argument("--loading-rounds", type=int, default=9, help="how often loading is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large = options.catalog or Path(folder) / "large.json"
        if options.catalog is None:
            large.write_text(json_text(made_up(options.offers)), encoding="utf-8")
        columns = [_column(catalog, options.rounds) for catalog in ([], ["2026-11"], [str(large)])]
    print("| " + " | ".join(["", *(column.pop("") for column in columns)]) + " |")
    print("|---|" + "--:|" * len(columns))
    for name in columns[0]:
        print("| " + " | ".join([name, *(column[name] for column in columns)]) + " |")
    _loading(options.files, options.loading_rounds)


def _loading(files: int, rounds: int) -> None:
    """Print what loading takes, in times of what tomllib takes for the same files."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            head = HEAD if not number else f'language = 1\npack = "part-{number}"\n'
            body = (
                f'when.budget = "tight"\nwhen.amount.at_least = {number}\nprefer.weights_available = true\nweight = 1'
            )
            text = head + "".join(rule(f"r{number}-{place}", body) for place in range(3))
            Path(folder, f"{number:03}.toml").write_text(text, encoding="utf-8")
        shipped = [*rule_files(with_rules=True), catalog_path(ARTICLE)]
        project = [*rule_files(with_rules=False), catalog_path(ARTICLE), *Path(folder).iterdir()]
        measured: dict[str, Callable[[], object]] = {
            "shipped": Advisor.load,
            "project": lambda: Advisor.load(catalog=["article"], rules=[folder], shipped_rules=False),
            "shipped, tomllib": lambda: [tomllib.loads(file.read_text(encoding="utf-8")) for file in shipped],
            "project, tomllib": lambda: [tomllib.loads(file.read_text(encoding="utf-8")) for file in project],
        }
        medians = measure(measured, rounds)
    for name, what in (("shipped", "our rules and models"), ("project", f"{files} small files of rules")):
        least = medians[f"{name}, tomllib"]
        print(f"{what}: loaded in {medians[name] / 1e6:,.0f} ms, {medians[name] / least:.1f} times tomllib alone")


def _column(catalog: list[str], rounds: int) -> dict[str, str]:
    """Return what is measured of one catalogue; its head has no name."""
    start = perf_counter_ns()
    advisor = Advisor.load(catalog=catalog)
    loaded = perf_counter_ns() - start
    plain, money = advisor.decide(PLAIN), advisor.decide(MONEY)
    rows = money.candidates.count
    measured: dict[str, Callable[[], object]] = {
        "a decision": lambda: advisor.decide(PLAIN),
        "the same, with what a month costs": lambda: advisor.decide(MONEY),
        "with its trace": lambda: advisor.decide(MONEY).trace,
    }
    medians = measure(measured, max(5, min(rounds, 20_000 // rows)))
    return {
        "": f"{len(money.candidates.models):,} models, {rows:,} offers",
        "loaded, nothing remembered": f"{loaded / 1e6:,.0f} ms",
        **{name: f"{median / 1e6:,.1f} ms" for name, median in medians.items()},
        "eligible, unverified, excluded": " / ".join(
            f"{len(of):,}" for of in (plain.ranking, plain.unverified, plain.excluded)
        ),
        "size of the trace": f"{len(money.trace.to_json().encode()) / 1e6:.2f} MB",
    }


if __name__ == "__main__":
    main()
