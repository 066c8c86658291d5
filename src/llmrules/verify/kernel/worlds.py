"""What is known of each candidate on the day decided for: values in force, what rules conclude, what is computed.

And the same once more with each disputed value in the place of the one in force.
"""

from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import NamedTuple

from .cost import monthly_cost
from .criteria import Conditions, World
from .given import Given, Row, concluded, rows_of
from .refusal import Plain, Record, Refusal, sparse
from .truth import Facts, either, leaves


class Known(NamedTuple):
    """What is known of one candidate; ``others`` has, for each disputed attribute, the world of each other value."""

    row: Row
    entries: Record
    world: World
    concluded: Record
    contradictions: list[tuple[str, str]]
    computed: Record
    others: dict[str, list[World]]


def know(given: Given, facts: Facts) -> Iterator[Known]:
    """Yield what is known of every candidate."""
    classes, costs = _Classes(given), [name for name, one in given.attributes.items() if one.computed]

    def computed(offer: Record) -> Record:
        """Record what the case makes an offer cost; what it states itself is not computed."""
        cost = monthly_cost(offer, facts) if costs else None
        return {name: cost for name in costs if cost and name not in offer}

    def priced(offer: Record) -> Record:
        return offer | {name: one["value"] for name, one in computed(offer).items()}

    for model, rows in groupby(rows_of(given), key=lambda row: row.model):
        plain = given.models[model]
        own = _in_force(plain["attributes"], given.day)
        world, found, contradictions = classes.world(_values(own))
        reclassed = {name: [classes.world(one)[0] for one in its] for name, its in _disputed(own).items()}
        for row in rows:
            offered = _in_force(plain["offers"][row.place]["attributes"], given.day)
            values = priced(_values(offered))
            others: dict[str, list[World]] = {name: [one | values for one in its] for name, its in reclassed.items()}
            others |= {name: [world | priced(one) for one in its] for name, its in _disputed(offered).items()}
            entries, known = {**own, **offered}, world | values
            yield Known(row, entries, known, found, contradictions, computed(_values(offered)), others)


def _in_force(entries: Record, day: str) -> Record:
    """Return the entries as they are on a day: the last dated value that has begun, which nobody disputes."""
    begun = {name: [one for one in entry.get("dated", ()) if one["since"] <= day] for name, entry in entries.items()}
    return {name: begun[name][-1] if begun[name] else entry for name, entry in entries.items()}


def _values(entries: Record) -> Record:
    return {name: entry["value"] for name, entry in entries.items()}


def _disputed(entries: Record) -> dict[str, list[Record]]:
    """Return, for each disputed attribute, the values as they would be under each of its disputed ones."""
    values, disputed = _values(entries), {name: one["disputed"] for name, one in entries.items() if "disputed" in one}
    return {name: [values | {name: other["value"]} for other in its] for name, its in disputed.items()}


class _Classes:
    """The rules that classify models, by the attribute they conclude, in the order of their dependencies."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.rules: defaultdict[str, list[tuple[Plain, Conditions]]] = defaultdict(list)
        tested: defaultdict[str, set[str]] = defaultdict(set)
        for rule in given.classifying:
            where = rule.get("where", {})
            self.rules[concluded(rule)].append((rule, Conditions("where", where, given, {})))
            tested[concluded(rule)] |= {name for name, _ in leaves(where)}
        try:
            order = TopologicalSorter({name: its & tested.keys() for name, its in tested.items()}).static_order()
            self.order = list(order)
        except CycleError:
            raise Refusal("circle", "/given/rules", "classify models in a circle") from None

    def world(self, stated: Record) -> tuple[Record, Record, list[tuple[str, str]]]:
        """Return all values of a model, what was concluded with the rules that do, and what the entry contradicts."""
        world, found, contradictions = dict(stated), {}, []
        for name in self.order:
            attribute, truths = (
                self.given.attributes[name],
                [(rule, where.on(world)) for rule, where in self.rules[name]],
            )
            by = [rule for rule, truth in truths if truth]
            if attribute.type == "set":
                if by:
                    members = [member for rule in by for member in rule["body"][name]]
                    world[name] = attribute.listed([*stated.get(name, ()), *members])
                    found[name] = {"value": world[name], "by": [rule["id"] for rule in by]}
            elif name in stated:
                contradictions += [(name, rule["id"]) for rule in by if stated[name] is False]
            elif either(truth for _, truth in truths) is not None:
                world[name] = bool(by)
                found[name] = {"value": world[name]} | sparse(by=[rule["id"] for rule in by])
        return world, found, contradictions
