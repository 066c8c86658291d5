"""What a report says of the case: what was stated, what follows from it, and what is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.language.rules.rule import by_conclusion
from llmrules.say.report.entry import Entry, entry_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from llmrules.say.why import Explainer
    from llmrules.trace.record import RuleFound

MOST_OPEN = 6
"""How many questions are written out; the others are named."""


class Case:
    """Tells the case of one trace."""

    def __init__(self, why: Explainer) -> None:
        self.index, self.teller, self.say = why.index, why.teller, why.say
        self.why = why

    def conflicts(self) -> Iterator[Entry]:
        """Yield the values that clash, each with the chain by which it came about."""
        for conflict in self.index.trace.found.conflicts:
            name = "widened" if conflict.kind == "widened" else "conflict"
            text = self.say(name, label=self.teller.label(conflict.attribute))
            children = tuple(
                entry_of(self.why.chain.fact(self.index.facts[fact], frozenset())) for fact in conflict.facts
            )
            yield Entry(text, mark="!", children=children)

    def stated(self) -> Iterator[Entry]:
        """Yield the requirements that were stated or assumed."""
        for requirement in self.index.trace.given.requirements:
            attribute = self.index.attributes[requirement.attribute]
            words = self.teller.value(attribute, requirement.value)
            assumed = self.say("assumed-aside") if requirement.origin == "assumed" else ""
            yield Entry(f"{self.teller.label(attribute.name)}: {words}{assumed}")

    def conclusions(self) -> Iterator[Entry]:
        """Yield what rules conclude, and the rules that were set aside."""
        defeated = [rule for rule in self.index.trace.found.rules if rule.status == "defeated"]
        for firing in self.index.trace.found.firings:
            if not firing.concludes:
                continue
            used = ", ".join(self.fact_words(fact) for fact in firing.uses) or self.say("always")
            concluded = ", ".join(self.fact_words(fact) for fact in firing.concludes)
            yield self.entry_of_rule(firing.rule, f"{used} → {concluded}", because=True)
        for rule in defeated:
            yield self.defeated(rule)

    def fact_words(self, fact: str) -> str:
        """Return a fact as its attribute and its value."""
        record = self.index.facts[fact]
        value = self.teller.fact(self.index.attributes[record.attribute], record.value)
        return f"{self.teller.label(record.attribute)}: {value}"

    def defeated(self, rule: RuleFound) -> Entry:
        """Return a rule that others set aside."""
        return self.entry_of_rule(rule.id, self.say("set-aside", by=", ".join(rule.defeated_by)), because=True)

    def demands(self) -> Iterator[Entry]:
        """Yield the hard rules that fired."""
        for criterion in self.index.trace.found.criteria:
            if self.index.rules[criterion.rule].effect.hard:
                yield self.entry_of_rule(criterion.rule, self.index.because(criterion.rule))

    def entry_of_rule(self, rule: str, text: str, *, because: bool = False) -> Entry:
        """Return a line that rests on a rule; ``because`` puts the rule's reason under it."""
        if because:
            return Entry(text, children=(self.entry_of_rule(rule, self.index.because(rule)),))
        return Entry(text, rule=rule, sources=self.index.rules[rule].sources)

    def effects(self, rules: Iterable[str]) -> Iterator[Entry]:
        """Yield rules that speak of the whole decision."""
        for rule in rules:
            yield self.entry_of_rule(rule, self.index.because(rule))

    def open(self) -> Iterator[Entry]:
        """Yield the requirements that rules waited for, those of the most rules first."""
        counts = {wait.requirement: len(wait.rules) for wait in self.index.trace.found.waits}
        names = self.open_requirements()
        for name in names[:MOST_OPEN]:
            ask = self.index.attributes[name].ask
            question = f": {self.say.read(ask)}" if ask is not None else ""
            yield Entry(f"{self.teller.label(name)} ({self.say('rules', count=counts[name])}){question}")
        if len(names) > MOST_OPEN:
            rest = ", ".join(map(self.teller.label, names[MOST_OPEN:]))
            yield Entry(self.say("and-more-named", more=len(names) - MOST_OPEN, names=rest))

    def open_requirements(self) -> list[str]:
        """Return the requirements that rules waited for and that are the user's to state, in the order of asking."""
        concluded = by_conclusion(self.index.trace.given.rules).keys()
        waits = sorted(self.index.trace.found.waits, key=lambda wait: -len(wait.rules))
        return [wait.requirement for wait in waits if self.askable(wait.requirement, concluded)]

    def askable(self, name: str, concluded: Collection[str]) -> bool:
        """Whether a requirement is the user's to state: there is a question for it, or no rule concludes it."""
        return self.index.attributes[name].ask is not None or name not in concluded
