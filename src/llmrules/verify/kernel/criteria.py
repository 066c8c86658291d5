"""Conditions on models and offers, and the rules that fired and apply them: truth, gaps and points on one candidate."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from .given import HARD, Given, grade, predicate
from .refusal import Plain, Record, sparse
from .truth import OF_NOTHING, OPERATORS, Facts, Truth, both, either, leaves, opposite, table_truth, thresholds

World: TypeAlias = Mapping[str, Plain]  # the values of one candidate, by attribute; what is unknown has none
HOLDS = {True: "true", False: "false", None: "unknown"}


class Criterion:
    """A rule that fired and touches models."""

    def __init__(self, rule: Plain, given: Given, facts: Facts) -> None:
        """Take the thresholds from the facts."""
        self.rule, self.effect, graded = rule, rule["effect"], grade(rule)
        self.where = Conditions("where", rule.get("where", {}), given, facts)
        self.predicate = Conditions("predicate", predicate(rule), given, facts)
        self.grade = _Leaf("grade", *graded, given, facts) if graded else None
        self.leaves = [*self.where.leaves, *self.predicate.leaves, *([self.grade] if self.grade else [])]

    def record(self) -> Record:
        """Record the rule with its leaves, said once for all candidates."""
        return {"rule": self.rule["id"], "leaves": [leaf.record() for leaf in self.leaves]}

    def truth(self, world: World) -> Truth:
        """Return what it says of a candidate: a hard rule, whether it passes; all others, whether it is reached."""
        reached = self.where.on(world)
        passes = self.grade.on(world)[0] if self.grade else self.predicate.on(world)
        if self.effect in HARD:
            return either([opposite(reached), opposite(passes) if self.effect == "exclude" else passes])
        return both([reached, passes])

    def points(self, world: World) -> Fraction:
        """Return the points of a candidate that it reaches."""
        weight = Fraction(self.rule["weight"])
        if self.grade is not None:
            return weight * self.grade.attribute.place(world[self.grade.name], self.grade.leaf["toward"])
        return -weight if self.effect == "avoid" else weight

    def differs(self, world: World, other: World) -> bool:
        """Return whether it says something else in another world: another truth, or other points that are graded."""
        if all(world.get(leaf.name) == other.get(leaf.name) for leaf in self.leaves):
            return False
        truths = self.truth(world), self.truth(other)
        return truths[0] != truths[1] or bool(truths[0] and self.grade and self.points(world) != self.points(other))

    def applied(self, world: World, outcome: str) -> Record:
        """Record it applied to a candidate."""
        return {"rule": self.rule["id"], "leaves": [leaf.on(world)[1] for leaf in self.leaves], "outcome": outcome}


class Conditions:
    """A condition table on candidates; each combination of truths of its leaves is worked out once."""

    def __init__(self, side: str, table: Plain, given: Given, facts: Facts) -> None:
        """Take the thresholds from the facts."""
        self.table = table
        self.leaves = [_Leaf(side, name, leaf, given, facts) for name, leaf in leaves(table)]
        self.seen: dict[tuple[Truth, ...], Truth] = {}

    def on(self, world: World) -> Truth:
        """Return the truth on a candidate."""
        truths = tuple(leaf.on(world)[0] for leaf in self.leaves)
        if truths not in self.seen:
            self.seen[truths] = table_truth(self.table, iter(truths))
        return self.seen[truths]


class _Leaf:
    """One leaf of a criterion with the thresholds in force; each distinct value is tested once."""

    def __init__(self, side: str, name: str, leaf: Plain, given: Given, facts: Facts) -> None:
        self.side, self.name, self.leaf, self.attribute = side, name, leaf, given.attributes[name]
        tests = [operator for operator in OPERATORS if operator in leaf]
        self.tests = [(one, thresholds(self.attribute, one, leaf[one], facts, given.attributes)) for one in tests]
        self.seen: dict[Plain, tuple[Truth, Record]] = {}
        if side == "grade":
            self.tests = [("toward", [(leaf["toward"], None)])]

    def record(self) -> Record:
        """Record the leaf itself."""
        tests = [{"operator": one, "thresholds": [raw for raw, _ in sides]} for one, sides in self.tests]
        return {"side": self.side, "attribute": self.name, "tests": tests}

    def on(self, world: World) -> tuple[Truth, Record]:
        """Return the truth on a candidate, and its record with the actual value and how far off each test is."""
        value = world.get(self.name)
        key = tuple(value) if isinstance(value, list) else value
        if key not in self.seen:
            self.seen[key] = self._outcome(value)
        return self.seen[key]

    def of_absence(self, operator: str, wanted: Plain) -> Truth:
        """Return the truth where no value is known; against a list of nothing none is needed."""
        if operator == "known":
            return self.leaf["known"] is False
        return OF_NOTHING.get(operator) if wanted in ((), frozenset()) else None

    def _outcome(self, raw: Plain) -> tuple[Truth, Record]:
        if raw is None:
            truth = both(self.of_absence(operator, wanted) for operator, found in self.tests for _, wanted in found)
            return truth, {"holds": HOLDS[truth]}
        if self.side == "grade":
            return True, {"holds": "true", "actual": raw}
        actual = self.attribute.value(raw)
        sides = [(OPERATORS[operator], wanted) for operator, found in self.tests for _, wanted in found]
        truth = both(operator.truth(self.attribute, actual, wanted) for operator, wanted in sides)
        gaps = [operator.gap(self.attribute, actual, wanted) for operator, wanted in sides]
        shown = gaps if any(gap is not None for gap in gaps) else None
        return truth, {"holds": HOLDS[truth], "actual": raw} | sparse(gaps=shown)
