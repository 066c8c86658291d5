"""What a report says of the case: what was stated, what follows from it, and what is still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.say.report.entry import Entry, entry_of
from llmrules.say.why import Explainer
from llmrules.say.words import value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.trace.record import RuleFound

MOST_OPEN = 6
"""How many questions are written out; the others are named."""


class Case(Explainer):
    """Tells the case of one trace."""

    def conflicts(self) -> Iterator[Entry]:
        """Yield the values that clash, each with the chain by which it came about."""
        for conflict in self.trace.found.conflicts:
            label = self.attributes[conflict.attribute].label.read(self.language)
            text = self.say(
                f"{label} has two values that cannot both be meant; both were used",
                f"{label}의 값이 서로 충돌하여 모두 적용했습니다",
            )
            if conflict.kind == "widened":
                text = self.say(
                    f"rules added to what you said of {label}", f"입력한 {label}에 규칙이 항목을 추가했습니다"
                )
            children = tuple(entry_of(self.fact(self.facts[fact], frozenset())) for fact in conflict.facts)
            yield Entry(text, mark="!", children=children)

    def stated(self) -> Iterator[Entry]:
        """Yield the requirements that were stated or assumed."""
        for requirement in self.trace.given.requirements:
            attribute = self.attributes[requirement.attribute]
            words = value_words(attribute, requirement.value, self.language)
            assumed = self.say(" (assumed)", " (가정)") if requirement.origin == "assumed" else ""
            yield Entry(f"{attribute.label.read(self.language)}: {words}{assumed}")

    def conclusions(self) -> Iterator[Entry]:
        """Yield what rules conclude, and the rules that were set aside."""
        defeated = [rule for rule in self.trace.found.rules if rule.status == "defeated"]
        for firing in self.trace.found.firings:
            if not firing.concludes:
                continue
            used = ", ".join(self.fact_words(fact) for fact in firing.uses) or self.say("always", "항상")
            concluded = ", ".join(self.fact_words(fact) for fact in firing.concludes)
            yield self.entry_of_rule(firing.rule, f"{used} → {concluded}", because=True)
        for rule in defeated:
            yield self.defeated(rule)

    def fact_words(self, fact: str) -> str:
        """Return a fact as its attribute and its value."""
        record = self.facts[fact]
        attribute = self.attributes[record.attribute]
        value = (str(record.value),) if attribute.type == "set" and record.value != () else record.value
        return f"{attribute.label.read(self.language)}: {value_words(attribute, value, self.language)}"

    def defeated(self, rule: RuleFound) -> Entry:
        """Return a rule that others set aside."""
        by = ", ".join(rule.defeated_by)
        text = self.say(f"set aside by {by}", f"{by} 규칙이 우선하여 적용하지 않음")
        return self.entry_of_rule(rule.id, text, because=True)

    def demands(self) -> Iterator[Entry]:
        """Yield the hard rules that fired."""
        for criterion in self.trace.found.criteria:
            if self.rules[criterion.rule].effect in {"require", "exclude"}:
                yield self.entry_of_rule(criterion.rule, self.because(criterion.rule))

    def entry_of_rule(self, rule: str, text: str, *, because: bool = False) -> Entry:
        """Return a line that rests on a rule; ``because`` puts the rule's reason under it."""
        children = (Entry(self.because(rule), rule=rule, sources=self.rules[rule].sources),) if because else ()
        if because:
            return Entry(text, children=children)
        return Entry(text, rule=rule, sources=self.rules[rule].sources)

    def effects(self, rules: Iterable[str]) -> Iterator[Entry]:
        """Yield rules that speak of the whole decision."""
        for rule in rules:
            yield self.entry_of_rule(rule, self.because(rule))

    def open(self) -> Iterator[Entry]:
        """Yield the requirements that rules waited for, those of the most rules first."""
        concluded = {name for rule in self.trace.given.rules if rule.effect == "conclude" for name in rule.body}
        asked = [wait for wait in self.trace.found.waits if self.askable(wait.requirement, concluded)]
        waits = sorted(asked, key=lambda wait: -len(wait.rules))
        for wait in waits[:MOST_OPEN]:
            attribute, count = self.attributes[wait.requirement], len(wait.rules)
            rules = self.say(f"{count} rule{'s' if count > 1 else ''}", f"규칙 {count}개")
            question = f": {attribute.ask.read(self.language)}" if attribute.ask is not None else ""
            yield Entry(f"{attribute.label.read(self.language)} ({rules}){question}")
        if len(waits) > MOST_OPEN:
            more = len(waits) - MOST_OPEN
            labels = (self.attributes[wait.requirement].label for wait in waits[MOST_OPEN:])
            names = ", ".join(label.read(self.language) for label in labels)
            yield Entry(self.say(f"and {more} more: {names}", f"그 밖에 {more}개: {names}"))

    def askable(self, name: str, concluded: set[str]) -> bool:
        """Whether a requirement is the user's to state: there is a question for it, or no rule concludes it."""
        return self.attributes[name].ask is not None or name not in concluded
