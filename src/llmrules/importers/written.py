"""Numbers and dates as files and ids write them, taken exactly or not at all."""

from __future__ import annotations

import re
from datetime import date
from decimal import Context, Decimal
from typing import TypeAlias, cast

from llmrules.language.values import LARGEST_INTEGER, Period, period

Amount: TypeAlias = int | Decimal
"""A number, exact."""

Day: TypeAlias = date | str
"""A day as a date, a month or a year as its text."""

MOST_DIGITS = 28
"""Digits of a number, before or after the point. What has more is no price."""

NOISY, EXACT, SHORT = 15, 12, 9
"""Digits: from how many on a number may carry noise, how many of them count, and how many a clean one has at most."""

YEARS = range(1990, 2100)
"""What can be the year of a model."""

_FULL_DATE = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", re.ASCII)
_SHORT_DATE = re.compile(r"-(\d\d)(\d\d)(?=-|$)")
_MONTH_YEAR = re.compile(r"-(?:0[1-9]|1[0-2])-20[2-9]\d$")


def count(value: object) -> int | None:
    """Return a whole number that is not negative, or None."""
    if isinstance(value, Decimal) and plausible(value) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER:
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


def calendar_day(value: object) -> Day | None:
    """Return a day, a month or a year, and None for what the calendar does not have."""
    found = period(value.strip()) if isinstance(value, str) else None
    if found is None or found.first.year not in YEARS:
        return None
    return found.first if found.first == found.last else found.text


def days_of(value: object) -> Period:
    """Return the days of a date that the calendar has."""
    return cast("Period", period(value))


def day_in(text: str) -> date | None:
    """Return the newest full date that an id holds, or None."""
    found = (period("-".join(parts)) for parts in _FULL_DATE.findall(text))  # eight digits may be no date
    return max((one.first for one in found if one is not None), default=None)


def is_dated(name: str) -> bool:
    """Whether an id holds a date: a full one, month and year, or four digits for year and month or month and day."""
    return (
        day_in(name) is not None
        or _MONTH_YEAR.search(name) is not None
        or any(
            ("23" <= first <= "30" and "01" <= second <= "12") or ("01" <= first <= "12" and "01" <= second <= "31")
            for first, second in _SHORT_DATE.findall(name)
        )
    )
