"""Which values of a candidate took force on a day, and which are to: announced prices, and what a month costs then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.costs import PRICES, monthly_cost, usage_of
from llmrules.language.values import Number, Period

if TYPE_CHECKING:
    from datetime import date

    from llmrules.catalog import Entry
    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Facts
    from llmrules.language.values import Value

ENDS_ON = "ends_on"
"""The requirement that says until when the model is needed."""

REACH = timedelta(days=365)
"""Where no end is stated, a value that takes force later than this after the decision is of no concern to it."""


@frozen
class Change:
    """What takes force on a day: attributes of a candidate, and the costs of a month, where a price is among them."""

    since: Period
    attributes: tuple[str, ...]
    costs: Mapping[str, Number]


@frozen
class Outlook:
    """What became of the values of a candidate until a day, by attribute, and what is to become of them, day by day."""

    begun: Mapping[str, Period]
    coming: tuple[Change, ...]


NOTHING_CHANGES = Outlook({}, ())


class Outlooks:
    """The outlooks of the candidates of one case."""

    def __init__(self, knowledge: Knowledge, candidates: Candidates, facts: Facts, day: date) -> None:
        self._catalog, self._candidates, self._day = knowledge.catalog, candidates, day
        self._nothing = not knowledge.turning_days
        ends = [one.last for one in facts.get(ENDS_ON, ()) if isinstance(one, Period)]
        self._until = max(ends) if ends else day + min(REACH, day.max - day)
        self._usage = usage_of(facts)

    def of(self, index: int) -> Outlook:
        """Return the outlook of a candidate, from all that the catalogue announces of it."""
        if self._nothing:
            return NOTHING_CHANGES
        entries = self._entries(index)
        begun = {name: one.since for name, entry in entries.items() if (one := entry.begun(self._day)) is not None}
        days: dict[Period, list[str]] = {}
        for name, entry in entries.items():
            for one in entry.dated:
                if self._day < one.since.first <= self._until:
                    days.setdefault(one.since, []).append(name)
        coming = []
        for since, names in sorted(days.items(), key=lambda one: one[0].first):
            costs = self._costs(index, entries, since) if {*PRICES}.intersection(names) else {}
            coming.append(Change(since, tuple(sorted(names)), costs))
        return Outlook(begun, tuple(coming))

    def _entries(self, index: int) -> Mapping[str, Entry]:
        """Return the entries of a candidate as the catalogue states them, those that change alone and the prices."""
        row = self._candidates.rows[index]
        model = self._catalog.models[row.model.id]
        offer = next(offer for offer in model.offers if offer.id == row.offer.id)
        tables = (offer.entries, model.entries)
        if not any(entry.dated for table in tables for entry in table.values()):
            return {}
        return {name: entry for table in tables for name, entry in table.items() if entry.dated or name in PRICES}

    def _costs(self, index: int, entries: Mapping[str, Entry], since: Period) -> dict[str, Number]:
        """Return what a month costs from a day on, of each cost that is computed now and can be then."""
        if self._usage is None:
            return {}
        prices: dict[str, Value | None] = {
            name: entries[name].on(since.first).value for name in PRICES if name in entries
        }
        cost = monthly_cost(self._usage, prices)
        computed = (name for name, costs in self._candidates.costs.items() if costs[index] is not None)
        return {} if cost is None else dict.fromkeys(computed, cost.value)
