"""Read scores of your own: a CSV file with the columns model, score, low, high and, if you like, n.

``low`` and ``high`` are the ends of the interval in which the score lies, ``n`` is how much it was measured with. A
higher score is the better one.
"""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from llmrules.errors import FileError, Place
from llmrules.importers.boards import Board, Scored, read_boards
from llmrules.importers.reading import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from llmrules.importers.boards import Measuring
    from llmrules.importers.reading import Origin, Reading

COLUMNS = ("model", "score", "low", "high")
COUNT = "n"
NO_SCORE = "is no score: a number between low and high, and n a whole number or nothing"


def read(rows: Sequence[Mapping[str, str]], origin: Origin, measuring: Measuring) -> Reading:
    """Return every line as kept or skipped."""
    entries, broken = [], []
    for number, row in enumerate(rows, start=2):
        entry = _entry(row)
        if entry is None:
            broken.append(Remark(f"line {number}: {row['model'] or '…'}", NO_SCORE))
        else:
            entries.append(entry)
    board = Board(measuring.board, measuring.board, tuple(entries))
    return read_boards([board] if entries else [], origin, measuring.names, broken)


def check(text: object, name: str) -> list[dict[str, str]]:
    """Return the lines of a file by the headings of their columns. Raises FileError where one is missing."""
    if not isinstance(text, str):
        message = "must be the text of a CSV file"
        raise FileError(message, code="wrong-shape", place=Place(name), found=text)
    lines = csv.DictReader(text.removeprefix("\ufeff").splitlines(), restval="")
    headings = [heading.strip().lower() for heading in lines.fieldnames or ()]
    for column in COLUMNS:
        if column not in headings:
            message = f"has no column {column}"
            hint = f"the first line names the columns: {','.join((*COLUMNS, COUNT))}"
            raise FileError(message, code="missing-column", place=Place(name, line=1), found=headings, hint=hint)
    lines.fieldnames = headings
    return [{key: value.strip() for key, value in line.items() if isinstance(value, str)} for line in lines]


def days(_rows: Sequence[Mapping[str, str]]) -> Iterator[object]:
    """Yield nothing: such a file says no day."""
    return iter(())


def _entry(row: Mapping[str, str]) -> Scored | None:
    try:
        score, low, high = (Decimal(row[column]) for column in COLUMNS[1:])
    except (KeyError, InvalidOperation):
        return None
    count = row.get(COUNT, "")
    sound = all(value.is_finite() and abs(value) < Decimal("1e12") for value in (score, low, high))
    if not sound or not low <= score <= high or not row["model"].isprintable() or not row["model"]:
        return None
    if count and not count.isdecimal():
        return None
    return Scored(row["model"], score, low, high, int(count) if count else None)
