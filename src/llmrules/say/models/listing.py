"""Models found by words and conditions, as a table: a row for each or for each offer, as text, JSON or CSV.

A condition is true, false or unknown of an offer, as in a decision, and the three are kept apart. The JSON of a listing
is kept as it is: keys are added, never renamed.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from llmrules.catalog import Model
from llmrules.catalog.candidates import Candidates
from llmrules.errors import printable
from llmrules.say.columns import WIDTH, Column, aligned
from llmrules.say.teller import Line, Teller, money_words
from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.language.conditions import Table
    from llmrules.language.texts import Language
    from llmrules.language.vocabulary import Vocabulary
    from llmrules.trace.codec import Json

Listed: TypeAlias = dict[str, Any]
"""One row as JSON."""

SEARCHED = ("developer", "family")
"""The attributes that words are looked for in, beside the id and the name."""

OF_MODEL = ("developer", "family", "openness")
OF_OFFER = ("provider", "region")
MEASURED = ("context_window", "input_price", "output_price")
"""The attributes that are listed: of a model with several offers, the lowest and the highest of what is measured."""

SPAN = ("lowest", "highest", "unknown")
"""What a listing of models says of what is measured."""

FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would compute."""


@frozen
class Match:
    """A model and the candidates of it that match; ``unknown`` names what would have to be known to decide."""

    model: Model
    rows: tuple[int, ...]
    unknown: tuple[str, ...] = ()


@frozen
class Selection:
    """What was found, and apart from it the models of which nothing is true but something is unknown."""

    candidates: Candidates
    found: tuple[Match, ...]
    unknown: tuple[Match, ...]


def select(candidates: Candidates, words: Sequence[str], table: Table) -> Selection:
    """Find the models in which every word occurs and of which an offer satisfies the whole table.

    Words are looked for in the id, the name, the developer and the family, small and capital letters alike.
    """
    first = (1 << candidates.count) - 1
    true, false = candidates.table(table, {})
    undecided = first & ~true & ~false
    leaves = {leaf.attribute.name: candidates.leaf(leaf, {}) for leaf in table.all_leaves()}
    blank = {name: first & ~leaf_true & ~leaf_false for name, (leaf_true, leaf_false) in leaves.items()}
    found, unknown = [], []
    for _, group in groupby(range(candidates.count), key=lambda index: candidates.rows[index].model.id):
        rows = tuple(group)
        model = candidates.rows[rows[0]].model
        searched = _searched(model) if words else ""
        if not all(word.casefold() in searched for word in words):
            continue
        matching = tuple(row for row in rows if true >> row & 1)
        open_rows = tuple(row for row in rows if undecided >> row & 1)
        if matching:
            found.append(Match(model, matching))
        elif open_rows:
            names = (name for name, mask in blank.items() if any(mask >> row & 1 for row in open_rows))
            unknown.append(Match(model, open_rows, tuple(sorted(names))))
    return Selection(candidates, tuple(found), tuple(unknown))


def _searched(model: Model) -> str:
    """Return the text in which words are looked for."""
    entries = (model.entries.get(name) for name in SEARCHED)
    texts = [model.id, model.name, *(str(entry.value) for entry in entries if entry is not None)]
    return "\n".join(texts).casefold()


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
        names = [
            "id",
            "name",
            *OF_MODEL,
            "offers",
            "matching",
            *(f"{name}_{part}" for name in MEASURED for part in SPAN),
        ]
        if self.offers:
            names = ["model", "offer", "name", *OF_MODEL, *OF_OFFER, *MEASURED]
        stream = io.StringIO()
        writer = csv.DictWriter(stream, [*names, "unknown"], extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in (*self.rows, *(self.unknown if unknown else ())):
            measured = [(name, row[name]) for name in MEASURED if isinstance(row[name], dict)]
            parts = {f"{name}_{part}": number for name, span in measured for part, number in span.items()}
            writer.writerow({key: _csv_cell(value) for key, value in {**row, **parts}.items()})
        return stream.getvalue()

    def lines(
        self, vocabulary: Vocabulary, language: Language, *, unknown: bool = False, width: int = WIDTH
    ) -> Iterator[Line]:
        """Yield the lines of the table, then what was left off and what cannot be decided."""
        teller = Teller(language, vocabulary)
        say = teller.say
        if self.rows:
            for number, text in enumerate(self._table(teller, width)):
                yield Line("line" if number else "heading", text)
            yield Line("blank")
        found = len(self.rows) + self.left_off
        yield Line("answer", say("offers-found" if self.offers else "models-found", found=found, all=self.models))
        if self.left_off:
            yield Line("line", say("more-listed", more=self.left_off, all=str(found)))
        if not self.unknown:
            return
        hint = "" if unknown else say("hint-unknown")
        yield Line("line", say("found-unknown", count=len(self.unknown), names=_called(teller, self.asks)) + hint)
        for name in self.asks:
            if vocabulary[name].computed is not None:
                yield Line("line", say("computed", name=name))
        for row in self.unknown if unknown else ():
            yield Line("line", printable(f"{_name(row)}: {_called(teller, row['unknown'])}"), 2, "?")

    def _table(self, teller: Teller, width: int) -> Iterator[str]:
        columns = _columns(teller, offers=self.offers)
        rows = [{key: _cell(teller, key, row) for key in columns} for row in self.rows]
        used = [key for key in columns if key in MEASURED or any(row[key] not in {"", "?"} for row in rows)]
        return aligned([columns[key] for key in used], [[row[key] for key in used] for row in rows], width)


def list_found(
    selection: Selection, vocabulary: Vocabulary, as_of: date, *, offers: bool = False, limit: int | None = None
) -> Listing:
    """Return what was found as rows: models, or their offers; at most ``limit`` of those that were found."""
    candidates = selection.candidates

    def value(name: str, index: int) -> Json | None:
        column = candidates.columns.get(name)
        stated = None if column is None else column[index]
        return None if stated is None else json_value(vocabulary[name], stated)

    def listed(match: Match) -> Iterator[Listed]:
        """Yield the rows of a match: one over those of its offers that match, or one for each of these."""
        model, unknown = match.model, {"unknown": list(match.unknown)} if match.unknown else {}
        if not offers:
            of_model = {name: value(name, match.rows[0]) for name in OF_MODEL}
            counts = {"offers": len(model.offers), "matching": len(match.rows)}
            spans = {name: _span([value(name, index) for index in match.rows]) for name in MEASURED}
            yield {"id": model.id, "name": model.name} | of_model | counts | spans | unknown
            return
        for index in match.rows:
            named = {"model": model.id, "offer": candidates.rows[index].offer_id, "name": model.name}
            yield named | {name: value(name, index) for name in (*OF_MODEL, *OF_OFFER, *MEASURED)} | unknown

    found = [row for match in selection.found for row in listed(match)]
    kept = found if limit is None else found[:limit]
    return Listing(
        as_of=as_of,
        offers=offers,
        rows=tuple(kept),
        unknown=tuple(row for match in selection.unknown for row in listed(match)),
        asks=tuple(sorted({name for match in selection.unknown for name in match.unknown})),
        left_off=len(found) - len(kept),
        models=len({row.model.id for row in candidates.rows}),
    )


def _span(values: Sequence[Json | None]) -> dict[str, Any] | None:
    """Return the lowest and the highest number, and how many offers state none; None where no offer states one."""
    known = sorted((value for value in values if isinstance(value, int | str)), key=Decimal)
    return dict(zip(SPAN, (known[0], known[-1], len(values) - len(known)), strict=True)) if known else None


SPARE = ("name", "region")
"""The columns that a table may do without."""

LEAST = {"name": 12, "developer": 10, "region": 8, "openness": 12}
"""How short the columns may be cut that may be."""


def _columns(teller: Teller, *, offers: bool) -> dict[str, Column]:
    """Return the columns of a table by the keys of its rows."""
    own = {"model", "offer", "region"} if offers else {"id", "name", "developer", "offers"}
    numbers = {*MEASURED, "offers"}
    return {
        key: Column(heading, key in numbers, LEAST.get(key), key in SPARE)
        for key, heading in teller.say.family("column").items()
        if key in {*own, *MEASURED, "openness"}
    }


def _cell(teller: Teller, key: str, row: Listed) -> str:
    """Return the words of a row under a heading."""
    value = row[key]
    if key == "offers":
        matching = row["matching"]
        return teller.say("some-of", some=matching, all=value) if matching != value else str(value)
    if key in MEASURED:
        write = short if key == "context_window" else money_words
        return _span_words(value, write) if isinstance(value, dict) else "?" if value is None else write(value)
    if key == "offer" and value is None:
        return f"({row['provider']})" if row["provider"] is not None else ""
    if key in teller.attributes:
        return "?" if value is None else teller.value(teller.attributes[key], value, unit=False)
    return "" if value is None else str(value)


def _span_words(span: dict[str, Any], write: Any) -> str:  # noqa: ANN401 - one of two functions on numbers
    """Return the lowest value, with a plus where another offer has more and a question mark where one states none."""
    more = "+" if span["lowest"] != span["highest"] else ""
    return f"{write(span['lowest'])}{more}{' ?' if span['unknown'] else ''}"


def _called(teller: Teller, names: Iterable[str]) -> str:
    return ", ".join(teller.declared(teller.attributes[name]) for name in names)


def _name(row: Listed) -> str:
    if "id" in row:
        return str(row["id"])
    return str(row["model"]) if row["offer"] is None else f"{row['model']} @ {row['offer']}"


def _csv_cell(value: object) -> str:
    """Return the text of a cell; what a spreadsheet would compute gets an apostrophe before it."""
    text = printable(
        " ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    )
    return f"'{text}" if text.startswith(FORMULA) else text


THOUSAND = 1_000
MILLION = 1_000_000
ROUND = 10_000
"""A number of millions is short enough when it has two places behind the point."""


def short(number: int | str) -> str:
    """Return an exact number as it may be typed in a condition, as short as possible: 200k, 1.05m, 262,144."""
    exact = Decimal(number)
    if exact >= MILLION and exact % ROUND == 0:
        return f"{(exact / MILLION).normalize():f}m"
    if exact >= THOUSAND and exact % THOUSAND == 0:
        return f"{exact / THOUSAND:f}k"
    return f"{exact:,f}"
