"""The chain by which a rule fired: the facts that it used, and how each of them came about, down to what was stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.why.explanation import Node

if TYPE_CHECKING:
    from llmrules.say.why.index import Index
    from llmrules.trace.record import FactRecord


class Chain:
    """Explains firings and facts."""

    def __init__(self, index: Index) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say

    def firing(self, rule: str, above: frozenset[str]) -> Node:
        """Return the chain by which a rule fired: the facts it used, and how each of them came about."""
        record = self.index.rules[rule]
        firing = self.index.firings[rule]
        facts = tuple(self.fact(self.index.facts[fact], above | {rule}) for fact in firing.uses)
        text = self.say("because" if facts else "always-applies")
        return Node("firing", rule, text, record.effect.name, children=facts)

    def fact(self, fact: FactRecord, above: frozenset[str]) -> Node:
        """Return a fact with the firings that concluded it; ``above`` are the rules that it stands under."""
        value = self.teller.fact(self.index.attributes[fact.attribute], fact.value)
        said = ", ".join(self.say(f"origin.{one}") for one in fact.origin)
        text = f"{self.teller.label(fact.attribute)}: {value} ({said})"
        children = tuple(self.conclusion(rule, above) for rule in fact.by if rule not in above)
        return Node("fact", fact.id, text, ", ".join(fact.origin), children=children)

    def conclusion(self, rule: str, above: frozenset[str]) -> Node:
        """Return the firing of a rule that concludes: its reason, its sources, its chain."""
        record = self.index.rules[rule]
        sentence = self.index.because(rule)
        chain = self.firing(rule, above)
        return Node("firing", rule, f"{sentence} [{rule}]", record.effect.name, record.sources, chain.children)
