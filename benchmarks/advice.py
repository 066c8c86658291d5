"""What advice costs, beside a decision of the same case.

    python -m benchmarks.advice [--catalog 2026-11] [--made-up 3000] [EXAMPLE]…

Prints for each kind of advice its least time of a few rounds, and how many decisions of the same case, measured in the
same run, take as long. Each round advises on a new decision. ``--made-up`` adds so many offers that nobody makes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.catalog import json_text, made_up

from llmrules.advisor import Advisor
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DECISIONS, ROUNDS = 50, 3

KINDS = ("conflict_sets", "relaxations", "next_questions", "firmness", "worth_finding_out")


def main() -> None:
    """Measure every kind of advice on some examples."""
    parser = argparse.ArgumentParser(description="Measure what advice costs.")
    parser.add_argument("--catalog", action="append", default=[], help="a catalogue on top of ours")
    parser.add_argument("--made-up", type=int, default=0, help="how many offers to make up")
    parser.add_argument("examples", nargs="*", default=["nothing-fits", "hospital-records", "start-up-on-a-budget"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.made_up:
            large = Path(folder) / "large.json"
            large.write_text(json_text(made_up(options.made_up)), encoding="utf-8")
            options.catalog.append(str(large))
        advisor = Advisor.load(catalog=options.catalog, engine="plain")
    for name in options.examples:
        _measure(advisor, name)


def _measure(advisor: Advisor, name: str) -> None:
    decision = advisor.decide(EXAMPLES / f"{name}.toml")
    once = _least(World.of(decision).decide, DECISIONS)
    models, offers = len(advisor.knowledge.models), decision.candidates.count
    say(f"{name}: {models:,} models, {offers:,} offers, a decision takes {once * 1e6:,.0f} µs")
    for kind in KINDS:
        took = min(_seconds(kind, advisor.decide(decision.profile)) for _ in range(ROUNDS))
        say(f"  {kind:<18} {took * 1e3:9,.1f} ms  {took / once:9,.0f} decisions")


def _seconds(kind: str, decision: object) -> float:
    return _least(lambda: getattr(decision, kind), 1)


def _least(work: Callable[[], object], rounds: int) -> float:
    """Return the least time that something took, in seconds."""
    took = []
    for _ in range(rounds):
        begun = process_time()
        work()
        took.append(process_time() - begun)
    return min(took)


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
