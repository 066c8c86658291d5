"""Numbers that are computed from others: sums of products of attributes and decimal constants, exact.

What is no arithmetic is a choice, and stands in a product as one more factor: *tokens at* a price are the tokens of the
case that have that price at an offer (see ``tokens_at``). A product with a factor that is 0 is 0, whatever its other
factors are; else one that is not known leaves the sum unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from graphlib import TopologicalSorter
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.language.values import Number, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from llmrules.language.values import Value
    from llmrules.language.vocabulary.attribute import Attribute, Scope
    from llmrules.reading.cursor import Cursor

    Facts: TypeAlias = Mapping[str, frozenset[Value]]

USED = ("monthly_input_tokens", "monthly_output_tokens")
LONG_SHARE, LONG_TOKENS = "long_request_share", "long_request_tokens"
CACHED_SHARE, BATCH_SHARE = "cached_input_share", "batch_share"
USAGE = (*USED, LONG_SHARE, LONG_TOKENS, CACHED_SHARE, BATCH_SHARE)
"""The requirements by which it is chosen how many tokens have which price."""

TIER_ABOVE = "tier_above"
BASE_PRICES = ("input_price", "output_price")
TIER_PRICES = ("tier_input_price", "tier_output_price")
CACHED_PRICE = "cached_input_price"
BATCH_PRICES = ("batch_input_price", "batch_output_price")
CHARGED = (*BASE_PRICES, CACHED_PRICE, *TIER_PRICES, *BATCH_PRICES)
"""The prices of an offer that tokens can have."""
PRICES = (*CHARGED, TIER_ABOVE)
"""The attributes of an offer by which it is chosen how many tokens have which price."""

TOKENS_AT = {f"tokens at {price}": price for price in CHARGED}
"""The factors that are a choice, each with the price that it counts tokens of."""
UNIT_OF_TOKENS = "tokens per month"


@frozen(cache_hash=True)
class Product:
    """Attributes, and tokens at prices, multiplied with each other and with the product of all constants."""

    times: Number
    of: tuple[str, ...] = ()


@frozen(cache_hash=True)
class Term:
    """One product that is not 0, with the numbers that it was made of."""

    of: tuple[tuple[str, Number], ...]
    value: Fraction


@frozen(cache_hash=True)
class Sum:
    """A computed number, and the products that it adds up from."""

    value: Number
    terms: tuple[Term, ...]


def added(products: Iterable[Product], values: Mapping[str, Number | None]) -> Sum | None:
    """Return the sum; None where a number that it needs is not known, or where it has more digits than one may have."""
    terms = []
    for product in products:
        if any(values.get(name) == 0 for name in product.of):
            continue
        of = tuple((name, found) for name in product.of if (found := values.get(name)) is not None)
        if len(of) < len(product.of):
            return None
        terms.append(Term(of, prod((Fraction(found) for _, found in of), start=Fraction(product.times))))
    value = decimal(sum((term.value for term in terms), Fraction(0)))
    return None if value is None else Sum(value, tuple(terms))


def sums(attributes: Iterable[Attribute], stated: Mapping[str, Value | None], facts: Facts) -> dict[str, Sum]:
    """Return what attributes, each after those it needs, come to where they are not stated."""
    found: dict[str, Sum] = {}
    values = {name: exact for name, value in stated.items() if (exact := number(value)) is not None}
    values |= known_numbers(facts, facts)
    for one in attributes:
        if stated.get(one.name) is None and one.name not in values:
            total = added(one.computed or (), {**values, **counted(one, facts, stated)})
            if total is not None:
                found[one.name], values[one.name] = total, total.value
    return found


def lacking(products: Iterable[Product], values: Mapping[str, Number | None]) -> tuple[str, ...]:
    """Return the factors for want of which a sum is unknown, in their order."""
    undecided = (product.of for product in products if all(values.get(name) != 0 for name in product.of))
    return tuple(dict.fromkeys(name for of in undecided for name in of if values.get(name) is None))


def known_numbers(facts: Facts, names: Iterable[str]) -> dict[str, Number]:
    """Return the numbers that a case knows of some requirements, each without a conflict."""
    single = {name: number(next(iter(facts[name]))) for name in names if len(facts.get(name, ())) == 1}
    return {name: found for name, found in single.items() if found is not None}


def decimal(exact: Fraction) -> Number | None:
    """Return a fraction as the decimal number that it is; None where it has more digits than one may have."""
    places = exact.denominator.bit_length()
    whole, rest = divmod(exact.numerator * 10**places, exact.denominator)
    return None if rest else number(Decimal(f"{whole}E-{places}"))


def counted(attribute: Attribute, facts: Facts, prices: Mapping[str, Value | None]) -> dict[str, Number | None]:
    """Return how many tokens have each price where an attribute counts them, and else nothing."""
    return tokens_at(facts, prices) if attribute.counts_tokens else {}


def tokens_at(facts: Facts, prices: Mapping[str, Value | None]) -> dict[str, Number | None]:
    """Return how many tokens of a month have each price at an offer with these prices, exact.

    The prices of batches count for the share of the tokens that can wait, the price tier for long requests for the
    share of the rest that belongs to them, and the price of cached input for the share of all other input that is
    repeated. Two things are assumed. An offer of which nothing of a tier, of batches or of cached input is stated has
    none, as is so of most: what would have that price has the ordinary one there. And where a tier has prices but no
    known limit, every long request is above it. Nothing is known where the case does not state both amounts, or
    something of them is in conflict.
    """
    return tokens_of(facts, charged(facts, prices))


def charged(facts: Facts, prices: Mapping[str, Value | None]) -> tuple[bool, bool, bool]:
    """Return whether an offer has prices of its own for long requests, for cached input and for batches."""
    long = known_numbers(facts, (LONG_TOKENS,)).get(LONG_TOKENS)
    batches = all(prices.get(name) is not None for name in BATCH_PRICES)
    return _reaches_tier(prices, long), prices.get(CACHED_PRICE) is not None, batches


def tokens_of(facts: Facts, own_prices: tuple[bool, bool, bool]) -> dict[str, Number | None]:
    """Return how many tokens have each price at all offers that have prices of their own for the same of them."""
    case = known_numbers(facts, USAGE)
    if not case.keys() >= {*USED} or any(len(facts.get(name, ())) > 1 for name in USAGE):
        return {}
    shares = (LONG_SHARE, CACHED_SHARE, BATCH_SHARE)
    long, cached, batch = (Fraction(case.get(name) or 0) * own for name, own in zip(shares, own_prices, strict=True))
    read, written = (Fraction(case[name]) for name in USED)
    alone = (1 - batch) * (1 - long)
    amounts = (read * alone * (1 - cached), written * alone, read * alone * cached)
    others = (*(each * (1 - batch) * long for each in (read, written)), read * batch, written * batch)
    return {name: decimal(amount) for name, amount in zip(TOKENS_AT, (*amounts, *others), strict=True)}


def idle(products: Iterable[Product], facts: Facts) -> frozenset[str]:
    """Return the prices on which a sum does not depend in a case: no tokens have them, whatever an offer charges."""
    counts = tokens_of(facts, (True, True, True))
    least = {name for name, amount in counts.items() if amount == 0}
    unused = {TOKENS_AT[name] for name in least}
    unused |= {TIER_ABOVE} if unused.issuperset(TIER_PRICES) else set()
    return frozenset(unused).difference(*(product.of for product in products if least.isdisjoint(product.of)))


def _reaches_tier(prices: Mapping[str, Value | None], long: Number | None) -> bool:
    """Return whether long requests cost the tier's prices: there is a tier, and they are not known to be below it."""
    above = number(prices.get(TIER_ABOVE))
    if above is None:
        return any(prices.get(name) is not None for name in TIER_PRICES)
    return long is None or long > above


FROM: Mapping[Scope, tuple[Scope, ...]] = {
    "requirement": ("requirement",),
    "model": ("requirement", "model"),
    "offer": ("requirement", "model", "offer"),
}
"""Of which scopes the numbers may be that one of each scope is computed from."""


def factors_of(attribute: Attribute) -> set[str]:
    """Return the attributes that one is computed from directly, those of a choice included."""
    names = {name for product in attribute.computed or () for name in product.of}
    return (names - TOKENS_AT.keys()) | ({*USAGE, *PRICES} if names & TOKENS_AT.keys() else set())


def check_factors(attributes: Mapping[str, Attribute]) -> None:
    """Refuse attributes that are computed from what is no number that may stand there. Raises ValueError."""
    for one in attributes.values():
        if one.computed is not None and not (one.computed and all(product.times for product in one.computed)):
            message = f"{one.name} is computed from nothing"
            raise ValueError(message)
        for name in {name for product in one.computed or () for name in product.of}:
            known = attributes.get(name)
            choice = name in TOKENS_AT and one.scope == "offer"
            if not choice and (known is None or known.type != "number" or known.scope not in FROM[one.scope]):
                message = (
                    f"{one.name} is computed from {name}, which is no number of the {' or '.join(FROM[one.scope])}"
                )
                raise ValueError(message)


def computed_from(attributes: Mapping[str, Attribute]) -> dict[str, frozenset[str]]:
    """Return what each computed attribute rests on, in an order in which each follows those it needs.

    Those in between are among them, since they may be stated. Attributes that nobody declares are left out. Raises
    CycleError.
    """
    direct = {name: factors_of(one) & attributes.keys() for name, one in attributes.items() if one.computed is not None}
    found: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter({name: sorted(its & direct.keys()) for name, its in direct.items()}).static_order():
        found[name] = frozenset(direct[name]).union(*(found.get(factor, ()) for factor in direct[name]))
    return found


# How it is written


CONSTANT = re.compile(r"(-?[0-9][0-9_]*(?:\.[0-9]+)?)\s+(\S.*)")
"""A constant with its unit, such as *0.001 GB per MB*."""


def read_computed(cursor: Cursor, attribute: Attribute, attributes: Mapping[str, Attribute]) -> tuple[Product, ...]:
    """Read the products that an attribute is the sum of, or note what is wrong with them, their units included."""
    if not isinstance(cursor.value, list) or not all(isinstance(one, list) for one in cursor.value):
        hint = 'computed = [["one", "other"], ["third", 0.5]]: one times other, plus half of third'
        cursor.wrong_type("a list of products, each a list of attributes and numbers", hint=hint)
        return ()
    if not cursor.value:
        cursor.problem("empty-list", "must hold at least one product")
    reader = _Products(attribute, attributes)
    found = [reader.product(element) for element in cursor.elements()]
    return tuple(one for one in found if one is not None)


class _Products:
    def __init__(self, attribute: Attribute, attributes: Mapping[str, Attribute]) -> None:
        self._attribute, self._attributes = attribute, attributes
        numbers = (name for name, one in attributes.items() if one.type == "number")
        self._numbers = [name for name in numbers if attributes[name].scope in FROM[attribute.scope]]

    def product(self, cursor: Cursor) -> Product | None:
        factors = [self._factor(element) for element in cursor.elements()]
        if not factors:
            cursor.problem("empty-list", "must hold at least one factor")
        sound = [one for one in factors if one is not None]
        if len(sound) < len(factors) or not factors:
            return None
        found, wanted = Counter[str](), units(unit_of(self._attribute))
        for _, unit in sound:
            found.update(units(unit))
        if +found != +wanted or -found != -wanted:
            message = f"gives {unit_words(found)}, where {self._attribute.name} is declared in {unit_words(wanted)}"
            lacking = Counter({unit: wanted[unit] - found[unit] for unit in {*wanted, *found}})
            hint = f'a constant with its unit can make up for it: "… {unit_words(lacking).removeprefix("1 ")}"'
            cursor.problem("wrong-unit", message, found=cursor.value, hint=hint)
            return None
        constants = [factor for factor, _ in sound if not isinstance(factor, str)]
        times = decimal(prod(map(Fraction, constants), start=Fraction(1)))
        if not times:
            cursor.problem("bad-product", "must not be 0, nor have too many digits", found=cursor.value)
            return None
        return Product(times, tuple(factor for factor, _ in sound if isinstance(factor, str)))

    def _factor(self, cursor: Cursor) -> tuple[str | Number, str] | None:
        """Return an attribute, or a constant, with its unit."""
        value = cursor.value
        if isinstance(value, str) and (match := CONSTANT.fullmatch(value.strip())):
            return number(Decimal(match[1])) or 0, match[2]
        if not isinstance(value, str):
            exact = number(value)
            if exact is None:
                cursor.wrong_type("the name of an attribute, or a number")
            return None if exact is None else (exact, "")
        if value in TOKENS_AT and self._attribute.scope == "offer":
            return value, UNIT_OF_TOKENS
        if value in self._numbers:
            return value, unit_of(self._attributes[value])
        scopes = " or ".join(FROM[self._attribute.scope])
        known = self._attributes.get(value)
        if known is not None and known.type == "number":
            message = f"{value} is an attribute of the {known.scope}; here stands one of the {scopes}"
            under = f"{known.scope}.{self._attribute.name}"
            hint = f"declare what is computed from it under [{under}]"
            cursor.problem("wrong-scope", message, found=value, hint=hint if known.scope != "requirement" else None)
            return None
        message = f"names no number of the {scopes}, of which one of the {self._attribute.scope} is computed"
        choices = TOKENS_AT if self._attribute.scope == "offer" else ()
        cursor.problem("unknown-attribute", message, found=value, allowed=(*self._numbers, *choices))
        return None


def unit_of(attribute: Attribute) -> str:
    """Return the unit of a number as it counts in products."""
    return attribute.unit.read("en") if attribute.unit else ""


def units(text: str) -> Counter[str]:
    """Return how often each word stands in a unit such as *USD per million tokens*: what stands below, less often."""
    found = Counter[str]()
    for place, words in enumerate(re.split(r"(?:^|\s)per\s|/", text)):
        for word in words.split():
            found[re.sub(r"(?<=[a-z]{2})ies$", "y", word).removesuffix("s")] += -1 if place else 1
    return found


def unit_words(found: Counter[str]) -> str:
    """Return units in words: those that stand above, and those below."""
    above, below = sorted((+found).elements()), sorted((-found).elements())
    return " per ".join([" ".join(above) or "1", *below]) if above or below else "no unit"
