"""Two decisions laid side by side: every part that an outcome can depend on, old and new, under the id of a difference.

Texts, sources and places are left out, because no outcome depends on them. A rule that a side does not have is there
but switched off, and attributes are declared on both, so that nothing that refers to one breaks by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve

from llmrules.catalog import Dated, Entry, Model, Offer, Stated
from llmrules.check.diff.differences import Shared, approval_id, disable_id, offer_name, policy_id, value_id
from llmrules.language.conditions import Table, json_table
from llmrules.language.profile import Approval, Requirement
from llmrules.language.texts import Text
from llmrules.language.vocabulary import AS_OF, Attribute, Choice
from llmrules.trace import given
from llmrules.trace.codec import Plain, plain
from llmrules.trace.given import Given, Spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.language.rules.rule import Rule

Pair: TypeAlias = tuple[Any, Any]
"""One part, old and new; None where the side does not have it."""

Offered: TypeAlias = tuple[str, str, Offer]
"""A model, the key of an offer of it, and the offer."""

Held: TypeAlias = tuple[str, str | None, str, Entry]
"""A model, the key of an offer (None: the model itself), an attribute and its value."""

CITED = ("-",)
"""What every value and rule rests on here."""

SAID = Text("-", "-")
"""What every text says here."""

CHOICES = tuple(choice for choice in given.CHOICES if choice != "stale_after")
"""What is asked beside the requirements, as far as an outcome can depend on it."""


def pairs_between(old: Given, new: Given, sharing: Shared) -> Iterator[tuple[str, Pair]]:
    """Yield every part of two sides; one that a side lacks is None there."""
    for choice in CHOICES:
        yield policy_id(choice), (_chosen(old, choice), _chosen(new, choice))
    yield from _paired(_stated_requirements(old), _stated_requirements(new))
    yield from _paired(_approvals(old), _approvals(new))
    yield from _attribute_pairs(old, new)
    yield from _rule_pairs(old, new)
    yield from _paired(_promises(old), _promises(new))
    yield from model_pairs(old, new, sharing)


def _paired(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Pair]]:
    """Yield what two sides have under each name, in the order of names."""
    yield from ((name, (old.get(name), new.get(name))) for name in sorted(old.keys() | new.keys()))


def _stated_requirements(given: Given) -> dict[str, Requirement]:
    return {
        f"requirement:{one.attribute}": Requirement(one.attribute, one.value, "stated")
        for one in given.requirements
        if one.origin == "stated" or one.attribute == AS_OF.name
    }


def _approvals(given: Given) -> dict[str, Approval]:
    return {approval_id(one): evolve(one, by="-") for one in given.approvals}


def _attribute_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each attribute twice; one that a side does not declare is there, but nothing is assumed of it."""
    sides = [{one.name: one for one in given.vocabulary} for given in (old, new)]
    for name, (before, after) in _paired(*sides):
        choices: dict[str, None] = {}
        for one in (before, after):
            choices |= dict.fromkeys(choice.id for choice in one.choices) if one is not None else {}
        shared = tuple(choices)
        known = [None if one is None else _attribute(one, shared) for one in (before, after)]
        absent = [evolve(one, default=None) for one in known if one is not None]
        yield f"attribute:{name}", (known[0] or absent[0], known[1] or absent[0])


def _attribute(one: Attribute, choices: tuple[str, ...]) -> Attribute:
    """Leave out what only reading or people need; the order of choices matters to a scale alone."""
    ids = tuple(choice.id for choice in one.choices) if one.type == "scale" or not one.choices else choices
    return Attribute(
        name=one.name,
        scope=one.scope,
        type=one.type,
        label=SAID,
        choices=tuple(Choice(choice, SAID) for choice in ids),
        unit=None if one.unit is None else Text(one.unit.read("en"), None),
        marks=one.marks,
        partial=one.partial,
        inherited=one.inherited,
        computed=one.computed,
        default=one.default,
    )


def _rule_pairs(old: Given, new: Given) -> Iterator[tuple[str, Pair]]:
    """Yield each rule twice, with whether the side has it, and each entry that switches something off."""
    sides = [{rule.id: _rule(rule) for rule in given.rules} for given in (old, new)]
    for name, (before, after) in _paired(*sides):
        yield f"rule:{name}", ((before or after, before is not None), (after or before, after is not None))
    yield from _paired(*({disable_id(one): evolve(one, reason=SAID) for one in given.disabled} for given in (old, new)))


def _promises(given: Given) -> dict[str, Plain]:
    """Return each promise as plain JSON, as rules are."""
    write = Spelling.of(given.vocabulary).write
    return {f"promise:{one.id}": write(evolve(one, because=SAID, sources=CITED)) for one in given.promises}


def _chosen(given: Given, choice: str) -> object:
    """Return a choice; a condition as plain JSON, which the words of the attributes that it tests are no part of."""
    found = getattr(given, choice)
    return json_table(found) if isinstance(found, Table) else found


def _rule(rule: Rule) -> Plain:
    """Return a rule as plain JSON, which the words of the attributes that it tests are no part of."""
    said = evolve(
        rule,
        because=SAID,
        otherwise=None,
        sources=CITED,
        approver=None if rule.not_by is None else rule.approver,
        owner=None,
        review_by=None,
        locked=False,
        ignore={},
    )
    return plain(said)


def families_of(old: Given, new: Given) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each model with all that it inherits from on either side, and itself."""
    parents: dict[str, set[str]] = {}
    for model in (*old.catalogue, *new.catalogue):
        parents.setdefault(model.id, set()).update([model.extends] if model.extends is not None else [])
    for name in parents:
        family, waiting = {name}, [name]
        while waiting:
            more = parents.get(waiting.pop(), set()) - family
            family |= more
            waiting += more
        yield name, frozenset(family)


# The models of two sides in parts that are mixed one by one: heads, offers, and each value


def model_pairs(old: Given, new: Given, sharing: Shared) -> Iterator[tuple[str, Pair]]:
    """Yield each model twice: whole where one side alone has it, else its head, its offers and each of its values."""
    sides = [{model.id: model for model in given.catalogue} for given in (old, new)]
    for name, (before, after) in _paired(*sides):
        if before is None or after is None:
            yield f"model:{name}", tuple(None if one is None else _whole(one) for one in (before, after))  # type: ignore[misc]
            continue
        yield f"model:{name}", (_head(before), _head(after))
        both = (before, after)
        yield from _paired(
            *({f"offer:{offer_name(*one[:2])}": one for one in _offers(model, sharing)} for model in both)
        )
        yield from _paired(*({value_id(*one[:3]): one for one in _stated(model, sharing)} for model in both))


def _head(model: Model) -> Model:
    return Model(model.id, model.id, {}, (), model.extends, model.listed)


def _whole(model: Model) -> Model:
    offers = tuple(Offer(_values(offer.entries), offer.id) for offer in model.offers)
    return evolve(_head(model), entries=_values(model.entries), offers=offers)


def _offers(model: Model, sharing: Shared) -> Iterator[Offered]:
    """Yield the offers of a model that both sides have: those of one side whole, of the others the head."""
    for key, offer in sharing.keyed(model):
        values = {} if (model.id, key) in sharing.offers else _values(offer.entries)
        yield model.id, key, Offer(values, key or None)


def _stated(model: Model, sharing: Shared) -> Iterator[Held]:
    """Yield the values of a model and of its offers that are parts of their own."""
    for name, value in _values(model.entries).items():
        yield model.id, None, name, value
    for key, offer in sharing.keyed(model):
        if (model.id, key) in sharing.offers:
            yield from ((model.id, key, name, value) for name, value in _values(offer.entries).items())


def _values(attributes: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the values that an entry itself states, without all that no outcome depends on."""
    return {name: _value(value) for name, value in attributes.items() if value.inherited_from is None}


def _value(value: Entry) -> Entry:
    disputed = sorted({(str(type(one.value)), str(one.value)): one.value for one in value.disputed}.items())
    return Entry(
        Stated(value.value, CITED),
        disputed=tuple(Stated(other, CITED) for _, other in disputed),
        dated=tuple(Dated(one.since, Stated(one.value, CITED)) for one in value.dated),
    )


def models_of(models: list[Model], offers: list[Offered], stated: list[Held]) -> Iterator[Model]:
    """Put the values of each model and offer where they belong."""
    values: dict[tuple[str, str | None], dict[str, Entry]] = {}
    for name, key, attribute, value in stated:
        values.setdefault((name, key), {})[attribute] = value
    offered: dict[str, list[Offer]] = {}
    for name, key, offer in offers:
        filled = evolve(offer, entries={**offer.entries, **values.get((name, key), {})})
        offered.setdefault(name, []).append(filled)
    for model in models:
        own = {**model.entries, **values.get((model.id, None), {})}
        yield evolve(model, entries=own, offers=(*model.offers, *offered.get(model.id, ())))


def owner(pair: Pair) -> str:
    """Return the id of the model that a part belongs to."""
    part: Model | Offered | Held = pair[0] or pair[1]
    return part.id if isinstance(part, Model) else part[0]
