"""What an importer makes of one file: rows that were kept, and a stated reason for everything that was not.

A row is one model at one seller, its values under the names of the vocabulary and as plain as TOML holds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

from attrs import field, frozen

GIVEN = "given"
NAMED = "in the name of the file"
NOT_BEFORE = "the newest day that the file mentions"
"""Where the date of a file is from."""

Plain: TypeAlias = bool | int | Decimal | str | date | tuple[str, ...]
"""A value as TOML holds it: a fraction as a decimal, a set as a tuple in the order of choices, a month as a text."""


Progress: TypeAlias = Callable[[int, int], None]
"""Is told how much of how much is done."""

One = TypeVar("One")


@frozen
class Origin:
    """The file that rows come from: which kind, and its version, date and licence as far as they are known.

    ``dated_by`` says in words where the date is from. By the newest day that it mentions, a file is *not before* it.
    """

    kind: str
    id: str
    title: str
    date: date
    dated_by: str
    version: str | None = None
    licence: str | None = None
    url: str | None = None

    @property
    def not_before(self) -> bool:
        """Whether the file may be younger than its date."""
        return self.dated_by == NOT_BEFORE


@frozen
class Later:
    """A value that takes force on a day after the one that the file is of."""

    attribute: str
    since: date
    value: Plain


@frozen
class Row:
    """One model at one seller.

    ``key`` is where it stands in the file, ``written`` its id as the seller writes it, ``id`` the normalised one under
    which rows of all sellers and files meet. ``first_party`` says that the seller is the model's developer. A row of a
    board that measures models has no seller.
    """

    key: str
    written: str
    id: str
    name: str
    seller: str
    provider: str
    region: str | None = None
    first_party: bool = False
    model: Mapping[str, Plain] = field(factory=dict)
    offer: Mapping[str, Plain] = field(factory=dict)
    later: tuple[Later, ...] = ()


@frozen
class Remark:
    """Something that an importer says of one row: why it is skipped, why a value is unknown, why one is in doubt."""

    key: str
    reason: str
    attribute: str | None = None
    found: str | None = None


@frozen
class Expected:
    """A key that rows of a kind usually have: how many were asked for it, and how many of them are without it."""

    rows: int
    without: int


@frozen
class Reading:
    """One file, read. Every row of it is in ``rows`` or in ``skipped``; ``read`` counts them all.

    ``unknown`` are values that the file seems to state but that are left unknown, ``doubtful`` those that are kept
    although something speaks against them. ``ignored`` counts the keys that no attribute stands for, ``expected`` tells
    of each key that rows should have how many are without it.
    """

    origin: Origin
    read: int
    rows: tuple[Row, ...]
    skipped: tuple[Remark, ...] = ()
    unknown: tuple[Remark, ...] = ()
    doubtful: tuple[Remark, ...] = ()
    ignored: Counter[str] = field(factory=Counter)
    expected: Mapping[str, Expected] = field(factory=dict)


def counted(all_of_them: Collection[One], progress: Progress | None) -> Iterator[One]:
    """Yield each, and tell after each how many of them are done."""
    for done, one in enumerate(all_of_them, start=1):
        yield one
        if progress is not None:
            progress(done, len(all_of_them))
