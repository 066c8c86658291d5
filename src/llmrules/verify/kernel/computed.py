"""Numbers that are sums of products, reckoned again; and how many tokens of a month have which price at an offer."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from math import prod

from .refusal import Plain, Record, Refusal, expect, sparse
from .truth import Facts
from .values import Attribute, is_short, number, written

TOKENS = ("monthly_input_tokens", "monthly_output_tokens")
LONG_SHARE, LONG_TOKENS = "long_request_share", "long_request_tokens"
CACHED_SHARE, BATCH_SHARE = "cached_input_share", "batch_share"
PRICES, TIER_ABOVE = ("input_price", "output_price"), "tier_above"
TIER_PRICES = ("tier_input_price", "tier_output_price")
CACHED_PRICE, BATCH_PRICES = "cached_input_price", ("batch_input_price", "batch_output_price")
CHARGED = (*PRICES, CACHED_PRICE, *TIER_PRICES, *BATCH_PRICES)
ON_CASE = (*TOKENS, LONG_SHARE, LONG_TOKENS, CACHED_SHARE, BATCH_SHARE)
TOKENS_AT = {f"tokens at {price}": {*ON_CASE, *CHARGED, TIER_ABOVE} for price in CHARGED}
"""What of a case and of an offer it depends on how many tokens have a price."""
SCOPES = ("requirement", "model", "offer")
Numbers = Mapping[str, Fraction | int]


def resting(attributes: Mapping[str, Attribute]) -> dict[str, set[str]]:
    """Return what each computed attribute rests on in the end, in order. Refuses circles, and what is no number."""
    direct = {name: factors(one) & attributes.keys() for name, one in attributes.items() if one.computed}
    for name, one in ((name, attributes[name]) for name in direct):
        for factor in {factor for of, _ in one.computed for factor in of}:
            its, counting = attributes.get(factor), TOKENS_AT.get(factor, set())
            right = its and its.type == "number" and SCOPES.index(its.scope) <= SCOPES.index(one.scope)
            right = right or bool(counting and one.scope == "offer")
            expect(right, "declaration", "/given/vocabulary", f"makes {name} of {factor}, no number that it can be of")
            kinds = [(its, attributes[its].scope, attributes[its].type) for its in counting & attributes.keys()]
            wrong = [part for part, *kind in kinds if kind != ["requirement" if part in ON_CASE else "offer", "number"]]
            message = f"makes {wrong}, by which tokens are counted, no number of the case or the offer"
            expect(not wrong, "declaration", "/given/vocabulary", message)
    found: dict[str, set[str]] = {}
    needed = {name: sorted(its & direct.keys()) for name, its in direct.items()}
    try:
        for name in TopologicalSorter(needed).static_order():
            found[name] = set().union(*(found.get(factor, {factor}) for factor in direct[name]))
    except CycleError:
        raise Refusal("circle", "/given/vocabulary", "computes attributes in a circle") from None
    return found


def factors(attribute: Attribute) -> set[str]:
    """Return the attributes that one is computed from directly."""
    return {part for of, _ in attribute.computed for name in of for part in TOKENS_AT.get(name, {name})}


def sums(some: Iterable[Attribute], stated: Mapping[str, Plain], facts: Facts) -> Record:
    """Return what attributes, each after those it needs, come to where they are not stated, with their products."""
    found: Record = {}
    for one in some:
        known = numbers(one, stated, facts) | {name: number(its["value"]) for name, its in found.items()}
        products = [(of, times) for of, times in one.computed if all(known.get(name) != 0 for name in of)]
        if one.name in stated or any(name not in known for of, _ in products for name in of):
            continue
        values = [Fraction(prod((known[name] for name in of), start=times)) for of, times in products]
        total = sum(values, Fraction(0))
        if is_short(total) and Fraction(written(total)) == total:
            each = zip(({name: written(known[name]) for name in of} for of, _ in products), values, strict=True)
            terms = [{"value": str(its)} | sparse(of=of) for of, its in each]
            found[one.name] = {"value": written(total)} | sparse(terms=terms)
    return found


def lacking(one: Attribute, known: Numbers) -> set[str]:
    """Return the factors for want of which a sum is unknown."""
    undecided = (of for of, _ in one.computed if all(known.get(name) != 0 for name in of))
    return {name for of in undecided for name in of if name not in known}


def numbers(one: Attribute, stated: Mapping[str, Plain], facts: Facts) -> dict[str, Fraction | int]:
    """Return the factors of a sum that are known: of the case, where it is in no conflict, and of a candidate."""
    names = [name for of, _ in one.computed for name in of]
    case = {name: number(next(iter(facts[name]))) for name in names if len(facts.get(name, ())) == 1}
    counted = tokens_at(stated, facts) if not TOKENS_AT.keys().isdisjoint(names) else {}
    return case | {name: number(stated[name]) for name in names if name in stated} | counted


def tokens_at(offer: Mapping[str, Plain], facts: Facts) -> dict[str, Fraction | int]:
    """Return how many tokens have each price; nothing where the case does not say how many there are."""
    case = {name: [number(raw) for raw in facts[name]] for name in ON_CASE if facts.get(name)}
    if any(name not in case for name in TOKENS) or any(len(values) > 1 for values in case.values()):
        return {}
    charged = {LONG_SHARE: _reaches_tier(offer, case.get(LONG_TOKENS)), CACHED_SHARE: CACHED_PRICE in offer}
    charged[BATCH_SHARE] = offer.keys() >= {*BATCH_PRICES}
    long, cached, batch = (case[name][0] if name in case and given else 0 for name, given in charged.items())
    tokens = [case[name][0] for name in TOKENS]
    short = [each * (1 - batch) * (1 - long) for each in tokens]
    others = [*(each * (1 - batch) * long for each in tokens), *(each * batch for each in tokens)]
    counts = (short[0] * (1 - cached), short[1], short[0] * cached, *others)
    return {name: its for name, its in zip(TOKENS_AT, counts, strict=True) if is_short(its)}


def _reaches_tier(offer: Mapping[str, Plain], long: list[Fraction | int] | None) -> bool:
    """Return whether long requests cost the tier's prices: there is a tier, and they are not known to be below it."""
    if TIER_ABOVE not in offer:
        return not offer.keys().isdisjoint(TIER_PRICES)
    return long is None or long[0] > number(offer[TIER_ABOVE])
