"""What is computed for a case, as sums over the numbers of every profile: linear, and so exact.

A number that a profile states is a number of the formula, within the band that is stated. A product of two of them is a
number of its own: where one is a single value, it is that many times the other, and else between what the bounds of its
band make of it. So shares of tokens that lie within an open band are left open in part, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import product as combinations
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.language.conditions import Reference
from llmrules.language.values import number
from llmrules.language.vocabulary.computed import (
    BATCH_PRICES,
    BATCH_SHARE,
    CACHED_PRICE,
    CACHED_SHARE,
    LONG_SHARE,
    LONG_TOKENS,
    TIER_ABOVE,
    TIER_PRICES,
    TOKENS_AT,
    USAGE,
    USED,
)
from llmrules.prove.circuit import FALSE, TRUE, Literal
from llmrules.prove.profiles import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.catalog.candidates import Candidates
    from llmrules.language.conditions import Test
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.prove.circuit import Circuit
    from llmrules.prove.profiles import Known, Profiles

Linear: TypeAlias = Mapping[str, Fraction]
"""Numbers of a formula with their factors; what stands by itself has no name."""

Class: TypeAlias = tuple[bool, ...]
"""Of tokens whether they can wait, belong to long requests, and, of input, are cached."""

SHARES = (BATCH_SHARE, LONG_SHARE, CACHED_SHARE)


@frozen(eq=False)
class Case:
    """What a sum comes to where something holds."""

    where: Literal
    sum: Linear


@frozen(eq=False)
class Computed:
    """A sum that is known where a literal holds, by cases of which one holds always."""

    known: Literal
    cases: tuple[Case, ...]


class Sums:
    """What is computed for every profile at each candidate, where ``known`` is known at the end."""

    def __init__(self, profiles: Profiles, known: Mapping[str, Known], candidates: Candidates) -> None:
        """Write down nothing yet."""
        self._profiles, self._known, self._candidates = profiles, known, candidates
        self._circuit: Circuit = profiles.circuit
        self.numbers: dict[str, str] = {}
        self.products: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[Attribute, tuple[object, ...]], Computed | None] = {}

    def at(self, attribute: Attribute, index: int) -> Computed | None:
        """Return what an attribute comes to at a candidate; None where that is written down nowhere."""
        values = {name: column.first[index] for name, column in self._candidates.columns.items()}
        names = sorted({*self._candidates.vocabulary.resting[attribute.name]} & values.keys())
        key = (attribute, tuple(values[name] for name in names))
        if key not in self._found:
            self._found[key] = self._summed(attribute, values)
        return self._found[key]

    def knows(self, attribute: Attribute) -> Literal:
        """Return that the case knows what it takes to compute an attribute otherwise than without a case."""
        factors = {name for product in attribute.computed or () for name in product.of} - TOKENS_AT.keys()
        if factors <= self._candidates.columns.keys() - {one.name for one in self._candidates.moving}:
            return self.usage
        names = self._candidates.vocabulary.rests_on(attribute.name, "requirement")
        return self._circuit.either(*(self._known.get(name, NOTHING).known for name in names))

    def passes(self, test: Test, computed: Computed) -> Literal:
        """Return that a sum, where it is known, passes a test that compares it."""
        each = self._circuit.both, self._circuit.either
        if isinstance(test.operand, Reference):
            has = self._known.get(test.operand.requirement, NOTHING).has
            sides = [
                (its, self._stated(test.operand.requirement, value, test.operand.plus)) for value, its in has.items()
            ]
            return each[0](*(each[1](-its, self._compared(test.operator.name, computed, side)) for its, side in sides))
        listed = test.operand if isinstance(test.operand, tuple) else (test.operand,)
        sums = [self._compared(test.operator.name, computed, {"": _exact(one)}) for one in listed]
        return -each[1](*(-one for one in sums)) if test.operator.name == "none_of" else each[1](*sums)

    def _compared(self, operator: str, computed: Computed, right: Linear) -> Literal:
        either, both = self._circuit.either, self._circuit.both
        found = []
        for case in computed.cases:
            less = _less(case.sum, right)
            least, above = self._positive(less), self._positive(less, strictly=True)
            truth = {
                "at_least": least,
                "above": above,
                "at_most": -above,
                "below": -least,
                "none_of": -both(least, -above),
            }.get(operator, both(least, -above))
            found.append(both(case.where, truth))
        return either(*found)

    def _positive(self, sum_: Linear, *, strictly: bool = False) -> Literal:
        """Return that a sum is at least 0, or above it."""
        factors = [(name, factor) for name, factor in sum_.items() if name]
        return self._circuit.at_least((), -sum_.get("", Fraction(0)), factors, strictly=strictly)

    def _zero(self, sum_: Linear) -> Literal:
        return self._circuit.both(self._positive(sum_), -self._positive(sum_, strictly=True))

    # One sum

    def _summed(self, attribute: Attribute, values: Mapping[str, Value | None]) -> Computed | None:
        """Add up the products; each is known where all of its factors are, or one is 0."""
        known, cases = TRUE, [Case(TRUE, {})]
        for product in attribute.computed or ():
            ours = [
                name for name in product.of if self._scope(name) in {"model", "offer"} and not self._moves(name, values)
            ]
            rest = [name for name in product.of if name not in ours]
            stated = [values[name] for name in ours]
            times = prod((_exact(value) for value in stated if value is not None), start=Fraction(product.times))
            if not times:
                continue
            found = self._of_case(rest, values)
            if found is None:
                return None
            parts, there = found.cases, found.known
            if None in stated:
                zero = self._circuit.either(*(self._circuit.both(one.where, self._zero(one.sum)) for one in parts))
                known = self._circuit.both(known, there, zero)
                continue
            known = self._circuit.both(known, there)
            added = [
                Case(self._circuit.both(one.where, part.where), _added(one.sum, part.sum, times))
                for one, part in combinations(cases, parts)
            ]
            cases = [one for one in added if one.where != FALSE]
        return Computed(known, tuple(cases))

    def _scope(self, name: str) -> str:
        return "" if name in TOKENS_AT else self._candidates.vocabulary[name].scope

    def _moves(self, name: str, values: Mapping[str, Value | None]) -> bool:
        """Return whether an attribute of a candidate is computed from the case there."""
        return values[name] is None and any(one.name == name for one in self._candidates.moving)

    def _of_case(self, names: list[str], values: Mapping[str, Value | None]) -> Computed | None:
        """Return a product of what a case says: tokens at a price, another sum, or numbers; None for other ones."""
        vocabulary = self._candidates.vocabulary
        if not names:
            return Computed(TRUE, (Case(TRUE, {"": Fraction(1)}),))
        if len(names) == 1 and names[0] in TOKENS_AT:
            return Computed(self.usage, self._tokens(TOKENS_AT[names[0]], values))
        if len(names) == 1 and self._scope(names[0]) != "requirement":
            return self._summed(vocabulary[names[0]], values)
        if any(self._scope(name) != "requirement" or vocabulary[name].computed is not None for name in names):
            return None
        single = [self._single(name) for name in names]
        ones = [{self.number(name): Fraction(1)} for name in names]
        zero = self._circuit.either(
            *(self._circuit.both(known, self._zero(one)) for known, one in zip(single, ones, strict=True))
        )
        found = self.number(names[0])
        for name in names[1:]:
            found = self._times(found, name)
        if len(names) > 1:
            self._circuit.hold(self._circuit.either(-zero, self._zero({found: Fraction(1)})))
            self.products[found] = tuple(names)
        there = self._circuit.either(self._circuit.both(*single), zero)
        return Computed(there, (Case(TRUE, {found: Fraction(1)}),))

    def _times(self, left: str, name: str) -> str:
        """Return the number that is a number times one of the case, bounded by its bands."""
        right = self.number(name)
        found = self._circuit.number(f"{left} * {right}", None)
        for value, its in self._known[name].has.items():
            self._bounded(
                {found: Fraction(1)}, {left: Fraction(1)}, name, value, self._circuit.both(its, self._single(name))
            )
        return found

    def _bounded(self, part: Linear, whole: Linear, name: str, value: Value, where: Literal) -> None:
        """Say that a part is as much of a whole, which is not negative, as a band of a requirement says."""
        low, high = self._profiles.asked[name].between(value)
        for bound, sign in ((low, 1), (high, -1)):
            if bound is not None:
                beyond = {
                    one: sign * factor for one, factor in _less(part, {n: f * bound for n, f in whole.items()}).items()
                }
                kept = self._positive(beyond)
                if low != high and not all(self._circuit.ranges[one][0] == 0 for one in whole):
                    kept = self._circuit.either(kept, -self._positive(whole))
                self._circuit.hold(self._circuit.either(-where, kept))

    # Numbers of the case

    def _single(self, name: str) -> Literal:
        """Return that something is known of a requirement, and nothing else."""
        its = self._known.get(name, NOTHING)
        return self._circuit.both(its.known, -self._circuit.at_least(((has, 1) for has in its.has.values()), 2))

    def number(self, name: str) -> str:
        """Return the number that a requirement has where it has one alone."""
        if name not in self.numbers:
            its = self._known.get(name, NOTHING)
            asked = self._profiles.asked.get(name)
            if asked is None or its is asked.stated or its == asked.stated:
                self.numbers[name] = self._profiles.number(name)
            else:
                told = f"{name} known by {', '.join(map(str, its.has.values()))}"
                self.numbers[name] = self._circuit.number(told, None)
                for value, has in its.has.items():
                    where = self._circuit.both(has, self._single(name))
                    low, high = asked.between(value)
                    if low != high:
                        same = self._zero(_less({told: Fraction(1)}, {self._profiles.number(name): Fraction(1)}))
                        self._circuit.hold(self._circuit.either(-where, same))
                    else:
                        self._circuit.hold(
                            self._circuit.either(-where, self._zero({told: Fraction(1), "": -_exact(value)}))
                        )
        return self.numbers[name]

    def _stated(self, name: str, value: Value, plus: object) -> Linear:
        """Return what a requirement is, of which the band of a value is known, and so much more."""
        asked = self._profiles.asked.get(name)
        more = _exact(plus)
        if asked is None or asked.between(value)[0] == asked.between(value)[1]:
            return {"": _exact(value) + more}
        return {self._profiles.number(name): Fraction(1), "": more}

    # Tokens at prices

    @cached_property
    def usage(self) -> Literal:
        """That the case says how much is used in a month: both amounts, and nothing of it is in conflict."""
        several = [
            self._circuit.at_least(((one, 1) for one in self._known.get(name, NOTHING).has.values()), 2)
            for name in USAGE
        ]
        return self._circuit.both(*(self._known.get(name, NOTHING).known for name in USED), *(-one for one in several))

    @cached_property
    def classes(self) -> tuple[dict[Class, str], dict[Class, str]]:
        """The tokens of each class of input and of output: numbers that add up to what is used, as the shares say."""
        found = []
        for name, shares in zip(USED, (SHARES, SHARES[:2]), strict=True):
            total = self.number(name)
            classes = {
                one: self._circuit.number(
                    f"{total} by {', '.join(map(self.number, SHARES))}: {''.join('-+'[so] for so in one)}"
                )
                for one in combinations((False, True), repeat=len(shares))
            }
            everything = dict.fromkeys(classes.values(), Fraction(1))
            whole = self._zero(_less(everything, {total: Fraction(1)}))
            self._circuit.hold(self._circuit.either(-self.usage, whole))
            self._circuit.hold(self._circuit.either(self.usage, -self._positive(everything, strictly=True)))
            for place, share in enumerate(shares):
                for before in combinations((False, True), repeat=place):
                    inside = {one: name for one, name in classes.items() if one[:place] == before}
                    part = {name: Fraction(1) for one, name in inside.items() if one[place]}
                    self._shared(part, dict.fromkeys(inside.values(), Fraction(1)), share)
            found.append(classes)
        return found[0], found[1]

    def _shared(self, part: Linear, whole: Linear, share: str) -> None:
        its = self._known.get(share, NOTHING)
        self._circuit.hold(self._circuit.either(its.known, -self._positive(part, strictly=True)))
        for value, has in its.has.items():
            self._bounded(part, whole, share, value, self._circuit.both(has, self.usage))

    def _tokens(self, price: str, values: Mapping[str, Value | None]) -> tuple[Case, ...]:
        """Return the tokens that have a price at an offer, by whether long requests have that of its tier."""
        reaches = self._reaches_tier(values)
        waits = all(values.get(name) is not None for name in BATCH_PRICES)
        cached = values.get(CACHED_PRICE) is not None
        cases = []
        for where, long in ((reaches, True), (-reaches, False)):
            its: dict[str, Fraction] = {}
            for classes, prices in zip(self.classes, _PRICES, strict=True):
                for one, name in classes.items():
                    on = [so and can for so, can in zip(one, (waits, long, cached), strict=False)]
                    if next((named for so, named in zip(on, prices, strict=False) if so), prices[-1]) == price:
                        its[name] = Fraction(1)
            cases += [] if where == FALSE else [Case(where, its)]
        return tuple(cases)

    def _reaches_tier(self, values: Mapping[str, Value | None]) -> Literal:
        above = number(values.get(TIER_ABOVE))
        if above is None:
            return TRUE if any(values.get(name) is not None for name in TIER_PRICES) else FALSE
        long = {self.number(LONG_TOKENS): Fraction(1), "": -Fraction(above)}
        return self._circuit.either(-self._known.get(LONG_TOKENS, NOTHING).known, self._positive(long, strictly=True))

    # What it is in one case

    def left_open(self, names: set[str]) -> Iterator[str]:
        """Yield the requirements whose products with others some of these numbers are."""
        for found, factors in self.products.items():
            if found in names:
                yield from factors
        if "classes" in self.__dict__ and not names.isdisjoint([one for its in self.classes for one in its.values()]):
            yield from (share for share in SHARES if share in self._profiles.asked)


_PRICES = (
    ("batch_input_price", "tier_input_price", "cached_input_price", "input_price"),
    ("batch_output_price", "tier_output_price", "output_price"),
)
"""The price of each class of input and of output: the first whose share it belongs to, where the offer has it."""


def _added(left: Linear, right: Linear, times: Fraction) -> Linear:
    """Return a sum and so many times another one."""
    return {name: left.get(name, Fraction(0)) + times * right.get(name, Fraction(0)) for name in {**left, **right}}


def _less(left: Linear, right: Linear) -> Linear:
    return _added(left, right, Fraction(-1))


def _exact(value: object) -> Fraction:
    found = number(value)
    return Fraction(0) if found is None else Fraction(Decimal(found))
