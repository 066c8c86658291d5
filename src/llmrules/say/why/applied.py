"""A rule as it was applied to a candidate: how it came out, in its own words, and what it tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.texts import Text
from llmrules.say.why.changes import Changes
from llmrules.say.why.explanation import Node
from llmrules.say.why.outcomes import ASKED, LEVELS, OUTCOMES
from llmrules.say.words import fill_slots, gap_words, points_phrase, printable_lines, tests_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.trace.record import (
        Applied,
        CandidateRecord,
        Conditions,
        CriterionLeaf,
        Holds,
        Json,
        LeafOutcome,
        RuleRecord,
    )


class Applications(Changes):
    """Explains what rules say of candidates."""

    def applied(self, applied: Applied, candidate: CandidateRecord) -> Node:
        """Return a rule as it was applied to a model: its leaves, then the chain by which it fired."""
        rule = self.rules[applied.rule]
        leaves = self.leaves(applied, candidate)
        tested = [*self.branch(rule.where or {}, leaves)]
        if isinstance(rule.body, dict):
            tested += self.branch(rule.body, leaves, excludes=rule.effect == "exclude")
        return Node(
            kind="rule",
            id=rule.id,
            text=f"{self.outcome(applied)}: {self.sentence(rule, applied, candidate)} [{rule.id}]",
            outcome=applied.outcome,
            sources=rule.sources,
            children=(*tested, self.firing(rule.id, frozenset())),
        )

    def leaves(self, applied: Applied, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield the leaves of a rule on a model, depth first."""
        for leaf, outcome in zip(self.criteria[applied.rule].leaves, applied.leaves, strict=True):
            yield self.leaf(leaf, outcome, candidate, self.rules[applied.rule].effect)

    def branch(self, conditions: Conditions, leaves: Iterator[Node], *, excludes: bool = False) -> tuple[Node, ...]:
        """Return what a condition table asks, in its shape: a conjunction, with what ``any`` asks as one group."""
        found = [next(leaves) for name in conditions if name not in {"all", "any"}]
        for inner in conditions.get("all", ()):
            found += self.branch(inner, leaves, excludes=excludes)
        alternatives = [self.branch(inner, leaves, excludes=excludes) for inner in conditions.get("any", ())]
        if alternatives:
            both = Text("all of these", "다음 모두")
            branches = [
                one[0] if len(one) == 1 else self.group("all", both, one, _every(one), excludes=excludes)
                for one in alternatives
            ]
            some = _some(branches)
            found.append(self.group("any", Text("one of these", "다음 중 하나"), branches, some, excludes=excludes))
        return tuple(found)

    def group(self, name: str, said: Text, members: Iterable[Node], holds: Holds, *, excludes: bool) -> Node:
        """Return several tests that are asked together."""
        text = f"{_mark(holds, excludes=excludes)} {said.read(self.language)}:"
        return Node("group", name, text, holds, children=tuple(members))

    def outcome(self, applied: Applied) -> str:
        """Return how a rule came out, in words."""
        if applied.points is not None:
            sign = "" if applied.points.startswith("-") else "+"
            return f"{sign}{points_phrase(applied.points, self.language)}"
        said = OUTCOMES[applied.outcome].read(self.language)
        level = self.rules[applied.rule].level
        if applied.outcome == "attached" and level is not None:
            return LEVELS[level].read(self.language)
        by = [*map(self.waiver, applied.exempted_by), *map(printable_lines, applied.approved_by)]
        return f"{said} ({', '.join(by)})" if by else said

    def waiver(self, rule: str) -> str:
        """Name an exemption, who approved it and when it ends."""
        record = self.rules[rule]
        parts = [rule]
        if record.approver is not None:
            approver = printable_lines(record.approver)
            parts.append(self.say(f"approved by {approver}", f"승인: {approver}"))
        if record.effective_to is not None:
            parts.append(self.say(f"until {record.effective_to}", f"{record.effective_to}까지"))
        return ", ".join(parts)

    def sentence(self, rule: RuleRecord, applied: Applied, candidate: CandidateRecord) -> str:
        """Return the rule's own words: ``otherwise`` where a model fails it, else ``because``."""
        values: dict[str, Json | None] = dict(self.requirements)
        for entries in self.entries(candidate):
            values.update({name: self.actual(name, candidate) for name in entries})
        values.update({name: self.actual(name, candidate) for name in (*candidate.concluded, *candidate.computed)})
        fails = applied.outcome == "failed" or (applied.outcome == "exempted" and self.would_fail(applied, candidate))
        text = rule.otherwise if fails and rule.otherwise is not None else rule.because
        return fill_slots(text, self.attributes, values, self.language, self.models[candidate.model].name)

    def would_fail(self, applied: Applied, candidate: CandidateRecord) -> bool:
        """Whether an exempted model fails the check that it is exempt from."""
        rule, leaves = self.rules[applied.rule], self.leaves(applied, candidate)
        where, predicate = _every(self.branch(rule.where or {}, leaves)), _every(self.branch(rule.body, leaves))
        return where == "true" and predicate == ("true" if rule.effect == "exclude" else "false")

    def leaf(self, leaf: CriterionLeaf, outcome: LeafOutcome, candidate: CandidateRecord, effect: str) -> Node:
        """Return one test of a model: actual, wanted, gap, and where the value comes from."""
        attribute = self.attributes[leaf.attribute]
        actual = value_words(attribute, outcome.actual, self.language)
        wanted = tests_words(attribute, leaf.tests, self.language)
        gap = gap_words(attribute, leaf.tests, outcome, self.language)
        label = self.label(leaf.attribute)
        if leaf.side == "grade":
            text = f"{label}: {actual} ({wanted})"
        else:
            mark = _mark(outcome.holds, excludes=leaf.side == "predicate" and effect == "exclude")
            asked = ASKED.get(effect, ASKED["require"]).read(self.language)
            if leaf.side == "where":
                asked = self.say("applies to", "대상")
            text = f"{mark} {label}: {actual} ({asked}: {wanted}{f'; {gap}' if gap else ''})"
        return Node(
            *("leaf", leaf.attribute, text, outcome.holds),
            sources=self.value_sources(leaf.attribute, candidate),
            children=self.origin(leaf.attribute, candidate),
            actual=outcome.actual,
            wanted=wanted,
            gap=gap,
        )


def _mark(holds: Holds, *, excludes: bool) -> str:
    """Return a mark for a truth: good, bad or open; what excludes is bad where it is true."""
    good, bad = ("✗", "✓") if excludes else ("✓", "✗")
    return {"true": good, "false": bad, "unknown": "?"}[holds]


def _every(nodes: Iterable[Node]) -> Holds:
    """Return the truth of a conjunction: false if one is, else unknown if one is."""
    outcomes = {node.outcome for node in nodes}
    return "false" if "false" in outcomes else "unknown" if "unknown" in outcomes else "true"


def _some(nodes: Iterable[Node]) -> Holds:
    """Return the truth of a disjunction: true if one is, else unknown if one is."""
    outcomes = {node.outcome for node in nodes}
    return "true" if "true" in outcomes else "unknown" if "unknown" in outcomes else "false"
