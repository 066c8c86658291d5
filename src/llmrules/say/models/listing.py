"""Models that were found, as a table: one row for each model or for each of its offers, as text, JSON or CSV.

The JSON of a listing is kept as it is: keys are added, never renamed.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import frozen

from llmrules.errors import printable
from llmrules.language.vocabulary import Vocabulary
from llmrules.say.columns import WIDTH, Column, aligned
from llmrules.say.models.listed import MEASURED, OF_MODEL, OF_OFFER, Listed, listed_models, listed_offers
from llmrules.say.models.spoken import Spoken, short
from llmrules.say.teller import Line, money_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from llmrules.language.texts import Language
    from llmrules.language.vocabulary import Attribute
    from llmrules.say.models.selection import Selection

FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would compute."""


@frozen
class Listing:
    """What was found: rows, those that cannot be decided, how many rows were left off, and how many models there are.

    ``asks`` are the attributes that would have to be known to decide the latter.
    """

    as_of: date
    offers: bool
    rows: tuple[Listed, ...]
    unknown: tuple[Listed, ...]
    asks: tuple[str, ...]
    left_off: int
    models: int

    def to_json(self) -> str:
        """Return it as JSON."""
        document = {
            "as_of": self.as_of.isoformat(),
            "loaded": self.models,
            "offers" if self.offers else "models": list(self.rows),
            "unknown": list(self.unknown),
            "left_off": self.left_off,
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def to_csv(self, *, unknown: bool = False) -> str:
        """Return it as CSV, one line for each row; ``unknown`` adds those that cannot be decided."""
        blank = self._blank()
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(_flat(blank)), lineterminator="\n")
        writer.writeheader()
        for row in (*self.rows, *(self.unknown if unknown else ())):
            writer.writerow({key: _cell(value) for key, value in _flat({**blank, **row}).items()})
        return stream.getvalue()

    def _blank(self) -> Listed:
        """Return a row without values: a listing without rows has the same columns."""
        if self.offers:
            return dict.fromkeys(("model", "offer", "name", *OF_MODEL, *OF_OFFER, *MEASURED, "unknown"))
        spans = {name: {"lowest": None, "highest": None, "unknown": None} for name in MEASURED}
        names = ("id", "name", *OF_MODEL, "offers", "matching")
        return {**dict.fromkeys(names), **spans, "unknown": None}

    def lines(
        self, vocabulary: Vocabulary, language: Language, *, unknown: bool = False, width: int = WIDTH
    ) -> Iterator[Line]:
        """Yield the lines of the table, then what was left off and what cannot be decided."""
        cells = _Cells(vocabulary, Spoken(language))
        say = cells.spoken.say
        if self.rows:
            yield from (
                Line("line" if number else "heading", text) for number, text in enumerate(self._table(cells, width))
            )
            yield Line("blank")
        found = len(self.rows) + self.left_off
        yield Line("answer", say("offers-found" if self.offers else "models-found", found=found, all=self.models))
        if self.left_off:
            yield Line("line", say("more-listed", more=self.left_off, all=str(found)))
        if not self.unknown:
            return
        hint = "" if unknown else say("hint-unknown")
        yield Line("line", say("found-unknown", count=len(self.unknown), names=cells.labels(self.asks)) + hint)
        for name in self.asks:
            if vocabulary[name].computed is not None:
                yield Line("line", say("computed", name=name))
        for row in self.unknown if unknown else ():
            yield Line("line", printable(f"{_name(row)}: {cells.labels(row['unknown'])}"), 2, "?")

    def _table(self, cells: _Cells, width: int) -> Iterator[str]:
        columns = _columns(cells.spoken, offers=self.offers)
        rows = [{key: cells.cell(key, row) for key in columns} for row in self.rows]
        used = [key for key in columns if key in MEASURED or any(row[key] not in {"", "?"} for row in rows)]
        return aligned([columns[key] for key in used], [[row[key] for key in used] for row in rows], width)


def list_found(
    selection: Selection, vocabulary: Vocabulary, as_of: date, *, offers: bool = False, limit: int | None = None
) -> Listing:
    """Return what was found as rows: models, or their offers; at most ``limit`` of those that were found."""
    make = listed_offers if offers else listed_models
    found = list(make(selection.candidates, vocabulary, selection.found))
    kept = found if limit is None else found[:limit]
    return Listing(
        as_of=as_of,
        offers=offers,
        rows=tuple(kept),
        unknown=tuple(make(selection.candidates, vocabulary, selection.unknown)),
        asks=selection.asks,
        left_off=len(found) - len(kept),
        models=len({row.model.id for row in selection.candidates.rows}),
    )


# Words

SPARE = ("name", "region")
"""The columns that a table may do without."""


LEAST = {"name": 12, "developer": 10, "region": 8, "openness": 12}
"""How short the columns may be cut that may be."""


def _columns(spoken: Spoken, *, offers: bool) -> dict[str, Column]:
    """Return the columns of a table by the keys of its rows."""
    own = {"model", "offer", "region"} if offers else {"id", "name", "developer", "offers"}
    numbers = {*MEASURED, "offers"}
    return {
        key: Column(heading, key in numbers, LEAST.get(key), key in SPARE)
        for key, heading in spoken.say.family("column").items()
        if key in {*own, *MEASURED, "openness"}
    }


@frozen
class _Cells:
    """Says names and values in the cells of a table."""

    vocabulary: Vocabulary
    spoken: Spoken

    def labels(self, names: Iterable[str]) -> str:
        return ", ".join(self.spoken.label(self.vocabulary[name]) for name in names)

    def cell(self, key: str, row: Listed) -> str:
        value = row[key]
        if key == "offers":
            matching = row["matching"]
            return self.spoken.say("some-of", some=matching, all=value) if matching != value else str(value)
        if key in MEASURED:
            write = short if key == "context_window" else money_words
            return _span_words(value, write) if isinstance(value, dict) else "?" if value is None else write(value)
        if key == "offer" and value is None:
            return f"({row['provider']})" if row["provider"] is not None else ""
        if key in self.vocabulary:
            attribute: Attribute = self.vocabulary[key]
            return "?" if value is None else self.spoken.json(attribute, value, unit=False)
        return "" if value is None else str(value)


def _span_words(span: dict[str, Any], write: Any) -> str:  # noqa: ANN401 - one of two functions on numbers
    """Return the lowest value, with a plus where another offer has more and a question mark where one states none."""
    more = "+" if span["lowest"] != span["highest"] else ""
    return f"{write(span['lowest'])}{more}{' ?' if span['unknown'] else ''}"


def _name(row: Listed) -> str:
    if "id" in row:
        return str(row["id"])
    return str(row["model"]) if row["offer"] is None else f"{row['model']} @ {row['offer']}"


# CSV


def _flat(row: Listed) -> Listed:
    """Return a row whose spans are columns of their own."""
    flat: Listed = {}
    for key, value in row.items():
        if key in MEASURED and ("matching" in row):
            span = value or {}
            flat |= {f"{key}_{part}": span.get(part) for part in ("lowest", "highest", "unknown")}
        else:
            flat[key] = value
    return flat


def _cell(value: object) -> str:
    """Return the text of a cell; what a spreadsheet would compute gets an apostrophe before it."""
    text = printable(
        " ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    )
    return f"'{text}" if text.startswith(FORMULA) else text
