"""Which unknown values of the catalogue are worth finding out: those that could change who is first, were they known.

What is said of a model rests on nothing but it and those that it inherits from. So each value with which a model may
come to the first place, or leave it, is tried in a copy of it and of its heirs; all are judged at once; others stand.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.catalog import Entry
from llmrules.catalog.candidates import arrange, bits
from llmrules.catalog.entries import Stated as Said
from llmrules.catalog.overlay import inherit, lineage
from llmrules.language.values import Value
from llmrules.language.vocabulary import MODEL
from llmrules.worlds.advice.bands import values_to_try
from llmrules.worlds.advice.chances import Chances
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.altered import as_stated, changed_model
from llmrules.worlds.changes import ValueAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.catalog import Model
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
    outlooks = outlooks or Outlooks(world)
    return Worth((), complete=True) if outlooks.decision.refused else _Search(world, outlooks).found()


@frozen
class _Try:
    """One value tried at a place: a model, one of its offers or None, an attribute; and what is told of the value."""

    place: tuple[str, str | None, str]
    value: Value
    told: Value
    member: bool


class _Search:
    def __init__(self, world: World, outlooks: Outlooks) -> None:
        ruleset, decision = world.knowledge.ruleset, outlooks.decision
        self._world, self._decision, self._outlooks = world, decision, outlooks
        self._vocabulary, self._models = ruleset.vocabulary, world.knowledge.catalog.models
        self._points = {one.model: one.points for one in decision.ranking}
        self._chances = Chances(decision)
        self._rules = [*self._chances.rules, *ruleset.classifying()]

    def found(self) -> Worth:
        """Return what could change who is first."""
        tries = list(islice(self._tries(), MOST_TRIED + 1))
        complete = len(tries) <= MOST_TRIED
        changing: dict[tuple[str, str | None, str], list[tuple[_Try, tuple[str, ...]]]] = {}
        first = tuple(sorted(self._decision.best))
        for one, there in zip(tries, self._firsts(tries[:MOST_TRIED]), strict=False):
            if there != first:
                changing.setdefault(one.place, []).append((one, there))
        return Worth(tuple(self._worth(place, changing[place]) for place in sorted(changing, key=_order)), complete)

    def _worth(self, place: tuple[str, str | None, str], its: Sequence[tuple[_Try, tuple[str, ...]]]) -> WorthKnowing:
        values, firsts = tuple(one.told for one, _ in its), tuple(first for _, first in its)
        model, offer, attribute = place
        return WorthKnowing(model, offer, attribute, values, firsts, its[0][0].member)

    def _tries(self) -> Iterator[_Try]:
        """Yield every value to try of what is unknown and may matter; those of the best models come first."""
        facts = self._decision.derivation.facts
        for model, offer, name, known in sorted(self._unknown(), key=self._promise):
            attribute = self._vocabulary[name]
            for value in values_to_try(attribute, known, self._rules, facts):
                told = value
                if attribute.partial and isinstance(value, frozenset) and isinstance(known, frozenset):
                    told = value - known
                yield _Try((model, offer, name), value, told, attribute.partial)

    def _unknown(self) -> Iterator[tuple[str, str | None, str, Value | None]]:
        """Yield what is not known of a model or an offer, or not all of which is known, with which it may be first."""
        models = self._world.knowledge.catalog.on(self._world.profile.as_of.first).models
        for name in self._chances.attributes:
            attribute = self._vocabulary[name]
            if attribute.computed is not None or name == MODEL.name:
                continue
            heirs = (models[one] for one in self._models_with_chances(name))
            for model in {one.id: one for heir in heirs for one in (heir, *lineage(heir, models))}.values():
                tables: list[tuple[str | None, Mapping[str, Entry]]] = [(None, model.entries)]
                if attribute.scope == "offer":
                    tables = [(offer.id, offer.entries) for offer in model.offers]
                for offer, entries in tables if model.listed else ():
                    known = entries[name].value if name in entries else None
                    if known is None or (attribute.partial and known != frozenset(attribute.choice_ids)):
                        yield model.id, offer, name, known

    def _models_with_chances(self, name: str) -> Iterable[str]:
        rows = self._decision.candidates.rows
        return dict.fromkeys(rows[index].model.id for index in bits(self._chances.of(name)))

    def _promise(self, one: tuple[str, str | None, str, Value | None]) -> tuple[object, ...]:
        """Return what orders places: the models with the most points first."""
        model, offer, attribute, _ = one
        return -self._chances.most(model), model, attribute, offer or ""

    def _firsts(self, tries: Sequence[_Try]) -> Iterator[tuple[str, ...]]:
        """Yield who would be first with each value: the model and its heirs with it are judged, all others stand."""
        copies = [tuple(self._copies(one)) for one in tries]
        models = {f"{number} {one.id}": one for number, its in enumerate(copies) for one in its}
        catalog = evolve(self._world.knowledge.catalog, models=models).on(self._world.profile.as_of.first)
        candidates = arrange(catalog, self._vocabulary, self._world.knowledge.ruleset.classifying())
        points = self._outlooks.standing(candidates)
        rows, among = iter(enumerate(candidates.rows)), self._world.restriction.among
        for its in copies:
            names = {one.id for one in its}
            standing = {name: earned for name, earned in self._points.items() if self._owner(name) not in names}
            for index, row in islice(rows, sum(len(one.offers) for one in its if one.listed)):
                if index in points and (among is None or row.model.id in among):
                    name = row.name if self._world.over == "offers" else row.model.id
                    standing[name] = max(points[index], standing.get(name, points[index]))
            most = max(standing.values(), default=None)
            yield tuple(sorted(name for name, earned in standing.items() if earned == most))

    def _copies(self, one: _Try) -> Iterator[Model]:
        """Yield a model with a value and its heirs, which may inherit it."""
        model, offer, attribute = one.place
        change = ValueAs(model, attribute, Entry(Said(one.value, ())), offer)
        changed = changed_model(self._models[model], change, self._vocabulary)
        assert changed is not None  # noqa: S101 - a value changes no more than that
        for heir in sorted(self._heirs[model]):
            line = (self._models[heir], *lineage(self._models[heir], self._models))
            own = [changed if its.id == model else as_stated(its) for its in line]
            yield inherit(own[0], own[1:], self._vocabulary)

    @cached_property
    def _heirs(self) -> Mapping[str, set[str]]:
        """The models that inherit from each, and it itself."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for model in self._models.values():
            for one in (model, *lineage(model, self._models)):
                found[one.id].add(model.id)
        return found

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        return {row.name: row.model.id for row in self._decision.candidates.rows}

    def _owner(self, name: str) -> str:
        return self._owners.get(name, name)


def _order(place: tuple[str, str | None, str]) -> tuple[str, str, str]:
    model, offer, attribute = place
    return model, attribute, offer or ""
