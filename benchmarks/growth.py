"""What much of the same costs: files, rules and mistakes by the thousand, and how the time grows with them.

``python -m benchmarks.growth`` prints the seconds at 1,000, 2,000, 4,000 and 8,000 of each kind. A time that doubles
with the number is as it should be; one that grows fourfold is not, and one that stays has reached a stated limit.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from llmrules import Advisor
from llmrules.check.lint import gather, lint_files
from llmrules.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SIZES = (1_000, 2_000, 4_000, 8_000)

HEAD = """
language = 1
pack = "many"

[[document]]
id = "d"
title = "Document"
date = 2026-01-01

[requirement.amount]
type = "number"
label = { en = "amount", ko = "수량" }
ask = { en = "How much?", ko = "얼마나요?" }
"""


def rule(name: str, body: str) -> str:
    """Return one rule."""
    return f'[[rule]]\nid = "{name}"\n{body}\nbecause = {{ en = "So.", ko = "그래서." }}\nsource = "d"\n'


def unknown_keys(count: int) -> str:
    """Return a rule file with unknown keys at its top."""
    return "".join(f"pakc{number} = 1\n" for number in range(count)) + HEAD


def broken_rules(count: int) -> str:
    """Return rules each of which is wrong in four places."""
    broken = 'whn.budget = "tight"\nprefer.weights_availabl = true\nweight = 0\n'
    return HEAD + "".join(f'[[rule]]\nid = "r{number}"\n{broken}' for number in range(count))


def empty_lists(count: int) -> str:
    """Return one list of many lists, at a key that nothing knows."""
    return f"x = [{', '.join(['[]'] * 100 * count)}]\n{HEAD}"


def thresholds(count: int) -> str:
    """Return rules that all test one number."""
    body = "when.amount.at_least = {}\nprefer.weights_available = true\nweight = 1"
    return HEAD + "".join(rule(f"r{number}", body.format(number)) for number in range(count))


def conclusions(count: int) -> str:
    """Return rules that fire together, of which each concludes another number, up to as many as are allowed."""
    body = 'when.budget = "tight"\nconclude.amount = {}'
    return HEAD + "".join(rule(f"r{number}", body.format(number % 1_000)) for number in range(count))


def choices(count: int) -> str:
    """Return a requirement with many choices, and rules of which each waits for another one."""
    named = ", ".join(f'c{number} = {{ en = "c", ko = "c" }}' for number in range(4 * count))
    kind = f'[requirement.kind]\ntype = "choice"\nlabel = {{ en = "k", ko = "k" }}\nchoices = {{ {named} }}\n'
    return (
        HEAD + kind + "".join(rule(f"r{number}", f'when.kind = "c{number}"\nadvise = true') for number in range(count))
    )


def chain(count: int) -> str:
    """Return rules of which each concludes what the next one waits for, named so that the last stands first."""
    attributes = "".join(
        f'[requirement.a{number}]\ntype = "flag"\nlabel = {{ en = "a", ko = "a" }}\n' for number in range(1, count)
    )
    rules = (
        rule(f"r{count - number:05}", f"when.a{number} = true\nconclude.a{number + 1} = true")
        for number in range(1, count - 1)
    )
    first = rule("first", 'when.budget = "tight"\nconclude.a1 = true')
    return f"{HEAD}{attributes}{first}{''.join(rules)}"


def load(path: Path) -> None:
    """Load a rule file, and word what is wrong with it."""
    try:
        Advisor.load(catalog=["article"], rules=[path], engine="plain")
    except LoadError as error:
        str(error)


def lint(path: Path) -> None:
    """Look for what is doubtful in a rule file."""
    lint_files(gather([path]))


def decide(path: Path) -> None:
    """Decide a case in which all of the rules fire that can."""
    Advisor.load(catalog=["article"], rules=[path], engine="plain").decide({"budget": "tight"})


KINDS: dict[str, tuple[Callable[[int], str], Callable[[Path], None]]] = {
    "unknown keys, loaded": (unknown_keys, load),
    "unknown keys, linted": (unknown_keys, lint),
    "broken rules, loaded": (broken_rules, load),
    "hundreds of lists, loaded": (empty_lists, load),
    "rules that test one number, linted": (thresholds, lint),
    "rules that test one of many choices, linted": (choices, lint),
    "rules that conclude numbers, linted": (conclusions, lint),
    "rules that conclude numbers, decided": (conclusions, decide),
    "a chain of rules, linted": (chain, lint),
    "a chain of rules, decided": (chain, decide),
}


def main(sizes: Iterable[int] = SIZES) -> None:
    """Measure and print one table."""
    sizes = tuple(sizes)
    print("| seconds at | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---|" + "--:|" * len(sizes))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.toml"
        for name, (text, work) in KINDS.items():
            cells = []
            for size in sizes:
                path.write_text(text(size), encoding="utf-8")
                start = perf_counter()
                work(path)
                cells.append(f"{perf_counter() - start:.2f}")
            print("| " + " | ".join([name, *cells]) + " |", flush=True)


if __name__ == "__main__":
    main(map(int, sys.argv[1:]) if sys.argv[1:] else SIZES)
