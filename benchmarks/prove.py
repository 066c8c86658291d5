"""What it costs to know something of every profile: promises, the questions of lint, and edits of one rule everywhere.

``python -m benchmarks.prove [--edits N] [--seconds N] [--proofs N] [--november]`` prints how large the formula is and
how it grows with rules and models, how long all promises and all questions take, and of the removal of single rules how
long it takes until both sides are compared, and how often all that differs was shown.
"""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from llmrules.advisor import Advisor
from llmrules.prove.circuit import Circuit
from llmrules.prove.decisions import Decisions
from llmrules.prove.everywhere import LEVELS, Side, compare_everywhere
from llmrules.prove.profiles import Profiles
from llmrules.prove.promises import prove
from llmrules.worlds.altered import altered
from llmrules.worlds.changes import RuleOut

if TYPE_CHECKING:
    from llmrules.decision.knowledge import Knowledge

TWELVE, NOVEMBER = date(2026, 5, 1), date(2026, 11, 20)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure proofs.")
    parser.add_argument("--edits", type=int, default=12, metavar="N", help="removals of a rule (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10, metavar="N", help="for each edit (default: %(default)s)")
    parser.add_argument("--proofs", type=float, metavar="N", help="seconds for promises and questions (default: 60)")
    parser.add_argument("--november", action="store_true", help="with the models of November, in 300 seconds")
    given = parser.parse_args()
    advisor = Advisor.load(catalog=["2026-11"] if given.november else [], engine="plain")
    when = NOVEMBER if given.november else TWELVE
    _print_growth(advisor.knowledge, when)
    _print_proofs(advisor, when, given.proofs or (300 if given.november else 60))
    _print_edits(advisor, when, given.edits, given.seconds)


def _print_growth(knowledge: Knowledge, when: date) -> None:
    """Print the size of the formula with more and more of the rules."""
    rules = [rule.id for rule in knowledge.ruleset.firing()]
    for part in (4, 2, 1):
        left = altered(knowledge, *(RuleOut(name) for name in rules[len(rules) // part :]))
        if left is None:
            continue
        begun, circuit = process_time(), Circuit()
        decisions = Decisions(Profiles.of(circuit, [(left, when)]), left, when)
        first = len(decisions.first)
        taken = process_time() - begun
        print(f"{len(rules) // part:4} rules, {first} models: {len(circuit.nodes):7,} nodes in {taken:.2f} s")


def _print_proofs(advisor: Advisor, when: date, seconds: float) -> None:
    begun, worked = perf_counter(), process_time()
    promises = tuple(advisor.knowledge.ruleset.promises.values())
    found = prove(advisor, when, promises, seconds=seconds, lint=True)
    taken, busy = perf_counter() - begun, process_time() - worked
    outcomes = dict(Counter(proof.outcome for proof in found.proofs))
    print(f"{len(promises)} promises {outcomes} in {sum(one.seconds for one in found.proofs):.1f} s")
    print(f"promises and questions in {taken:.1f} s ({busy:.1f} s of processor time)")
    for answer in found.answers:
        print(f"  {answer.question}: {len(answer.names)} found, {len(answer.undecided)} not decided in time")


def _print_edits(advisor: Advisor, when: date, count: int, seconds: float) -> None:
    rules = [rule.id for rule in advisor.knowledge.ruleset.firing()]
    times, answers = [], Counter[tuple[str, str]]()
    for name in rules[:: max(1, len(rules) // max(1, count))][:count]:
        knowledge = altered(advisor.knowledge, RuleOut(name))
        if knowledge is None:
            continue
        new, begun = Advisor(knowledge, engine="plain"), perf_counter()
        found = compare_everywhere(Side(advisor, when), Side(new, when), seconds=seconds, most=5)
        times.append(perf_counter() - begun)
        for one in found.differences:
            answers[one.level, f"{one.alike}{'' if one.complete else ' (not complete)'}"] += 1
    if times:
        print(f"{len(times)} removals of a rule: {median(times):.1f} s at the median, {max(times):.1f} s at most")
    for level in LEVELS:
        print(f"  {level}: { ({said: number for (one, said), number in answers.items() if one == level}) }")


if __name__ == "__main__":
    main()
