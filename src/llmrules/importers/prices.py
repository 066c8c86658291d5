"""Prices of an offer: USD per million tokens, exact, with at most one tier for long requests.

A price of 0 for input and output alike is a free tier, a trial, self-hosting or a gap, and a negative one a sentinel:
both are unknown. Of several tiers the first limit and the dearest price are kept, so that no bill is a surprise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.importers.written import Amount, count, per_million, plausible, without_noise
from llmrules.language.values import shortest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from llmrules.importers.draft import Draft

SUSPECT = 200
"""USD per million tokens. A price above it is kept, and in doubt."""

SIDES = ("input", "output")
BASE = tuple(f"{side}_price" for side in SIDES)
ZERO = "is 0: a free tier, a trial, self-hosting or a gap"


@frozen
class Tier:
    """What a file states of the price above a limit: the limit in tokens and the price of each side, unchecked."""

    limit: object
    input: object = None
    output: object = None


LOWER = {"cached_input_price": "input_price", "batch_input_price": "input_price", "batch_output_price": "output_price"}
"""What some input and some work costs less than: the prices of repeated input and of what can wait."""


def read_prices(
    draft: Draft, stated: Mapping[str, object], tiers: Sequence[Tier] = (), *, per_token: bool = False
) -> dict[str, Amount]:
    """Return the prices under the names of the vocabulary, after noting what is left unknown or is in doubt."""
    prices = {name: _amount(draft, name, stated.get(name), per_token=per_token) for name in BASE}
    known = {name: value for name, value in prices.items() if value is not None}
    if known and not any(known.values()):
        for name in known:
            draft.leave(name, ZERO, 0)
        return {}
    return known | _tier(draft, known, tiers, per_token=per_token) | _lower(draft, known, stated, per_token=per_token)


def _lower(
    draft: Draft, known: dict[str, Amount], stated: Mapping[str, object], *, per_token: bool
) -> dict[str, Amount]:
    """Return the prices of repeated input and of batches, where the price is known that they are lower than."""
    found = {}
    for name, base in LOWER.items():
        amount = _amount(draft, name, stated.get(name), per_token=per_token)
        if amount == 0:
            draft.leave(name, ZERO, 0)
        elif amount is not None and base not in known:
            draft.leave(name, "stands beside no price that it is lower than", amount)
        elif amount is not None:
            found[name] = amount
            if amount > known[base]:
                draft.doubt(name, "is higher than the price that it should be lower than", amount)
    return found


def _tier(draft: Draft, base: dict[str, Amount], tiers: Sequence[Tier], *, per_token: bool) -> dict[str, Amount]:
    """Return the one tier."""
    limits = [(count(one.limit), one) for one in tiers]
    for limit, one in limits:
        if not limit:
            draft.leave("tier_above", "is no whole number of tokens", one.limit)
    fitting = [(limit, one) for limit, one in limits if limit]
    found: dict[str, Amount] = {}
    for side in SIDES:
        name = f"tier_{side}_price"
        amounts = [_amount(draft, name, getattr(one, side), per_token=per_token) for _, one in fitting]
        dearest = max((amount for amount in amounts if amount is not None), default=None)
        if dearest:
            found[name] = dearest
            if dearest < base.get(f"{side}_price", 0):
                draft.doubt(name, "is lower than the price of short requests", dearest)
        elif dearest is not None:
            draft.leave(name, ZERO, 0)
        elif fitting:
            draft.leave(name, "is stated by no tier, although there is one")
    if not found:
        return {}
    found["tier_above"] = min(limit for limit, _ in fitting)
    if len({limit for limit, _ in fitting}) > 1:
        limits_shown = ", ".join(str(limit) for limit in sorted(limit for limit, _ in fitting))
        draft.doubt("tier_above", "is the first of several limits, with the dearest price", limits_shown)
    return found


def _amount(draft: Draft, name: str, value: object, *, per_token: bool) -> Amount | None:
    """Return USD per million tokens, or None after noting why not."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        draft.leave(name, "is no number", value)
        return None
    exact = Decimal(value) if isinstance(value, Decimal) or abs(value) < 10**18 else None
    if exact is None or not plausible(exact):
        draft.leave(name, "is no number of a plausible size", value)
        return None
    if exact < 0:
        draft.leave(name, "is negative, a sentinel", value)
        return None
    clean = without_noise(exact)
    if clean != exact:
        draft.doubt(name, "carries the noise of a binary fraction, which is taken off", exact)
    amount = shortest(per_million(clean) if per_token else clean)
    if amount > SUSPECT:
        draft.doubt(name, f"is above {SUSPECT} USD per million tokens", amount)
    return amount
