"""What every profile can state: of each requirement nothing, or one of finitely many bands of values.

Within a band every test of the rules comes out the same, so what holds of one value of it holds of all. Of a set each
member is stated or not. The date of the decision is no part of it: every answer is about one day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, field, frozen

from llmrules.language.profile import Profile, Requirement
from llmrules.language.values import Number, Period, Value, as_text, number
from llmrules.language.vocabulary import AS_OF, Attribute
from llmrules.prove.circuit import FALSE, TRUE, Circuit, Literal
from llmrules.worlds.advice.bands import Answers, Bands, order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Table


@frozen
class Known:
    """Of one requirement: that anything is known of it, and of each band or member that it has that."""

    known: Literal
    has: Mapping[Value, Literal]


@frozen(eq=False)
class Asked:
    """One requirement with the values that stand for its bands, and of each the literal that it is stated."""

    attribute: Attribute
    answers: Answers
    stated: Known
    number: str
    """Of a number the name that it has in formulas."""

    def band(self, value: Value) -> Value:
        """Return the value that stands for the band of a value."""
        values = self.answers.values
        if value in values or self.attribute.choices or self.attribute.type == "flag":
            return value
        if self.attribute.type == "text":
            return values[-1]  # the one that is none of those named
        places = [order(self.attribute, one) for one in values]
        place = bisect_left(places, order(self.attribute, value))
        if self.attribute.type == "date":
            return values[max(0, place - 1)]
        beside = (place - 1, place) if 0 < place < len(values) else (min(place, len(values) - 1),)
        return next((values[one] for one in beside if values[one] not in self.answers.cuts), values[beside[0]])

    def between(self, value: Value) -> tuple[Fraction | None, Fraction | None]:
        """Return the numbers between which those of the band of a value are: both alike where it is one number."""
        begin, end = self._ends(value)
        return (None if begin is None else begin[0]), (None if end is None else end[0])

    def _ends(self, value: Value) -> tuple[tuple[Fraction, bool] | None, tuple[Fraction, bool] | None]:
        """Return where a band of numbers begins and ends, and whether that is outside of it."""
        exact = [Fraction(order(self.attribute, one)) for one in self.answers.values]
        here, low, high = Fraction(order(self.attribute, value)), self.attribute.minimum, self.attribute.maximum
        if value in self.answers.cuts or value not in self.answers.values:
            return (here, False), (here, False)
        place, last = self.answers.values.index(value), len(exact) - 1
        begin = None if low is None else (Fraction(low), False)
        end = None if high is None else (Fraction(high), False)
        if place > 0:
            before = self.answers.values[place - 1] in self.answers.cuts
            begin = (exact[place - 1], True) if before else (here, False)
        return begin, (end if place == last else (exact[place + 1], True))

    def held(self, circuit: Circuit) -> Iterator[Literal]:
        """Yield that the number which is stated lies in the band that is stated."""
        number = {self.number: Fraction(1)}
        for value, has in self.stated.has.items():
            for bound, sign in zip(self._ends(value), (1, -1), strict=True):
                if bound is not None:
                    inside = [(name, sign * factor) for name, factor in number.items()]
                    yield circuit.either(-has, circuit.at_least((), sign * bound[0], inside, strictly=bound[1]))

    def span(self, value: Value) -> tuple[Place, Place]:
        """Return the least and the greatest number or day in the band that a value stands for."""
        at, values = order(self.attribute, value), self.answers.values
        if self.attribute.type == "date":
            days = [int(order(self.attribute, one)) for one in values]
            place = bisect_left(days, at)
            last = days[place + 1] - 1 if place + 1 < len(days) else date.max.toordinal()
            return (Decimal(date.min.toordinal()) if place == 0 else at, 0), (Decimal(last), 0)
        cuts = sorted(order(self.attribute, one) for one in self.answers.cuts)
        if at in cuts:
            return (at, 0), (at, 0)
        place = bisect_left(cuts, at)
        low, high = [Decimal("-Infinity"), *cuts][place], [*cuts, Decimal("Infinity")][place]
        return (low, 1), (high, -1)


Place: TypeAlias = tuple[Decimal, int]
"""Where a number or day stands: itself (0), or just below (-1) or above it (1)."""


@frozen(eq=False)
class Profiles:
    """Every profile that some rules, each set of them over a catalogue on a day, can be asked."""

    circuit: Circuit
    asked: Mapping[str, Asked]
    inexact: tuple[str, ...] = field(default=())
    """Texts that some rule tests by their form: those that no rule names are one band, whatever their form."""

    @classmethod
    def of(cls, circuit: Circuit, sides: Sequence[tuple[Knowledge, date]], tables: Iterable[Table] = ()) -> Profiles:
        """Return the profiles that all sides can be asked; ``tables`` are further tests that cut bands."""
        bands = Bands(*sides[0], sides[1:], tables)
        asked: dict[str, Asked] = {}
        inexact: list[str] = []
        for attribute in _shared([knowledge for knowledge, _ in sides]):
            answers = bands.answers(attribute)
            stated = _stated(circuit, attribute, answers)
            asked[attribute.name] = Asked(attribute, answers, stated, attribute.name)
            for one in _single(circuit, attribute, stated):
                circuit.hold(one)
            if attribute.type == "text" and not answers.exact:
                inexact.append(attribute.name)
        return cls(circuit, asked, tuple(inexact))

    def inputs(self, profile: Profile) -> dict[str, bool]:
        """Return what a profile states, as inputs of the circuit."""
        found = {}
        for requirement in profile.requirements:
            if requirement.attribute != AS_OF.name:
                asked, value = self.asked[requirement.attribute], requirement.value
                found[requirement.attribute] = True
                members = value if isinstance(value, frozenset) else {asked.band(value)}
                found |= {_name(requirement.attribute, member): True for member in members}
        return found

    def profile(self, inputs: Mapping[str, bool], when: date, numbers: Mapping[str, Fraction] | None = None) -> Profile:
        """Return the profile of these inputs and numbers, on a day; what a default says is not stated."""
        day = Period(when, when, when.isoformat())
        found = [Requirement(AS_OF.name, day, "stated")]
        for name, asked in self.asked.items():
            values = [value for value in asked.stated.has if inputs.get(_name(name, value), False)]
            value: Value | None = next(iter(values), None)
            if asked.attribute.many:
                known = inputs.get(name, False) or asked.attribute.default is not None
                value = frozenset(map(str, values)) if known else None
            exact = (numbers or {}).get(asked.number)
            if exact is not None and isinstance(value, int | Decimal) and value not in asked.answers.cuts:
                value = _shortest(exact)
            if value is not None:
                assumed = asked.attribute.default is not None and asked.band(asked.attribute.default) == value
                found.append(Requirement(name, value, "assumed" if assumed else "stated"))
        return Profile(tuple(sorted(found, key=lambda one: one.attribute)))

    def number(self, name: str) -> str:
        """Return the number that is stated of a requirement, which lies in the band that is stated."""
        asked = self.asked.get(name)
        if asked is None:
            return self.circuit.number(name, None)
        if asked.number not in self.circuit.ranges:
            self.circuit.number(asked.number, None)
            for literal in asked.held(self.circuit):
                self.circuit.hold(literal)
        return asked.number

    def size(self) -> Iterator[tuple[Literal, int]]:
        """Yield what makes a profile larger: each requirement that it states, and each member of a set."""
        for asked in self.asked.values():
            default = asked.attribute.default
            if default is None:
                yield asked.stated.known, 1
            if asked.attribute.many:
                given = default if isinstance(default, frozenset) else frozenset()
                yield from ((-has if member in given else has, 1) for member, has in asked.stated.has.items())
            elif default is not None:
                yield -asked.stated.has[asked.band(default)], 1


def _shortest(exact: Fraction) -> Number | None:
    """Return a number as a decimal one; one that would never end is cut."""
    return number(Decimal(exact.numerator) / Decimal(exact.denominator))


def _shared(sides: Sequence[Knowledge]) -> Iterator[Attribute]:
    """Yield the requirements that all sides declare alike, with the choices that all have."""
    first, others = sides[0].ruleset.vocabulary, [one.ruleset.vocabulary for one in sides[1:]]
    for name in first.names("requirement"):
        its = [one.attributes.get(name) for one in others]
        attribute = first[name]
        if name == AS_OF.name or not all(one is not None and one.type == attribute.type for one in its):
            continue
        common = set(attribute.choice_ids).intersection(*(one.choice_ids for one in its if one is not None))
        yield evolve(attribute, choices=tuple(one for one in attribute.choices if one.id in common))


def _stated(circuit: Circuit, attribute: Attribute, answers: Answers) -> Known:
    has: dict[Value, Literal] = {
        value: circuit.input(_name(attribute.name, value))
        for value in (attribute.choice_ids if attribute.many else answers.values)
    }
    if attribute.default is not None:
        return Known(TRUE, has)
    return Known(circuit.input(attribute.name) if attribute.many else circuit.either(*has.values()), has)


def _single(circuit: Circuit, attribute: Attribute, stated: Known) -> Iterator[Literal]:
    """Yield what must hold of what is stated: one value at most, and no member of a set that is not stated."""
    literals = tuple(stated.has.values())
    if attribute.many:
        yield from (circuit.either(stated.known, -one) for one in literals)
        return
    yield -circuit.at_least(((one, 1) for one in literals), 2)
    if stated.known == TRUE:
        yield circuit.either(*literals)


def _name(attribute: str, value: Value) -> str:
    return f"{attribute} = {as_text(value)}"


NOTHING = Known(FALSE, {})
"""What is known of a requirement that nobody states or concludes."""
