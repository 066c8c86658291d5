"""Fires one case again and again with other facts: of its rules those alone that what differs can reach.

A rule that nothing reaches fires as before, and one that a single difference reaches as it does with that difference
alone. All others are fired by the plain evaluator, on what the rest of the rules conclude; once for all facts that no
test tells apart. Sets of rules are masks of their places here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits, mask_of
from llmrules.engine.plain import PlainEngine
from llmrules.engine.program import Program
from llmrules.language.conditions import Reference

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence

    from llmrules.engine.program import FiringRule
    from llmrules.language.conditions import Facts, Leaf
    from llmrules.language.conditions.table import Test
    from llmrules.language.rules.effects import Conclude
    from llmrules.language.values import Value


class Reach:
    """What depends on what in a program: the same for all cases, and worked out once."""

    def __init__(self, program: Program) -> None:
        """Note what every rule tests, and by which others it is overridden."""
        self.program = program
        leaves = dict.fromkeys(leaf for rule in program.rules for leaf in _leaves(rule))
        conclusions = [rule.conclusion for rule in program.rules if rule.conclusion is not None]
        self.cuts = Cuts(leaves, conclusions)
        self._leaves: defaultdict[str, list[Leaf]] = defaultdict(list)
        for leaf in leaves:
            self._leaves[leaf.attribute.name].append(leaf)
        # What is compared, and a set that rules add to, is told apart by all that it has.
        self._whole = {one.attribute.name for one in conclusions if one.attribute.many}
        self._whole.update(name for left, one in self.cuts.compared for name in (left, one.requirement))
        self._told: dict[tuple[str, frozenset[Value] | None], Hashable] = {}
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
        self._following: dict[int, int] = {}
        self._parts: dict[int, _Part] = {}

    def of(self, name: str) -> int:
        """Return all rules whose firing may depend on an attribute."""
        if name not in self._of:
            self._of[name] = self.following(self._readers.get(name, 0))
        return self._of[name]

    def told(self, name: str, values: frozenset[Value] | None) -> Hashable:
        """Return what the tests can tell of the values of an attribute: alike where the same rules fire."""
        if name in self._whole:
            return values
        key = name, values
        if key not in self._told:
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            facts = {} if values is None else {name: values}
            self._told[key] = mask_of([place for place, leaf in enumerate(self._leaves[name]) if leaf.holds(facts)])
        return self._told[key]

    def following(self, rules: int) -> int:
        """Return rules with all that may fire otherwise where they do."""
        if rules not in self._following:
            self._following[rules] = self._all_following(rules)
        return self._following[rules]

    def _all_following(self, rules: int) -> int:
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

MOST_TOLD = 10_000
"""Values of which it is kept what the tests tell; then they are dropped, too."""


class Refiring:
    """A program fired on one case, and on the same case with other facts. Its fired rules are remembered as masks."""

    def __init__(self, reach: Reach, facts: Facts, fired: Iterable[int]) -> None:
        """Take what was fired on the facts of the case."""
        self.fired = mask_of([*fired])
        self._reach, self._facts = reach, facts
        self._with: dict[tuple[tuple[str, Hashable], ...], int] = {(): self.fired}
        self._conclusions: dict[int, list[tuple[str, frozenset[Value]]]] = {}

    def fire(self, facts: Facts, changed: Collection[str]) -> int:
        """Return the rules that fire on other facts, where all but those of the changed attributes are as they were."""
        told, before = self._reach.told, self._facts
        differing = tuple(
            [(name, its) for name in changed if (its := told(name, facts.get(name))) != told(name, before.get(name))]
        )
        if differing not in self._with:
            self._with[differing] = self._anew(facts, [name for name, _ in differing])
        return self._with[differing]

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

    def _anew(self, facts: Facts, differing: Sequence[str]) -> int:
        if len(differing) == 1:
            reached = self._reach.of(differing[0])
            return self._reach.fire(reached, self.fired & ~reached, facts)
        settled, once, several = self.fired, 0, 0
        for name in differing:
            reached = self._reach.of(name)
            several |= once & reached
            once |= reached
            settled = settled & ~reached | self.fire(self._alone(name, facts), (name,)) & reached
        return self._reach.fire(several, settled & ~several, facts)

    def _alone(self, name: str, facts: Facts) -> Facts:
        """Return the facts of the case where one attribute alone is as in others."""
        found = {**self._facts}
        found.pop(name, None)
        return {**found, name: facts[name]} if name in facts else found


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

    ``values`` are those of tests and conclusions, ``matched`` the requirements that a pattern is tested of, and
    ``compared`` those that are tested against another one.
    """

    def __init__(self, leaves: Iterable[Leaf], conclusions: Iterable[Conclude] = ()) -> None:
        """Note all that is tested and concluded."""
        self.values: defaultdict[str, set[Value]] = defaultdict(set)
        self.compared: dict[tuple[str, Reference], None] = {}
        self.matched: set[str] = set()
        for conclusion in conclusions:
            self.values[conclusion.attribute.name] |= conclusion.values
        for leaf in leaves:
            for test in leaf.tests:
                self._test(leaf.attribute.name, test)

    def _test(self, name: str, test: Test) -> None:
        if isinstance(test.operand, Reference):
            self.compared[name, test.operand] = None
        elif test.operator.name != "known":
            self.values[name].update(test.operand if isinstance(test.operand, tuple) else (test.operand,))
        if test.operator.name == "like":
            self.matched.add(name)


def _leaves(rule: FiringRule) -> Iterator[Leaf]:
    """Yield the tests of a rule, those of its exceptions too."""
    yield from rule.when.all_leaves()
    for table in rule.exceptions:
        yield from table.all_leaves()
