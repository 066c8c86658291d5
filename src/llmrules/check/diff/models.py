"""The models of two sides in parts that are mixed one by one: heads, offers, and each value.

Sources, replaced values and names are left out, because no outcome depends on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve

from llmrules.catalog import Dated, Entry, Model, Offer, Stated
from llmrules.check.diff.differences import offer_id, value_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from llmrules.check.diff.offers import Shared
    from llmrules.trace.given import Given

Pair: TypeAlias = tuple[Any, Any]
"""One part, old and new; None where the side does not have it."""

Offered: TypeAlias = tuple[str, str, Offer]
"""A model, the key of an offer of it, and the offer."""

Held: TypeAlias = tuple[str, str | None, str, Entry]
"""A model, the key of an offer (None: the model itself), an attribute and its value."""

CITED = ("-",)
"""What every value and rule rests on here."""


def model_pairs(old: Given, new: Given, sharing: Shared) -> Iterator[tuple[str, Pair]]:
    """Yield each model twice: whole where one side alone has it, else its head, its offers and each of its values."""
    sides = [{model.id: model for model in given.catalogue} for given in (old, new)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        before, after = sides[0].get(name), sides[1].get(name)
        if before is None or after is None:
            yield f"model:{name}", tuple(None if one is None else _whole(one) for one in (before, after))  # type: ignore[misc]
            continue
        yield f"model:{name}", (_head(before), _head(after))
        offers = [{offer_id(*one[:2]): one for one in _offers(model, sharing)} for model in (before, after)]
        for offer in sorted(offers[0].keys() | offers[1].keys()):
            yield offer, (offers[0].get(offer), offers[1].get(offer))
        stated = [{value_id(*one[:3]): one for one in _stated(model, sharing)} for model in (before, after)]
        for value in sorted(stated[0].keys() | stated[1].keys()):
            yield value, (stated[0].get(value), stated[1].get(value))


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
