"""Columns of values over all candidates and their layers, and sets of candidates as bit masks."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

from llmrules.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection

Groups: TypeAlias = "tuple[tuple[Value, int], ...]"
"""Each distinct value of a column with the mask of the candidates, in all layers, that have it."""


@define
class Column:
    """The values of one attribute: those of the first layer, and by their bit those of other layers that differ."""

    first: list[Value | None]
    others: dict[int, Value | None] = field(factory=dict)

    def __getitem__(self, bit: int) -> Value | None:
        """Return the value of a candidate in a layer."""
        return self.others[bit] if bit in self.others else self.first[bit % len(self.first)]

    def groups(self, layers: int) -> Groups:
        """Return each distinct value with its mask, over the first layer and so many further ones."""
        count = len(self.first)
        indices: defaultdict[Value, list[int]] = defaultdict(list)
        for index, value in enumerate(self.first):
            if value is not None:
                indices[value].append(index)
        every_layer = mask_of(range(0, count * (layers + 1), count)) if count else 1
        masks = {value: mask_of(its) * every_layer for value, its in indices.items()}
        elsewhere = mask_of(self.others)
        if elsewhere:
            masks = {value: mask & ~elsewhere for value, mask in masks.items()}
            for bit, value in self.others.items():
                if value is not None:
                    masks[value] = masks.get(value, 0) | 1 << bit
        return tuple((value, mask) for value, mask in masks.items() if mask)


def mask_of(bits: Collection[int]) -> int:
    """Return the mask in which these bits are set."""
    text = bytearray((max(bits, default=0) >> 3) + 1)
    for bit in bits:
        text[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(text, "little")


def union(groups: Groups) -> int:
    """Return the mask of all candidates that have any value."""
    found = 0
    for _, mask in groups:
        found |= mask
    return found


@lru_cache(maxsize=1_024)
def bits(mask: int) -> tuple[int, ...]:
    """Return the numbers of the bits that are set, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return tuple(found)
