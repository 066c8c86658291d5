"""Claims and documents: what every rule and every catalogue value rests on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.language.texts import Text, read_text
from llmrules.language.values import PERIODS, Period, day, period
from llmrules.reading.cursor import Cursor  # noqa: TC001 - attrs resolves the types of its fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

STALE_AFTER = 365
"""Days after which a source counts as old, unless the decision says otherwise."""


DOCUMENT_KEYS = ("id", "title", "date", "url", "licence", "checked", "review_by")
CLAIM_KEYS = ("id", "document", "section", "kind", "says")
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
    claims: list[tuple[Claim, Cursor]] = []
    for file in files:
        tables = file.table()
        entries = [*_elements(tables, "document"), *_elements(tables, "claim")]
        for entry in entries:
            is_claim = entry.path[0] == "claim"
            citable = _read_claim(entry) if is_claim else _read_document(entry)
            if citable is None:
                continue
            place = entry.child("id", citable.id)
            if citable.id in found:
                known, first = found[citable.id]
                if known == citable and first.source is not place.source:
                    continue
                other = first.place
                place.problem("duplicate-id", "is the id of two claims or documents", found=citable.id, other=other)
                continue
            found[citable.id] = (citable, place)
            if isinstance(citable, Claim):
                claims.append((citable, entry))
    for claim, entry in claims:
        if claim.document is not None and not isinstance(found.get(claim.document, (None,))[0], Document):
            documents = sorted(name for name, (citable, _) in found.items() if isinstance(citable, Document))
            entry.child("document", claim.document).problem(
                "unknown-source", "names no document of any loaded file", found=claim.document, allowed=documents
            )
    return {name: found[name][0] for name in sorted(found)}


def _elements(tables: dict[str, Cursor], key: str) -> list[Cursor]:
    return tables[key].elements() if key in tables else []


def _read_document(entry: Cursor) -> Document | None:
    """Read a document; one that has an id counts, whatever else is wrong, so that citing it is no second mistake."""
    keys = entry.keys(DOCUMENT_KEYS, what="a document")
    texts = {name: keys[name].text() for name in ("title", "url", "licence") if name in keys}
    name = keys["id"].name() if "id" in keys else None
    when = None
    if "date" in keys:
        when = period(keys["date"].value)
        if when is None:
            keys["date"].wrong_type(PERIODS)
    for required in ("id", "title", "date"):
        if required not in keys:
            entry.missing(required, f"a document needs {required}")
    days = {key: day(keys[key].value) for key in ("checked", "review_by") if key in keys}
    for key, found in days.items():
        if found is None:
            keys[key].wrong_type("a date such as 2026-12-31")
    if name is None:
        return None
    return Document(
        id=name,
        title=texts.get("title") or "",
        date=when or UNDATED,
        url=texts.get("url"),
        licence=texts.get("licence"),
        checked=days.get("checked"),
        review_by=days.get("review_by"),
    )


def _read_claim(entry: Cursor) -> Claim | None:
    """Read a claim; one that has an id counts, whatever else is wrong, so that citing it is no second mistake."""
    keys = entry.keys(CLAIM_KEYS, what="a claim")
    name = keys["id"].name() if "id" in keys else None
    says = read_text(keys["says"]) if "says" in keys else None
    for required in ("id", "says"):
        if required not in keys:
            entry.missing(required, f"a claim needs {required}")
    kinds = keys["kind"].names() if "kind" in keys else ()
    for kind in kinds:
        if kind not in KINDS:
            keys["kind"].element(kind).problem("unknown-name", "is not a kind of claim", found=kind, allowed=KINDS)
    document = keys["document"].name() if "document" in keys else None
    section = keys["section"].text() if "section" in keys else None
    return Claim(name, says or Text(), document, section, kinds) if name is not None else None


def check_sources(cursor: Cursor, names: Iterable[str], known: Collection[str]) -> None:
    """Note each name that is neither a claim nor a document of any loaded file."""
    for name in names:
        if name not in known:
            message = "names no claim and no document of any loaded file"
            cursor.element(name).problem("unknown-source", message, found=name, allowed=known)
