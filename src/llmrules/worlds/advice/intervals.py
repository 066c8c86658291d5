"""In which interval around its value in the catalogue each number leaves the first place as it is, all else alike.

Rules cut the numbers into bands. Within one, whom rules keep out stays the same, and points are lines over the place of
the number between its marks; so one value of each band says where in it the first place turns, exactly. Where a rule
has marks of its own, all marks cut as well, and the place is that between two cuts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.language.values import EXACT, Number, number
from llmrules.language.vocabulary import Attribute
from llmrules.worlds.advice.bands import compared, leaves_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from llmrules.catalog import Entry, Model
    from llmrules.language.conditions import Leaf
    from llmrules.language.operators import Truth
    from llmrules.worlds.advice.outlook import Outlooks
    from llmrules.worlds.advice.places import Place, Standing
    from llmrules.worlds.advice.supposing import Points

MOST_PLACES = 800
"""Numbers that are followed, at most: those of models with more points first."""

Line: TypeAlias = "Sequence[tuple[Fraction | int, Fraction | int]]"
"""The points of a candidate in each tier at the lowest mark, and by how much more they are at the highest one."""

End: TypeAlias = "tuple[Number | Fraction, bool] | None"
"""Where the first place turns, and whether it is still the same there; None: nowhere."""


@frozen
class NumberStays:
    """A number of a model or an offer, and between which others, all else alike, the first place stays.

    An end is None where it stays with all further ones, and a fraction where no decimal number is the place at which
    it turns.
    """

    model: str
    offer: str | None
    attribute: str
    value: Number
    low: Number | Fraction | None
    high: Number | Fraction | None
    low_included: bool = True
    high_included: bool = True


@frozen
class NumbersStay:
    """All numbers of the catalogue with an end; ``complete`` unless there are too many to look at.

    Those from which something is computed that rules of the case read, and what is computed itself, are not among them.
    """

    values: tuple[NumberStays, ...]
    complete: bool


def intervals(outlooks: Outlooks) -> NumbersStay:
    """Return which numbers of the catalogue the first place depends on, and how far each may move."""
    return _Intervals(outlooks).found()


@frozen
class _Regions:
    """The cuts of an attribute, ascending, and a value between each and the next one, below and above all of them.

    A region that no value may be in has none.
    """

    cuts: tuple[Decimal, ...]
    samples: tuple[Decimal | None, ...]


@frozen
class _Within:
    """The points of who has a number in a region; whether others are first in all of it, None where it depends.

    The marks of the attribute are those between which the points are lines.
    """

    attribute: Attribute
    lines: dict[int, Line]
    turned: bool | None


class _Intervals:
    def __init__(self, outlooks: Outlooks) -> None:
        decision, ruleset = outlooks.decision, outlooks.world.knowledge.ruleset
        self._facts, self._vocabulary = decision.derivation.facts, ruleset.vocabulary
        self._supposing = outlooks.supposing
        self._places = outlooks.places
        self._leaves: defaultdict[str, list[Leaf]] = defaultdict(list)
        classifying = (leaf for rule in ruleset.classifying() for leaf in leaves_of(rule))
        for leaf in (*self._supposing.leaves, *classifying):
            self._leaves[leaf.attribute.name].append(leaf)
        self._factors = {name for one in self._supposing.attributes for name in self._vocabulary.resting.get(one, ())}
        self._scale = decision.criteria.scale
        self._cut: dict[str, _Regions] = {}
        self._marked: dict[str, tuple[Number, ...]] = {}
        self._slopes: dict[Attribute, dict[str, tuple[Fraction | int, Fraction | int]]] = {}
        self._graded: dict[tuple[Attribute, Number], Fraction] = {}
        self._known: dict[tuple[Standing, Decimal], _Within] = {}
        self._told: dict[tuple[str, Number], Sequence[Truth]] = {}

    def found(self) -> NumbersStay:
        numbers = (name for name in self._supposing.attributes if self._vocabulary[name].type == "number")
        places = self._places.found((name for name in numbers if name not in self._factors), _is_number)
        known = ((place, value) for place, value in places.items() if isinstance(value, int | Decimal))
        found = [self._interval(place, value) for place, value in islice(known, MOST_PLACES)]
        ended = (one for one in found if one.low is not None or one.high is not None)
        return NumbersStay(tuple(ended), complete=len(places) <= MOST_PLACES)

    def _regions(self, name: str) -> _Regions:
        if name not in self._cut:
            attribute = self._vocabulary[name]
            low, high = attribute.minimum, attribute.maximum
            numbers = {*self._marks(name), *(one for one in (low, high) if one is not None)}
            against = compared(attribute, self._leaves[name], self._facts)
            numbers |= {one for one in against if isinstance(one, int | Decimal)}
            cuts = tuple(sorted(Decimal(one) for one in numbers if attribute.allows(one)))
            inner = (EXACT.divide(EXACT.add(one, other), Decimal(2)) for one, other in pairwise(cuts))
            below = None if low is not None or not cuts else EXACT.subtract(cuts[0], Decimal(1))
            above = None if high is not None or not cuts else EXACT.add(cuts[-1], Decimal(1))
            anywhere = Decimal(attribute.marks[0]) if attribute.marks else None
            self._cut[name] = _Regions(cuts, (below, *inner, above) if cuts else (anywhere,))
        return self._cut[name]

    def _marks(self, name: str) -> tuple[Number, ...]:
        """Return all marks by which rules grade an attribute, where one of them has its own."""
        if name not in self._marked:
            grades = [grade for _, grade in self._supposing.grades(name)]
            own = any(grade.attribute.marks != self._vocabulary[name].marks for grade in grades)
            self._marked[name] = (*chain.from_iterable(grade.attribute.marks for grade in grades),) if own else ()
        return self._marked[name]

    def _interval(self, place: Place, value: Number) -> NumberStays:
        standing, regions = self._places.standing(place), self._regions(place.attribute)
        low, high = (self._end(standing, regions, value, forward=forward) for forward in (False, True))
        return NumberStays(
            *(place.model, place.offer, place.attribute, value),
            low=None if low is None else low[0],
            high=None if high is None else high[0],
            low_included=low is None or low[1],
            high_included=high is None or high[1],
        )

    def _end(self, standing: Standing, regions: _Regions, value: Number, *, forward: bool) -> End:
        """Follow the regions from a number on into one direction, to where the first place turns."""
        here, cuts = value, regions.cuts
        if forward:
            samples, ends = regions.samples[bisect_right(cuts, value) :], (*cuts[bisect_right(cuts, value) :], None)
        else:
            start = bisect_left(cuts, value)
            samples, ends = regions.samples[start::-1], (*cuts[:start][::-1], None)
        for sample, beyond, cut in zip(samples, (*samples[1:], None), ends, strict=True):
            if sample is None:
                return None
            end = self._turn(standing, self._within(standing, sample), here, cut, forward=forward)
            if end is not None or cut is None:
                return end
            if self._turned_on(standing, cut, (sample, beyond)):
                return _exact(Fraction(cut)), False
            here = cut
        return None

    def _turned_on(self, standing: Standing, cut: Decimal, beside: Iterable[Decimal | None]) -> bool:
        """Whether others are first on a cut; it belongs to a region beside it where all tests come out as in there."""
        name = standing.attribute
        for sample in beside:
            if sample is not None and self._tell(name, sample) == self._tell(name, cut):
                within = self._within(standing, sample)
                if within.turned is not None:
                    return within.turned
                return self._turned(standing, within.lines, self._place_of(within.attribute, cut))
        return self._places.turned(self._places.first(standing, self._supposing.at(name, cut)))

    def _tell(self, name: str, value: Decimal) -> Sequence[Truth]:
        """Return how each test of an attribute comes out."""
        key = name, value
        if key not in self._told:
            self._told[key] = [leaf.truth(value, self._facts) for leaf in self._leaves[name]]
        return self._told[key]

    def _turn(self, standing: Standing, within: _Within, start: Number, end: Number | None, *, forward: bool) -> End:
        """Return where the first place turns in a region, from a number on with which it is as it is."""
        if within.turned is not None:
            return (_exact(Fraction(start)), True) if within.turned else None
        attribute, lines, marks = within.attribute, within.lines, within.attribute.marks
        here = before = self._place_of(attribute, start)
        there = self._place_of(attribute, end) if end is not None else Fraction(forward)
        still = here == there or not marks[0] <= start <= marks[-1]
        if still and self._turned(standing, lines, here):
            return _exact(Fraction(start)), True
        crossing = _crossing([*lines.values()], standing.most)
        between = sorted({one for one in crossing if min(here, there) < one < max(here, there)}, reverse=not forward)
        clear = end is None or not marks[0] <= end <= marks[-1]  # there it stays the same for a while before the end
        for place, reached in (*((one, True) for one in between), (there, clear)):
            inside = Fraction(before.numerator + place.numerator, before.denominator + place.denominator)
            if self._turned(standing, lines, inside):
                return _exact(_value_at(attribute, before)), True
            if reached and self._turned(standing, lines, place):
                return _exact(_value_at(attribute, place)), False
            before = place
        return None

    def _within(self, standing: Standing, sample: Decimal) -> _Within:
        key = standing, sample
        if key not in self._known:
            attribute = self._marked_at(standing.attribute, sample)
            lines = self._lines(standing, attribute, sample)
            flat = not any(rise for line in lines.values() for _, rise in line)
            stays = self._stays(standing, lines)
            turned = not stays and self._turned(standing, lines, Fraction(0)) if stays or flat else None
            self._known[key] = _Within(attribute, lines, turned)
        return self._known[key]

    def _marked_at(self, name: str, sample: Decimal) -> Attribute:
        """Return an attribute with the marks between which points are lines in the region of a sample."""
        attribute, cuts = self._vocabulary[name], self._regions(name).cuts
        if not self._marks(name):
            return attribute
        above = bisect_right(cuts, sample)
        return evolve(attribute, marks=cuts[above - 1 : above + 1] if 0 < above < len(cuts) else (sample,))

    def _lines(self, standing: Standing, attribute: Attribute, sample: Decimal) -> dict[int, Line]:
        """Return the points of who is eligible in the region of a sample, as far as they have the value."""
        supposed, slopes = self._supposing.at(standing.attribute, sample), self._slopes_of(attribute)
        found: dict[int, Line] = {}
        for index in standing.candidates:
            if supposed.eligible >> index & 1:
                lowest = self._supposing.base(standing.attribute, index).copy()
                rising: list[Fraction | int] = [0] * len(self._supposing.tiers)
                for tier, mask, given, criterion in supposed.gives:
                    if mask >> index & 1:
                        same = criterion.earned(index) if given is None else given
                        least, more = slopes.get(criterion.rule.id, (same, 0))
                        lowest[tier] += least
                        rising[tier] += more
                found[index] = [*zip(lowest, rising, strict=True)]
        return found

    def _stays(self, standing: Standing, lines: Mapping[int, Line]) -> bool:
        """Whether who has the number is nowhere first as now, or all who are first and by the first tier ahead."""
        most, now = standing.most, self._places.now
        if standing.others is now:
            return most is not None and all(line[0][0] + max(0, line[0][1]) < most[0] for line in lines.values())
        if len(now) > 1 or now != {*map(self._supposing.unit, lines)}:
            return False
        return most is None or max(line[0][0] + min(0, line[0][1]) for line in lines.values()) > most[0]

    def _turned(self, standing: Standing, lines: Mapping[int, Line], place: Fraction) -> bool:
        """Whether others are first at a place between the marks."""
        part, whole = place.numerator, place.denominator
        points = {index: tuple([its * whole + rise * part for its, rise in line]) for index, line in lines.items()}
        return self._places.turned(self._places.leading(standing, points, whole))

    def _place_of(self, attribute: Attribute, value: Number) -> Fraction:
        key = attribute, value
        if key not in self._graded:
            self._graded[key] = attribute.grade(value)
        return self._graded[key]

    def _slopes_of(self, attribute: Attribute) -> Mapping[str, tuple[Fraction | int, Fraction | int]]:
        """Return what each rule that grades by a number gives on the lowest mark, and how much more on the highest."""
        if attribute not in self._slopes:
            self._slopes[attribute] = {}
            for rule, grade in self._supposing.grades(attribute.name):
                ends = (grade.place(attribute.marks[at]) * (rule.weight or 0) * self._scale for at in (0, -1))
                low, high = (int(end) if end.denominator == 1 else end for end in ends)
                self._slopes[attribute][rule.id] = low, high - low
        return self._slopes[attribute]


def _value_at(attribute: Attribute, place: Fraction) -> Fraction:
    """Return the number at a place between the lowest mark and the highest one."""
    last = len(attribute.marks) - 1
    index = min(place.numerator * last // place.denominator, last - 1)
    low, high = (one if isinstance(one, int) else Fraction(one) for one in attribute.marks[index : index + 2])
    part = place.numerator * last - index * place.denominator
    return Fraction(low * place.denominator + part * (high - low), place.denominator)


def _is_number(_attribute: Attribute, _model: Model, entry: Entry | None) -> bool:
    return entry is not None and entry.inherited_from is None


def _crossing(lines: Sequence[Line], most: Points | None) -> Iterator[Fraction]:
    """Yield the places at which two have equal points in a tier, or one has those that others have."""
    others = [] if most is None else [[(its, 0) for its in most]]
    for one, other in combinations((*lines, *others), 2):
        for (a, s), (b, t) in zip(one, other, strict=True):
            if s != t:
                yield Fraction(b - a, s - t)


def _exact(value: Fraction) -> Number | Fraction:
    """Return a number as a decimal number where it is one."""
    if value.denominator == 1:
        return value if number(value.numerator) is None else int(value)
    digits = value.denominator
    for prime in (2, 5):
        while digits % prime == 0:
            digits //= prime
    exact = None if digits > 1 else number(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))
    return value if exact is None else exact
