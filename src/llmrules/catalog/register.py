"""A list of model ids, such as the register of the models that a company allows: a CSV or a TOML file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from llmrules.errors import LoadError, Place, RestrictionError
from llmrules.reading.cursor import Cursor
from llmrules.reading.files import read_text, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from llmrules.errors import InputError

COLUMNS = ("model", "id")
"""The headings under which ids stand in a CSV file; without any, they stand in the first column."""

MODELS = "models"
"""The list of ids in a TOML file."""


def read_register(path: Path) -> tuple[str, ...]:
    """Return the ids that a file lists, in its order. Raises FileError, or LoadError with everything that is wrong."""
    if path.suffix == ".toml":
        return _from_toml(path)
    return from_text(read_text(path), path.as_posix())


def from_text(text: str, name: str) -> tuple[str, ...]:
    """Return the ids that a CSV text lists; ``name`` is what messages call it. Raises RestrictionError."""
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        raise RestrictionError(f"is not CSV: {error}", code="syntax", place=Place(name)) from None
    found = tuple(identifier for identifier in _column(lines) if identifier)
    if not found:
        hint = f"one id a line, or a column with the heading {COLUMNS[0]}"
        raise RestrictionError("lists no model", code="empty-list", place=Place(name, 1, 1), hint=hint)
    return found


def _lines(text: str) -> Iterator[list[str]]:
    """Yield the rows of a CSV text that say anything; commas, semicolons and tabs part them, # begins a remark."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    separator = max(",;\t", key=lines[0].count) if lines else ","
    for row in csv.reader(lines, delimiter=separator, strict=True):
        yield [cell.strip() for cell in row]


def _column(rows: list[list[str]]) -> Iterator[str]:
    """Yield the cells that hold ids: those under a heading that says so, else the first of each row."""
    heading = [cell.lower() for cell in rows[0]] if rows else []
    place = next((heading.index(name) for name in COLUMNS if name in heading), None)
    for row in rows if place is None else rows[1:]:
        yield row[place or 0] if len(row) > (place or 0) else ""


def _from_toml(path: Path) -> tuple[str, ...]:
    problems: list[InputError] = []
    top = Cursor.top(read_toml(path), RestrictionError, problems)
    found = top.fields({MODELS: Cursor.names}, what="a list of models")
    if MODELS not in top.table():
        top.missing(MODELS, "the file must list the models", hint=f'{MODELS} = ["claude-sonnet-5-5"]')
    if problems:
        raise LoadError(problems)
    return tuple(found[MODELS])
