"""What stands in the way: requirements that together exclude everybody, and the smallest changes that help.

What is relaxed is what the user stated, never what a rule concluded from it. Rules with exceptions are not monotone, so
sets are tried one by one, the small ones first; where that would take too many decisions, the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property, reduce
from itertools import combinations
from math import comb
from operator import or_
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import evolve, field, frozen

from llmrules.catalog.candidates import bits
from llmrules.language.values import EXACT
from llmrules.language.vocabulary import AS_OF, ORDERED
from llmrules.trace.codec import json_value
from llmrules.trace.found import RelaxationRecord, RestatedRecord
from llmrules.worlds.advice.bands import order
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.changes import Stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from llmrules.language.profile import Requirement
    from llmrules.worlds.advice.outlook import Outlook
    from llmrules.worlds.world import World

MOST_WORLDS = 4_000
"""Worlds that one search looks at, at most."""

MOST_CASES = 100
"""Cases that one search for what a trace records looks at, at most."""

LEAST_CASES = 20
"""As many cases must be allowed for other relaxations than drops to be looked for."""

MOST_JUDGED = 20_000
"""Candidates that are judged in all of these, at most."""

MOST_CHANGES = 3
"""Changes that one relaxation makes, at most."""

One = TypeVar("One")


@frozen
class Found(Generic[One]):
    """What a search found. It is ``complete``, or holds all that is no larger than ``up_to``: it was cut there."""

    ways: tuple[One, ...]
    complete: bool
    up_to: int


@frozen
class Relaxation:
    """Changes of what is stated of which none can be left out, and who is eligible then, with the points."""

    changes: tuple[Stated, ...]
    brings: Mapping[str, Fraction] = field(hash=False)
    first: tuple[str, ...] = ()


@frozen
class Gap:
    """By how much a model fails one test of a rule that excludes it: what it has less what is asked.

    That is a number in the unit of the attribute, days, steps of a scale, or the members that a set lacks or has
    too many.
    """

    rule: str
    attribute: str
    operator: str
    gap: int | str | tuple[str, ...]


@frozen
class NearMiss:
    """A model that is not eligible, and the fewest requirements each of which stands in its way.

    ``gaps`` are those of its offer that the fewest rules exclude in the case as it is.
    """

    model: str
    requirements: tuple[str, ...]
    points: Fraction
    gaps: tuple[Gap, ...] = ()


class Relaxing:
    """Looks for the ways in which one case could come out otherwise. Worlds that it looked at once are remembered."""

    def __init__(self, world: World, outlooks: Outlooks | None = None) -> None:
        """Read what is stated; ``outlooks`` are those of the world, if there are any yet."""
        self._vocabulary = world.knowledge.ruleset.vocabulary
        self._outlooks = outlooks or Outlooks(world)
        self._of = cache(self._outlooks.of)
        stated = (one for one in world.profile.requirements if one.origin == "stated")
        self._stated = {one.attribute: one for one in stated if one.attribute != AS_OF.name}

    @cached_property
    def _options(self) -> list[tuple[Stated, ...]]:
        """What can be stated instead of each requirement."""
        return [tuple(self._others(one)) for one in self._stated.values()]

    def conflict_sets(self) -> Found[tuple[str, ...]]:
        """Return every set of stated requirements that alone leaves nobody eligible, while no part of it does.

        There is none where somebody is eligible with all of them.
        """
        if self._of().somebody:
            return Found((), complete=True, up_to=len(self._stated))

        mattering = [name for name in self._stated if self._outlooks.may_exclude(name)]

        def fails(kept: tuple[str, ...]) -> bool:
            dropped = [name for name in mattering if name not in kept]
            return not self._of(*(Stated(name, None) for name in dropped)).somebody

        found = _smallest([(name,) for name in mattering], len(mattering), fails)
        return evolve(found, up_to=len(self._stated)) if found.complete else found

    def relaxations(
        self, wanted: Callable[[Outlook], bool] = lambda seen: seen.somebody, among: str | None = None
    ) -> Found[Relaxation]:
        """Return every set of changes after which an outlook is as wanted, while after no part of it it is.

        As long as nothing else is wanted, that is that anybody is eligible. ``among`` names who must be for it.
        """
        candidates = self._outlooks.decision.candidates
        its = candidates.everyone if among is None else candidates.masks[among]

        def hope(way: tuple[Stated, ...], more: Sequence[Sequence[Stated]]) -> int:
            names = tuple([row[0].attribute for row in more])
            return self._outlooks.hopeful(self._of(*way), names) & its

        found = _smallest(self._options, MOST_CHANGES, lambda way: wanted(self._of(*way)), hope)
        return Found(tuple(map(self._relaxation, self._least(found.ways))), found.complete, found.up_to)

    def recorded(self) -> tuple[tuple[tuple[str, ...], ...], tuple[RelaxationRecord, ...]]:
        """Return what a trace records where nobody is eligible, which whoever checks it finds by as many decisions.

        That are the smallest sets of stated requirements that leave nobody, and the smallest without which somebody is
        eligible: all that are as small, unless there are too many cases to decide. Behind them stand the other
        relaxations, as far as a check that no part of them is enough takes no more cases.
        """
        if self._of().somebody:
            return (), ()
        names = sorted(self._stated)
        most = min(MOST_CASES, MOST_JUDGED // max(1, self._outlooks.decision.candidates.count))

        def left(dropped: Iterable[str]) -> Outlook:
            return self._of(*(Stated(name, None) for name in dropped))

        conflicts = _of_one_size(names, most, lambda kept: not left(self._stated.keys() - {*kept}).somebody)
        drops = _of_one_size(names, most, lambda dropped: left(dropped).somebody)
        relaxations = [RelaxationRecord(one, tuple(sorted(left(one).eligible))) for one in drops]
        for way in self.relaxations().ways if most >= LEAST_CASES else ():
            record, most = self._record(way), most - 2 ** len(way.changes)
            relaxations += [record] if most >= 0 and record not in relaxations else []
        return tuple(conflicts), tuple(relaxations)

    def _record(self, way: Relaxation) -> RelaxationRecord:
        restated = sorted((one.attribute, one.value) for one in way.changes if one.value is not None)
        return RelaxationRecord(
            drops=tuple(sorted(one.attribute for one in way.changes if one.value is None)),
            brings=tuple(sorted(way.brings)),
            states=tuple(RestatedRecord(name, json_value(self._vocabulary[name], value)) for name, value in restated),
        )

    def toward(self, model: str) -> tuple[Found[Relaxation], Found[Relaxation]]:
        """Return the changes after which a model is eligible, and those after which it is on the first place."""
        return (
            self.relaxations(lambda seen: model in seen.eligible, model),
            self.relaxations(lambda seen: model in seen.first, model),
        )

    def near_misses(self, count: int) -> Found[NearMiss]:
        """Return models that are not eligible, those in whose way the fewest requirements stand first."""
        eligible = self._of().eligible
        found: dict[str, NearMiss] = {}
        names, seen, size = tuple(self._stated), 0, 0
        while size < len(names) and len(found) < count and seen + comb(len(names), size + 1) <= MOST_WORLDS:
            size += 1
            for dropped in combinations(names, size):
                seen += 1
                there = self._of(*(Stated(name, None) for name in dropped))
                for model in sorted(there.eligible - eligible - found.keys()):
                    found[model] = NearMiss(model, dropped, there.points[model], tuple(self._gaps(model)))
        ordered = sorted(found.values(), key=lambda one: (len(one.requirements), -one.points, one.model))
        return Found(tuple(ordered[:count]), len(found) >= count or size == len(names), size)

    def _gaps(self, model: str) -> Iterator[Gap]:
        """Yield by how much a model fails what is required of it."""
        decision = self._outlooks.decision
        candidates, checks, facts = decision.candidates, decision.judgement.checks, decision.derivation.facts
        failing = {
            index: [check.criterion.rule for check in checks if check.excluding >> index & 1]
            for index in bits(candidates.masks[model])
        }
        index = min(failing, key=lambda one: len(failing[one]))
        for rule in failing[index]:
            for leaf in rule.effect.predicate.all_leaves() if rule.effect.wanted else ():
                value = candidates.columns[leaf.attribute.name][index]
                for test in leaf.tests if value is not None else ():
                    for asked in test.thresholds(leaf.attribute, facts):
                        gap = test.operator.gap(leaf.attribute, value, asked)
                        if gap and test.operator.truth(leaf.attribute, value, asked) is False:
                            its = tuple(gap) if isinstance(gap, list) else gap
                            yield Gap(rule.id, leaf.attribute.name, test.operator.name, its)

    def _relaxation(self, changes: tuple[Stated, ...]) -> Relaxation:
        seen = self._of(*changes)
        return Relaxation(changes, seen.points, seen.first)

    def _others(self, stated: Requirement) -> Iterator[Stated]:
        """Yield the requirement dropped, and with each other value; of a set with one member less or more."""
        name, value = stated.attribute, stated.value
        attribute = self._vocabulary[name]
        yield Stated(name, None)
        if isinstance(value, frozenset):
            for member in attribute.choice_ids:
                yield Stated(name, value ^ {member})
            return
        for other in self._outlooks.bands().answers(attribute).values:
            if other != value:
                yield Stated(name, other)

    def _least(self, ways: Sequence[tuple[Stated, ...]]) -> list[tuple[Stated, ...]]:
        """Return the ways but for those that another one moves less than, and changes all else alike.

        One moves less that changes ordered values less, each into the same direction.
        """
        moved = [[(one, self._moved(one)) for one in way] for way in ways]
        return [way for way, its in zip(ways, moved, strict=True) if not any(_moves_less(one, its) for one in moved)]

    def _moved(self, change: Stated) -> Decimal:
        """Return by how much an ordered value is changed; of what has no order nothing."""
        attribute = self._vocabulary[change.attribute]
        if attribute.type not in ORDERED or change.value is None:
            return Decimal(0)
        return EXACT.subtract(*(order(attribute, one) for one in (change.value, self._stated[change.attribute].value)))


def _moves_less(one: Sequence[tuple[Stated, Decimal]], other: Sequence[tuple[Stated, Decimal]]) -> bool:
    if one is other or len(one) != len(other):
        return False
    return all(
        this is that or (this.attribute == that.attribute and (0 < less < more or 0 > less > more))
        for (this, less), (that, more) in zip(one, other, strict=True)
    )


def _smallest(
    options: Sequence[Sequence[One]],
    most: int,
    works: Callable[[tuple[One, ...]], bool],
    hope: Callable[[tuple[One, ...], Sequence[Sequence[One]]], int] = lambda _way, _rows: -1,
) -> Found[tuple[One, ...]]:
    """Return the ways that work and hold no smaller one: at most one of each row of options, and ``most`` in all.

    With one of each of some rows beside it, a way works for those alone of whom there is ``hope``, a mask.
    """
    found: list[tuple[One, ...]] = []
    rows, looked = options, 0
    for count in range(min(most, len(options)) + 1):
        smaller = [frozenset(one) for one in found if len(one) > 1]
        level = []
        for way in _ways(rows, count, hope):
            looked += 1
            if looked > MOST_WORLDS:
                return Found(tuple(found), complete=False, up_to=count - 1)
            if not any(known <= {*way} for known in smaller) and works(way):
                level.append(way)
        found += level
        if found == [()]:
            return Found(tuple(found), complete=True, up_to=len(options))
        if count == 1:
            rows = [[one for one in row if (one,) not in level] for row in options]
    return Found(tuple(found), complete=most >= len(options), up_to=min(most, len(options)))


def _ways(
    options: Sequence[Sequence[One]], count: int, hope: Callable[[tuple[One, ...], Sequence[Sequence[One]]], int]
) -> Iterator[tuple[One, ...]]:
    """Yield the ways to take one of so many rows each, as far as there is hope for somebody.

    Rows that are shorter than the first one are asked before it.
    """

    def further(way: tuple[One, ...], rows: Sequence[Sequence[One]]) -> Iterator[tuple[One, ...]]:
        if not rows:
            yield way
        elif left & hope(way, rows):
            for one in rows[0]:
                yield from further((*way, one), rows[1:])

    for rows in combinations(filter(None, options), count):
        left = hope((), rows)
        for place, row in enumerate(rows):
            if left and len(row) < len(rows[0]):
                others = (*rows[:place], *rows[place + 1 :])
                left &= reduce(or_, (hope((one,), others) for one in row))
        yield from further((), rows)


def _of_one_size(names: Sequence[str], most: int, works: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, ...]]:
    """Return all of the smallest sets that work; none where there are more than so many to try."""
    looked = 0
    for size in range(len(names) + 1):
        looked += comb(len(names), size)
        if looked > most:
            break
        found = [one for one in combinations(names, size) if works(one)]
        if found:
            return found
    return []
