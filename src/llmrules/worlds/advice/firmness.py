"""How firm the first place of a decision is: its margin, what it stays with, what it rests on, and until when it stays.

Every number here is exact over what is known: the first place is decided again beside each value at which it may turn.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import floor
from operator import or_
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.catalog.candidates import bits
from llmrules.decision.basis import resting
from llmrules.language.values import Period, Value
from llmrules.language.vocabulary import AS_OF, ORDERED
from llmrules.worlds.advice.bands import order
from llmrules.worlds.advice.intervals import NumbersStay, intervals
from llmrules.worlds.advice.outlook import Outlooks
from llmrules.worlds.advice.supposing import Points, Supposing
from llmrules.worlds.changes import Stated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from llmrules.decision.criteria import Score
    from llmrules.decision.decision import Decision
    from llmrules.language.profile import Requirement
    from llmrules.worlds.advice.bands import Answers
    from llmrules.worlds.world import World


@frozen
class Stays:
    """The values of a stated requirement, all else alike, with which the first place stays, around the stated one.

    Of an ordered one they lie between ``low`` and ``high`` (None: without end), which belong to them or not, and
    ``others`` is empty; of any other they are ``others``. Where it is not ``exact``, further values may change it.
    """

    attribute: str
    low: Value | None = None
    high: Value | None = None
    low_included: bool = True
    high_included: bool = True
    others: tuple[Value, ...] = ()
    exact: bool = True


@frozen
class WeightStays:
    """The whole weights of a rule, all else alike, with which the first place stays; ``high`` None: all above."""

    rule: str
    weight: int
    low: int
    high: int | None


@frozen
class ShelfLife:
    """The first day on which the first place is another one by what is known today, and what brings it about.

    ``begin`` and ``end`` are rules that fire from then on and no longer; ``excluded`` are the rules that then exclude
    each model that was first. ``values``, by model, offer and attribute, are those of whoever is first before or from
    then on that take force on that day.
    """

    day: date
    first: tuple[str, ...]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    excluded: tuple[tuple[str, tuple[str, ...]], ...]
    values: tuple[tuple[str, str | None, str], ...] = ()


@frozen
class Firmness:
    """How far the first place can be trusted.

    ``margin`` is by how many points it leads, in the first tier in which it does; None where nobody follows.
    ``rests_on`` are the rules without which, alone, it would be another one, and ``disputed`` the values of the first
    that sources dispute and rules read; ``numbers`` are those of the catalogue that can turn it.
    ``old`` are values of the first that rules read, by model and attribute, with the day of their newest source, where
    that is older than what the decision takes for new. ``until`` is None where nothing that is known today changes it.
    """

    first: tuple[str, ...]
    margin: Fraction | None
    requirements: tuple[Stays, ...]
    weights: tuple[WeightStays, ...]
    rests_on: tuple[str, ...]
    disputed: tuple[tuple[str, str], ...]
    old: tuple[tuple[str, str, str], ...]
    until: ShelfLife | None
    numbers: NumbersStay


def firmness(world: World, outlooks: Outlooks | None = None) -> Firmness | None:
    """Return how firm the first place of a case is; None where nobody is first.

    ``outlooks`` are those of the world, if there are any yet.
    """
    outlooks = outlooks or Outlooks(world)
    decision = outlooks.decision
    if not decision.best:
        return None
    return Firmness(
        first=tuple(decision.best),
        margin=_margin(decision),
        requirements=tuple(requirements_stay(outlooks)),
        weights=tuple(_weights(outlooks)),
        rests_on=tuple(sorted(_rests_on(outlooks, decision))),
        disputed=tuple(dict.fromkeys(_disputed(decision))),
        old=tuple(_old(decision, outlooks.supposing.leading)),
        until=shelf_life(world, outlooks),
        numbers=intervals(outlooks),
    )


def _margin(decision: Decision) -> Fraction | None:
    ranking, follows = decision.ranking, bisect_right(decision.ranking.places, 1)
    if follows == len(ranking):
        return None
    leader, next_one = ranking[0], ranking[follows]
    tiers = zip((leader.points, *leader.then), (next_one.points, *next_one.then), strict=True)
    return next(its - theirs for its, theirs in tiers if its != theirs)


# Requirements


def requirements_stay(outlooks: Outlooks) -> Iterator[Stays]:
    """Yield with which values of each stated requirement the first place stays."""
    world, first = outlooks.world, outlooks.of().first
    bands = outlooks.bands()
    for one in world.profile.requirements:
        attribute = world.knowledge.ruleset.vocabulary[one.attribute]
        if one.origin != "stated" or one.attribute == AS_OF.name or attribute.many:
            continue
        answers = bands.answers(attribute)

        def stays(value: Value, name: str = one.attribute) -> bool:
            return outlooks.of(Stated(name, value)).first == first

        if attribute.type not in ORDERED:
            others = tuple(value for value in answers.values if value != one.value and stays(value))
            yield Stays(one.attribute, others=others, exact=answers.exact)
            continue
        places = {value: order(attribute, value) for value in answers.values}
        ordered, here = sorted(places, key=places.__getitem__), order(attribute, one.value)
        below = [value for value in ordered if places[value] < here][::-1]
        above = [value for value in ordered if places[value] > here]
        low, low_included = _end(one, below, stays, answers)
        high, high_included = _end(one, above, stays, answers)
        yield Stays(one.attribute, low, high, low_included, high_included, (), answers.exact)


def _end(
    stated: Requirement, beyond: Sequence[Value], stays: Callable[[Value], bool], answers: Answers
) -> tuple[Value | None, bool]:
    """Return the last value into one direction with which the first place stays, and whether it belongs to them.

    Values that are no cuts stand for all between the cuts beside them; of days and choices each is one by itself.
    Where it turns at no decimal number, the end is the integer before that, or the stated value if that is nearer.
    """
    last = safe = stated.value
    for value in beyond:
        if not stays(value):
            if isinstance(value, int | Decimal) and isinstance(last, int | Decimal):
                inside = floor(min(last, value)) in answers.turning
                return (safe, True) if inside else (value, False) if value in answers.cuts else (last, True)
            return last, True
        if value in answers.cuts:
            safe = value
        last = value
    return None, False


# Weights


@frozen
class _Line:
    """The most points of those to whom a rule gives as much, those of its tier between those of lower and higher ones.

    In its tier these are ``base`` without the rule, and ``given`` by it; ``names`` have so many.
    """

    lower: Points
    base: Fraction | int
    given: int
    higher: Points
    names: frozenset[str]

    def at(self, weight: int, instead_of: int) -> tuple[object, ...]:
        """Return the points with another weight than the rule has, in units that are so many times smaller."""
        return self.lower, self.base * instead_of + self.given * weight, self.higher


def _weights(outlooks: Outlooks) -> Iterator[WeightStays]:
    """Yield the weights with which the first place stays, of each rule that gives or takes points."""
    for score in outlooks.decision.judgement.scores:
        if score.criterion.rule.weight is not None:
            yield _weight(outlooks.supposing, score, score.criterion.rule.id, score.criterion.rule.weight)


def _weight(supposing: Supposing, score: Score, rule: str, weight: int) -> WeightStays:
    """Follow the points of each candidate, which are a line over the weight, to where the first place turns.

    In the tier of the rule, that is: those of all other tiers stay, and where two lines cross the tiers behind decide.
    """
    lines = list(_lines(supposing, score))

    def first(whole: int) -> frozenset[str]:
        most = max(line.at(whole, weight) for line in lines)
        return frozenset().union(*(line.names for line in lines if line.at(whole, weight) == most))

    now = first(weight)
    turns = {
        (other.base - line.base) * weight // (line.given - other.given)
        for line in lines
        for other in lines
        if line.names <= now and line.lower == other.lower and line.given != other.given
    }
    tried = {whole for turn in turns for whole in range(int(turn) - 1, int(turn) + 3)}
    below = (whole + 1 for whole in sorted(tried, reverse=True) if 0 < whole < weight and first(whole) != now)
    above = (whole - 1 for whole in sorted(tried) if whole > weight and first(whole) != now)
    return WeightStays(rule, weight, next(below, 1), next(above, None))


def _lines(supposing: Supposing, score: Score) -> Iterator[_Line]:
    """Yield the line of those with the most points for each amount that a rule gives; no others are ever first."""
    at = supposing.tiers.index(score.criterion.rule.in_tier)
    for given, leading in _given(supposing, score):
        points = supposing.standing(leading[0])
        yield _Line(points[:at], points[at] - given, given, points[at + 1 :], frozenset(map(supposing.unit, leading)))


def _given(supposing: Supposing, score: Score) -> Iterable[tuple[int, Sequence[int]]]:
    """Return each amount that a rule gives, with those who have the most points of all who get as much."""
    reached, found = score.outcome.true, dict[int, list[int]]()
    if score.criterion.rule.effect.grade is None:
        both = (score.criterion.signed_weight // score.criterion.factor, reached), (0, ~reached)
        return ((given, its) for given, mask in both if (its := supposing.leading_of(mask)))
    for index in supposing.ranked:
        leading = found.setdefault(score.earned(index) if reached >> index & 1 else 0, [])
        if not leading or supposing.lanes[index] == supposing.lanes[leading[0]]:
            leading.append(index)
    return found.items()


# Values, rules and days


def _disputed(decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield the disputed values of the first that rules read, by model and rule."""
    masks = [(name, decision.candidates.masks[name]) for name in sorted(decision.best)]
    for name, mask in masks:
        its = ((rule, one) for (index, one), rules in decision.disputes.items() if mask >> index & 1 for rule in rules)
        yield from ((name, attribute) for _, attribute in sorted(its))


def _old(decision: Decision, first: frozenset[int]) -> Iterator[tuple[str, str, str]]:
    """Yield the values that the first place rests on, of which no source is new enough."""
    rows, vocabulary = decision.candidates.rows, decision.knowledge.ruleset.vocabulary
    models = {rows[index].model.id for index in first}
    for one in resting(decision, reduce(or_, (decision.candidates.masks[model] for model in models), 0)):
        for name, indices in one.values.items() if one.old else ():
            of_offer = vocabulary[name].scope == "offer"
            for row in (rows[index] for index in indices if not of_offer or index in first):
                yield row.name if of_offer else row.model.id, name, one.date


def _rests_on(outlooks: Outlooks, decision: Decision) -> Iterator[str]:
    """Yield the rules without which, alone, the first place would be another one."""
    knowledge, places = outlooks.world.knowledge, outlooks.places
    fired = (knowledge.program.rules[place] for place in decision.derivation.places)
    yield from (rule.id for rule in fired if outlooks.turns_without(rule))
    for attribute in knowledge.classifying.keys() & {*outlooks.supposing.attributes}:
        yield from (rule.id for rule in knowledge.classifying[attribute] if places.turns_without(attribute, rule))


def shelf_life(world: World, outlooks: Outlooks | None = None) -> ShelfLife | None:
    """Return the first later day on which the first place is another one; None if there is none.

    ``outlooks`` are those of the world, if there are any yet.
    """
    outlooks = outlooks or Outlooks(world)
    decision = outlooks.decision
    for when in _days(world, outlooks):
        turned = Stated(AS_OF.name, Period(when, when, when.isoformat()))
        first = outlooks.of(turned).first
        if first != decision.best:
            return _life(when, first, outlooks, turned)
    return None


def _life(when: date, first: tuple[str, ...], outlooks: Outlooks, turned: Stated) -> ShelfLife:
    decision = outlooks.decision
    after, judgement = outlooks.judged(turned)
    if judgement is None:
        return ShelfLife(when, first, (), (), ())
    before, masks = {*decision.fired}, decision.candidates.masks
    standing = judgement.eligible | judgement.unverified
    out = [name for name in decision.best if masks[name] & judgement.excluded and not masks[name] & standing]
    by = [(one.criterion.rule.id, one.excluding) for one in judgement.checks]
    excluded = tuple((name, tuple(rule for rule, its in by if its & masks[name])) for name in out)
    values = tuple(_begun({*decision.best, *first}, decision, when))
    return ShelfLife(when, first, tuple(sorted(after - before)), tuple(sorted(before - after)), excluded, values)


def _begun(names: set[str], decision: Decision, when: date) -> Iterator[tuple[str, str | None, str]]:
    """Yield the values of some models, or of the models of offers, that take the place of others on a day."""
    rows, masks = decision.candidates.rows, decision.candidates.masks
    for name in sorted({rows[index].model.id for one in names for index in bits(masks[one])}):
        model = decision.knowledge.catalog.models[name]
        for offer, entries in ((None, model.entries), *((one.id, one.entries) for one in model.offers)):
            for attribute, entry in entries.items():
                if any(dated.since.first == when for dated in entry.dated):
                    yield name, offer, attribute


def _days(world: World, outlooks: Outlooks) -> list[date]:
    """Return the later days on which something begins or ends, by what is known today, of who may be first then."""
    knowledge, today = world.knowledge, world.profile.as_of.first
    turns = [turn for turn in knowledge.turning_days if turn > today]
    days = {*turns, *outlooks.bands(today).turning_days(outlooks.contending(AS_OF.name))}
    for when in turns:  # from then on anybody may have other values
        days |= outlooks.bands(when).turning_days()
    return sorted(day for day in days if day > today)
