"""What a test asks of the entries of a catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.catalog import Entry, Model, Offer
    from llmrules.language.values import Value


def offers(model: Model) -> dict[str, Offer]:
    """Return the offers of a model that state something, by id."""
    return {one.id or "": one for one in model.offers if one.entries}


def entries(model: Model) -> Iterator[tuple[str, Entry]]:
    """Yield every entry of a model and of its offers."""
    yield from model.entries.items()
    for one in model.offers:
        yield from one.entries.items()


def value(of: Model | Offer, attribute: str) -> Value | None:
    """Return the value in force of an attribute, if there is one."""
    entry = of.entries.get(attribute)
    return None if entry is None else entry.value


def number(of: Model | Offer, attribute: str) -> Decimal | None:
    """Return the value in force of an attribute that is a number, if there is one."""
    found = value(of, attribute)
    assert found is None or type(found) in {int, Decimal}
    return None if found is None else Decimal(str(found))
