"""A sheet as a report, value by value, with the sources that it cites, and as JSON.

The JSON of a sheet is kept as it is: keys are added, never renamed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from llmrules.decision.knowledge import Knowledge
from llmrules.language.sources import Claim
from llmrules.say.models.sheet import Sheet
from llmrules.say.models.spoken import Spoken
from llmrules.say.report.entry import Entry, Report, Section, sources_of
from llmrules.say.teller import printable_lines
from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.catalog import Stated
    from llmrules.language.rules.rule import Rule
    from llmrules.language.sources import Document
    from llmrules.language.texts import Language
    from llmrules.language.vocabulary import Attribute
    from llmrules.say.models.sheet import Fact, OfferSheet

Plain: TypeAlias = Any
"""Plain JSON."""


def sheet_report(sheet: Sheet, knowledge: Knowledge, language: Language) -> Report:
    """Return a sheet as a report: the model, each offer, and the sources that they cite."""
    told = _Told(sheet, knowledge, Spoken(language))
    say = told.spoken.say
    sections = [Section("model", say("the-model"), tuple(told.model()))]
    for offer in sheet.offers:
        heading = say("its-offer") if offer.id is None else say("offer-named", name=offer.id)
        sections.append(Section("offer", heading, tuple(told.offer(offer))))
    kept = [section for section in sections if section.entries]
    cited = told.sources(name for section in kept for entry in section.entries for name in sources_of(entry))
    sources = Section("sources", say("heading.sources"), tuple(cited))
    answer = printable_lines(f"{sheet.model.name} ({sheet.model.id})")
    return Report(language, answer, "", tuple(one for one in (*kept, sources) if one.entries))


@frozen
class _Told:
    """Says what stands in a sheet in one language."""

    sheet: Sheet
    knowledge: Knowledge
    spoken: Spoken

    def model(self) -> Iterator[Entry]:
        model = self.sheet.model
        if not model.listed:
            yield Entry(self.spoken.say("unlisted"), mark="!")
        if model.extends is not None:
            yield Entry(self.spoken.say("extends", name=model.extends))
        if self.sheet.lends_to:
            yield Entry(self.spoken.say("lends-to", names=", ".join(self.sheet.lends_to)))
        yield from map(self.fact, self.sheet.facts)
        yield from self.unknown(self.sheet.unknown)

    def offer(self, offer: OfferSheet) -> Iterator[Entry]:
        if not offer.facts:
            yield Entry(self.spoken.say("no-facts"), mark="?")
            return
        yield from map(self.fact, offer.facts)
        yield from self.unknown(offer.unknown)

    def unknown(self, attributes: Iterable[Attribute]) -> Iterator[Entry]:
        names = ", ".join(printable_lines(self.spoken.say.read(attribute.label)) for attribute in attributes)
        if names:
            yield Entry(self.spoken.say("unknown-names", names=names), mark="?")

    def fact(self, fact: Fact) -> Entry:
        text = f"{self.spoken.label(fact.attribute)}: {self.spoken.value(fact.attribute, fact.value)}"
        return Entry(text, sources=fact.sources, children=tuple(self.beneath(fact)))

    def beneath(self, fact: Fact) -> Iterator[Entry]:
        rules, entry = self.knowledge.ruleset.rules, fact.entry
        for name in fact.by:
            yield self.rule(rules[name])
        for name in fact.against:
            yield Entry(self.spoken.say("against"), "!", children=(self.rule(rules[name]),))
        if fact.tried:
            yield Entry(self.spoken.say("tried", names=", ".join(fact.tried)))
        if entry is None:
            return
        if entry.inherited_from is not None:
            yield Entry(self.spoken.say("inherited", lender=entry.inherited_from))
        begun = entry.begun(self.sheet.as_of)
        if begun:
            yield self.stated(fact.attribute, "value-before", entry.stated)
        for one in entry.dated:
            since = self.spoken.say("from-day", day=str(one.since), words=self.value(fact.attribute, one.stated))
            current = self.spoken.say("in-force", day=self.sheet.as_of.isoformat()) if one is begun else ""
            yield Entry(since + current, sources=one.stated.sources)
        for other in () if begun else entry.disputed:
            yield self.stated(fact.attribute, "value-disputed", other, mark="!")
        for other in entry.replaced:
            yield self.stated(fact.attribute, "value-replaced", other)

    def stated(self, attribute: Attribute, name: str, stated: Stated, *, mark: str = "") -> Entry:
        text = self.spoken.say(name, value=self.value(attribute, stated))
        return Entry(text, mark=mark, sources=stated.sources)

    def value(self, attribute: Attribute, stated: Stated) -> str:
        return self.spoken.value(attribute, stated.value)

    def rule(self, rule: Rule) -> Entry:
        return Entry(printable_lines(self.spoken.say.read(rule.because)), rule=rule.id, sources=rule.sources)

    def sources(self, cited: Iterable[str]) -> Iterator[Entry]:
        for name in sorted(set(cited)):
            source = self.knowledge.ruleset.citable[name]
            said = self.claim(source) if isinstance(source, Claim) else self.document(source)
            yield Entry(printable_lines(f"{name}: {said}"))

    def claim(self, claim: Claim) -> str:
        document = None if claim.document is None else self.knowledge.ruleset.citable[claim.document]
        said = self.spoken.say.read(claim.says)
        return said if document is None or isinstance(document, Claim) else f"{said} [{self.document(document)}]"

    def document(self, document: Document) -> str:
        name, checked = "dated" if document.checked is None else "dated-checked", str(document.checked)
        said = self.spoken.say(name, title=document.title, date=str(document.date), checked=checked)
        return said if document.url is None else f"{said} {document.url}"


# JSON


def sheet_json(sheet: Sheet, knowledge: Knowledge) -> str:
    """Return a sheet as JSON; what is empty is left out."""
    model = sheet.model
    body: Plain = {
        "id": model.id,
        "name": model.name,
        "listed": model.listed,
        "extends": model.extends,
        "extended_by": list(sheet.lends_to),
        "attributes": {fact.attribute.name: _plain_fact(fact, sheet) for fact in sheet.facts},
        "unknown": [attribute.name for attribute in sheet.unknown],
        "offers": [
            {
                "id": offer.id,
                "attributes": {fact.attribute.name: _plain_fact(fact, sheet) for fact in offer.facts},
                "unknown": [attribute.name for attribute in offer.unknown],
            }
            for offer in sheet.offers
        ],
    }
    cited = sorted(set(_all_sources(body)))
    sources = {name: _plain_source(knowledge.ruleset.citable[name]) for name in cited}
    document = {"as_of": sheet.as_of.isoformat(), "model": body, "sources": sources}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _plain_fact(fact: Fact, sheet: Sheet) -> Plain:
    attribute, entry = fact.attribute, fact.entry
    record: Plain = {"value": json_value(attribute, fact.value), "sources": list(fact.sources)}
    if attribute.unit is not None:
        record["unit"] = attribute.unit.read("en")
    if entry is not None:
        begun = entry.begun(sheet.as_of)
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
