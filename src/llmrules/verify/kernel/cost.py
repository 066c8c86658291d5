"""The monthly cost of an offer, reckoned again, rounded once: batches, then long requests, then what is cached."""

from collections.abc import Mapping
from fractions import Fraction

from .refusal import Plain, Record, expect
from .truth import Facts
from .values import Attribute, is_short, number, written

TOKENS = ("monthly_input_tokens", "monthly_output_tokens")
LONG_SHARE, LONG_TOKENS = "long_request_share", "long_request_tokens"
CACHED_SHARE, BATCH_SHARE = "cached_input_share", "batch_share"
PRICES, TIER_ABOVE = ("input_price", "output_price"), "tier_above"
TIER_PRICES = ("tier_input_price", "tier_output_price")
CACHED_PRICE, BATCH_PRICES = "cached_input_price", ("batch_input_price", "batch_output_price")
ON_CASE = (*TOKENS, LONG_SHARE, LONG_TOKENS, CACHED_SHARE, BATCH_SHARE)
ON_PRICES = (*PRICES, TIER_ABOVE, *TIER_PRICES, CACHED_PRICE, *BATCH_PRICES)
"""What of a case and of an offer a cost is computed from."""


def check_prices(attributes: Mapping[str, Attribute]) -> None:
    """Refuse a vocabulary in which a cost is computed from what is no number."""
    used = {**dict.fromkeys(ON_CASE, "requirement"), **dict.fromkeys(ON_PRICES, "offer")}
    for name in used.keys() & attributes.keys() if any(one.computed for one in attributes.values()) else ():
        right, at = (attributes[name].scope, attributes[name].type) == (used[name], "number"), "/given/vocabulary"
        expect(right, "declaration", at, f"makes {name}, of which costs are made, no number of the {used[name]}")


def monthly_cost(offer: Mapping[str, Plain], facts: Facts) -> Record | None:
    """Return the cost and the terms that it adds up from, or None where it is unknown; ``offer`` is its values."""
    amounts = _amounts(offer, facts)
    if amounts is None or any(name not in offer for name in amounts):
        return None
    costs = {name: amount * Fraction(number(offer[name])) / 1_000_000 for name, amount in amounts.items()}
    each = [(name, offer[name], written(amounts[name]), str(cost)) for name, cost in costs.items()]
    terms = [dict(zip(("attribute", "price", "tokens", "cost"), one, strict=True)) for one in each]
    rounded = Fraction(round(sum(costs.values(), Fraction(0)) * 100), 100)  # half to even
    return {"value": written(rounded), "terms": terms} if is_short(rounded) else None


def lacking(offer: Mapping[str, Plain], facts: Facts) -> set[str]:
    """Return the prices for want of which the cost is unknown; none where the case itself leaves it open."""
    return (_amounts(offer, facts) or {}).keys() - offer.keys()


def _amounts(offer: Mapping[str, Plain], facts: Facts) -> dict[str, Fraction | int] | None:
    """Return how many tokens each price is charged for, where it is for any; None where the case does not say."""
    case = {name: [number(raw) for raw in facts[name]] for name in ON_CASE if name in facts}
    if any(name not in case for name in TOKENS) or any(len(values) > 1 for values in case.values()):
        return None
    charged = {LONG_SHARE: _reaches_tier(offer, case.get(LONG_TOKENS)), CACHED_SHARE: CACHED_PRICE in offer}
    charged[BATCH_SHARE] = offer.keys() >= {*BATCH_PRICES}
    long, cached, batch = (case[name][0] if name in case and given else 0 for name, given in charged.items())
    tokens = [case[name][0] for name in TOKENS]
    short = [each * (1 - batch) * (1 - long) for each in tokens]
    amounts = dict(zip(PRICES, (short[0] * (1 - cached), short[1]), strict=True)) | {CACHED_PRICE: short[0] * cached}
    others = [*(each * (1 - batch) * long for each in tokens), *(each * batch for each in tokens)]
    amounts |= zip((*TIER_PRICES, *BATCH_PRICES), others, strict=True)
    return {name: amount for name, amount in amounts.items() if amount}


def _reaches_tier(offer: Mapping[str, Plain], long: list[Fraction | int] | None) -> bool:
    """Return whether long requests cost the tier's prices: there is a tier, and they are not known to be below it."""
    if TIER_ABOVE not in offer:
        return not offer.keys().isdisjoint(TIER_PRICES)
    return long is None or long[0] > number(offer[TIER_ABOVE])
