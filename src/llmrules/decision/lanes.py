"""Points of all candidates as one integer: that of candidate *i* stands in lane *i*, counted from the lowest.

All lanes are as wide as the greatest sum needs, so adding the points of two rules is one addition of integers, and no
lane ever reaches into the next one.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress
from sys import byteorder
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""The widths in bytes that an array reads at once, with its names for them."""

BITS = bytes(int(byte == ord("1")) for byte in range(256))
"""The digits of a binary number as bytes that are 0 and 1."""


@frozen
class Lanes:
    """So many lanes of so many bytes."""

    count: int
    width: int

    def ones(self, mask: int) -> int:
        """Return one in each lane whose bit is set in a mask."""
        text = bytearray(self.count * self.width)
        text[:: self.width] = flags(mask, self.count)
        return int.from_bytes(text, "little")

    def packed(self, values: Iterable[int]) -> int:
        """Return one value in each lane."""
        return int.from_bytes(b"".join(value.to_bytes(self.width, "little") for value in values), "little")

    def unpacked(self, lanes: int) -> Sequence[int]:
        """Return the value of each lane."""
        text, width = lanes.to_bytes(self.count * self.width, "little"), self.width
        if width not in CODES:
            return [int.from_bytes(text[start : start + width], "little") for start in range(0, len(text), width)]
        found = array(CODES[width], text)
        if byteorder == "big":
            found.byteswap()
        return found


def lanes_for(count: int, greatest: int) -> Lanes:
    """Return lanes that sums of up to so much fit in."""
    needed = max(1, (greatest.bit_length() + 7) // 8)
    return Lanes(count, next((width for width in CODES if width >= needed), needed))


def flags(mask: int, count: int) -> bytes:
    """Return a mask as so many bytes that are 0 or 1, that of the lowest bit first."""
    return f"{mask:0{count}b}".encode().translate(BITS)[::-1] if count else b""


def places(mask: int, count: int) -> list[int]:
    """Return the numbers of the bits that are set, ascending."""
    return list(compress(range(count), flags(mask, count)))


@frozen(eq=False)
class Points:
    """What each candidate has in sum: its lane, less what was added so that no lane is negative."""

    lanes: Sequence[int]
    less: int

    def __getitem__(self, index: int) -> int:
        """Return the points of a candidate, in the units of the criteria."""
        return self.lanes[index] - self.less
