"""What is known of each candidate on the day decided for, and what conditions on it and rules that apply them say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import TypeAlias

from .given import CANDIDATE, HARD, TESTED, Given, Row, Rule, factors, names_in, numbers, rows_of, sums
from .refusal import Plain, Record, Refusal, sparse
from .truth import Facts, Truth, both, either, leaves, opposite, table_truth, tests
from .values import days, marks_of

World: TypeAlias = Mapping[str, Plain]  # the values of one candidate, by attribute; what is unknown has none
Classed: TypeAlias = tuple[Record, list[tuple[str, str]]]  # what is concluded, and entries that contradict a rule
HOLDS = {True: "true", False: "false", None: "unknown"}


class Criterion:
    """A rule that fired and touches models, with the thresholds that the facts give."""

    def __init__(self, rule: Rule, given: Given, facts: Facts) -> None:
        self.rule, self.effect = rule, rule.effect
        self.where = Conditions("where", rule.where, given, facts)
        self.predicate = Conditions("predicate", rule.predicate, given, facts)
        self.grade = _Leaf("grade", *rule.grade, given, facts) if rule.grade else None
        self.leaves = [*self.where.leaves, *self.predicate.leaves, *([self.grade] if self.grade else [])]
        self.outcomes: dict[str, tuple[int, Record]] = {}
        self.usual: dict[str, tuple[int, Record]] = {}  # where neither exemptions nor approvals are of matter

    def record(self) -> Record:
        """Record the rule with its leaves and each way in which it came out, said once for all candidates."""
        leaves, outcomes = [leaf.record() for leaf in self.leaves], [one for _, one in self.outcomes.values()]
        return {"rule": self.rule.id, "leaves": leaves, "outcomes": outcomes}

    def truth(self, world: World) -> Truth:
        """Return what it says of a candidate: a hard rule, whether it passes; all others, whether it is reached."""
        reached = self.where.on(world)
        passes = self.grade.on(world)[0] if self.grade else self.predicate.on(world)
        fails = passes if self.effect == "exclude" else opposite(passes)
        return opposite(both([reached, fails])) if self.effect in HARD else both([reached, passes])

    def points(self, world: World) -> Fraction:
        """Return the points of a candidate that it reaches."""
        weight = Fraction(self.rule.record["weight"])
        if self.grade is not None:
            its, leaf = self.grade.attribute, self.grade.leaf
            marks = marks_of(leaf["marks"]) if "marks" in leaf else its.marks
            return weight * its.place(world[self.grade.name], leaf["toward"], marks)
        return -weight if self.effect == "avoid" else weight

    def differs(self, world: World, other: World) -> bool:
        """Return whether it says something else in another world: another truth, or other points that are graded."""
        if all(world.get(name) == other.get(name) for name in self.rule.tests):
            return False
        truth = self.truth(world)
        return truth != self.truth(other) or bool(truth and self.grade and self.points(world) != self.points(other))

    def applied(self, world: World, outcome: str, by: Record, values: str) -> tuple[int, Record]:
        """Return the way in which it comes out on a candidate of some values, with its place, and record a new one."""
        key = f"{outcome}{by}{values}"
        if key not in self.outcomes:
            points = {"points": str(self.points(world))} if outcome == "points" else {}
            leaves = [leaf.on(world)[1] for leaf in self.leaves]
            self.outcomes[key] = len(self.outcomes), {"outcome": outcome, "leaves": leaves, **points, **by}
        return self.outcomes[key]


class Conditions:
    """A condition table on candidates, with the thresholds that the facts give."""

    def __init__(self, side: str, table: Plain, given: Given, facts: Facts) -> None:
        self.table, self.seen = table, dict[str, Truth]()
        self.leaves = [_Leaf(side, name, leaf, given, facts) for name, leaf in leaves(table)]

    def on(self, world: World) -> Truth:
        """Return the truth on a candidate."""
        if (key := str([world.get(leaf.name) for leaf in self.leaves])) not in self.seen:
            self.seen[key] = table_truth(self.table, (leaf.on(world)[0] for leaf in self.leaves))
        return self.seen[key]


class _Leaf:
    """One leaf of a criterion with the thresholds in force; each distinct value is tested once."""

    def __init__(self, side: str, name: str, leaf: Plain, given: Given, facts: Facts) -> None:
        self.side, self.name, self.leaf, self.attribute = side, name, leaf, given.attributes[name]
        is_grade = side == "grade"
        self.tests = [] if is_grade else tests(self.attribute, leaf, facts, given.attributes)
        self.asked = [("toward", leaf["toward"])] if is_grade else [(one.operator, one.raw) for one in self.tests]
        self.seen: dict[str, tuple[Truth, Record]] = {}

    def record(self) -> Record:
        """Record the leaf itself."""
        asked = [(one, [raw for _, raw in its]) for one, its in groupby(self.asked, key=lambda one: one[0])]
        tests = [{"operator": one, "thresholds": raws} for one, raws in asked]
        return {"side": self.side, "attribute": self.name, "tests": tests}

    def on(self, world: World) -> tuple[Truth, Record]:
        """Return the truth on a candidate, and its record with the actual value and how far off each test is."""
        raw = world.get(self.name)
        if (key := repr(raw)) not in self.seen:
            actual = None if raw is None else self.attribute.value(raw)
            truth = both(one.truth(self.attribute, actual) for one in self.tests)
            truth = None if raw is None and self.side == "grade" else truth
            gaps = [one.gap(self.attribute, actual) for one in self.tests if raw is not None]
            shown = gaps if any(gap is not None for gap in gaps) else None
            known = {} if raw is None else {"actual": raw}
            self.seen[key] = truth, {"holds": HOLDS[truth]} | known | sparse(gaps=shown)
        return self.seen[key]


class Known:
    """What is known of candidates that are alike in all that is read of them, by what the catalogue says of one."""

    def __init__(self, worlds: "Worlds", model: str, entries: Record) -> None:
        self.entries = _in_force(entries, worlds.given.day)
        values = {"model": model} | {name: one["value"] for name, one in self.entries.items()}
        self.world, (self.concluded, self.contradictions), self.computed = worlds.of(values)
        self.others: dict[str, list[World]] = {}  # for each disputed attribute, the world of each other value
        for name, disputed in ((name, one["disputed"]) for name, one in self.entries.items() if "disputed" in one):
            self.others[name] = [worlds.of(values | {name: one["value"]})[0] for one in disputed]
        dates, cited = worlds.given.dates, {name: one.get("sources", [""]) for name, one in self.entries.items()}
        dated = {name: its for name, its in cited.items() if dates.keys() >= {*its}}
        self.newest = {name: min(its, key=lambda one: (-days(dates[one])[0], one)) for name, its in dated.items()}
        self.outlook = worlds.outlook(entries, self.computed)


class Worlds:
    """Makes what is known of candidates, as far as what applies reads it. Refuses rules that classify in a circle."""

    def __init__(self, given: Given, facts: Facts, applied: Iterable[Rule]) -> None:
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
        for name, attribute in ((name, self.given.attributes[name]) for name in self.order):
            truths, is_set = [(rule, where.on(world)) for rule, where in self.rules[name]], attribute.type == "set"
            by = [rule for rule, truth in truths if truth]
            if name in stated and not is_set:
                contradictions += [(name, rule.id) for rule in by if stated[name] is False]
            elif by or (not is_set and either(truth for _, truth in truths) is False):
                members = [member for rule in by if is_set for member in rule.body[name]]
                world[name] = attribute.listed([*stated.get(name, ()), *members]) if is_set else bool(by)
                found[name] = {"value": world[name]} | sparse(by=[rule.id for rule in by])
        return found, contradictions

    def outlook(self, entries: Record, computed: Record) -> Record:
        """Record since when values stand in place of others, and what changes until the stated end, or for a year."""
        given = self.given
        dated = [(one["since"], name) for name in sorted(entries) for one in entries[name].get("dated", ())]
        ends = [days(one)[1] for one in self.facts.get("ends_on", ()) if given.attributes["ends_on"].type == "date"]
        until, coming = max(ends, default=days(given.day)[0] + 365), []
        for since in sorted({since for since, _ in dated if given.day < since and days(since)[0] <= until}):
            names = [name for day, name in dated if day == since]
            after = self.sums({name: one["value"] for name, one in _in_force(entries, since).items()})
            changed = [name for name in computed if name in after and given.resting[name] & {*names}]
            values = {name: after[name]["value"] for name in changed}
            coming.append({"since": since, "attributes": names} | sparse(computed=values))
        return sparse(begun={name: since for since, name in dated if since <= given.day}, coming=coming)

    def lacked(self, name: str, world: World) -> set[str]:
        """Return what an attribute that leaves a test unknown rests on and lacks itself, else the attribute."""
        attribute, below = self.given.attributes[name], set[str]()
        if name not in world and attribute.computed:
            known = numbers(attribute, world, self.facts)
            products = [of for of, _ in attribute.computed if all(known.get(one) != 0 for one in of)]
            missing = {one for of in products for one in of}.difference(known)
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
