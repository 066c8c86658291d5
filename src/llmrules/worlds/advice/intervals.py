"""In which interval around its value in the catalogue each number leaves the first place as it is, all else alike.

Rules and marks cut the numbers into bands. Within one, whom rules keep out stays the same and points are lines over the
number; so two values of each band say where in it the first place turns, exactly.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations, islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.catalog.costs import PRICES
from llmrules.language.values import EXACT, Number, number
from llmrules.worlds.advice.bands import compared, leaves_of
from llmrules.worlds.advice.chances import Chances
from llmrules.worlds.advice.copies import Copies, Place, Points, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from llmrules.catalog import Entry
    from llmrules.worlds.advice.outlook import Outlooks

MOST_TRIED = 500
"""Values that are tried for all numbers, at most: for those of models with more points first."""

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

    Prices in a case whose rules read what a month costs are not among them: a cost is rounded to the cent.
    """

    values: tuple[NumberStays, ...]
    complete: bool


def intervals(outlooks: Outlooks) -> NumbersStay:
    """Return which numbers of the catalogue the first place depends on, and how far each may move."""
    return _Intervals(outlooks).found()


Sample: TypeAlias = tuple[Decimal, Standing]


@frozen
class _Bands:
    """The cuts around a number, the number itself among them, and the values tried between and beyond them."""

    place: Place
    value: Number
    cuts: tuple[Decimal, ...]
    below: tuple[Decimal, ...]
    above: tuple[Decimal, ...]

    @property
    def tried(self) -> tuple[Decimal, ...]:
        """All values that are tried."""
        inner = (value for low, high in pairwise(self.cuts) for value in _between(low, high))
        return (*self.cuts, *self.below, *self.above, *inner)

    @property
    def writable(self) -> bool:
        """Whether a catalogue could state every one of these numbers."""
        return all(number(value) is not None for value in self.tried)


class _Intervals:
    def __init__(self, outlooks: Outlooks) -> None:
        knowledge = outlooks.world.knowledge
        self._outlooks, self._vocabulary = outlooks, knowledge.ruleset.vocabulary
        self._first = tuple(sorted(outlooks.decision.best))
        self._chances, self._copies = Chances(outlooks.decision), Copies(outlooks)
        classifying = (leaf for rule in knowledge.ruleset.classifying() for leaf in leaves_of(rule))
        self._leaves = [*self._chances.leaves, *classifying]
        self._costed = any(self._vocabulary[name].computed is not None for name in self._chances.attributes)
        self._known: dict[Place, Number] = {}

    def found(self) -> NumbersStay:
        places = sorted(
            self._copies.places(self._chances, self._is_number),
            key=lambda place: (-self._chances.most(place.model), place.order),
        )
        bands: list[_Bands] = []
        left = MOST_TRIED
        for place in places:
            one = self._bands(place)
            left -= len(one.tried)
            if left < 0:
                break
            bands += [one] if one.writable else []
        tries = [(one.place, exact) for one in bands for value in one.tried if (exact := number(value)) is not None]
        standing = self._copies.standing(tries)
        found = []
        for one in bands:
            seen = dict(zip(one.tried, islice(standing, len(one.tried)), strict=True))
            found.append(self._interval(one, seen))
        ended = (one for one in found if one.low is not None or one.high is not None)
        return NumbersStay(tuple(ended), complete=len(bands) == len(places))

    def _is_number(self, place: Place, entry: Entry | None) -> bool:
        value = None if entry is None or entry.inherited_from is not None else entry.value
        if self._vocabulary[place.attribute].type != "number" or not isinstance(value, int | Decimal):
            return False
        self._known[place] = value
        return not (self._costed and place.attribute in PRICES)

    def _bands(self, place: Place) -> _Bands:
        attribute, value = self._vocabulary[place.attribute], self._known[place]
        found = compared(attribute, self._leaves, self._outlooks.decision.derivation.facts)
        low, high = attribute.minimum, attribute.maximum
        ends = (one for one in (low, high) if one is not None)
        numbers = {value, *attribute.marks, *ends, *(one for one in found if isinstance(one, int | Decimal))}
        cuts = sorted(Decimal(one) for one in numbers if attribute.allows(one))
        below = () if low is not None else tuple(EXACT.subtract(cuts[0], Decimal(step)) for step in (1, 2))
        above = () if high is not None else tuple(EXACT.add(cuts[-1], Decimal(step)) for step in (1, 2))
        return _Bands(place, value, tuple(cuts), below, above)

    def _interval(self, bands: _Bands, seen: Mapping[Decimal, Standing]) -> NumberStays:
        at = bands.cuts.index(Decimal(bands.value))
        low = self._end(bands.cuts[at::-1], bands.below, seen)
        high = self._end(bands.cuts[at:], bands.above, seen)
        place = bands.place
        return NumberStays(
            *(place.model, place.offer, place.attribute, bands.value),
            low=None if low is None else low[0],
            high=None if high is None else high[0],
            low_included=low is None or low[1],
            high_included=high is None or high[1],
        )

    def _end(self, cuts: Sequence[Decimal], beyond: Sequence[Decimal], seen: Mapping[Decimal, Standing]) -> End:
        """Follow the cuts from a number on into one direction, to where the first place turns."""
        for here, there in pairwise(cuts):
            one, other = sorted(_between(here, there), key=lambda value: abs(value - here))
            end = self._turn(here, there, (one, seen[one]), (other, seen[other]))
            if end is not None:
                return end
            if seen[there].first != self._first:
                return _exact(Fraction(there)), False
        if not beyond:
            return None
        one, other = beyond
        return self._turn(cuts[-1], None, (one, seen[one]), (other, seen[other]))

    def _turn(self, here: Decimal, there: Decimal | None, one: Sample, other: Sample) -> End:
        """Return where the first place turns between two cuts, the first of which leaves it as it is."""
        start, forward = Fraction(here), one[0] > here
        distance = Fraction(other[0]) - Fraction(one[0])
        slopes = {
            number: tuple((far - near) / distance for near, far in zip(points, other[1].points[number], strict=True))
            for number, points in one[1].points.items()
        }

        def at(value: Fraction) -> dict[int, Points]:
            gone = value - Fraction(one[0])
            return {
                number: tuple(near + slope * gone for near, slope in zip(points, slopes[number], strict=True))
                for number, points in one[1].points.items()
            }

        origin = at(Fraction(0))
        lines = [tuple(zip(origin[number], slopes[number], strict=True)) for number in origin]
        lines += [] if one[1].most is None else [tuple((points, Fraction(0)) for points in one[1].most)]
        tiers = (tier for pair in combinations(lines, 2) for tier in zip(*pair, strict=True))
        crossing = {(b - a) / (s - t) for (a, s), (b, t) in tiers if s != t}
        end = None if there is None else Fraction(there)
        inside = (value for value in crossing if _is_between(start, value, end, forward=forward))
        before = start
        for value in (*sorted(inside, reverse=not forward), end):
            step = Fraction(1 if forward else -1)
            middle = before + step if value is None else (before + value) / 2
            if one[1].leading(at(middle)) != self._first:
                return _exact(before), True
            if value is None or value == end:
                return None
            if one[1].leading(at(value)) != self._first:
                return _exact(value), False
            before = value
        return None


def _between(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
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
