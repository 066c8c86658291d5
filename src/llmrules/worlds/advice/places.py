"""The places of values in the catalogue on which the first place of a case may depend, and who is first with others.

A value stands in a model, from which others inherit it, or in an offer. All others stand as they do.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.catalog.overlay import lineage
from llmrules.language.vocabulary import MODEL
from llmrules.worlds.advice.supposing import Points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from llmrules.catalog import Entry, Model
    from llmrules.decision.criteria import Criterion
    from llmrules.decision.decision import Decision
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.worlds.advice.supposing import Supposed, Supposing


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


@frozen(eq=False)
class Standing:
    """Who stands where a value is another one: the candidates that have it, and the first of all others.

    ``most`` are the points of these ``others``, None where there is nobody else.
    """

    attribute: str
    candidates: tuple[int, ...]
    others: frozenset[str]
    most: Points | None


class Places:
    """The places of one case."""

    def __init__(self, decision: Decision, supposing: Supposing) -> None:
        """Take the case, and what would be said of values in it."""
        self._decision, self._supposing = decision, supposing
        self._models, self._day = decision.knowledge.catalog.models, decision.profile.as_of.first
        self._its: dict[Place, tuple[int, ...]] = {}

    def found(
        self, names: Iterable[str], is_meant: Callable[[Attribute, Model, Entry | None], bool]
    ) -> dict[Place, Value | None]:
        """Return the places of attributes that are meant, with what is known there, those of more points first.

        What a model inherits stands where it is stated; what rules conclude of one, nobody states.
        """
        found: dict[Place, Value | None] = {}
        rows, vocabulary = self._decision.candidates.rows, self._decision.knowledge.ruleset.vocabulary
        for name in names:
            attribute = vocabulary[name]
            if attribute.computed is not None or name == MODEL.name:
                continue
            known = 0 if attribute.partial else self._decision.candidates.knowing(name)
            for index in self._supposing.mattering(name):
                model, offer = rows[index].model, rows[index].offer
                if attribute.scope == "offer":
                    entry = offer.entries.get(name)
                    if is_meant(attribute, model, entry):
                        place = Place(model.id, offer.id, name)
                        found[place], self._its[place] = None if entry is None else entry.value, (index,)
                    continue
                line = (model, *lineage(model, self._models)) if model.extends is not None else (model,)
                for one in line:
                    entry = one.entries.get(name)
                    now = entry.on(self._day) if entry is not None and entry.dated else entry
                    if now is None and known >> index & 1:
                        continue
                    if is_meant(attribute, one, now):
                        found[Place(one.id, None, name)] = None if now is None else now.value
        most = {name: self._most(name) for name in {place.model for place in found}}
        scores = {name: self._supposing.scores(name) for name in {place.attribute for place in found}}
        turning = (one for one in found if not self._stays(one, scores[one.attribute]))
        return {one: found[one] for one in sorted(turning, key=lambda place: (-most[place.model], place.order))}

    def _stays(self, place: Place, scores: Sequence[Criterion] | None) -> bool:
        """Whether the first place is the same with any value that those who are first have, by what rules may give."""
        supposing, lanes = self._supposing, self._supposing.lanes.lanes
        if scores is None or len(self.now) > 1 or not supposing.leading.issubset(its := self._having(place)):
            return False
        least = min(supposing.ends(scores, index)[0] for index in supposing.leading)
        mine, eligible = {*its}, self._decision.judgement.eligible
        others = (index for index in its if eligible >> index & 1 and supposing.unit(index) not in self.now)
        most = max((supposing.ends(scores, index)[1] for index in others), default=-1)
        return max(most, next((lanes[index] for index in supposing.ranked if index not in mine), -1)) < least

    def _most(self, model: str) -> int:
        """Return the most points that a candidate of a model has, be it excluded or not."""
        points = self._decision.judgement.points
        return max((points[index] for index in bits(self._decision.candidates.masks.get(model, 0))), default=0)

    def standing(self, place: Place) -> Standing:
        """Return who stands where the value of a place is another one."""
        attribute, its, top = place.attribute, self._having(place), self._supposing.top_points
        if self._supposing.leading.isdisjoint(its):
            return Standing(attribute, its, self.now, top)
        mine = {*its}
        left = self.now - {name for name in map(self._supposing.unit, its) if self._leads[name] <= mine}
        return Standing(attribute, its, *((left, top) if left else self._rest(mine)))

    def _having(self, place: Place) -> tuple[int, ...]:
        """Return the candidates that have the value of a place."""
        if place not in self._its:
            self._its[place] = tuple(self._affected(place))
        return self._its[place]

    def first(self, standing: Standing, supposed: Supposed) -> frozenset[str]:
        """Return who is first where a place has a value."""
        its = (index for index in standing.candidates if supposed.eligible >> index & 1)
        points = {index: self._supposing.points(standing.attribute, index, supposed) for index in its}
        most = standing.most
        top = max(points.values()) if points else most
        if most is not None and (top is None or most > top):
            return standing.others
        mine = {self._supposing.unit(index) for index, its in points.items() if its == top}
        return standing.others | mine if most == top else frozenset(mine)

    @cached_property
    def now(self) -> frozenset[str]:
        """Who is first as it is."""
        return frozenset(map(self._supposing.unit, self._supposing.leading))

    def turned(self, first: frozenset[str]) -> bool:
        """Whether others are first than as it is."""
        return first is not self.now and first != self.now  # where hundreds are, it takes long to find them the same

    def _affected(self, place: Place) -> Iterator[int]:
        """Yield the candidates that have the value of a model, or inherit it."""
        name, masks = place.attribute, self._decision.candidates.masks
        yield from bits(masks.get(place.model, 0) if self._models[place.model].listed else 0)
        if not self._decision.knowledge.ruleset.vocabulary[name].inherited:
            return
        for heir, line in self._heirs[place.model]:
            if heir.listed and not any(_states(one, name) for one in line):
                yield from bits(masks[heir.id])

    @cached_property
    def _heirs(self) -> Mapping[str, Sequence[tuple[Model, tuple[Model, ...]]]]:
        """The models that inherit from each, with all that stand between: the heir itself first."""
        found: defaultdict[str, list[tuple[Model, tuple[Model, ...]]]] = defaultdict(list)
        for model in self._models.values():
            if model.extends is not None:
                line = (model, *lineage(model, self._models))
                for number, one in enumerate(line[1:], 1):
                    found[one.id].append((model, line[:number]))
        return found

    @cached_property
    def _leads(self) -> Mapping[str, set[int]]:
        """The candidates by which each of those is first."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for index in self._supposing.leading:
            found[self._supposing.unit(index)].add(index)
        return found

    def _rest(self, its: set[int]) -> tuple[frozenset[str], Points | None]:
        """Return the first of all but some candidates, who lead, and their points."""
        leading = self._supposing.leading_of(~mask_of(its))
        if not leading:
            return frozenset(), None
        return frozenset(map(self._supposing.unit, leading)), self._supposing.standing(leading[0])


def _states(model: Model, name: str) -> bool:
    """Whether a model itself states an attribute."""
    return name in model.entries and model.entries[name].inherited_from is None
