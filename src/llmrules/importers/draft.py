"""One row on its way from a file to a reading: each value is taken whole, or left unknown with a stated reason.

Nothing here knows the shape of a file; what a file calls its keys stands in the module of its kind.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import define, field

from llmrules.errors import printable, show
from llmrules.importers.ids import Name, is_id, no_model, take_apart, zones_of
from llmrules.importers.reading import Expected, Later, Origin, Plain, Reading, Remark, Row
from llmrules.importers.sellers import Seller
from llmrules.importers.written import calendar_day, count, days_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SMALLEST_WINDOW = 1_000
"""Tokens. What reads fewer answers no questions: it classifies, embeds or transcribes."""

MODALITIES = ("text", "image", "audio", "video")
DOCUMENTS = frozenset(("pdf", "file"))
"""Kinds of input that are files of text and images, no modality of their own."""

LONGEST_TEXT = 200
"""Characters of a name."""

_MODEL = frozenset(
    (
        "developer",
        "family",
        "release_date",
        "openness",
        "input_modalities",
        "knowledge_cutoff",
        "modes",
        "moving_alias",
    )
)


@define
class Intake:
    """What has been taken in of a file so far."""

    origin: Origin
    rows: list[Row] = field(factory=list)
    skipped: list[Remark] = field(factory=list)
    unknown: list[Remark] = field(factory=list)
    doubtful: list[Remark] = field(factory=list)
    ignored: Counter[str] = field(factory=Counter)
    asked: Counter[str] = field(factory=Counter)
    absent: Counter[str] = field(factory=Counter)

    def expect(self, table: Mapping[str, object], keys: Iterable[str], before: str = "") -> None:
        """Count for each of the keys whether a table says anything under it; ``before`` is where the table stands."""
        for key in keys:
            self.asked[before + key] += 1
            self.absent[before + key] += table.get(key) is None

    def skip(self, key: str, reason: str, found: object = None) -> None:
        """Note why a row is none."""
        self.skipped.append(_remark(key, reason, found))

    def reading(self) -> Reading:
        """Return the whole."""
        return Reading(
            origin=self.origin,
            read=len(self.rows) + len(self.skipped),
            rows=tuple(self.rows),
            skipped=tuple(self.skipped),
            unknown=tuple(self.unknown),
            doubtful=tuple(self.doubtful),
            ignored=self.ignored,
            expected={key: Expected(rows, self.absent[key]) for key, rows in self.asked.items()},
        )


@define
class Draft:
    """A row that is being read: its place, its name, and the values taken so far."""

    intake: Intake
    key: str
    written: str
    seller: Seller
    name: Name
    model: dict[str, Plain] = field(factory=dict)
    offer: dict[str, Plain] = field(factory=dict)
    later: list[Later] = field(factory=list)

    @classmethod
    def begin(cls, intake: Intake, key: str, written: str, seller: Seller) -> Draft | None:
        """Return the draft of a row with this id, or None after noting why there is none."""
        reason = no_model(written)
        if reason is None and not is_id(seller.id):
            intake.skip(key, "has a seller whose id a catalogue cannot hold", seller.id)
            return None
        name = take_apart(written, seller) if reason is None else None
        if name is None:
            intake.skip(key, reason or "has an id that a catalogue cannot hold", None if reason else written)
            return None
        draft = cls(intake, key, written, seller, name)
        if name.developer is not None:
            draft.put("developer", name.developer.name)
        if name.moving is not None:
            draft.put("moving_alias", name.moving)
        zones = None if name.region is None else zones_of(name.region)
        if zones is not None:
            draft.put("zones", zones)
        return draft

    def finish(self, shown: object = None) -> None:
        """Add the row to what has been read; ``shown`` is the name for people that the file states."""
        variant = self.name.variant
        self.intake.rows.append(
            Row(
                key=printable(self.key),
                written=self.written,
                id=self.name.id,
                name=name_for_people(shown) or self.name.id,
                seller=self.seller.id + (f"+{variant}" if variant else ""),
                provider=self.seller.name + (f" ({variant})" if variant else ""),
                region=self.name.region,
                first_party=self.name.first_party,
                model=self.model,
                offer=self.offer,
                later=tuple(self.later),
            )
        )

    def put(self, attribute: str, value: Plain) -> None:
        """Take a value that needs no check."""
        (self.model if attribute in _MODEL else self.offer)[attribute] = value

    def leave(self, attribute: str, reason: str, found: object = None) -> None:
        """Note why a value that the file seems to state is left unknown."""
        self.intake.unknown.append(_remark(self.key, reason, found, attribute))

    def doubt(self, attribute: str, reason: str, found: object = None) -> None:
        """Note what speaks against a value that is kept."""
        self.intake.doubtful.append(_remark(self.key, reason, found, attribute))

    def ignore(self, keys: Iterable[str]) -> None:
        """Count keys that no attribute stands for."""
        self.intake.ignored.update(keys)

    def flag(self, attribute: str, value: object) -> None:
        """Take true or false; what is absent is unknown, not false."""
        if isinstance(value, bool):
            self.put(attribute, value)
        elif value is not None:
            self.leave(attribute, "is neither true nor false", value)

    def reasoning(self, value: object) -> None:
        """Take the mode of a model that reasons; that it does not says nothing of its other modes."""
        if value is True:
            self.put("modes", ("reasoning",))
        elif value is not None and value is not False:
            self.leave("modes", "is neither true nor false", value)

    def text(self, attribute: str, value: object) -> None:
        """Take a text on one line."""
        text = name_for_people(value)
        if text is not None:
            self.put(attribute, text)
        elif value is not None:
            self.leave(attribute, "is no text on one line", value)

    def tokens(self, attribute: str, value: object) -> None:
        """Take a number of tokens; 0 stands for unknown."""
        if value is None:
            return
        number = count(value)
        if number is None:
            self.leave(attribute, "is no whole number of tokens", value)
        elif number == 0:
            self.leave(attribute, "is 0, which stands for unknown", value)
        else:
            self.put(attribute, number)

    def day(self, attribute: str, value: object, *, before: object = None) -> None:
        """Take a date: a day, a month or a year; it is in doubt unless it lies before another one."""
        if value is None:
            return
        day = calendar_day(value)
        if day is None:
            self.leave(attribute, "is no date", value)
            return
        self.put(attribute, day)
        release = calendar_day(before)
        if release is not None and days_of(day).first > days_of(release).last:
            self.doubt(attribute, "lies after the release", f"{day} > {release}")

    def modalities(self, value: object) -> None:
        """Take the complete list of what a model reads; with one word that is not known, none of it is."""
        words = kinds(value)
        if words is None or not words <= {*MODALITIES, *DOCUMENTS}:
            self.leave("input_modalities", "names a modality that is not known", value)
        else:
            self.put("input_modalities", tuple(word for word in MODALITIES if word in words))


def _remark(key: str, reason: str, found: object, attribute: str | None = None) -> Remark:
    return Remark(printable(key), reason, attribute, None if found is None else show(found))


def name_for_people(value: object) -> str | None:
    """Return a text on one line without signs that nobody sees, or None."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text and text.isprintable() and len(text) <= LONGEST_TEXT else None


def kinds(value: object) -> frozenset[str] | None:
    """Return a list of words as a set, or None."""
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return frozenset(word.strip().lower() for word in value)
    return None


def keys_of(table: Mapping[str, object], known: Iterable[str], before: str = "") -> list[str]:
    """Return the keys of a table that are not known, with what stands before them in the file."""
    return [f"{before}{key}" for key in table if key not in set(known)]
