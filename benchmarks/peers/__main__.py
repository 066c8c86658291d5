"""``python -m benchmarks.peers``: who decides how quickly, and who can say why.

Every contestant must give the oracle's answers before its time counts. Times are of one case, from plain values to all
verdicts, points and places; each case is given to all contestants in turn, so that a machine that slows down slows all
of them, and what is shown is the ratio to the plain loop: the least of all cases, and the median. ``make bench``
installs all contestants; those that are missing are named and left out.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING

from attrs import asdict
from benchmarks.peers.contestants import CONTESTANTS
from benchmarks.peers.workload import Answer, oracle, placed, workload

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.peers.contestants import Deciding
    from benchmarks.peers.workload import Case, Workload

SIZES = ("40x12", "40x400", "40x3000", "200x3000", "1000x400")
REPEATED = 3_000_000
"""Nanoseconds for which a contestant is given a case again and again."""

BASE = "plain Python loop"
IN_NODE = "json-rules-engine and a loop"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=40, help="how many cases of each size")
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="RxM", help="so many rules and so many models")
    options = parser.parse_args()
    columns: dict[str, dict[str, str]] = {}
    for rules, models in (map(int, size.split("x")) for size in options.sizes):
        work = workload(rules, models, options.cases)
        columns[f"{rules:,} x {models:,}"] = column(work)
    made = f"Python {platform.python_version()}, {platform.machine()}, {options.cases} cases"
    print(f"\n{datetime.now(UTC).date()}, {made}")
    print("| rules x models | explains | " + " | ".join(columns) + " |")
    print("|---|---|" + "--:|" * len(columns))
    explaining = {name: explains for name, (_, explains) in CONTESTANTS.items()} | {IN_NODE: "which rules"}
    for name, explains in explaining.items():
        cells = [one.get(name, "-") for one in columns.values()]
        print(f"| {name} | {explains} | " + " | ".join(cells) + " |")


def column(work: Workload) -> dict[str, str]:
    """Return, of each contestant, the least and the median ratio; of the plain loop its median time."""
    deciding = dict(_ready(work))
    times: dict[str, list[int]] = {name: [] for name in deciding}
    for case in work.cases:
        for name, (decide, _) in deciding.items():
            times[name].append(_time(decide, case))
    found = {BASE: f"{statistics.median(times[BASE]) / 1e3:,.0f} µs"}
    times |= _in_node(work)
    for name in times.keys() - {BASE}:
        ratios = [its / base for its, base in zip(times[name], times[BASE], strict=True)]
        found[name] = f"{min(ratios):.2g} / {statistics.median(ratios):.2g}"
    return found


def _time(decide: Callable[[Case], object], case: Case) -> int:
    """Return the least time of a few runs in a row; of one alone where that is long."""
    least = spent = 0
    while spent < REPEATED:
        start = perf_counter_ns()
        decide(case)
        took = perf_counter_ns() - start
        least, spent = min(least or took, took), spent + took
    return least


def _in_node(work: Workload) -> dict[str, list[int]]:
    """Return the times of json-rules-engine, which runs in a process of its own; of none where it is not installed."""
    node = shutil.which("node")
    try:
        if node is None:
            raise FileNotFoundError("node")
        done = subprocess.run(  # noqa: S603 - our own script
            [node, str(Path(__file__).with_name("json_rules.cjs"))],
            input=json.dumps(asdict(work)), capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        print(f"{IN_NODE} is left out: node finds no json-rules-engine (make bench installs it)")
        return {}
    found = json.loads(done.stdout)
    for case, (out, ranked) in zip(work.cases[:20], found["answers"], strict=False):
        if Answer(tuple(out), placed(dict(ranked))) != oracle(work, case):
            print(f"{IN_NODE} is left out: it answers otherwise than the oracle")
            return {}
    return {IN_NODE: found["nanoseconds"]}


def _ready(work: Workload) -> list[tuple[str, Deciding]]:
    """Return the contestants that can be had here and that give the right answers."""
    found = []
    for name, (prepare, _) in CONTESTANTS.items():
        try:
            decide, answer = prepare(work)
        except ImportError as error:
            print(f"{name} is left out: {error}")
            continue
        wrong = [number for number, case in enumerate(work.cases[:20]) if answer(decide(case)) != oracle(work, case)]
        if wrong:
            print(f"{name} is left out: it answers case {wrong[0]} otherwise than the oracle")
        else:
            found.append((name, (decide, answer)))
    return found


if __name__ == "__main__":
    main()
