"""Extracts of three public price files, read as an importer reads the whole ones."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmrules.importers.kinds import read_file

if TYPE_CHECKING:
    from llmrules.importers.reading import Reading, Remark, Row

FOLDER = Path(__file__).parent / "data" / "imports"
TODAY = date(2026, 11, 25)
FILES = {
    "models-dev": "models-dev-api-2026-05-21.json",
    "litellm": "litellm-1.109.1-model_prices.json",
    "genai-prices": "genai-prices-v2-data-47df840.json",
}
DATES = {"models-dev": date(2026, 5, 21), "litellm": date(2026, 10, 20), "genai-prices": date(2026, 8, 21)}


def data_of(kind: str) -> Any:  # noqa: ANN401 - plain JSON
    """Return the extract of a kind, parsed anew."""
    return json.loads((FOLDER / FILES[kind]).read_text(encoding="utf-8"), parse_float=Decimal)


def read(kind: str, data: object, on: date | None = None) -> Reading:
    """Read data as a file of a kind and of a day."""
    name = FILES[kind]
    day = on or DATES[kind]
    return read_file(kind, name, data, date=day, today=max(day, TODAY))


@cache
def reading(kind: str) -> Reading:
    """Read the extract of a kind."""
    return read(kind, data_of(kind))


def row(kind: str, key: str) -> Row:
    """Return the row that stands at a key of an extract."""
    (found,) = [one for one in reading(kind).rows if one.key == key]
    return found


def skipped(kind: str, key: str) -> str:
    """Return why the row at a key was skipped."""
    (found,) = [one for one in reading(kind).skipped if one.key == key]
    return found.reason


def remarks(found: tuple[Remark, ...], key: str) -> dict[str | None, str]:
    """Return the reasons that are said of a row, by attribute."""
    return {one.attribute: one.reason for one in found if one.key == key}
