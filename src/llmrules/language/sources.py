"""Claims and documents: what every rule and every catalogue value rests on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.language.texts import Text, read_text
from llmrules.language.values import PERIODS, Period, period, read_day
from llmrules.reading.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from llmrules.reading.cursor import Readers

STALE_AFTER = 365
"""Days after which a source counts as old, unless the decision says otherwise."""

UNDATED = Period(date.min, date.min, "")
"""Stands for a date that was wrong, which is noted, so that nothing is ever decided on it."""
KINDS = ("fact", "classify", "rule", "caution", "advice", "vocabulary", "context")


@frozen
class Document:
    """Something dated that states values: a file, a page, a policy."""

    id: str
    title: str
    date: Period
    url: str | None = None
    licence: str | None = None
    checked: Period | None = None
    """The day on which someone last looked whether it still says so."""
    review_by: Period | None = None


@frozen
class Claim:
    """One sentence of a document, paraphrased; ``kind`` says what it becomes."""

    id: str
    says: Text
    document: str | None = None
    section: str | None = None
    kind: tuple[str, ...] = ()


Citable: TypeAlias = Document | Claim


def read_sources(files: Iterable[Cursor]) -> dict[str, Citable]:
    """Read the ``[[document]]`` and ``[[claim]]`` entries of all files; ids are unique over both.

    Two files may declare the same one, as overlays made of one source do, where they say the same of it.
    """
    found: dict[str, tuple[Citable, Cursor]] = {}
    for entry in (one for file in files for kind in ("document", "claim") for one in file.entries(kind)):
        citable = _read(entry)
        if citable is None:
            continue
        known, first = found.setdefault(citable.id, (citable, entry))
        if first is not entry and (known != citable or first.source is entry.source):
            place, other = entry.child("id", citable.id), first.child("id", citable.id).place
            place.problem("duplicate-id", "is the id of two claims or documents", found=citable.id, other=other)
    for citable, entry in found.values():
        cited = citable.document if isinstance(citable, Claim) else None
        if cited is not None and not isinstance(found.get(cited, (None,))[0], Document):
            documents = sorted(name for name, (one, _) in found.items() if isinstance(one, Document))
            entry.child("document", cited).problem(
                "unknown-source", "names no document of any loaded file", found=cited, allowed=documents
            )
    return {name: found[name][0] for name in sorted(found)}


def _read(entry: Cursor) -> Citable | None:
    """Read a document or a claim; one that has an id counts, whatever else is wrong: citing it is no second mistake."""
    if entry.path[0] == "claim":
        claim = entry.fields(_CLAIM, what="a claim", needs=("id", "says"))
        return Claim(**{"says": Text(), **claim}) if "id" in claim else None
    document = entry.fields(_DOCUMENT, what="a document", needs=("id", "title", "date"))
    return Document(**{"title": "", "date": UNDATED, **document}) if "id" in document else None


def _read_period(cursor: Cursor) -> Period | None:
    found = period(cursor.value)
    if found is None:
        cursor.wrong_type(PERIODS)
    return found


def _read_kinds(cursor: Cursor) -> tuple[str, ...]:
    kinds = cursor.names()
    for kind in kinds:
        if kind not in KINDS:
            cursor.element(kind).problem("unknown-name", "is not a kind of claim", found=kind, allowed=KINDS)
    return kinds


_DOCUMENT: Readers = {
    "id": Cursor.name,
    "title": Cursor.text,
    "date": _read_period,
    "url": Cursor.text,
    "licence": Cursor.text,
    "checked": read_day,
    "review_by": read_day,
}
_CLAIM: Readers = {
    "id": Cursor.name,
    "document": Cursor.name,
    "section": Cursor.text,
    "kind": _read_kinds,
    "says": read_text,
}
DOCUMENT_KEYS, CLAIM_KEYS = tuple(_DOCUMENT), tuple(_CLAIM)


def read_cited(cursor: Cursor, known: Collection[str]) -> tuple[str, ...]:
    """Read the names of claims and documents, and note each that no loaded file has."""
    names = cursor.names()
    check_sources(cursor, names, known)
    return names


def check_sources(cursor: Cursor, names: Iterable[str], known: Collection[str]) -> None:
    """Note each name that is neither a claim nor a document of any loaded file."""
    for name in names:
        if name not in known:
            message = "names no claim and no document of any loaded file"
            cursor.element(name).problem("unknown-source", message, found=name, allowed=known)
