"""A rule set compiled for firing: what each rule tests of the requirements and what it concludes.

Both engines run the same program and report the same thing: the set of rules that fire. Models are not seen here.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property, reduce
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from attrs import evolve, field, frozen

from llmrules.language.conditions import ALWAYS, Facts, Leaf, Table
from llmrules.language.rules.effects import Conclude
from llmrules.language.values import Number, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.rules.rule import Rule
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.vocabulary import Attribute

FINITE = ("flag", "choice", "scale")
"""The single-valued types with few values: their leaves become sets of accepted values."""


COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}
"""The operators that compare a number with one other."""

Comparison: TypeAlias = tuple[Callable[[Any, Any], bool], Number]


@frozen(eq=False, slots=False)
class Check:
    """The conditions of one rule, compiled when they are first needed: call it with facts."""

    when: Table
    exceptions: tuple[Table, ...]

    @cached_property
    def parts(self) -> Parts:
        """The conditions but for exceptions; the common shapes, finite leaves and plain comparisons, are loops."""
        quick, numbers, others = [], [], []
        for leaf in self.when.leaves:
            comparisons = _comparisons(leaf)
            if _is_finite(leaf):
                quick.append((leaf.attribute.name, accepted(leaf)))
            elif comparisons is not None:
                numbers.append((leaf.attribute.name, comparisons))
            else:
                others.append(leaf)
        rest = Table(tuple(others), self.when.every, self.when.either)
        return Parts(tuple(quick), tuple(numbers), rest if rest != ALWAYS else None)

    def __call__(self, facts: Facts) -> bool:
        """Whether the conditions hold and no exception does."""
        quick, numbers, rest = self.parts
        for name, values in quick:
            known = facts.get(name)
            if known is None or values.isdisjoint(known):
                return False
        for name, tests in numbers:
            known = facts.get(name)
            if known is None or not any(all(passes(one, wanted) for passes, wanted in tests) for one in known):
                return False
        if rest is not None and not rest.holds(facts):
            return False
        return not self.exceptions or not any(table.holds(facts) for table in self.exceptions)


class Parts(NamedTuple):
    """The parts of a conjunction.

    ``quick`` has the values that satisfy a leaf where there are few, ``numbers`` the comparisons that one number must
    pass, ``rest`` all other leaves and tables.
    """

    quick: tuple[tuple[str, frozenset[Value]], ...]
    numbers: tuple[tuple[str, tuple[Comparison, ...]], ...]
    rest: Table | None


@frozen(eq=False)
class FiringRule:
    """One rule as the engines see it.

    It fires when ``when`` holds, none of ``exceptions`` holds and none of ``overriders`` (places in the program)
    has fired. ``holds`` is the first two, compiled.
    """

    place: int
    id: str
    stratum: int
    when: Table
    exceptions: tuple[Table, ...]
    overriders: tuple[int, ...]
    conclusion: Conclude | None
    holds: Check = field(repr=False)
    tests: frozenset[str] = frozenset()
    """The requirements that ``when`` tests or compares."""

    def at(self, place: int, stratum: int, overriders: tuple[int, ...]) -> FiringRule:
        """Return the same rule where it stands in a program."""
        if (place, stratum, overriders) == (self.place, self.stratum, self.overriders):
            return self
        return evolve(self, place=place, stratum=stratum, overriders=overriders)


NOTHING: Mapping[str, FiringRule] = {}
"""No rule is compiled yet."""


@frozen(eq=False, slots=False)
class Program:
    """All rules that fire on requirements, in the order of strata and ids."""

    rules: tuple[FiringRule, ...]
    strata: int

    @cached_property
    def sieve(self) -> Sieve:
        """What most of their leaves say at once."""
        return _sieve(self.rules)

    @cached_property
    def _concluding(self) -> dict[int, tuple[str, frozenset[Value]]]:
        rules = ((rule.place, rule.conclusion) for rule in self.rules)
        return {place: (done.attribute.name, done.values) for place, done in rules if done is not None}

    def concluded(self, fired: Iterable[int]) -> list[tuple[str, frozenset[Value]]]:
        """Return what some rules conclude: an attribute and its values for each that concludes."""
        concluding = self._concluding
        return [concluding[place] for place in fired if place in concluding]


@frozen(eq=False)
class Sieve:
    """What leaves say of many rules at once, each a bit at its place: a rule that does not pass cannot fire.

    One of ``sure`` that passes holds: it has nothing else to test.
    """

    everyone: int
    sure: int
    columns: Mapping[str, Column]
    untested: dict[str, int]
    """By requirement the rules that do not test it, which pass where it is not known."""

    def masks(self, facts: Facts) -> dict[str, int]:
        """Return what each requirement lets pass on facts."""
        found = self.untested.copy()
        for name, values in facts.items():
            if name in found:
                found[name] = self.columns[name].passing(values)
        return found

    def passing(self, masks: Mapping[str, int]) -> int:
        """Return the rules that all requirements let pass."""
        return reduce(operator.and_, masks.values(), self.everyone)


@frozen(eq=False)
class Column:
    """What one requirement lets pass: where it is not known, rules that do not test it; else others by its values too.

    ``known`` are those that pass on any value; ``bounds`` have the thresholds of one operator, ascending, and what
    passes before, between and after them.
    """

    free: int
    known: int
    by_value: Mapping[Value, int]
    bounds: tuple[tuple[Callable[[Any, Any], int], list[Number], list[int]], ...]

    def passing(self, values: frozenset[Value]) -> int:
        """Return the rules that one of some values lets pass."""
        found = self.known
        for value in values:
            found |= self.by_value.get(value, 0)
            for place, thresholds, masks in self.bounds:
                found |= masks[place(thresholds, value)]
        return found


def compile_program(ruleset: RuleSet, known: Mapping[str, FiringRule] = NOTHING) -> Program:
    """Compile the rules of a rule set that fire on requirements; the conditions of those ``known`` are as they were."""
    attributes = ruleset.vocabulary.attributes
    ordered = sorted(ruleset.firing(), key=lambda rule: (ruleset.strata[rule.id], rule.id))
    place = {rule.id: index for index, rule in enumerate(ordered)}
    overriders: dict[str, list[int]] = {}
    for rule in ordered:
        for target in rule.overrides:
            overriders.setdefault(target, []).append(place[rule.id])
    rules = []
    for rule in ordered:
        compiled = known.get(rule.id) or _firing_rule(rule, attributes)
        where = (place[rule.id], ruleset.strata[rule.id], tuple(sorted(overriders.get(rule.id, ()))))
        rules.append(compiled.at(*where))
    return Program(tuple(rules), strata=max((rule.stratum for rule in rules), default=0) + 1)


def _firing_rule(rule: Rule, attributes: Mapping[str, Attribute]) -> FiringRule:
    when = full_condition(rule, attributes)
    exceptions = rule.unless.exceptions()
    check = Check(when, exceptions)
    return FiringRule(0, rule.id, 0, when, exceptions, (), rule.effect.conclusion, check, when.reads())


def _sieve(rules: Iterable[FiringRule]) -> Sieve:
    everyone = sure = 0
    by_value: defaultdict[str, defaultdict[Any, int]] = defaultdict(lambda: defaultdict(int))
    compared: defaultdict[str, defaultdict[Any, defaultdict[Any, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    testing: defaultdict[str, int] = defaultdict(int)
    known: defaultdict[str, int] = defaultdict(int)
    for rule in rules:
        bit, its = 1 << rule.place, rule.holds.parts
        everyone |= bit
        for name, values in its.quick:
            testing[name] |= bit
            for value in values:
                by_value[name][value] |= bit
        single = [(name, *tests[0]) for name, tests in its.numbers if len(tests) == 1]  # two must pass on one value
        for name, passes, threshold in single:
            testing[name] |= bit
            masks = by_value[name] if passes is operator.eq else compared[name][passes]
            masks[threshold] |= bit
        names = {name for name, _ in its.quick} | {name for name, *_ in single}
        once = len(names) == len(its.quick) + len(its.numbers)  # of two leaves on one requirement either lets pass
        if once and its.rest is None and not rule.exceptions:
            sure |= bit
            continue
        for leaf in rule.when.leaves:
            if not leaf.asks_absence and leaf.attribute.name not in names:
                testing[leaf.attribute.name] |= bit
                known[leaf.attribute.name] |= bit
    columns = {
        name: Column(
            everyone & ~mask, everyone & ~mask | known[name], dict(by_value[name]), tuple(_bounds(compared[name]))
        )
        for name, mask in testing.items()
    }
    return Sieve(everyone, sure, columns, {name: column.free for name, column in columns.items()})


def _bounds(compared: Mapping[Any, Mapping[Any, int]]) -> Iterator[Any]:
    """Yield of each operator its thresholds, with the rules that pass on a value by its place among them."""
    for passes, masks in compared.items():
        thresholds = sorted(masks)
        its = [masks[threshold] for threshold in thresholds]
        if passes in {operator.ge, operator.gt}:
            found = [*accumulate(its, operator.or_, initial=0)]
        else:
            found = [*accumulate(reversed(its), operator.or_, initial=0)][::-1]
        yield bisect_right if passes in {operator.ge, operator.lt} else bisect_left, thresholds, found


def full_condition(rule: Rule, attributes: Mapping[str, Attribute]) -> Table:
    """Return ``when`` with what it implies: referred requirements are known, and the rule is still in force."""
    implied = rule.implied(attributes)
    return Table((*rule.when.leaves, *implied.leaves), rule.when.every, rule.when.either)


def _comparisons(leaf: Leaf) -> tuple[Comparison, ...] | None:
    """Return the tests of a leaf as comparisons with numbers; None where they are not all such."""
    found: list[Comparison] = []
    for test in leaf.tests if leaf.attribute.type == "number" else ():
        if test.operator.name not in COMPARED or not isinstance(test.operand, int | Decimal):
            return None
        found.append((COMPARED[test.operator.name], test.operand))
    return tuple(found) or None


def _is_finite(leaf: Leaf) -> bool:
    return leaf.attribute.type in FINITE and not leaf.asks_absence and not leaf.references


def accepted(leaf: Leaf) -> frozenset[Value]:
    """Return the values of a finite attribute that satisfy every test of a leaf."""
    attribute = leaf.attribute
    domain: tuple[Value, ...] = (False, True) if attribute.type == "flag" else attribute.choice_ids
    return frozenset(value for value in domain if leaf.holds({attribute.name: frozenset({value})}))
