"""What a model costs in a month at one seller: exact decimals from the seller's prices and the tokens of the case.

The prices of batches count for the share of the tokens that can wait, the price tier for long requests for the share of
the rest that belongs to them, and the price of cached input for the share of all other input that is repeated. Where a
price that is needed is missing, so is the cost. Two things are assumed. An offer of which nothing of a tier, of batches
or of cached input is stated has none, as is so of most: long requests, batches and repeated input cost there what all
others do. And where a tier has prices but no known limit, every long request is above it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.language.values import EXACT, Number, number, shortest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value

MONTHLY_INPUT, MONTHLY_OUTPUT = "monthly_input_tokens", "monthly_output_tokens"
LONG_SHARE, LONG_TOKENS = "long_request_share", "long_request_tokens"
CACHED_SHARE, BATCH_SHARE = "cached_input_share", "batch_share"
USAGE = (MONTHLY_INPUT, MONTHLY_OUTPUT, LONG_SHARE, LONG_TOKENS, CACHED_SHARE, BATCH_SHARE)
"""The requirements that a cost is computed from."""

TIER_ABOVE = "tier_above"
BASE_PRICES = ("input_price", "output_price")
TIER_PRICES = ("tier_input_price", "tier_output_price")
CACHED_PRICE = "cached_input_price"
BATCH_PRICES = ("batch_input_price", "batch_output_price")
PRICES = (*BASE_PRICES, TIER_ABOVE, *TIER_PRICES, CACHED_PRICE, *BATCH_PRICES)
"""The attributes of an offer that a cost is computed from; prices are in USD per million tokens."""

PER_MILLION = 1_000_000
CENT = Decimal("0.01")


@frozen
class Usage:
    """The tokens of a month, the share of them in long requests, and how long those are, if that is known.

    ``cached`` is the share of input that is repeated, ``batched`` that of all tokens that can wait.
    """

    tokens: tuple[Decimal, Decimal]
    share: Decimal
    long: Number | None
    cached: Decimal = Decimal(0)
    batched: Decimal = Decimal(0)


@frozen
class Term:
    """So many tokens at the price that an attribute states."""

    attribute: str
    price: Number
    tokens: Number

    @property
    def cost(self) -> Fraction:
        """The cost in USD, exact."""
        return Fraction(self.price) * Fraction(self.tokens) / PER_MILLION


@frozen
class Cost:
    """The cost of a month in USD, to the cent (half to even), and the terms that it is the sum of."""

    value: Number
    terms: tuple[Term, ...]


def usage_of(facts: Facts) -> Usage | None:
    """Return the usage that a case states; None unless input and output are stated, each without a conflict."""
    values = {name: facts.get(name, ()) for name in USAGE}
    single = {name: number(next(iter(found))) for name, found in values.items() if len(found) == 1}
    read, written = single.get(MONTHLY_INPUT), single.get(MONTHLY_OUTPUT)
    if read is None or written is None or any(len(found) > 1 for found in values.values()):
        return None
    share, cached, batched = (Decimal(single.get(name) or 0) for name in (LONG_SHARE, CACHED_SHARE, BATCH_SHARE))
    return Usage((Decimal(read), Decimal(written)), share, single.get(LONG_TOKENS), cached, batched)


def monthly_cost(usage: Usage, prices: Mapping[str, Value | None]) -> Cost | None:
    """Return what the usage costs at an offer with these prices; None where a price that is needed is not known."""
    terms = []
    for name, tokens in _amounts(usage, prices).items():
        price = number(prices.get(name))
        if price is None:
            return None
        terms.append(Term(name, price, shortest(tokens)))
    total = sum((term.cost for term in terms), Fraction(0))
    return _in_cents(total, tuple(terms))


def lacking(usage: Usage, prices: Mapping[str, Value | None]) -> tuple[str, ...]:
    """Return the attributes of an offer that the cost needs and that are not known."""
    return tuple(name for name in _amounts(usage, prices) if number(prices.get(name)) is None)


def _amounts(usage: Usage, prices: Mapping[str, Value | None]) -> dict[str, Decimal]:
    """Return how many tokens are charged at each price, of those that are charged for any."""
    none = Decimal(0)
    batched = usage.batched if all(prices.get(name) is not None for name in BATCH_PRICES) else none
    long = usage.share if _reaches_tier(usage, prices) else none
    cached = usage.cached if prices.get(CACHED_PRICE) is not None else none
    alone, short, anew = (EXACT.subtract(Decimal(1), share) for share in (batched, long, cached))
    read, written = usage.tokens
    factors = (
        (BASE_PRICES[0], (read, alone, short, anew)),
        (BASE_PRICES[1], (written, alone, short)),
        (CACHED_PRICE, (read, alone, short, cached)),
        (TIER_PRICES[0], (read, alone, long)),
        (TIER_PRICES[1], (written, alone, long)),
        (BATCH_PRICES[0], (read, batched)),
        (BATCH_PRICES[1], (written, batched)),
    )
    amounts = {name: reduce(EXACT.multiply, parts) for name, parts in factors}
    return {name: tokens for name, tokens in amounts.items() if tokens}


def _reaches_tier(usage: Usage, prices: Mapping[str, Value | None]) -> bool:
    """Return whether long requests cost the tier's prices: there is a tier, and they are not known to be below it."""
    above = number(prices.get(TIER_ABOVE))
    if above is None:
        return any(prices.get(name) is not None for name in TIER_PRICES)
    return usage.long is None or usage.long > above


def _in_cents(total: Fraction, terms: tuple[Term, ...]) -> Cost | None:
    """Return a cost rounded to the cent; None where it has more digits than a number may have."""
    cents = EXACT.quantize(Decimal(round(total * 100)) * CENT, CENT)
    value = number(cents)
    return None if value is None else Cost(value, terms)
