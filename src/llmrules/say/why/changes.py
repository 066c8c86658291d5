"""What becomes of a candidate's values while the model is needed: announced prices, and what a month costs then."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from llmrules.catalog.costs import PRICES, monthly_cost
from llmrules.say.why.explanation import Node
from llmrules.trace.plain import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.catalog import Dated
    from llmrules.say.why.index import Index, InForce
    from llmrules.say.why.origins import Origins
    from llmrules.trace.record import CandidateRecord, Json


class Changes:
    """Explains what changes."""

    def __init__(self, index: Index, origins: Origins) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say
        self.origins = origins

    @cached_property
    def costs_read(self) -> tuple[str, ...]:
        """The computed attributes that fired rules read."""
        return tuple(name for name in self.attributes_read if self.index.attributes[name].computed is not None)

    @cached_property
    def attributes_read(self) -> tuple[str, ...]:
        """The attributes of models and offers that fired rules read, by name."""
        return tuple(sorted({leaf.attribute for one in self.index.trace.found.criteria for leaf in one.leaves}))

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """The prices, where a cost is read, and the attributes that fired rules read."""
        return tuple(dict.fromkeys((*(PRICES if self.costs_read else ()), *self.attributes_read)))

    def changes(self, candidate: CandidateRecord) -> Iterator[Node]:
        """Yield, day by day, what changes of the values that fired rules read, and of the prices that a cost reads."""
        values = {name: found for name in self.watched if (found := self.index.in_force(name, candidate)) is not None}
        coming = [
            (name, one) for name, found in values.items() for one in found.coming if self.origins.within_reach(one)
        ]
        for since in sorted({str(one.since) for _, one in coming}):
            its = [(name, one) for name, one in coming if str(one.since) == since]
            said = [self.changed(name, values[name], one) for name, one in its]
            if any(name in PRICES for name, _ in its):
                said += self.costs_on(since, candidate)
            sources = dict.fromkeys(source for _, one in its for source in one.sources)
            text = self.say("from-day-on", day=since) + ", ".join(said)
            yield Node("change", since, text, sources=tuple(sources))

    def changed(self, name: str, found: InForce, one: Dated) -> str:
        """Return a value that takes force on a day beside the one in force."""
        now, then = (self.teller.price(self.index.attributes[name], value) for value in (found.value, one.value))
        return self.say("instead-of", label=self.teller.label(name), then=then, now=now)

    def costs_on(self, since: str, candidate: CandidateRecord) -> Iterator[str]:
        """Yield what a month costs from a day on, as far as it is known and computed."""
        usage = self.origins.usage()
        prices = {name: self.value_on(since, name, candidate) for name in PRICES}
        known = {name: Decimal(str(price)) for name, price in prices.items() if price is not None}
        cost = monthly_cost(usage, known) if usage is not None else None
        for name in self.costs_read:
            if cost is not None and name in candidate.computed:
                words = self.teller.value(self.index.attributes[name], str(cost.value))
                yield f"{self.teller.label(name)} {words}"

    def value_on(self, since: str, name: str, candidate: CandidateRecord) -> Json | None:
        """Return the value that an entry of a candidate has from a day on."""
        found = self.index.in_force(name, candidate)
        if found is None:
            return None
        begun = [json_value(self.index.attributes[name], one.value) for one in found.coming if str(one.since) <= since]
        return begun[-1] if begun else found.value
