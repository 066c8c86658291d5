"""The rows of a listing as JSON: models over their offers that match, or each of these offers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from llmrules.trace.codec import json_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.catalog.candidates import Candidates
    from llmrules.language.vocabulary import Vocabulary
    from llmrules.say.models.selection import Match
    from llmrules.trace.record import Json

Listed: TypeAlias = dict[str, Any]
"""One row as JSON."""

OF_MODEL = ("developer", "family", "openness")
OF_OFFER = ("provider", "region")
MEASURED = ("context_window", "input_price", "output_price")
"""The attributes that are listed: of a model with several offers, the lowest and the highest of what is measured."""


def listed_models(candidates: Candidates, vocabulary: Vocabulary, matches: Iterable[Match]) -> Iterator[Listed]:
    """Yield the row of each model, over those of its offers that match."""
    for match in matches:
        row: Listed = {"id": match.model.id, "name": match.model.name}
        row |= {name: _value(candidates, vocabulary, name, match.rows[0]) for name in OF_MODEL}
        row |= {"offers": len(match.model.offers), "matching": len(match.rows)}
        values = {name: [_value(candidates, vocabulary, name, index) for index in match.rows] for name in MEASURED}
        row |= {name: _span(its) for name, its in values.items()}
        yield row | ({"unknown": list(match.unknown)} if match.unknown else {})


def listed_offers(candidates: Candidates, vocabulary: Vocabulary, matches: Iterable[Match]) -> Iterator[Listed]:
    """Yield a row for each offer that matches."""
    for match in matches:
        for index in match.rows:
            row: Listed = {"model": match.model.id, "offer": candidates.rows[index].offer_id, "name": match.model.name}
            names = (*OF_MODEL, *OF_OFFER, *MEASURED)
            row |= {name: _value(candidates, vocabulary, name, index) for name in names}
            yield row | ({"unknown": list(match.unknown)} if match.unknown else {})


def _value(candidates: Candidates, vocabulary: Vocabulary, name: str, index: int) -> Json | None:
    column = candidates.columns.get(name)
    value = None if column is None else column[index]
    return None if value is None else json_value(vocabulary[name], value)


def _span(values: Sequence[Json | None]) -> dict[str, Any] | None:
    """Return the lowest and the highest number, and how many offers state none; None where no offer states one."""
    known = sorted((value for value in values if isinstance(value, int | str)), key=Decimal)
    if not known:
        return None
    return {"lowest": known[0], "highest": known[-1], "unknown": len(values) - len(known)}
