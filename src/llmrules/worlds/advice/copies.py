"""Models with another value, judged beside all others: who would be first were the value so.

What is said of a model rests on nothing but it and those that it inherits from. So a value is tried in a copy of the
model and of its heirs, and all copies are judged at once; all others stand as they do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.catalog import Entry
from llmrules.catalog.candidates import arrange, bits
from llmrules.catalog.entries import Stated as Said
from llmrules.catalog.overlay import inherit, lineage
from llmrules.language.vocabulary import MODEL
from llmrules.worlds.altered import as_stated, changed_model
from llmrules.worlds.changes import ValueAs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from fractions import Fraction

    from llmrules.catalog import Model
    from llmrules.language.values import Value
    from llmrules.worlds.advice.chances import Chances
    from llmrules.worlds.advice.outlook import Outlooks


@frozen
class Place:
    """Where a value stands: in a model, or in one of its offers."""

    model: str
    offer: str | None
    attribute: str

    @property
    def order(self) -> tuple[str, str, str]:
        """What orders places."""
        return self.model, self.attribute, self.offer or ""


Points: TypeAlias = "tuple[Fraction, ...]"
"""The points of a candidate in every tier."""


@frozen
class Standing:
    """Who stands where a value is another one: each candidate that has it by its number, and the first of all others.

    ``points`` are those of the candidates that are eligible, by tier; ``units`` is what each counts as.
    """

    points: Mapping[int, Points]
    units: Mapping[int, str]
    others: tuple[str, ...]
    most: Points | None

    @property
    def first(self) -> tuple[str, ...]:
        """Who is first."""
        return self.leading(self.points)

    def leading(self, points: Mapping[int, Points]) -> tuple[str, ...]:
        """Return who is first if the same candidates have other points."""
        top = max((*points.values(), *(() if self.most is None else (self.most,))), default=None)
        mine = {self.units[number] for number, its in points.items() if its == top}
        return tuple(sorted(mine.union(self.others if self.most == top else ())))


class Copies:
    """The copies of models of one case, with other values."""

    def __init__(self, outlooks: Outlooks) -> None:
        """Note who stands where."""
        self._outlooks, self._world = outlooks, outlooks.world
        self._vocabulary = self._world.knowledge.ruleset.vocabulary
        self._catalog = self._world.knowledge.catalog
        decision = outlooks.decision
        owners = {row.name: row.model.id for row in decision.candidates.rows}
        self._ranked = [
            (owners.get(one.model, one.model), one.model, (one.points, *one.then)) for one in decision.ranking
        ]

    def places(self, chances: Chances, is_meant: Callable[[Place, Entry | None], bool]) -> Iterator[Place]:
        """Yield the places that are meant, of whose values some candidate's chances depend.

        What a model inherits stands where it is stated.
        """
        models = self._catalog.on(self._world.profile.as_of.first).models
        rows = self._outlooks.decision.candidates.rows
        for name in chances.attributes:
            attribute = self._vocabulary[name]
            if attribute.computed is not None or name == MODEL.name:
                continue
            heirs = (models[one] for one in {rows[index].model.id: None for index in bits(chances.of(name))})
            for model in {one.id: one for heir in heirs for one in (heir, *lineage(heir, models))}.values():
                tables: list[tuple[str | None, Mapping[str, Entry]]] = [(None, model.entries)]
                if attribute.scope == "offer":
                    tables = [(offer.id, offer.entries) for offer in model.offers]
                for offer, entries in tables:
                    place = Place(model.id, offer, name)
                    if is_meant(place, entries.get(name)):
                        yield place

    def standing(self, tries: Sequence[tuple[Place, Value]]) -> Iterator[Standing]:
        """Yield who would stand with each value at its place."""
        copies = [tuple(self._copies(place, value)) for place, value in tries]
        models = {f"{number} {one.id}": one for number, its in enumerate(copies) for one in its}
        catalog = evolve(self._catalog, models=models).on(self._world.profile.as_of.first)
        candidates = arrange(catalog, self._vocabulary, self._world.knowledge.ruleset.classifying())
        points = self._outlooks.standing(candidates)
        rows, among = iter(enumerate(candidates.rows)), self._world.restriction.among
        for its in copies:
            mine, units = {}, {}
            for number, (index, row) in enumerate(islice(rows, sum(len(one.offers) for one in its if one.listed))):
                if index in points and (among is None or row.model.id in among):
                    mine[number] = points[index]
                    units[number] = row.name if self._world.over == "offers" else row.model.id
            most, others = self._others({one.id for one in its})
            yield Standing(mine, units, others, most)

    def _others(self, names: set[str]) -> tuple[Points | None, tuple[str, ...]]:
        """Return the first of all but some models, and their points."""
        rest = (one for one in self._ranked if one[0] not in names)
        first = next(rest, None)
        if first is None:
            return None, ()
        others = [first[1]]
        for _, name, points in rest:
            if points != first[2]:
                break
            others.append(name)
        return first[2], tuple(others)

    def _copies(self, place: Place, value: Value) -> Iterator[Model]:
        """Yield a model with a value and its heirs, which may inherit it."""
        models = self._catalog.models
        change = ValueAs(place.model, place.attribute, Entry(Said(value, ())), place.offer)
        changed = changed_model(models[place.model], change, self._vocabulary)
        assert changed is not None  # noqa: S101 - a value changes no more than that
        for heir in sorted(self._heirs[place.model]):
            line: Iterable[Model] = (models[heir], *lineage(models[heir], models))
            own = [changed if one.id == place.model else as_stated(one) for one in line]
            yield inherit(own[0], own[1:], self._vocabulary)

    @cached_property
    def _heirs(self) -> Mapping[str, set[str]]:
        """The models that inherit from each, and it itself."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for model in self._catalog.models.values():
            for one in (model, *lineage(model, self._catalog.models)):
                found[one.id].add(model.id)
        return found
