"""What a decision says of its candidates and nothing of why: who is eligible, and all points as one integer.

It is made of the same criteria, checks and lanes as a judgement; what one rule says is worked out once for all cases
that say the same of what it refers to. For who asks of hundreds of cases who is first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import compress
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from llmrules.catalog.restriction import leave_out
from llmrules.decision.criteria import Outcome, Points, flags, places
from llmrules.decision.judgement import Check, Ranking, Units
from llmrules.language.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from llmrules.catalog.restriction import Restriction
    from llmrules.decision.criteria import Criteria
    from llmrules.decision.judgement import Over
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.effects import Policy


@frozen(eq=False)
class Sketch:
    """Who is eligible, their points as lanes with what was added to all of them, and whom each rule keeps out."""

    eligible: int
    lanes: int
    less: int
    out: tuple[tuple[str, int], ...]

    def without(self, rules: Collection[str], kept: int) -> int:
        """Return who of the candidates that are judged would be eligible if some rules kept nobody out."""
        for rule, out in self.out:
            if rule not in rules:
                kept &= ~out
        return kept


@frozen(eq=False)
class _Says:
    """What one rule says in a case: whom it excludes or leaves unverified, whom it reaches, its points as lanes."""

    out: int
    reached: int
    lanes: int
    less: int


@frozen(eq=False)
class Fired:
    """Rules that fired and weigh: those that say the same in all cases, and the others; by the mask of their places."""

    places: int
    still: tuple[Rule, ...]
    moving: tuple[Rule, ...]


@frozen(eq=False)
class _Sum:
    """What some rules come to: who is eligible but for exemptions, all points, whom each keeps out, who is exempted."""

    eligible: int
    lanes: int = 0
    less: int = 0
    out: tuple[tuple[str, int], ...] = ()
    exempted: Mapping[str, int] = field(factory=dict)

    def plus(self, said: Iterable[tuple[Rule, _Says]]) -> _Sum:
        """Return what they come to with others."""
        eligible, lanes, less, out, exempted = self.eligible, self.lanes, self.less, [*self.out], {**self.exempted}
        for rule, its in said:
            if its.lanes:  # adding nothing to a long integer copies it
                lanes += its.lanes
            less += its.less
            if rule.effect.hard:
                out.append((rule.id, its.out))
                eligible &= ~its.out
            for target in rule.effect.exempts:
                exempted[target] = exempted.get(target, 0) | its.reached
        return _Sum(eligible, lanes, less, tuple(out), exempted)


class Sketching:
    """Sketches of cases over the same candidates. Raises RestrictionError where nobody is left to judge."""

    def __init__(self, criteria: Criteria, unknown: Policy, over: Over, restriction: Restriction) -> None:
        """Take what a decision is asked beside the requirements."""
        self._criteria, self._unknown = criteria, unknown
        self.kept = criteria.everyone & ~leave_out(restriction, criteria.candidates).everyone
        self._units = Units(criteria.candidates, over)
        self._said: dict[tuple[str, tuple[object, ...]], _Says] = {}
        self._still: dict[int, _Sum] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._differing: dict[tuple[int, int], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._numbers: dict[int, frozenset[int]] = {}
        self._firsts: dict[tuple[int, int], tuple[str, ...]] = {}

    def of(self, fired: Fired, referred: Iterable[tuple[object, ...]], facts: Facts) -> Sketch:
        """Return what rules that fired come to; of those that are moving, what each refers to is as the case says."""
        if fired.places not in self._still:
            still = ((rule, self._said_by(rule, (), facts)) for rule in fired.still)
            self._still[fired.places] = _Sum(self.kept).plus(still)
        moving = zip(fired.moving, referred, strict=True)
        found = self._still[fired.places].plus((rule, self._said_by(rule, its, facts)) for rule, its in moving)
        if not found.exempted:
            return Sketch(found.eligible, found.lanes, found.less, found.out)
        out = tuple((rule, its & ~found.exempted.get(rule, 0)) for rule, its in found.out)
        return Sketch(reduce(lambda kept, one: kept & ~one[1], out, self.kept), found.lanes, found.less, out)

    def less(self, sketch: Sketch, rule: Rule, referred: tuple[object, ...], facts: Facts) -> Sketch:
        """Return a sketch without what one rule said that excludes or gives points."""
        if rule.effect.hard:
            return evolve(sketch, eligible=sketch.without({rule.id}, self.kept))
        said = self._said_by(rule, referred, facts)
        return evolve(sketch, lanes=sketch.lanes - said.lanes, less=sketch.less - said.less)

    def _said_by(self, rule: Rule, referred: tuple[object, ...], facts: Facts) -> _Says:
        said = self._said.get((rule.id, referred))
        if said is None:
            said = self._said[rule.id, referred] = self._says(rule, facts)
        return said

    def ranking(self, sketch: Sketch) -> Ranking:
        """Return the ranking that a sketch comes to."""
        criteria = self._criteria
        points = Points(criteria.lanes.unpacked(sketch.lanes), sketch.less, criteria.factors)
        return Ranking(self._units, places(sketch.eligible, criteria.candidates.count), points, criteria.scale)

    def first(self, sketch: Sketch) -> tuple[str, ...]:
        """Return who is on the first place."""
        key = sketch.eligible, sketch.lanes
        if key not in self._firsts:
            self._firsts[key] = tuple(dict.fromkeys(map(self._units.name, self._leading(sketch))))
        return self._firsts[key]

    def _leading(self, sketch: Sketch) -> Iterator[int]:
        """Yield the candidates that have the most points."""
        lanes, standing = self._criteria.lanes.unpacked(sketch.lanes), self._flags(sketch)
        most, at = max(compress(lanes, standing), default=None), -1
        for _ in range(0 if most is None else lanes.count(most)):
            at = lanes.index(most, at + 1)
            if standing[at]:
                yield at

    def _flags(self, sketch: Sketch) -> bytes:
        return flags(sketch.eligible, self._criteria.candidates.count)

    def differing(self, before: Sketch, after: Sketch) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of who is eligible after and not before, and of who no longer is, each sorted."""
        key = before.eligible, after.eligible
        if key not in self._differing:
            one, other = self._standing(before), self._standing(after)
            self._differing[key] = self._called(other - one), self._called(one - other)
        return self._differing[key]

    def _standing(self, sketch: Sketch) -> frozenset[int]:
        """Return the numbers of who is eligible."""
        if sketch.eligible not in self._numbers:
            self._numbers[sketch.eligible] = frozenset(compress(self._units.numbers, self._flags(sketch)))
        return self._numbers[sketch.eligible]

    def _called(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(map(self._units.called, sorted(numbers))))

    def names(self, sketch: Sketch) -> frozenset[str]:
        """Return the names of who is eligible."""
        if sketch.eligible not in self._names:
            self._names[sketch.eligible] = frozenset(map(self._units.called, self._standing(sketch)))
        return self._names[sketch.eligible]

    def _says(self, rule: Rule, facts: Facts) -> _Says:
        criterion = self._criteria.by_rule[rule.id]
        true, false = self._criteria.reached(criterion, facts)
        outcome = Outcome(true & self.kept, false & self.kept, ())
        if rule.effect.hard:
            unknown = self.kept & ~(true | false)
            check = Check(criterion, outcome, 0, unknown, rule.unknown or self._unknown)
            return _Says(check.excluding | check.unverifying, 0, 0, 0)
        if rule.effect.sign:
            return _Says(0, 0, criterion.lanes(outcome, self._criteria.lanes), criterion.less)
        return _Says(0, outcome.true, 0, 0)


def weighs(rule: Rule) -> bool:
    """Whether a rule can change who is eligible or with how many points; any other is a note or a conclusion."""
    return bool(rule.effect.hard or rule.effect.sign or rule.effect.exempts)
