"""One trace in one language: its records by their names, and what they say by themselves.

It finds what the trace holds and puts nothing in order; whatever explains or reports a trace is built on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.words import fill_slots, printable_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.texts import Language
    from llmrules.trace.record import CandidateRecord, Json, Trace, ValueRecord


class Index:
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

    def label(self, attribute: str) -> str:
        """Return the name of an attribute."""
        return self.attributes[attribute].label.read(self.language)

    def actual(self, name: str, candidate: CandidateRecord) -> Json | None:
        """Return a value of a model: what rules conclude of it, else what its entry states."""
        if name in candidate.concluded:
            return candidate.concluded[name].value
        return next((entries[name].value for entries in self.entries(candidate.model) if name in entries), None)

    def entries(self, model: str) -> tuple[Mapping[str, ValueRecord], ...]:
        """Return the entries of a model and of its offers."""
        record = self.models[model]
        return (record.attributes, *(offer.attributes for offer in record.offers))

    def value_sources(self, name: str, model: str) -> tuple[str, ...]:
        """Return the claims and documents that state a value."""
        return next((entries[name].sources for entries in self.entries(model) if name in entries), ())
