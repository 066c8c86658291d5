"""Which rules fire, and what is known then, of every profile at once: the two-valued half of its decision.

It is written from the meaning of rules (``docs/rules.md``) as formulas over what a profile states.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve

from llmrules.language.conditions import Reference
from llmrules.language.values import Period, as_text
from llmrules.language.vocabulary import AS_OF
from llmrules.prove.circuit import FALSE, TRUE, Literal
from llmrules.prove.profiles import NOTHING, Known
from llmrules.worlds.advice.bands import order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Leaf, Test
    from llmrules.language.conditions.table import Table
    from llmrules.language.values import Number, Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.prove.circuit import Circuit
    from llmrules.prove.profiles import Place, Profiles


class Firings:
    """What some rules conclude on a day of every profile: of each rule that it fires, of each requirement its values.

    ``forms`` are tests of texts by their form, and ``between`` tests of a value of one band against one of another, by
    the input that leaves each open.
    """

    def __init__(self, profiles: Profiles, knowledge: Knowledge, when: date) -> None:
        """Work out which rules fire."""
        self.profiles, self.knowledge, self.when = profiles, knowledge, when
        self.circuit: Circuit = profiles.circuit
        self.forms: dict[str, tuple[Leaf, Test]] = {}
        self.between: dict[str, tuple[Leaf, Test, Value, Value]] = {}
        self.stated = self._stated()
        self.fired, self.known = self._fire()

    def _stated(self) -> dict[str, Known]:
        day = Period(self.when, self.when, self.when.isoformat())
        stated = {name: asked.stated for name, asked in self.profiles.asked.items()}
        for attribute in self.knowledge.ruleset.vocabulary:
            if attribute.default is not None and attribute.name not in stated:
                members = attribute.default if isinstance(attribute.default, frozenset) else {attribute.default}
                stated[attribute.name] = Known(TRUE, dict.fromkeys(members, TRUE))
        return {**stated, AS_OF.name: Known(TRUE, {day: TRUE})}

    def _fire(self) -> tuple[dict[str, Literal], dict[str, Known]]:
        """Return of each rule that it fires, and what is known at the end.

        Each round of a stratum fires what holds on the facts before it. Where rounds change no formula, or where there
        were as many as rules that conclude, no more can follow.
        """
        rules, known = self.knowledge.program.rules, dict(self.stated)
        fired: dict[int, Literal] = {}
        for stratum in range(self.knowledge.program.strata):
            here = [rule for rule in rules if rule.stratum == stratum]
            before, begun = dict.fromkeys((rule.place for rule in here), FALSE), dict(known)
            for _ in range(sum(rule.conclusion is not None for rule in here) + 1):
                now = {
                    rule.place: self.circuit.both(
                        self.asked(rule.when, known),
                        *(-self.asked(table, known) for table in rule.exceptions),
                        *(-fired[place] for place in rule.overriders),
                    )
                    for rule in here
                }
                if now == before:
                    break
                before, known = now, self._concluding(begun, now)
            fired |= before
        return {rules[place].id: literal for place, literal in fired.items()}, known

    def _concluding(self, begun: Mapping[str, Known], fired: Mapping[int, Literal]) -> dict[str, Known]:
        """Return what is known when these rules of a stratum have fired."""
        known = dict(begun)
        known_by: defaultdict[str, list[Literal]] = defaultdict(list)
        had_by: defaultdict[tuple[str, Value], list[Literal]] = defaultdict(list)
        for place, literal in fired.items():
            conclusion = self.knowledge.program.rules[place].conclusion
            if conclusion is not None and literal != FALSE:
                known_by[conclusion.attribute.name].append(literal)
                for value in conclusion.values:
                    had_by[conclusion.attribute.name, value].append(literal)
        for name, literals in known_by.items():
            its = known.get(name, NOTHING)
            more = {
                value: self.circuit.either(its.has.get(value, FALSE), *literals)
                for (attribute, value), literals in had_by.items()
                if attribute == name
            }
            known[name] = Known(self.circuit.either(its.known, *literals), {**its.has, **more})
        return known

    def asked(self, table: Table, known: Mapping[str, Known] | None = None) -> Literal:
        """Return that a table of tests on requirements holds, at the end unless something else is known."""
        facts = self.known if known is None else known
        return self.circuit.both(
            *(self._leaf(leaf, facts) for leaf in table.leaves),
            *(self.asked(inner, facts) for inner in table.every),
            *([self.circuit.either(*(self.asked(one, facts) for one in table.either))] if table.either else []),
        )

    def _leaf(self, leaf: Leaf, facts: Mapping[str, Known]) -> Literal:
        its = facts.get(leaf.attribute.name, NOTHING)
        if leaf.asks_absence:
            return -its.known
        known = [its.known, *(facts.get(name, NOTHING).known for name in leaf.references)]
        plain = evolve(leaf, tests=tuple(test for test in leaf.tests if not isinstance(test.operand, Reference)))
        if leaf.attribute.many:
            tests = (self._of_sets(test, its.has, _members(test)) for test in plain.tests)
            return self.circuit.both(*known, *tests, *self._against(leaf, its.has, facts))
        each = (
            self.circuit.both(has, self._accepts(plain, value), *self._against(leaf, {value: TRUE}, facts))
            for value, has in its.has.items()
        )
        return self.circuit.both(*known, self.circuit.either(*each))

    def _against(self, leaf: Leaf, has: Mapping[Value, Literal], facts: Mapping[str, Known]) -> Iterator[Literal]:
        """Yield that a value, or a set of which each member is so or not, passes the tests that refer to another."""
        both, either = self.circuit.both, self.circuit.either
        for test in leaf.tests:
            if not isinstance(test.operand, Reference):
                continue
            right = facts.get(test.operand.requirement, NOTHING).has
            if test.operator.operand == "same" and not leaf.attribute.many:
                (left,) = has
                yield both(*(either(-its, self._between(leaf, test, left, other)) for other, its in right.items()))
                continue
            yield self._of_sets(test, has, right)

    def _of_sets(self, test: Test, has: Mapping[Value, Literal], right: Mapping[Value, Literal]) -> Literal:
        """Return that a set of which each member is so or not satisfies a test against another such set."""
        both, either, names = self.circuit.both, self.circuit.either, {*has, *right}
        shared = either(*(both(has.get(one, FALSE), right.get(one, FALSE)) for one in names))
        within = both(*(either(-right.get(one, FALSE), has.get(one, FALSE)) for one in names))
        without = both(*(either(-has.get(one, FALSE), right.get(one, FALSE)) for one in names))
        found = {
            "known": TRUE,
            "any_of": shared,
            "has_any": shared,
            "none_of": -shared,
            "only": without,
            "is": both(within, without),
        }
        return found.get(test.operator.name, within)

    def _between(self, leaf: Leaf, test: Test, left: Value, right: Value) -> Literal:
        """Return that two bands compare as a test says: left open where it depends on what of them is meant."""
        reference = test.operand
        assert isinstance(reference, Reference)  # noqa: S101 - as the caller sees
        name, other = leaf.attribute.name, reference.requirement
        truths = {_OF_SIGN[test.operator.name](sign) for sign in self._signs(leaf.attribute, left, reference, right)}
        if len(truths) == 1:
            return TRUE if truths == {True} else FALSE
        told = f"{name} of {as_text(left)} {test.operator.name} {other} of {as_text(right)} and {reference.plus}"
        self.between[told] = (leaf, test, left, right)
        return self.circuit.input(told)

    def _accepts(self, leaf: Leaf, value: Value) -> Literal:
        """Return that a band satisfies a leaf; of the form of a text that no rule names nothing is known."""
        name = leaf.attribute.name
        if name in self.profiles.inexact and value == self.profiles.asked[name].answers.values[-1]:
            forms = [test for test in leaf.tests if test.operator.name == "like"]
            others = all(test.truth(leaf.attribute, value, {}) for test in leaf.tests if test not in forms)
            told = {f"{name} like {test.operand}": (leaf, test) for test in forms}
            self.forms |= told
            return self.circuit.both(*map(self.circuit.input, told)) if others else FALSE
        return TRUE if leaf.holds({name: frozenset({value})}) else FALSE

    def _signs(self, attribute: Attribute, left: Value, reference: Reference, right: Value) -> Iterator[int]:
        """Yield whether what is meant by one band can be less (-1), equal (0) or more (1) than what is by the other."""
        if attribute.type in {"number", "date"}:
            here, there = (
                self._span(*one) for one in ((attribute.name, left, 0), (reference.requirement, right, reference.plus))
            )
            yield from [-1] if here[0] < there[1] else []
            yield from [0] if here[0] <= there[1] and there[0] <= here[1] else []
            yield from [1] if here[1] > there[0] else []
        elif attribute.type == "scale":
            yield (order(attribute, left) > order(attribute, right)) - (
                order(attribute, left) < order(attribute, right)
            )
        else:
            unnamed = (
                attribute.type == "text" and left == right == self.profiles.asked[attribute.name].answers.values[-1]
            )
            yield from (0, 1) if unnamed else [int(left != right)]

    def _span(self, name: str, value: Value, plus: Number) -> tuple[Place, Place]:
        """Return the least and the greatest that a band has, so much later."""
        asked = self.profiles.asked.get(name)
        at = order(AS_OF, value)
        low, high = ((at, 0), (at, 0)) if asked is None else asked.span(value)
        return (low[0] + Decimal(plus), low[1]), (high[0] + Decimal(plus), high[1])

    @cached_property
    def refused(self) -> Literal:
        """That the case is refused."""
        rules = self.knowledge.ruleset.firing()
        return self.circuit.either(*(self.fired[rule.id] for rule in rules if rule.effect.refuses))

    @cached_property
    def conflicts(self) -> dict[str, Literal]:
        """Of each requirement that it has two values, or that rules widen what is stated of it."""
        found = {}
        for name, its in self.known.items():
            if self.knowledge.ruleset.vocabulary[name].many:
                stated = self.stated.get(name, NOTHING)
                added = (self.circuit.both(has, -stated.has.get(one, FALSE)) for one, has in its.has.items())
                found[name] = self.circuit.both(stated.known, self.circuit.either(*added))
            else:
                found[name] = self.circuit.at_least(((has, 1) for has in its.has.values()), 2)
        return {name: literal for name, literal in found.items() if literal != FALSE}


def _members(test: Test) -> dict[Value, Literal]:
    """Return the members that a test names, of which each is so."""
    operand = test.operand
    assert not isinstance(operand, Reference)  # noqa: S101 - as the caller sees
    return dict.fromkeys(operand if isinstance(operand, tuple | frozenset) else (operand,), TRUE)


_OF_SIGN: Mapping[str, Callable[[int], bool]] = {
    "is": lambda sign: sign == 0,
    "at_least": lambda sign: sign >= 0,
    "at_most": lambda sign: sign <= 0,
    "above": lambda sign: sign > 0,
    "below": lambda sign: sign < 0,
}
"""The operators that compare one value with another, by whether it is less, equal or more."""
