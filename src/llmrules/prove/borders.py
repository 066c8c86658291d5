"""Where the first place turns over two requirements: what each is cut at, and who is first between the cuts.

Rules and models cut a requirement at values. What is computed from it is a line over it, and turns where that comes to
what it is compared with: where the other one is one value, or plays no part, each such place is a cut. Where one test
rests on both, its border is no rectangle's: a cell is of one answer only where no such border runs through it, which
its corners tell, since over two numbers such a sum less what it is compared with bends nowhere.
"""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, TypeAlias

from llmrules.catalog.candidates import bits
from llmrules.language.conditions import Reference
from llmrules.language.vocabulary.computed import LONG_TOKENS, decimal
from llmrules.prove.forms import (
    SAMPLES,
    Form,
    Span,
    decimals_beside,
    exact,
    form_of,
    has_one_sign,
    less,
    span_between,
    zero_of,
)
from llmrules.prove.profiles import NOTHING, Asked
from llmrules.worlds.advice.bands import Bands, compared, summed
from llmrules.worlds.changes import Stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.decision.decision import Decision
    from llmrules.decision.knowledge import Knowledge
    from llmrules.language.conditions import Facts, Leaf
    from llmrules.language.profile import Profile
    from llmrules.language.values import Number, Value
    from llmrules.language.vocabulary import Attribute
    from llmrules.worlds.world import World

Answer: TypeAlias = tuple[str, ...]
"""Those on the first place; nobody where nobody is eligible or the case is refused."""

Told: TypeAlias = tuple[set[Form], bool]
"""All such forms, and whether a grade rests on a sum."""

Slice: TypeAlias = list[tuple[Span, Answer | None]]
"""One requirement in pieces, ascending, with who is first in each; None where that is not known to be the same."""


class Borders:
    """Who is first over two requirements, all others as in a profile."""

    def __init__(self, world: World, profile: Profile, across: str, down: str) -> None:
        """Take the world in which each case is decided."""
        self._world, self._names = world, (across, down)
        self._knowledge: Knowledge = world.knowledge
        self._vocabulary = self._knowledge.ruleset.vocabulary
        self._stated = {one.attribute: one.value for one in profile.requirements}
        facts = {
            name: value if isinstance(value, frozenset) else frozenset({value})
            for name, value in self._stated.items()
            if name not in self._names
        }
        self._bands = Bands(self._knowledge, profile.as_of.first, stated=facts)
        self._criteria = self._knowledge.criteria_on(profile.as_of.first)
        self._slices: dict[tuple[Span, int], Slice | None] = {}
        self._formed: dict[object, Told | None] = {}
        self._decided: dict[tuple[Value | None, ...], Decision] = {}
        self._cuts: tuple[set[Number], set[Number]] = set(), set()
        for cuts, name in zip(self._cuts, self._names, strict=True):
            attribute = self._vocabulary[name]
            cuts.update(one for one in (0, attribute.minimum, attribute.maximum) if one is not None)

    def found(self) -> tuple[Asked, Asked, list[list[Answer | None]]]:
        """Return the bands of both, and who is first in each, row by row; None where it is not the same throughout."""
        if any(self._slice(row, 0) is None for row in self._spans(1)):
            self._cuts[1].update(self._likely(1))
        lines = [self._spans(1), self._spans(0)]
        for side in (0, 1):
            for line in lines[side]:
                self._cuts[side].update(_turns(self._slice(line, side) or []))
        down = self._spans(1)
        rows = [[self._answer(one, other) for one in self._spans(0)] for other in down]
        return self._asked(0), self._asked(1), rows

    def _likely(self, side: int) -> Iterator[Number]:
        """Yield numbers at which to look where both are tested at once: those marked, or around what is stated."""
        attribute = self._vocabulary[self._names[side]]
        stated = self._stated.get(attribute.name)
        about = [stated * ten for ten in TENS] if isinstance(stated, int | Decimal) else TYPICAL
        yield from (one for one in attribute.marks or about if attribute.allows(one) and isinstance(one, int | Decimal))

    # Bands

    def _asked(self, side: int) -> Asked:
        attribute = self._vocabulary[self._names[side]]
        return Asked(attribute, self._bands.answers(attribute, self._cuts[side]), NOTHING, attribute.name)

    def _spans(self, side: int) -> list[Span]:
        """Return what a requirement may be, band by band; that it is not stated comes first."""
        asked = self._asked(side)
        found = [Span(None)] if asked.attribute.default is None else []
        if asked.attribute.type != "number":
            return [*found, *map(Span, asked.answers.values)]
        cuts = sorted(exact(one) for one in asked.answers.cuts)
        between: dict[int, Value] = {}
        for value in asked.answers.values:
            place = bisect_left(cuts, exact(value))
            if value in asked.answers.cuts:
                found.append(Span(value, cuts[place], cuts[place]))
            else:
                ends = (*cuts[place - 1 : place], None) if place else (None,), (*cuts[place : place + 1], None)
                found.append(Span(between.setdefault(place, value), ends[0][0], ends[1][0], wide=True))
        return found

    # Answers

    def _answer(self, across: Span, down: Span) -> Answer | None:
        """Return who is first in a cell: as its slice says, or where what is tested has one sign at its corners."""
        for line, along, side in ((down, across, 0), (across, down, 1)):
            if along.wide and (line.wide or (line, side) in self._slices):
                slice_ = self._slice(line, side)
                its = {answer for piece, answer in slice_ or () if along.meets(piece)}
                if slice_ is not None:
                    return its.pop() if len(its) == 1 else None
        decision = self._decide(across, down)
        if not (across.wide or down.wide):
            return decision.best if self._is_apart(across, down) else None
        told = self._forms(decision, across, down)
        is_one = told is not None and not told[1] and all(has_one_sign(one, across, down) for one in told[0])
        return decision.best if is_one else None

    def _slice(self, line: Span, side: int) -> Slice | None:
        """Return who is first along one requirement for one band of the other; None where a test rests on both."""
        if (line, side) not in self._slices:
            found: Slice | None = []
            numbers = self._vocabulary[self._names[side]].type == "number"
            for span in dict.fromkeys(self._spans(side)) if numbers else ():
                if span.value is not None and found is not None:
                    pieces = self._pieces(span, line, side)
                    found = None if pieces is None else [*found, *pieces]
            self._slices[line, side] = found
        return self._slices[line, side]

    def _pieces(self, span: Span, line: Span, side: int) -> Slice | None:  # noqa: PLR0911 - an answer each
        """Return a span in pieces of one answer each, parted where something that is tested turns."""
        both = (span, line) if side == 0 else (line, span)
        decision = self._decide(*both)
        told = self._forms(decision, *both) if span.wide or line.wide else (set[Form](), False)
        if told is None:
            return None if line.wide else [(span, None)]
        forms, graded = told
        if line.wide and (graded or any(one[2 - side] or one[3] for one in forms)):
            return None
        at = Fraction(0) if line.wide or not isinstance(line.value, int | Decimal) else exact(line.value)
        turns = {zero_of(one, side, at) for one in forms} if span.wide else set()
        places = sorted(one for one in turns if one is not None and span.holds(one))
        if graded and span.wide and not places:
            passing = self._passing(span, line, side)
            if passing is None:
                return [(span, None)]
            places = sorted(passing)
        if not places:
            return [(span, decision.best)]
        points = sorted({one for place in places for one in decimals_beside(place)})
        if not all(span.holds(one) for one in points):
            return [(span, None)]
        found: Slice = []
        for low, high in pairwise((span.low, *points, span.high)):
            inner = span_between(low, high)
            here = [one for one in places if inner.holds(one)]
            pieces = [(inner, None)] if here else self._pieces(inner, line, side)
            point = (
                None if high is None or high == span.high else self._pieces(Span(decimal(high), high, high), line, side)
            )
            if pieces is None or (point is None and high != span.high):
                return None
            found += [*pieces, *(point or ())]
        return [
            (one, _beside_strip(found, place) if answer is None and sum(map(one.holds, places)) == 1 else answer)
            for place, (one, answer) in enumerate(found)
        ]

    def _passing(self, span: Span, line: Span, side: int) -> set[Fraction] | None:
        """Return where in a span candidates pass each other who have the most points there; None if not told.

        Points are lines there, since no grade passes a mark.
        """
        if span.low is None or span.high is None:
            values = [exact(span.value) + step for step in ((0, 1, 2) if span.high is None else (-2, -1, 0))]
        else:
            values = [span.low + (span.high - span.low) * Fraction(part, 4) for part in (1, 2, 3)]
        samples: list[dict[int, dict[int, Fraction]]] = []
        for value in values:
            at = Span(decimal(value))
            decision = self._decide(*((at, line) if side == 0 else (line, at)))
            scale = self._criteria.on(decision.derivation.facts).scale
            samples.append(
                {
                    index: {
                        tier: Fraction(its, scale) for tier, its in decision.judgement.points.by_tier(index).items()
                    }
                    for index in bits(decision.judgement.eligible)
                }
            )
        found: set[Fraction] = set()
        for tier in {tier for its in samples[0].values() for tier in its}:
            lines = set()
            for index in samples[0]:
                one, two, three = (its[index][tier] for its in samples)
                if two - one != three - two:
                    return None
                slope = (two - one) / (values[1] - values[0])
                lines.add((one - slope * values[0], slope))
            for (a, s), (b, t) in combinations(lines, 2):
                place = None if s == t else (b - a) / (s - t)
                if place is not None and span.holds(place):
                    is_first = a + s * place == max(c + u * place for c, u in lines)
                    found.update((place,) if is_first or len(samples[0][min(samples[0])]) > 1 else ())
        return found

    def _decide(self, across: Span, down: Span) -> Decision:
        key = across.value, down.value
        if key not in self._decided:
            changed = self._world.changed(*(Stated(*one) for one in zip(self._names, key, strict=True)))
            assert changed is not None  # noqa: S101 - what is stated changes no rule
            self._decided[key] = changed.decide()
        return self._decided[key]

    def _is_apart(self, across: Span, down: Span) -> bool:
        """Return whether two days, which stand for bands of days, are before each other whatever they are."""
        pair = dict(zip(self._names, (across, down), strict=True))
        for name, reference in self._bands.compared:
            if {name, reference.requirement} == {*self._names} and self._vocabulary[name].type == "date":
                left, right = pair[name].value, pair[reference.requirement].value
                if left is not None and right is not None:
                    sides = [self._asked(self._names.index(one)) for one in (name, reference.requirement)]
                    (a, _), (b, _) = sides[0].span(left)
                    (c, _), (d, _) = sides[1].span(right)
                    if not (
                        b < c + reference.plus
                        or a > d + reference.plus
                        or a == b == c + reference.plus == d + reference.plus
                    ):
                        return False
        return True

    # What is tested

    def _forms(self, decision: Decision, across: Span, down: Span) -> Told | None:
        """Return all sums less what they are compared with in a cell, and whether points rest on one.

        None where some of them is no such form.
        """
        facts, spans = decision.derivation.facts, (across, down)
        wide = {name for name, span in zip(self._names, spans, strict=True) if span.wide}
        if any(
            facts.get(name) != frozenset({span.value})
            for name, span in zip(self._names, spans, strict=True)
            if span.wide
        ):
            return None
        following = {*self._vocabulary.following(wide)} - (self._stated.keys() - wide)
        rest = {name: its for name, its in facts.items() if name not in following}
        key = frozenset(decision.fired), frozenset(rest.items()), frozenset(wide)
        if key not in self._formed:
            self._formed[key] = self._form(decision, rest, following, [one in wide for one in self._names])
        return self._formed[key]

    def _form(self, decision: Decision, rest: Facts, following: set[str], wide: list[bool]) -> Told | None:
        resting = self._vocabulary.resting
        tests: list[tuple[Attribute, Leaf | None]] = []
        for attribute, leaf in summed(self._knowledge, decision):
            referred = (
                {test.operand.requirement for test in leaf.tests if isinstance(test.operand, Reference)}
                if leaf
                else set()
            )
            below = resting.get(attribute.name, frozenset())
            if attribute.scope != "requirement" and below and not following.isdisjoint({*below, *referred}):
                if LONG_TOKENS in following & below:
                    return None
                tests.append((attribute, leaf))
        samples = []
        for places in product(*(SAMPLES if one else (None,) for one in wide)):
            stated = {
                name: frozenset({place}) for name, place in zip(self._names, places, strict=True) if place is not None
            }
            samples.append([*self._differences(self._vocabulary.known({**rest, **stated}), tests)])
        found = {
            form_of(values, *wide) for values in zip(*samples, strict=True) if any(one is not None for one in values)
        }
        graded = any(leaf is None for _, leaf in tests)
        return None if None in found else ({one for one in found if one is not None}, graded)

    def _differences(self, facts: Facts, tests: list[tuple[Attribute, Leaf | None]]) -> Iterator[Fraction | None]:
        """Yield what is tested less what it is compared with in a case; None where it is not known."""
        candidates = self._criteria.on(facts).candidates
        for attribute, leaf in tests:
            against = attribute.marks if leaf is None else compared(attribute, (leaf,), facts)
            targets = [one for one in against if isinstance(one, int | Decimal)]
            for value in candidates.columns[attribute.name].first:
                yield from (less(value, target) for target in targets)
        for one in self._vocabulary.computed("requirement"):
            value = next(iter(facts.get(one.name, ())), None)
            yield from (less(value, target) for target in sorted(self._bands.cut(one.name), key=str))
        for name, reference in self._bands.compared:
            left, right = (next(iter(facts.get(one, ())), None) for one in (name, reference.requirement))
            yield None if right is None else less(left, reference.later(right))


def _turns(pieces: Slice) -> Iterator[Number]:
    """Yield the places at which not all is as on both sides."""
    for place, (piece, answer) in enumerate(pieces):
        beside = [one for _, one in pieces[max(place - 1, 0) : place + 2]]
        if not piece.wide and isinstance(piece.value, int | Decimal) and any(one != answer for one in beside):
            yield piece.value


def _beside_strip(pieces: Slice, place: int) -> Answer | None:
    """Return who is first beside a strip where one test turns at no decimal number, if it is the same on both sides."""
    beside = [one for _, one in pieces[max(place - 2, 0) : place + 3] if one is not None]
    return beside[0] if len(beside) == 4 and len({*beside}) == 1 else None  # noqa: PLR2004 - two on each side


TENS = (Decimal("0.1"), 1, 10)
TYPICAL = (10, 100, 1_000)
"""Numbers around which to look where none is marked or stated."""
