"""A price rise that a model's developer announces holds for every offer of the model whose own price is older.

A seller's row from before the day of the rise says nothing of the time after it. From that day on, the price that the
developer announced is in force there, too, unless the seller's is higher or newer; the seller's own stands beside it.
Prices of repeated input and of batches, of which nobody announces anything, cost no more than that price: this bound
is what is known of them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.importers.prices import BASE, LOWER
from llmrules.importers.settling import Dated, Entry, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from llmrules.importers.reading import Row


@frozen
class Announced:
    """A price that the developer's own row states from a day on, and the document that it stands in."""

    attribute: str
    since: date
    stated: Stated


def announced(rows: Iterable[tuple[Row, str]]) -> Iterator[Announced]:
    """Yield the prices to come of the developer's own rows, each row given with its document."""
    for row, document in rows:
        for later in row.later if row.first_party else ():
            if later.attribute in (*BASE, *LOWER):
                yield Announced(later.attribute, later.since, Stated(later.value, (document,)))


def reached(
    entries: Mapping[str, Entry], changes: Iterable[Announced], days: Mapping[str, date], today: date
) -> Mapping[str, Entry]:
    """Return the entries of one offer with the announced prices that reach it; ``days`` are those of the documents."""
    changes = sorted(changes, key=lambda change: (change.since, -_price(change.stated)))
    found = dict(entries)
    for attribute in (*BASE, *LOWER):
        entry = found.get(attribute)
        own = [change for change in changes if change.attribute == attribute]
        for change in own or [change for change in changes if change.attribute == LOWER.get(attribute)]:
            if entry is not None:
                entry = found[attribute] = _after(entry, change, days, today)
    return found


def _after(entry: Entry, change: Announced, days: Mapping[str, date], today: date) -> Entry:
    """Return an entry after one announcement; of two prices from the same day on the higher one comes first."""
    newest = max(days[source] for source in entry.stated.sources)
    before = entry.dated[-1].stated if entry.dated else entry.stated
    known = any(one.since >= change.since for one in entry.dated)
    if newest > change.since or known or _price(before) >= _price(change.stated):
        return entry
    if change.since > today:
        return evolve(entry, dated=(*entry.dated, Dated(change.since, change.stated, agree=0)))
    others = [one for one in (entry.stated, *entry.disputed) if one.value != change.stated.value]
    same = [one for one in entry.disputed if one.value == change.stated.value]
    sources = dict.fromkeys((*change.stated.sources, *(source for one in same for source in one.sources)))
    stated = evolve(change.stated, sources=tuple(sources))
    return evolve(entry, stated=stated, disputed=tuple(others), against=entry.against + entry.agree, agree=0)


def _price(stated: Stated) -> int | Decimal:
    return stated.value if isinstance(stated.value, int | Decimal) else 0
