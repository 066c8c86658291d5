"""What advice costs, beside a decision of the same case.

    python -m benchmarks.advice [--catalog 2026-11] [EXAMPLE]…

Prints for each kind of advice its time and how many decisions of the same case take as long.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from llmrules.advisor import Advisor
from llmrules.worlds.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ROUNDS = 50

KINDS = ("conflict_sets", "relaxations", "next_questions", "firmness", "worth_finding_out")


def main() -> None:
    """Measure every kind of advice on some examples."""
    parser = argparse.ArgumentParser(description="Measure what advice costs.")
    parser.add_argument("--catalog", action="append", default=[], help="a catalogue on top of ours")
    parser.add_argument("examples", nargs="*", default=["nothing-fits", "hospital-records", "start-up-on-a-budget"])
    options = parser.parse_args()
    advisor = Advisor.load(catalog=options.catalog, engine="plain")
    for name in options.examples:
        decision = advisor.decide(EXAMPLES / f"{name}.toml")
        world = World.of(decision)
        once = _seconds(world.decide, ROUNDS)
        say(f"{name}: {len(advisor.knowledge.models)} models, a decision takes {once * 1e6:,.0f} µs")
        for kind in KINDS:
            fresh = advisor.decide(decision.profile)
            took = _seconds(partial(getattr, fresh, kind), 1)
            say(f"  {kind:<18} {took * 1e3:9,.1f} ms  {took / once:9,.0f} decisions")


def _seconds(work: Callable[[], object], rounds: int) -> float:
    begun = process_time()
    for _ in range(rounds):
        work()
    return (process_time() - begun) / rounds


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
