"""Adds what each candidate costs in a case to the columns: the only values of a catalogue that depend on one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.catalog.candidates.candidates import Column
from llmrules.catalog.costs import PRICES, Cost, Usage, monthly_cost

if TYPE_CHECKING:
    from llmrules.catalog.candidates.candidates import Candidates
    from llmrules.language.values import Value


def with_costs(candidates: Candidates, usage: Usage) -> Candidates:
    """Return the candidates with what they cost at a usage."""
    columns, costs = dict(candidates.columns), {}
    pricing = _Pricing(candidates, usage)
    for attribute in candidates.computing:
        stated = candidates.columns[attribute.name]
        costs[attribute.name] = tuple(
            pricing.cost(index) if value is None else None for index, value in enumerate(stated.first)
        )
        columns[attribute.name] = pricing.column(stated, costs[attribute.name])
    groups = {**candidates.groups, **{name: columns[name].groups(candidates.layers) for name in costs}}
    known = {**candidates.known, **{name: groups[name].known() for name in costs}}
    return evolve(candidates, columns=columns, groups=groups, known=known, costs=costs, fixed=candidates)


class _Pricing:
    """What a usage costs at each candidate, in all layers; each combination of prices is worked out once."""

    def __init__(self, candidates: Candidates, usage: Usage) -> None:
        self._candidates, self._usage = candidates, usage
        self._prices = [candidates.columns.get(name) for name in PRICES]
        self._seen: dict[tuple[Value | None, ...], Cost | None] = {}

    def cost(self, bit: int) -> Cost | None:
        """Return the cost at a candidate in a layer."""
        key = tuple(None if column is None else column[bit] for column in self._prices)
        if key not in self._seen:
            self._seen[key] = monthly_cost(self._usage, dict(zip(PRICES, key, strict=True)))
        return self._seen[key]

    def column(self, stated: Column, costs: tuple[Cost | None, ...]) -> Column:
        """Return the column of the stated values with the costs where there is none."""
        pairs = zip(stated.first, costs, strict=True)
        first = [_worth(cost) if value is None else value for value, cost in pairs]
        others = dict(stated.others)
        for dispute in self._candidates.disputes:
            bit = dispute.layer * self._candidates.count + dispute.index
            if dispute.attribute in PRICES and stated[bit] is None:
                others[bit] = _worth(self.cost(bit))
        return Column(first, others)


def _worth(cost: Cost | None) -> Value | None:
    return None if cost is None else cost.value
