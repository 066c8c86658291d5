"""The worlds between two decisions: the old one with some of the differences applied, and what is decided there.

Texts, sources and places are left out of every world, because no outcome depends on them. A rule that a world does
not have is there but switched off, and attributes are declared in all of them, so that nothing that refers to a rule
or an attribute breaks by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from llmrules.diff.differences import approval_id, disable_id, requirement_id, value_id
from llmrules.errors import LoadError
from llmrules.replay import approved, decide, load_given, read_requirements, values
from llmrules.texts import Text
from llmrules.trace.record import (
    AttributeRecord,
    ChoiceRecord,
    DisableRecord,
    DocumentRecord,
    Given,
    ModelRecord,
    OfferRecord,
    RequirementRecord,
    RuleRecord,
    StatedRecord,
    ValueRecord,
)
from llmrules.vocabulary import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.decision import Decision
    from llmrules.knowledge import Knowledge

    Pair: TypeAlias = tuple[Any, Any]
    Prepared: TypeAlias = dict[frozenset[str], "Knowledge | None"]
    Stated: TypeAlias = tuple[str, int | None, str, ValueRecord]

_SAID = Text("-", "-")
_CITED = ("-",)
_DOCUMENTS = (DocumentRecord("-", "-", "2000"),)

MOST_PREPARED = 64
"""Worlds whose rules and catalogue are kept compiled: those that differ in requirements alone share them."""


@frozen(eq=False)
class Worlds:
    """Everything that two decisions were given, side by side, as far as an outcome can depend on it."""

    pairs: Mapping[str, Pair]
    effective: tuple[str, ...]
    prepared: Prepared = field(factory=dict)

    def decide(self, chosen: frozenset[str]) -> Decision | None:
        """Decide in the world where these differences are the new ones; None where they cannot stand together."""
        given = self.given(chosen)
        try:
            knowledge = self._knowledge(chosen, given)
            if knowledge is None:
                return None
            profile = read_requirements(given.requirements, knowledge.ruleset.vocabulary, name="given")
            profile = approved(profile, given.approvals, "given")
        except LoadError:
            return None
        return decide(knowledge, profile, given.unknown)

    def _knowledge(self, chosen: frozenset[str], given: Given) -> Knowledge | None:
        key = frozenset(name for name in chosen if not name.startswith(("requirement:", "approval:", "policy")))
        if key not in self.prepared:
            if len(self.prepared) >= MOST_PREPARED:
                self.prepared.pop(next(iter(self.prepared)))
            try:
                self.prepared[key] = load_given(given)
            except LoadError:
                self.prepared[key] = None
        return self.prepared[key]

    def given(self, chosen: frozenset[str]) -> Given:
        """Return what a decision of that world is given."""
        picked = {name: pair[name in chosen] for name, pair in self.pairs.items()}

        def of(kind: str) -> list[Any]:
            return [part for name, part in picked.items() if part is not None and name.startswith(f"{kind}:")]

        absent = [rule.id for rule, present in of("rule") if not present]
        attributes: list[AttributeRecord] = of("attribute")
        return Given(
            vocabulary=tuple(attributes),
            documents=_DOCUMENTS,
            claims=(),
            rules=tuple(rule for rule, _ in of("rule")),
            disabled=(*of("disable"), *(DisableRecord(_SAID, rule=rule) for rule in absent)),
            catalogue=tuple(_models(of("model"), of("value"))),
            approvals=tuple(of("approval")),
            requirements=_requirements(of("requirement"), attributes),
            unknown=picked["policy"],
        )


def worlds_between(old: Given, new: Given, prepared: Prepared | None = None) -> Worlds:
    """Lay two decisions side by side. ``prepared`` is shared by cases that have the same rules and catalogues."""
    pairs = dict(_pairs(old, new))
    effective = tuple(name for name, (before, after) in pairs.items() if before != after)
    return Worlds(pairs, effective, {} if prepared is None else prepared)


def _pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    yield "policy", (old.unknown, new.unknown)
    yield from _requirement_pairs(old, new)
    yield from _approval_pairs(old, new)
    yield from _attribute_pairs(old, new)
    yield from _rule_pairs(old, new)
    yield from _model_pairs(old, new)


def _requirement_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    sides = [
        {
            one.attribute: RequirementRecord(one.attribute, one.value, "stated")
            for one in given.requirements
            if one.origin == "stated" or one.attribute == AS_OF.name
        }
        for given in (old, new)
    ]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        yield requirement_id(name), (sides[0].get(name), sides[1].get(name))


def _approval_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    sides = [{approval_id(one): evolve(one, by="-") for one in given.approvals} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        yield name, (sides[0].get(name), sides[1].get(name))


def _requirements(stated: list[RequirementRecord], attributes: list[AttributeRecord]) -> tuple[RequirementRecord, ...]:
    found = {one.attribute: one for one in stated}
    for attribute in attributes:
        if attribute.default is not None and attribute.name not in found:
            found[attribute.name] = RequirementRecord(attribute.name, attribute.default, "assumed")
    return tuple(found[name] for name in sorted(found))


def _attribute_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each attribute twice; one that a side does not declare is there, but nothing is assumed of it."""
    sides = [{one.name: one for one in given.vocabulary} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(name), sides[1].get(name)
        choices: dict[str, None] = {}
        for one in (before, after):
            choices |= dict.fromkeys(choice.id for choice in one.choices) if one is not None else {}
        shared = tuple(choices)
        known = [None if one is None else _attribute(one, shared) for one in (before, after)]
        absent = [evolve(one, default=None) for one in known if one is not None]
        yield f"attribute:{name}", (known[0] or absent[0], known[1] or absent[0])


def _attribute(one: AttributeRecord, choices: tuple[str, ...]) -> AttributeRecord:
    """Leave out what only reading or people need; the order of choices matters to a scale alone."""
    ids = tuple(choice.id for choice in one.choices) if one.type == "scale" or not one.choices else choices
    return AttributeRecord(
        name=one.name,
        scope=one.scope,
        type=one.type,
        label=_SAID,
        choices=tuple(ChoiceRecord(choice, _SAID) for choice in ids),
        unit=None if one.unit is None else Text(one.unit.read("en"), None),
        marks=one.marks,
        partial=one.partial,
        inherited=one.inherited,
        default=one.default,
    )


def _rule_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each rule twice, with whether the side has it, and each entry that switches something off."""
    sides = [{rule.id: _rule(rule) for rule in given.rules} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(name), sides[1].get(name)
        yield f"rule:{name}", ((before or after, before is not None), (after or before, after is not None))
    off = [
        {disable_id(one.rule, one.pack): evolve(one, reason=_SAID) for one in given.disabled} for given in (old, new)
    ]
    for name in sorted(off[0].keys() | off[1].keys()):
        yield name, (off[0].get(name), off[1].get(name))


def _rule(rule: RuleRecord) -> RuleRecord:
    return evolve(
        rule,
        because=_SAID,
        otherwise=None,
        sources=_CITED,
        approver=None,
        owner=None,
        review_by=None,
        locked=False,
        ignore=(),
    )


def _model_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each model twice: whole where one side alone has it, else its head and each of its values."""
    sides = [{model.id: model for model in given.catalogue} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(name), sides[1].get(name)
        if before is None or after is None:
            yield f"model:{name}", tuple(None if one is None else _whole(one) for one in (before, after))  # type: ignore[misc]
            continue
        yield f"model:{name}", (_head(before), _head(after))
        stated = [{value_id(*one[:3]): one for one in _stated(model)} for model in (before, after)]
        for value in sorted(stated[0].keys() | stated[1].keys()):
            yield value, (stated[0].get(value), stated[1].get(value))


def _head(model: ModelRecord) -> ModelRecord:
    return ModelRecord(model.id, model.id, {}, (), model.extends)


def _whole(model: ModelRecord) -> ModelRecord:
    return _with_values(_head(model), _stated(model))


def _stated(model: ModelRecord) -> list[Stated]:
    return [(model.id, offer, name, _value(value)) for offer, name, value in values(model)]


def _value(value: ValueRecord) -> ValueRecord:
    disputed = sorted({(str(type(one.value)), str(one.value)): one.value for one in value.disputed}.items())
    return ValueRecord(value.value, _CITED, tuple(StatedRecord(other, _CITED) for _, other in disputed))


def _models(models: list[ModelRecord], stated: list[Stated]) -> Iterator[ModelRecord]:
    by_model: dict[str, list[Stated]] = {}
    for value in stated:
        by_model.setdefault(value[0], []).append(value)
    for model in models:
        yield _with_values(model, by_model[model.id]) if model.id in by_model else model


def _with_values(model: ModelRecord, stated: list[Stated]) -> ModelRecord:
    own = {name: value for _, offer, name, value in stated if offer is None}
    numbers = sorted({offer for _, offer, _, _ in stated if offer is not None})
    offers = ({name: value for _, offer, name, value in stated if offer == number} for number in numbers)
    return evolve(model, attributes=own, offers=tuple(map(OfferRecord, offers)))
