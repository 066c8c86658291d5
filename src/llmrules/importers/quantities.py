"""Numbers as files write them, taken exactly or not at all."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TypeAlias

Amount: TypeAlias = int | Decimal
"""A number, exact."""

LARGEST = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""

MOST_DIGITS = 28
"""Digits of a number, before or after the point. What has more is no price."""

NOISY, EXACT, SHORT = 15, 12, 9
"""Digits: from how many on a number may carry noise, how many of them count, and how many a clean one has at most."""


def count(value: object) -> int | None:
    """Return a whole number that is not negative, or None."""
    if isinstance(value, Decimal) and plausible(value) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    return None


def plausible(value: Decimal) -> bool:
    """Whether a number is short enough to be computed with exactly."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and len(value.as_tuple().digits) <= MOST_DIGITS and abs(exponent) <= MOST_DIGITS


def without_noise(value: Decimal) -> Decimal:
    """Return 0.9 for 0.8999999999999999: what a program computed with binary fractions before it wrote the file.

    That is a number of many digits which is short once it is rounded; a third, say, stays what it is.
    """
    if len(value.as_tuple().digits) < NOISY:
        return value
    rounded = Context(prec=EXACT).plus(value).normalize(Context(prec=EXACT))
    return rounded if len(rounded.as_tuple().digits) <= SHORT else value


def per_million(value: Decimal) -> Decimal:
    """Return a million times a number, exactly, whatever the precision in force."""
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + 6))
