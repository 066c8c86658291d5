"""What advice costs, beside a decision of the same case.

    python -m benchmarks.advice [--engine plain] [--catalog 2026-11] [--made-up 3000] [EXAMPLE]…

The unit is what a user gets: ``advisor.decide(profile)`` with its ``best``, by the engine that is the default unless
another is named; the least time of 50. Advice itself always decides by the plain evaluator.
Prints for each example, by default for all of them, how many such decisions each kind of advice takes, by its least
time of a few rounds, each on a new decision and beside two of those 50; and at the end of each kind the least and
the most. ``--made-up`` adds so many offers that nobody makes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from math import inf
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from benchmarks.catalog import json_text, made_up

from llmrules.advisor import Advisor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DECISIONS, ROUNDS = 2, 5

KINDS = ("conflict_sets", "relaxations", "next_questions", "firmness", "worth_finding_out")


def main() -> None:
    """Measure every kind of advice on some examples."""
    parser = argparse.ArgumentParser(description="Measure what advice costs.")
    parser.add_argument("--engine", default="auto", help="what fires the rules of the decisions that are the unit")
    parser.add_argument("--catalog", action="append", default=[], help="a catalogue on top of ours")
    parser.add_argument("--made-up", type=int, default=0, help="how many offers to make up")
    parser.add_argument("examples", nargs="*", default=sorted(one.stem for one in EXAMPLES.glob("*.toml")))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.made_up:
            large = Path(folder) / "large.json"
            large.write_text(json_text(made_up(options.made_up)), encoding="utf-8")
            options.catalog.append(str(large))
        advisor = Advisor.load(catalog=options.catalog, engine=options.engine)
    models, offers = len(advisor.knowledge.models), advisor.decide({}).candidates.count
    say(f"{models:,} models, {offers:,} offers; in decisions of the same case:")
    say(f"{'':<28}{'a decision':>12}" + "".join(f"{kind:>18}" for kind in KINDS))
    found = {name: _measure(advisor, name) for name in options.examples}
    for kind in KINDS:
        least, most = (choose(found, key=lambda name: found[name][kind]) for choose in (min, max))
        say(f"{kind}: {found[least][kind]:,.1f} ({least}) to {found[most][kind]:,.1f} ({most})")


def _measure(advisor: Advisor, name: str) -> Mapping[str, float]:
    """Return how many decisions each kind takes on an example."""
    profile = advisor.decide(EXAMPLES / f"{name}.toml").profile
    once, took = inf, dict.fromkeys(KINDS, inf)
    for kind in (kind for kind in KINDS for _ in range(ROUNDS)):
        once = min(once, *(_seconds(lambda: advisor.decide(profile).best) for _ in range(DECISIONS)))
        took[kind] = min(took[kind], _seconds(partial(getattr, advisor.decide(profile), kind)))
    say(f"{name:<28}{once * 1e6:9,.0f} µs" + "".join(f"{its / once:18,.1f}" for its in took.values()))
    return {kind: its / once for kind, its in took.items()}


def _seconds(work: Callable[[], object]) -> float:
    """Return the time of the processor that something takes."""
    begun = process_time()
    work()
    return process_time() - begun


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
