"""Spans of a number, and sums over two numbers less what they are compared with: where they are 0, and of one sign."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import floor
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.language.values import Value
from llmrules.language.vocabulary.computed import decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

Form: TypeAlias = tuple[Fraction, Fraction, Fraction, Fraction]
"""A sum less what it is compared with: c + a * across + d * down + both * across * down."""

SAMPLES: tuple[int, ...] = (1, 2, 3)
"""Where what is computed is looked at: two numbers give a line, and a third one says that it is one."""

STEP = 100
"""Parts of a unit within which a place lies that is no decimal number."""


@frozen
class Span:
    """A value, which stands for what is between two numbers where it is ``wide``: without end where one is None."""

    value: Value | None
    low: Fraction | None = None
    high: Fraction | None = None
    wide: bool = False

    def holds(self, place: Fraction) -> bool:
        """Return whether a number is between the two, or it."""
        if not self.wide:
            return self.low == place
        return (self.low is None or self.low < place) and (self.high is None or place < self.high)

    def meets(self, other: Span) -> bool:
        """Return whether a span and another one, or a value, have a number in common."""
        if not other.wide:
            return other.low is not None and self.holds(other.low)
        lows = [one for one in (self.low, other.low) if one is not None]
        highs = [one for one in (self.high, other.high) if one is not None]
        return not lows or not highs or max(lows) < min(highs)


def form_of(values: tuple[Fraction | None, ...], across: bool, down: bool) -> Form | None:  # noqa: FBT001 - as the axes
    """Return the form that has some values at the samples of what is wide, in their order; None where there is none."""
    known = [one for one in values if one is not None]
    if len(known) < len(values):
        return None
    width = len(SAMPLES) if down else 1
    rows = [known[place : place + width] for place in range(0, len(known), width)]
    first, zero = rows[0][0], Fraction(0)
    more = rows[1][0] - first if across else zero
    down_more = rows[0][1] - first if down else zero
    both = rows[1][1] - rows[1][0] - down_more if across and down else zero
    a, d = (more - both if across else zero), (down_more - both if down else zero)
    form = first - a * across - d * down - both, a, d, both
    told = (
        _at(form, Fraction(x), Fraction(y)) for x in (SAMPLES if across else (0,)) for y in (SAMPLES if down else (0,))
    )
    return form if [*told] == known else None


def _at(form: Form, across: Fraction, down: Fraction) -> Fraction:
    return form[0] + form[1] * across + form[2] * down + form[3] * across * down


def zero_of(form: Form, side: int, at: Fraction) -> Fraction | None:
    """Return where a form is 0 along one requirement, for a number of the other one; None where nowhere, or all."""
    slope = form[1 + side] + form[3] * at
    return -(form[0] + form[2 - side] * at) / slope if slope else None


def has_one_sign(form: Form, across: Span, down: Span) -> bool:
    """Return whether a form is above 0, below 0 or 0 in the whole of a cell, as it is at its corners or beyond."""
    signs = set()
    for (one, x), (other, y) in product(_corners(across), _corners(down)):
        value = form[0] * one * other + form[1] * x * other + form[2] * one * y + form[3] * x * y
        signs.add((value > 0) - (value < 0))
    return not {1, -1} <= signs


def _corners(span: Span) -> list[tuple[int, Fraction]]:
    """Return the ends of a span; of one without end the direction, of which only the slope counts."""
    if not span.wide:
        return [(1, exact(span.value) if isinstance(span.value, int | Decimal) else Fraction(0))]
    found = [(1, one) for one in (span.low, span.high) if one is not None] or [(1, Fraction(0))]
    return [*found, *((0, Fraction(way)) for one, way in ((span.low, -1), (span.high, 1)) if one is None)]


def decimals_beside(place: Fraction) -> Iterable[Fraction]:
    """Return a place, or the two beside it where it is no decimal number."""
    if decimal(place) is not None:
        return (place,)
    return Fraction(floor(place * STEP), STEP), Fraction(floor(place * STEP) + 1, STEP)


def span_between(low: Fraction | None, high: Fraction | None) -> Span:
    """Return all between two numbers, with one that stands for it."""
    if low is None or high is None:
        value = Fraction(0) if low == high else (low + 1 if low is not None else (high or 0) - 1)
    else:
        value = (low + high) / 2
    return Span(decimal(Fraction(value)), low, high, wide=True)


def less(value: Value | None, target: Value) -> Fraction | None:
    """Return how much more a number is than another; None where one of them is none."""
    return (
        exact(value) - exact(target) if isinstance(value, int | Decimal) and isinstance(target, int | Decimal) else None
    )


def exact(value: Value | None) -> Fraction:
    """Return a number as a fraction."""
    assert isinstance(value, int | Decimal)  # noqa: S101 - as the callers see
    return Fraction(value)
