"""What a run of cases says at its end: the count, the coverage, the mutants that survived; the results as JUnit XML."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from llmrules.check.cases.failure import failure_lines
from llmrules.errors import printable
from llmrules.say.teller import Line, Sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.check.cases.coverage import Coverage, RuleCoverage
    from llmrules.check.cases.mutate import Mutation, Trial
    from llmrules.check.cases.run import Result
    from llmrules.language.texts import Language

MOST_NAMED = 3
"""How many cases a surviving mutant names."""


def percent(part: int, whole: int) -> Decimal:
    """Return a percentage with one decimal, rounded down, so that 100 means all; of nothing everything is reached."""
    share = Decimal(100) * part / whole if whole else Decimal(100)
    return share.quantize(Decimal("0.1"), ROUND_DOWN)


def summary(results: Sequence[Result], language: Language = "en") -> str:
    """Return how many cases are as expected, on one line."""
    say = Sentences(language)
    total, failed = len(results), sum(not result.passed for result in results)
    return say("cases-failed", total=total, failed=failed) if failed else say("cases-passed", total=total)


def coverage_lines(coverage: Coverage, language: Language = "en") -> Iterator[Line]:
    """Yield the figures, then everything that no case reaches."""
    say = Sentences(language)
    yield Line("heading", say("coverage"))
    for name, (part, whole) in coverage.figures.items():
        yield Line("line", _figure(part, whole, say(f"covered.{name}")), 2)
    for rule in coverage.rules:
        for gap in _gaps(rule, say):
            yield Line("line", f"{rule.rule}: {gap}", 2, "-")


def _figure(part: int, whole: int, said: str) -> str:
    return f"{percent(part, whole)}% ({part}/{whole}) {said}"


def _gaps(rule: RuleCoverage, say: Sentences) -> Iterator[str]:
    if not rule.fired:
        yield say("uncovered.fired")
        return
    if not rule.both_ways:
        yield say("uncovered.silent")
    for leaf in rule.leaves:
        if not leaf.true or not leaf.not_true:
            yield f"{leaf.side}.{leaf.text}: {say('uncovered.not-true' if leaf.true else 'uncovered.true')}"
    if not rule.decisive:
        yield say("uncovered.decisive")


def mutation_lines(mutation: Mutation, language: Language = "en") -> Iterator[Line]:
    """Yield the figure, then every mutant that no case notices, with what might notice it."""
    say = Sentences(language)
    yield Line("heading", say("mutants"))
    yield Line("line", _figure(len(mutation.having("caught")), mutation.counted, say("caught")), 2)
    equivalent = len(mutation.having("equivalent"))
    if equivalent:
        yield Line("line", say("equivalent", count=equivalent), 2)
    for trial in mutation.having("survived"):
        yield from _survivor(trial, say)


def _survivor(trial: Trial, say: Sentences) -> Iterator[Line]:
    mutant = trial.mutant
    now = mutant.now if mutant.now is not None else say("rule-off" if mutant.changed is None else "test-gone")
    place = f"({mutant.place})" if mutant.place is not None else ""
    yield Line("line", f"{mutant.rule}: {mutant.path[0]}: {mutant.was} → {now}", 2, "-", place)
    if not trial.differs_in:
        yield Line("line", say("unseen"), 4)
        return
    named = ", ".join(trial.differs_in[:MOST_NAMED])
    more = len(trial.differs_in) - MOST_NAMED
    yield Line("line", say("unsaid", cases=f"{named}{f' (+{more})' if more > 0 else ''}"), 4)


def junit_xml(results: Sequence[Result], language: Language = "en") -> str:
    """Return the results as an XML document, which every CI system shows: one test case each, grouped by folder.

    A case that is not as expected is a failure with its whole text.
    """
    root = Element("testsuites", _counts(results), name="llmrules")
    for folder, group in groupby(results, key=lambda result: str(PurePath(result.case.name).parent)):
        members = list(group)
        suite = SubElement(root, "testsuite", _counts(members), name=printable(folder))
        for result in members:
            _add(suite, result, language)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(results: Sequence[Result]) -> dict[str, str]:
    failures = sum(not result.passed for result in results)
    return {"tests": str(len(results)), "failures": str(failures), "errors": "0", "time": _seconds(*results)}


def _seconds(*results: Result) -> str:
    """Return how long the decisions took."""
    total = sum(sum(result.decision.made.nanoseconds.values()) for result in results)
    return f"{total / 1e9:.6f}"


def _add(suite: Element, result: Result, language: Language) -> None:
    path = PurePath(result.case.name)
    attributes = {"classname": printable(str(path.parent)), "name": printable(result.case.title(language) or path.stem)}
    case = SubElement(suite, "testcase", attributes, file=printable(str(path)), time=_seconds(result))
    if not result.passed:
        said = "; ".join(map(str, result.mismatches))
        failure = SubElement(case, "failure", message=printable(said), type="expectation")
        failure.text = "\n".join(printable(str(line)) for line in failure_lines(result, language))
