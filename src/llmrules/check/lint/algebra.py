"""What conditions can and cannot be, without running anything: satisfiability and implication of condition tables.

Every attribute's values fall into finitely many *cells*: on all values of one cell each of the leaves in question
has the same truth (between two thresholds of a number, the same members of a set, another text than any that is
named). One value stands for each cell, and the operators themselves say what holds there. What cannot be told apart
from here (the requirement that a test refers to, a pattern on a text that nobody names) is taken to be free. So
there may be cells that no value reaches, but no value outside all cells: what is called impossible is impossible,
what is called implied is implied, and the rest is merely not known.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.language.conditions import Facts, Leaf, Reference, Table, Test
from llmrules.language.operators import Truth, conjunction
from llmrules.language.values import EXACT, Number, Period, Value, number
from llmrules.language.vocabulary import AS_OF, MODEL, Attribute

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


Allowed: TypeAlias = frozenset[Truth]
"""The truths that a literal lets its leaf have."""

TRUE: Allowed = frozenset({True})
FALSE: Allowed = frozenset({False})
NOT_TRUE: Allowed = frozenset({False, None})
NOT_FALSE: Allowed = frozenset({True, None})

Literal: TypeAlias = tuple[Leaf, Allowed]
Conjunction: TypeAlias = frozenset[Literal]

MOST_CONJUNCTIONS = 512
"""Conjunctions into which a table may spread; beyond them nothing is said of it."""

MOST_CELLS = 4_096
"""Cells into which the values of one attribute may fall; beyond them nothing is said of it."""


@frozen
class Cell:
    """Some values that the leaves in question cannot tell apart.

    ``value`` is one of them (None: no value at all); ``exact`` says that it really is one, so that it may be stated.
    """

    value: Value | None
    truths: tuple[Truth, ...]
    exact: bool = True


@lru_cache(maxsize=16_384)
def spread(table: Table, allowed: Allowed = TRUE) -> tuple[Conjunction, ...] | None:
    """Return the conjunctions, one of which holds exactly where the table has one of the allowed truths.

    None says that there are too many of them.
    """
    joined = allowed in (TRUE, NOT_FALSE)  # all parts are needed; else, turned over, one of them is enough
    parts: list[tuple[Conjunction, ...] | None] = [(frozenset({(leaf, allowed)}),) for leaf in table.leaves]
    parts += [spread(inner, allowed) for inner in table.every]
    if table.either:
        branches = [spread(inner, allowed) for inner in table.either]
        parts.append(_one_of(branches) if joined else _all_of(branches))
    return _all_of(parts) if joined else _one_of(parts)


def _one_of(parts: Iterable[tuple[Conjunction, ...] | None]) -> tuple[Conjunction, ...] | None:
    found: dict[Conjunction, None] = {}
    for part in parts:
        if part is None:
            return None
        found.update(dict.fromkeys(part))
    return tuple(found) if len(found) <= MOST_CONJUNCTIONS else None


def _all_of(parts: Iterable[tuple[Conjunction, ...] | None]) -> tuple[Conjunction, ...] | None:
    found: dict[Conjunction, None] = {frozenset(): None}
    for part in parts:
        if part is None or len(found) * len(part) > MOST_CONJUNCTIONS:
            return None
        found = {one | other: None for one in found for other in part}
    return tuple(found)


def join(*tables: Table) -> Table:
    """Return the table that holds where all of them do."""
    return Table(every=tables)


@frozen
class Algebra:
    """Decides conditions. ``several`` names the requirements that may have several values at once, in conflict.

    A requirement that no rule concludes has one value at most, and so has every attribute of a model or an offer.
    """

    several: frozenset[str] = frozenset()

    def impossible(self, table: Table, *others: tuple[Table, Allowed]) -> bool:
        """Whether the table can never be true, or not while the others have one of their allowed truths."""
        parts = [spread(table), *(spread(other, allowed) for other, allowed in others)]
        cases = _all_of(parts)
        return cases is not None and not any(self.possible(case) for case in cases)

    def implies(self, one: Table, other: Table) -> bool:
        """Whether the second table is true wherever the first is."""
        return self._exclude_each_other(spread(one), spread(other, NOT_TRUE))

    def at_most(self, one: Table, other: Table) -> bool:
        """Whether the truth of the first table is never above that of the second: false, unknown, true.

        On models, where unknown is a truth of its own, this is what implication means.
        """
        if one == other:
            return True
        return self.implies(one, other) and self._exclude_each_other(spread(one, NOT_FALSE), spread(other, FALSE))

    def same(self, one: Table, other: Table) -> bool:
        """Whether two tables have one truth."""
        return self.at_most(one, other) and self.at_most(other, one)

    def _exclude_each_other(self, some: tuple[Conjunction, ...] | None, others: tuple[Conjunction, ...] | None) -> bool:
        """Whether no conjunction of one side can hold together with one of the other side."""
        if some is None or others is None:
            return False
        return not any(self._compatible(one, other) for one in some if self.possible(one) for other in others)

    def _compatible(self, one: Conjunction, other: Conjunction) -> bool:
        """Whether two conjunctions, the first of which is possible, can hold together."""
        known = by_attribute(one)
        return all(
            fits(group | known.get(name, frozenset()), several=name in self.several)
            for name, group in by_attribute(other).items()
        )

    def possible(self, case: Conjunction) -> bool:
        """Whether nothing here speaks against all literals holding at once: attributes do not know each other."""
        return all(fits(group, several=name in self.several) for name, group in by_attribute(case).items())


@lru_cache(maxsize=65_536)
def by_attribute(case: Conjunction) -> dict[str, Conjunction]:
    """Return the literals of a conjunction by the name of the attribute that they are about."""
    groups: defaultdict[str, set[Literal]] = defaultdict(set)
    for literal in case:
        groups[literal[0].attribute.name].add(literal)
    return {name: frozenset(group) for name, group in groups.items()}


@lru_cache(maxsize=65_536)
def fits(literals: frozenset[Literal], *, several: bool) -> bool:
    """Whether an attribute can be so that all literals, which are about it alone, hold."""
    wanted = tuple(literals)
    found = cells(tuple(leaf for leaf, _ in wanted))
    if found is None:
        return True
    if not several or wanted[0][0].attribute.many:
        return any(_agrees(cell, wanted) for cell in found)
    if any(cell.value is None and _agrees(cell, wanted) for cell in found):
        return True
    # Any set of values may be known at once: none of them may satisfy what must not hold, one each what must.
    kept = [
        cell
        for cell in found
        if cell.value is not None
        and all(
            truth in allowed for truth, (_, allowed) in zip(cell.truths, wanted, strict=True) if True not in allowed
        )
    ]
    needed = [index for index, (_, allowed) in enumerate(wanted) if True in allowed]
    return bool(kept) and all(any(cell.truths[index] in wanted[index][1] for cell in kept) for index in needed)


def witnesses(literals: Collection[Literal]) -> Iterator[Value | None]:
    """Yield single values of an attribute with which all literals hold; None is that it is not known."""
    wanted = tuple(literals)
    for cell in cells(tuple(leaf for leaf, _ in wanted)) or ():
        if cell.exact and _agrees(cell, wanted):
            yield cell.value


def _agrees(cell: Cell, wanted: tuple[Literal, ...]) -> bool:
    return all(truth in allowed for truth, (_, allowed) in zip(cell.truths, wanted, strict=True))


def cells(leaves: tuple[Leaf, ...]) -> tuple[Cell, ...] | None:
    """Return the cells of the attribute of the leaves, with the truth of each leaf; None where there are too many."""
    attribute = leaves[0].attribute
    tests = tuple(dict.fromkeys(test for leaf in leaves for test in leaf.tests))
    values = _values(attribute, tests)
    if values is None:
        return None
    references = tuple(test for test in tests if isinstance(test.operand, Reference))
    patterns = tuple(test for test in tests if test.operator.operand == "glob")
    other = _other(tests) if attribute.type == "text" else None
    if len(values) * 3 ** len(references) * 2 ** len(patterns) > MOST_CELLS:
        return None
    found = []
    for value in values:
        free: dict[Test, tuple[Truth, ...]] = dict.fromkeys(references, (True, False, None))
        if value == other and other is not None:
            free |= dict.fromkeys(patterns, (True, False))
        for chosen in product(*free.values()):
            given = dict(zip(free, chosen, strict=True))
            found.append(Cell(value, tuple(_truth(leaf, value, given) for leaf in leaves), exact=not free))
    if attribute.name not in {AS_OF.name, MODEL.name} and attribute.default is None:  # it may be unknown
        found.append(Cell(None, tuple(_absent(leaf, {}) for leaf in leaves)))
        listed = [test.operand for test in references if test.operator.of_nothing is not None]
        nothing = {one.requirement: frozenset[Value]() for one in listed if isinstance(one, Reference)}
        if nothing:
            found.append(Cell(None, tuple(_absent(leaf, nothing) for leaf in leaves), exact=False))
    return tuple(found)


def _truth(leaf: Leaf, value: Value, given: dict[Test, Truth]) -> Truth:
    attribute = leaf.attribute
    return conjunction([given[test] if test in given else test.truth(attribute, value, {}) for test in leaf.tests])


def _absent(leaf: Leaf, facts: Facts) -> Truth:
    """Return the truth of a leaf where its attribute has no value: of a requirement it is never unknown."""
    return leaf.asks_absence if leaf.attribute.scope == "requirement" else leaf.truth(None, facts)


def _values(attribute: Attribute, tests: tuple[Test, ...]) -> list[Value] | None:
    """Return one value for each cell; None where there are too many."""
    if attribute.type == "flag":
        return [False, True]
    named = list(_named(tests))
    if attribute.type in {"choice", "scale"}:
        return _choices(attribute, {*named})
    if attribute.type == "set":
        members = dict.fromkeys(
            str(member) for value in named for member in (value if isinstance(value, frozenset) else (value,))
        )
        return _subsets(attribute, tuple(members)) if 2 ** (len(members) + 1) <= MOST_CELLS else None
    if attribute.type == "number":
        return _numbers(attribute, [exact for exact in map(number, named) if exact is not None])
    if attribute.type == "date":
        return _dates(attribute, [value for value in named if isinstance(value, Period)])
    return [*dict.fromkeys(named), _other(tests)]


def _named(tests: tuple[Test, ...]) -> Iterator[Value]:
    """Yield the values that tests name, apart from patterns."""
    for test in tests:
        if test.operator.operand not in {"glob", "flag"} and not isinstance(test.operand, Reference):
            yield from test.operand if isinstance(test.operand, tuple) else (test.operand,)


def _other(tests: tuple[Test, ...]) -> str:
    """Return a text that no test names."""
    return "~" * (1 + max((len(str(value)) for value in _named(tests)), default=0))


def _choices(attribute: Attribute, named: Collection[Value]) -> list[Value]:
    """Return the named choices, and one of all others, or, on a scale, one of each that stand between named ones."""
    ids = attribute.choice_ids
    if attribute.type == "scale":
        return [one for one, before in zip(ids, (None, *ids), strict=False) if one in named or before in {None, *named}]
    other = next((one for one in ids if one not in named), None)
    return [one for one in ids if one in named or one == other]


def _subsets(attribute: Attribute, members: tuple[str, ...]) -> list[Value]:
    """Return every choice among the named members, each alone and with all the others beside it."""
    rest = frozenset(attribute.choice_ids).difference(members)
    chosen = chain.from_iterable(combinations(members, size) for size in range(len(members) + 1))
    subsets = [frozenset(subset) for subset in chosen]
    return [*subsets, *(subset | rest for subset in subsets if rest)]


def _numbers(attribute: Attribute, named: list[Number]) -> list[Value]:
    """Return the named numbers, one between any two neighbours, and one beyond either end, within the bounds."""
    low, high = attribute.minimum, attribute.maximum
    marks = sorted({*named, *(bound for bound in (low, high) if bound is not None)}) or [0]
    between = [EXACT.multiply(EXACT.add(Decimal(a), Decimal(b)), Decimal("0.5")) for a, b in zip(marks, marks[1:])]  # noqa: B905, RUF007 - neighbours
    beyond = [EXACT.subtract(Decimal(marks[0]), Decimal(1)), EXACT.add(Decimal(marks[-1]), Decimal(1))]
    return [
        value
        for value in (*marks, *between, *beyond)
        if (low is None or value >= low) and (high is None or value <= high)
    ]


def _dates(attribute: Attribute, named: list[Period]) -> list[Value]:
    """Return the named days with their neighbours; of a model also the periods between any two of them."""
    near = {value.first.toordinal() + step for value in named for step in (-1, 0, 1)} or {date(2000, 1, 1).toordinal()}
    days = sorted(day for day in near if date.min.toordinal() <= day <= date.max.toordinal())
    pairs = combinations(days, 2) if attribute.scope != "requirement" else ()
    spans = [*((day, day) for day in days), *pairs]
    return [_period(date.fromordinal(first), date.fromordinal(last)) for first, last in spans]


def _period(first: date, last: date) -> Period:
    return Period(first, last, first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}")
