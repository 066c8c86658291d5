"""Verdicts, points and places: what the rules that fired say of every candidate, and who then stands where.

Masks of candidates in, masks and arrays of numbers out; explanations are built from them later, on demand, and a
``Placed`` is made when somebody looks at it. A ranking is of models, or of each offer for itself.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, overload

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.decision.criteria import Criterion, Outcome, Points, Score, places
from llmrules.language.rules.effects import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.catalog.candidates import Candidates
    from llmrules.decision.criteria import Criteria
    from llmrules.language.conditions import Facts


Verdict: TypeAlias = Literal["eligible", "unverified", "excluded"]


@frozen(eq=False)
class Check:
    """A hard rule that fired, applied: who fails, who is unknown, and who is not held to it."""

    criterion: Criterion
    outcome: Outcome
    exempted: int
    unknown: int
    policy: Policy

    @property
    def excluding(self) -> int:
        """The candidates that this check excludes."""
        failing = self.outcome.false | (self.unknown if self.policy == "exclude" else 0)
        return failing & ~self.exempted

    @property
    def unverifying(self) -> int:
        """The candidates that this check leaves unverified."""
        return self.unknown & ~self.exempted if self.policy == "apart" else 0

    @property
    def accepting(self) -> int:
        """The candidates that pass although their check is unknown."""
        return self.unknown & ~self.exempted if self.policy == "accept" else 0


@frozen(eq=False)
class Note:
    """A caution that fired, applied: the candidates it is attached to, and those of them that someone approved."""

    criterion: Criterion
    outcome: Outcome
    attached: int
    approved: int


@frozen(eq=False)
class Judgement:
    """Everything that the fired rules say of the candidates."""

    checks: tuple[Check, ...]
    scores: tuple[Score, ...]
    notes: tuple[Note, ...]
    exemptions: tuple[tuple[Criterion, Outcome], ...]
    excluded: int
    unverified: int
    eligible: int
    points: Points

    @property
    def then(self) -> tuple[int, ...]:
        """The tiers after the first of which a rule fired, ascending."""
        if len(self.points.factors) == 1:
            return ()
        return tuple(sorted({one.criterion.rule.in_tier for one in self.scores} - {1}))

    def verdict(self, index: int) -> Verdict:
        """Return the verdict on a candidate that was judged."""
        if self.excluded >> index & 1:
            return "excluded"
        return "unverified" if self.unverified >> index & 1 else "eligible"


NOBODY: Mapping[str, int] = {}
"""Approved: no model, of any rule."""


def judge(
    criteria: Criteria,
    fired: Iterable[str],
    facts: Facts,
    unknown: Policy,
    approved: Mapping[str, int] = NOBODY,
    *,
    kept: int | None = None,
) -> Judgement:
    """Judge every candidate by the rules that fired, given by id in order.

    ``unknown`` is the decision's policy; ``approved`` has the candidates that are approved, for each rule; ``kept``
    those that are judged at all.
    """
    scores, applied = _applied(criteria, fired, facts)
    everyone = criteria.everyone if kept is None else kept
    if everyone != criteria.everyone:
        scores = [score.within(everyone) for score in scores]
        applied = [(criterion, outcome.within(everyone)) for criterion, outcome in applied]
    exempted: dict[str, int] = {}
    exemptions = [(criterion, outcome) for criterion, outcome in applied if criterion.rule.effect.exempts]
    for criterion, outcome in exemptions:
        for target in criterion.rule.effect.exempts:
            exempted[target] = exempted.get(target, 0) | outcome.true
    checks, notes = [], []
    excluded = unverified = 0
    for criterion, outcome in applied:
        rule = criterion.rule
        open_question = everyone & ~(outcome.true | outcome.false)
        if rule.effect.hard:
            let_off = exempted.get(rule.id, 0) & ~outcome.true
            check = Check(criterion, outcome, let_off, open_question, rule.unknown or unknown)
            checks.append(check)
            excluded |= check.excluding
            unverified |= check.unverifying
        elif rule.effect.note:
            attached = outcome.true | (open_question if rule.level == "approval" else 0)
            notes.append(Note(criterion, outcome, attached, attached & approved.get(rule.id, 0)))
    lanes, less = sum([score.lanes for score in scores]), sum([score.less for score in scores])
    return Judgement(
        checks=tuple(checks),
        scores=tuple(scores),
        notes=tuple(notes),
        exemptions=tuple(exemptions),
        excluded=excluded,
        unverified=unverified & ~excluded,
        eligible=everyone & ~(excluded | unverified),
        points=Points(criteria.lanes.unpacked(lanes), less, criteria.factors),
    )


def _applied(
    criteria: Criteria, fired: Iterable[str], facts: Facts
) -> tuple[list[Score], list[tuple[Criterion, Outcome]]]:
    """Return what the rules that fired say: those that give points, and the others that touch models."""
    scores, others = [], []
    for name in fired:
        score = criteria.settled.get(name)
        if score is None and (criterion := criteria.by_rule.get(name)) is not None:
            outcome = criteria.outcome(criterion, facts)
            if criterion.rule.effect.sign:
                score = criteria.scored(criterion, outcome)
            else:
                others.append((criterion, outcome))
        if score is not None:
            scores.append(score)
    return scores, others


T = TypeVar("T")
Over: TypeAlias = Literal["models", "offers"]
OVER: tuple[Over, ...] = ("models", "offers")
"""What a decision ranks."""


@frozen
class Placed:
    """A model in a ranking. Equal points share a place: 1, 1, 3.

    ``points`` are those of the first tier, and ``then`` those of each higher one of which a rule fired.
    ``offers`` has the ids of those of its offers that share its verdict, the one with the most points first; it is
    empty where the model has but one. In a ranking of offers ``model`` names the candidate: ``model @ offer``.
    """

    place: int
    model: str
    points: Fraction
    offers: tuple[str, ...] = ()
    then: tuple[Fraction, ...] = ()


class OnDemand(Sequence[T]):
    """A sequence whose members are made when they are looked at; equal to every sequence with equal members."""

    @abstractmethod
    def _at(self, number: int) -> T:
        """Make a member."""

    @overload
    def __getitem__(self, number: int) -> T: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[T, ...]: ...
    def __getitem__(self, number: int | slice) -> T | tuple[T, ...]:
        """Return a member, or several as a tuple."""
        numbers = range(len(self))[number]
        return self._at(numbers) if isinstance(numbers, int) else tuple(map(self._at, numbers))

    def __eq__(self, other: object) -> bool:
        """Whether the members are those of another sequence."""
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(one == its for one, its in zip(self, other, strict=True))

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Show the members as a tuple does."""
        return repr(tuple(self))


class Units:
    """What is ranked: models, each with its candidates, or every candidate for itself."""

    def __init__(self, candidates: Candidates, over: Over) -> None:
        self._candidates = candidates
        self.alone = over == "offers" or len(candidates.models) == candidates.count

    def name(self, index: int) -> str:
        """Return what decisions call the unit of a candidate."""
        row = self._candidates.rows[index]
        return row.name if self.alone else row.model.id

    def leaders(self, tied: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
        """Return the candidates that are the first ones of their units, in the groups in which they are given."""
        if self.alone:
            return tied
        number, before = self._candidates.model_of, set[int]()
        found = []
        for its in tied:
            first = {number[index]: index for index in reversed(its)}
            found.append(sorted(first[unit] for unit in first.keys() - before))
            before |= first.keys()
        return found

    def its(self, index: int) -> tuple[int, ...]:
        """Return all candidates of the unit of a candidate."""
        return (index,) if self.alone else bits(self._candidates.models[self._candidates.model_of[index]][1])

    def others(self, members: Sequence[int], taken: Sequence[int]) -> Sequence[int]:
        """Return the candidates whose unit has none among those that are taken."""
        if self.alone:
            return members
        number = self._candidates.model_of
        units = {number[index] for index in taken}
        return [index for index in members if number[index] not in units]

    def offers(self, indices: Iterable[int]) -> tuple[str, ...]:
        """Return the ids of the offers of candidates."""
        return tuple(str(self._candidates.rows[index].offer.id) for index in indices)


class Ranking(OnDemand[Placed]):
    """The units of one verdict, the best first; equal ones in the order of the catalogue."""

    def __init__(
        self, units: Units, members: Sequence[int], points: Points, scale: int, then: Sequence[int] = ()
    ) -> None:
        """``members`` are the candidates of the verdict, ascending; ``then`` the tiers after the first that count."""
        self.alone = units.alone
        self._units, self._members, self._points, self._scale, self._then = units, members, points, scale, then
        self._by_lane: dict[int, tuple[Fraction, ...]] = {}

    def __len__(self) -> int:
        """Count the units."""
        return len(self._leaders)

    @cached_property
    def first(self) -> tuple[str, ...]:
        """The names of those on the first place; nobody is put in order for it."""
        lanes = self._points.lanes
        most = max((lanes[index] for index in self._members), default=0)
        return tuple(dict.fromkeys(self._units.name(index) for index in self._members if lanes[index] == most))

    @cached_property
    def _tied(self) -> list[list[int]]:
        """The candidates that have equal points, in the order of the catalogue; those with the most come first."""
        lanes, found = self._points.lanes, defaultdict[int, list[int]](list)
        for index in self._members:
            found[lanes[index]].append(index)
        return [found[lane] for lane in sorted(found, reverse=True)]

    @cached_property
    def _groups(self) -> Sequence[Sequence[int]]:
        """The best candidate of each unit, in the groups of those that have equal points."""
        return self._units.leaders(self._tied)

    @cached_property
    def _leaders(self) -> Sequence[int]:
        """The best candidate of each unit, in the order of units."""
        return [*chain.from_iterable(self._groups)]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the units, in their order."""
        return tuple(map(self._units.name, self._leaders))

    def of(self, name: str) -> Placed:
        """Return the place of one of them. Raises KeyError."""
        return self[self._numbers[name]]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def places(self) -> list[int]:
        """The place of each unit, in their order."""
        found: list[int] = []
        for its in self._groups:
            found += [len(found) + 1] * len(its)
        return found

    @cached_property
    def carriers(self) -> dict[int, int]:
        """The candidates that earn a place, with that place."""
        if self._units.alone:
            return dict(zip(self._leaders, self.places, strict=True))
        lanes = self._points.lanes
        return {
            index: place
            for leader, place in zip(self._leaders, self.places, strict=True)
            for index in filter(self._stands, self._units.its(leader))
            if lanes[index] == lanes[leader]
        }

    def carried(self, index: int) -> int | None:
        """Return the place that one candidate earns, as ``carriers`` has it."""
        lanes = self._points.lanes
        standing = filter(self._stands, self._units.its(index))
        if not self._stands(index) or lanes[index] < max(lanes[one] for one in standing):
            return None
        above = bisect_left(self._tied, -lanes[index], key=lambda its: -lanes[its[0]])
        return sum(map(len, self._groups[:above])) + 1

    def _stands(self, index: int) -> bool:
        at = bisect_left(self._members, index)
        return at < len(self._members) and self._members[at] == index

    def _at(self, number: int) -> Placed:
        leader, lanes = self._leaders[number], self._points.lanes
        its = self._units.its(leader)
        offers: tuple[str, ...] = ()
        if len(its) > 1:
            offers = self._units.offers(sorted(filter(self._stands, its), key=lambda one: (-lanes[one], one)))
        earned = self._earned(leader)
        return Placed(self.places[number], self.names[number], earned[0], offers, earned[1:])

    def _earned(self, leader: int) -> tuple[Fraction, ...]:
        """Return the points of a candidate by tier; the same ones are reckoned once."""
        lane = self._points.lanes[leader]
        if lane not in self._by_lane:
            earned = self._points.by_tier(leader)
            self._by_lane[lane] = tuple(Fraction(earned.get(tier, 0), self._scale) for tier in (1, *self._then))
        return self._by_lane[lane]


class Standing:
    """The rankings of a decision and who is out."""

    def __init__(self, criteria: Criteria, judgement: Judgement, over: Over) -> None:
        candidates = criteria.candidates
        count, units = candidates.count, Units(candidates, over)
        eligible = places(judgement.eligible, count)
        unverified = units.others(places(judgement.unverified, count), eligible) if judgement.unverified else []
        self.ranking = Ranking(units, eligible, judgement.points, criteria.scale, judgement.then)
        self.unverified = Ranking(units, unverified, judgement.points, criteria.scale, judgement.then)
        self._units, self._judgement, self._count = units, judgement, count

    @cached_property
    def excluded(self) -> tuple[str, ...]:
        """The names of those of whom no candidate stands, in the order of the catalogue."""
        standing = places(self._judgement.eligible | self._judgement.unverified, self._count)
        out = self._units.others(places(self._judgement.excluded, self._count), standing)
        return tuple(map(self._units.name, chain.from_iterable(self._units.leaders([out]))))

    @cached_property
    def carriers(self) -> dict[int, int]:
        """The candidates that earn a place, with that place."""
        return {**self.ranking.carriers, **self.unverified.carriers}

    def place(self, index: int) -> int | None:
        """Return the place that one candidate earns."""
        return self.ranking.carried(index) or self.unverified.carried(index)
