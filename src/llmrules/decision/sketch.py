"""What a decision says of its candidates and nothing of why: who is eligible, and all points as one integer.

It is made of the same criteria, checks and lanes as a judgement; what one rule says is worked out once for all cases
that say the same of what it refers to. For who asks of hundreds of cases who is first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cached_property, reduce
from itertools import compress
from operator import or_
from typing import TYPE_CHECKING

from attrs import field, frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.catalog.restriction import leave_out
from llmrules.decision.criteria import Outcome, Points, flags, places
from llmrules.decision.judgement import Ranking, Units
from llmrules.language.rules.effects import Refuse
from llmrules.language.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from llmrules.catalog.restriction import Restriction
    from llmrules.decision.criteria import Criteria
    from llmrules.decision.judgement import Over
    from llmrules.engine.refiring import Reach
    from llmrules.language.conditions import Facts
    from llmrules.language.rules.effects import Policy
    from llmrules.language.rules.ruleset import RuleSet
    from llmrules.language.vocabulary import Scope

OF_MODELS: tuple[Scope, ...] = ("model", "offer")


@frozen(eq=False)
class Given:
    """The points of all candidates as lanes, with what was added to all of them."""

    lanes: int = 0
    less: int = 0


MOST_KEPT = 1_000
"""Sets of rules of which it is kept what they come to; then they are dropped, so that long use needs no more memory."""


@frozen(eq=False)
class Sketch:
    """Who is eligible, which points everybody has, and whom each rule keeps out."""

    eligible: int
    given: Given
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
    given: Given = Given()


@frozen(eq=False)
class Fired:
    """Rules that fired, by the mask of their places: those that say the same in all cases, and the others.

    With each of these stands the requirements by which it differs what it says.
    """

    places: int
    still: tuple[Rule, ...]
    moving: tuple[tuple[Rule, tuple[str, ...]], ...]

    def referred(self, facts: Facts) -> list[tuple[object, ...]]:
        """Return what is known of all that each moving rule refers to."""
        return [tuple([facts.get(name) for name in names]) for _, names in self.moving]


@frozen(eq=False)
class Applied:
    """What can matter of rules that fired: who gives and keeps out, to what these refer, and what is concluded.

    ``case`` are the requirements that what they read of models that is computed for a case rests on.
    """

    giving: Fired
    keeping: Fired
    names: tuple[str, ...]
    concluded: tuple[tuple[str, bool], ...]
    case: frozenset[str]
    refused: int


class Bearing:
    """What the rules that fire bear on, by masks of their places: the same for all cases, and worked out once."""

    def __init__(self, ruleset: RuleSet, reach: Reach) -> None:
        """Tell rules apart by what they do, and by whether what they say of models depends on the case."""
        self.rules = rules = [ruleset.rules[one.id] for one in reach.program.rules]
        self._vocabulary = vocabulary = ruleset.vocabulary
        self._reach = reach
        resting = {one.name: vocabulary.rests_on(one.name, "requirement") for one in vocabulary.computed(*OF_MODELS)}
        self._resting = {name: its for name, its in resting.items() if its}
        self.case = self.case_of(self._resting)
        """The requirements that what is computed of models rests on."""
        self._computing = {place: its for place, rule in enumerate(rules) if (its := self.case_of(rule.reads()))}
        self.summing = [(rule, asks) for rule in rules if (asks := _asks(rule, vocabulary.resting)) is not None]
        """The rules that read what is computed, and whether each asks for something from which it is."""
        self._moving = _where(rules, lambda rule: bool(rule.references()))
        self.refusing = _where(rules, lambda rule: isinstance(rule.effect, Refuse))
        self.giving = _where(rules, lambda rule: bool(rule.effect.sign))
        self._keeping = _where(rules, lambda rule: bool(rule.effect.hard or rule.effect.exempts))
        self._concluding: dict[str, int] = {}
        for one in reach.program.rules:
            if one.conclusion is not None:
                name = one.conclusion.attribute.name
                self._concluding[name] = self._concluding.get(name, 0) | 1 << one.place
        self.relevant = reduce(or_, self._concluding.values(), self.excluding | self.giving)
        self._applied: dict[int, Applied] = {}
        self._touching: dict[tuple[str, ...], tuple[int, frozenset[str]]] = {}

    def case_of(self, names: Iterable[str]) -> frozenset[str]:
        """Return the requirements that some attributes of models rest on."""
        return frozenset[str]().union(*(self._resting.get(name, ()) for name in names))

    @property
    def excluding(self) -> int:
        """All rules that can exclude somebody, exempt somebody, or refuse the case."""
        return self.refusing | self._keeping

    def applied(self, fired: int) -> Applied:
        """Return what of rules that fired can matter."""
        places = fired & self.relevant
        if places not in self._applied:
            if len(self._applied) >= MOST_KEPT:
                self._applied.clear()
            self._applied[places] = self._apply(places)
        return self._applied[places]

    def touched(self, names: Iterable[str]) -> int:
        """Return all rules that matter of which some requirements say whether they fire, or what they say.

        Those that conclude one of them are among them: what is stated may conflict with it.
        """
        found = 0
        for name in self._vocabulary.following(names):
            found |= self._reach.of(name) | self._concluding.get(name, 0)
            found |= mask_of([place for place, its in self._computing.items() if name in its])
        return found & self.relevant

    def touching(self, names: tuple[str, ...]) -> tuple[int, frozenset[str]]:
        """Return the same with the ids of these rules, and of those that they exempt from."""
        if names not in self._touching:
            if len(self._touching) >= MOST_KEPT:
                self._touching.clear()
            touched = self.touched(names)
            rules = [self.rules[place] for place in bits(touched)]
            ids = frozenset(one for rule in rules for one in (rule.id, *rule.effect.exempts))
            self._touching[names] = touched, ids
        return self._touching[names]

    def _apply(self, places: int) -> Applied:
        giving, keeping = self._fired(places & self.giving), self._fired(places & self._keeping)
        concluded = {name for name, mask in self._concluding.items() if mask & places}
        return Applied(
            giving=giving,
            keeping=keeping,
            names=tuple({name for _, names in (*giving.moving, *keeping.moving) for name in names}),
            concluded=tuple((name, self._vocabulary[name].many) for name in sorted(concluded)),
            case=frozenset[str]().union(*(its for place, its in self._computing.items() if places >> place & 1)),
            refused=places & self.refusing,
        )

    def _fired(self, places: int) -> Fired:
        still = tuple([self.rules[place] for place in bits(places & ~self._moving)])
        moving = [self.rules[place] for place in bits(places & self._moving)]
        return Fired(places, still, tuple([(rule, rule.references()) for rule in moving]))


def _asks(rule: Rule, resting: Mapping[str, frozenset[str]]) -> bool | None:
    below = frozenset[str]().union(*(resting.get(name, ()) for name in rule.reads()))
    asked = (leaf.attribute.name for table in (rule.when, rule.unless) for leaf in table.all_leaves())
    return not below.isdisjoint(asked) if below else None


def _where(rules: Sequence[Rule], is_so: Callable[[Rule], bool]) -> int:
    return mask_of([place for place, rule in enumerate(rules) if is_so(rule)])


@frozen(eq=False)
class _Kept:
    """What some rules come to: who is eligible but for exemptions, whom each keeps out, who is exempted."""

    eligible: int
    out: tuple[tuple[str, int], ...] = ()
    exempted: Mapping[str, int] = field(factory=dict)

    def plus(self, said: Iterable[tuple[Rule, _Says]]) -> _Kept:
        """Return what they come to with others."""
        eligible, out, exempted = self.eligible, [*self.out], {**self.exempted}
        for rule, its in said:
            if rule.effect.hard:
                out.append((rule.id, its.out))
                eligible &= ~its.out
            for target in rule.effect.exempts:
                exempted[target] = exempted.get(target, 0) | its.reached
        return _Kept(eligible, tuple(out), exempted)


class Sketching:
    """Sketches of cases over the same candidates. Raises RestrictionError where nobody is left to judge."""

    def __init__(self, criteria: Criteria, unknown: Policy, over: Over, restriction: Restriction) -> None:
        """Take what a decision is asked beside the requirements."""
        self._criteria, self._unknown = criteria, unknown
        self.kept = criteria.everyone & ~leave_out(restriction, criteria.candidates).everyone
        self._units = Units(criteria.candidates, over)
        self._said: dict[tuple[str, tuple[object, ...]], _Says] = {}
        self._given: dict[tuple[object, ...], Given] = {}
        self._still: dict[int, _Kept] = {}
        self._lanes: dict[Given, Sequence[int]] = {}
        self._orders: dict[Given, Sequence[int]] = {}
        self._names: dict[int, frozenset[str]] = {}
        self._differing: dict[tuple[int, int], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._firsts: dict[tuple[int, Given], tuple[str, ...]] = {}

    def of(self, giving: Fired, keeping: Fired, facts: Facts) -> Sketch:
        """Return what rules that fired come to in a case: those that give points, and those that exclude or exempt."""
        if keeping.places not in self._still:
            self._still[keeping.places] = _Kept(self.kept).plus(
                (rule, self._say(rule, (), facts)) for rule in keeping.still
            )
        found, given = self._still[keeping.places], self._points(giving, facts)
        if keeping.moving:
            found = found.plus(self._moving(keeping, keeping.referred(facts), facts))
        if not found.exempted:
            return Sketch(found.eligible, given, found.out)
        out = tuple((rule, its & ~found.exempted.get(rule, 0)) for rule, its in found.out)
        return Sketch(reduce(lambda kept, one: kept & ~one[1], out, self.kept), given, out)

    def _points(self, giving: Fired, facts: Facts) -> Given:
        referred = giving.referred(facts)
        key = giving.places, *referred
        if key not in self._given:
            said = [self._say(rule, (), facts) for rule in giving.still]
            said += [its for _, its in self._moving(giving, referred, facts)]
            every = [one.given for one in said]
            self._given[key] = Given(sum(one.lanes for one in every), sum(one.less for one in every))
        return self._given[key]

    def _moving(self, fired: Fired, referred: Iterable[tuple[object, ...]], facts: Facts) -> list[tuple[Rule, _Says]]:
        moving = zip(fired.moving, referred, strict=True)
        return [(rule, self._say(rule, its, facts)) for (rule, _), its in moving]

    def _say(self, rule: Rule, referred: tuple[object, ...], facts: Facts) -> _Says:
        said = self._said.get((rule.id, referred))
        if said is None:
            said = self._said[rule.id, referred] = self._says(rule, facts)
        return said

    def ranking(self, sketch: Sketch) -> Ranking:
        """Return the ranking that a sketch comes to."""
        criteria, lanes = self._criteria, self._unpacked(sketch.given)
        points = Points(lanes, sketch.given.less, criteria.factors)
        return Ranking(self._units, places(sketch.eligible, criteria.candidates.count), points, criteria.scale)

    def first(self, sketch: Sketch) -> tuple[str, ...]:
        """Return who is on the first place."""
        key = sketch.eligible, sketch.given
        if key not in self._firsts:
            self._firsts[key] = tuple(dict.fromkeys(map(self._called.__getitem__, self._leading(sketch))))
        return self._firsts[key]

    def _leading(self, sketch: Sketch) -> Iterable[int]:
        """Return the candidates that have the most points of who is eligible; all are put in order when asked again."""
        if not sketch.eligible:
            return ()
        lanes, standing = self._unpacked(sketch.given), self._flags(sketch)
        order = self._orders.get(sketch.given)
        if order is None:
            self._orders[sketch.given] = ()
            most = max(compress(lanes, standing))
            return [index for index in compress(range(len(lanes)), standing) if lanes[index] == most]
        order = order or sorted(range(len(lanes)), key=lanes.__getitem__, reverse=True)
        self._orders[sketch.given] = order
        least = -lanes[next(compress(order, map(standing.__getitem__, order)))]
        begin, end = (cut(order, least, key=lambda one: -lanes[one]) for cut in (bisect_left, bisect_right))
        return compress(order[begin:end], map(standing.__getitem__, order[begin:end]))

    def _unpacked(self, given: Given) -> Sequence[int]:
        """Return what each candidate has."""
        if given not in self._lanes:
            self._lanes[given] = self._criteria.lanes.unpacked(given.lanes)
        return self._lanes[given]

    def _flags(self, sketch: Sketch) -> bytes:
        return flags(sketch.eligible, self._criteria.candidates.count)

    def differing(self, before: Sketch, after: Sketch) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of who is eligible after and not before, and of who no longer is, each sorted."""
        key = before.eligible, after.eligible
        if key not in self._differing:
            one, other = self.names(before), self.names(after)
            self._differing[key] = tuple(sorted(other - one)), tuple(sorted(one - other))
        return self._differing[key]

    def names(self, sketch: Sketch) -> frozenset[str]:
        """Return the names of who is eligible."""
        if sketch.eligible not in self._names:
            self._names[sketch.eligible] = frozenset(compress(self._called, self._flags(sketch)))
        return self._names[sketch.eligible]

    @cached_property
    def _called(self) -> Sequence[str]:
        return [*map(self._units.name, range(self._criteria.candidates.count))]

    def _says(self, rule: Rule, facts: Facts) -> _Says:
        criterion = self._criteria.by_rule[rule.id]
        true, false = self._criteria.reached(criterion, facts)
        if rule.effect.hard:
            out = false if (rule.unknown or self._unknown) == "accept" else ~true
            return _Says(out & self.kept, 0)
        if rule.effect.sign:
            outcome = Outcome(true & self.kept, false & self.kept, ())
            return _Says(0, 0, Given(criterion.lanes(outcome, self._criteria.lanes), criterion.less))
        return _Says(0, true & self.kept)


def weighs(rule: Rule) -> bool:
    """Whether a rule can change who is eligible or with how many points; any other is a note or a conclusion."""
    return bool(rule.effect.hard or rule.effect.sign or rule.effect.exempts)
