"""Try files, traces and worlds at random, as many as one likes, each named by its seed.

    python -m tests.fuzz files|traces|worlds|every|whole [--count N] [--seed N] [--seconds N]

* ``files``: a rule file, a catalogue and a profile, changed in bytes or in tokens, are read and decided, or refused
  with an error that says where; nothing else happens, and what is decided can be verified.
* ``traces``: a trace, changed in bytes, in tokens or in several of its leaves and sealed again, is verified, or refused
  with a sentence; and whoever decides again what is accepted finds the same.
* ``worlds``: a random world is decided; the checker derives the same, and so does whoever decides again.
* ``every``: the model of every profile says of the one profile of a random world, and of random cases under the shipped
  rules, what the engine says.
* ``whole``: in a random world that uses the whole language, who has answered other questions answers as who is new,
  every trace can be derived again, and both engines find the same.

The exit status is 1 as soon as one case fails; ``--seed`` with what is printed and ``--count 1`` repeats it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import traceback
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from tests.conformance import SMALL, SMALL_CASE, SMALL_MODELS, SMALL_RULES, small, told
from tests.every_profile import compare, compare_random_case, every_profile
from tests.mutants import canonical, mutants, mutate, reseal
from tests.whole_worlds import hold_laws
from tests.wide_worlds import WideWorld

from llmrules.advisor import Advisor, Decision
from llmrules.decision.knowledge import load_knowledge
from llmrules.errors import LlmrulesError, LoadError
from llmrules.language.profile import read_profile
from llmrules.reading.files import parse_toml
from llmrules.trace.record import Trace
from llmrules.verify import verify
from llmrules.worlds.replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants import Mutant

COUNT = 2_000
SLOWEST = 20
"""Seconds of processor time that one case may take."""

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w.+-]+|\s+|[^\w\s]')
ODD = (
    "",
    "0",
    "-0",
    "1e999",
    "nan",
    "9" * 60,
    "true",
    '""',
    "[]",
    "{}",
    "\x00",
    "\ufeff",
    "é",
    "한",
    '"\\ud800"',
    "[[[[",
    "'",
    "\n",
)


def main(arguments: list[str] | None = None) -> int:
    """Try as many cases as are asked for and return the exit status."""
    parser = argparse.ArgumentParser(description="Try random cases.")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the seed of the first one (default: 0)")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after so long, however many there were")
    given = parser.parse_args(arguments)
    began, taken = time.monotonic(), 0
    for seed in range(given.seed, given.seed + given.count):
        if given.seconds is not None and time.monotonic() - began > given.seconds:
            break
        started = time.process_time()
        try:
            taken += TARGETS[given.target](Random(f"{given.target} {seed}"), seed)  # noqa: S311 - no secrets
            assert time.process_time() - started < SLOWEST, "took too long"
        except Exception:  # noqa: BLE001 - whatever it is, it is what was looked for
            _say(f"FAILED: python -m tests.fuzz {given.target} --count 1 --seed {seed}\n{traceback.format_exc()}")
            return 1
    _say(f"{given.target}: {seed - given.seed + 1:,} cases from seed {given.seed} on, of which {taken:,} were accepted")
    return 0


# Files


FILES = {
    "vocabulary": SMALL,
    "rules": f'language = 1\npack = "rules"\n{SMALL_RULES}',
    "models": f"language = 1\n{SMALL_MODELS}",
    "profile": "[requirements]\n"
    + "\n".join(f"{key} = {json.dumps(value, default=str)}" for key, value in SMALL_CASE.items()),
}


def try_files(random: Random, _: int) -> bool:
    """Change one of the files that make a decision, and return whether it is decided all the same."""
    texts = dict(FILES)
    name = random.choice(sorted(texts))
    texts[name] = _changed(random, texts[name])
    try:
        vocabulary, rules, models, profile = (parse_toml(text, f"{file}.toml") for file, text in texts.items())
        knowledge = load_knowledge([vocabulary, rules], [models])
        case = read_profile(profile, knowledge.ruleset.vocabulary)
        decision = Advisor(knowledge, engine="plain").decide(case)
    except LlmrulesError as refused:
        return not str(refused)  # each says something
    report = verify(decision.trace)
    assert report.ok, report
    return True


def _changed(random: Random, text: str) -> str:
    """Change a text in some bytes or in some tokens."""
    if random.random() < 0.5:
        raw = bytearray(text.encode())
        for _ in range(random.randint(1, 4)):
            place = random.randrange(len(raw) + 1)
            raw[place : place + random.choice((0, 1, 1, 9))] = bytes(
                random.randrange(256) for _ in range(random.choice((0, 1, 1, 3)))
            )
        return raw.decode(errors="replace")
    tokens = TOKEN.findall(text)
    for _ in range(random.randint(1, 3)):
        place, other = random.randrange(len(tokens)), random.randrange(len(tokens))
        deed = random.randrange(4)
        if deed == 0:
            tokens[place] = tokens[other]
        elif deed == 1:
            tokens[place], tokens[other] = tokens[other], tokens[place]
        elif deed == 2:
            tokens[place] = random.choice(ODD)
        else:
            tokens.insert(place, random.choice((tokens[other], random.choice(ODD))))
    return "".join(tokens)


# Traces


@lru_cache(maxsize=1)
def _trace() -> tuple[bytes, tuple[Mutant, ...]]:
    document = told(small())
    return canonical(document), tuple(mutants(document))


def try_traces(random: Random, _: int) -> bool:
    """Change a trace, and return whether it is accepted."""
    raw, changes = _trace()
    if random.random() < 0.3:
        forged = _changed(random, raw.decode()).encode(errors="surrogatepass")
    else:
        document: dict[str, Any] = json.loads(raw)
        for mutant in random.sample(changes, random.choice((1, 1, 2, 3))):
            try:
                mutate(document, mutant)
            except (LookupError, TypeError):
                continue  # an earlier change has taken its place away
        forged = canonical(reseal(document, {}) if isinstance(document.get("given"), dict) else document)
    report = verify(forged)
    assert str(report)
    assert json.dumps(report.plain())
    if not report.ok:
        return False
    _decide_again(forged)
    return True


def _decide_again(raw: bytes) -> None:
    """Decide what a trace was given, and insist on what it found."""
    trace = Trace.parse(json.loads(raw.decode("utf-8-sig")), "trace")
    again = Decision.of(replay(trace.given)).trace
    assert again.digests.found == trace.digests.found, "whoever decides again finds something else"


# Worlds


def try_worlds(_: Random, seed: int) -> bool:
    """Decide a random world, and return whether it could be."""
    try:
        decision = WideWorld(seed).decide()
    except LoadError:
        return False  # no strata
    report = verify(decision.trace)
    assert report.ok, report
    _decide_again(decision.trace.to_json().encode())
    return True


# Every profile


def try_every(random: Random, seed: int) -> bool:
    """Compare the model of every profile with what the engine says of one; a world is new, so most are shipped."""
    if seed % 10:
        compare_random_case(random)
        return True
    world = WideWorld(seed)
    try:
        decision = world.decide()
    except LoadError:
        return False  # no strata
    compare(every_profile(decision.knowledge, decision.profile.as_of.first, world.unknown), decision)
    return True


TARGETS: dict[str, Callable[[Random, int], bool]] = {
    "files": try_files,
    "traces": try_traces,
    "worlds": try_worlds,
    "every": try_every,
    "whole": lambda _, seed: hold_laws(seed),
}


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command speaks


if __name__ == "__main__":
    sys.exit(main())
