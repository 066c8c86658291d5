"""Which unknown values of the catalogue are worth finding out: those that could change who is first, were they known.

What is said of a model rests on nothing but it and those that it inherits from. So each value is tried in a copy of the
model and of its heirs, and all copies are decided at once; all others stand as they do.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.catalog import Entry
from llmrules.catalog.entries import Stated as Said
from llmrules.catalog.overlay import lineage
from llmrules.decision.basis import read_by_rules
from llmrules.language.values import Value
from llmrules.worlds.advice.bands import values_to_try
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.altered import as_stated, changed_model
from llmrules.worlds.changes import Among, ModelAs, ValueAs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from llmrules.catalog import Model
    from llmrules.decision.decision import Decision
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


MOST_TRIED = 10_000
"""Values that are tried, at most: those of models with more points first, then of the unverified and the excluded."""


def worth_finding_out(world: World, outlooks: Outlooks | None = None) -> Worth:
    """Return what is worth finding out in a case; ``outlooks`` are those of the world, if there are any yet."""
    decision = (outlooks or Outlooks(world)).decision
    return Worth((), complete=True) if decision.refused else _Search(world, decision).found()


@frozen
class _Try:
    """One value tried, and the mark that the names of the copies of the model and its heirs end with."""

    place: tuple[str, str | None, str]
    value: Value
    told: Value
    member: bool
    mark: str
    heirs: frozenset[str] = field(repr=False)


class _Search:
    def __init__(self, world: World, decision: Decision) -> None:
        ruleset = world.knowledge.ruleset
        fired = [ruleset.rules[name] for name in decision.fired if ruleset.rules[name].effect.touches_models]
        self._world, self._decision = world, decision
        self._rules = [*fired, *ruleset.classifying()]
        self._read = sorted(name for name in read_by_rules(ruleset, fired) if ruleset.vocabulary[name].computed is None)
        self._models = world.knowledge.catalog.models
        self._points = {one.model: one.points for one in decision.ranking}
        self._owners = {one.name: one.model.id for one in decision.candidates.rows}
        self._excluded = {self._owner(one.model) for one in decision.excluded}
        self._most: dict[str, Fraction] = {}
        for name, points in self._points.items():
            owner = self._owner(name)
            self._most[owner] = max(points, self._most.get(owner, points))

    def found(self) -> Worth:
        """Return what could change who is first."""
        tries = list(islice(self._tries(), MOST_TRIED + 1))
        complete = len(tries) <= MOST_TRIED
        copies = [ModelAs(copy) for one in tries[:MOST_TRIED] for copy in self._copies(one)]
        # No approval changes who is first, and those of the case name models that are not copied.
        case = evolve(self._world, profile=evolve(self._world.profile, approvals=()))
        there = case.changed(*copies, Among(None))
        points: dict[str, dict[str, Fraction]] = {}
        for name, its in ({} if there is None else Outlooks(there).of().points).items():
            copy, at, offer = name.partition(" @ ")
            points.setdefault(copy, {})[f"{at}{offer}"] = its
        changing: dict[tuple[str, str | None, str], list[tuple[_Try, tuple[str, ...]]]] = {}
        for one in tries[:MOST_TRIED]:
            first = self._first(one, points)
            if first != tuple(sorted(self._decision.best)):
                changing.setdefault(one.place, []).append((one, first))
        return Worth(tuple(self._worth(place, changing[place]) for place in sorted(changing, key=_order)), complete)

    def _worth(self, place: tuple[str, str | None, str], its: Sequence[tuple[_Try, tuple[str, ...]]]) -> WorthKnowing:
        values, firsts = tuple(one.told for one, _ in its), tuple(first for _, first in its)
        model, offer, attribute = place
        return WorthKnowing(model, offer, attribute, values, firsts, its[0][0].member)

    def _tries(self) -> Iterator[_Try]:
        """Yield every value to try of what is unknown."""
        among, number = self._world.restriction.among, 0
        current = self._world.knowledge.catalog.on(self._world.profile.as_of.first)
        for model in sorted(current.listed, key=self._promise):
            heirs = frozenset(one for one in self._models if model.id in {one, *self._ancestors(one)})
            if among is None or not heirs.isdisjoint(among):
                for attribute, offer, known in self._unknown(model):
                    for value in values_to_try(attribute, known, self._rules, self._decision.derivation.facts):
                        number += 1
                        place = (model.id, offer, attribute.name)
                        told = value
                        if attribute.partial and isinstance(value, frozenset) and isinstance(known, frozenset):
                            told = value - known
                        yield _Try(place, value, told, attribute.partial, f"#{number}", heirs)

    def _promise(self, model: Model) -> tuple[bool, bool, Fraction, str]:
        """Return what orders models: the eligible by their points, the unverified, the excluded."""
        points = self._most.get(model.id)
        return points is None, model.id in self._excluded, -(points or Fraction(0)), model.id

    def _ancestors(self, name: str) -> set[str]:
        return {one.id for one in lineage(self._models[name], self._models)}

    def _unknown(self, model: Model) -> Iterator[tuple[Attribute, str | None, Value | None]]:
        """Yield what rules read of a model and its offers and is not known, or not all of which is known."""
        vocabulary = self._world.knowledge.ruleset.vocabulary
        for name in self._read:
            attribute = vocabulary[name]
            tables: list[tuple[str | None, Mapping[str, Entry]]] = [(None, model.entries)]
            if attribute.scope == "offer":
                tables = [(offer.id, offer.entries) for offer in model.offers]
            for offer, entries in tables:
                known = entries[name].value if name in entries else None
                if known is None or (attribute.partial and known != frozenset(attribute.choice_ids)):
                    yield attribute, offer, known

    def _copies(self, one: _Try) -> Iterator[Model]:
        """Yield the copies of a model with a value and of its heirs."""
        model, offer, attribute = one.place
        vocabulary = self._world.knowledge.ruleset.vocabulary
        change = ValueAs(model, attribute, Entry(Said(one.value, ())), offer)
        for name in sorted(one.heirs):
            copy = (
                as_stated(self._models[name])
                if name != model
                else changed_model(self._models[name], change, vocabulary)
            )
            if copy is not None:
                extends = f"{copy.extends}{one.mark}" if copy.extends in one.heirs else copy.extends
                yield evolve(copy, id=f"{name}{one.mark}", extends=extends)

    def _first(self, one: _Try, points: Mapping[str, Mapping[str, Fraction]]) -> tuple[str, ...]:
        """Return who would be first with a value; ``points`` are those of the copies and of their offers."""
        standing = {name: its for name, its in self._points.items() if self._owner(name) not in one.heirs}
        among = self._world.restriction.among
        for heir in one.heirs if among is None else one.heirs.intersection(among):
            its = points.get(f"{heir}{one.mark}", {})
            standing |= {f"{heir}{offer}": earned for offer, earned in its.items()}
        most = max(standing.values(), default=None)
        return tuple(sorted(name for name, its in standing.items() if its == most))

    def _owner(self, name: str) -> str:
        return self._owners.get(name, name)


def _order(place: tuple[str, str | None, str]) -> tuple[str, str, str]:
    model, offer, attribute = place
    return model, attribute, offer or ""
