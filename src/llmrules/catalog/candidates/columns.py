"""Columns of values over all candidates and their layers, and sets of candidates as bit masks."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field, frozen

from llmrules.language.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from llmrules.language.operators import Truth

Masks: TypeAlias = tuple[int, int]
"""Candidates for which something is true, and for which it is false; all others are unknown."""


@frozen(eq=False)
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

    def known(self) -> int:
        """Return the mask of all candidates, in all layers, that have any value."""
        return self.where(lambda _: True)[0]

    def masks(self) -> dict[Value, int]:
        """Return the mask of each value in all layers."""
        return {value: self._everywhere(here, there) for value, here, there in self.values}

    def _everywhere(self, first: int, others: int) -> int:
        mask = spread(first, self.count, self.layers)
        return mask ^ (mask & self.elsewhere) | others


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
        first, others = _masks(enumerate(self.first)), _masks(self.others.items())
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


def _masks(values: Iterable[tuple[int, Value | None]]) -> dict[Value, int]:
    """Return the mask of each value that some bits have."""
    places: defaultdict[Value, list[int]] = defaultdict(list)
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
    digits = f"{mask:b}"[::-1]  # arithmetic would copy all of a long mask for each bit
    found, bit = [], digits.find("1")
    while bit >= 0:
        found.append(bit)
        bit = digits.find("1", bit + 1)
    return tuple(found)
