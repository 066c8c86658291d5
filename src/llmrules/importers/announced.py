"""What a model's developer announces of its own offer reaches the offers of others: prices, and its end.

A seller's row from before the day of an announced rise says nothing of the time after it. From that day on, the price
that the developer announced is in force there, too, unless the seller's own is higher or newer; that one stands beside
it. Where the developer's newer row simply states more than an older one of a seller, the developer's price disputes
the seller's: it may be a better offer, or an old one. Prices of repeated input and of batches, of which nobody
announces anything, are at most the announced price.

A day of retirement is the developer's alone. Where another seller states none, it is said beside its offer that the
developer's own ends.

Whoever has the weights sets a price of their own, so all of this is of models alone that are not known to be open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmrules.importers.prices import BASE, LOWER
from llmrules.importers.settling import Dated, Entry, Stated
from llmrules.importers.written import days_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from llmrules.importers.reading import Row

OPEN = ("open-weight", "open-source")

ENDS = "developer_retires_on"
"""The attribute that says at another seller's offer, of which no end is known, when the developer's own ends."""


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


@frozen
class Reach:
    """What is known when offers are compared: the day of each document, and the day up to which all is in force."""

    days: Mapping[str, date]
    today: date

    def offers(
        self,
        offers: Mapping[str, Mapping[str, Entry]],
        own: Collection[str],
        changes: Collection[Announced],
        openness: Entry | None,
    ) -> dict[str, Mapping[str, Entry]]:
        """Return the entries of each offer by id with what reaches it; ``own`` are the developer's sellers."""
        is_open = openness is not None and openness.stated.value in OPEN
        ends = [one["retires_on"].stated for name, one in offers.items() if name in own and "retires_on" in one]
        reached = {
            name: entries if is_open and _seller(name) not in own else self._announced(entries, changes)
            for name, entries in offers.items()
        }
        for attribute in () if is_open else BASE:
            asked = [one[attribute] for name, one in reached.items() if name in own and attribute in one]
            if asked:
                newest = max(asked, key=lambda entry: (self._on(entry.stated), _price(entry.stated)))
                for name, entries in reached.items():
                    if _seller(name) not in own and attribute in entries:
                        disputed = self._disputed(entries[attribute], newest.stated)
                        reached[name] = {**entries, attribute: disputed}
        if ends and not is_open:
            last = max(ends, key=lambda stated: days_of(stated.value).last)
            for name, entries in reached.items():
                if _seller(name) not in own and "retires_on" not in entries:
                    reached[name] = {**entries, ENDS: Entry(last, agree=0)}
        return reached

    def _announced(self, entries: Mapping[str, Entry], changes: Collection[Announced]) -> Mapping[str, Entry]:
        ordered = sorted(changes, key=lambda change: (change.since, -_price(change.stated)))
        found = dict(entries)
        for attribute in found.keys() & {*BASE, *LOWER}:
            own = [change for change in ordered if change.attribute == attribute]
            for change in own or [change for change in ordered if change.attribute == LOWER.get(attribute)]:
                found[attribute] = self._after(found[attribute], change)
        return found

    def _after(self, entry: Entry, change: Announced) -> Entry:
        """Return an entry after one announcement; of two for one day the higher price is the first."""
        before = entry.dated[-1].stated if entry.dated else entry.stated
        known = any(later.since >= change.since for later in entry.dated)
        if self._on(entry.stated) > change.since or known or _price(before) >= _price(change.stated):
            return entry
        if change.since > self.today:
            return evolve(entry, dated=(*entry.dated, Dated(change.since, change.stated, agree=0)))
        others = tuple(one for one in (entry.stated, *entry.disputed) if one.value != change.stated.value)
        return evolve(entry, stated=change.stated, disputed=others, against=entry.against + entry.agree, agree=0)

    def _disputed(self, entry: Entry, own: Stated) -> Entry:
        """Return an entry with the developer's price beside it, where that is newer and higher."""
        said = {entry.stated.value, *(one.value for one in entry.disputed)}
        if own.value in said or self._on(entry.stated) >= self._on(own) or _price(entry.stated) >= _price(own):
            return entry
        return evolve(entry, disputed=(*entry.disputed, own))

    def _on(self, stated: Stated) -> date:
        return max(self.days.get(source, date.max) for source in stated.sources)  # a claim is never out of date


def _seller(offer: str) -> str:
    return offer.partition("/")[0]


def _price(stated: Stated) -> int | Decimal:
    return stated.value if isinstance(stated.value, int | Decimal) else 0
