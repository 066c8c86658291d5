"""What is known of each candidate on the day decided for: values in force, what rules conclude, what is computed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from .criteria import Conditions, World
from .given import CANDIDATE, TESTED, Given, Row, Rule, factors, lacking, names_in, numbers, rows_of, sums
from .refusal import Plain, Record, Refusal, sparse
from .truth import Facts, either
from .values import days

Classed: TypeAlias = tuple[
    Record, list[tuple[str, str]]
]  # what rules conclude, and which entries contradict which rule


class Known:
    """What is known of candidates that are alike in all that is read of them, by what the catalogue says of one.

    ``others`` has, for each disputed attribute, the world of each other value; ``newest`` the newest source of each.
    """

    def __init__(self, worlds: "Worlds", model: str, entries: Record) -> None:
        self.entries = _in_force(entries, worlds.given.day)
        values = {"model": model} | _values(self.entries)
        self.world, (self.concluded, self.contradictions), self.computed = worlds.of(values)
        disputed = [(name, one["disputed"]) for name, one in self.entries.items() if "disputed" in one]
        self.others: dict[str, list[World]] = {
            name: [worlds.of(values | {name: one["value"]})[0] for one in its] for name, its in disputed
        }
        self.newest = {name: one for name, its in self.entries.items() for one in worlds.newest(its.get("sources", ()))}
        self.outlook = worlds.outlook(entries, self.computed)


class Worlds:
    """Makes what is known of candidates, by the rules that classify models and by what is computed."""

    def __init__(self, given: Given, facts: Facts, applied: Iterable[Rule]) -> None:
        """Take what is applied, by which it knows what is read. Refuses rules that conclude in a circle."""
        self.given, self.facts = given, facts
        self.rules: defaultdict[str, list[tuple[Rule, Conditions]]] = defaultdict(list)  # by what they conclude
        self.tested: defaultdict[str, set[str]] = defaultdict(set)
        for rule in given.classifying:
            self.rules[rule.concludes].append((rule, Conditions("where", rule.where, given, {})))
            self.tested[rule.concludes].update(rule.tests)
        try:
            concluding = {name: its & self.rules.keys() for name, its in self.tested.items()}
            self.order = list(TopologicalSorter(concluding).static_order())
        except CycleError:
            raise Refusal("circle", "/given/rules", "classify models in a circle") from None
        self.classing = sorted(self.rules.keys() | set().union(*self.tested.values()))
        self.counted = sorted(set().union(*({one.name, *factors(one)} for one in given.summing)))
        promised = [one.get(kind, {}) for one in given.promises.values() for kind in TESTED]
        dated = {name for name, its in given.values.items() if any("dated" in one for one in its)}
        read = names_in(given.only or {}, *promised).union(*(rule.tests for rule in applied), dated)
        self.read = dict.fromkeys(sorted(read.union(self.classing, self.counted))).keys()
        self.classed, self.summed = dict[str, Classed](), dict[tuple[Plain, ...], Record]()

    def known(self) -> Iterator[tuple[Row, Known]]:
        """Yield every candidate with what is known of it; those that are alike have the same."""
        approved, alike = {model for _, model in self.given.approvals}, dict[object, Known]()
        for row in rows_of(self.given):
            model = self.given.models[row.model]
            own, offered = model["attributes"], model["offers"][row.place]["attributes"]
            itself = row.model if "model" in self.read or row.model in approved else None
            key = (itself, *map(own.get, self.read), *map(offered.get, self.read))
            if key not in alike:
                places = [(name, place) for name, place in (*own.items(), *offered.items()) if name in self.read]
                alike[key] = Known(self, row.model, {name: self.given.values[name][place] for name, place in places})
            yield row, alike[key]

    def of(self, stated: Record) -> tuple[World, Classed, Record]:
        """Return all values that follow from some, what was concluded, and what is computed."""
        computed = self.sums(stated)
        world = stated | {name: one["value"] for name, one in computed.items()}
        if (key := str([*map(world.get, self.classing)])) not in self.classed:
            self.classed[key] = self._conclude(world)
        return world | {name: one["value"] for name, one in self.classed[key][0].items()}, self.classed[key], computed

    def sums(self, stated: Record) -> Record:
        """Return what is computed from some values."""
        if (key := tuple(map(stated.get, self.counted))) not in self.summed:
            self.summed[key] = sums(self.given.summing, stated, self.facts)
        return self.summed[key]

    def _conclude(self, stated: Record) -> Classed:
        """Return what rules conclude of a model, with the rules that do, and what its entry contradicts."""
        world, found, contradictions = dict(stated), {}, []
        for name in self.order:
            truths = [(rule, where.on(world)) for rule, where in self.rules[name]]
            by = [rule for rule, truth in truths if truth]
            if self.given.attributes[name].type == "set":
                if by:
                    members = [member for rule in by for member in rule.body[name]]
                    world[name] = self.given.attributes[name].listed([*stated.get(name, ()), *members])
                    found[name] = {"value": world[name], "by": [rule.id for rule in by]}
            elif name in stated:
                contradictions += [(name, rule.id) for rule in by if stated[name] is False]
            elif either(truth for _, truth in truths) is not None:
                world[name] = bool(by)
                found[name] = {"value": world[name]} | sparse(by=[rule.id for rule in by])
        return found, contradictions

    def newest(self, sources: list[str]) -> list[str]:
        """Return the newest of the sources of a value if all are dated, alone."""
        dates = self.given.dates
        return sorted(sources, key=lambda one: (-days(dates[one])[0], one))[:1] if dates.keys() >= {*sources} else []

    def outlook(self, entries: Record, computed: Record) -> Record:
        """Record since when values stand in place of others, and what changes until the stated end, or for a year."""
        given = self.given
        dated = [(one["since"], name) for name in sorted(entries) for one in entries[name].get("dated", ())]
        ends = [days(one)[1] for one in self.facts.get("ends_on", ()) if given.attributes["ends_on"].type == "date"]
        until, coming = max(ends, default=days(given.day)[0] + 365), []
        for since in sorted({since for since, _ in dated if given.day < since and days(since)[0] <= until}):
            names, after = [name for day, name in dated if day == since], self.sums(_values(_in_force(entries, since)))
            changed = [name for name in computed if name in after and given.resting[name] & {*names}]
            values = {name: after[name]["value"] for name in changed}
            coming.append({"since": since, "attributes": names} | sparse(computed=values))
        return sparse(begun={name: since for since, name in dated if since <= given.day}, coming=coming)

    def lacked(self, name: str, world: World) -> set[str]:
        """Return what an attribute that leaves a test unknown rests on and lacks itself, else the attribute."""
        attribute, below = self.given.attributes[name], set[str]()
        if name not in world and attribute.computed:
            missing = lacking(attribute, numbers(attribute, world, self.facts))
            scopes = {self.given.attributes[one].scope if one in self.given.attributes else None for one in missing}
            below = {lower for one in missing for lower in self.lacked(one, world)} if scopes <= {*CANDIDATE} else set()
        elif name not in world and attribute.type == "flag":
            undecided = [where for _, where in self.rules[name] if where.on(world) is None]
            unknown = {leaf.name for where in undecided for leaf in where.leaves if leaf.on(world)[0] is None}
            below = {lower for one in unknown for lower in self.lacked(one, world)}
        return below or {name}

    def rested_on(self, names: Iterable[str]) -> list[str]:
        """Return attributes, and those from which such ones are concluded or computed."""
        attributes, waiting = self.given.attributes, [*names]
        for name in waiting:
            below = self.tested.get(name, set()) | factors(attributes[name]) & attributes.keys()
            waiting += sorted({one for one in below if attributes[one].scope in CANDIDATE}.difference(waiting))
        return sorted(waiting)


def _in_force(entries: Record, day: str) -> Record:
    """Return the entries as they are on a day: the last dated value that has begun, which nobody disputes."""
    dated = [(name, one) for name, its in entries.items() for one in its.get("dated", ())]
    return entries | {name: one for name, one in dated if one["since"] <= day}  # the last one counts


def _values(entries: Record) -> Record:
    return {name: entry["value"] for name, entry in entries.items()}
