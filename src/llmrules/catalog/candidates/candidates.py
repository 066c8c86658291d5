"""The candidates as columns of values over all of them and their layers; sets of candidates are bit masks.

A candidate is one model with one of its offers; candidate *i* is bit *i* of a mask. Where values are disputed,
further *layers* of bits hold the same candidates with one disputed value each in place of the one in force:
layer *k* (from 1) of candidate *i* is bit ``k * count + i``. So what a disputed value would change is seen by
comparing layers, at no extra evaluation.

What is computed from numbers of the case depends on it, so those columns are computed for each (see ``arrangement``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, reduce
from itertools import accumulate, compress
from operator import and_, itemgetter, or_
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from attrs import define, field, frozen

from llmrules.catalog.entries import Candidate, Contradiction, Dispute
from llmrules.language.conditions import Leaf, Reference, Table
from llmrules.language.values import Number, Value
from llmrules.language.vocabulary import Attribute, Vocabulary
from llmrules.language.vocabulary.computed import Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from llmrules.language.conditions import Facts
    from llmrules.language.operators import Truth
    from llmrules.language.rules.effects import Grade

K = TypeVar("K")
V = TypeVar("V")


@frozen(eq=False)
class Grades:
    """Places from 0 (worst) to 1 (best): of each candidate, and by its bit where another layer differs."""

    first: list[Fraction | None]
    others: dict[int, Fraction | None]


class Told(ABC):
    """Candidates of which tests can be told; what each leaf says is for whoever has their values to say."""

    __slots__ = ()

    @property
    @abstractmethod
    def everyone(self) -> int:
        """The mask of all of whom something is told."""

    @abstractmethod
    def leaf(self, leaf: Leaf, facts: Facts) -> Masks:
        """Return where a leaf is true and where false."""

    @abstractmethod
    def knowing(self, name: str) -> int:
        """Return the mask of those that have any value of an attribute."""

    def table(self, table: Table, facts: Facts) -> Masks:
        """Return where a condition table is true and where false."""
        true, false = self.everyone, 0
        for leaf in table.leaves:
            leaf_true, leaf_false = self.leaf(leaf, facts)
            true, false = true & leaf_true, false | leaf_false
        for inner in table.every:
            inner_true, inner_false = self.table(inner, facts)
            true, false = true & inner_true, false | inner_false
        if table.either:
            any_true, any_false = 0, self.everyone
            for inner in table.either:
                inner_true, inner_false = self.table(inner, facts)
                any_true, any_false = any_true | inner_true, any_false & inner_false
            true, false = true & any_true, false | any_false
        return true, false


@frozen(eq=False)
class Candidates(Told):
    """All candidates, their columns, and what rules concluded of them.

    ``models`` has the mask of the candidates of each model; ``computed`` what each computed attribute of their first
    layer comes to (None: stated, or not known), ``moving`` those of them that depend on the case. Once these are
    computed for one, ``fixed`` are the candidates without. What was tested is kept here; no copy begins with any of it.
    """

    rows: tuple[Candidate, ...]
    models: tuple[tuple[str, int], ...]
    vocabulary: Vocabulary
    layers: int
    columns: dict[str, Column]
    groups: dict[str, Groups]
    known: dict[str, int]
    disputes: tuple[Dispute, ...]
    present: tuple[int, ...]
    concluded: Mapping[str, Mapping[str, Masks]] = field(factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    moving: tuple[Attribute, ...] = ()
    computed: Mapping[str, tuple[Sum | None, ...]] = field(factory=dict)
    fixed: Candidates | None = field(default=None, repr=False)
    _leaves: dict[tuple[Leaf, tuple[object, ...]], Masks] = field(factory=dict, init=False, repr=False)
    _tables: dict[tuple[object, ...], Masks] = field(factory=dict, init=False, repr=False)
    _numbers: dict[tuple[str, ...], list[int]] = field(factory=dict, init=False, repr=False)
    _stated: dict[str, Mapping[Value, int]] = field(factory=dict, init=False, repr=False)
    _cited: dict[str, Mapping[tuple[str, ...], int]] = field(factory=dict, init=False, repr=False)

    @cached_property
    def masks(self) -> dict[str, int]:
        """The mask of each candidate by its name, and of each model by its id."""
        if self.fixed is not None:
            return self.fixed.masks
        return {row.name: 1 << index for index, row in enumerate(self.rows)} | dict(self.models)

    @cached_property
    def disputed(self) -> dict[tuple[int, int], str]:
        """The disputed attribute of each candidate in each layer in which it has another value."""
        return {(one.index, one.layer): one.attribute for one in self.disputes}

    @cached_property
    def model_of(self) -> tuple[int, ...]:
        """The number of the model of each candidate; those of one model stand together."""
        return tuple(number for number, (_, its) in enumerate(self.models) for _ in range(its.bit_count()))

    @property
    def count(self) -> int:
        """How many candidates there are; a mask of the first layer has this many bits."""
        return len(self.rows)

    @property
    def everyone(self) -> int:
        """The mask of all candidates of all layers."""
        return (1 << (self.count * (self.layers + 1))) - 1

    def every_name(self) -> tuple[str, ...]:
        """Return the ids of all models, and the names of all offers of those that have several."""
        return tuple(dict.fromkeys((*(model for model, _ in self.models), *(row.name for row in self.rows))))

    def knowing(self, name: str) -> int:
        """Return the mask of those that have any value of an attribute, in all layers."""
        return self.known.get(name, 0)

    def names(self, mask: int, among: int | None = None) -> tuple[str, ...]:
        """Name the candidates of a mask: a model where it holds all of its candidates, else each by its own name.

        Where ``among`` is given, all of them are all that are in that mask.
        """
        found: list[str] = []
        for model, its in self.models:
            counted = its if among is None else its & among
            if mask & its and mask & counted == counted:
                found.append(model)
            else:
                found += [self.rows[index].name for index in bits(mask & its)]
        return tuple(found)

    def settled(self, table: Table, facts: Facts, references: tuple[str, ...]) -> Masks:
        """Return the same for a table that tests nothing computed for a case; few results are kept, by references."""
        if self.fixed is not None:
            return self.fixed.settled(table, facts, references)
        return kept(self._tables, (table, *map(facts.get, references)), lambda: self.table(table, facts))

    def leaf(self, leaf: Leaf, facts: Facts) -> Masks:
        """Return where a leaf is true and where false; leaves that refer to requirements keep few results."""
        if self.fixed is not None and leaf.attribute not in self.moving:
            return self.fixed.leaf(leaf, facts)
        references = tuple(t.thresholds(leaf.attribute, facts) for t in leaf.tests if isinstance(t.operand, Reference))
        return kept(self._leaves, (leaf, references), lambda: self._evaluate(leaf, facts))

    def _evaluate(self, leaf: Leaf, facts: Facts) -> Masks:
        groups = self.groups.get(leaf.attribute.name)
        cut = _cut(leaf, facts)
        if groups is not None and cut is not None:
            return groups.beside(*cut)
        true, false = (0, 0) if groups is None else groups.where(lambda value: leaf.truth(value, facts))
        rest, truth = self.everyone & ~self.knowing(leaf.attribute.name), leaf.truth(None, facts)
        return true | (rest if truth is True else 0), false | (rest if truth is False else 0)

    def rests_on(self, attribute: str, rule: str) -> int:
        """Return the candidates of whom an attribute may be otherwise without a rule that concludes it."""
        true, false = self.concluded[attribute][rule]
        others = [its[1] for name, its in self.concluded[attribute].items() if name != rule]
        without = reduce(and_, others) if others else 0
        return (true | without ^ (without & false if others else false)) & ((1 << self.count) - 1)

    def numbers(self, names: tuple[str, ...]) -> list[int]:
        """Return a number for each candidate, the same for those with the same values of some attributes."""
        if self.fixed is not None and {one.name for one in self.moving}.isdisjoint(names):
            return self.fixed.numbers(names)
        if names not in self._numbers:
            columns = [self.columns[name].first for name in names if name in self.columns]
            seen: dict[tuple[Value | None, ...], int] = {}
            keys = zip(*columns, strict=True) if columns else [()] * self.count
            self._numbers[names] = [seen.setdefault(key, len(seen)) for key in keys]
        return self._numbers[names]

    def cited(self, name: str) -> Mapping[tuple[str, ...], int]:
        """Return the candidates whose entries state an attribute, by the sources on which their value rests; kept."""
        if self.fixed is not None:
            return self.fixed.cited(name)
        if name not in self._cited:
            entries = (row.entry(name) for row in self.rows)
            self._cited[name] = _masks((at, None if one is None else one.sources) for at, one in enumerate(entries))
        return self._cited[name]

    def stating(self, name: str) -> int:
        """Return the mask of the candidates whose entries state an attribute."""
        return reduce(or_, self.stated(name).values(), 0)

    def stated(self, name: str) -> Mapping[Value, int]:
        """Return the mask of each value of an attribute that entries state of candidates; it is kept."""
        if self.fixed is not None:
            return self.fixed.stated(name)
        if name not in self._stated:
            entries = (row.entry(name) for row in self.rows)
            self._stated[name] = _masks((at, None if one is None else one.value) for at, one in enumerate(entries))
        return self._stated[name]

    def grades(self, grade: Grade) -> Grades:
        """Return the place between the marks of each candidate, and by its bit of each value that differs elsewhere."""
        column = self.columns.get(grade.attribute.name)
        if column is None:
            return Grades([None] * self.count, {})
        values = {*column.first, *column.others.values()}
        places = {value: None if value is None else grade.place(value) for value in values}
        others = {bit: places[value] for bit, value in column.others.items()}
        return Grades([places[value] for value in column.first], others)


MOST_CACHED = 4_096
"""Results kept for one catalogue; then the cache is emptied, so that long use needs no more memory."""


def kept(cache: dict[K, V], key: K, make: Callable[[], V], most: int = MOST_CACHED) -> V:
    """Return what is kept under a key, or make it and keep it; threads may do so at once."""
    found = cache.get(key)
    if found is None:
        if len(cache) >= most:
            cache.clear()
        found = cache[key] = make()
    return found


def _cut(leaf: Leaf, facts: Facts) -> tuple[str, Number] | None:
    """Return the operator and the number where a leaf is one comparison of numbers with one that cuts them in two."""
    test = leaf.tests[0]
    if leaf.attribute.type != "number" or len(leaf.tests) > 1 or test.operator.name not in CUTTING:
        return None
    thresholds = test.thresholds(leaf.attribute, facts)
    threshold = thresholds[0] if len(thresholds) == 1 else None
    return (test.operator.name, threshold) if isinstance(threshold, int | Decimal) else None


CUTTING: Mapping[str, tuple[Callable[[Sequence[Number], Number], int], bool]] = {
    "at_least": (bisect_left, True),
    "above": (bisect_right, True),
    "at_most": (bisect_right, False),
    "below": (bisect_left, False),
}
"""The operators that cut ordered numbers in two: where, and whether those from there on pass."""


Masks: TypeAlias = tuple[int, int]
"""Candidates for which something is true, and for which it is false; all others are unknown."""


@frozen(eq=False, slots=False)
class Groups:
    """Who has which value: each distinct value with its mask in the first layer, and in others where they differ.

    ``elsewhere`` is the mask of all that differ in another layer, those with no value there too.
    """

    values: tuple[tuple[Value, int, int], ...]
    elsewhere: int
    count: int
    layers: int

    def where(self, test: Callable[[Value], Truth]) -> Masks:
        """Return where a test of values is true and where it is false, in all layers."""
        first: dict[Truth, int] = {True: 0, False: 0, None: 0}
        others = dict(first)
        for value, here, there in self.values:
            truth = test(value)
            first[truth] |= here
            others[truth] |= there
        return self._everywhere(first[True], others[True]), self._everywhere(first[False], others[False])

    def beside(self, operator: str, threshold: Number) -> Masks:
        """Return where numbers pass a comparison that cuts them in two, and where they do not, in all layers."""
        numbers, upward, downward = self._ordered
        bisect, passing = CUTTING[operator]
        place = bisect(numbers, threshold)
        above, below = self._everywhere(*upward[place]), self._everywhere(*downward[place])
        return (above, below) if passing else (below, above)

    @cached_property
    def _ordered(self) -> tuple[Sequence[Number], Sequence[Masks], Sequence[Masks]]:
        """The numbers in their order, with who has one from each place on, and one before it."""
        ordered = sorted(self.values, key=itemgetter(0))
        masks = [(here, there) for _, here, there in ordered]
        upward = [*accumulate(reversed(masks), _joined, initial=(0, 0))][::-1]
        return [one[0] for one in ordered], upward, [*accumulate(masks, _joined, initial=(0, 0))]  # type: ignore[misc]

    def known(self) -> int:
        """Return the mask of all candidates, in all layers, that have any value."""
        return self.where(lambda _: True)[0]

    def masks(self) -> dict[Value, int]:
        """Return the mask of each value in all layers."""
        return {value: self._everywhere(here, there) for value, here, there in self.values}

    def _everywhere(self, first: int, others: int) -> int:
        mask = spread(first, self.count, self.layers)
        return mask ^ (mask & self.elsewhere) | others


def _joined(one: Masks, other: Masks) -> Masks:
    return one[0] | other[0], one[1] | other[1]


@define
class Column:
    """The values of one attribute: those of the first layer, and by their bit those of other layers that differ."""

    first: list[Value | None]
    others: dict[int, Value | None] = field(factory=dict)

    def __getitem__(self, bit: int) -> Value | None:
        """Return the value of a candidate in a layer."""
        return self.others[bit] if bit in self.others else self.first[bit % len(self.first)]

    def groups(self, layers: int) -> Groups:
        """Return who has which value, over the first layer and so many further ones."""
        first: dict[Value, int] = _masks(enumerate(self.first))
        others: dict[Value, int] = _masks(self.others.items())
        values = ((value, first.get(value, 0), others.get(value, 0)) for value in first | others)
        return Groups(tuple(values), mask_of(self.others), len(self.first), layers)

    def take(self, before: Mapping[Value, int], after: Mapping[Value, int], layers: int) -> None:
        """Change the values from those whose masks were before to those of after; only what changes is visited.

        A candidate of the first layer that had a value has one after, too.
        """
        count = len(self.first)
        first = (1 << count) - 1
        elsewhere = 0
        for value, mask in after.items():
            elsewhere |= mask ^ spread(mask & first, count, layers)
            for index in bits(mask & first & ~before.get(value, 0)):
                self.first[index] = value
        self.others = dict.fromkeys(bits(elsewhere))
        for value, mask in after.items():
            self.others.update(dict.fromkeys(bits(mask & elsewhere), value))


def _masks(values: Iterable[tuple[int, K | None]]) -> dict[K, int]:
    """Return the mask of each value that some bits have."""
    places: defaultdict[K, list[int]] = defaultdict(list)
    for bit, value in values:
        if value is not None:
            places[value].append(bit)
    return {value: mask_of(its) for value, its in places.items()}


def spread(mask: int, count: int, layers: int) -> int:
    """Return the mask with the same candidates in the first layer and in so many further ones."""
    filled, width = count, count * (layers + 1)
    while filled < width:
        mask |= mask << min(filled, width - filled)
        filled *= 2
    return mask


def mask_of(bits: Collection[int]) -> int:
    """Return the mask in which these bits are set."""
    text = bytearray((max(bits, default=0) >> 3) + 1)
    for bit in bits:
        text[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(text, "little")


def bits(mask: int) -> tuple[int, ...]:
    """Return the numbers of the bits that are set, ascending."""
    before = max(0, (mask & -mask).bit_length() - 1)
    digits = f"{mask >> before:b}"[::-1].encode()  # arithmetic would copy all of a long mask for each bit
    return tuple(compress(range(before, before + len(digits)), digits.translate(BITS)))


BITS = bytes.maketrans(b"01", b"\0\1")
"""The digits of a binary number as bytes that are 0 and 1."""
