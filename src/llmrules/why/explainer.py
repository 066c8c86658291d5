"""The tree that explains a model's standing: the same shape for success and failure.

Its root is the verdict; under it stands every rule that was applied, with what it tested of the model (actual, wanted,
gap) and with the chain by which it fired, down to what the user stated. It is read from a trace alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.texts import Language, Text
from llmrules.trace.record import Json, TestRecord
from llmrules.why.explanation import Explanation, Node
from llmrules.why.index import Index
from llmrules.why.outcomes import ASKED, DECISIVE, LEVELS, OUTCOMES, VERDICTS
from llmrules.words import fill_slots, gap_words, points_words, printable_lines, tests_words, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.trace.record import (
        Applied,
        AttributeRecord,
        CandidateRecord,
        Conditions,
        CriterionLeaf,
        FactRecord,
        Holds,
        LeafOutcome,
        RuleRecord,
        StatedRecord,
        Trace,
    )


def why(trace: Trace, model: str, language: Language = "en") -> Explanation:
    """Explain a model's standing from a trace alone. Raises KeyError for a model that the trace does not have."""
    return Explanation(language, Explainer(trace, language).verdict(model))


class Explainer(Index):
    """Explains what one trace holds, in one language."""

    def verdict(self, model: str) -> Node:
        """Return the whole tree of a model."""
        candidate = self.candidates[model]
        name = self.name(model)
        said = VERDICTS[candidate.verdict].read(self.language)
        text = f"{name}: {said}"
        if candidate.place is not None and candidate.points is not None:
            points = points_words(candidate.points)
            among = self.say(" among the unverified", "(미확인 중)") if candidate.verdict == "unverified" else ""
            text += self.say(
                f", place {candidate.place}{among} with {points} points",
                f", {candidate.place}위{among}, {points}점",
            )
        if candidate.missing:
            names = ", ".join(map(self.label, candidate.missing))
            text += self.say(f"; to find out: {names}", f"; 확인할 항목: {names}")
        children = [
            *(self.applied(one, candidate) for one in _by_weight(candidate.checks)),
            *(self.applied(one, candidate) for one in candidate.exemptions),
            *(self.applied(one, candidate) for one in _by_weight(candidate.scores)),
            *(self.applied(one, candidate) for one in candidate.notes),
            *self.disputes(candidate),
        ]
        return Node("verdict", model, text, candidate.verdict, children=tuple(children))

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
            points = f"{sign}{points_words(applied.points)}"
            return self.say(f"{points} points", f"{points}점")
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
        for entries in self.entries(candidate.model):
            values.update({name: entry.value for name, entry in entries.items()})
        values.update({name: concluded.value for name, concluded in candidate.concluded.items()})
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
            sources=self.value_sources(leaf.attribute, candidate.model),
            children=self.origin(leaf.attribute, candidate),
            actual=outcome.actual,
            wanted=wanted,
            gap=gap,
        )

    def origin(self, name: str, candidate: CandidateRecord) -> tuple[Node, ...]:
        """Say where a value comes from when the entry itself does not state it."""
        concluded = candidate.concluded.get(name)
        if concluded is not None:
            if concluded.by:
                return tuple(self.classification(rule, candidate, concludes=True) for rule in concluded.by)
            rules = (rule for rule in self.trace.given.rules if rule.effect == "conclude" and name in rule.body)
            return tuple(self.classification(rule.id, candidate, concludes=False) for rule in rules)
        value = self.models[candidate.model].attributes.get(name)
        if value is not None and value.inherited_from is not None:
            text = self.say(f"inherited from {value.inherited_from}", f"{value.inherited_from}에서 상속")
            return (Node("value", name, text),)
        return ()

    def classification(self, rule: str, candidate: CandidateRecord, *, concludes: bool) -> Node:
        """Return a rule that concludes, or does not conclude, something of a model, and what it looks at."""
        record = self.rules[rule]
        said = self.say("concluded", "도출") if concludes else self.say("not concluded", "도출되지 않음")
        children = tuple(self.value(name, tests, candidate) for name, tests in _tests(record.where or {}))
        return Node("classification", rule, f"{said}: {self.because(rule)} [{rule}]", "", record.sources, children)

    def value(self, name: str, tests: tuple[TestRecord, ...], candidate: CandidateRecord) -> Node:
        """Return what a model has where a classifying rule looks."""
        attribute = self.attributes[name]
        words = value_words(attribute, self.actual(name, candidate), self.language)
        asked, wanted = self.say("asked", "기준"), tests_words(attribute, tests, self.language)
        text = f"{self.label(name)}: {words} ({asked}: {wanted})"
        sources = self.value_sources(name, candidate.model)
        return Node("value", name, text, sources=sources, children=self.origin(name, candidate))

    def disputes(self, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield the disputed values that fired rules depend on."""
        for dispute in candidate.disputes:
            name, attribute = dispute.attribute, self.attributes[dispute.attribute]
            record = next(entries[name] for entries in self.entries(candidate.model) if name in entries)
            others = "; ".join(self.sourced(attribute, one) for one in record.disputed if one.value in dispute.values)
            words, rules = value_words(attribute, record.value, self.language), ", ".join(dispute.rules)
            label = self.label(name)
            text = self.say(
                f"sources disagree on {label}: {words} is in force, others say {others}; it matters to {rules}",
                f"{label}의 출처가 서로 다릅니다. 적용한 값: {words}, 다른 값: {others}. 영향을 받는 규칙: {rules}",
            )
            yield Node("dispute", name, text, sources=record.sources)

    def sourced(self, attribute: AttributeRecord, stated: StatedRecord) -> str:
        """Return a value with those who state it."""
        return f"{value_words(attribute, stated.value, self.language)} ({', '.join(stated.sources)})"

    def firing(self, rule: str, above: frozenset[str]) -> Node:
        """Return the chain by which a rule fired: the facts it used, and how each of them came about."""
        record = self.rules[rule]
        firing = self.firings[rule]
        facts = tuple(self.fact(self.facts[fact], above | {rule}) for fact in firing.uses)
        always = self.say("always applies", "항상 적용")
        text = self.say("because", "근거") if facts else always
        return Node("firing", rule, text, record.effect, children=facts)

    def fact(self, fact: FactRecord, above: frozenset[str]) -> Node:
        """Return a fact with the firings that concluded it; ``above`` are the rules that it stands under."""
        attribute = self.attributes[fact.attribute]
        value: Json = (str(fact.value),) if attribute.type == "set" and fact.value != () else fact.value
        words = f"{self.label(fact.attribute)}: {value_words(attribute, value, self.language)}"
        origins = {
            "stated": self.say("stated", "명시"),
            "assumed": self.say("assumed", "가정"),
            "concluded": self.say("concluded", "도출"),
        }
        said = ", ".join(origins[one] for one in fact.origin)
        children = tuple(self.conclusion(rule, above) for rule in fact.by if rule not in above)
        return Node("fact", fact.id, f"{words} ({said})", ", ".join(fact.origin), children=children, actual=value)

    def conclusion(self, rule: str, above: frozenset[str]) -> Node:
        """Return the firing of a rule that concludes: its reason, its sources, its chain."""
        record = self.rules[rule]
        sentence = self.because(rule)
        chain = self.firing(rule, above)
        return Node("firing", rule, f"{sentence} [{rule}]", record.effect, record.sources, chain.children)


def _tests(conditions: Conditions) -> Iterator[tuple[str, tuple[TestRecord, ...]]]:
    """Yield each attribute of a condition table with its tests, nested tables included."""
    for name, tests in sorted(conditions.items()):
        if name in {"all", "any"}:
            for inner in tests:
                yield from _tests(inner)
        else:
            sides = {key: tuple(side) if isinstance(side, list) else side for key, side in tests.items()}
            yield name, tuple(TestRecord(operator, (side,)) for operator, side in sides.items())


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


def _by_weight(applied: tuple[Applied, ...]) -> list[Applied]:
    """Return what decided the verdict first."""
    return sorted(applied, key=lambda one: (DECISIVE.index(one.outcome), one.rule))
