"""Criteria: the effects of rules on models, evaluated over all candidates at once.

What does not depend on the case is evaluated once, when a decision asks for it first. Points of all candidates are one
integer: that of candidate *i* stands in lane *i*, counted from the lowest. All lanes are as wide as the greatest sum
needs, so adding the points of two rules is one addition of integers, and no lane ever reaches into the next one.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import compress
from math import lcm
from sys import byteorder
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.catalog.candidates import BITS, Candidates, Masks, Reckoned, bits, kept, with_computed
from llmrules.errors import LoadError, Place, RuleError
from llmrules.language.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.catalog.candidates import Grades, Told
    from llmrules.language.conditions import Facts


MOST_CASES = 64
"""Cases whose criteria are kept where something is computed; then they are dropped, so that long use needs no more."""


@frozen(eq=False)
class Outcome:
    """What one criterion says of the candidates.

    ``true`` and ``false`` are masks of the first layer: of a hard rule, who passes and who fails; of all others,
    whom it reaches. ``changes`` lists the candidates (with the layer of the value) for which a disputed value
    would say something else.
    """

    true: int
    false: int
    changes: tuple[tuple[int, int], ...]

    def within(self, mask: int) -> Outcome:
        """Return what it says of the candidates of a mask alone."""
        changes = tuple(change for change in self.changes if mask >> change[0] & 1)
        return Outcome(self.true & mask, self.false & mask, changes)


@frozen(eq=False)
class Criterion:
    """One rule that touches models.

    ``grades`` are the points that a graded preference gives each candidate, and ``regraded`` the candidates (with the
    layer) that a disputed value would give others. All of its points stand multiplied by ``factor``: so much that the
    least of them outweighs all that the rules of higher tiers may give.
    """

    rule: Rule
    fixed: Outcome | None
    grades: tuple[int | None, ...] = ()
    regraded: tuple[tuple[int, int], ...] = ()
    signed_weight: int = 0
    factor: int = 1
    _fixed_lanes: dict[Lanes, int] = field(factory=dict, init=False, repr=False)

    @property
    def less(self) -> int:
        """What is added to every lane, so that none is negative."""
        return max(0, -self.signed_weight)

    def lanes(self, outcome: Outcome, lanes: Lanes) -> int:
        """Return the points that it gives each candidate it reaches, as lanes, with ``less`` more in all of them.

        What does not depend on the case is made once, when it is asked for first.
        """
        if self.fixed is None:
            return self._lanes(outcome.true, lanes)
        found = self._fixed_lanes.get(lanes)
        if found is None:
            found = self._fixed_lanes[lanes] = self._lanes(self.fixed.true, lanes)
        return found

    def _lanes(self, reached: int, lanes: Lanes) -> int:
        if self.grades:
            pairs = zip(self.grades, flags(reached, lanes.count), strict=True)
            return lanes.packed(grade if grade is not None and reaches else 0 for grade, reaches in pairs)
        if self.signed_weight < 0:
            return lanes.ones(~reached & ((1 << lanes.count) - 1)) * self.less
        return lanes.ones(reached) * self.signed_weight

    def points(self, index: int) -> int:
        """Return the points of a candidate that it reaches, in the units of the criteria."""
        return self.signed_weight if self.rule.effect.grade is None else self.grades[index] or 0

    def earned(self, index: int) -> int:
        """Return the points of a candidate that it reaches among those of its own tier alone."""
        return self.points(index) // self.factor

    def weighing(self, factor: int) -> Criterion:
        """Return the same criterion with another factor."""
        if factor == self.factor:
            return self
        grades = tuple(None if grade is None else grade // self.factor * factor for grade in self.grades)
        return evolve(self, grades=grades, signed_weight=self.signed_weight // self.factor * factor, factor=factor)

    def rescaled(self, factor: int) -> Criterion:
        """Return the same criterion with its points in units that are so many times smaller."""
        if factor == 1:
            return self
        grades = tuple(None if grade is None else grade * factor for grade in self.grades)
        return evolve(self, grades=grades, signed_weight=self.signed_weight * factor)


@frozen(eq=False)
class Score:
    """A soft rule that fired, applied: who gets points, and for whom it is unknown.

    ``lanes`` are the points of every candidate, with ``less`` more in all of them.
    """

    criterion: Criterion
    outcome: Outcome
    unknown: int
    lanes: int
    less: int

    def within(self, mask: int) -> Score:
        """Return what it says of the candidates of a mask alone."""
        return evolve(self, outcome=self.outcome.within(mask), unknown=self.unknown & mask)

    def points(self, index: int) -> int:
        """Return the points of a candidate that the rule reaches, in the units of the criteria."""
        return self.criterion.points(index)

    def earned(self, index: int) -> int:
        """Return the same among the points of its own tier alone."""
        return self.criterion.earned(index)


MOST_POINTS_DIGITS = 1_000
MOST_UNITS = 10**MOST_POINTS_DIGITS
"""Digits that the denominator of all points together may have: a trace holds no more."""


def _by_tiers(by_rule: dict[str, Criterion]) -> dict[str, Criterion]:
    """Return criteria whose factors make a point of each tier outweigh all that the higher tiers may give."""
    reach: dict[int, int] = {}
    for one in by_rule.values():
        if one.rule.effect.sign:
            reach[one.rule.in_tier] = reach.get(one.rule.in_tier, 0) + abs(one.signed_weight) // one.factor
    factors, most = {1: 1}, 0
    for tier in sorted(reach, reverse=True):
        factors[tier] = most + 1
        most += factors[tier] * reach[tier]
    if len(reach) <= 1 and all(one.factor == 1 for one in by_rule.values()):
        return by_rule
    return {name: one.weighing(factors.get(one.rule.in_tier, 1)) for name, one in by_rule.items()}


@frozen(eq=False, slots=False)
class Criteria:
    """All rules that touch models, by id, over one arrangement of candidates.

    Points are integers in units of ``1 / scale``, so that adding them is exact and fast. Those of each tier are
    multiples of its factor, which no sum of the higher tiers reaches: so the order of these integers is that of tiers.
    """

    candidates: Candidates
    by_rule: dict[str, Criterion] = field(converter=_by_tiers)
    scale: int
    everyone: int = field(init=False)
    lanes: Lanes = field(init=False)
    settled: dict[str, Score] = field(factory=dict, init=False, repr=False)
    """What soft rules say of which nothing depends on the case, by id; each is found when it fires first."""
    _by_case: dict[tuple[object, ...], Criteria] = field(factory=dict, init=False, repr=False)
    _reckoned: dict[tuple[object, ...], Reckoned] = field(factory=dict, init=False, repr=False)
    _reached: dict[tuple[object, ...], Masks] = field(factory=dict, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse points with more digits than a trace may hold. Raises LoadError."""
        if self.scale < MOST_UNITS:
            return
        message = f"grades by marks and values of so many digits that points have more than {MOST_POINTS_DIGITS:,}"
        grading = [Place(f"rule {name}", entry=name) for name, one in self.by_rule.items() if one.grades]
        raise LoadError([RuleError(message, code="too-many-digits", place=place) for place in grading])

    @everyone.default
    def _everyone(self) -> int:
        """Return the mask of the first layer."""
        return (1 << self.candidates.count) - 1

    @lanes.default
    def _wide_enough(self) -> Lanes:
        """Return lanes for the points of all rules at once; none gives a candidate more than its weight."""
        return lanes_for(self.candidates.count, sum(abs(one.signed_weight) for one in self.by_rule.values()))

    @cached_property
    def factors(self) -> Mapping[int, int]:
        """The factor of each tier that has rules, and of the first, in the order of tiers."""
        scoring = [one for one in self.by_rule.values() if one.rule.effect.sign]
        found = {one.rule.in_tier: one.factor for one in scoring}
        # Of a tier without rules nothing is ever had: a factor above all sums says so.
        found.setdefault(1, 1 + sum(abs(one.signed_weight) for one in scoring))
        return {tier: found[tier] for tier in sorted(found)}

    def on(self, facts: Facts) -> Criteria:
        """Return the criteria over the candidates with what is computed of them in a case; the last ones are kept."""
        if not self.candidates.moving:
            return self
        return kept(self._by_case, tuple(map(facts.get, self._case)), lambda: self._computing(facts), MOST_CASES)

    @cached_property
    def _case(self) -> tuple[str, ...]:
        """The requirements that what is computed of candidates rests on."""
        rests_on = self.candidates.vocabulary.rests_on
        return tuple(sorted({name for one in self.candidates.moving for name in rests_on(one.name, "requirement")}))

    def _computing(self, facts: Facts) -> Criteria:
        if len(self._reckoned) >= MOST_CASES:
            self._reckoned.clear()
        candidates = with_computed(self.candidates, facts, self.candidates.moving, self._reckoned)
        names = {one.name for one in candidates.moving}
        if all(candidates.known[name] == self.candidates.known[name] for name in names):
            return self  # nothing is computed of anybody, nor would be if a disputed value were another
        candidates = evolve(candidates, fixed=self.candidates)
        computed = [one.rule for one in self.by_rule.values() if names & one.rule.reads()]
        places = _places(candidates, computed)
        scale = lcm(self.scale, _denominator(places))
        by_rule = {name: one.rescaled(scale // self.scale) for name, one in self.by_rule.items()}
        for rule in computed:
            by_rule[rule.id] = _criterion(rule, places.get(rule.id), scale)
        return Criteria(candidates, by_rule, scale)

    def reached(self, criterion: Criterion, facts: Facts) -> Masks:
        """Return the masks of an outcome: what a criterion says in a case, but not what disputed values would; kept."""
        if criterion.fixed is not None:
            return criterion.fixed.true, criterion.fixed.false
        key = (criterion.rule.id, *map(facts.get, criterion.rule.references()))
        true, false = kept(self._reached, key, lambda: reached(criterion.rule, self.candidates, facts))
        return true & self.everyone, false & self.everyone

    def outcome(self, criterion: Criterion, facts: Facts) -> Outcome:
        """Return what a criterion says in a case."""
        return criterion.fixed or _evaluate(criterion, self.candidates, facts)

    def scored(self, criterion: Criterion, outcome: Outcome) -> Score:
        """Return a soft rule applied; what does not depend on the case is kept."""
        unknown = self.everyone & ~(outcome.true | outcome.false)
        score = Score(criterion, outcome, unknown, criterion.lanes(outcome, self.lanes), criterion.less)
        if criterion.fixed is not None:
            self.settled[criterion.rule.id] = score
        return score


def compile_criteria(candidates: Candidates, rules: Iterable[Rule]) -> Criteria:
    """Evaluate what does not depend on the case of every rule that touches models."""
    touching = [rule for rule in rules if rule.effect.touches_models]
    places = _places(candidates, touching)
    scale = _denominator(places)
    by_rule = {}
    moving = {attribute.name for attribute in candidates.moving}
    for rule in touching:
        criterion = _criterion(rule, places.get(rule.id), scale)
        depends = bool(rule.references()) or not moving.isdisjoint(rule.reads())
        fixed = None if depends else _evaluate(criterion, candidates, {})
        by_rule[rule.id] = evolve(criterion, fixed=fixed)
    return Criteria(candidates, by_rule, scale)


def _places(candidates: Candidates, rules: Iterable[Rule]) -> dict[str, Grades]:
    """Return the place of every candidate between the marks, for each rule that grades."""
    return {rule.id: candidates.grades(grade) for rule in rules if (grade := rule.effect.grade) is not None}


def _denominator(places: Mapping[str, Grades]) -> int:
    return lcm(*(place.denominator for grades in places.values() for place in grades.first if place is not None))


def _criterion(rule: Rule, places: Grades | None, scale: int) -> Criterion:
    units = (rule.weight or 0) * scale
    if places is None:
        return Criterion(rule, None, signed_weight=rule.effect.sign * units)
    # The units are a multiple of every denominator.
    grades = tuple(None if place is None else place.numerator * units // place.denominator for place in places.first)
    count = len(grades)
    regraded = [
        (bit % count, bit // count) for bit, place in places.others.items() if place != places.first[bit % count]
    ]
    return Criterion(rule, None, grades, tuple(regraded), rule.effect.sign * units)


def _evaluate(criterion: Criterion, candidates: Candidates, facts: Facts) -> Outcome:
    """Evaluate one rule over every candidate, as its effect says."""
    outcome = _outcome(candidates, reached(criterion.rule, candidates, facts))
    if not criterion.regraded:
        return outcome
    # Other points count as much as being reached or not.
    where, _ = candidates.table(criterion.rule.where, facts)
    regraded = {one for one in criterion.regraded if where >> one[0] & 1}
    return evolve(outcome, changes=tuple(sorted(regraded.union(outcome.changes))))


def reached(rule: Rule, candidates: Told, facts: Facts) -> Masks:
    """Return whom a rule reaches, and whom it does not, in all layers that there are."""
    where, grade = candidates.table(rule.where, facts), rule.effect.grade
    if grade is None:
        return rule.effect.reached(where, candidates.table(rule.effect.predicate, facts))
    return rule.effect.reached(where, (candidates.knowing(grade.attribute.name), 0))


def _outcome(candidates: Candidates, masks: Masks) -> Outcome:
    true, false = masks
    count = candidates.count
    first = (1 << count) - 1
    changes: list[tuple[int, int]] = []
    for layer in range(1, candidates.layers + 1):
        shift = layer * count
        changed = (((true >> shift) ^ true) | ((false >> shift) ^ false)) & candidates.present[layer]
        changes += [(index, layer) for index in bits(changed)]
    return Outcome(true & first, false & first, tuple(sorted(changes)))


CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""The widths in bytes that an array reads at once, with its names for them."""


@frozen(cache_hash=True)
class Lanes:
    """So many lanes of so many bytes."""

    count: int
    width: int

    def ones(self, mask: int) -> int:
        """Return one in each lane whose bit is set in a mask."""
        text = bytearray(self.count * self.width)
        text[:: self.width] = flags(mask, self.count)
        return int.from_bytes(text, "little")

    def packed(self, values: Iterable[int]) -> int:
        """Return one value in each lane."""
        return int.from_bytes(b"".join(value.to_bytes(self.width, "little") for value in values), "little")

    def unpacked(self, lanes: int) -> Sequence[int]:
        """Return the value of each lane."""
        text, width = lanes.to_bytes(self.count * self.width, "little"), self.width
        if width not in CODES:
            return [int.from_bytes(text[start : start + width], "little") for start in range(0, len(text), width)]
        found = array(CODES[width], text)
        if byteorder == "big":
            found.byteswap()
        return found


def lanes_for(count: int, greatest: int) -> Lanes:
    """Return lanes that sums of up to so much fit in."""
    needed = max(1, (greatest.bit_length() + 7) // 8)
    return Lanes(count, next((width for width in CODES if width >= needed), needed))


def flags(mask: int, count: int) -> bytes:
    """Return a mask as so many bytes that are 0 or 1, that of the lowest bit first."""
    return f"{mask:0{count}b}".encode().translate(BITS)[::-1] if count else b""


def places(mask: int, count: int) -> list[int]:
    """Return the numbers of the bits that are set, ascending."""
    return list(compress(range(count), flags(mask, count)))


@frozen(eq=False)
class Points:
    """What each candidate has in sum: its lane, less what was added so that no lane is negative.

    ``factors`` has that of each tier, the first of which comes first.
    """

    lanes: Sequence[int]
    less: int
    factors: Mapping[int, int] = field(factory=lambda: {1: 1})

    def by_tier(self, index: int) -> dict[int, int]:
        """Return the points of a candidate by tier, each in the units of the criteria."""
        found, lane, less = {}, self.lanes[index], self.less
        for tier, factor in self.factors.items():
            (its, lane), (added, less) = divmod(lane, factor), divmod(less, factor)
            found[tier] = its - added
        return found

    def __getitem__(self, index: int) -> int:
        """Return the points of a candidate, in the units of the criteria."""
        return self.lanes[index] - self.less
