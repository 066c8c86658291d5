"""A catalogue as compact plain JSON, and back: each distinct entry stands once, and models point at it by number.

Nothing is lost: what is packed comes back equal, type for type and in its order.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from attrs import define, field

from llmrules.catalog.entries import Catalog, Dated, Entry, Model, Offer, Stated
from llmrules.catalog.reading import MODEL_ID
from llmrules.language.values import Period, Value, period

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from llmrules.language.vocabulary import Scope, Vocabulary

Plain: TypeAlias = Any
"""Plain JSON."""

Exact = TypeVar("Exact")


def pack(catalog: Catalog) -> Plain:
    """Return the models of a catalogue as plain JSON; its approvals are left out."""
    pool = _Pool()
    models = [
        [model.id, model.name, model.extends, model.listed, pool.table(model.entries)]
        + [[offer.id, *pool.table(offer.entries)] for offer in model.offers]
        for model in catalog
    ]
    return {
        "names": list(pool.names),
        "sources": list(pool.sources),
        "entries": [json.loads(text) for text in pool.entries],
        "models": models,
    }


@define
class _Pool:
    """Whatever occurs many times, each with its number: names of attributes, sources, and entries as JSON texts."""

    names: dict[str, int] = field(factory=dict)
    sources: dict[tuple[str, ...], int] = field(factory=dict)
    entries: dict[str, int] = field(factory=dict)

    def table(self, entries: Mapping[str, Entry]) -> list[int]:
        """Return the numbers of the entries of a model or an offer."""
        return [_number(self.entries, json.dumps(self._entry(name, entry))) for name, entry in entries.items()]

    def _entry(self, name: str, entry: Entry) -> Plain:
        packed = [_number(self.names, name), *self._stated(entry.stated)]
        if (entry.disputed, entry.replaced, entry.inherited_from, entry.dated) == ((), (), None, ()):
            return packed
        disputed = [self._stated(one) for one in entry.disputed]
        replaced = [self._stated(one) for one in entry.replaced]
        dated = [[one.since.text, *self._stated(one.stated)] for one in entry.dated]
        return [*packed, disputed, replaced, entry.inherited_from, dated]

    def _stated(self, stated: Stated) -> Plain:
        return [_pack_value(stated.value), _number(self.sources, stated.sources)]


def _number(numbers: dict[Any, int], key: object) -> int:
    return numbers.setdefault(key, len(numbers))


def _pack_value(value: Value) -> Plain:
    """Return a value as JSON; what JSON has no type for is a list that begins with the name of its type."""
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, Period):
        return ["period", value.text]
    if isinstance(value, frozenset):
        return ["set", *sorted(value)]
    return value


def unpack(packed: Plain) -> Catalog:
    """Return the catalogue that was packed. Raises LookupError, TypeError or ValueError for what never was."""
    names = [_exactly(str, one) for one in packed["names"]]
    sources = [tuple([_exactly(str, name) for name in one]) for one in packed["sources"]]
    entries = [(names[one[0]], _entry(one, sources)) for one in packed["entries"]]
    known = entries.__getitem__
    models = [
        Model(
            id=_exactly(str, name),
            name=_exactly(str, shown),
            entries=dict(map(known, own)),
            offers=tuple([Offer(dict(map(known, numbers)), _name(offer)) for offer, *numbers in offers]),
            extends=_name(extends),
            listed=_exactly(bool, listed),
        )
        for name, shown, extends, listed, own, *offers in packed["models"]
    ]
    return Catalog({model.id: model for model in models})


def _name(value: object) -> str | None:
    return None if value is None else _exactly(str, value)


def _exactly(kind: type[Exact], value: object) -> Exact:
    if type(value) is not kind:
        raise TypeError(value)
    return value


def is_sound(catalog: Catalog, vocabulary: Vocabulary, citable: Container[str]) -> bool:
    """Whether an unpacked catalogue is one that could have been read: what is declared, typed, in bounds and cited.

    That it *was* read nobody can tell from it: see what the documentation says of the seal.
    """
    known: set[tuple[str, str, int]] = set()
    origins = {None, *catalog.models}

    def sound(entries: Mapping[str, Entry], scope: Scope) -> bool:
        for name, entry in entries.items():
            if (scope, name, id(entry)) in known:
                continue
            attribute = vocabulary.attributes.get(name)
            stated = tuple(_all_stated(entry))
            if attribute is None or attribute.scope != scope or not all(attribute.allows(one.value) for one in stated):
                return False
            if entry.inherited_from not in origins or any(
                one not in citable for each in stated for one in each.sources
            ):
                return False
            known.add((scope, name, id(entry)))
        return True

    return all(
        MODEL_ID.fullmatch(model.id) is not None
        and model.extends in origins
        and bool(model.offers)
        and sound(model.entries, "model")
        and all(sound(offer.entries, "offer") for offer in model.offers)
        for model in catalog
    )


def _all_stated(entry: Entry) -> Iterator[Stated]:
    """Yield every value that an entry has, with its sources."""
    yield entry.stated
    yield from entry.disputed
    yield from entry.replaced
    yield from (one.stated for one in entry.dated)


def _entry(packed: Plain, sources: list[tuple[str, ...]]) -> Entry:
    if len(packed) == 3:  # noqa: PLR2004 - a name, a value and its sources, as most are
        return Entry(_stated(packed[1:], sources))
    _, value, cited, disputed, replaced, inherited_from, dated = packed
    return Entry(
        stated=_stated((value, cited), sources),
        disputed=tuple(_stated(one, sources) for one in disputed),
        replaced=tuple(_stated(one, sources) for one in replaced),
        inherited_from=_name(inherited_from),
        dated=tuple(Dated(_period(since), _stated(one, sources)) for since, *one in dated),
    )


def _stated(packed: Plain, sources: list[tuple[str, ...]]) -> Stated:
    value, cited = packed
    return Stated(_value(value) if value.__class__ is list else value, sources[cited])


def _value(packed: Plain) -> Value:
    kind, *parts = packed
    if kind == "decimal":
        return Decimal(parts[0])
    return _period(parts[0]) if kind == "period" else frozenset(parts)


def _period(text: str) -> Period:
    found = period(text)
    if found is None:
        raise ValueError(text)
    return found
