"""What would be said of candidates if an attribute of theirs had another value: of all of them at once.

A value is supposed of everybody, so that what rules say of it is worked out once for all models, and none is copied.
What rests on the attribute follows it: what is computed, and what classifying rules conclude.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, reduce
from itertools import takewhile
from operator import or_
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.catalog.candidates import Column, Told, bits, conclusions_over, mask_of, with_computed
from llmrules.decision.basis import read_with, resting_in
from llmrules.decision.criteria import Criterion, reached
from llmrules.decision.judgement import Check, Units
from llmrules.decision.sketch import weighs
from llmrules.worlds.advice.bands import leaves_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from llmrules.catalog.candidates import Candidates, Masks
    from llmrules.decision.decision import Decision
    from llmrules.language.conditions import Facts, Leaf
    from llmrules.language.rules.effects import Grade
    from llmrules.language.rules.rule import Rule
    from llmrules.language.values import Value

Points: TypeAlias = "tuple[Fraction | int, ...]"
"""The points of a candidate in every tier, in the units of the criteria."""

Having: TypeAlias = "dict[str, Mapping[Value, int]]"
"""Who is supposed to have which value, by attribute."""

Give: TypeAlias = "tuple[int, int, Fraction | int | None, Criterion]"
"""The place of a tier, who gets points in it, how many, and for what."""


@frozen(eq=False)
class Supposed:
    """Who would be eligible with a value, and what of points the rules that read it would give: in which tier to whom.

    Where no number stands beside them, the candidates of the mask get as many as the criterion has for each.
    """

    eligible: int
    gives: tuple[Give, ...]


@frozen(eq=False)
class _Reading:
    """The rules that fired and weigh on which an attribute bears, and who is kept out by no other.

    ``read`` are the ids of those that read it, or what rests on it; ``checks`` are also those that such ones exempt
    from, ``scores`` those that give points.
    """

    possible: int
    read: frozenset[str]
    checks: tuple[Check, ...]
    scores: tuple[Criterion, ...]


class _Told(Told):
    """Candidates that have other values of some attributes than they have; all else is told of them as it is."""

    def __init__(self, candidates: Candidates, having: Having) -> None:
        self._candidates, self._having = candidates, having

    @property
    def everyone(self) -> int:
        return (1 << self._candidates.count) - 1

    def leaf(self, leaf: Leaf, facts: Facts) -> Masks:
        having = self._having.get(leaf.attribute.name)
        if having is None:
            return self._candidates.leaf(leaf, facts)
        true, false, rest = 0, 0, self.everyone
        for value, mask in having.items():
            rest &= ~mask
            truth = leaf.truth(value, facts)
            true, false = (true | mask, false) if truth else (true, false | mask if truth is False else false)
        if rest:
            truth = leaf.truth(None, facts)
            true, false = (true | rest, false) if truth else (true, false | rest if truth is False else false)
        return true, false

    def knowing(self, name: str) -> int:
        having = self._having.get(name)
        return self._candidates.knowing(name) if having is None else _union(having)


class Supposing:
    """Supposes values of attributes in one case. What is said of a value is worked out once."""

    def __init__(self, decision: Decision) -> None:
        """Note what the rules that fired and weigh read, and all that this rests on."""
        self._decision, self._ruleset = decision, decision.knowledge.ruleset
        self._facts, self._candidates = decision.derivation.facts, decision.candidates
        self._first = (1 << self._candidates.count) - 1
        only = decision.restriction.only
        rules = [self._ruleset.rules[name] for name in decision.fired if weighs(self._ruleset.rules[name])]
        asked = () if only is None else tuple(only.all_leaves())
        self.leaves = [*(leaf for rule in rules for leaf in leaves_of(rule)), *asked]
        """The tests on models that matter."""
        resting = resting_in(decision.knowledge, self._facts)
        same, read_by = resting == decision.knowledge.resting, decision.knowledge.read_by
        self._read = defaultdict[str, set[str]](set)
        for rule in rules:
            for name in read_by[rule.id] if same else read_with(rule.reads(), resting):
                self._read[name].add(rule.id)
        self._deciding = read_with((leaf.attribute.name for leaf in asked), resting)
        self.attributes = sorted({*self._read, *self._deciding} & self._ruleset.vocabulary.attributes.keys())
        """All attributes that there are and that the verdicts and points rest on: a cost may know no batch price."""
        self._resting = {name: read_with((name,), resting) - {name} for name in resting}
        self.tiers = (1, *decision.judgement.then)
        self.lanes = decision.judgement.points
        """The points of each candidate as one number, of tiers whichever comes first."""
        self._concluded: Mapping[str, Sequence[Rule]] = decision.knowledge.classifying
        self._units = Units(self._candidates, decision.over)
        self._raw: dict[str, Masks] = {}
        self._readings: dict[str, _Reading] = {}
        self._supposed: dict[tuple[str, Value], Supposed] = {}
        self._bases: dict[tuple[str, int], list[Fraction | int]] = {}

    def at(self, name: str, value: Value) -> Supposed:
        """Return what would be said of everybody who had a value of an attribute."""
        key = name, value
        if key not in self._supposed:
            self._supposed[key] = self._suppose(name, self._concluding(name, value))
        return self._supposed[key]

    def grades(self, name: str) -> Sequence[tuple[Rule, Grade]]:
        """Return the rules that grade by an attribute, and how."""
        graded = ((one.rule, one.rule.effect.grade) for one in self._reading(name).scores)
        return [(rule, grade) for rule, grade in graded if grade is not None and grade.attribute.name == name]

    def points(self, name: str, index: int, supposed: Supposed) -> Points:
        """Return the points that a candidate would have with a value of an attribute."""
        found = self.base(name, index).copy()
        for tier, mask, given, criterion in supposed.gives:
            if mask >> index & 1:
                found[tier] += criterion.earned(index) if given is None else given
        return tuple(found)

    def standing(self, index: int) -> Points:
        """Return the points that a candidate has."""
        points = self.lanes
        if len(points.factors) == 1:
            return (points[index],)
        found = points.by_tier(index)
        return tuple(found.get(tier, 0) for tier in self.tiers)

    def mattering(self, name: str) -> Iterator[int]:
        """Yield the candidates on whose value it may depend who is first: those who are, and who may come to be.

        Who is kept out by a rule that does not read the value stays out, and no rule gives more than its weight.
        """
        reading, lanes = self._reading(name), self.lanes.lanes
        if not self.ranked:
            yield from bits(reading.possible)
            return
        top, possible = lanes[self.ranked[0]], reading.possible
        least = top - sum(abs(one.signed_weight) for one in reading.scores)
        for index in takewhile(lambda index: lanes[index] >= least, self._by_points):
            if possible >> index & 1 and (index in self.leading or self.ends(reading.scores, index)[1] >= top):
                yield index

    def scores(self, name: str) -> Sequence[Criterion] | None:
        """Return the rules that read an attribute where they give points and nothing else depends on it."""
        reading = self._reading(name)
        return None if reading.checks or name in self._deciding else reading.scores

    def ends(self, scores: Iterable[Criterion], index: int) -> tuple[int, int]:
        """Return between which points a candidate stays whatever some rules that fired say: none more than it may."""
        least = most = self.lanes.lanes[index]
        for criterion in scores:
            weight, had = criterion.signed_weight, self._masks(criterion)[0] >> index & 1
            points = criterion.points(index) if had else 0
            least, most = least + min(0, weight) - points, most + max(0, weight) - points
        return least, most

    @cached_property
    def _by_points(self) -> Sequence[int]:
        """All candidates, those with the most points first."""
        return sorted(range(self._candidates.count), key=self.lanes.lanes.__getitem__, reverse=True)

    @cached_property
    def ranked(self) -> Sequence[int]:
        """Who is eligible, those with the most points first."""
        return sorted(bits(self._decision.judgement.eligible), key=self.lanes.__getitem__, reverse=True)

    def leading_of(self, mask: int) -> Sequence[int]:
        """Return those of a mask that have the most points of who is eligible there."""
        its = (index for index in self.ranked if mask >> index & 1)
        first = next(its, None)
        return () if first is None else (first, *takewhile(lambda index: self.lanes[index] == self.lanes[first], its))

    def unit(self, index: int) -> str:
        """Return what a candidate counts as in the ranking."""
        return self._units.name(index)

    @cached_property
    def top_points(self) -> Points | None:
        """Their points by tier."""
        return next((self.standing(index) for index in self.leading), None)

    @cached_property
    def leading(self) -> frozenset[int]:
        """The candidates that have as many."""
        lanes, ranked = self.lanes.lanes, self.ranked
        return frozenset(takewhile(lambda index: lanes[index] == lanes[ranked[0]], ranked))

    # What a value bears on

    def _reading(self, name: str) -> _Reading:
        if name not in self._readings:
            self._readings[name] = self._read_by(name)
        return self._readings[name]

    def _read_by(self, name: str) -> _Reading:
        read, judgement, unjudged = frozenset(self._read[name]), self._decision.judgement, self._decision.unjudged
        bearing = read.union(*(self._ruleset.rules[one].effect.exempts for one in read))
        possible = self._first & ~(unjudged.among if name in self._deciding else unjudged.everyone)
        for check in judgement.checks:
            if check.criterion.rule.id not in bearing:
                possible &= ~self._kept_out[check.criterion.rule.id]
        checks = tuple(check for check in judgement.checks if check.criterion.rule.id in bearing)
        scores = tuple(one.criterion for one in judgement.scores if one.criterion.rule.id in read)
        return _Reading(possible, read, checks, scores)

    @cached_property
    def _kept_out(self) -> Mapping[str, int]:
        """Whom each rule keeps out, be they judged or not."""
        exempted, checks = self._exempting({}), self._decision.judgement.checks
        return {one.criterion.rule.id: self._out(one, self._masks(one.criterion), exempted) for one in checks}

    def _masks(self, criterion: Criterion) -> Masks:
        """Return whom a rule reaches and whom it does not, be they judged or not."""
        name = criterion.rule.id
        if name not in self._raw:
            self._raw[name] = self._decision.criteria.reached(criterion, self._facts)
        return self._raw[name]

    def base(self, name: str, index: int) -> list[Fraction | int]:
        """Return the points of a candidate without those of the rules that read an attribute."""
        key = name, index
        if key not in self._bases:
            reading = self._reading(name)
            found: list[Fraction | int] = [*self.standing(index)]
            counted, sign = reading.scores, -1
            if self._decision.unjudged.everyone >> index & 1:
                found, sign = [0] * len(self.tiers), 1
                scores = (one.criterion for one in self._decision.judgement.scores)
                counted = tuple(one for one in scores if one.rule.id not in reading.read)
            for one in counted:
                if self._masks(one)[0] >> index & 1:
                    found[self.tiers.index(one.rule.in_tier)] += sign * one.earned(index)
            self._bases[key] = found
        return self._bases[key]

    # A value

    def _suppose(self, name: str, its: Mapping[Value, int]) -> Supposed:
        """Return what would be said if everybody had the one value of an attribute that there is, or none."""
        reading, facts, first = self._reading(name), self._facts, self._first
        having = self._having(name, its)
        told = _Told(self._candidates, having)
        masks = {}
        for rule in (self._ruleset.rules[one] for one in reading.read):
            true, false = reached(rule, told, facts)
            masks[rule.id] = true & first, false & first
        eligible = reading.possible
        if name in self._deciding and self._decision.restriction.only is not None:
            eligible &= told.table(self._decision.restriction.only, {})[0]
        exempted = self._exempting(masks) if reading.checks else {}
        for check in reading.checks:
            tested = masks.get(check.criterion.rule.id) or self._masks(check.criterion)
            eligible &= ~self._out(check, tested, exempted)
        gives = (one for score in reading.scores for one in self._given(score, masks[score.rule.id][0], having))
        return Supposed(eligible, tuple(gives))

    def _given(self, score: Criterion, reached: int, having: Having) -> Iterator[Give]:
        """Yield the points that a rule gives those whom it reaches."""
        tier, rule, grade = self.tiers.index(score.rule.in_tier), score.rule, score.rule.effect.grade
        if grade is None:
            yield tier, reached, score.signed_weight // score.factor, score
        elif grade.attribute.name not in having:
            yield tier, reached, None, score
        else:
            for value, mask in having[grade.attribute.name].items():
                given = grade.place(value) * (rule.weight or 0) * self._decision.criteria.scale
                yield tier, reached & mask, int(given) if given.denominator == 1 else given, score

    def _concluding(self, name: str, value: Value) -> Mapping[Value, int]:
        """Return who would have which value of an attribute if all stated one, with what rules conclude beside it."""
        return self._concluded_of(name, {value: self._first}, {}) if name in self._concluded else {value: self._first}

    def _having(self, name: str, its: Mapping[Value, int]) -> Having:
        """Return who would have which value of an attribute and of all that rests on it."""
        found: Having = {name: its}
        following = self._following(name)
        computed = following - self._concluded.keys()
        if computed:
            found |= self._computed(computed, name, next(iter(its), None))
        for one in self._concluded if following else ():
            if one in following:
                found[one] = self._concluded_of(one, self._candidates.stated(one), found)
        return found

    def _concluded_of(self, name: str, stated: Mapping[Value, int], having: Having) -> Mapping[Value, int]:
        """Return who would have which value of an attribute that rules conclude, where others have other values."""
        told, rules, known = _Told(self._candidates, having), self._concluded[name], self._candidates.concluded[name]
        anew = (rule for rule in rules if not having.keys().isdisjoint(rule.reads()))
        masks = {**known, **{rule.id: told.table(rule.where, {}) for rule in anew}}
        masks = {rule.id: (masks[rule.id][0] & self._first, masks[rule.id][1] & self._first) for rule in rules}
        return conclusions_over(stated, self._first & ~_union(stated), rules, masks)

    def _following(self, name: str) -> set[str]:
        """Return the attributes that rest on one and matter."""
        return {
            one for one, its in self._resting.items() if name in its and (one in self._read or one in self._deciding)
        }

    def _computed(self, names: Collection[str], name: str, value: Value | None) -> Having:
        """Return what is computed from an attribute of those who do not state it, as far as it may matter."""
        fixed, vocabulary = self._candidates.fixed or self._candidates, self._ruleset.vocabulary
        following = [one for one in vocabulary.computed("model", "offer") if name in vocabulary.resting[one.name]]
        offer = self._ruleset.vocabulary[name].scope == "offer"
        possible = mask_of([*self.mattering(name)]) if offer else self._reading(name).possible
        within = bits(possible & ~self._candidates.stating(name))
        columns = {one: Column([column.first[index] for index in within]) for one, column in fixed.columns.items()}
        columns[name] = Column([value] * len(within))
        rows = tuple(fixed.rows[index] for index in within)
        for attribute in following:
            entries = (row.entry(attribute.name) for row in rows)
            columns[attribute.name] = Column([None if entry is None else entry.value for entry in entries])
        few = evolve(fixed, rows=rows, models=(), layers=0, columns=columns, groups={}, known={}, disputes=())
        there = with_computed(few, self._facts, following).columns
        found: Having = {}
        for one in names:
            its: defaultdict[Value, list[int]] = defaultdict(list)
            for index, comes_to in zip(within, there[one].first, strict=True):
                if comes_to is not None:
                    its[comes_to].append(index)
            found[one] = {comes_to: mask_of(indices) for comes_to, indices in its.items()}
        return found

    def _exempting(self, masks: Mapping[str, Masks]) -> Mapping[str, int]:
        """Return whom exemptions let off, by rule; those of some rules are as masks say."""
        found: dict[str, int] = {}
        for criterion, _ in self._decision.judgement.exemptions:
            true, _ = masks.get(criterion.rule.id) or self._masks(criterion)
            for target in criterion.rule.effect.exempts:
                found[target] = found.get(target, 0) | true
        return found

    def _out(self, check: Check, masks: Masks, exempted: Mapping[str, int]) -> int:
        """Return whom a check excludes or leaves unverified."""
        true, false = masks
        out = false if check.policy == "accept" else self._first & ~true
        return out & ~exempted.get(check.criterion.rule.id, 0)


def _union(having: Mapping[Value, int]) -> int:
    return reduce(or_, having.values(), 0)
