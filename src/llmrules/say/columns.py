"""Cells as aligned lines of a limited width, measured in the columns of a terminal: Korean letters take two."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from attrs import frozen

from llmrules.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH = 100
"""Columns that a line may take, unless a cell that is never cut is longer."""
GAP = 2


@frozen
class Column:
    """How the cells under a heading stand: numbers on the right; ``least`` is how short they may be cut, if at all.

    One that is ``spare`` is left out where the others do not fit beside it.
    """

    heading: str
    right: bool = False
    least: int | None = None
    spare: bool = False


def aligned(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int = WIDTH) -> Iterator[str]:
    """Yield the headings and the rows.

    Where they are too wide, spare columns are left out, the first one first, and cells cut, the last column's first.
    """
    lines = [[column.heading for column in columns], *([printable(cell) for cell in row] for row in rows)]
    widths = [max(width_of(line[place]) for line in lines) for place in range(len(columns))]
    kept = _kept(columns, widths, width)
    sizes = _sizes(columns, widths, kept, width)
    for cells in lines:
        parts = [padded(cut(cells[place], size), size, right=columns[place].right) for place, size in sizes.items()]
        yield (" " * GAP).join(parts).rstrip()


def wrapped(rows: Sequence[Sequence[str]], first: int, width: int = WIDTH) -> Iterator[str]:
    """Yield rows whose first cell is at most ``first`` wide and whose others share the rest; long cells go on below."""
    count = max((len(row) for row in rows), default=1) - 1
    texts = [[printable(cell) for cell in row] for row in rows]
    begin = min(first, max((width_of(row[0]) for row in texts), default=0))
    each = max(8, (width - begin) // max(count, 1) - GAP)
    sizes = [begin, *[each] * count]
    for row in texts:
        for parts in zip_longest(*(folded(cell, size) for cell, size in zip(row, sizes, strict=True)), fillvalue=""):
            cells = [padded(part, size, right=False) for part, size in zip(parts, sizes, strict=True)]
            yield (" " * GAP).join(cells).rstrip()


def _kept(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """Return the places of the columns that are not left out."""
    kept = list(range(len(columns)))
    shortest = [min(size, column.least or size) for column, size in zip(columns, widths, strict=True)]
    for place in [place for place in kept if columns[place].spare]:
        if sum(shortest[one] + GAP for one in kept) - GAP > width:
            kept.remove(place)
    return kept


def _sizes(columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int], width: int) -> dict[int, int]:
    sizes = {place: widths[place] for place in kept}
    over = sum(size + GAP for size in sizes.values()) - GAP - width
    for place in reversed(kept):
        least = columns[place].least
        if least is not None and over > 0:
            less = min(over, max(sizes[place] - least, 0))
            sizes[place] -= less
            over -= less
    return sizes


def width_of(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


def cut(text: str, size: int) -> str:
    """Return a text that takes at most so many columns; what is left out has a sign in its place."""
    if width_of(text) <= size:
        return text
    while text and width_of(text) > size - 1:
        text = text[:-1]
    return f"{text}…"


def padded(text: str, size: int, *, right: bool = False) -> str:
    """Return a text with blanks behind it, or before it, that takes so many columns."""
    blank = " " * (size - width_of(text))
    return blank + text if right else text + blank


def folded(text: str, size: int) -> list[str]:
    """Break a text into lines at blanks, and inside a word that is longer than a line."""
    lines = [""]
    for word in text.split(" "):
        rest = word
        if lines[-1] and width_of(f"{lines[-1]} {rest}") <= size:
            lines[-1] += f" {rest}"
            continue
        if lines[-1]:
            lines.append("")
        while width_of(rest) > size:
            head = rest
            while width_of(head) > size:
                head = head[:-1]
            lines[-1] = head
            lines.append("")
            rest = rest[len(head) :]
        lines[-1] = rest
    return lines
