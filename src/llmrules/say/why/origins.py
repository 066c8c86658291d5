"""Where things come from: the facts by which a rule fired, and the values of a candidate, with what becomes of them.

A fact goes down to what was stated. A value is from its entry, a family, a rule, a computation, another day or other
sources; while the model is needed, what is announced changes it and what is computed from it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from llmrules.language.conditions import json_table
from llmrules.language.rules.rule import by_conclusion
from llmrules.language.vocabulary.computed import (
    LONG_SHARE,
    TIER_ABOVE,
    TIER_PRICES,
    TOKENS_AT,
    USAGE,
    USED,
    added,
    counted,
    decimal,
    factors_of,
    lacking,
)
from llmrules.say.teller import condition_tests, number_words
from llmrules.say.why.explanation import Node
from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.catalog import Dated
    from llmrules.language.values import Number as Exact
    from llmrules.language.vocabulary import Attribute
    from llmrules.say.teller import Teller
    from llmrules.say.why.explanation import Index
    from llmrules.trace.codec import Conditions, Json, Number
    from llmrules.trace.found import CandidateRecord, ComputedRecord, FactRecord, TermRecord, TestRecord


class Origins:
    """Explains values, and what becomes of them."""

    def __init__(self, index: Index) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say

    def origin(self, name: str, candidate: CandidateRecord) -> tuple[Node, ...]:
        """Say where a value comes from when the entry itself does not just state it."""
        trace = self.index.trace
        concluded, computed = trace.concluded(candidate).get(name), trace.computed(candidate).get(name)
        if concluded is not None:
            if concluded.by:
                return tuple(self.classification(rule, candidate, concludes=True) for rule in concluded.by)
            rules = by_conclusion(self.index.trace.given.rules)[name]
            return tuple(self.classification(rule.id, candidate, concludes=False) for rule in rules)
        if computed is not None:
            return tuple(self.computed(self.index.attributes[name], computed, candidate))
        if self.index.attributes[name].computed is not None and self.index.in_force(name, candidate) is None:
            return tuple(self.missing(self.index.attributes[name], candidate))
        return tuple(self.entry(name, candidate))

    def missing(self, attribute: Attribute, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield what a number that cannot be computed is in want of, and so on down."""
        used = {name for name in factors_of(attribute) if self.index.attributes.get(name) is not None}
        values = {name: self.factor(name, candidate) for name in used}
        numbers = {name: None if value is None else Decimal(str(value)) for name, value in values.items()}
        facts = {name: frozenset({found}) for name in USAGE if (found := numbers.get(name)) is not None}
        wanted = lacking(attribute.computed or (), {**numbers, **counted(attribute, facts, numbers)})
        if not {*wanted}.isdisjoint(TOKENS_AT):
            wanted = tuple(name for name in USED if name in used and numbers[name] is None)
        for name in wanted:
            one = self.index.attributes[name]
            text = f"{self.teller.label(name)}: {self.teller.value(one, None)}"
            below = self.missing(one, candidate) if one.computed is not None else ()
            yield Node("value", name, text, "unknown", children=tuple(below))

    def factor(self, name: str, candidate: CandidateRecord) -> Json | None:
        """Return the number of a case or a candidate; None where it is unknown, or in conflict."""
        if name in self.index.attributes and self.index.attributes[name].scope != "requirement":
            return self.index.actual(name, candidate)
        conflicts = {one.attribute for one in self.index.trace.case.conflicts}
        return None if name in conflicts else self.index.requirements.get(name)

    def entry(self, name: str, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield what is to be known of a stated value: the family that it is from, and when it changes."""
        found = self.index.in_force(name, candidate)
        if found is None:
            return
        family, attribute = found.record.inherited_from, self.index.attributes[name]
        if family is not None:
            lender, dates = self.teller.name(family), self.index.dates(found.sources)
            text = self.say("inherited-as-of" if dates else "inherited", lender=lender, dates=dates)
            yield Node("value", name, text)
        if found.since is not None:
            before = self.teller.price(attribute, found.record.value)
            text = self.dated(attribute, found.since) + self.say("until-then", before=before)
            yield Node("value", name, text, sources=found.record.sources)
        for coming in found.coming:
            yield Node("value", name, self.dated(attribute, coming), sources=coming.sources)

    def dated(self, attribute: Attribute, one: Dated) -> str:
        """Return a value that takes force on a day."""
        words = self.teller.price(attribute, one.value)
        return self.say("from-day", day=str(one.since), words=words)

    def computed(self, attribute: Attribute, found: ComputedRecord, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield the products of a sum, and for long requests what is known of a price of their own."""
        for place, term in enumerate(found.terms):
            yield self.term(attribute, term, candidate, first=not place)
        if not attribute.counts_tokens or not Decimal(str(self.factor(LONG_SHARE, candidate) or 0)):
            return
        above = self.index.actual(TIER_ABOVE, candidate)
        tiered = any(name in TIER_PRICES for term in found.terms for name in term.of)
        if not tiered and above is None:
            yield Node("value", TIER_ABOVE, self.say("no-tier"))
        if tiered and above is not None:
            words = self.teller.value(self.index.attributes[TIER_ABOVE], above)
            sources = self.index.value_sources(TIER_ABOVE, candidate)
            yield Node("value", TIER_ABOVE, f"{self.teller.label(TIER_ABOVE)}: {words}", sources=sources)

    def term(self, attribute: Attribute, term: TermRecord, candidate: CandidateRecord, *, first: bool) -> Node:
        """Return one product of a sum: its numbers with what they are, and who states them."""
        sources, below = dict[str, None](), list[Node]()
        for name in term.of:
            if name not in TOKENS_AT and self.index.attributes[name].scope != "requirement":
                sources |= dict.fromkeys(self.index.value_sources(name, candidate))
                below += self.origin(name, candidate)
        text = product_words(self.teller, attribute, term.of, Fraction(term.value), first=first)
        return Node("term", " ".join(term.of), text, sources=tuple(sources), children=tuple(below))

    def classification(self, rule: str, candidate: CandidateRecord, *, concludes: bool) -> Node:
        """Return a rule that concludes, or does not conclude, something of a model, and what it looks at."""
        record = self.index.rules[rule]
        said = self.say("origin.concluded" if concludes else "not-concluded")
        children = tuple(self.value(name, tests, candidate) for name, tests in _all_tests(json_table(record.where)))
        text = f"{said}: {self.index.because(rule)} [{rule}]"
        return Node("classification", rule, text, "", record.sources, children)

    def value(self, name: str, tests: tuple[TestRecord, ...], candidate: CandidateRecord) -> Node:
        """Return what a model has where a classifying rule looks."""
        attribute = self.index.attributes[name]
        words = self.teller.value(attribute, self.index.actual(name, candidate))
        asked, wanted = self.say("asked.require"), self.teller.tests(attribute, tests)
        text = f"{self.teller.label(name)}: {words} ({asked}: {wanted})"
        sources = self.index.value_sources(name, candidate)
        return Node("value", name, text, sources=sources, children=self.origin(name, candidate))

    def disputes(self, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield the disputed values that fired rules depend on."""
        for dispute in candidate.disputes:
            name, attribute = dispute.attribute, self.index.attributes[dispute.attribute]
            found = self.index.in_force(name, candidate)
            if found is None:
                continue
            stated = (one for one in found.disputed if json_value(attribute, one.value) in dispute.values)
            others = "; ".join(
                f"{self.teller.value(attribute, one.value)} ({', '.join(one.sources)})" for one in stated
            )
            words, rules = self.teller.value(attribute, found.value), ", ".join(dispute.rules)
            label = self.teller.label(name)
            text = self.say("dispute", label=label, words=words, others=others, rules=rules)
            yield Node("dispute", name, text, sources=found.sources)

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """The attributes that fired rules read, those first from which others of them are computed."""
        read = sorted({leaf.attribute for one in self.index.trace.found.criteria for leaf in one.leaves})
        factors: list[str] = []
        for name in (waiting := [*read]):
            its = factors_of(self.index.attributes[name]) & self.index.attributes.keys()
            factors += sorted(its.difference(factors))
            waiting += sorted(its.difference(waiting))
        return tuple(dict.fromkeys((*factors, *read)))

    def changes(self, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield, day by day, what changes of the values that fired rules read, and of what these are computed from."""
        for change in candidate.coming:
            names = [name for name in self.watched if name in change.attributes]
            its = [(name, found) for name in names if (found := self.index.in_force(name, candidate)) is not None]
            if not its:
                continue
            sources: dict[str, None] = {}
            said = []
            for name, found in its:
                one = next(one for one in found.coming if str(one.since) == change.since)
                attribute = self.index.attributes[name]
                now, then = (self.teller.price(attribute, value) for value in (found.value, one.value))
                said.append(self.say("instead-of", label=self.teller.label(name), then=then, now=now))
                sources.update(dict.fromkeys(one.sources))
            computed = ((name, str(change.computed[name])) for name in self.watched if name in change.computed)
            said += [
                f"{self.teller.label(name)} {self.teller.value(self.index.attributes[name], value)}"
                for name, value in computed
            ]
            text = self.say("from-day-on", day=change.since) + ", ".join(said)
            yield Node("change", change.since, text, sources=tuple(sources))


def _all_tests(conditions: Conditions) -> Iterator[tuple[str, tuple[TestRecord, ...]]]:
    """Yield each attribute of a condition table with its tests, nested tables included."""
    yield from condition_tests(conditions)
    for key in ("all", "any"):
        for inner in conditions.get(key, ()):
            yield from _all_tests(inner)


def product_words(
    teller: Teller, attribute: Attribute, of: Mapping[str, Number | Exact], value: Fraction, *, first: bool
) -> str:
    """Return one product of a sum in words: its numbers with what they are, and what they come to."""
    product, said, say = next(one for one in attribute.computed or () if {*one.of} == {*of}), [], teller.say
    for name in product.of:
        if name in TOKENS_AT:
            said.append(number_words(of[name], say("tokens")))
        else:
            words = teller.value(teller.attributes[name], of[name])
            said.append(say("factor", value=words, label=teller.label(name)))
    exact = decimal(value)
    words = str(value) if exact is None else teller.value(attribute, exact)
    said += [] if product.times == 1 and said else [number_words(product.times) if said else words]
    sign, factors = "=" if first else "+", say("times").join(said)
    return f"{sign} {factors}" if len(said) == 1 else say("term", sign=sign, factors=factors, value=words)


class Chain:
    """Explains firings and facts."""

    def __init__(self, index: Index) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say
        self._fired: dict[str, Node] = {}
        self._stated: dict[str, Node] = {}

    def fired(self, rule: str) -> Node:
        """Return the chain by which a rule fired, which is the same under every model; it is made once."""
        if rule not in self._fired:
            self._fired[rule] = self.firing(rule, frozenset())
        return self._fired[rule]

    def firing(self, rule: str, above: frozenset[str]) -> Node:
        """Return the chain by which a rule fired: the facts it used, and how each of them came about."""
        record = self.index.rules[rule]
        firing = self.index.firings[rule]
        facts = tuple(self.fact(self.index.facts[fact], above | {rule}) for fact in firing.uses)
        text = self.say("because" if facts else "always-applies")
        return Node("firing", rule, text, record.effect.name, children=facts)

    def fact(self, fact: FactRecord, above: frozenset[str]) -> Node:
        """Return a fact with the firings that concluded it; ``above`` are the rules that it stands under."""
        if not fact.by and fact.id in self._stated:
            return self._stated[fact.id]
        value = self.teller.fact(self.index.attributes[fact.attribute], fact.value)
        said = ", ".join(self.say(f"origin.{one}") for one in fact.origin)
        text = f"{self.teller.label(fact.attribute)}: {value} ({said})"
        children = tuple(self.conclusion(rule, above) for rule in fact.by if rule not in above)
        children += tuple(self.terms(fact.attribute)) if "computed" in fact.origin else ()
        found = Node("fact", fact.id, text, ", ".join(fact.origin), children=children)
        if not fact.by:
            self._stated[fact.id] = found
        return found

    def terms(self, name: str) -> Iterator[Node]:
        """Yield the products that a number of the case is the sum of."""
        attribute = self.index.attributes[name]
        facts = {one: Decimal(str(self.index.requirements[one])) for one in factors_of(attribute)}
        found = added(attribute.computed or (), facts)
        for place, term in enumerate(() if found is None else found.terms):
            text = product_words(self.teller, attribute, dict(term.of), term.value, first=not place)
            yield Node("term", " ".join(dict(term.of)), text)

    def conclusion(self, rule: str, above: frozenset[str]) -> Node:
        """Return the firing of a rule that concludes: its reason, its sources, its chain."""
        record = self.index.rules[rule]
        sentence = self.index.because(rule)
        chain = self.firing(rule, above)
        return Node("firing", rule, f"{sentence} [{rule}]", record.effect.name, record.sources, chain.children)
