"""Dates as files and ids write them: days, months, years."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TypeAlias

Day: TypeAlias = date | str
"""A day as a date, a month or a year as its text."""

YEARS = range(1990, 2100)
"""What can be the year of a model."""

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_FULL_DATE = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", re.ASCII)
_SHORT_DATE = re.compile(r"-(\d\d)(\d\d)(?=-|$)")
_MONTH_YEAR = re.compile(r"-(?:0[1-9]|1[0-2])-20[2-9]\d$")


def calendar_day(value: object) -> Day | None:
    """Return a day, a month or a year, and None for what the calendar does not have."""
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        full = date(int(year), int(month or 1), int(day or 1))
    except ValueError:  # there is no such day
        return None
    if full.year not in YEARS:
        return None
    return full if day else match[0]


def first_day(value: Day) -> date:
    """Return the first day of a day, a month or a year."""
    if isinstance(value, date):
        return value
    year, month = _parts(value)
    return date(year, month or 1, 1)


def last_day(value: Day) -> date:
    """Return the last day of a day, a month or a year."""
    if isinstance(value, date):
        return value
    year, month = _parts(value)
    return date(year, month or 12, monthrange(year, month or 12)[1])


def _parts(value: str) -> tuple[int, int | None]:
    year, _, month = value.partition("-")
    return int(year), int(month) if month else None


def day_in(text: str) -> date | None:
    """Return the newest full date that an id holds, or None."""
    days = []
    for match in _FULL_DATE.finditer(text):
        try:
            days.append(date(int(match[1]), int(match[2]), int(match[3])))
        except ValueError:  # eight digits that are no date
            continue
    return max(days, default=None)


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
