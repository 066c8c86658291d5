"""In which interval around its value in the catalogue each number leaves the first place as it is, all else alike.

Rules and marks cut the numbers into bands. Within one, whom rules keep out stays the same and points are lines over the
number; so two values of each band say where in it the first place turns, exactly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.catalog.candidates import place_of
from llmrules.language.values import EXACT, Number, number
from llmrules.worlds.advice.bands import compared, leaves_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.catalog import Entry, Model
    from llmrules.language.vocabulary import Attribute
    from llmrules.worlds.advice.outlook import Outlooks
    from llmrules.worlds.advice.places import Place, Standing
    from llmrules.worlds.advice.supposing import Points, Supposed

MOST_PLACES = 1_000
"""Numbers that are followed, at most: those of models with more points first."""

Region: TypeAlias = tuple[Decimal, Decimal]
"""Two numbers between two cuts, or beyond the last one."""

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

    Those from which something is computed that rules of the case read are not among them.
    """

    values: tuple[NumberStays, ...]
    complete: bool


def intervals(outlooks: Outlooks) -> NumbersStay:
    """Return which numbers of the catalogue the first place depends on, and how far each may move."""
    return _Intervals(outlooks).found()


@frozen
class _Regions:
    """The cuts of an attribute, ascending, and two values between each and the next one, below and above all of them.

    A region that no value may be in has none.
    """

    cuts: tuple[Decimal, ...]
    samples: tuple[Region | None, ...]


class _Intervals:
    def __init__(self, outlooks: Outlooks) -> None:
        decision, ruleset = outlooks.decision, outlooks.world.knowledge.ruleset
        self._facts, self._vocabulary = decision.derivation.facts, ruleset.vocabulary
        self._supposing = outlooks.supposing
        self._places = outlooks.places
        classifying = (leaf for rule in ruleset.classifying() for leaf in leaves_of(rule))
        self._leaves = [*self._supposing.leaves, *classifying]
        self._factors = {name for one in self._supposing.attributes for name in self._vocabulary.resting.get(one, ())}
        self._scale = decision.criteria.scale
        self._cut: dict[str, _Regions] = {}
        self._slopes: dict[tuple[str, Region], Mapping[str, Fraction]] = {}

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
            marks = attribute.marks if self._supposing.grades(name) else ()
            numbers = {*marks, *(one for one in (low, high) if one is not None)}
            numbers |= {one for one in compared(attribute, self._leaves, self._facts) if isinstance(one, int | Decimal)}
            cuts = tuple(sorted(Decimal(one) for one in numbers if attribute.allows(one)))
            inner = (_between(one, other) for one, other in pairwise(cuts))
            below = None if low is not None or not cuts else _beside(cuts[0], -1)
            above = None if high is not None or not cuts else _beside(cuts[-1], 1)
            self._cut[name] = _Regions(cuts, (below, *inner, above) if cuts else (None,))
        return self._cut[name]

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
        here, cuts = Fraction(value), regions.cuts
        if forward:
            start = bisect_right(cuts, value)
            ahead = zip(regions.samples[start:], (*cuts[start:], None), strict=True)
        else:
            start = bisect_left(cuts, value)
            ahead = zip(regions.samples[start::-1], (*cuts[:start][::-1], None), strict=True)
        for region, cut in ahead:
            if region is None:
                return None
            there = None if cut is None else Fraction(cut)
            end = self._turn(standing, region, here, there, forward=forward)
            if end is not None or cut is None or there is None:
                return end
            if self._places.turned(self._places.first(standing, self._supposing.at(standing.attribute, cut))):
                return _exact(there), False
            here = there
        return None

    def _turn(
        self,
        standing: Standing,
        region: tuple[Decimal, Decimal],
        start: Fraction,
        end: Fraction | None,
        *,
        forward: bool,
    ) -> End:
        """Return where the first place turns in a region, from a place on at which it is as it is."""
        supposing, one = self._supposing, Fraction(region[0])
        supposed, slopes = supposing.at(standing.attribute, region[0]), self._slopes_in(standing.attribute, region)
        near = self._places.points(standing, supposed)
        rising = {number: self._rising(number, supposed, slopes) for number in near} if slopes else {}

        def at(value: Fraction) -> dict[int, Points]:
            gone = value - one
            return {
                number: tuple(here + slope * gone for here, slope in zip(points, rising[number], strict=True))
                for number, points in near.items()
            }

        if not any(map(any, rising.values())) or (end is not None and _is_apart(at(start), at(end), standing.most)):
            inside = near if end is None or not rising else at((start + end) / 2)
            return (_exact(start), True) if self._places.turned(self._places.leading(standing, inside)) else None
        origin = at(Fraction(0))
        lines = [tuple(zip(origin[number], rising[number], strict=True)) for number in origin]
        lines += [] if standing.most is None else [tuple((its, 0) for its in standing.most)]
        tiers = (tier for pair in combinations(lines, 2) for tier in zip(*pair, strict=True))
        crossing = {(b - a) / Fraction(s - t) for (a, s), (b, t) in tiers if s != t}
        between = (value for value in crossing if _is_between(start, value, end, forward=forward))
        before = start
        for value in (*sorted(between, reverse=not forward), end):
            step = Fraction(1 if forward else -1)
            middle = before + step if value is None else (before + value) / 2
            if self._places.turned(self._places.leading(standing, at(middle))):
                return _exact(before), True
            if value is None or value == end:
                return None
            if self._places.turned(self._places.leading(standing, at(value))):
                return _exact(value), False
            before = value
        return None

    def _slopes_in(self, name: str, region: Region) -> Mapping[str, Fraction]:
        """Return by how much more each rule that grades by a number gives for one more, where it gives more at all."""
        key, (one, other) = (name, region), region
        if key not in self._slopes:
            found = self._slopes[key] = {}
            for rule, grade in self._supposing.grades(name):
                rise = (place_of(grade, other) - place_of(grade, one)) * self._scale
                found |= {rule.id: rise * (rule.weight or 0) / (Fraction(other) - Fraction(one))} if rise else {}
        return self._slopes[key]

    def _rising(self, index: int, supposed: Supposed, slopes: Mapping[str, Fraction]) -> Points:
        """Return by how much more points a candidate has in each tier for one more."""
        found: list[Fraction | int] = [0] * len(self._supposing.tiers)
        for tier, mask, _, criterion in supposed.gives:
            if mask >> index & 1 and criterion.rule.id in slopes:
                found[tier] += slopes[criterion.rule.id]
        return tuple(found)


def _is_number(_attribute: Attribute, _model: Model, entry: Entry | None) -> bool:
    return entry is not None and entry.inherited_from is None


def _is_apart(here: Mapping[int, Points], there: Mapping[int, Points], most: Points | None) -> bool:
    """Whether one who moves from some points to others, of one tier, does not pass those that have the most."""
    if most is None or len(most) > 1 or len(here) > 1:
        return False
    return all((points[0] - most[0]) * (there[number][0] - most[0]) >= 0 for number, points in here.items())


def _beside(cut: Decimal, step: int) -> Region:
    """Return two numbers beyond a cut, the nearer one first."""
    return EXACT.add(cut, Decimal(step)), EXACT.add(cut, Decimal(2 * step))


def _between(low: Decimal, high: Decimal) -> Region:
    """Return two numbers between two others."""
    quarter = EXACT.divide(EXACT.subtract(high, low), Decimal(4))
    return EXACT.add(low, quarter), EXACT.subtract(high, quarter)


def _is_between(start: Fraction, value: Fraction, end: Fraction | None, *, forward: bool) -> bool:
    if forward:
        return start < value and (end is None or value < end)
    return value < start and (end is None or end < value)


def _exact(value: Fraction) -> Number | Fraction:
    """Return a number as a decimal number where it is one."""
    digits = value.denominator
    for prime in (2, 5):
        while digits % prime == 0:
            digits //= prime
    exact = None if digits > 1 else number(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))
    return value if exact is None else exact
