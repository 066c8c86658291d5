"""The chain by which a rule fired: the facts that it used, and how each of them came about, down to what was stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.why.explanation import Node
from llmrules.say.why.index import Index
from llmrules.say.words import value_words

if TYPE_CHECKING:
    from llmrules.trace.record import FactRecord, Json


class Chain(Index):
    """Explains firings and facts."""

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
