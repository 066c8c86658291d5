"""What a decision costs, side by side in one run: bare firing, decision, decision with its trace, trace written.

``python -m benchmarks.decide`` prints medians and their ratios to the bare firing of the shipped rules, which is
durable-rules alone, without certification, verdicts or explanations. The four are measured in turn, round after
round, so that a machine that slows down slows all of them; times are those of the processor, so that others at work on
the same machine count for little.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from time import process_time_ns
from typing import TYPE_CHECKING

from llmrules import Advisor
from llmrules.engine.durable import DurableEngine, available
from llmrules.engine.plain import PlainEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmrules.language.profile import Profile

EXAMPLES = Path(__file__).parent.parent / "examples"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="hospital-records", help="the example that is decided")
    parser.add_argument("--rounds", type=int, default=400, help="how often each is measured")
    options = parser.parse_args()
    if not available():
        sys.exit("durable-rules cannot be imported here, so there is nothing to compare with")
    advisor = Advisor.load(catalog=["article"], engine="durable")
    plain = Advisor.load(catalog=["article"], engine="plain")
    profile = advisor.profile(EXAMPLES / f"{options.profile}.toml")
    facts = profile.facts()
    durable_engine = DurableEngine(advisor.knowledge.program)
    plain_engine = PlainEngine(advisor.knowledge.program)
    measured: dict[str, Callable[[], object]] = {
        "a  durable-rules fires": lambda: durable_engine.fire(facts),
        "b  decision, certified": lambda: advisor.decide(profile),
        "c  with its trace": lambda: advisor.decide(profile).trace,
        "d  trace written": lambda: written(advisor, profile),
        "-  plain evaluator fires": lambda: plain_engine.fire(facts),
        "-  decision, plain": lambda: plain.decide(profile),
    }
    medians = measure(measured, options.rounds)
    bare = medians["a  durable-rules fires"]
    rules, models = len(advisor.knowledge.program.rules), len(advisor.knowledge.models)
    print(f"{rules} rules that fire on requirements, {models} models, {options.profile}, {options.rounds} rounds")
    print(f"{'':28}{'median':>12}{'ratio to a':>12}")
    for name, median in medians.items():
        print(f"{name:28}{median / 1000:>9.0f} µs{median / bare:>12.1f}")


def written(advisor: Advisor, profile: Profile) -> str:
    """Decide and write the whole trace."""
    return advisor.decide(profile).trace.to_json()


def measure(measured: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each in nanoseconds; a tenth more rounds warm up first."""
    times: dict[str, list[int]] = {name: [] for name in measured}
    for index in range(rounds + rounds // 10):
        for name, run in measured.items():
            start = process_time_ns()
            run()
            elapsed = process_time_ns() - start
            if index >= rounds // 10:
                times[name].append(elapsed)
    return {name: statistics.median(found) for name, found in times.items()}


if __name__ == "__main__":
    main()
