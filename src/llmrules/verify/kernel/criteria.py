"""Conditions on models and offers, and the rules that fired and apply them: truth, gaps and points on one candidate."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias

from .given import HARD, Given, Rule
from .refusal import Plain, Record, sparse
from .truth import Facts, Truth, both, leaves, opposite, table_truth, tests
from .values import marks_of

World: TypeAlias = Mapping[str, Plain]  # the values of one candidate, by attribute; what is unknown has none
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
