"""What is known of each candidate on the day decided for: values in force, what rules conclude, what is computed.

And the same once more with each disputed value in the place of the one in force.
"""

from __future__ import annotations

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.verify.cost import ON_PRICES, monthly_cost
from llmrules.verify.criteria import Conditions, World
from llmrules.verify.report import Plain, Record, Refusal, sparse
from llmrules.verify.rows import Row, rows_of
from llmrules.verify.truth import either, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.verify.given import Given
    from llmrules.verify.truth import Facts


@frozen(eq=False)
class Known:
    """What is known of one candidate; ``others`` has, for each disputed attribute, the world of each other value."""

    row: Row
    entries: dict[str, Plain]
    world: World
    concluded: dict[str, Record]
    contradictions: list[tuple[str, str]]
    computed: dict[str, Record]
    others: dict[str, list[World]]

    def disputed(self, name: str) -> list[Plain]:
        """Return the disputed values of an attribute."""
        return [one["value"] for one in self.entries[name]["disputed"]]


def know(given: Given, facts: Facts) -> Iterator[Known]:
    """Yield what is known of every candidate."""
    classes, prices = _Classes(given), _Prices(given, facts)
    for model, rows in groupby(rows_of(given), key=lambda row: row.model):
        plain = given.models[model]
        own = _in_force(plain["attributes"], given.day)
        world, concluded, contradictions = classes.world(_values(own))
        other_classes = {name: [classes.world(one)[0] for one in its] for name, its in _disputed(own).items()}
        for row in rows:
            offered = _in_force(plain["offers"][row.place]["attributes"], given.day)
            values = prices.world(_values(offered))
            others: dict[str, list[World]]
            others = {name: [one | values for one in its] for name, its in other_classes.items()}
            others |= {name: [world | prices.world(one) for one in its] for name, its in _disputed(offered).items()}
            yield Known(
                row=row,
                entries={**own, **offered},
                world=world | values,
                concluded=concluded,
                contradictions=contradictions,
                computed=prices.computed(_values(offered)),
                others=others,
            )


def _in_force(entries: dict[str, Plain], day: str) -> dict[str, Plain]:
    """Return the entries as they are on a day: the last dated value that has begun, which nobody disputes."""
    found = {}
    for name, entry in entries.items():
        begun = [one for one in entry.get("dated", ()) if one["since"] <= day]
        found[name] = begun[-1] if begun else entry
    return found


def _values(entries: dict[str, Plain]) -> dict[str, Plain]:
    return {name: entry["value"] for name, entry in entries.items()}


def _disputed(entries: dict[str, Plain]) -> dict[str, list[dict[str, Plain]]]:
    """Return, for each disputed attribute, the values as they would be under each of its disputed ones."""
    values = _values(entries)
    return {
        name: [values | {name: other["value"]} for other in entry["disputed"]]
        for name, entry in entries.items()
        if "disputed" in entry
    }


class _Prices:
    """What the case makes an offer cost; each combination of prices is reckoned once."""

    def __init__(self, given: Given, facts: Facts) -> None:
        self.names = [name for name, one in given.attributes.items() if one.computed]
        self.facts = facts
        self.seen: dict[tuple[Plain, ...], Record | None] = {}

    def computed(self, offer: World) -> dict[str, Record]:
        """Record what is computed from the values of an offer; what it states itself is not."""
        names = [name for name in self.names if name not in offer]
        cost = self.cost(offer) if names else None
        return {} if cost is None else dict.fromkeys(names, cost)

    def cost(self, offer: World) -> Record | None:
        """Return the cost at such prices, None where it is unknown."""
        prices = tuple(offer.get(name) for name in ON_PRICES)
        if prices not in self.seen:
            self.seen[prices] = monthly_cost(offer, self.facts)
        return self.seen[prices]

    def world(self, offer: dict[str, Plain]) -> dict[str, Plain]:
        """Return the values of an offer with those that are computed from them."""
        return offer | {name: one["value"] for name, one in self.computed(offer).items()}


class _Classes:
    """The rules that classify models, by the attribute they conclude, in the order of their dependencies."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.rules: defaultdict[str, list[Plain]] = defaultdict(list)
        for name, rule in given.rules.items():
            if given.classifies(rule) and name not in given.disabled:
                self.rules[next(iter(rule["body"]))].append(rule)
        tested = {
            name: {tested for rule in rules for tested, _ in leaves(rule.get("where", {}))}
            for name, rules in self.rules.items()
        }
        try:
            order = TopologicalSorter({name: its & tested.keys() for name, its in tested.items()}).static_order()
            self.order = list(order)
        except CycleError:
            raise Refusal("/given/rules", "classify models in a circle") from None
        self.where = {
            rule["id"]: Conditions("where", rule.get("where", {}), given, {})
            for rules in self.rules.values()
            for rule in rules
        }

    def world(self, stated: World) -> tuple[dict[str, Plain], dict[str, Record], list[tuple[str, str]]]:
        """Return all values of a model, what was concluded with the rules that do, and what the entry contradicts."""
        world, concluded, contradictions = dict(stated), {}, []
        for name in self.order:
            attribute, rules = self.given.attributes[name], self.rules[name]
            truths = {rule["id"]: self.where[rule["id"]].on(world) for rule in rules}
            by = [rule for rule, truth in truths.items() if truth]
            if attribute.type == "set":
                if by:
                    members = [member for rule in by for member in self.given.rules[rule]["body"][name]]
                    world[name] = attribute.listed([*stated.get(name, ()), *members])
                    concluded[name] = {"value": world[name], "by": by}
            elif name in stated:
                contradictions += [(name, rule) for rule in by if stated[name] is False]
            elif either(truths.values()) is not None:
                world[name] = bool(by)
                concluded[name] = {"value": world[name]} | sparse(by=by)
        return world, concluded, contradictions
