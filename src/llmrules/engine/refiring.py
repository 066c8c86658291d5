"""Fires one case again and again with other facts: of its rules those alone that what differs can reach.

A rule that nothing reaches fires as before, and one that a single difference reaches as it does with that difference
alone. All others are fired by the plain evaluator, on what the rest of the rules conclude. Sets of rules are masks of
their places here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits, mask_of
from llmrules.engine.plain import PlainEngine
from llmrules.engine.program import Program
from llmrules.language.conditions import Reference
from llmrules.language.values import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from llmrules.engine.program import FiringRule
    from llmrules.language.conditions import Facts, Leaf
    from llmrules.language.conditions.table import Test
    from llmrules.language.rules.effects import Conclude
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute


class Reach:
    """What depends on what in a program: the same for all cases, and worked out once."""

    def __init__(self, program: Program) -> None:
        """Note what every rule tests, and by which others it is overridden."""
        self.program = program
        leaves = (leaf for rule in program.rules for leaf in _leaves(rule))
        self.cuts = Cuts(leaves, (rule.conclusion for rule in program.rules if rule.conclusion is not None))
        self._readers: dict[str, int] = {}
        self._overridden: dict[int, int] = {}
        self._tested = [
            frozenset().union(*(table.reads() for table in (rule.when, *rule.exceptions))) for rule in program.rules
        ]
        for rule in program.rules:
            for name in self._tested[rule.place]:
                self._readers[name] = self._readers.get(name, 0) | 1 << rule.place
            for overrider in rule.overriders:
                self._overridden[overrider] = self._overridden.get(overrider, 0) | 1 << rule.place
        self.concluding = mask_of([rule.place for rule in program.rules if rule.conclusion is not None])
        self._of: dict[str, int] = {}
        self._parts: dict[int, _Part] = {}

    def of(self, name: str) -> int:
        """Return all rules whose firing may depend on an attribute."""
        if name not in self._of:
            self._of[name] = self.following(self._readers.get(name, 0))
        return self._of[name]

    def following(self, rules: int) -> int:
        """Return rules with all that may fire otherwise where they do."""
        found, waiting = rules, rules
        while waiting:
            more = 0
            for place in bits(waiting):
                conclusion = self.program.rules[place].conclusion
                more |= self._overridden.get(place, 0)
                if conclusion is not None:
                    more |= self._readers.get(conclusion.attribute.name, 0)
            waiting = more & ~found
            found |= waiting
        return found

    def fire(self, rules: int, settled: int, facts: Facts) -> int:
        """Fire some rules anew, where all others are settled."""
        if not rules:
            return settled
        if rules not in self._parts:
            if len(self._parts) >= MOST_PARTS:
                self._parts.clear()
            read = frozenset[str]().union(*(self._tested[place] for place in bits(rules)))
            self._parts[rules] = _Part(self.program, rules, read)
        return settled | self._parts[rules].fire(settled, facts)


MOST_PARTS = 256
"""Parts of a program that are kept compiled; then they are dropped, so that long use needs no more memory."""


class Refiring:
    """A program fired on one case, and on the same case with other facts. Its fired rules are remembered as masks."""

    def __init__(self, reach: Reach, facts: Facts, fired: Iterable[int]) -> None:
        """Take what was fired on the facts of the case."""
        self.fired = mask_of([*fired])
        self._reach, self._facts = reach, facts
        self._alone: dict[tuple[str, object], int] = {}
        self._with_values: dict[tuple[str, frozenset[Value] | None], int] = {}
        self._conclusions: dict[int, list[tuple[str, frozenset[Value]]]] = {}
        self._cuts = reach.cuts.on(facts)

    def fire(self, facts: Facts, changed: Collection[str]) -> int:
        """Return the rules that fire on other facts, where all but those of the changed attributes are as they were."""
        differing = [name for name in changed if facts.get(name) != self._facts.get(name)]
        if len(differing) == 1:
            return self._with(differing[0], facts)
        settled, once, several = self.fired, 0, 0
        for name in differing:
            reached = self._reach.of(name)
            several |= once & reached
            once |= reached
            settled = settled & ~reached | self._with(name, facts) & reached
        return self._reach.fire(several, settled & ~several, facts)

    def without(self, rule: FiringRule) -> int:
        """Return the rules that fire on the case where one of them is switched off."""
        bit = 1 << rule.place
        reached = self._reach.following(bit) & ~bit
        return self._reach.fire(reached, self.fired & ~reached & ~bit, self._facts)

    def concluded(self, fired: int, facts: Facts) -> Facts:
        """Return all that is known at the end, where some rules fired on facts."""
        fired &= self._reach.concluding
        if fired not in self._conclusions:
            self._conclusions[fired] = self._reach.program.concluded(bits(fired))
        known = dict(facts)
        for name, values in self._conclusions[fired]:
            known[name] = known[name] | values if name in known else values
        return known

    def _with(self, name: str, facts: Facts) -> int:
        """Return what fires where one attribute alone is as in other facts."""
        given = name, facts.get(name)
        if given not in self._with_values:
            self._with_values[given] = self._alone_with(*given)
        return self._with_values[given]

    def _alone_with(self, name: str, values: frozenset[Value] | None) -> int:
        key = name, None if values is None else _told_apart(self._cuts.get(name), values)
        if key not in self._alone:
            reached = self._reach.of(name)
            alone = {**self._facts}
            alone.pop(name, None)
            if values is not None:
                alone[name] = values
            self._alone[key] = self._reach.fire(reached, self.fired & ~reached, alone)
        return self._alone[key]


class _Part:
    """Some rules of a program, which are fired where it is known which of the others do."""

    def __init__(self, program: Program, rules: int, read: frozenset[str]) -> None:
        its = tuple(program.rules[place] for place in bits(rules))
        self._engine = PlainEngine(Program(its, program.strata))
        self._read = read
        self._before = {place for rule in its for place in rule.overriders if not rules >> place & 1}
        self._feeding = [
            (one.place, one.conclusion)
            for one in program.rules
            if not rules >> one.place & 1 and one.conclusion is not None and one.conclusion.attribute.name in self._read
        ]

    def fire(self, settled: int, facts: Facts) -> int:
        known = {name: facts[name] for name in self._read if name in facts}
        for place, conclusion in self._feeding:
            if settled >> place & 1:
                name = conclusion.attribute.name
                known[name] = known.get(name, frozenset()) | conclusion.values
        return mask_of(self._engine.fire(known, [one for one in self._before if settled >> one & 1]))


class Cuts:
    """Where tests cut each requirement: numbers and days between two cuts fire the same rules.

    ``values`` are those of tests and conclusions, ``matched`` the requirements that a pattern is tested of. Where two
    are ``compared``, each is cut by what the other one has in the case or rules may conclude of it.
    """

    def __init__(self, leaves: Iterable[Leaf], conclusions: Iterable[Conclude] = ()) -> None:
        """Note all that is tested and concluded."""
        self.values: defaultdict[str, set[Value]] = defaultdict(set)
        self.compared: dict[tuple[str, Reference], None] = {}
        self.matched: set[str] = set()
        self._ordered: set[str] = set()
        self._concluded: defaultdict[str, set[Value]] = defaultdict(set)
        for conclusion in conclusions:
            self._concluded[conclusion.attribute.name] |= conclusion.values
            self.values[conclusion.attribute.name] |= conclusion.values
        for leaf in leaves:
            for test in leaf.tests:
                self._test(leaf.attribute, test)
        self._sorted = {name: sorted(map(_at, self.values[name])) for name in self._ordered}

    def _test(self, attribute: Attribute, test: Test) -> None:
        name = attribute.name
        if attribute.type in {"number", "date"}:
            self._ordered.add(name)
        if isinstance(test.operand, Reference):
            self.compared[name, test.operand] = None
        elif test.operator.name != "known":
            self.values[name].update(test.operand if isinstance(test.operand, tuple) else (test.operand,))
        if test.operator.name == "like":
            self.matched.add(name)

    def on(self, facts: Facts) -> Mapping[str, Sequence[Decimal]]:
        """Return the cuts of each requirement that has an order in a case, ascending."""
        found: dict[str, set[Value]] = {}
        for name, reference in self.compared:
            if name in self._ordered:
                other = reference.requirement
                had, others = ({*facts.get(one, ()), *self._concluded.get(one, ())} for one in (name, other))
                found.setdefault(name, {*self.values.get(name, ())}).update(map(reference.later, others))
                found.setdefault(other, {*self.values.get(other, ())}).update(map(reference.earlier, had))
        return {**self._sorted, **{name: sorted(map(_at, its)) for name, its in found.items()}}


def _told_apart(
    cuts: Sequence[Decimal] | None, values: frozenset[Value]
) -> frozenset[Value] | frozenset[tuple[tuple[int, int], tuple[int, int]]]:
    """Return what of the values of an attribute the tests can tell apart."""
    if cuts is None:
        return values
    return frozenset((_band(cuts, _at(value)), _band(cuts, _at(value, last=True))) for value in values)


def _at(value: Value, *, last: bool = False) -> Decimal:
    """Return where a number stands, or the first or the last day of a period."""
    if isinstance(value, Period):
        return Decimal((value.last if last else value.first).toordinal())
    assert isinstance(value, int | Decimal)  # noqa: S101 - no other type is cut
    return Decimal(value)


def _band(cuts: Sequence[Decimal], at: Decimal) -> tuple[int, int]:
    return bisect_left(cuts, at), bisect_right(cuts, at)


def _leaves(rule: FiringRule) -> Iterator[Leaf]:
    """Yield the tests of a rule, those of its exceptions too."""
    yield from rule.when.all_leaves()
    for table in rule.exceptions:
        yield from table.all_leaves()
