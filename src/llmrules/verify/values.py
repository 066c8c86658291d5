"""What a value is: the attributes that the vocabulary in ``given`` declares, and exact numbers, dates and choices.

This is the checker's own copy, on purpose, and reads plain JSON.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

from llmrules.verify.report import Plain, Refusal

Value: TypeAlias = Any
"""A value ready for comparing: (lowest, highest) of what has an order, a frozenset of members, else as in JSON."""

CHOSEN = ("choice", "scale", "set")
COMPUTED = ("monthly-cost", "offer", "number")
"""The way of computing, the scope and the type of the only attribute that is computed."""


@frozen
class Attribute:
    """What the vocabulary declares of an attribute; ``default`` is as in JSON."""

    name: str
    scope: str
    type: str
    choices: tuple[str, ...] = ()
    partial: bool = False
    unit: str = ""
    minimum: Fraction | int | None = None
    maximum: Fraction | int | None = None
    marks: tuple[Fraction, ...] = ()
    inherited: bool = False
    computed: bool = False
    default: Plain = None

    @classmethod
    def of(cls, record: Plain) -> Attribute:
        """Read a declaration. Raises ValueError for one that means nothing."""
        unit, bounds = record.get("unit", {}), {key: number(record[key]) for key in BOUNDS if key in record}
        attribute = cls(
            name=record["name"],
            scope=record["scope"],
            type=record["type"],
            choices=tuple(choice["id"] for choice in record.get("choices", ())),
            partial=record.get("partial", False),
            unit=unit.get("en") or unit.get("ko") or "",
            marks=tuple(Fraction(number(mark)) for mark in record.get("marks", ())),
            inherited=record.get("inherited", False),
            computed="computed" in record,
            default=record.get("default"),
            **bounds,
        )
        _check_declared(attribute, record)
        if "default" in record:
            attribute.within(attribute.default)
            attribute.whole(attribute.default)
        return attribute

    def value(self, raw: Plain) -> Value:
        """Return a JSON value ready for comparing. Raises ValueError for what is no value of this attribute."""
        kind, word = self.type, raw if type(raw) is str else ""
        if kind == "flag" and type(raw) is bool:
            return raw
        if kind == "number" and type(raw) in {int, str}:
            exact = number(raw)
            return exact, exact
        if (kind == "choice" and word in self.choices) or (kind == "text" and word):
            return raw
        if kind == "scale" and word in self.choices:
            return (self.choices.index(word),) * 2
        if kind == "set" and type(raw) is list and raw == self.listed(raw):
            return frozenset(raw)
        if kind == "date":
            return days(word)
        message = f"is no value of {self.name}, a {kind}"
        raise ValueError(message)

    def whole(self, raw: Plain) -> Value:
        """Return a value of which a date is a whole one; in a catalogue it may be a month or a year, too."""
        value = self.value(raw)
        if self.type == "date" and value[0] != value[1]:
            message = "is not a whole date"
            raise ValueError(message)
        return value

    def within(self, raw: Plain) -> None:
        """Refuse, by ValueError, numbers beyond what anyone may state; what is computed or concluded may be more."""
        for one in raw if isinstance(raw, list) else [raw]:
            if self.type != "number" or type(one) not in {int, str}:
                return
            exact, low, high = number(one), self.minimum, self.maximum
            if (low is not None and exact < low) or (high is not None and exact > high):
                message = f"is beyond what {self.name} may be"
                raise ValueError(message)

    def listed(self, members: Iterable[Plain]) -> list[str]:
        """Return the choices that are among the members, each once, in their declared order."""
        wanted = {member for member in members if type(member) is str}
        return [choice for choice in self.choices if choice in wanted]

    def place(self, raw: Plain, toward: str) -> Fraction:
        """Return how good a value is, from 0 to 1: mark i of n (from 0) is at i/(n-1), straight lines between."""
        at = self.value(raw)[0]
        if self.type == "scale":
            place = Fraction(at, max(len(self.choices) - 1, 1))
        else:
            below = max((i for i, mark in enumerate(self.marks[:-1]) if mark <= at), default=0)
            low, high = self.marks[below], self.marks[below + 1]
            inside = min(max((at - low) / (high - low), Fraction(0)), Fraction(1))
            place = (below + inside) / (len(self.marks) - 1)
        return 1 - place if toward == "lowest" else place


BOUNDS = ("minimum", "maximum")

OF_NUMBERS = ("unit", *BOUNDS, "marks")
"""What of a declaration goes with numbers alone."""


def _check_declared(attribute: Attribute, record: Plain) -> None:
    """Refuse, by ValueError, a declaration that contradicts itself."""
    scope, kind, marks = attribute.scope, attribute.type, attribute.marks
    low, high = attribute.minimum, attribute.maximum
    fits = {
        **dict.fromkeys(OF_NUMBERS, kind == "number"),
        "choices": kind in CHOSEN,
        "partial": kind == "set" and scope != "requirement",
        "inherited": scope == "model",
        "default": scope == "requirement",
    }
    wrong = {
        "has a name that means something else": attribute.name in {"all", "any"},
        "has marks that do not ascend": len(marks) == 1 or any(one >= other for one, other in pairwise(marks)),
        "has a minimum above its maximum": low is not None and high is not None and low > high,
        "is computed, and nothing but the monthly cost of an offer is": (
            attribute.computed and (record["computed"], scope, kind) != COMPUTED
        ),
    }
    wrong |= {f"has {key}, which no {kind} of the {scope} has": key in record for key, fit in fits.items() if not fit}
    for message, found in wrong.items():
        if found:
            raise ValueError(message)


_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,39})(\.[0-9]{0,78}[1-9])?")
_EXACT = Context(prec=200)


def number(raw: Plain) -> Fraction | int:
    """Return an exact number: a JSON integer, or the shortest decimal text of one that JSON cannot hold exactly."""
    if type(raw) is int:
        return raw
    if _NUMBER.fullmatch(raw):
        exact = Fraction(raw)
        if written(exact) == raw:
            return int(exact) if exact.denominator == 1 else exact
    message = "is not a number in its shortest form"
    raise ValueError(message)


def written(exact: Fraction | int) -> int | str:
    """Return a number as JSON holds it: an integer up to 2**53 - 1 either way, else its plain decimal text."""
    if exact.denominator == 1:
        return int(exact) if -(2**53) < exact < 2**53 else str(int(exact))
    return format(_EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator)), "f")


def days(raw: str) -> tuple[int, int]:
    """Return the numbers of the first and the last day of a date, a month or a year."""
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", raw)
    if match is None:
        message = "is not a date"
        raise ValueError(message)
    year, month, day = int(match[1]), match[2], match[3]
    first = date(year, int(month or 1), int(day or 1))
    last_month = int(month or 12)
    last = date(year, last_month, int(day or calendar.monthrange(year, last_month)[1]))
    return first.toordinal(), last.toordinal()


def text(raw: Plain) -> str:
    """Return a JSON scalar as a word, as it stands in the id of a fact."""
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


LONGEST = 40
"""Digits that a number may have, and places before or after the point; a longer difference is not recorded."""


def is_short(exact: Fraction | int) -> bool:
    """Return whether a number has no more digits than one may have."""
    size, most = abs(Fraction(exact)), 10**LONGEST
    digits = str(written(size)).replace(".", "").strip("0")
    return len(digits) <= LONGEST and (size == 0 or Fraction(1, most) <= size < most)


def read_at(at: str, found: Plain, read: Callable[..., Plain], *given: Plain) -> Plain:
    """Read what stands at a pointer, or what is ``given`` in its place. Refuses what cannot be read."""
    try:
        return read(*given or (found,))
    except ValueError as error:
        raise Refusal(at, str(error), found=found) from None
