"""A rule set compiled for firing: what each rule tests of the requirements and what it concludes.

Both engines run the same program and report the same thing: the set of rules that fire. Models are not seen here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from llmrules.language.conditions import ALWAYS, Facts, Leaf, Table
from llmrules.language.rules.effects import Conclude
from llmrules.language.values import Number, Value

if TYPE_CHECKING:
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


@frozen(eq=False)
class Check:
    """The conditions of one rule, compiled: call it with facts.

    ``quick`` has the values that satisfy a leaf where there are few, ``numbers`` the comparisons that one number must
    pass, ``rest`` all other leaves and tables.
    """

    quick: tuple[tuple[str, frozenset[Value]], ...]
    numbers: tuple[tuple[str, tuple[Comparison, ...]], ...]
    rest: Table | None
    exceptions: tuple[Table, ...]

    def __call__(self, facts: Facts) -> bool:
        """Whether the conditions hold and no exception does."""
        for name, values in self.quick:
            known = facts.get(name)
            if known is None or values.isdisjoint(known):
                return False
        for name, tests in self.numbers:
            known = facts.get(name)
            if known is None or not any(all(passes(one, wanted) for passes, wanted in tests) for one in known):
                return False
        if self.rest is not None and not self.rest.holds(facts):
            return False
        return not self.exceptions or not any(table.holds(facts) for table in self.exceptions)


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
    """The requirements that ``when`` tests."""

    def at(self, place: int, stratum: int, overriders: tuple[int, ...]) -> FiringRule:
        """Return the same rule where it stands in a program."""
        if (place, stratum, overriders) == (self.place, self.stratum, self.overriders):
            return self
        return evolve(self, place=place, stratum=stratum, overriders=overriders)


NOTHING: Mapping[str, FiringRule] = {}
"""No rule is compiled yet."""


@frozen(eq=False)
class Program:
    """All rules that fire on requirements, in the order of strata and ids."""

    rules: tuple[FiringRule, ...]
    strata: int


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
    tests = frozenset(leaf.attribute.name for leaf in when.all_leaves())
    return FiringRule(0, rule.id, 0, when, exceptions, (), rule.effect.conclusion, _compile(when, exceptions), tests)


def full_condition(rule: Rule, attributes: Mapping[str, Attribute]) -> Table:
    """Return ``when`` with what it implies: referred requirements are known, and the rule is still in force."""
    implied = rule.implied(attributes)
    return Table((*rule.when.leaves, *implied.leaves), rule.when.every, rule.when.either)


def _compile(when: Table, exceptions: tuple[Table, ...]) -> Check:
    """Compile a rule's conditions; the common shapes, finite leaves and plain comparisons, are loops."""
    quick, numbers, others = [], [], []
    for leaf in when.leaves:
        comparisons = _comparisons(leaf)
        if _is_finite(leaf):
            quick.append((leaf.attribute.name, accepted(leaf)))
        elif comparisons is not None:
            numbers.append((leaf.attribute.name, comparisons))
        else:
            others.append(leaf)
    rest = Table(tuple(others), when.every, when.either)
    return Check(tuple(quick), tuple(numbers), rest if rest != ALWAYS else None, exceptions)


def _comparisons(leaf: Leaf) -> tuple[Comparison, ...] | None:
    """Return the tests of a leaf as comparisons with numbers; None where they are not all such."""
    found: list[Comparison] = []
    for test in leaf.tests if leaf.attribute.type == "number" else ():
        if test.operator.name not in COMPARED or not isinstance(test.operand, int | Decimal):
            return None
        found.append((COMPARED[test.operator.name], test.operand))
    return tuple(found) or None


def _is_finite(leaf: Leaf) -> bool:
    return leaf.attribute.type in FINITE and not leaf.asks_absence


def accepted(leaf: Leaf) -> frozenset[Value]:
    """Return the values of a finite attribute that satisfy every test of a leaf."""
    attribute = leaf.attribute
    domain: tuple[Value, ...] = (False, True) if attribute.type == "flag" else attribute.choice_ids
    return frozenset(value for value in domain if leaf.holds({attribute.name: frozenset({value})}))
