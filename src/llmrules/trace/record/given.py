"""What a decision rests on: vocabulary, sources, rules, catalogue, requirements, and what was asked for."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from llmrules.language.texts import Text
from llmrules.trace.plain import Conditions, Json, Number, Origin, Over


@frozen
class ChoiceRecord:
    """One declared choice of an attribute."""

    id: str
    means: Text
    sources: tuple[str, ...] = ()


@frozen
class AttributeRecord:
    """One attribute of the vocabulary."""

    name: str
    scope: str
    type: str
    label: Text
    about: Text | None = None
    ask: Text | None = None
    topic: str | None = None
    sources: tuple[str, ...] = ()
    choices: tuple[ChoiceRecord, ...] = ()
    unit: Text | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    marks: tuple[Number, ...] = ()
    partial: bool = False
    inherited: bool = False
    locked: bool = False
    computed: str | None = None
    default: Json | None = None


@frozen
class DocumentRecord:
    """A dated document that rules or values rest on."""

    id: str
    title: str
    date: str
    url: str | None = None
    licence: str | None = None
    checked: str | None = None
    review_by: str | None = None


@frozen
class ClaimRecord:
    """One paraphrased sentence of a document."""

    id: str
    says: Text
    document: str | None = None
    section: str | None = None
    kind: tuple[str, ...] = ()


@frozen
class IgnoreRecord:
    """A finding of lint that a rule keeps, with the reason."""

    code: str
    reason: str


@frozen
class RuleRecord:
    """One rule as its file states it, in normal form; ``body`` is what stands after the effect."""

    id: str
    pack: str
    effect: str
    body: Any
    because: Text
    sources: tuple[str, ...]
    when: Conditions | None = None
    unless: Conditions | None = None
    where: Conditions | None = None
    otherwise: Text | None = None
    weight: int | None = None
    level: str | None = None
    unknown: str | None = None
    approver: str | None = None
    overrides: tuple[str, ...] = ()
    owner: str | None = None
    review_by: str | None = None
    effective_from: str | None = None
    effective_to: str | None = None
    locked: bool = False
    trial: bool = False
    ignore: tuple[IgnoreRecord, ...] = ()


@frozen
class DisableRecord:
    """A rule or a pack that is switched off."""

    reason: Text
    rule: str | None = None
    pack: str | None = None


@frozen
class StatedRecord:
    """A value and the claims and documents that state it."""

    value: Json
    sources: tuple[str, ...] = ()


@frozen
class DatedRecord:
    """A value that is in force from the day ``since`` on."""

    since: str
    value: Json
    sources: tuple[str, ...] = ()


@frozen
class ValueRecord:
    """The value of an attribute, what disputes it, what it replaced, whom it is inherited from, what follows it."""

    value: Json
    sources: tuple[str, ...] = ()
    disputed: tuple[StatedRecord, ...] = ()
    replaced: tuple[StatedRecord, ...] = ()
    inherited_from: str | None = None
    dated: tuple[DatedRecord, ...] = ()


@frozen
class OfferRecord:
    """How one seller serves a model; where a model has several offers, each has an id of its own."""

    attributes: dict[str, ValueRecord]
    id: str | None = None


@frozen
class ModelRecord:
    """One model of the catalogue; one that is not ``listed`` only lends its values to those that extend it."""

    id: str
    name: str
    attributes: dict[str, ValueRecord]
    offers: tuple[OfferRecord, ...]
    extends: str | None = None
    listed: bool = True


@frozen
class RequirementRecord:
    """One requirement before any rule fired: stated, or assumed from the vocabulary's default."""

    attribute: str
    value: Json
    origin: Origin


@frozen
class ApprovalRecord:
    """Someone agreed to a model where a caution of level approval asks for it; in force from ``on`` to ``until``."""

    rule: str
    model: str
    by: str
    on: str
    until: str | None = None


@frozen
class Given:
    """What the decision rests on; ``unknown`` is the decision's policy for checks that are unknown.

    ``over`` says what is ranked. Only the models of ``among``, where it is given, and only the candidates for which
    ``only`` is true are judged. Values whose sources are more than ``stale_after`` days old are counted.
    """

    vocabulary: tuple[AttributeRecord, ...]
    documents: tuple[DocumentRecord, ...]
    claims: tuple[ClaimRecord, ...]
    rules: tuple[RuleRecord, ...]
    disabled: tuple[DisableRecord, ...]
    catalogue: tuple[ModelRecord, ...]
    approvals: tuple[ApprovalRecord, ...]
    requirements: tuple[RequirementRecord, ...]
    unknown: str
    over: Over = "models"
    only: Conditions | None = None
    among: tuple[str, ...] | None = None
    stale_after: int | None = None
