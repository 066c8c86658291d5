"""The first part of a trace: what a decision rests on, recorded from rules, catalogue and requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llmrules.language.conditions import ALWAYS, Table, json_table
from llmrules.language.sources import Claim, Document
from llmrules.language.values import encode_number
from llmrules.trace.record import (
    ApprovalRecord,
    AttributeRecord,
    ChoiceRecord,
    ClaimRecord,
    DatedRecord,
    DisableRecord,
    DocumentRecord,
    Given,
    IgnoreRecord,
    Json,
    ModelRecord,
    OfferRecord,
    RequirementRecord,
    RuleRecord,
    StatedRecord,
    ValueRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.catalog import Catalog, Entry, Model, Stated
    from llmrules.language.approvals import Approval
    from llmrules.language.profile import Profile
    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.values import Period, Value
    from llmrules.language.vocabulary import Attribute, Vocabulary


def record_knowledge(ruleset: RuleSet, catalog: Catalog) -> Given:
    """Record everything of ``given`` that stays the same from case to case; the requirements are left empty."""
    citable = ruleset.citable.values()
    return Given(
        vocabulary=tuple(record_attribute(attribute) for attribute in ruleset.vocabulary),
        documents=tuple(_document(one) for one in citable if isinstance(one, Document)),
        claims=tuple(ClaimRecord(c.id, c.says, c.document, c.section, c.kind) for c in citable if isinstance(c, Claim)),
        rules=tuple(record_rule(rule) for rule in ruleset.rules.values()),
        disabled=tuple(DisableRecord(one.reason, one.rule, one.pack) for one in ruleset.disables),
        catalogue=tuple(_model(model, ruleset.vocabulary) for model in catalog),
        approvals=(),
        requirements=(),
        unknown="apart",
    )


def record_requirements(profile: Profile, vocabulary: Vocabulary) -> tuple[RequirementRecord, ...]:
    """Record the requirements of a case in the order of their names."""
    return tuple(
        RequirementRecord(one.attribute, json_value(vocabulary[one.attribute], one.value), one.origin)
        for one in profile.requirements
    )


def record_approvals(approvals: Iterable[Approval]) -> tuple[ApprovalRecord, ...]:
    """Record approvals in their order."""
    ordered = sorted(set(approvals), key=lambda one: one.order)
    return tuple(ApprovalRecord(one.rule, one.model, one.by, one.on.text, _day(one.until)) for one in ordered)


def json_value(attribute: Attribute, value: Value) -> Json:
    """Return a value as a record holds it: lists are tuples."""
    encoded = attribute.encode(value)
    return tuple(encoded) if isinstance(encoded, list) else encoded


def record_attribute(attribute: Attribute) -> AttributeRecord:
    """Record one attribute of the vocabulary."""
    return AttributeRecord(
        name=attribute.name,
        scope=attribute.scope,
        type=attribute.type,
        label=attribute.label,
        about=attribute.about,
        ask=attribute.ask,
        topic=attribute.topic,
        sources=attribute.sources,
        choices=tuple(ChoiceRecord(choice.id, choice.means, choice.sources) for choice in attribute.choices),
        unit=attribute.unit,
        minimum=None if attribute.minimum is None else encode_number(attribute.minimum),
        maximum=None if attribute.maximum is None else encode_number(attribute.maximum),
        marks=tuple(encode_number(mark) for mark in attribute.marks),
        partial=attribute.partial,
        inherited=attribute.inherited,
        locked=attribute.locked,
        computed=attribute.computed,
        default=None if attribute.default is None else json_value(attribute, attribute.default),
    )


def record_rule(rule: Rule) -> RuleRecord:
    """Record one rule in normal form."""
    return RuleRecord(
        id=rule.id,
        pack=rule.pack,
        effect=rule.effect.name,
        body=rule.effect.body(),
        because=rule.because,
        sources=rule.sources,
        when=_table(rule.when),
        unless=_table(rule.unless),
        where=_table(rule.where),
        otherwise=rule.otherwise,
        weight=rule.weight,
        level=rule.level,
        unknown=rule.unknown,
        approver=rule.approver,
        overrides=rule.overrides,
        owner=rule.owner,
        review_by=_day(rule.review_by),
        effective_from=_day(rule.effective_from),
        effective_to=_day(rule.effective_to),
        locked=rule.locked,
        trial=rule.trial,
        ignore=tuple(IgnoreRecord(code, reason) for code, reason in rule.ignore.items()),
    )


def _day(when: Period | None) -> str | None:
    return None if when is None else when.text


def _table(table: Table) -> dict[str, Any] | None:
    return None if table == ALWAYS else json_table(table)


def _document(document: Document) -> DocumentRecord:
    return DocumentRecord(
        id=document.id,
        title=document.title,
        date=document.date.text,
        url=document.url,
        licence=document.licence,
        checked=_day(document.checked),
        review_by=_day(document.review_by),
    )


def _model(model: Model, vocabulary: Vocabulary) -> ModelRecord:
    return ModelRecord(
        id=model.id,
        name=model.name,
        attributes=_entries(model.entries, vocabulary),
        offers=tuple(OfferRecord(_entries(offer.entries, vocabulary), offer.id) for offer in model.offers),
        extends=model.extends,
        listed=model.listed,
    )


def _entries(entries: Mapping[str, Entry], vocabulary: Vocabulary) -> dict[str, ValueRecord]:
    def stated(name: str, values: tuple[Stated, ...]) -> tuple[StatedRecord, ...]:
        return tuple(StatedRecord(json_value(vocabulary[name], one.value), one.sources) for one in values)

    return {
        name: ValueRecord(
            value=json_value(vocabulary[name], entry.value),
            sources=entry.stated.sources,
            disputed=stated(name, entry.disputed),
            replaced=stated(name, entry.replaced),
            inherited_from=entry.inherited_from,
            dated=tuple(
                DatedRecord(one.since.text, json_value(vocabulary[name], one.stated.value), one.stated.sources)
                for one in entry.dated
            ),
        )
        for name, entry in sorted(entries.items())
    }
