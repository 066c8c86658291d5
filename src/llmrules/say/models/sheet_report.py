"""A sheet as a report, value by value, with the sources that it cites, and as JSON.

The JSON of a sheet is kept as it is: keys are added, never renamed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from llmrules.decision.knowledge import Knowledge
from llmrules.language.sources import Claim
from llmrules.language.texts import Language, Text
from llmrules.say.models.sheet import Sheet
from llmrules.say.models.spoken import label, spoken
from llmrules.say.report.report import HEADINGS, Entry, Report, Section
from llmrules.say.words import printable_lines
from llmrules.trace.given import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.catalog import Stated
    from llmrules.language.rules.rule import Rule
    from llmrules.language.sources import Document
    from llmrules.language.vocabulary import Attribute
    from llmrules.say.models.sheet import Fact, OfferSheet

Plain: TypeAlias = Any
"""Plain JSON."""

MODEL = Text("The model", "모델")
OFFER = Text("Its offer", "오퍼")
OFFER_NAMED = Text("Offer {}", "오퍼 {}")
NOTHING = Text("nothing is known of an offer", "알려진 오퍼 정보 없음")
EXTENDS = Text("extends {}", "{} 모델을 확장함")
LENDS_TO = Text("extended by {}", "이 모델을 확장하는 모델: {}")
UNLISTED = Text(
    "not listed: it is no candidate, and only lends values to those that extend it",
    "목록에 없음: 후보가 아니며, 확장하는 모델에 값만 물려줍니다",
)
INHERITED = Text("inherited from {}", "{}에서 상속")
DISPUTED = Text("disputed: another source says {}", "출처 불일치: 다른 출처의 값은 {}")
REPLACED = Text("replaces {}", "대체한 이전 값: {}")
FROM = Text("from {since}: {value}", "{since}부터: {value}")
IN_FORCE = Text(" (in force on {})", " ({} 기준 적용 중)")
BEFORE = Text("until then: {}", "그 이전: {}")
AGAINST = Text("a rule concludes otherwise; the catalogue holds", "규칙의 결론과 다르지만 카탈로그 값을 따름")
TRIED = Text("none of these rules holds: {}", "해당하는 규칙 없음: {}")
UNKNOWN = Text("unknown: {}", "알 수 없음: {}")
CHECKED = Text("{title} ({date}, checked {checked})", "{title}({date}, {checked} 확인)")
DATED = Text("{title} ({date})", "{title}({date})")


def sheet_report(sheet: Sheet, knowledge: Knowledge, language: Language) -> Report:
    """Return a sheet as a report: the model, each offer, and the sources that they cite."""
    teller = _Teller(sheet, knowledge, language)
    sections = [Section("model", MODEL.read(language), tuple(teller.model()))]
    for offer in sheet.offers:
        heading = OFFER.read(language) if offer.id is None else OFFER_NAMED.read(language).format(offer.id)
        sections.append(Section("offer", heading, tuple(teller.offer(offer))))
    kept = [section for section in sections if section.entries]
    cited = teller.sources(name for section in kept for entry in section.entries for name in _cited(entry))
    sources = Section("sources", HEADINGS["sources"].read(language), tuple(cited))
    answer = printable_lines(f"{sheet.model.name} ({sheet.model.id})")
    return Report(language, answer, "", tuple(one for one in (*kept, sources) if one.entries))


@frozen
class _Teller:
    """Says what stands in a sheet in one language."""

    sheet: Sheet
    knowledge: Knowledge
    language: Language

    def model(self) -> Iterator[Entry]:
        model = self.sheet.model
        if not model.listed:
            yield Entry(UNLISTED.read(self.language), mark="!")
        if model.extends is not None:
            yield Entry(EXTENDS.read(self.language).format(model.extends))
        if self.sheet.lends_to:
            yield Entry(LENDS_TO.read(self.language).format(", ".join(self.sheet.lends_to)))
        yield from map(self.fact, self.sheet.facts)
        yield from self.unknown(self.sheet.unknown)

    def offer(self, offer: OfferSheet) -> Iterator[Entry]:
        if not offer.facts:
            yield Entry(NOTHING.read(self.language), mark="?")
            return
        yield from map(self.fact, offer.facts)
        yield from self.unknown(offer.unknown)

    def unknown(self, attributes: Iterable[Attribute]) -> Iterator[Entry]:
        names = ", ".join(printable_lines(attribute.label.read(self.language)) for attribute in attributes)
        if names:
            yield Entry(UNKNOWN.read(self.language).format(names), mark="?")

    def fact(self, fact: Fact) -> Entry:
        text = f"{label(fact.attribute, self.language)}: {spoken(fact.attribute, fact.value, self.language)}"
        return Entry(text, sources=fact.sources, children=tuple(self.beneath(fact)))

    def beneath(self, fact: Fact) -> Iterator[Entry]:
        rules, entry = self.knowledge.ruleset.rules, fact.entry
        for name in fact.by:
            yield self.rule(rules[name])
        for name in fact.against:
            yield Entry(AGAINST.read(self.language), "!", children=(self.rule(rules[name]),))
        if fact.tried:
            yield Entry(TRIED.read(self.language).format(", ".join(fact.tried)))
        if entry is None:
            return
        if entry.inherited_from is not None:
            yield Entry(INHERITED.read(self.language).format(entry.inherited_from))
        begun = [one for one in entry.dated if one.since.first <= self.sheet.as_of]
        if begun:
            yield self.stated(fact.attribute, BEFORE, entry.stated)
        for one in entry.dated:
            since = FROM.read(self.language).format(since=one.since, value=self.value(fact.attribute, one.stated))
            current = IN_FORCE.read(self.language).format(self.sheet.as_of) if begun and one is begun[-1] else ""
            yield Entry(since + current, sources=one.stated.sources)
        for other in () if begun else entry.disputed:
            yield self.stated(fact.attribute, DISPUTED, other, mark="!")
        for other in entry.replaced:
            yield self.stated(fact.attribute, REPLACED, other)

    def stated(self, attribute: Attribute, words: Text, stated: Stated, *, mark: str = "") -> Entry:
        text = words.read(self.language).format(self.value(attribute, stated))
        return Entry(text, mark=mark, sources=stated.sources)

    def value(self, attribute: Attribute, stated: Stated) -> str:
        return spoken(attribute, stated.value, self.language)

    def rule(self, rule: Rule) -> Entry:
        return Entry(printable_lines(rule.because.read(self.language)), rule=rule.id, sources=rule.sources)

    def sources(self, cited: Iterable[str]) -> Iterator[Entry]:
        for name in sorted(set(cited)):
            source = self.knowledge.ruleset.citable[name]
            said = self.claim(source) if isinstance(source, Claim) else self.document(source)
            yield Entry(printable_lines(f"{name}: {said}"))

    def claim(self, claim: Claim) -> str:
        document = None if claim.document is None else self.knowledge.ruleset.citable[claim.document]
        said = claim.says.read(self.language)
        return said if document is None or isinstance(document, Claim) else f"{said} [{self.document(document)}]"

    def document(self, document: Document) -> str:
        words = DATED if document.checked is None else CHECKED
        said = words.read(self.language).format(title=document.title, date=document.date, checked=document.checked)
        return said if document.url is None else f"{said} {document.url}"


def _cited(entry: Entry) -> Iterator[str]:
    yield from entry.sources
    for child in entry.children:
        yield from _cited(child)


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
        begun = any(one.since.first <= sheet.as_of for one in entry.dated)
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
