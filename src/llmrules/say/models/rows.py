"""The rows of a listing as JSON: a model over its offers that match, or each of these offers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from llmrules.catalog.candidates import Candidates
from llmrules.language.vocabulary import Vocabulary
from llmrules.trace.given import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from llmrules.say.models.selection import Match
    from llmrules.trace.record import Json

Row: TypeAlias = dict[str, Any]
"""One row as JSON."""

OF_MODEL = ("developer", "family", "openness")
OF_OFFER = ("provider", "region")
MEASURED = ("context_window", "input_price", "output_price")
"""The attributes that are listed: of a model with several offers, the lowest and the highest of what is measured."""


@frozen
class Rows:
    """Makes the rows of matches."""

    candidates: Candidates
    vocabulary: Vocabulary

    def model(self, match: Match) -> Iterator[Row]:
        """Yield the row of a model, over those of its offers that match."""
        row: Row = {"id": match.model.id, "name": match.model.name}
        row |= {name: self._value(name, match.rows[0]) for name in OF_MODEL}
        row |= {"offers": len(match.model.offers), "matching": len(match.rows)}
        row |= {name: _span([self._value(name, index) for index in match.rows]) for name in MEASURED}
        yield row | ({"unknown": list(match.unknown)} if match.unknown else {})

    def offers(self, match: Match) -> Iterator[Row]:
        """Yield a row for each offer that matches."""
        for index in match.rows:
            offer = self.candidates.rows[index].offer_id
            row: Row = {"model": match.model.id, "offer": offer, "name": match.model.name}
            row |= {name: self._value(name, index) for name in (*OF_MODEL, *OF_OFFER, *MEASURED)}
            yield row | ({"unknown": list(match.unknown)} if match.unknown else {})

    def _value(self, name: str, index: int) -> Json | None:
        column = self.candidates.columns.get(name)
        value = None if column is None else column[index]
        return None if value is None else json_value(self.vocabulary[name], value)


def _span(values: Sequence[Json | None]) -> dict[str, Any] | None:
    """Return the lowest and the highest number, and how many offers state none; None where no offer states one."""
    known = sorted((value for value in values if isinstance(value, int | str)), key=Decimal)
    if not known:
        return None
    return {"lowest": known[0], "highest": known[-1], "unknown": len(values) - len(known)}
