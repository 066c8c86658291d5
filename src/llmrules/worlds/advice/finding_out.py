"""Which unknown values of the catalogue are worth finding out: those that could change who is first, were they known.

What is said of a model rests on nothing but it and those that it inherits from. So each value is tried in a copy of the
model and of its heirs, and all copies are decided at once; all others stand as they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.catalog import Entry
from llmrules.catalog.entries import Stated as Said
from llmrules.catalog.overlay import lineage
from llmrules.decision.resting import read_by_rules
from llmrules.language.values import Value
from llmrules.worlds.advice.bands import values_to_try
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.altered import as_stated, changed_model
from llmrules.worlds.changes import Among, ModelAs, ValueAs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

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


def worth_finding_out(world: World) -> tuple[WorthKnowing, ...]:
    """Return what is worth finding out in a case, by model, attribute and offer."""
    decision = world.decide()
    return () if decision.refused else tuple(_Search(world, decision).found())


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

    def found(self) -> Iterator[WorthKnowing]:
        """Yield what could change who is first."""
        tries = list(self._tries())
        copies = [ModelAs(copy) for one in tries for copy in self._copies(one)]
        # No approval changes who is first, and those of the case name models that are not copied.
        case = evolve(self._world, profile=evolve(self._world.profile, approvals=()))
        there = case.changed(*copies, Among(None))
        points = {} if there is None else Outlooks(there).of().points
        changing: dict[tuple[str, str | None, str], list[tuple[_Try, tuple[str, ...]]]] = {}
        for one in tries:
            first = self._first(one, points)
            if first != tuple(sorted(self._decision.best)):
                changing.setdefault(one.place, []).append((one, first))
        for (model, offer, attribute), its in changing.items():
            values, firsts = tuple(one.told for one, _ in its), tuple(first for _, first in its)
            yield WorthKnowing(model, offer, attribute, values, firsts, its[0][0].member)

    def _tries(self) -> Iterator[_Try]:
        """Yield every value to try of what is unknown."""
        among, number = self._world.restriction.among, 0
        current = self._world.knowledge.catalog.on(self._world.profile.as_of.first)
        for model in current.listed:
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

    def _first(self, one: _Try, points: Mapping[str, Fraction]) -> tuple[str, ...]:
        """Return who would be first with a value."""
        standing = {name: its for name, its in self._points.items() if self._owner(name) not in one.heirs}
        among = self._world.restriction.among
        for heir in one.heirs if among is None else one.heirs.intersection(among):
            copy = f"{heir}{one.mark}"
            standing |= {
                f"{heir}{name.removeprefix(copy)}": its
                for name, its in points.items()
                if name == copy or name.startswith(f"{copy} @ ")
            }
        most = max(standing.values(), default=None)
        return tuple(sorted(name for name, its in standing.items() if its == most))

    def _owner(self, name: str) -> str:
        return self._owners.get(name, name)
