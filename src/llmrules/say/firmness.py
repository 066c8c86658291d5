"""How firm the first place of a decision is, in words: on one line, and line by line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import ceil, floor
from typing import TYPE_CHECKING

from llmrules.language.values import shortest
from llmrules.say.teller import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.decision.decision import Decision
    from llmrules.language.values import Number, Value
    from llmrules.say.teller import Teller
    from llmrules.worlds.advice.firmness import Firmness, ShelfLife, Stays

MOST_VALUES = 4
"""Values and models that one line tells."""

MOST_CASES = 2
"""Requirements with an end that the one line tells."""

END_DIGITS = 4
"""Digits of an end that has more than two decimal places, unless its whole part has more."""


class FirmnessTeller:
    """Tells how firm the first place of one decision is."""

    def __init__(self, decision: Decision, teller: Teller) -> None:
        """Take the decision, and what knows the names."""
        self._decision, self._teller, self._say = decision, teller, teller.say
        self._stated = {one.attribute: one.value for one in decision.profile.requirements}

    def lines(self, found: Firmness) -> Iterator[Line]:
        """Yield with which values of each requirement the first place stays, and until when."""
        yield from (line for stays in found.requirements for line in self._stays(stays))
        yield self._until(found.until)

    def in_short(self, stays: Iterable[Stays], until: ShelfLife | None) -> str:
        """Return with which values of what is stated the first place, or a tie on it, stays, and until when."""
        kind = "tied" if len(self._decision.best) > 1 else "first"
        ends = ((one.attribute, [*self._ends(one)]) for one in stays)
        either = self._say("joined-any")
        cases = [f"{self._teller.label(name)} {either.join(its)}" for name, its in ends if its][:MOST_CASES]
        said = [self._say(f"stays-{kind}-unless", cases=either.join(cases))] if cases else []
        if until is not None:
            names = self._teller.names(until.first, MOST_VALUES) or self._say("watch-nobody")
            name = "stays-until" if cases else f"stays-{kind}-until"
            said.append(self._say(name, day=until.day.isoformat(), names=names))
        return "; ".join(said) or self._say(f"stays-{kind}-lasting")

    def _ends(self, one: Stays) -> Iterator[str]:
        """Yield where the first place ends, of a stated value, upward and downward."""
        if one.high is not None:
            high, included = self._said(one, one.high, included=one.high_included)
            yield self._say("unless-passes" if included else "unless-reaches", value=high)
        if one.low is not None:
            low, included = self._said(one, one.low, included=one.low_included)
            yield self._say("unless-falls-below" if included else "unless-falls-to", value=low)

    def _stays(self, one: Stays) -> Iterator[Line]:
        """Yield the bounds of a requirement, of those that it has."""
        label, attribute = self._teller.label(one.attribute), self._teller.attributes[one.attribute]
        bounds = self._bounds(one)
        if bounds:
            yield self._line("firm-stays", label=label, bounds=bounds)
        if attribute.type not in {"flag", "choice"}:
            return
        several = len(attribute.choices) or len((False, True))
        if not one.others:
            yield self._line("firm-only", label=label)
        elif len(one.others) + 1 < several:
            values = [self._value(one.attribute, value) for value in one.others]
            yield self._line("firm-others", label=label, values=self._teller.several(values, MOST_VALUES))

    def _bounds(self, one: Stays) -> str:
        """Return between which values the first place stays."""
        low = None if one.low is None else self._said(one, one.low, included=one.low_included)
        high = None if one.high is None else self._said(one, one.high, included=one.high_included)
        return self._teller.bounds(low, high)

    def _said(self, one: Stays, end: Value, *, included: bool) -> tuple[str, bool]:
        """Return an end in words, and whether the first place stays at what is said of it.

        A long number is rounded towards the stated value, so that the first place stays at what is said.
        """
        here = self._stated[one.attribute]
        said = rounded_towards(end, here) if isinstance(here, int | Decimal) else end
        return self._value(one.attribute, said), included or said != end

    def _until(self, life: ShelfLife | None) -> Line:
        if life is None:
            return self._line("firm-lasting")
        rules = dict.fromkeys((*life.end, *life.begin, *(rule for _, its in life.excluded for rule in its)))
        values = [self._say("value-of", model=self._teller.name(model, offer), label=self._teller.label(name))
                  for model, offer, name in life.values]  # fmt: skip
        origin = f"[{', '.join((*rules, *values))}]" if rules or values else ""
        day = life.day.isoformat()
        names = self._teller.names(life.first, MOST_VALUES)
        said = self._say("firm-until", day=day, names=names) if names else self._say("firm-until-nobody", day=day)
        return Line("line", said, 2, "!", origin)

    def _value(self, attribute: str, value: Value) -> str:
        return self._teller.value(self._teller.attributes[attribute], value)

    def _line(self, sentence: str, **slots: int | str) -> Line:
        return Line("line", self._say(sentence, **slots), 2)


def rounded_towards(end: Value, here: Number) -> Value:
    """Return an end as a person says it, on the side of another number: with few digits, and more where these pass it.

    >>> print(rounded_towards(Decimal("24766.92197"), 20_000), rounded_towards(Decimal("65.00456"), 80))
    24766 65.01
    """
    if not isinstance(end, Decimal) or round(end, 2) == end:
        return end
    exact = Fraction(end)
    places = max(0, END_DIGITS - len(str(abs(int(exact)))))
    inside = floor if exact > here else ceil
    wholes = ((inside(exact * 10**more), more) for more in count(places))
    near = (one for one in wholes if min(exact, here) <= Fraction(one[0], 10 ** one[1]) <= max(exact, here))
    return shortest(Decimal("{}E-{}".format(*next(near))))
