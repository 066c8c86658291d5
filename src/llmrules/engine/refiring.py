"""Fires one case again and again with other facts: of its rules those alone that what differs can reach.

A rule fires as before, unless one of its tests comes out otherwise or one that overrides it does. So what differs is
followed from rule to rule, once for all facts that no test tells apart, and of several differences only where they
meet; where a rule follows from itself, the plain evaluator fires all. Sets of rules are masks of their places here.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from llmrules.catalog.candidates import bits, mask_of
from llmrules.engine.plain import PlainEngine
from llmrules.language.conditions import Reference

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator

    from llmrules.engine.program import FiringRule, Program
    from llmrules.language.conditions import Facts, Leaf
    from llmrules.language.conditions.table import Test
    from llmrules.language.rules.effects import Conclude
    from llmrules.language.values import Value


class Reach:
    """What depends on what in a program: the same for all cases, and worked out once."""

    def __init__(self, program: Program) -> None:
        """Note what every rule tests, and by which others it is overridden."""
        self.program = program
        self._tests: defaultdict[str, defaultdict[Leaf, int]] = defaultdict(lambda: defaultdict(int))
        """The rules that have each test, by the requirement that it is about."""
        self._readers: defaultdict[str, int] = defaultdict(int)
        self._overridden: defaultdict[int, int] = defaultdict(int)
        for rule in program.rules:
            for leaf in _leaves(rule):
                self._tests[leaf.attribute.name][leaf] |= 1 << rule.place
            for name in frozenset().union(*(table.reads() for table in (rule.when, *rule.exceptions))):
                self._readers[name] |= 1 << rule.place
            for overrider in rule.overriders:
                self._overridden[overrider] |= 1 << rule.place
        conclusions = {rule.place: rule.conclusion for rule in program.rules if rule.conclusion is not None}
        self.concluding = mask_of(conclusions)
        self.cuts = Cuts((leaf for tests in self._tests.values() for leaf in tests), conclusions.values())
        # What is compared, and a set that rules add to, is told apart by all that it has.
        self._whole = {one.attribute.name for one in conclusions.values() if one.attribute.many}
        self._whole.update(name for left, one in self.cuts.compared for name in (left, one.requirement))
        self._told: dict[tuple[str, frozenset[Value] | None], Hashable] = {}
        self._of: dict[str, int] = {}
        self._following: dict[int, int] = {}
        self._circling: dict[str, int] = {}

    def of(self, name: str) -> int:
        """Return all rules whose firing may depend on an attribute."""
        if name not in self._of:
            readers = self._readers[name]
            self._of[name] = reduce(or_, map(self.following, bits(readers)), readers)
        return self._of[name]

    def told(self, name: str, values: frozenset[Value] | None) -> Hashable:
        """Return what the tests tell of the values of an attribute: alike where the same rules fire."""
        if name in self._whole:
            return values
        key = name, values
        if key not in self._told:
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            facts = {} if values is None else {name: values}
            self._told[key] = mask_of([place for place, leaf in enumerate(self._tests[name]) if leaf.holds(facts)])
        return self._told[key]

    def following(self, rule: int) -> int:
        """Return all rules that may fire otherwise where one does; it is among them if it follows from itself."""
        if rule in self._following:
            return self._following[rule]
        found, waiting = 0, 1 << rule
        while waiting:
            more = 0
            for place in bits(waiting):
                conclusion = self.program.rules[place].conclusion
                more |= self._overridden[place]
                if conclusion is not None:
                    more |= self._readers[conclusion.attribute.name]
            waiting = more & ~found
            found |= more
        self._following[rule] = found
        return found

    def turned(self, before: Facts, after: Facts, names: Iterable[str], rules: int = 0) -> int:
        """Return the rules that may fire otherwise for what is known of some attributes, or since some rules do."""
        found = reduce(or_, map(self._overridden.__getitem__, bits(rules)), 0)
        for name in names:
            one, other = (self.told(name, facts.get(name)) for facts in (before, after))
            if one != other:
                found |= self._testing(name, one, other)
        return found

    def reading(self, name: str) -> int:
        """Return the rules that test an attribute, or compare one with it."""
        return self._readers[name]

    def circling(self, name: str) -> int:
        """Return those of them that follow from themselves: they could bear each other where nothing else does."""
        if name not in self._circling:
            its = (place for place in bits(self._readers[name]) if self.following(place) >> place & 1)
            self._circling[name] = mask_of([*its])
        return self._circling[name]

    def _testing(self, name: str, one: Hashable, other: Hashable) -> int:
        """Return the rules of which tests of an attribute come out otherwise."""
        if not isinstance(one, int) or not isinstance(other, int):
            return self._readers[name]
        tests = [*self._tests[name].values()]
        return reduce(or_, map(tests.__getitem__, bits(one ^ other)), 0)


MOST_TOLD = 10_000
"""Values of which it is kept what the tests tell; then they are dropped, so that long use needs no more memory."""


class Refiring:
    """A program fired on one case, and on the same case with other facts. Its fired rules are remembered as masks."""

    def __init__(self, reach: Reach, facts: Facts, fired: Iterable[int]) -> None:
        """Take what was fired on the facts of the case."""
        self.fired = mask_of([*fired])
        self._reach, self._facts = reach, facts
        self._before: dict[str, Hashable] = {}
        self._with: dict[tuple[tuple[str, Hashable], ...], tuple[int, int]] = {(): (self.fired, 0)}
        self._conclusions: dict[int, list[tuple[str, frozenset[Value]]]] = {}

    def fire(self, facts: Facts, changed: Collection[str]) -> int:
        """Return the rules that fire on other facts, where all but those of the changed attributes are as they were."""
        told, before = self._reach.told, self._before
        for name in changed:
            if name not in before:
                before[name] = told(name, self._facts.get(name))
        differing = tuple([(name, its) for name in changed if (its := told(name, facts.get(name))) != before[name]])
        return self._fired(facts, differing)[0]

    def concluded(self, fired: int, facts: Facts) -> Facts:
        """Return all that is known at the end, where some rules fired on facts."""
        fired &= self._reach.concluding
        if fired not in self._conclusions:
            self._conclusions[fired] = self._reach.program.concluded(bits(fired))
        known = dict(facts)
        for name, values in self._conclusions[fired]:
            known[name] = known[name] | values if name in known else values
        return known

    def _fired(self, facts: Facts, differing: tuple[tuple[str, Hashable], ...]) -> tuple[int, int]:
        """Return what fires with some differences, and all rules that were fired anew for it."""
        if differing in self._with:
            return self._with[differing]
        if len(differing) == 1:
            turned = self._reach.turned(self._facts, facts, [differing[0][0]])
            found = self._with[differing] = self._follow(facts, self.fired, turned)
            return found
        fired, anew, turned, moved = self.fired, 0, 0, set[str]()
        for one in differing:
            alone, its = self._fired(self._alone(one[0], facts), (one,))
            names = {one[0], *self._concluding(alone ^ self.fired)}
            turned |= reduce(or_, map(self._reach.reading, moved & names), anew & its)
            fired, anew, moved = fired ^ alone ^ self.fired, anew | its, moved | names
        fired, more = self._follow(facts, fired, turned)
        self._with[differing] = fired, anew | more
        return self._with[differing]

    def _alone(self, name: str, facts: Facts) -> Facts:
        """Return the facts of the case where one attribute alone is as in others."""
        found = {one: values for one, values in self._facts.items() if one != name}
        return {**found, name: facts[name]} if name in facts else found

    def _follow(self, facts: Facts, fired: int, turned: int) -> tuple[int, int]:
        """Return what fires in the end where some rules fired and others may have turned; and all fired anew for it."""
        rules, anew = self._reach.program.rules, turned
        while turned:
            known, now = self.concluded(fired, facts), fired
            for place in bits(turned):
                rule = rules[place]
                if self._reach.following(place) >> place & 1:
                    return mask_of(PlainEngine(self._reach.program).fire(facts)), (1 << len(rules)) - 1
                fires = rule.holds(known) and not any(fired >> one & 1 for one in rule.overriders)
                now = now | 1 << place if fires else now & ~(1 << place)
            if now == fired:
                break
            fired, turned = now, self._turned(facts, fired, now)
            anew |= turned
        return fired, anew

    def _turned(self, facts: Facts, before: int, after: int) -> int:
        """Return the rules that may fire otherwise since others do."""
        names = self._concluding(before ^ after)
        known = [self.concluded(one, facts) if names else facts for one in (before, after)]
        turned = self._reach.turned(known[0], known[1], names, before ^ after)
        return reduce(or_, map(self._reach.circling, names), turned)

    def _concluding(self, rules: int) -> set[str]:
        """Return what some rules conclude anything of."""
        return {name for name, _ in self._reach.program.concluded(bits(rules & self._reach.concluding))}


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
