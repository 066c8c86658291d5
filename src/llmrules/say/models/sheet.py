"""Everything known of one model: each value with its sources, what disputes it, what it replaced, when it changes.

Rules that classify models are applied, to a model that is not listed too, so that what they conclude stands beside
what is stated.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.catalog import Catalog, Entry, Model
from llmrules.catalog.candidates import Candidates, arrange
from llmrules.decision.knowledge import Knowledge
from llmrules.language.values import Value
from llmrules.language.vocabulary import Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.language.vocabulary import Scope


@frozen
class Fact:
    """One attribute of a model or an offer with its value on a day, and the whole entry where one states it.

    ``by`` are the rules that conclude the value or members of it; ``against`` those that conclude another one, which
    the catalogue overrules. Where no rule's condition is true, ``tried`` are the rules that are all false.
    """

    attribute: Attribute
    value: Value
    sources: tuple[str, ...] = ()
    entry: Entry | None = None
    by: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()


@frozen
class OfferSheet:
    """The facts of an offer; ``id`` is None where the model has no other. ``unknown`` is what nobody states."""

    id: str | None
    facts: tuple[Fact, ...]
    unknown: tuple[Attribute, ...]


@frozen
class Sheet:
    """Everything known of a model on a day; ``lends_to`` are the models that extend it."""

    as_of: date
    model: Model
    lends_to: tuple[str, ...]
    facts: tuple[Fact, ...]
    unknown: tuple[Attribute, ...]
    offers: tuple[OfferSheet, ...]


def sheet_of(knowledge: Knowledge, name: str, as_of: date) -> Sheet:
    """Return everything known of a model of the catalogue."""
    model = knowledge.catalog.models[name]
    state = classified(knowledge, (name,), as_of)
    reader = _Reader(knowledge, state, model, as_of)
    offers = []
    for index, offer in enumerate(model.offers):
        facts = tuple(reader.facts("offer", offer.entries, index))
        shown = state.rows[index].offer_id
        offers.append(OfferSheet(shown, facts, reader.unknown("offer", facts)))
    facts = tuple(reader.facts("model", model.entries, 0))
    return Sheet(
        as_of=as_of,
        model=model,
        lends_to=tuple(other.id for other in knowledge.catalog if other.extends == name),
        facts=facts,
        unknown=reader.unknown("model", facts),
        offers=tuple(offers),
    )


def classified(knowledge: Knowledge, names: tuple[str, ...], as_of: date) -> Candidates:
    """Return some models, listed or not, as they are on a day, with what rules conclude of them."""
    chosen = {name: evolve(knowledge.catalog.models[name], listed=True) for name in sorted(names)}
    ruleset = knowledge.ruleset
    return arrange(Catalog(chosen).on(as_of), ruleset.vocabulary, ruleset.classifying())


@frozen
class _Reader:
    knowledge: Knowledge
    state: Candidates
    model: Model
    as_of: date

    def facts(self, scope: Scope, entries: Mapping[str, Entry], index: int) -> Iterator[Fact]:
        """Yield what is known of the attributes of a scope, in the order of their names."""
        for name in self.knowledge.ruleset.vocabulary.stated(scope):
            value = self.state.columns[name][index]
            if value is None:
                continue
            entry = entries.get(name)
            masks = self.state.concluded.get(name, {})
            firing = tuple(sorted(rule for rule, (true, _) in masks.items() if true >> index & 1))
            contradicted = {one.rule for one in self.state.contradictions if one.attribute == name}
            stated = entry is not None
            yield Fact(
                attribute=self.knowledge.ruleset.vocabulary[name],
                value=value,
                sources=entry.on(self.as_of).stated.sources if entry is not None else (),
                entry=entry,
                by=tuple(rule for rule in firing if rule not in contradicted),
                against=tuple(rule for rule in firing if rule in contradicted),
                tried=() if stated or firing else tuple(sorted(masks)),
            )

    def unknown(self, scope: Scope, facts: tuple[Fact, ...]) -> tuple[Attribute, ...]:
        """Return the attributes without a value, but for those that are computed from a case."""
        known = {fact.attribute.name for fact in facts}
        vocabulary = self.knowledge.ruleset.vocabulary
        names = (name for name in vocabulary.stated(scope) if name not in known)
        return tuple(vocabulary[name] for name in names if vocabulary[name].computed is None)
