"""The candidates and their names: each listed model with each of its offers, in the order of the catalogue.

A candidate is called after its model where the model has one offer, else ``model @ offer``. Where something is true of
all candidates of a model, the model is named in their place.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.verify.report import Plain, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from llmrules.verify.given import Given


@frozen
class Row:
    """A model with one of its offers, which has a name only where the model has several."""

    model: str
    offer: str | None
    place: int
    """Which of the model's offers it is, from 0."""

    @property
    def name(self) -> str:
        """The name of the candidate."""
        return self.model if self.offer is None else f"{self.model} @ {self.offer}"


def rows_of(given: Given) -> list[Row]:
    """Return every candidate in order. Refuses names that could mean two of them."""
    rows = []
    for name, model in given.models.items():
        several = len(model["offers"]) > 1
        offers = [offer.get("id") if several else None for offer in model["offers"]]
        rows += [Row(name, offer, place) for place, offer in enumerate(offers) if model.get("listed", True)]
    names = Counter(row.name for row in rows) + Counter({row.model for row in rows if row.offer is not None})
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise Refusal("/given/catalogue", "has two candidates of one name", found=twice[0])
    return rows


def name_of(record: Plain) -> str:
    """Return the name of the candidate that a record speaks of."""
    return f"{record['model']} @ {record['offer']}" if "offer" in record else str(record["model"])


def grouped(some: Iterable[Row], of: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return rows by the names they go by: a model whose rows in ``of`` are all among them, else each row itself."""
    whole = Counter(row.model for row in of)
    its: dict[str, list[Row]] = {}
    for row in some:
        its.setdefault(row.model, []).append(row)
    found: list[tuple[str, list[Row]]] = []
    for model, rows in its.items():
        found += [(model, rows)] if len(rows) == whole[model] else [(row.name, [row]) for row in rows]
    return found


def names_of(some: Iterable[Row], of: Sequence[Row]) -> list[str]:
    """Return the names that rows go by."""
    return [name for name, _ in grouped(some, of)]
