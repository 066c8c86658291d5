"""Everything known of one model: each value with its sources, what disputes it, what it replaced, when it changes.

Rules that classify models are applied, to a model that is not listed too, so that what they conclude stands beside
what is stated. It is told as a report with the sources that it cites, and as JSON, which is kept as it is: keys are
added, never renamed.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from llmrules.catalog import Catalog, Model
from llmrules.catalog import Entry as Given
from llmrules.catalog.candidates import Candidates, arrange
from llmrules.decision.knowledge import Knowledge
from llmrules.language.sources import Claim
from llmrules.language.values import Value
from llmrules.language.vocabulary import Attribute
from llmrules.say.report.entry import Entry, Report, Section, sources_of
from llmrules.say.teller import Teller, printable_lines
from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.catalog import Stated
    from llmrules.language.sources import Document
    from llmrules.language.texts import Language
    from llmrules.language.vocabulary import Scope

Plain: TypeAlias = Any
"""Plain JSON."""


@frozen
class Fact:
    """One attribute of a model or an offer with its value on a day, and the whole entry where one states it.

    ``by`` are the rules that conclude the value or members of it; ``against`` those that conclude another one, which
    the catalogue overrules. Where no rule's condition is true, ``tried`` are the rules that are all false.
    """

    attribute: Attribute
    value: Value
    sources: tuple[str, ...] = ()
    entry: Given | None = None
    by: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()


@frozen
class Part:
    """The facts of a model, or of an offer by its ``id``, which is None where the model has no other.

    ``unknown`` is what nobody states, but for what is computed from a case.
    """

    id: str | None
    facts: tuple[Fact, ...]
    unknown: tuple[Attribute, ...]


@frozen
class Sheet:
    """Everything known of a model on a day; ``lends_to`` are the models that extend it."""

    as_of: date
    model: Model
    lends_to: tuple[str, ...]
    own: Part
    offers: tuple[Part, ...]


def sheet_of(knowledge: Knowledge, name: str, as_of: date) -> Sheet:
    """Return everything known of a model of the catalogue."""
    model = knowledge.catalog.models[name]
    vocabulary, state = knowledge.ruleset.vocabulary, _classified(knowledge, name, as_of)

    def part(scope: Scope, entries: Mapping[str, Given], index: int = 0) -> Part:
        attributes = [vocabulary[one] for one in vocabulary.stated(scope)]
        facts = tuple(_facts(state, attributes, entries, index, as_of))
        known = {fact.attribute.name for fact in facts}
        unknown = (one for one in attributes if one.name not in known and one.computed is None)
        return Part(state.rows[index].offer_id, facts, tuple(unknown))

    return Sheet(
        as_of=as_of,
        model=model,
        lends_to=tuple(other.id for other in knowledge.catalog if other.extends == name),
        own=part("model", model.entries),
        offers=tuple(part("offer", offer.entries, index) for index, offer in enumerate(model.offers)),
    )


def _classified(knowledge: Knowledge, name: str, as_of: date) -> Candidates:
    """Return a model, listed or not, as it is on a day, with what rules conclude of it."""
    chosen, ruleset = evolve(knowledge.catalog.models[name], listed=True), knowledge.ruleset
    return arrange(Catalog({name: chosen}).on(as_of), ruleset.vocabulary, ruleset.classifying())


def _facts(
    state: Candidates, attributes: Iterable[Attribute], entries: Mapping[str, Given], index: int, as_of: date
) -> Iterator[Fact]:
    """Yield what is known of the attributes of a model or an offer, in their order."""
    for attribute in attributes:
        value, entry = state.columns[attribute.name][index], entries.get(attribute.name)
        if value is None:
            continue
        masks = state.concluded.get(attribute.name, {})
        firing = tuple(sorted(rule for rule, (true, _) in masks.items() if true >> index & 1))
        contradicted = {one.rule for one in state.contradictions if one.attribute == attribute.name}
        yield Fact(
            attribute=attribute,
            value=value,
            sources=entry.on(as_of).stated.sources if entry is not None else (),
            entry=entry,
            by=tuple(rule for rule in firing if rule not in contradicted),
            against=tuple(rule for rule in firing if rule in contradicted),
            tried=() if entry is not None or firing else tuple(sorted(masks)),
        )


def sheet_report(sheet: Sheet, knowledge: Knowledge, language: Language) -> Report:
    """Return a sheet as a report: the model, each offer, and the sources that they cite."""
    told = _Told(sheet, knowledge, Teller(language))
    say = told.teller.say
    sections = [Section("model", say("the-model"), (*told.model(), *told.part(sheet.own)))]
    for offer in sheet.offers:
        heading = say("its-offer") if offer.id is None else say("offer-named", name=offer.id)
        entries = tuple(told.part(offer)) if offer.facts else (Entry(say("no-facts"), mark="?"),)
        sections.append(Section("offer", heading, entries))
    cited = told.sources(name for section in sections for entry in section.entries for name in sources_of(entry))
    sections.append(Section("sources", say("heading.sources"), tuple(cited)))
    answer = printable_lines(f"{sheet.model.name} ({sheet.model.id})")
    return Report(language, answer, "", tuple(one for one in sections if one.entries))


@frozen
class _Told:
    """Says what stands in a sheet in one language."""

    sheet: Sheet
    knowledge: Knowledge
    teller: Teller

    def model(self) -> Iterator[Entry]:
        model, say = self.sheet.model, self.teller.say
        if not model.listed:
            yield Entry(say("unlisted"), mark="!")
        if model.extends is not None:
            yield Entry(say("extends", name=model.extends))
        if self.sheet.lends_to:
            yield Entry(say("lends-to", names=", ".join(self.sheet.lends_to)))

    def part(self, part: Part) -> Iterator[Entry]:
        for fact in part.facts:
            text = f"{self.teller.declared(fact.attribute)}: {self.teller.value(fact.attribute, fact.value)}"
            yield Entry(text, sources=fact.sources, children=tuple(self.beneath(fact)))
        names = ", ".join(printable_lines(self.teller.say.read(attribute.label)) for attribute in part.unknown)
        if names:
            yield Entry(self.teller.say("unknown-names", names=names), mark="?")

    def beneath(self, fact: Fact) -> Iterator[Entry]:
        say, entry = self.teller.say, fact.entry
        yield from map(self.rule, fact.by)
        for name in fact.against:
            yield Entry(say("against"), "!", children=(self.rule(name),))
        if fact.tried:
            yield Entry(say("tried", names=", ".join(fact.tried)))
        if entry is None:
            return
        if entry.inherited_from is not None:
            yield Entry(say("inherited", lender=entry.inherited_from))
        begun = entry.begun(self.sheet.as_of)
        if begun:
            yield self.stated(fact.attribute, "value-before", entry.stated)
        for one in entry.dated:
            words = self.teller.value(fact.attribute, one.stated.value)
            current = say("in-force", day=self.sheet.as_of.isoformat()) if one is begun else ""
            yield Entry(say("from-day", day=str(one.since), words=words) + current, sources=one.stated.sources)
        for other in () if begun else entry.disputed:
            yield self.stated(fact.attribute, "value-disputed", other, mark="!")
        for other in entry.replaced:
            yield self.stated(fact.attribute, "value-replaced", other)

    def stated(self, attribute: Attribute, name: str, stated: Stated, *, mark: str = "") -> Entry:
        text = self.teller.say(name, value=self.teller.value(attribute, stated.value))
        return Entry(text, mark=mark, sources=stated.sources)

    def rule(self, name: str) -> Entry:
        rule = self.knowledge.ruleset.rules[name]
        return Entry(printable_lines(self.teller.say.read(rule.because)), rule=name, sources=rule.sources)

    def sources(self, cited: Iterable[str]) -> Iterator[Entry]:
        for name in sorted(set(cited)):
            source = self.knowledge.ruleset.citable[name]
            said = self.claim(source) if isinstance(source, Claim) else self.document(source)
            yield Entry(printable_lines(f"{name}: {said}"))

    def claim(self, claim: Claim) -> str:
        document = None if claim.document is None else self.knowledge.ruleset.citable[claim.document]
        said = self.teller.say.read(claim.says)
        return said if document is None or isinstance(document, Claim) else f"{said} [{self.document(document)}]"

    def document(self, document: Document) -> str:
        name, checked = "dated" if document.checked is None else "dated-checked", str(document.checked)
        said = self.teller.say(name, title=document.title, date=str(document.date), checked=checked)
        return said if document.url is None else f"{said} {document.url}"


def sheet_json(sheet: Sheet, knowledge: Knowledge) -> str:
    """Return a sheet as JSON; what is empty is left out."""
    model = sheet.model
    body: Plain = {
        "id": model.id,
        "name": model.name,
        "listed": model.listed,
        "extends": model.extends,
        "extended_by": list(sheet.lends_to),
        **_plain_part(sheet.own, sheet.as_of),
        "offers": [{"id": offer.id, **_plain_part(offer, sheet.as_of)} for offer in sheet.offers],
    }
    sources = {name: _plain_source(knowledge.ruleset.citable[name]) for name in sorted(set(_all_sources(body)))}
    document = {"as_of": sheet.as_of.isoformat(), "model": body, "sources": sources}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _plain_part(part: Part, as_of: date) -> Plain:
    attributes = {fact.attribute.name: _plain_fact(fact, as_of) for fact in part.facts}
    return {"attributes": attributes, "unknown": [attribute.name for attribute in part.unknown]}


def _plain_fact(fact: Fact, as_of: date) -> Plain:
    attribute, entry = fact.attribute, fact.entry
    record: Plain = {"value": json_value(attribute, fact.value), "sources": list(fact.sources)}
    if attribute.unit is not None:
        record["unit"] = attribute.unit.read("en")
    if entry is not None:
        begun = entry.begun(as_of)
        record |= {
            "stated_before": _plain_stated(attribute, entry.stated) if begun else None,
            "dated": [{"since": one.since.text, **_plain_stated(attribute, one.stated)} for one in entry.dated],
            "disputed": [] if begun else [_plain_stated(attribute, one) for one in entry.disputed],
            "replaced": [_plain_stated(attribute, one) for one in entry.replaced],
            "inherited_from": entry.inherited_from,
        }
    record |= {"by": list(fact.by), "against": list(fact.against), "tried": list(fact.tried)}
    return {key: value for key, value in record.items() if key == "value" or value not in (None, [])}


def _plain_stated(attribute: Attribute, stated: Stated) -> Plain:
    return {"value": json_value(attribute, stated.value), "sources": list(stated.sources)}


def _all_sources(plain: Plain) -> Iterator[str]:
    if isinstance(plain, dict):
        yield from plain.get("sources", ())
    for inside in plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ():
        yield from _all_sources(inside)


def _plain_source(source: Claim | Document) -> Plain:
    if isinstance(source, Claim):
        says = {key: text for key, text in (("en", source.says.en), ("ko", source.says.ko)) if text}
        record: Plain = {"says": says, "document": source.document, "section": source.section}
    else:
        checked = None if source.checked is None else source.checked.text
        record = {"title": source.title, "date": source.date.text, "checked": checked, "url": source.url}
    return {key: value for key, value in record.items() if value is not None}
