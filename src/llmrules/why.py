"""Why a model stands where it stands: one tree, from a trace alone, whatever the verdict.

The tree has the same shape for success and failure. Its root is the verdict; under it stands every rule that was
applied, with what it tested of the model (actual, wanted, gap) and with the chain by which it fired, down to what
the user stated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.texts import Language, Text
from llmrules.trace.record import (
    Json,
)
from llmrules.words import (
    fill_slots,
    gap_words,
    points_words,
    printable_lines,
    tests_words,
    value_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.trace.record import (
        Applied,
        CandidateRecord,
        CriterionLeaf,
        FactRecord,
        LeafOutcome,
        RuleRecord,
        Trace,
    )

Kind: TypeAlias = Literal["verdict", "rule", "leaf", "value", "fact", "firing", "dispute"]


@frozen
class Node:
    """One step of an explanation: what it says, how it came out, what it rests on, and the steps beneath it.

    ``id`` names the model, rule, attribute or fact; ``outcome`` is the verdict, the outcome of a rule, or the truth
    of a leaf. A leaf also keeps its parts: ``actual``, ``wanted`` (operator and threshold in words) and ``gap``.
    """

    kind: Kind
    id: str
    text: str
    outcome: str = ""
    sources: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()
    actual: Json | None = None
    wanted: str = ""
    gap: str = ""

    def walk(self) -> Iterator[Node]:
        """Yield this node and all beneath it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


@frozen
class Explanation:
    """Why one model stands where it stands, in one language."""

    language: Language
    root: Node

    def __str__(self) -> str:
        """Return the tree as indented lines."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield the lines of the tree, each under what it explains; a fact's chain is said once."""
        yield from _lines(self.root, 0, set(), Text("as above", "위와 같음").read(self.language))


def _lines(node: Node, depth: int, said: set[str], again: str) -> Iterator[str]:
    sources = f"  ({', '.join(node.sources)})" if node.sources else ""
    bullet = "" if depth == 0 else "  " * depth + ("- " if depth == 1 else "· ")
    repeated = node.kind == "fact" and bool(node.children) and node.id in said
    yield f"{bullet}{node.text}{sources}{f' ({again})' if repeated else ''}"
    if repeated:
        return
    if node.kind == "fact":
        said.add(node.id)
    for child in node.children:
        yield from _lines(child, depth + 1, said, again)


OUTCOMES: dict[str, Text] = {
    "passed": Text("passes", "통과"),
    "failed": Text("fails", "탈락"),
    "unknown": Text("cannot be decided", "판단 불가"),
    "accepted": Text("cannot be decided, accepted", "판단 불가하나 수용"),
    "exempted": Text("exempted", "면제"),
    "points": Text("points", "점수"),
    "none": Text("no points", "점수 없음"),
    "attached": Text("applies", "해당"),
}

VERDICTS: dict[str, Text] = {
    "eligible": Text("eligible", "적격"),
    "unverified": Text("unverified", "미확인"),
    "excluded": Text("excluded", "제외"),
}


def why(trace: Trace, model: str, language: Language = "en") -> Explanation:
    """Explain a model's standing from a trace alone. Raises KeyError for a model that the trace does not have."""
    return Explanation(language, Explainer(trace, language).verdict(model))


class Explainer:
    """Reads one trace in one language."""

    def __init__(self, trace: Trace, language: Language) -> None:
        self.trace = trace
        self.language = language
        self.attributes = {attribute.name: attribute for attribute in trace.given.vocabulary}
        self.rules = {rule.id: rule for rule in trace.given.rules}
        self.models = {model.id: model for model in trace.given.catalogue}
        self.candidates = {candidate.model: candidate for candidate in trace.found.candidates}
        self.criteria = {criterion.rule: criterion for criterion in trace.found.criteria}
        self.facts = {fact.id: fact for fact in trace.found.facts}
        self.firings = {firing.rule: firing for firing in trace.found.firings}
        self.requirements: dict[str, Json | None] = {}
        for fact in trace.found.facts:
            attribute = self.attributes[fact.attribute]
            before = self.requirements.get(fact.attribute)
            if attribute.type == "set":
                members = () if fact.value == () else (str(fact.value),)
                self.requirements[fact.attribute] = (*(before if isinstance(before, tuple) else ()), *members)
            elif before is None:
                self.requirements[fact.attribute] = fact.value

    def say(self, en: str, ko: str) -> str:
        """Return the sentence in the language."""
        return ko if self.language == "ko" else en

    def name(self, model: str) -> str:
        """Return the name of a model."""
        return printable_lines(self.models[model].name)

    def because(self, rule: str) -> str:
        """Return the reason of a rule, with what is known of the case filled in."""
        return fill_slots(self.rules[rule].because, self.attributes, self.requirements, self.language)

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
            names = ", ".join(self.attributes[one].label.read(self.language) for one in candidate.missing)
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
        leaves = [
            self.leaf(leaf, outcome, candidate)
            for leaf, outcome in zip(self.criteria[rule.id].leaves, applied.leaves, strict=True)
        ]
        return Node(
            kind="rule",
            id=rule.id,
            text=f"{self.outcome(applied)}: {self.sentence(rule, applied, candidate)} [{rule.id}]",
            outcome=applied.outcome,
            sources=rule.sources,
            children=(*leaves, self.firing(rule.id, frozenset())),
        )

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
        return f"{said} ({', '.join(applied.exempted_by)})" if applied.exempted_by else said

    def sentence(self, rule: RuleRecord, applied: Applied, candidate: CandidateRecord) -> str:
        """Return the rule's own words: ``otherwise`` where a model fails it, else ``because``."""
        model = self.models[candidate.model]
        values: dict[str, Json | None] = dict(self.requirements)
        for entries in (model.attributes, *(offer.attributes for offer in model.offers)):
            values.update({name: entry.value for name, entry in entries.items()})
        values.update({name: concluded.value for name, concluded in candidate.concluded.items()})
        text = rule.otherwise if applied.outcome == "failed" and rule.otherwise is not None else rule.because
        return fill_slots(text, self.attributes, values, self.language, model.name)

    def leaf(self, leaf: CriterionLeaf, outcome: LeafOutcome, candidate: CandidateRecord) -> Node:
        """Return one test of a model: actual, wanted, gap, and where the value comes from."""
        attribute = self.attributes[leaf.attribute]
        actual = value_words(attribute, outcome.actual, self.language)
        wanted = tests_words(attribute, leaf.tests, self.language)
        gap = gap_words(attribute, leaf.tests, outcome, self.language)
        label = attribute.label.read(self.language)
        if leaf.side == "grade":
            text = f"{label}: {actual} ({wanted})"
        else:
            mark = {"true": "=", "false": "≠", "unknown": "?"}[outcome.holds]
            asked = self.say("asked", "기준") if leaf.side == "predicate" else self.say("applies to", "대상")
            text = f"{mark} {label}: {actual} ({asked}: {wanted}{f'; {gap}' if gap else ''})"
        origin = self.origin(leaf.attribute, candidate)
        return Node(
            *("leaf", leaf.attribute, text, outcome.holds),
            sources=self.value_sources(leaf.attribute, candidate.model),
            children=(origin,) if origin is not None else (),
            actual=outcome.actual,
            wanted=wanted,
            gap=gap,
        )

    def origin(self, name: str, candidate: CandidateRecord) -> Node | None:
        """Say where a value comes from when the entry itself does not state it."""
        concluded = candidate.concluded.get(name)
        if concluded is not None:
            rules = concluded.by or tuple(
                rule.id for rule in self.trace.given.rules if rule.effect == "conclude" and name in rule.body
            )
            sources = tuple(dict.fromkeys(one for rule in rules for one in self.rules[rule].sources))
            joined = ", ".join(rules)
            text = self.say(f"concluded by {joined}", f"도출한 규칙: {joined}")
            if not concluded.by:
                text = self.say(
                    f"none of these concludes it: {joined}", f"도출하는 규칙이 모두 해당하지 않음: {joined}"
                )
            return Node("value", name, text, sources=sources)
        value = self.models[candidate.model].attributes.get(name)
        if value is not None and value.inherited_from is not None:
            return Node(
                "value", name, self.say(f"inherited from {value.inherited_from}", f"{value.inherited_from}에서 상속")
            )
        return None

    def value_sources(self, name: str, model: str) -> tuple[str, ...]:
        """Return the claims and documents that state a value."""
        record = self.models[model]
        for entries in (record.attributes, *(offer.attributes for offer in record.offers)):
            if name in entries:
                return entries[name].sources
        return ()

    def disputes(self, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield the disputed values that fired rules depend on."""
        for dispute in candidate.disputes:
            attribute = self.attributes[dispute.attribute]
            values = ", ".join(value_words(attribute, value, self.language) for value in dispute.values)
            label, rules = attribute.label.read(self.language), ", ".join(dispute.rules)
            text = self.say(
                f"sources disagree on {label} (also stated: {values}); it matters to {rules}",
                f"{label}에 대한 출처가 서로 다릅니다(다른 값: {values}). 영향을 받는 규칙: {rules}",
            )
            sources = self.value_sources(dispute.attribute, candidate.model)
            yield Node("dispute", dispute.attribute, text, sources=sources)

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
        words = f"{attribute.label.read(self.language)}: {value_words(attribute, value, self.language)}"
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


LEVELS: dict[str, Text] = {
    "note": Text("note", "참고"),
    "warning": Text("warning", "경고"),
    "approval": Text("needs approval", "승인 필요"),
    "accepted": Text("not verified", "미확인 수용"),
    "disputed": Text("sources disagree", "출처 불일치"),
}

_WEIGHT = {"failed": 0, "unknown": 1, "accepted": 2, "exempted": 3, "points": 4, "passed": 5, "none": 6, "attached": 7}


def _by_weight(applied: tuple[Applied, ...]) -> list[Applied]:
    """Return what decided the verdict first."""
    return sorted(applied, key=lambda one: (_WEIGHT[one.outcome], one.rule))
