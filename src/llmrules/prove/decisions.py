"""The decision of every profile at once: which verdict each candidate has, and who comes first.

It is held to the engine by the tests: whatever a profile is, both say the same.

What is computed for a case is left open: against every threshold it may come out either way, for each combination of
values by itself, and earn any part of a grade. So what holds here holds of every profile, whatever is computed in it.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from llmrules.catalog.candidates import bits, with_computed
from llmrules.decision.basis import read_with
from llmrules.language.conditions import Reference, json_table
from llmrules.language.conditions.table import Table
from llmrules.language.values import as_text
from llmrules.prove.circuit import FALSE, TRUE, Input, Literal, Sum, holds
from llmrules.prove.firings import Firings
from llmrules.prove.profiles import NOTHING
from llmrules.prove.sums import Computed, Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.criteria import Criterion
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Leaf, Test
    from llmrules.language.operators import Truth
    from llmrules.language.rules.effects import Effect, Policy
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.prove.profiles import Profiles
    from llmrules.prove.solver import Found

Pair: TypeAlias = tuple[Literal, Literal]
"""That something is true, and that it is false; it is unknown where neither holds."""

CERTAIN: Mapping[Truth, Pair] = {True: (TRUE, FALSE), False: (FALSE, TRUE), None: (FALSE, FALSE)}


class Decisions(Firings):
    """What some rules over a catalogue say on a day of every profile.

    What is computed of a candidate is left open: ``computed`` are its tests, and ``grades`` the rules that grade it.
    """

    def __init__(self, profiles: Profiles, knowledge: Knowledge, when: date, unknown: Policy = "apart") -> None:
        """Work out which rules fire; all else is worked out when it is asked for."""
        super().__init__(profiles, knowledge, when)
        self._unknown: Policy = unknown
        self._criteria = knowledge.criteria_on(when)
        self._candidates = self._criteria.candidates
        self._applied: dict[str, tuple[Pair, ...]] = {}
        self.computed: dict[str, tuple[Leaf, int]] = {}
        self._resting = knowledge.resting
        self.grades: dict[str, tuple[Rule, int]] = {}
        self.sums = Sums(profiles, self.known, self._candidates)

    def under(self, knowledge: Knowledge) -> Decisions:
        """Return what other rules say of the same profiles; what is the same is the same formula."""
        return Decisions(self.profiles, knowledge, self.when, self._unknown)

    # Candidates, three-valued

    def tested(self, table: Table) -> tuple[Pair, ...]:
        """Return of each candidate that a table of tests on models is true, and that it is false."""
        parts = [*map(self._on_candidates, table.leaves), *map(self.tested, table.every)]
        if table.either:
            parts.append(tuple(map(self._any, zip(*map(self.tested, table.either), strict=True))))
        return tuple(map(self._all, zip(*parts, strict=True))) if parts else ((TRUE, FALSE),) * self._candidates.count

    def _any(self, pairs: Iterable[Pair]) -> Pair:
        true, false = zip(*pairs, strict=True)
        return self.circuit.either(*true), self.circuit.both(*false)

    def _all(self, pairs: Iterable[Pair]) -> Pair:
        true, false = zip((TRUE, FALSE), *pairs, strict=True)
        return self.circuit.both(*true), self.circuit.either(*false)

    def _on_candidates(self, leaf: Leaf) -> tuple[Pair, ...]:
        column = self._candidates.columns.get(leaf.attribute.name)
        values = [None] * self._candidates.count if column is None else column.first
        if leaf.attribute in self._candidates.moving:
            return tuple(self._computing(leaf, index, value) for index, value in enumerate(values))
        by_value = {value: self._on_value(leaf, value) for value in {*values}}
        return tuple(by_value[value] for value in values)

    def _on_value(self, leaf: Leaf, value: Value | None) -> Pair:
        """Return the truth of a leaf on the value of a candidate."""
        if not any(isinstance(test.operand, Reference) for test in leaf.tests):
            return CERTAIN[leaf.truth(value, {})]
        return self._all(self._referring(leaf, test, value) for test in leaf.tests)

    def _referring(self, leaf: Leaf, test: Test, value: Value | None) -> Pair:
        """Return the truth of one test, which may refer to a requirement: that one is known wherever it counts."""
        if not isinstance(test.operand, Reference):
            absent = test.truth_of_absence(leaf.attribute, {})
            return CERTAIN[absent if value is None else test.truth(leaf.attribute, value, {})]
        name = test.operand.requirement
        has = self.known.get(name, NOTHING).has
        if test.operator.operand in {"list", "members"} or (leaf.attribute.many and test.operator.operand == "same"):
            return self._against_set(leaf, test, value, has)
        if value is None:
            return CERTAIN[None]
        each = {one: test.truth(leaf.attribute, value, {name: frozenset({one})}) for one in has}
        return (
            self.circuit.both(*(-has[one] for one, truth in each.items() if truth is not True)),
            self.circuit.either(*(has[one] for one, truth in each.items() if truth is False)),
        )

    def _against_set(self, leaf: Leaf, test: Test, value: Value | None, has: Mapping[Value, Literal]) -> Pair:
        """Return the truth of a test against the members of a requirement."""
        empty = -self.circuit.either(*has.values())
        if value is None:
            nothing = test.operator.of_nothing
            return (empty if nothing is True else FALSE), (empty if nothing is False else FALSE)
        listed = value if isinstance(value, frozenset) else frozenset({str(value)})
        whole = (
            not isinstance(value, frozenset) or not leaf.attribute.partial or len(value) == len(leaf.attribute.choices)
        )
        shared = self.circuit.either(*(one for member, one in has.items() if member in listed))
        lacking = self.circuit.either(*(one for member, one in has.items() if member not in listed))
        unshared = self.circuit.either(*(-has.get(member, FALSE) for member in listed))
        either = self.circuit.either
        both = self.circuit.both
        inexact = TRUE if whole else FALSE
        found: dict[str, Pair] = {
            "any_of": (shared, -shared),
            "has_any": (shared, both(-shared, either(inexact, empty))),
            "has_all": (-lacking, both(lacking, inexact)),
            "only": (both(-unshared, inexact), unshared),
            "is": (both(-lacking, -unshared, inexact), both(either(lacking, unshared), either(inexact, unshared))),
        }
        found["none_of"] = found["has_any" if leaf.attribute.many else "any_of"][::-1]
        return found[test.operator.name]

    # What is computed for a case

    @cached_property
    def usage(self) -> Literal:
        """That what is computed for the case may matter: a rule fires that reads it, and the case knows enough."""
        read = {rule.id: rule.reads() for rule in self.knowledge.ruleset.firing()}
        mattering = (
            self.circuit.both(self.sums.knows(one), self.circuit.either(*(self.fired[name] for name in its)))
            for one in self._candidates.moving
            if (its := [name for name, names in read.items() if one.name in names and name in self.fired])
        )
        return self.circuit.either(*mattering)

    @cached_property
    def _without_case(self) -> Candidates:
        return with_computed(self._candidates, {}, self._candidates.moving)

    def _computing(self, leaf: Leaf, index: int, value: Value | None) -> Pair:
        """Return the truth of a leaf on what is computed of a candidate: open, where the case knows enough."""
        if value is not None:
            return self._on_value(leaf, value)
        computed = self.sums.at(leaf.attribute, index)
        if computed is not None:
            return self._all(self._summed(leaf, test, computed) for test in leaf.tests)
        stated = self._on_value(leaf, self._without_case.columns[leaf.attribute.name].first[index])
        told = f"{self._factors(leaf.attribute, index)} {json_table(Table((leaf,)))}"
        true, false = (self.circuit.input(f"{told}: {one}") for one in (True, False))
        self.computed[told] = (leaf, index)
        self.circuit.hold(-self.circuit.both(true, false))
        here = self.sums.knows(leaf.attribute)
        return (
            self.circuit.either(self.circuit.both(here, true), self.circuit.both(-here, stated[0])),
            self.circuit.either(self.circuit.both(here, false), self.circuit.both(-here, stated[1])),
        )

    def _summed(self, leaf: Leaf, test: Test, computed: Computed) -> Pair:
        """Return the truth of one test on a sum."""
        known, (true, false) = computed.known, CERTAIN[test.truth_of_absence(leaf.attribute, {})]
        passes = self.sums.passes(test, computed) if test.operator.name != "known" else TRUE if test.operand else FALSE
        return (
            self.circuit.either(self.circuit.both(known, passes), self.circuit.both(-known, true)),
            self.circuit.either(self.circuit.both(known, -passes), self.circuit.both(-known, false)),
        )

    def _factors(self, attribute: Attribute, index: int) -> str:
        """Return what a computed attribute is computed from at a candidate."""
        names = sorted(read_with([attribute.name], self._resting) & self._candidates.columns.keys())
        values = (self._candidates.columns[name].first[index] for name in names)
        return f"{attribute.name} at " + ", ".join("-" if value is None else as_text(value) for value in values)

    def left_open(self, *literals: Literal) -> tuple[str, ...]:
        """Return what formulas leave open: the attributes that are computed for a case, and texts tested by form."""
        nodes = [self.circuit.nodes[place] for place in self.circuit.cone(literals)]
        names = {node.name.removesuffix(": True").removesuffix(": False") for node in nodes if isinstance(node, Input)}
        names |= {name for node in nodes if isinstance(node, Sum) for name, _ in node.numbers}
        tests: tuple[Mapping[str, tuple[Leaf, *tuple[object, ...]]], ...] = (self.computed, self.forms, self.between)
        found = {its[name][0].attribute.name for its in tests for name in names & its.keys()}
        found |= {*self.sums.left_open(names)}
        grades = (rule.effect.grade for told, (rule, _) in self.grades.items() if told in names)
        return tuple(sorted(found | {grade.attribute.name for grade in grades if grade is not None}))

    # Verdicts

    def reached(self, rule: Rule) -> tuple[Pair, ...]:
        """Return of each candidate that a rule is true of it, and that it is false, wherever the rule fires."""
        if rule.id not in self._applied:
            where, effect = self.tested(rule.where), rule.effect
            if effect.grade is None:
                tested = self.tested(effect.predicate)
            else:
                name = effect.grade.attribute.name
                known = self._candidates.known.get(name, 0)
                tested = tuple((TRUE if known >> index & 1 else FALSE, FALSE) for index in range(len(where)))
            self._applied[rule.id] = tuple(
                self._reached(effect, one, other) for one, other in zip(where, tested, strict=True)
            )
        return self._applied[rule.id]

    def _reached(self, effect: Effect, where: Pair, tested: Pair) -> Pair:
        if not effect.hard:
            return self._all((where, tested))
        good, bad = tested if effect.wanted else tested[::-1]
        return self.circuit.either(where[1], good), self.circuit.both(where[0], bad)

    @cached_property
    def _verdicts(self) -> tuple[Pair, ...]:
        return self.verdicts(self.knowledge.ruleset.firing())

    def verdicts(self, rules: Iterable[Rule]) -> tuple[Pair, ...]:
        """Return of each candidate that some rules, where they fire, exclude it, and that they do or leave it open."""
        exempted: defaultdict[tuple[str, int], list[Literal]] = defaultdict(list)
        rules = [one for one in rules if self.fired[one.id] != FALSE]
        for rule in rules:
            for index, (true, _) in enumerate(self.reached(rule) if rule.effect.exempts else ()):
                for target in rule.effect.exempts:
                    exempted[target, index].append(self.circuit.both(self.fired[rule.id], true))
        out: defaultdict[int, list[Literal]] = defaultdict(list)
        apart: defaultdict[int, list[Literal]] = defaultdict(list)
        for rule in rules:
            policy = rule.unknown or self._unknown
            for index, (true, false) in enumerate(self.reached(rule) if rule.effect.hard else ()):
                held = (self.fired[rule.id], *(-one for one in exempted[rule.id, index]))
                unknown = self.circuit.both(-true, -false)
                failing = self.circuit.either(false, unknown) if policy == "exclude" else false
                out[index].append(self.circuit.both(*held, failing))
                if policy == "apart":
                    apart[index].append(self.circuit.both(*held, unknown))
        excluded = [self.circuit.either(*out[index]) for index in range(self._candidates.count)]
        return tuple((one, self.circuit.either(one, *apart[index])) for index, one in enumerate(excluded))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the candidates, in their order."""
        return tuple(row.name for row in self._candidates.rows)

    @cached_property
    def eligible(self) -> tuple[Literal, ...]:
        """Of each candidate, in their order, that it is eligible."""
        return tuple(-standing for _, standing in self._verdicts)

    @cached_property
    def excluded(self) -> tuple[Literal, ...]:
        """Of each candidate that it is excluded."""
        return tuple(out for out, _ in self._verdicts)

    # The first place

    @cached_property
    def _points(self) -> Mapping[int, tuple[tuple[dict[Literal, int], dict[str, int]], ...]]:
        """Of each tier and candidate its points: what literals give where they hold, and open numbers with factors."""
        found: dict[int, tuple[tuple[dict[Literal, int], dict[str, int]], ...]] = {}
        for rule in self.knowledge.ruleset.firing():
            criterion = self._criteria.by_rule.get(rule.id)
            if not rule.effect.sign or criterion is None or self.fired[rule.id] == FALSE:
                continue
            tier = found.setdefault(rule.in_tier, tuple(({}, {}) for _ in range(self._candidates.count)))
            for index, (true, _) in enumerate(self.reached(rule)):
                terms, numbers = tier[index]
                counts = self.circuit.both(self.fired[rule.id], true)
                if counts != FALSE:
                    terms[counts] = terms.get(counts, 0) + criterion.earned(index)
                for name in self._graded_openly(criterion, index):
                    numbers[name] = numbers.get(name, 0) + criterion.signed_weight // criterion.factor
        return dict(sorted(found.items()))

    def _graded_openly(self, criterion: Criterion, index: int) -> Iterator[str]:
        """Yield the number from 0 to 1 of the weight that what is computed of a candidate may earn, if any."""
        grade = criterion.rule.effect.grade
        if grade is None or grade.attribute not in self._candidates.moving:
            return
        column = self._candidates.columns.get(grade.attribute.name)
        if column is not None and column.first[index] is not None:
            return
        where, _ = self.tested(criterion.rule.where)[index]
        counts = self.circuit.both(self.fired[criterion.rule.id], where, self.sums.knows(grade.attribute))
        if counts == FALSE:
            return
        told = f"{self._factors(grade.attribute, index)} toward {grade.toward}"
        place = self.circuit.number(told, 0, 1)
        part = self.circuit.number(f"{told} where {counts}", 0, 1)
        below = self.circuit.at_least((), 0, [(place, 1), (part, -1)])
        whole = self.circuit.at_least((), 0, [(place, -1), (part, 1)])
        some = self.circuit.at_least((), 0, [(part, 1)], strictly=True)
        for literal in (below, self.circuit.either(-counts, whole), self.circuit.either(counts, -some)):
            self.circuit.hold(literal)
        self.grades |= {place: (criterion.rule, index), part: (criterion.rule, index)}
        yield part

    def leads(self, one: int, other: int) -> Literal:
        """Return that a candidate has at least the points of another one: in the first tier in which they differ."""
        leading = TRUE
        for tier in [*self._points.values()][::-1]:
            (terms, numbers), (others, their) = tier[one], tier[other]
            weighted = [*terms.items(), *((literal, -weight) for literal, weight in others.items())]
            factors = [*numbers.items(), *((name, -factor) for name, factor in their.items())]
            as_many = self.circuit.at_least(weighted, 0, factors)
            if leading != TRUE:
                more = self.circuit.at_least(weighted, 0, factors, strictly=True)
                as_many = self.circuit.either(more, self.circuit.both(as_many, leading))
            leading = as_many
        return leading

    def first_among(self, those: Mapping[int, Literal]) -> Literal:
        """Return that one of some candidates, where its literal holds, is on the first place; the case is not refused.

        It is a conjunction with one part for each rival, which is ahead of none that stands; so a solver can take the
        rivals one by one.
        """
        standing = {one: self.circuit.both(self.eligible[one], its) for one, its in those.items()}
        rivals = (
            self.circuit.either(
                -its, *(self.circuit.both(literal, self.leads(one, rival)) for one, literal in standing.items())
            )
            for rival, its in enumerate(self.eligible)
            if standing.get(rival) != its
        )
        return self.circuit.both(-self.refused, self.circuit.either(*standing.values()), *rivals)

    def leading(self, found: Found) -> set[str]:
        """Return the models that are on the first place of a profile that was found."""
        counting = {literal for tier in self._points.values() for terms, _ in tier for literal in terms}
        truth = self.circuit.evaluate(found.inputs, found.numbers, self.circuit.cone([*counting, *self.eligible]))
        points = {
            index: [
                sum(weight for literal, weight in terms.items() if holds(literal, truth))
                + sum(factor * found.numbers.get(name, 0) for name, factor in numbers.items())
                for terms, numbers in (tier[index] for tier in self._points.values())
            ]
            for index, eligible in enumerate(self.eligible)
            if holds(eligible, truth)
        }
        most = max(points.values(), default=None)
        return {self._candidates.rows[index].model.id for index, earned in points.items() if earned == most}

    @cached_property
    def first(self) -> dict[str, Literal]:
        """Of each model that it is on the first place of a case that is not refused."""
        models = self._candidates.models
        return {name: self.first_among(dict.fromkeys(bits(mask), TRUE)) for name, mask in models}
