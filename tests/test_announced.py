"""What a developer charges from some day on reaches the older offers of others, and never without a word."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from llmrules.importers.merging import merge
from llmrules.importers.reading import Later, Origin, Reading, Row
from llmrules.importers.settling import Dated, Stated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from llmrules.importers.merging import Overlay
    from llmrules.importers.reading import Plain
    from llmrules.importers.settling import Entry

JUNE, DECEMBER = date(2026, 6, 1), date(2026, 12, 1)
RISE = (Later("input_price", DECEMBER, 4), Later("output_price", DECEMBER, 20))
INTRODUCTORY = {"input_price": 2, "output_price": 10}


def reading(name: str, on: date, *rows: Row) -> Reading:
    """A file of a day."""
    return Reading(Origin(kind=name, id=name, title=name, date=on, dated_by="given"), len(rows), rows)


def sold(
    seller: str, prices: Mapping[str, Plain], *later: Later, own: bool = False, model: Mapping[str, Plain] | None = None
) -> Row:
    """A row of a model at one seller."""
    told = model or {}
    return Row(f"{seller}/m", "m", "m", "m", seller, seller, first_party=own, model=told, offer=prices, later=later)


def entry(overlay: Overlay, seller: str, attribute: str) -> Entry:
    """What is known of an attribute of one offer."""
    return next(offer.entries[attribute] for model in overlay.models for offer in model.offers if offer.id == seller)


def test_a_rise_to_come_takes_force_at_every_older_offer() -> None:
    """From the day on, the developer's price is in force there under the developer's document."""
    maker = sold("maker", INTRODUCTORY, *RISE, own=True)
    overlay = merge([reading("file", JUNE, maker, sold("shop", INTRODUCTORY))])
    for seller in ("maker", "shop"):
        found = entry(overlay, seller, "input_price")
        assert (found.stated.value, [(one.since, one.stated) for one in found.dated]) == (
            2,
            [(DECEMBER, Stated(4, ("file",)))],
        )


def test_a_rise_that_has_come_is_in_force_and_the_older_price_disputes_it() -> None:
    """A row from before the day, or of that very day, says nothing of the time after it; a younger one does."""
    maker = reading("maker", JUNE, sold("maker", INTRODUCTORY, *RISE, own=True))
    shops = [reading(f"on-{day}", date(2026, 12, day), sold(f"shop-{day}", INTRODUCTORY)) for day in (1, 2)]
    overlay = merge([maker, *shops])
    older, younger = (entry(overlay, f"shop-{day}", "input_price") for day in (1, 2))
    assert (older.stated, older.disputed) == (Stated(4, ("maker",)), (Stated(2, ("on-1",)),))
    assert (younger.stated, younger.disputed) == (Stated(2, ("on-2",)), ())


def test_a_dearer_offer_stays_as_it_is() -> None:
    """A rise never makes an offer cheaper."""
    maker = reading("maker", JUNE, sold("maker", INTRODUCTORY, *RISE, own=True))
    overlay = merge([maker, reading("shops", JUNE, sold("shop", {"input_price": 5, "output_price": 25}))])
    assert entry(overlay, "shop", "input_price").dated == ()


def test_batches_cost_at_most_what_is_announced() -> None:
    """Where nobody announces the price of a batch, the announced price is the most that it can be."""
    maker = sold("maker", INTRODUCTORY | {"batch_input_price": 1, "batch_output_price": 5}, *RISE, own=True)
    overlay = merge([reading("file", JUNE, maker)])
    assert entry(overlay, "maker", "batch_output_price").dated == (Dated(DECEMBER, Stated(20, ("file",)), 0),)


@pytest.mark.parametrize("openness", ["open-weight", "open-source"])
def test_who_has_the_weights_sets_a_price_of_their_own(openness: str) -> None:
    """A rise at the developer says nothing of other sellers of open weights."""
    maker = sold("maker", INTRODUCTORY, *RISE, own=True, model={"openness": openness})
    overlay = merge([reading("file", JUNE, maker, sold("shop", INTRODUCTORY))])
    assert entry(overlay, "maker", "input_price").dated
    assert entry(overlay, "shop", "input_price").dated == ()


def test_a_newer_price_of_the_developer_disputes_an_older_lower_one() -> None:
    """A reseller's older row that looks cheaper says that the developer's newer one states more."""
    older = reading("older", JUNE, sold("shop", INTRODUCTORY), sold("dear", {"input_price": 5, "output_price": 25}))
    newer = reading("newer", DECEMBER, sold("maker", {"input_price": Decimal("2.5"), "output_price": 12}, own=True))
    overlay = merge([older, newer])
    assert entry(overlay, "shop", "input_price").stated == Stated(2, ("older",))
    assert entry(overlay, "shop", "input_price").disputed == (Stated(Decimal("2.5"), ("newer",)),)
    assert entry(overlay, "dear", "input_price").disputed == ()


def test_that_the_developer_ends_is_said_where_no_end_is_known() -> None:
    """A seller that states a day of its own keeps it; one that states none is told with the developer's."""
    maker = sold("maker", INTRODUCTORY | {"retires_on": DECEMBER}, own=True)
    later = sold("later", INTRODUCTORY | {"retires_on": date(2027, 6, 1)})
    (model,) = merge([reading("file", JUNE, maker, later, sold("shop", INTRODUCTORY))]).models
    ends = {offer.id: offer.entries.get("developer_retires_on") for offer in model.offers}
    assert {seller: entry and entry.stated for seller, entry in ends.items()} == {
        "maker": None,
        "later": None,
        "shop": Stated(DECEMBER, ("file",)),
    }
