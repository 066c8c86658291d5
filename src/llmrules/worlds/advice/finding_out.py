"""Which unknown values of the catalogue are worth finding out: those that could change who is first, were they known.

Each is tried where it may still change the first place, with every value that rules tell apart.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.language.values import Value
from llmrules.worlds.advice.bands import leaves_of, values_to_try
from llmrules.worlds.advice.outlook import Outlooks

if TYPE_CHECKING:
    from llmrules.catalog import Entry, Model
    from llmrules.language.vocabulary import Attribute
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


MOST_TRIED = 2_500
"""Values that are tried, at most: those of models with more points first, then of the unverified and the excluded."""


def worth_finding_out(world: World, outlooks: Outlooks | None = None) -> Worth:
    """Return what is worth finding out in a case; ``outlooks`` are those of the world, if there are any yet."""
    outlooks = outlooks or Outlooks(world)
    return Worth((), complete=True) if outlooks.decision.refused else _Search(outlooks).found()


class _Search:
    def __init__(self, outlooks: Outlooks) -> None:
        ruleset = outlooks.world.knowledge.ruleset
        self._decision, self._vocabulary = outlooks.decision, ruleset.vocabulary
        self._supposing = outlooks.supposing
        self._places = outlooks.places
        self._values: dict[tuple[str, Value | None], tuple[Value, ...]] = {}
        self._factors = {name for its in self._vocabulary.resting.values() for name in its}
        self._leaves = [*self._supposing.leaves, *(leaf for rule in ruleset.classifying() for leaf in leaves_of(rule))]

    def found(self) -> Worth:
        """Return what could change who is first; the values of the best models are tried first."""
        found, left = [], MOST_TRIED
        for place, known in self._places.found(self._supposing.attributes, _is_unknown).items():
            attribute, standing = self._vocabulary[place.attribute], self._places.standing(place)
            values, changing = self._tried(attribute, known), list[tuple[Value, tuple[str, ...]]]()
            for value in values[: max(0, left)]:
                first = self._places.first(standing, self._supposing.at(place.attribute, value))
                if self._places.turned(first):
                    changing.append((_told(value, attribute, known), tuple(sorted(first))))
            left -= len(values)
            if changing:
                told, firsts = zip(*changing, strict=True)
                its = place.model, place.offer, place.attribute
                found.append((place.order, WorthKnowing(*its, told, firsts, attribute.partial)))
            if left < 0:
                break
        return Worth(tuple(worth for _, worth in sorted(found, key=itemgetter(0))), complete=left >= 0)

    def _tried(self, attribute: Attribute, known: Value | None) -> tuple[Value, ...]:
        """Return the values that are tried where some is known."""
        key = attribute.name, known
        if key not in self._values:
            facts, factor = self._decision.derivation.facts, attribute.name in self._factors
            own = {mark for _, grade in self._supposing.grades(attribute.name) for mark in grade.marks}
            marked = evolve(attribute, marks=(*attribute.marks, *own)) if own else attribute
            self._values[key] = values_to_try(marked, known, self._leaves, facts, factor=factor)
        return self._values[key]


def _is_unknown(attribute: Attribute, model: Model, entry: Entry | None) -> bool:
    """Whether nothing is known, or not all of a set, of a model that can be chosen."""
    if not model.listed or entry is None:
        return model.listed
    return attribute.partial and entry.value != frozenset(attribute.choice_ids)


def _told(value: Value, attribute: Attribute, known: Value | None) -> Value:
    """Return what is told of a value: of a set that lists what is known alone, what it has besides."""
    if attribute.partial and isinstance(value, frozenset) and isinstance(known, frozenset):
        return value - known
    return value
