"""A rule as it was applied to a candidate: how it came out, in its own words, and what it tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.teller import printable_lines
from llmrules.say.why.explanation import Beneath, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.conditions import Table
    from llmrules.language.rules.effects import Effect
    from llmrules.language.rules.rule import Rule
    from llmrules.say.why.explanation import Index
    from llmrules.say.why.origins import Chain, Origins
    from llmrules.trace.codec import Holds, Json
    from llmrules.trace.found import CandidateRecord, CriterionLeaf, LeafOutcome
    from llmrules.trace.record import Applied


class Applications:
    """Explains what rules say of candidates."""

    def __init__(self, index: Index, chain: Chain, origins: Origins) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say
        self.chain, self.origins = chain, origins

    def applied(self, applied: Applied, candidate: CandidateRecord) -> Node:
        """Return a rule as it was applied to a model: its leaves, then the chain by which it fired."""
        rule = self.index.rules[applied.rule]
        return Node(
            kind="rule",
            id=rule.id,
            text=f"{self.outcome(applied)}: {self.sentence(applied, candidate)} [{rule.id}]",
            outcome=applied.outcome,
            sources=rule.sources,
            children=Beneath(lambda: self.tested(rule, applied, candidate)),
        )

    def tested(self, rule: Rule, applied: Applied, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield what a rule tested of a model, in the shape of its conditions, then the chain by which it fired."""
        asked = zip(self.index.criteria[rule.id].leaves, applied.leaves, strict=True)
        leaves = (self.leaf(leaf, outcome, candidate, rule.effect) for leaf, outcome in asked)
        yield from self.branch(rule.where, leaves)
        if rule.effect.grade is None:
            yield from self.branch(rule.effect.predicate, leaves, excludes=not rule.effect.wanted)
        else:
            yield from leaves
        yield self.chain.fired(rule.id)

    def branch(self, conditions: Table, leaves: Iterator[Node], *, excludes: bool = False) -> tuple[Node, ...]:
        """Return what a condition table asks, in its shape: a conjunction, with what ``any`` asks as one group."""
        found = [next(leaves) for _ in conditions.leaves]
        for inner in conditions.every:
            found += self.branch(inner, leaves, excludes=excludes)
        alternatives = [self.branch(inner, leaves, excludes=excludes) for inner in conditions.either]
        if alternatives:
            branches = [
                one[0]
                if len(one) == 1
                else self.group("all", one, _every(node.outcome for node in one), excludes=excludes)
                for one in alternatives
            ]
            some = _some(one.outcome for one in branches)
            found.append(self.group("any", branches, some, excludes=excludes))
        return tuple(found)

    def group(self, name: str, members: Iterable[Node], holds: Holds, *, excludes: bool) -> Node:
        """Return several tests that are asked together."""
        text = f"{_mark(holds, excludes=excludes)} {self.say(f'group.{name}')}:"
        return Node("group", name, text, holds, children=tuple(members))

    def outcome(self, applied: Applied) -> str:
        """Return how a rule came out, in words."""
        if applied.points is not None:
            sign = "" if applied.points.startswith("-") else "+"
            return f"{sign}{self.teller.points(applied.points)}"
        said = self.say("outcome.aside" if self.aside(applied) else f"outcome.{applied.outcome}")
        level = self.index.rules[applied.rule].level
        if applied.outcome == "attached" and level is not None:
            return self.say(f"level.{level}")
        by = [*map(self.waiver, applied.exempted_by), *map(printable_lines, applied.approved_by)]
        if self.may_not_apply(applied):
            by.append(self.say("outcome.where"))
        return f"{said} ({', '.join(by)})" if by else said

    def level(self, note: Applied) -> str:
        """Return how grave a caution is, and of one that somebody approved that."""
        return "approved" if note.outcome == "approved" else self.index.rules[note.rule].level or "note"

    def waiver(self, rule: str) -> str:
        """Name an exemption, who approved it and when it ends."""
        record = self.index.rules[rule]
        parts = [rule]
        if record.approver is not None:
            approver = printable_lines(record.approver)
            parts.append(self.say("approved-by", approver=approver))
        if record.effective_to is not None:
            parts.append(self.say("until", day=str(record.effective_to)))
        return ", ".join(parts)

    def sentence(self, applied: Applied, candidate: CandidateRecord) -> str:
        """Return the rule's own words: ``otherwise`` where a model fails it, else ``because``."""
        rule = self.index.rules[applied.rule]
        fails = applied.outcome == "failed" or (applied.outcome == "exempted" and self.would_fail(applied))
        text = rule.otherwise if fails and rule.otherwise is not None else rule.because
        values = {name: self.filling(name, candidate) for name in text.slots()}
        said = self.teller.filled(text, values, self.index.models[candidate.model].name)
        strict = (rule.unknown or self.index.trace.given.unknown) == "exclude"
        wanting = self.wanting(applied) if strict and text is rule.otherwise else []
        if not wanting or any(values.get(name) is None for name in text.slots() if name in self.index.attributes):
            return said  # which says itself what is unknown
        return f"{said} {self.say('unknown-aside', names=', '.join(map(self.teller.label, wanting)))}"

    def wanting(self, applied: Applied) -> list[str]:
        """Return the attributes for want of which a check fails that says what is true of those that are known."""
        asked = self.index.criteria[applied.rule].leaves
        tested = [(leaf, outcome) for leaf, outcome in zip(asked, applied.leaves, strict=True) if leaf.side != "where"]
        _, whole = self.truths(applied)
        return [leaf.attribute for leaf, outcome in tested if whole == "unknown" and outcome.holds == "unknown"]

    def filling(self, name: str, candidate: CandidateRecord) -> Json | None:
        """Return the value that a slot stands for: of the candidate where it has one, else of the case."""
        trace = self.index.trace
        known = (trace.concluded(candidate), trace.computed(candidate), *self.index.entries(candidate))
        if any(name in values for values in known):
            return self.index.actual(name, candidate)
        return self.index.requirements.get(name)

    def would_fail(self, applied: Applied) -> bool:
        """Whether an exempted model fails the check that it is exempt from."""
        where, predicate = self.truths(applied)
        return where == "true" and predicate == ("false" if self.index.rules[applied.rule].effect.wanted else "true")

    def aside(self, applied: Applied) -> bool:
        """Whether a model passes a check because the rule does not apply to it."""
        return applied.outcome == "passed" and self.truths(applied)[0] == "false"

    def may_not_apply(self, applied: Applied) -> bool:
        """Whether a check cannot be decided because it is unknown if the rule applies at all."""
        return applied.outcome in {"unknown", "accepted"} and self.truths(applied)[0] == "unknown"

    def truths(self, applied: Applied) -> tuple[Holds, Holds]:
        """Return whether a rule applies to a model, and the truth of what it tests."""
        rule, holds = self.index.rules[applied.rule], (outcome.holds for outcome in applied.leaves)
        return _truth(rule.where, holds), _truth(rule.effect.predicate, holds)

    def leaf(self, leaf: CriterionLeaf, outcome: LeafOutcome, candidate: CandidateRecord, effect: Effect) -> Node:
        """Return one test of a model: actual, wanted, gap, and where the value comes from."""
        attribute = self.index.attributes[leaf.attribute]
        actual = self.teller.value(attribute, outcome.actual)
        wanted = self.teller.tests(attribute, leaf.tests)
        gap = self.teller.gap(attribute, leaf.tests, outcome)
        label = self.teller.label(leaf.attribute)
        if leaf.side == "grade":
            text = f"{label}: {actual} ({wanted})"
        else:
            mark = _mark(outcome.holds, excludes=leaf.side == "predicate" and not effect.wanted)
            asked = self.say(f"asked.{'where' if leaf.side == 'where' else effect.name}")
            text = f"{mark} {label}: {actual} ({asked}: {wanted}{f'; {gap}' if gap else ''})"
        return Node(
            *("leaf", leaf.attribute, text, outcome.holds),
            sources=self.index.value_sources(leaf.attribute, candidate),
            children=self.origins.origin(leaf.attribute, candidate),
            actual=outcome.actual,
            wanted=wanted,
            gap=gap,
        )


def _mark(holds: Holds, *, excludes: bool) -> str:
    """Return a mark for a truth: good, bad or open; what excludes is bad where it is true."""
    good, bad = ("✗", "✓") if excludes else ("✓", "✗")
    return {"true": good, "false": bad, "unknown": "?"}[holds]


def _truth(conditions: Table, holds: Iterator[Holds]) -> Holds:
    """Return the truth of a table, from that of its leaves, depth first."""
    found = [next(holds) for _ in conditions.leaves]
    found += [_truth(inner, holds) for inner in conditions.every]
    alternatives = [_truth(inner, holds) for inner in conditions.either]
    return _every([*found, _some(alternatives)] if alternatives else found)


def _every(truths: Iterable[str]) -> Holds:
    """Return the truth of a conjunction: false if one is, else unknown if one is."""
    outcomes = {*truths}
    return "false" if "false" in outcomes else "unknown" if "unknown" in outcomes else "true"


def _some(truths: Iterable[str]) -> Holds:
    """Return the truth of a disjunction: true if one is, else unknown if one is."""
    outcomes = {*truths}
    return "true" if "true" in outcomes else "unknown" if "unknown" in outcomes else "false"
