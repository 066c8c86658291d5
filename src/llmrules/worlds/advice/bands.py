"""The answers to a question that differ: each choice, and of numbers, dates and texts one value of each band.

Rules and values of the catalogue cut the numbers and days into finitely many bands, within each of which every test
comes out the same. So what holds of the answers here holds of all.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations, pairwise, product
from math import floor
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.catalog.candidates import bits, mask_of
from llmrules.engine.refiring import Cuts
from llmrules.language.conditions import Reference
from llmrules.language.values import EXACT, Number, Period, Value, number
from llmrules.language.vocabulary import AS_OF
from llmrules.language.vocabulary.computed import LONG_TOKENS, decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Facts, Leaf, Table, Test
    from llmrules.language.rules.rule import Rule
    from llmrules.language.vocabulary import Attribute, Vocabulary


Line: TypeAlias = tuple[Number, Number, Number]

MOST_LINES = 50
"""How many different sums of candidates are followed over a number; of more, those alone that have the first place."""


@frozen
class Answers:
    """The answers to a question; ``exact`` unless there may be others with which something else comes out.

    Those of ordered types stand in their order. Of numbers, those that are no ``cuts`` stand for all between the cuts
    beside them. ``turning`` are the integers between which and the next one some test turns at no decimal number.
    """

    attribute: str
    values: tuple[Value, ...]
    exact: bool = True
    cuts: frozenset[Value] = frozenset()
    turning: frozenset[int] = frozenset()


class Bands:
    """The bands of every requirement under some rules, over the values that are in force on a day.

    ``others`` are further rules with their days, and ``tables`` further tests on requirements, which cut as well.
    Where two requirements are compared, each is cut by what cuts the other one, or is ``stated`` of it. What is
    computed of models is cut as it is in the case of a ``decision``, if there is one.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        when: date,
        others: Iterable[tuple[Knowledge, date]] = (),
        tables: Iterable[Table] = (),
        stated: Facts | None = None,
        decision: Decision | None = None,
    ) -> None:
        """Take where rules cut requirements, and models that are tested against them, as it is looked up once."""
        sides = ((knowledge, when), *others)
        self._facts = {} if decision is None else decision.derivation.facts
        self._criteria, self._vocabulary = knowledge.criteria_on(when), knowledge.ruleset.vocabulary
        self._knowledge, self._decision = knowledge, decision
        self._tests = (*(one.reach.cuts for one, _ in sides), Cuts(leaf for one in tables for leaf in one.all_leaves()))
        self._against = [(one.referring, one.criteria_on(day).on(self._facts).candidates.groups) for one, day in sides]
        self._compared = {pair: None for tests in self._tests for pair in tests.compared}
        self._spread_cuts: defaultdict[str, set[Value]] = defaultdict(set)
        self._spread({AS_OF.name: frozenset({_on(when)}), **(stated or {})}, knowledge.ruleset.vocabulary)

    def answers(self, attribute: Attribute) -> Answers:
        """Return the answers that differ; of a set one member each."""
        name = attribute.name
        if attribute.type == "flag":
            return Answers(name, (True, False))
        if attribute.many:
            return Answers(name, tuple(frozenset({one}) for one in attribute.choice_ids))
        if attribute.choices:
            return Answers(name, attribute.choice_ids)
        cuts = self.cut(name)
        if attribute.type == "number":
            numbers = [one for one in cuts if isinstance(one, int | Decimal)]
            of_sums = [*self._sum_cuts(name)]
            numbers += [one for one in of_sums if isinstance(one, int | Decimal)]
            turning = frozenset(floor(one) for one in of_sums if isinstance(one, Fraction))
            numbers += [beside for one in turning for beside in (one, one + 1)]
            exact = not turning and None not in of_sums and self._is_exact(name)
            return Answers(name, _numbers(attribute, numbers), exact, frozenset(numbers), turning)
        if attribute.type == "date":
            days = [one.first for one in cuts if isinstance(one, Period)]
            return Answers(name, tuple(map(_on, _days(sorted(days)))), self._is_exact(name))
        texts = sorted(map(str, cuts))
        return Answers(name, (*texts, _other(texts)), exact=not any(name in tests.matched for tests in self._tests))

    def _is_exact(self, name: str) -> bool:
        """Whether a requirement is compared with one other at most: three are not cut for each other."""
        return len([one for left, one in self._compared if name in {left, one.requirement}]) <= 1

    def turning_days(self, among: int = -1) -> set[date]:
        """Return the days on which a test of the day may come out otherwise than on the day before.

        Of tests on models those on the candidates of a mask are meant.
        """
        name = AS_OF.name
        cuts = self._spread_cuts[name].union(*(tests.values.get(name, ()) for tests in self._tests))
        days = {(one.first, step) for one in cuts if isinstance(one, Period) for step in (0, 1)}
        for (attribute, reference, steps), (_, groups) in product(self._knowledge.timed, self._against):
            values = groups[attribute].values if attribute in groups else ()
            its = {one for one, first, _ in values if first & among and isinstance(one, Period)}
            for day in {day for one in its for day in (one.first, one.last)}:
                earlier = reference.earlier(_on(day)) if reference.plus else None
                days.update((earlier.first if isinstance(earlier, Period) else day, step) for step in steps)
        return {day + timedelta(step) for day, step in days if not step or day < date.max}

    def _sum_cuts(self, name: str) -> Iterator[Number | Fraction | None]:
        """Yield where a test of what is computed from a number turns, and None where there may be other places.

        They are told of sums that are lines over the number in a case that is known, and of no grade; of more than
        MOST_LINES for the first place alone.
        """
        resting = self._vocabulary.resting
        for one, leaf in self._summed if any(name in its for its in resting.values()) else ():
            if name not in resting.get(one.name, ()):
                continue
            if leaf is None or name == LONG_TOKENS:
                yield None
                continue
            lines = self._lines(name, one.name)
            if len(lines) > MOST_LINES:
                lines = self._lines(name, one.name, self._first)
                yield None
            targets = compared(one, (leaf,), self._facts)
            yield from (place for line, target in product(lines, targets) for place in _where(line, target))
        for one in self._vocabulary.computed("requirement") if self._facts else ():
            if name in self._vocabulary.resting[one.name]:
                for line in self._lines(name, one.name):
                    for target in self.cut(one.name):
                        yield from _where(line, target)

    @cached_property
    def _summed(self) -> list[tuple[Attribute, Leaf | None]]:
        """What is computed that the decision reads, with each test of it; without one where it is graded.

        A rule counts that fires in it, or that asks for something from which what it reads is computed; with what else
        it tests. Without a decision nothing is known of any sum, and whoever asks leaves it open.
        """
        if self._decision is None:
            return []
        only = self._decision.restriction.only
        found: list[tuple[Attribute, Leaf | None]] = []
        found += [(leaf.attribute, leaf) for leaf in (() if only is None else only.all_leaves())]
        for rule, asks in self._knowledge.bearing.summing:
            if asks or rule.id in self._decision.fired:
                found += [(leaf.attribute, leaf) for leaf in leaves_of(rule)]
                found += [] if rule.effect.grade is None else [(rule.effect.grade.attribute, None)]
        return found

    @cached_property
    def _first(self) -> int:
        """The candidates that have the first place."""
        masks = {} if self._decision is None else self._decision.candidates.masks
        best = () if self._decision is None else self._decision.best
        return mask_of([index for name in best for index in bits(masks[name])])

    def _lines(self, name: str, summed: str, of: int = -1) -> set[Line]:
        """Return what a sum is where a number is 1, 2 and 3; of each candidate."""
        following = {*self._vocabulary.following([name])}
        rest = {one: its for one, its in self._facts.items() if one not in following}
        facts = [self._vocabulary.known({**rest, name: frozenset({value})}) for value in (1, 2, 3)]
        if self._vocabulary[summed].scope == "requirement":
            columns: Iterable[Sequence[Value | None]] = ([*one.get(summed, (None,))] for one in facts)
        else:
            columns = (self._criteria.on(one).candidates.columns[summed].first for one in facts)
        return {
            (one, two, three)
            for index, (one, two, three) in enumerate(zip(*columns, strict=True))
            if of >> index & 1
            if isinstance(one, int | Decimal) and isinstance(two, int | Decimal) and isinstance(three, int | Decimal)
        }

    def _spread(self, stated: Facts, vocabulary: Vocabulary) -> None:
        """Cut what is compared by what cuts, or is stated of, the other side, and within its bands."""
        names = {name for left, reference in self._compared for name in (left, reference.requirement)}
        own = {name: self.cut(name) | stated.get(name, frozenset()) for name in names}
        for left, reference in self._compared:
            right = reference.requirement
            self._spread_cuts[left] |= own[left].union(map(reference.later, own[right]))
            self._spread_cuts[right] |= own[right].union(map(reference.earlier, own[left]))
        within = {name: self.answers(vocabulary[name]).values for name in names - stated.keys()}
        for left, reference in self._compared:
            if vocabulary[left].type in {"number", "date"}:
                self._spread_cuts[left].update(map(reference.later, within.get(reference.requirement, ())))

    def cut(self, name: str) -> set[Value]:
        """Return the values at which some test of a requirement, or of models against it, may turn."""
        found = self._spread_cuts[name].union(*(tests.values.get(name, ()) for tests in self._tests))
        for referring, groups in self._against:
            for attribute, reference in referring.get(name, ()):
                for value, first, _ in groups[attribute].values if attribute in groups else ():
                    found.update(map(reference.earlier, _ends(value)) if first else ())
        return found


def order(attribute: Attribute, value: Value) -> Decimal:
    """Return what orders a number, a date, or a choice of a scale."""
    if isinstance(value, Period):
        return Decimal(value.first.toordinal())
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(attribute.choice_ids.index(str(value)))


def _where(line: Line, target: Value) -> Iterator[Number | Fraction | None]:
    """Yield where a line comes to a target, by what it is at 1, 2 and 3: a fraction where that is no decimal."""
    first, second, third = (one if isinstance(one, int) else Fraction(one) for one in line)
    slope = second - first
    if slope != third - second:
        yield None
    elif slope and isinstance(target, int | Decimal):
        place = 1 + Fraction(Fraction(target) - first, slope)
        found = decimal(place)
        yield place if found is None else found


def values_to_try(
    attribute: Attribute, known: Value | None, leaves: Iterable[Leaf], facts: Facts, *, factor: bool = False
) -> tuple[Value, ...]:
    """Return values of an attribute of models that tests tell apart in a case, where it is not known, or not all of it.

    From a ``factor`` something is computed.

    Of a set that lists what is known alone, each has one member more. Of other sets they are all subsets where these
    are few, else each member alone, all and none.
    """
    if attribute.type == "flag":
        return (True, False)
    if attribute.many:
        return tuple(_sets(attribute, known if isinstance(known, frozenset) else frozenset()))
    if attribute.choices:
        return attribute.choice_ids
    cuts = {*attribute.marks, *compared(attribute, leaves, facts), *(FAR if factor else ())}
    if attribute.type == "number":
        return _numbers(attribute, (one for one in cuts if isinstance(one, int | Decimal)))
    if attribute.type == "date":
        return tuple(map(_on, _days(one.first for one in cuts if isinstance(one, Period))))
    texts = sorted(map(str, cuts))
    return (*texts, _other(texts))


def leaves_of(rule: Rule) -> Iterator[Leaf]:
    """Yield the tests of a rule on models."""
    yield from rule.where.all_leaves()
    yield from rule.effect.predicate.all_leaves()


def compared(attribute: Attribute, leaves: Iterable[Leaf], facts: Facts) -> Iterator[Value]:
    """Yield all that an attribute of models is compared with in a case."""
    for leaf in leaves:
        for test in leaf.tests if leaf.attribute.name == attribute.name else ():
            if not isinstance(test.operand, Reference):
                yield from _operands(test)
            elif test.operand.requirement in facts:
                for operand in test.thresholds(attribute, facts):
                    yield from operand if isinstance(operand, tuple) else (operand,)


FAR = (1_000_000,)
"""A number from which too much comes, since what a sum is compared with cuts none of its factors."""

MOST_SUBSETS = 4
"""Choices of a set of which all subsets are tried."""


def _sets(attribute: Attribute, known: frozenset[str]) -> Iterator[frozenset[str]]:
    choices = attribute.choice_ids
    if attribute.partial:
        yield from (known | {one} for one in choices if one not in known)
    elif len(choices) <= MOST_SUBSETS:
        for size in range(len(choices) + 1):
            yield from map(frozenset, combinations(choices, size))
    else:
        yield from (frozenset(), *(frozenset({one}) for one in choices), frozenset(choices))


def _operands(test: Test) -> tuple[Value, ...]:
    """Return the values that a test without a reference compares with."""
    assert not isinstance(test.operand, Reference)  # noqa: S101 - as the callers see
    if test.operator.name == "known":
        return ()
    return test.operand if isinstance(test.operand, tuple) else (test.operand,)


def _ends(value: Value | None) -> Iterator[Value]:
    """Yield a value; of a period its first and its last day."""
    if isinstance(value, Period):
        yield from map(_on, {value.first, value.last})
    elif isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        yield value


def _numbers(attribute: Attribute, cuts: Iterable[Number]) -> tuple[Number, ...]:
    """Return each cut, and a number below, between and above them, of those that the attribute may have."""
    return _beside(frozenset(map(Decimal, cuts)), attribute.minimum, attribute.maximum)


@lru_cache(maxsize=256)
def _beside(cuts: frozenset[Decimal], low: Number | None, high: Number | None) -> tuple[Number, ...]:
    marks = {one for one in cuts if (low is None or one >= low) and (high is None or one <= high)}
    least, most = min(marks, default=Decimal(0)), max(marks, default=Decimal(0))
    marks.add(EXACT.subtract(least, Decimal(1)) if low is None else Decimal(low))
    marks.add(EXACT.add(most, Decimal(1)) if high is None else Decimal(high))
    ordered = sorted(marks)
    between = [EXACT.divide(EXACT.add(one, other), Decimal(2)) for one, other in pairwise(ordered)]
    return tuple(exact for value in sorted((*ordered, *between)) if (exact := number(value)) is not None)


def _days(cuts: Iterable[date]) -> list[date]:
    """Return each day at which something turns, with the days beside it; some day where nothing does."""
    found = set()
    for day in cuts:
        for step in (-1, 0, 1):
            try:
                found.add(day + timedelta(days=step))
            except OverflowError:
                continue
    return sorted(found) or [date(2000, 1, 1)]


def _on(day: date) -> Period:
    return Period(day, day, day.isoformat())


def _other(texts: Iterable[str]) -> str:
    """Return a text that is none of these."""
    return f"{max(texts, key=len, default='')}-"
