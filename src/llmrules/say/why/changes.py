"""What becomes of a candidate's values while the model is needed: announced prices, and what a month costs then."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from llmrules.catalog.costs import PRICES
from llmrules.say.why.explanation import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.catalog import Dated
    from llmrules.say.why.index import Index, InForce
    from llmrules.trace.record import CandidateRecord, Json


class Changes:
    """Explains what changes."""

    def __init__(self, index: Index) -> None:
        self.index, self.teller, self.say = index, index.teller, index.say

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
        for change in candidate.coming:
            names = [name for name in self.watched if name in change.attributes]
            its = [(name, found) for name in names if (found := self.index.in_force(name, candidate)) is not None]
            if not its:
                continue
            sources: dict[str, None] = {}
            said = []
            for name, found in its:
                one = next(one for one in found.coming if str(one.since) == change.since)
                said.append(self.changed(name, found, one))
                sources.update(dict.fromkeys(one.sources))
            costs = ((name, change.costs[name]) for name in self.costs_read if name in change.costs)
            said += [f"{self.teller.label(name)} {self.cost(name, value)}" for name, value in costs]
            text = self.say("from-day-on", day=change.since) + ", ".join(said)
            yield Node("change", change.since, text, sources=tuple(sources))

    def cost(self, name: str, value: Json) -> str:
        """Return a cost in words."""
        return self.teller.value(self.index.attributes[name], str(value))

    def changed(self, name: str, found: InForce, one: Dated) -> str:
        """Return a value that takes force on a day beside the one in force."""
        now, then = (self.teller.price(self.index.attributes[name], value) for value in (found.value, one.value))
        return self.say("instead-of", label=self.teller.label(name), then=then, now=now)
