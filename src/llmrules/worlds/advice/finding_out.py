"""Which unknown values of the catalogue are worth finding out: those that could change who is first, were they known.

Each is tried where it may still change the first place, with every value that rules tell apart.
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.language.values import Value
from llmrules.worlds.advice.bands import leaves_of, values_to_try
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.advice.places import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.catalog import Entry
    from llmrules.worlds.world import World


@frozen
class WorthKnowing:
    """An unknown value of a model, or of one of its offers, and the values with which somebody else would be first.

    ``first`` says who, in the order of ``values``. Where it is a ``member``, the set lists what is known alone: each
    value is a member that it may have besides, and that it has not is never settled.
    """

    model: str
    offer: str | None
    attribute: str
    values: tuple[Value, ...]
    first: tuple[tuple[str, ...], ...]
    member: bool = False


@frozen
class Worth:
    """What is worth finding out, by model, attribute and offer; ``complete`` unless too many values are unknown."""

    values: tuple[WorthKnowing, ...]
    complete: bool


MOST_TRIED = 4_000
"""Values that are tried, at most: those of models with more points first, then of the unverified and the excluded."""


def worth_finding_out(world: World, outlooks: Outlooks | None = None) -> Worth:
    """Return what is worth finding out in a case; ``outlooks`` are those of the world, if there are any yet."""
    outlooks = outlooks or Outlooks(world)
    return Worth((), complete=True) if outlooks.decision.refused else _Search(outlooks).found()


@frozen
class _Try:
    """One value tried at a place, and what is told of it."""

    place: Place
    value: Value
    told: Value
    member: bool


class _Search:
    def __init__(self, outlooks: Outlooks) -> None:
        ruleset = outlooks.world.knowledge.ruleset
        self._decision, self._vocabulary = outlooks.decision, ruleset.vocabulary
        self._supposing = outlooks.supposing
        self._places = outlooks.places
        self._known: dict[Place, Value | None] = {}
        self._values: dict[tuple[str, Value | None], tuple[Value, ...]] = {}
        self._factors = {name for its in self._vocabulary.resting.values() for name in its}
        self._leaves = [*self._supposing.leaves, *(leaf for rule in ruleset.classifying() for leaf in leaves_of(rule))]

    def found(self) -> Worth:
        """Return what could change who is first."""
        tries = list(islice(self._tries(), MOST_TRIED + 1))
        complete = len(tries) <= MOST_TRIED
        changing: dict[Place, list[tuple[_Try, tuple[str, ...]]]] = {}
        for place, its in groupby(tries[:MOST_TRIED], key=lambda one: one.place):
            standing = self._places.standing(place)
            for one in its:
                first = self._places.first(standing, self._supposing.at(place.attribute, one.value))
                if first != self._places.now:
                    changing.setdefault(place, []).append((one, tuple(sorted(first))))
        places = sorted(changing, key=lambda place: place.order)
        return Worth(tuple(self._worth(place, changing[place]) for place in places), complete)

    def _worth(self, place: Place, its: Sequence[tuple[_Try, tuple[str, ...]]]) -> WorthKnowing:
        values, firsts = tuple(one.told for one, _ in its), tuple(first for _, first in its)
        return WorthKnowing(place.model, place.offer, place.attribute, values, firsts, its[0][0].member)

    def _tries(self) -> Iterator[_Try]:
        """Yield every value to try of what is unknown and may matter; those of the best models come first."""
        facts = self._decision.derivation.facts
        for place in self._places.found(self._is_unknown):
            attribute, known = self._vocabulary[place.attribute], self._known[place]
            key = place.attribute, known
            if key not in self._values:
                factor = place.attribute in self._factors
                self._values[key] = values_to_try(attribute, known, self._leaves, facts, factor=factor)
            for value in self._values[key]:
                told = value
                if attribute.partial and isinstance(value, frozenset) and isinstance(known, frozenset):
                    told = value - known
                yield _Try(place, value, told, attribute.partial)

    def _is_unknown(self, place: Place, entry: Entry | None) -> bool:
        """Whether nothing is known, or not all of a set, of a model that can be chosen."""
        attribute, known = self._vocabulary[place.attribute], None if entry is None else entry.value
        self._known[place] = known
        listed = self._decision.knowledge.catalog.models[place.model].listed
        return listed and (known is None or (attribute.partial and known != frozenset(attribute.choice_ids)))
