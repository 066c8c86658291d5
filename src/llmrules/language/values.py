"""The values that attributes have: how they are read strictly, ordered exactly, and written as JSON.

Nothing is coerced: ``"no"`` is not a flag and ``"200"`` is not a number. Fractions are decimals, never binary
floats. A date of a catalogue may be a whole month or year: a period.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from fractions import Fraction

    from llmrules.reading.cursor import Cursor

Number: TypeAlias = int | Decimal

LARGEST_INTEGER = 2**53 - 1
"""Integers up to this size are JSON numbers; every other number is written as a string (RFC 8785, I-JSON)."""

MOST_DIGITS = 40
"""Digits before and after the point that a number may have."""


EXACT = Context(prec=4 * MOST_DIGITS)
"""Adds and subtracts any two numbers without rounding."""


PERIODS = 'a date such as 2026-03-01, or in quotes a month "2026-03" or a year "2026"'
"""What ``period`` reads, in words."""


@frozen
class Period:
    """A day, a month or a year: every day from ``first`` to ``last``."""

    first: date
    last: date
    text: str = field(eq=False)

    def __str__(self) -> str:
        """Return the period as it was written: ``2025``, ``2025-08`` or ``2025-08-07``."""
        return self.text


Value: TypeAlias = bool | str | int | Decimal | Period | frozenset[str]
Json: TypeAlias = bool | str | int | list[str]


def number(value: object) -> Number | None:
    """Return an exact number without trailing zeros, or None for what is none (texts, flags, NaN, infinities)."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**MOST_DIGITS else None
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    return shortest(exact) if exact.is_finite() and _is_short(exact) else None


def _is_short(exact: Decimal) -> bool:
    """Return whether a finite decimal has no more digits than a number may have."""
    digits = str(exact.copy_abs()).split("E")[0].replace(".", "").strip("0")
    return exact.is_zero() or (-MOST_DIGITS <= exact.adjusted() < MOST_DIGITS and len(digits) <= MOST_DIGITS)


def shortest(exact: Decimal) -> Number:
    """Return a finite decimal without an exponent and trailing zeros, as an integer where it is one.

    Equal numbers are so written in one way only.
    """
    if exact.is_zero():
        return 0
    return int(exact) if exact == exact.to_integral_value() else Decimal(format(exact, "f").rstrip("0"))


def day(value: object) -> Period | None:
    """Return a full date, from a date or its ISO text, or None."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return Period(value, value, value.isoformat())
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            exact = date.fromisoformat(value)
        except ValueError:
            return None
        return Period(exact, exact, value)
    return None


def read_day(cursor: Cursor) -> Period | None:
    """Read a full date."""
    found = day(cursor.value)
    if found is None:
        cursor.wrong_type("a date such as 2026-12-31")
    return found


TODAY = "today"


def read_as_of(cursor: Cursor) -> Period | None:
    """Read the day on which a catalogue is decided: a full date, or None for ``today``, whichever day that is."""
    return None if cursor.value == TODAY else read_day(cursor)


def period(value: object) -> Period | None:
    """Return a full date, or the month ``"2025-08"`` or year ``"2025"``, or None."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{4})(?:-(\d{2}))?", value, re.ASCII)):
        year, month = int(match[1]), int(match[2] or 0)
        if year < 1 or month > 12 or match[2] == "00":  # noqa: PLR2004 - the months of a year
            return None
        first, last = month or 1, month or 12
        return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]), value)
    return day(value)


def encode_number(value: Number) -> int | str:
    """Return a number as JSON holds it exactly: an integer of I-JSON's range, else its plain decimal text."""
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return value
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def encode_fraction(value: Fraction) -> str:
    """Return points as text: an integer, or a fraction in lowest terms such as ``11/4``."""
    return str(value)


def as_text(value: Value) -> str:
    """Return a value as a trace writes it, which orders the values of an attribute: never in scientific notation."""
    return str(encode(value))


def encode(value: Value, order: tuple[str, ...] = ()) -> Json:
    """Return a value as JSON; the members of a set stand in the order of its choices."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return encode_number(value)
    if isinstance(value, Period):
        return value.text
    return sorted(value, key=lambda member: (order.index(member) if member in order else len(order), member))
