"""What is known of each candidate on the day decided for: values in force, what rules conclude, what is computed."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import NamedTuple

from .computed import factors, sums
from .criteria import Conditions, World
from .given import Given, Row, concluded, rows_of
from .refusal import Plain, Record, Refusal, sparse
from .truth import Facts, either
from .values import days


class Known(NamedTuple):
    """What is known of one candidate; ``others`` has, for each disputed attribute, the world of each other value."""

    row: Row
    entries: Record
    world: World
    concluded: Record
    contradictions: list[tuple[str, str]]
    computed: Record
    others: dict[str, list[World]]


def know(given: Given, facts: Facts, classes: "Classes") -> Iterator[Known]:
    """Yield what is known of every candidate."""
    used = sorted({name for one in given.summing for name in (one.name, *factors(one))} & given.attributes.keys())

    @lru_cache(None)
    def summed(*values: Plain) -> Record:
        return sums(
            given.summing, {name: one for name, one in zip(used, values, strict=True) if one is not None}, facts
        )

    def computed(stated: Record) -> Record:
        return summed(*(stated.get(name) for name in used)) if used else {}

    def whole(world: Record, stated: Record) -> Record:
        return world | {name: one["value"] for name, one in computed(stated).items()}

    for model, rows in groupby(rows_of(given), key=lambda row: row.model):
        plain = given.models[model]
        own, name = _in_force(plain["attributes"], given.day), {"model": model}
        mine = _values(own)
        world, found, contradictions = classes.world(whole(name | mine, mine))
        reclassed = {
            one: [(classes.world(whole(name | other, other))[0], other) for other in its]
            for one, its in _disputed(own).items()
        }
        for row in rows:
            offered = _in_force(plain["offers"][row.place]["attributes"], given.day)
            its = _values(offered)
            others: dict[str, list[World]] = {
                one: [whole(there | its, other | its) for there, other in both] for one, both in reclassed.items()
            }
            others |= {
                one: [whole(world | other, mine | other) for other in every]
                for one, every in _disputed(offered).items()
            }
            known, sums_of = whole(world | its, mine | its), computed(mine | its)
            yield Known(row, {**own, **offered}, known, found, contradictions, sums_of, others)


def _in_force(entries: Record, day: str) -> Record:
    """Return the entries as they are on a day: the last dated value that has begun, which nobody disputes."""
    dated = [(name, one) for name, its in entries.items() if "dated" in its for one in its["dated"]]
    return entries | {name: one for name, one in dated if one["since"] <= day}  # the last one counts


def _values(entries: Record) -> Record:
    return {name: entry["value"] for name, entry in entries.items()}


def _disputed(entries: Record) -> dict[str, list[Record]]:
    """Return, for each disputed attribute, the values as they would be under each of its disputed ones."""
    disputed = {name: [one["value"] for one in its["disputed"]] for name, its in entries.items() if "disputed" in its}
    return {name: [_values(entries) | {name: other} for other in its] for name, its in disputed.items()}


def outlook(given: Given, facts: Facts, known: Known) -> Record:
    """Record since when values stand in the place of others, and what changes until the stated end, or for a year."""
    plain = given.models[known.row.model]
    offered = plain["offers"][known.row.place]["attributes"]
    everything = {**plain["attributes"], **offered}
    changing = sorted(name for name, its in everything.items() if "dated" in its)
    dated = [(one["since"], name) for name in changing for one in everything[name]["dated"]]
    ends = [days(one)[1] for one in facts.get("ends_on", ()) if given.attributes["ends_on"].type == "date"]
    until = max(ends, default=days(given.day)[0] + 365)
    coming = []
    for since in sorted({since for since, _ in dated if given.day < since and days(since)[0] <= until}):
        names = [name for day, name in dated if day == since]
        then = sums(given.summing, _values(_in_force(everything, since)), facts)
        changed = [name for name in known.computed if name in then and given.resting[name] & {*names}]
        computed = {name: then[name]["value"] for name in changed}
        coming.append({"since": since, "attributes": names} | sparse(computed=computed))
    return sparse(begun={name: since for since, name in dated if since <= given.day}, coming=coming)


class Classes:
    """The rules that classify models, by the attribute they conclude, in the order of their dependencies."""

    def __init__(self, given: Given) -> None:
        """Take the rules. Refuses those that conclude in a circle."""
        self.given = given
        self.rules: defaultdict[str, list[tuple[Plain, Conditions]]] = defaultdict(list)
        self.tested: defaultdict[str, set[str]] = defaultdict(set)
        for rule in given.classifying:
            where = Conditions("where", rule.get("where", {}), given, {})
            self.rules[concluded(rule)].append((rule, where))
            self.tested[concluded(rule)] |= {leaf.name for leaf in where.leaves}
        self.read = sorted(self.tested.keys() | set().union(*self.tested.values()))
        self.concluded: dict[str, tuple[Record, list[tuple[str, str]]]] = {}
        concluding = {name: its & self.tested.keys() for name, its in self.tested.items()}
        try:
            self.order = list(TopologicalSorter(concluding).static_order())
        except CycleError:
            raise Refusal("circle", "/given/rules", "classify models in a circle") from None

    def world(self, stated: Record) -> tuple[Record, Record, list[tuple[str, str]]]:
        """Return all values of a model, what was concluded with the rules that do, and what the entry contradicts."""
        if (key := str([*map(stated.get, self.read)])) not in self.concluded:
            self.concluded[key] = self._conclude(stated)
        found, contradictions = self.concluded[key]
        return stated | {name: one["value"] for name, one in found.items()}, found, contradictions

    def _conclude(self, stated: Record) -> tuple[Record, list[tuple[str, str]]]:
        world, found, contradictions = dict(stated), {}, []
        for name in self.order:
            truths = [(rule, where.on(world)) for rule, where in self.rules[name]]
            by = [rule for rule, truth in truths if truth]
            if self.given.attributes[name].type == "set":
                if by:
                    members = [member for rule in by for member in rule["body"][name]]
                    world[name] = self.given.attributes[name].listed([*stated.get(name, ()), *members])
                    found[name] = {"value": world[name], "by": [rule["id"] for rule in by]}
            elif name in stated:
                contradictions += [(name, rule["id"]) for rule in by if stated[name] is False]
            elif either(truth for _, truth in truths) is not None:
                world[name] = bool(by)
                found[name] = {"value": world[name]} | sparse(by=[rule["id"] for rule in by])
        return found, contradictions
