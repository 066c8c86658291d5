"""Which of several values is in force: the one rule by which an importer picks.

The developer's own row first, then the newest file, then the cautious value. No value is lost: what says the same joins
its sources, what says something else disputes it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import field, frozen

from llmrules.importers.reading import Plain
from llmrules.importers.written import days_of
from llmrules.language.values import shortest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DATES = frozenset({"developer_retires_on", "knowledge_cutoff", "listed_since", "release_date", "retires_on"})
"""The earlier one is the cautious one; a month or year that contains a finer date says nothing else than that one."""

DEARER = frozenset(
    {
        *("input_price", "output_price", "tier_input_price", "tier_output_price"),
        *("cached_input_price", "batch_input_price", "batch_output_price"),
    }
)
"""The higher one is the cautious one, where of windows and limits it is the lower one."""

WARNINGS = frozenset({"moving_alias"})
"""Flags of which true is the cautious value, where of abilities it is false."""

SCALES = {"openness": ("closed", "open-weight", "open-source")}
"""From the cautious end up."""

PARTIAL = frozenset({"modes"})
"""Sets that are never complete: what all rows state is united."""

Caution: TypeAlias = tuple[int | Decimal, str]


def _written(value: Plain) -> Plain:
    """Return a number as it is written in one way only, so that equal ones give equal bytes."""
    return shortest(value) if isinstance(value, Decimal) else value


@frozen
class Voice:
    """What one row says of one attribute. ``source`` is the document, ``on`` its date or a day before it (``open``).

    A voice that is ``apart`` speaks of something else than the others, such as the price of another tier: it disputes
    what is in force, and is never in force itself.
    """

    value: Plain = field(converter=_written)
    source: str
    on: date
    first_party: bool = False
    apart: bool = False
    open: bool = False


@frozen
class Stated:
    """A value and the documents that state it, the newest first."""

    value: Plain
    sources: tuple[str, ...]


@frozen
class Dated:
    """A value that takes force on a day; ``agree`` voices state it."""

    since: date
    stated: Stated
    agree: int = 1


@frozen
class Entry:
    """The value in force of one attribute, what disputes it, and what takes force later.

    Every voice is counted once: those that ``agree`` state the value in force, or a part of a united set; those that
    are ``coarser`` state a month or year that contains it; the others are ``against`` it. It is ``open`` whether the
    value stays in force: the file of one that disputes it may be younger than is known, and the newer one.
    """

    stated: Stated
    disputed: tuple[Stated, ...] = ()
    dated: tuple[Dated, ...] = ()
    agree: int = 1
    coarser: int = 0
    against: int = 0
    open: bool = False


def settle(attribute: str, voices: Iterable[Voice]) -> Entry:
    """Return what is in force; one voice at least is not apart. The order of the voices makes no difference."""
    heard = list(voices)
    if attribute in PARTIAL:
        members = {member for voice in heard for member in cast("tuple[str, ...]", voice.value)}
        return Entry(Stated(tuple(sorted(members)), _sources(heard)), agree=len(heard))
    counted = Counter(voice.value for voice in heard)
    ranked = sorted(counted, key=lambda value: _rank(attribute, value, heard, counted[value]))
    chosen = _finest(ranked) if attribute in DATES else ranked[0]
    coarser = [value for value in ranked if attribute in DATES and contains(value, chosen)]
    others = [value for value in ranked if value != chosen and value not in coarser]
    return Entry(
        Stated(chosen, _sources(heard, chosen)),
        tuple(Stated(value, _sources(heard, value)) for value in others),
        agree=counted[chosen],
        coarser=sum(counted[value] for value in coarser),
        against=sum(counted[value] for value in others),
        open=_is_open([voice for voice in heard if voice.value == ranked[0]], others, heard),
    )


def _rank(attribute: str, value: Plain, heard: Sequence[Voice], count: int) -> tuple[bool, bool, int, Caution]:
    """Return the place of a value: that of its best row, then how cautious it is."""
    best = min(_place(voice) for voice in heard if voice.value == value)
    return *best, _caution(attribute, value, count)


def _caution(attribute: str, value: Plain, count: int) -> Caution:
    """Return the cautious value's place before the others; of texts, that is the one that most rows state."""
    if isinstance(value, bool):
        return int(value is not (attribute in WARNINGS)), ""
    if isinstance(value, int | Decimal):
        return -value if attribute in DEARER else value, ""
    if isinstance(value, tuple):
        return len(value), ",".join(value)
    if attribute in DATES:
        return days_of(value).first.toordinal(), str(value)
    if attribute in SCALES:
        return SCALES[attribute].index(str(value)), ""
    return -count, str(value)


def _is_open(first: Sequence[Voice], others: Sequence[Plain], heard: Iterable[Voice]) -> bool:
    """Whether another value could go first if a file were younger than the day that it is not before."""
    best = min(map(_place, first))
    sources = {voice.source for voice in first if _place(voice) == best}
    rivals = (voice for voice in heard if voice.value in others and voice.source not in sources)
    return any(voice.open and _place(voice)[:2] == best[:2] for voice in rivals)


def _place(voice: Voice) -> tuple[bool, bool, int]:
    """Return the place of a row before all caution: the developer's own first, then the newest."""
    return voice.apart, not voice.first_party, -voice.on.toordinal()


def _finest(ranked: Sequence[Plain]) -> Plain:
    """Return the date that comes first, or the finest one that lies within it."""
    chosen = ranked[0]
    for value in ranked:
        if contains(chosen, value):
            return _finest([finer for finer in ranked if contains(chosen, finer)])
    return chosen


def contains(whole: Plain, part: Plain) -> bool:
    """Whether a month or year contains another, finer date."""
    outer, inner = days_of(whole), days_of(part)
    return outer != inner and outer.first <= inner.first and inner.last <= outer.last


def _sources(heard: Iterable[Voice], value: Plain | None = None) -> tuple[str, ...]:
    """Return the documents that state a value, or anything, the newest first."""
    found = {(-voice.on.toordinal(), voice.source) for voice in heard if value is None or voice.value == value}
    return tuple(source for _, source in sorted(found))
