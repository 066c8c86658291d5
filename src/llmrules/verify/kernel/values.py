"""What a value is: the attributes that the vocabulary in ``given`` declares, and exact numbers, dates and choices."""

import calendar
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import Any, TypeAlias

from .refusal import Plain, Refusal

Value: TypeAlias = Any  # ready for comparing: (lowest, highest) of what has an order, a frozenset of members, else JSON
CHOSEN, BOUNDS = ("choice", "scale", "set"), {"minimum": -inf, "maximum": inf}


class Attribute:
    """What the vocabulary declares of an attribute; ``default`` is as in JSON. ValueError for what means nothing."""

    def __init__(self, record: Plain) -> None:
        unit, sums = record.get("unit", {}), record.get("computed", ())
        self.name, self.scope, self.type = str(record["name"]), str(record["scope"]), str(record["type"])
        self.choices = tuple(str(choice["id"]) for choice in record.get("choices", ()))
        self.order = {choice: place for place, choice in enumerate(self.choices)}
        self.computed = [(tuple(map(str, one.get("of", ()))), number(one["times"])) for one in sums]
        """The products that it is the sum of: attributes, and what they are multiplied with."""
        self.partial, self.inherited = bool(record.get("partial")), bool(record.get("inherited"))
        self.unit, self.marks = unit.get("en") or unit.get("ko") or "", marks_of(record.get("marks", ()))
        self.least, self.most = (number(record[key]) if key in record else end for key, end in BOUNDS.items())
        self.default = record.get("default")
        self.check_declared(record)
        if "default" in record:
            self.within(self.default)
            self.whole(self.default)

    def check_declared(self, record: Plain) -> None:
        """Refuse, by ValueError, a declaration that contradicts itself."""
        scope, kind = self.scope, self.type
        fits = {
            **dict.fromkeys(("unit", *BOUNDS), kind == "number"),
            "computed": kind == "number" and "default" not in record,
            "marks": kind == "number" and scope != "requirement",
            "choices": kind in CHOSEN,
            "partial": kind == "set" and scope != "requirement",
            "inherited": scope == "model",
            **dict.fromkeys(("default", "ask"), scope == "requirement"),
        }
        wrong = {
            "has a name that means something else": self.name in {"all", "any"},
            "has no choices": kind in CHOSEN and not self.choices,
            "has a choice twice": len(self.order) < len(self.choices),
            "has a minimum above its maximum": self.least > self.most,
            "is computed from nothing": "computed" in record
            and not all(times for _, times in self.computed or [((), 0)]),
        }
        wrong |= {f"has {key}, which no {kind} of the {scope} has": True for key in record if not fits.get(key, True)}
        for message in [message for message, found in wrong.items() if found]:
            raise ValueError(message)

    def value(self, raw: Plain) -> Value:
        """Return a JSON value ready for comparing. Raises ValueError for what is no value of this attribute."""
        kind, word = self.type, raw if type(raw) is str else ""
        plain = {"flag": type(raw) is bool, "choice": word in self.order, "text": bool(word)}
        if plain.get(kind):
            return raw
        if (kind == "number" and type(raw) in {int, str}) or (kind == "scale" and word in self.order):
            return (number(raw) if kind == "number" else self.order[word],) * 2
        if kind == "set" and type(raw) is list and raw == self.listed(raw):
            return frozenset(raw)
        if kind == "date":
            return days(word)
        raise ValueError(f"is no value of {self.name}, a {kind}")

    def whole(self, raw: Plain) -> Value:
        """Return a value of which a date is a whole one; in a catalogue it may be a month or a year, too."""
        value = self.value(raw)
        if self.type == "date" and value[0] != value[1]:
            raise ValueError("is not a whole date")
        return value

    def within(self, raw: Plain) -> None:
        """Refuse, by ValueError, numbers beyond what anyone may state; what is computed or concluded may be more."""
        for one in raw if isinstance(raw, list) else [raw]:
            if self.type == "number" and type(one) in {int, str} and not self.least <= number(one) <= self.most:
                raise ValueError(f"is beyond what {self.name} may be")

    def listed(self, members: Iterable[Plain]) -> list[str]:
        """Return the choices that are among the members, each once, in their declared order."""
        wanted = {member for member in members if type(member) is str and member in self.order}
        return sorted(wanted, key=self.order.__getitem__)

    def in_order(self, values: Iterable[Plain]) -> list[Plain]:
        """Return values in the order of facts: choices as declared, all else by its text."""
        return sorted(values, key=lambda one: (self.order.get(one, 0), text(one)))

    def place(self, raw: Plain, toward: str, marks: tuple[Fraction, ...]) -> Fraction:
        """Return how good a value is, from 0 to 1: mark i of n (from 0) is at i/(n-1), straight lines between."""
        at = self.value(raw)[0]
        if self.type == "scale":
            place = Fraction(at, max(len(self.choices) - 1, 1))
        else:
            below = max(bisect_right(marks, at, hi=len(marks) - 1) - 1, 0)
            low, high = marks[below], marks[below + 1]
            inside = min(max((at - low) / (high - low), Fraction(0)), Fraction(1))
            place = (below + inside) / (len(marks) - 1)
        return 1 - place if toward == "lowest" else place


def marks_of(raw: Iterable[Plain]) -> tuple[Fraction, ...]:
    """Return marks ready for comparing. Raises ValueError for those that do not ascend."""
    marks = tuple(Fraction(number(mark)) for mark in raw)
    if len(marks) == 1 or any(one >= other for one, other in pairwise(marks)):
        raise ValueError("has marks that do not ascend")
    return marks


_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,39})(\.[0-9]{0,78}[1-9])?")
_EXACT = Context(prec=200)

LONGEST = 40  # digits of a number, and places before or after its point; a longer difference is not recorded


def number(raw: Plain) -> Fraction | int:
    """Return an exact number: a JSON integer, or the shortest decimal text of one that JSON cannot hold exactly."""
    if type(raw) is int:
        return raw
    if _NUMBER.fullmatch(raw):
        exact = Fraction(raw)
        if written(exact) == raw and is_short(exact):
            return int(exact) if exact.denominator == 1 else exact
    raise ValueError("is not a number in its shortest form")


def written(exact: Fraction | int) -> int | str:
    """Return a number as JSON holds it: an integer up to 2**53 - 1 either way, else its plain decimal text."""
    if exact.denominator == 1:
        return int(exact) if -(2**53) < exact < 2**53 else str(int(exact))
    return format(_EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator)), "f")


def is_short(exact: Fraction | int) -> bool:
    """Return whether a number has no more digits than one may have."""
    size, most = max(exact, -exact), 10**LONGEST
    digits = "" if size.denominator == 1 else str(written(size)).replace(".", "").strip("0")
    return len(digits) <= LONGEST and (size == 0 or Fraction(1, most) <= size < most)


@lru_cache(4_096)
def days(raw: str) -> tuple[int, int]:
    """Return the numbers of the first and the last day of a date, a month or a year."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", raw):
        raise ValueError("is not a date")
    first, last = (date.fromisoformat(f"{raw}-{rest}"[:10]) for rest in ("01-01", "12-01"))
    days_of_month = calendar.monthrange(last.year, last.month)[1]
    return first.toordinal(), (first if len(raw) == len("2026-12-31") else last.replace(day=days_of_month)).toordinal()


def text(raw: Plain) -> str:
    """Return a JSON scalar as a word, as it stands in the id of a fact."""
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def read_at(code: str, at: str, found: Plain, *reads: Callable[[Plain], Plain]) -> Plain:
    """Read what stands at a pointer, in every way. Refuses what cannot be read; returns what the first one read."""
    try:
        first, *_ = [read(found) for read in reads]
    except ValueError as error:
        raise Refusal(code, at, str(error), found=found) from None
    return first
