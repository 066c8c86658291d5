"""From readings to one overlay: rows that share an id are one model, and those of one seller and region one offer.

An overlay is what several public files say together, before it is written as a catalogue file.

Nothing is guessed here, and nothing depends on the order of files and rows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from llmrules.errors import FileError, Place
from llmrules.importers.announced import Reach, announced
from llmrules.importers.reading import Origin, Row, counted
from llmrules.importers.settling import Dated, Entry, Voice, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from llmrules.importers.reading import Plain, Progress, Reading

LIMIT = "tier_above"
TIER = frozenset({"tier_input_price", "tier_output_price"})
"""Prices that mean nothing without the limit that they begin at."""

REPLACED = "is replaced by a later one of its own file, in force before the newest file"
UNPRECEDED = "takes force later, and nothing is known before"
LATER_OTHERWISE = "takes force on a day for which another value goes first"
OTHER_TIER = "is the price of another tier than the one in force"
"""Why no entry holds a value that a row states."""

Losses: TypeAlias = Counter[tuple[str, str]]


@frozen
class Offer:
    """How one seller serves a model in one region; ``rows`` is the number of rows that say so."""

    id: str
    entries: Mapping[str, Entry]
    rows: int


@frozen
class Model:
    """One model: its attributes, and its offers; ``documents`` are those that know its id."""

    id: str
    name: str
    entries: Mapping[str, Entry]
    offers: tuple[Offer, ...]
    documents: tuple[str, ...]


@frozen
class Lost:
    """Values that rows state but that no entry holds: why, and how many."""

    reason: str
    attribute: str
    count: int


@frozen
class Overlay:
    """The files, the newest first, the models in the order of their ids, and what no entry holds."""

    origins: tuple[Origin, ...]
    models: tuple[Model, ...]
    lost: tuple[Lost, ...] = ()

    @property
    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every attribute with its entry, of models and of offers."""
        for model in self.models:
            yield from model.entries.items()
            for offer in model.offers:
                yield from offer.entries.items()

    @property
    def unmatched(self) -> dict[str, tuple[str, ...]]:
        """The ids that only one of several files knows, by its document."""
        if len(self.origins) == 1:
            return {}
        alone: dict[str, list[str]] = {origin.id: [] for origin in self.origins}
        for model in self.models:
            if len(model.documents) == 1:
                alone[model.documents[0]].append(model.id)
        return {document: tuple(ids) for document, ids in alone.items()}


def merge(readings: Iterable[Reading], *, progress: Progress | None = None) -> Overlay:
    """Join what all files say of each model and each offer. Raises FileError where two files are one document."""
    read = sorted(readings, key=lambda reading: (-reading.origin.date.toordinal(), reading.origin.id))
    origins = tuple(reading.origin for reading in read)
    _refuse_twins(origins)
    known: dict[str, list[_Line]] = defaultdict(list)
    for reading in read:
        for row in reading.rows:
            known[row.id].append(_Line(row, reading.origin))
    losses: Losses = Counter()
    days = {origin.id: origin.date for origin in origins}
    models = tuple(_model(name, known[name], days, losses) for name in counted(sorted(known), progress))
    lost = tuple(Lost(*named, count) for named, count in sorted(losses.items()) if count)
    return Overlay(origins, models, lost)


@frozen(eq=False)
class _Line:
    """A row, and the file that it stands in."""

    row: Row
    origin: Origin

    def voice(self, value: Plain, *, apart: bool = False) -> Voice:
        return Voice(value, self.origin.id, self.origin.date, self.row.first_party, apart, self.origin.not_before)


def _refuse_twins(origins: Iterable[Origin]) -> None:
    """Refuse files that would be cited under one id: nobody could tell their values apart."""
    for one, other in pairwise(sorted(origin.id for origin in origins)):
        if one == other:
            message = "is what two of the files would be cited as"
            hint = "import one of them; two versions of a file are told apart by the version or the date in their names"
            raise FileError(message, code="two-files", place=Place("import"), found=one, hint=hint)


def _model(name: str, lines: Sequence[_Line], days: Mapping[str, date], losses: Losses) -> Model:
    sold: dict[str, list[_Line]] = defaultdict(list)
    voices: dict[str, list[Voice]] = defaultdict(list)
    for line in lines:
        if line.row.seller:
            sold[_offer_id(line.row)].append(line)
        for attribute, value in line.row.model.items():
            voices[attribute].append(line.voice(value))
    entries = {attribute: settle(attribute, voices[attribute]) for attribute in sorted(voices)}
    offers = {seller: _offer(seller, sold[seller], losses) for seller in sorted(sold)}
    own = {line.row.seller for line in lines if line.row.first_party}
    changes = list(announced((line.row, line.origin.id) for line in lines))
    told = {seller: offer.entries for seller, offer in offers.items()}
    reached = Reach(days, max(days.values())).offers(told, own, changes, entries.get("openness"))
    return Model(
        id=name,
        name=_name([line.row for line in lines]),
        entries=entries,
        offers=tuple(evolve(offer, entries=reached[seller]) for seller, offer in offers.items()),
        documents=tuple(sorted({line.origin.id for line in lines})),
    )


def _offer_id(row: Row) -> str:
    """Return the id that the rows of one seller and region share."""
    parts = (row.seller, row.region) if row.region else (row.seller,)
    return "/".join(re.sub(r"[^a-z0-9._:@+-]+", "-", part.lower()) for part in parts)


def _name(rows: Sequence[Row]) -> str:
    """Return the name in the rows of the developer, else in most rows."""
    own = [row.name for row in rows if row.first_party]
    counted = Counter(own or [row.name for row in rows])
    return min(counted, key=lambda name: (-counted[name], name))


def _offer(seller: str, lines: Sequence[_Line], losses: Losses) -> Offer:
    """Join the rows of one offer: each attribute by itself, but the prices of a tier as those of its limit."""
    provider = _provider([line.row for line in lines])
    told = [(line, _told(line.row, provider)) for line in lines]
    entries: dict[str, Entry] = {}
    limits: dict[_Line, Plain] = {}
    for attribute in sorted({name for _, spans in told for name in spans}, key=lambda name: (name != LIMIT, name)):
        now, later = _times(attribute, [(line, spans[attribute]) for line, spans in told if attribute in spans], losses)
        if attribute == LIMIT:
            limits = now
        limit = entries[LIMIT].stated.value if LIMIT in entries else None
        apart = {line for line in now if attribute in TIER and (limit is None or limits.get(line) != limit)}
        if len(apart) < len(now):
            voices = [line.voice(value, apart=line in apart) for line, value in now.items()]
            entry = settle(attribute, _without_echoes(attribute, voices, losses) if apart else voices)
            entries[attribute] = evolve(entry, dated=_dated(attribute, later, losses)) if later else entry
        else:
            losses[OTHER_TIER, attribute] += len(now)
            losses[UNPRECEDED, attribute] += sum(map(len, later.values()))
    return Offer(seller, dict(sorted(entries.items())), len(lines))


def _provider(rows: Iterable[Row]) -> str:
    """Return the one name of a seller: files that call it otherwise mean the same, most of all by a bare id."""
    counted = Counter(row.provider for row in rows)
    return min(counted, key=lambda name: (name.lower() == name, -counted[name], name))


def _told(row: Row, provider: str) -> dict[str, list[tuple[date, Plain]]]:
    """Return what a row states of its offer, in the order of the days on which it takes force."""
    told: dict[str, list[tuple[date, Plain]]] = {"provider": [(date.min, provider)]}
    if row.region:
        told["region"] = [(date.min, row.region)]
    told |= {attribute: [(date.min, value)] for attribute, value in row.offer.items()}
    for later in sorted(row.later, key=lambda later: later.since):
        told.setdefault(later.attribute, []).append((later.since, later.value))
    return told


def _times(
    attribute: str, spoken: Iterable[tuple[_Line, list[tuple[date, Plain]]]], losses: Losses
) -> tuple[dict[_Line, Plain], dict[date, list[Voice]]]:
    """Return what each row states on the day of the newest file that states the attribute, and what takes force later.

    An older file that knew the next value in time agrees with the newer one that states it.
    """
    spoken = list(spoken)
    newest = max((line.origin.date for line, spans in spoken if spans[0][0] == date.min), default=date.min)
    now: dict[_Line, Plain] = {}
    later: dict[date, list[Voice]] = defaultdict(list)
    for line, spans in spoken:
        past = [value for since, value in spans if since <= newest]
        if past:
            now[line] = past[-1]
            losses[REPLACED, attribute] += len(past) - 1
        for since, value in spans[len(past) :]:
            later[since].append(line.voice(value))
    return now, later


def _without_echoes(attribute: str, voices: Sequence[Voice], losses: Losses) -> list[Voice]:
    """Leave out what states the value in force of something else: it is no source of it, and disputes nothing."""
    chosen = settle(attribute, [voice for voice in voices if not voice.apart]).stated.value
    kept = [voice for voice in voices if not voice.apart or voice.value != chosen]
    losses[OTHER_TIER, attribute] += len(voices) - len(kept)
    return kept


def _dated(attribute: str, later: Mapping[date, Sequence[Voice]], losses: Losses) -> tuple[Dated, ...]:
    """Return one value for each day; a dated value carries no disputes."""
    settled = {since: settle(attribute, later[since]) for since in sorted(later)}
    losses[LATER_OTHERWISE, attribute] += sum(entry.coarser + entry.against for entry in settled.values())
    return tuple(Dated(since, entry.stated, entry.agree) for since, entry in settled.items())
