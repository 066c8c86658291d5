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
from llmrules.language.texts import Language, Text
from llmrules.language.vocabulary import Vocabulary
from llmrules.say.models.columns import WIDTH, Column, aligned
from llmrules.say.models.rows import MEASURED, OF_MODEL, OF_OFFER, Row, Rows
from llmrules.say.models.spoken import label, short, spoken_json
from llmrules.say.report.text import Line
from llmrules.say.words import number_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    rows: tuple[Row, ...]
    unknown: tuple[Row, ...]
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

    def _blank(self) -> Row:
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
        said = _Sayer(vocabulary, language)
        if self.rows:
            yield from (
                Line("line" if number else "heading", text) for number, text in enumerate(self._table(said, width))
            )
            yield Line("blank")
        kind = OFFERS if self.offers else MODELS
        yield Line("answer", kind.read(language).format(found=len(self.rows) + self.left_off, all=self.models))
        if self.left_off:
            more = MORE.read(language).format(self.left_off, len(self.rows) + self.left_off)
            yield Line("line", more)
        if not self.unknown:
            return
        count = len(self.unknown)
        words = UNKNOWN if count > 1 else UNKNOWN_ONE
        hint = "" if unknown else LISTED_BY.read(language)
        yield Line("line", words.read(language).format(count, said.labels(self.asks)) + hint)
        for name in self.asks:
            if vocabulary[name].computed is not None:
                yield Line("line", COMPUTED.read(language).format(name))
        for row in self.unknown if unknown else ():
            yield Line("line", printable(f"{_name(row)}: {said.labels(row['unknown'])}"), 2, "?")

    def _table(self, said: _Sayer, width: int) -> Iterator[str]:
        columns = _columns(said.language, offers=self.offers)
        cells = [said.cells(row, columns) for row in self.rows]
        used = [key for key in columns if key in MEASURED or any(row[key] not in {"", "?"} for row in cells)]
        return aligned([columns[key] for key in used], [[row[key] for key in used] for row in cells], width)


MODELS = Text("{found} of {all} models", "모델 {all}개 중 {found}개")
OFFERS = Text("offers found: {found}; models loaded: {all}", "오퍼 {found}개(불러온 모델 {all}개)")
MORE = Text("and {} more (--limit {} lists all)", "그 밖에 {}개 더 있음(--limit {}: 전체 표시)")
UNKNOWN = Text("{} more are unknown: {}", "값을 알 수 없어 판단하지 못한 후보 {}개: {}")
UNKNOWN_ONE = Text("{} more is unknown: {}", "값을 알 수 없어 판단하지 못한 후보 {}개: {}")
LISTED_BY = Text(" (--unknown lists them)", " (--unknown: 목록 표시)")
COMPUTED = Text(
    "{0} is computed for a case: decide one, with --only '{0}<=100'",
    "{0}: 사례마다 계산하는 값입니다. 사례를 결정하면서 --only '{0}<=100'을 쓰세요",
)
COUNT = Text("{} of {}", "{}/{}")


def list_found(
    selection: Selection, vocabulary: Vocabulary, as_of: date, *, offers: bool = False, limit: int | None = None
) -> Listing:
    """Return what was found as rows: models, or their offers; at most ``limit`` of those that were found."""
    table = Rows(selection.candidates, vocabulary)
    make = table.offers if offers else table.model
    found = [row for match in selection.found for row in make(match)]
    kept = found if limit is None else found[:limit]
    return Listing(
        as_of=as_of,
        offers=offers,
        rows=tuple(kept),
        unknown=tuple(row for match in selection.unknown for row in make(match)),
        asks=selection.asks,
        left_off=len(found) - len(kept),
        models=len({row.model.id for row in selection.candidates.rows}),
    )


# Words

SPARE = ("name", "region")
"""The columns that a table may do without."""


def _columns(language: Language, *, offers: bool) -> dict[str, Column]:
    """Return the columns of a table by the keys of its rows."""
    heads = {
        "id": (Text("ID"), None),
        "model": (Text("MODEL", "모델"), None),
        "offer": (Text("OFFER", "오퍼"), None),
        "name": (Text("NAME", "이름"), 12),
        "developer": (Text("DEVELOPER", "개발사"), 10),
        "region": (Text("REGION", "리전"), 8),
        "openness": (Text("OPENNESS", "공개 수준"), 12),
        "context_window": (Text("WINDOW", "윈도우"), None),
        "input_price": (Text("IN $/M", "입력 $/M"), None),
        "output_price": (Text("OUT $/M", "출력 $/M"), None),
        "offers": (Text("OFFERS", "오퍼"), None),
    }
    own = {"model", "offer", "region"} if offers else {"id", "name", "developer", "offers"}
    numbers = {*MEASURED, "offers"}
    return {
        key: Column(heading.read(language), key in numbers, least, key in SPARE)
        for key, (heading, least) in heads.items()
        if key in {*own, *MEASURED, "openness"}
    }


@frozen
class _Sayer:
    """Says names and values in one language."""

    vocabulary: Vocabulary
    language: Language

    def labels(self, names: Iterable[str]) -> str:
        return ", ".join(label(self.vocabulary[name], self.language) for name in names)

    def cells(self, row: Row, columns: dict[str, Column]) -> dict[str, str]:
        return {key: self._cell(key, row) for key in columns}

    def _cell(self, key: str, row: Row) -> str:
        value = row[key]
        if key == "offers":
            some = row["matching"] != value
            return COUNT.read(self.language).format(row["matching"], value) if some else str(value)
        if key in MEASURED:
            write = short if key == "context_window" else number_words
            return _span_words(value, write) if isinstance(value, dict) else "?" if value is None else write(value)
        if key == "offer" and value is None:
            return f"({row['provider']})" if row["provider"] is not None else ""
        if key in self.vocabulary:
            attribute: Attribute = self.vocabulary[key]
            return "?" if value is None else spoken_json(attribute, value, self.language, unit=False)
        return "" if value is None else str(value)


def _span_words(span: dict[str, Any], write: Any) -> str:  # noqa: ANN401 - one of two functions on numbers
    """Return the lowest value, with a plus where another offer has more and a question mark where one states none."""
    more = "+" if span["lowest"] != span["highest"] else ""
    return f"{write(span['lowest'])}{more}{' ?' if span['unknown'] else ''}"


def _name(row: Row) -> str:
    if "id" in row:
        return str(row["id"])
    return str(row["model"]) if row["offer"] is None else f"{row['model']} @ {row['offer']}"


# CSV


def _flat(row: Row) -> Row:
    """Return a row whose spans are columns of their own."""
    flat: Row = {}
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
