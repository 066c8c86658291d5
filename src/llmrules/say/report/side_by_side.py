"""Two models of one decision side by side: only in what they differ, each point with the rule that gives it.

It is read from a trace alone. Of a model with several offers it is the best one that is compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.say.columns import WIDTH, wrapped
from llmrules.say.teller import Line, first_sentence
from llmrules.say.why import Explainer
from llmrules.trace.codec import Json, plain
from llmrules.trace.found import CandidateRecord, ComputedRecord
from llmrules.trace.record import Applied, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.texts import Language

LABEL_WIDTH = 44

FORMAT = "llmrules.comparison/1"


@frozen
class Side:
    """One of the two: the candidate that stands for it, with the rules that it fails and what it costs."""

    name: str
    candidate: CandidateRecord
    computed: Mapping[str, ComputedRecord]
    failing: tuple[str, ...]

    def plain(self) -> dict[str, object]:
        """Return it as plain values."""
        one = self.candidate
        costs = {name: computed.value for name, computed in sorted(self.computed.items())}
        standing = {"model": self.name, "offer": one.offer, "verdict": one.verdict, "place": one.place}
        return {**standing, "points": one.points, "fails": list(self.failing), "costs": costs}


@frozen
class Apart:
    """A rule that says something else of each, or a value that differs: of a rule None where it says nothing."""

    rule: str
    applied: tuple[Applied | None, Applied | None]

    @property
    def order(self) -> tuple[bool, Fraction, str]:
        """What orders them: those by which one of the two is out, then by how many points they part."""
        points = [Fraction((one and one.points) or 0) for one in self.applied]
        out = any(one is not None and one.outcome == "failed" for one in self.applied)
        return not out, -abs(points[0] - points[1]), self.rule


@frozen
class ValueApart:
    """A value that differs though no rule says anything else for it, with the rules that look at it."""

    attribute: str
    values: tuple[Json | None, Json | None]
    rules: tuple[str, ...]


@frozen
class SideBySide:
    """Two models of one decision: how they stand, the rules that part them, and values that differ to no effect."""

    trace: Trace = field(repr=False)
    sides: tuple[Side, Side]
    rules: tuple[Apart, ...]
    values: tuple[ValueApart, ...]
    alike: int
    """Rules that say the same of both."""

    def to_json(self) -> str:
        """Return it as JSON; what comes in twos stands in the order of the models."""
        document = {
            "format": FORMAT,
            "models": [side.plain() for side in self.sides],
            "rules": {one.rule: [None if its is None else _said(its) for its in one.applied] for one in self.rules},
            "values": {one.attribute: {"values": plain(one.values), "rules": one.rules} for one in self.values},
            "rules_alike": self.alike,
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def lines(self, language: Language = "en", *, width: int = WIDTH) -> Iterator[Line]:
        """Yield both side by side in one language."""
        return _Words(self, language).lines(width)

    def __str__(self) -> str:
        """Return both side by side, in English."""
        return "\n".join(map(str, self.lines()))


def side_by_side(trace: Trace, one: str, other: str) -> SideBySide:
    """Compare two models, or ``model @ offer``, of a decision. Raises KeyError for one that was not judged."""
    index = Explainer(trace, "en").index
    standing = index.judged.standing(one), index.judged.standing(other)
    first, second = map(trace.applied, standing)
    rules = dict.fromkeys((*first, *second))
    apart = rules_apart(first, second)
    told = {leaf.attribute for one in apart for leaf in index.criteria[one.rule].leaves}
    looked: dict[str, list[str]] = {}
    for rule in rules:
        for attribute in dict.fromkeys(leaf.attribute for leaf in index.criteria[rule].leaves):
            looked.setdefault(attribute, []).append(rule)
    values = []
    for attribute, its in sorted(looked.items()):
        both = index.actual(attribute, standing[0]), index.actual(attribute, standing[1])
        if both[0] != both[1] and attribute not in told:
            values.append(ValueApart(attribute, both, tuple(its)))
    sides = [
        Side(name, candidate, trace.computed(candidate), tuple(trace.failed(candidate)))
        for name, candidate in zip((one, other), standing, strict=True)
    ]
    return SideBySide(trace, (sides[0], sides[1]), apart, tuple(values), len(rules) - len(apart))


def rules_apart(first: Mapping[str, Applied], second: Mapping[str, Applied]) -> tuple[Apart, ...]:
    """Return the rules that say something else of two candidates: of two models, or of one in two decisions."""
    pairs = (Apart(rule, (first.get(rule), second.get(rule))) for rule in dict.fromkeys((*first, *second)))
    differing = (apart for apart in pairs if _outcome(apart.applied[0]) != _outcome(apart.applied[1]))
    return tuple(sorted(differing, key=lambda apart: apart.order))


def _outcome(applied: Applied | None) -> tuple[str, str | None]:
    return ("none", None) if applied is None else (applied.outcome, applied.points)


def _said(applied: Applied) -> dict[str, object]:
    actual = [leaf.actual for leaf in applied.leaves]
    return {"outcome": applied.outcome, "points": applied.points, "values": plain(tuple(actual))}


class _Words:
    """Says a comparison in one language."""

    def __init__(self, comparison: SideBySide, language: Language) -> None:
        self.found, self.why = comparison, Explainer(comparison.trace, language)
        self.index, self.teller, self.say = self.why.index, self.why.teller, self.why.say

    def lines(self, width: int) -> Iterator[Line]:
        """Yield how both stand, what parts them, and what differs to no effect."""
        sides = self.found.sides
        rows = [["", *(self.teller.name(side.name) for side in sides)], *self.standing()]
        yield from _table(rows, width, heading=True)
        if self.found.rules:
            yield from (Line("blank"), Line("heading", self.say("apart-by-rules")))
            yield from _table([self.rule(one) for one in self.found.rules], width)
        if self.found.values:
            yield from (Line("blank"), Line("heading", self.say("apart-in-vain")))
            yield from _table([self.value(one) for one in self.found.values], width)
        yield Line("blank")
        yield Line("line", self.say("apart-alike", count=self.found.alike))

    def standing(self) -> Iterator[list[str]]:
        """Yield the rows on verdicts, offers and costs."""
        sides = self.found.sides
        yield [self.say("apart-verdict"), *(self.why.stands(side.candidate) for side in sides)]
        offers = [side.candidate.offer for side in sides]
        if any(offers):
            yield [self.say("apart-offer"), *(offer or "" for offer in offers)]
        costs = [self.why.offers.costs(side.name) for side in sides]
        for attribute in dict.fromkeys((*costs[0], *costs[1])):
            yield [self.teller.label(attribute), *(one.get(attribute, self.say("unknown")) for one in costs)]

    def rule(self, apart: Apart) -> list[str]:
        """Return what a rule says of each."""
        reason = first_sentence(self.index.because(apart.rule))
        pairs = zip(apart.applied, self.found.sides, strict=True)
        return [f"{reason} [{apart.rule}]", *(self.cell(applied, side.candidate, apart) for applied, side in pairs)]

    def cell(self, applied: Applied | None, candidate: CandidateRecord, apart: Apart) -> str:
        """Return what a rule says of one of them, with the values by which it says something else of the other."""
        if applied is None:
            return self.say("apart-out") if candidate.verdict == "excluded" else "-"
        told = []
        one, other = ([] if its is None else [leaf.actual for leaf in its.leaves] for its in apart.applied)
        same = [number for number, value in enumerate(one) if other and value == other[number]]
        leaves = zip(self.index.criteria[applied.rule].leaves, applied.leaves, strict=True)
        for number, (leaf, outcome) in enumerate(leaves):
            if number in same and len(same) < len(applied.leaves):
                continue
            attribute = self.index.attributes[leaf.attribute]
            said = f"{self.teller.label(leaf.attribute)}: {self.teller.value(attribute, outcome.actual)}"
            gap = self.teller.gap(attribute, leaf.tests, outcome) if outcome.holds == "false" else ""
            told.append(f"{said}, {gap}" if gap else said)
        return f"{self.why.applications.outcome(applied)} ({'; '.join(dict.fromkeys(told))})"

    def value(self, one: ValueApart) -> list[str]:
        """Return a value that differs."""
        attribute = self.index.attributes[one.attribute]
        values = [self.teller.value(attribute, value) for value in one.values]
        return [f"{self.teller.label(one.attribute)} [{self.teller.several(one.rules, 2)}]", *values]


def _table(rows: Iterable[list[str]], width: int, *, heading: bool = False) -> Iterator[Line]:
    for number, text in enumerate(wrapped([*rows], LABEL_WIDTH, width)):
        yield Line("heading" if heading and not number else "line", text)
