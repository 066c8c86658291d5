"""Read Arena's leaderboards as ``{"fetched_at": …, "attribution": …, "pages": {"text/coding": [[entry, …], …]}}``.

An entry is its name, its rating, the ends of the interval around it, its votes, and prices that are not ours to use.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from llmrules.errors import FileError, Place
from llmrules.importers.boards import Board, Scored, read_boards
from llmrules.importers.reading import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.importers.boards import Measuring
    from llmrules.importers.reading import Origin, Reading

BOARDS = {
    "text/overall": "overall",
    "text/coding": "coding",
    "text/math": "mathematics",
    "text/creative_writing": "writing",
    "text/instruction_following": "instructions",
    "text/longer_query": "long_queries",
    "text/hard_prompts": "hard_prompts",
    "text/expert": "expert",
    "vision/overall": "vision",
    "webdev/overall": "web_development",
    "search/overall": "search",
}
"""The pages that are read, and what ends the names of the attributes of each."""

OTHER_BOARD = "is of a page that no attribute stands for"
NO_ENTRY = "is no entry: a name, a rating between the ends of its interval, and votes"


def read(data: dict[str, Any], origin: Origin, measuring: Measuring) -> Reading:
    """Return every entry of every page as kept or skipped."""
    boards, broken = [], []
    for page, rows in data["pages"].items():
        entries = []
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            entry = _entry(row)
            if entry is None or page not in BOARDS:
                shown = entry.name if entry is not None else f"entry {number + 1}"
                broken.append(Remark(f"{page}: {shown}", OTHER_BOARD if page not in BOARDS else NO_ENTRY))
            else:
                entries.append(entry)
        if entries:
            boards.append(Board(BOARDS[page], page, tuple(entries)))
    return read_boards(boards, origin, measuring.names, broken)


def check(data: object, name: str) -> dict[str, Any]:
    """Return the data if they have the shape of the boards. Raises FileError."""
    if not isinstance(data, dict) or not isinstance(data.get("pages"), dict):
        message = "must be a JSON object with pages, each a list of entries"
        raise FileError(message, code="wrong-shape", place=Place(name))
    return data


def days(data: dict[str, Any]) -> Iterator[object]:
    """Yield the day on which the boards were fetched."""
    fetched = data.get("fetched_at")
    yield fetched[:10] if isinstance(fetched, str) else None


def _entry(row: object) -> Scored | None:
    match row:
        case [str(name), rating, low, high, int(votes), *_] if votes is not True and votes >= 0:
            numbers = [value for value in (rating, low, high) if isinstance(value, int | Decimal) and value is not True]
            if name.strip() and name.isprintable() and len(numbers) == len((rating, low, high)):
                score, bottom, top = map(Decimal, numbers)
                return Scored(name, score, bottom, top, votes) if bottom <= score <= top else None
    return None
