"""Compare both evaluators and the naive reading on as many random programs as one likes.

    python -m tests.fuzz_engine --programs 100000 [--seed N] [--seconds N]

Each program is fired on several random cases by both engines, then on the first one again, its facts in another
order; every tenth is also read naively, and written in another order and in other files. Every second program is given
to durable-rules in as many networks as it can be divided into. The exit status is 1 as soon as one case disagrees, and
the program is named by its seed.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.naive import naive_fire
from tests.programs import load, random_facts, random_program, seeded

from llmrules.engine import network
from llmrules.engine.durable import DurableEngine, available
from llmrules.engine.firing import derive
from llmrules.engine.plain import PlainEngine
from llmrules.engine.program import compile_program

if TYPE_CHECKING:
    from random import Random

    from llmrules.language.conditions import Facts

CASES = 4
NAIVE = 10
SHOWN = 1_000


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison and return the exit status."""
    parser = argparse.ArgumentParser(description="Compare the evaluators on random programs.")
    parser.add_argument("--programs", type=int, default=100_000, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the seed of the first one (default: 0)")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after so long, however many there were")
    given = parser.parse_args(arguments)
    if not available():
        _say("durable-rules is not here, so there is nothing to compare")
        return 1
    began = time.monotonic()
    fired = 0
    tried = 0
    for done in range(given.programs):
        if given.seconds is not None and time.monotonic() - began > given.seconds:
            break
        tried += 1
        try:
            fired += compare(given.seed + done)
        except AssertionError as error:
            _say(f"DISAGREEMENT in the program of seed {given.seed + done}: {error}")
            return 1
        if (done + 1) % SHOWN == 0:
            _say(f"{done + 1:,} programs, {fired:,} firings, {time.monotonic() - began:.0f} s")
    cases = tried * (CASES + 1)
    _say(f"no disagreement: {tried:,} programs, {cases:,} cases, {fired:,} firings")
    return 0


def compare(seed: int) -> int:
    """Compare everything on one program and return how many firings there were."""
    random = seeded(seed)
    written = random_program(random)
    ruleset = load(written.files())
    program = compile_program(ruleset)
    every = patch.multiple(network, MOST_TOGETHER=0, LEAST_USERS=1)
    with every if seed % 2 else nullcontext():
        durable, plain = DurableEngine(program), PlainEngine(program)
    other = compile_program(load(written.shuffled(random))) if seed % NAIVE == 0 else None
    cases = [random_facts(random, written.columns) for _ in range(CASES)]
    count = 0
    for facts in [*cases, _turned(random, cases[0])]:
        fired = plain.fire(facts)
        assert durable.fire(facts) == fired, f"durable-rules fires other rules on {facts}"
        steps = [(step.rule.id, step.stratum, step.round) for step in derive(program, facts, fired).steps]
        assert len(steps) == len(fired), f"not every firing can be derived on {facts}"
        count += len(fired)
        if other is not None:
            assert {name for name, _, _ in steps} == naive_fire(ruleset, facts), f"the naive reading differs on {facts}"
            turned = _turned(random, facts)
            again = derive(other, turned, DurableEngine(other).fire(turned)).steps
            assert [(step.rule.id, step.stratum, step.round) for step in again] == steps, f"order matters on {facts}"
    return count


def _turned(random: Random, facts: Facts) -> Facts:
    return dict(random.sample(list(facts.items()), len(facts)))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command speaks


if __name__ == "__main__":
    sys.exit(main())
