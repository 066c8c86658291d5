"""Claims and documents: what every rule and every catalogue value rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from llmrules.cursor import Cursor  # noqa: TC001 - attrs resolves the types of its fields
from llmrules.texts import Text, read_text
from llmrules.values import Period, period

if TYPE_CHECKING:
    from collections.abc import Iterable


DOCUMENT_KEYS = ("id", "title", "date", "url", "licence")
CLAIM_KEYS = ("id", "document", "section", "kind", "says")
KINDS = ("fact", "classify", "rule", "caution", "advice", "vocabulary", "context")


@frozen
class Document:
    """Something dated that states values: a file, a page, a policy."""

    id: str
    title: str
    date: Period
    url: str | None = None
    licence: str | None = None


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
    """Read the ``[[document]]`` and ``[[claim]]`` entries of all files; ids are unique over both."""
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
            if citable.id in found:
                other = found[citable.id][1].place
                entry.problem("duplicate-id", "is declared twice", found=citable.id, other=other)
                continue
            found[citable.id] = (citable, entry)
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
    keys = entry.keys(DOCUMENT_KEYS, what="a document")
    texts = {name: keys[name].text() for name in ("id", "title", "url", "licence") if name in keys}
    when = None
    if "date" in keys:
        when = period(keys["date"].value)
        if when is None:
            keys["date"].wrong_type('a date, or a month "2026-05" or year "2026"')
    missing = [name for name in ("id", "title", "date") if name not in keys]
    for name in missing:
        entry.problem("missing-key", f"a document needs {name}")
    identity, title = texts.get("id"), texts.get("title")
    if identity is None or title is None or when is None:
        return None
    return Document(identity, title, when, texts.get("url"), texts.get("licence"))


def _read_claim(entry: Cursor) -> Claim | None:
    keys = entry.keys(CLAIM_KEYS, what="a claim")
    name = keys["id"].text() if "id" in keys else None
    says = read_text(keys["says"]) if "says" in keys else None
    for required in ("id", "says"):
        if required not in keys:
            entry.problem("missing-key", f"a claim needs {required}")
    kinds = keys["kind"].names() if "kind" in keys else ()
    for kind in kinds:
        if kind not in KINDS:
            keys["kind"].problem("unknown-name", "is not a kind of claim", found=kind, allowed=KINDS)
    if name is None or says is None:
        return None
    document = keys["document"].text() if "document" in keys else None
    section = keys["section"].text() if "section" in keys else None
    return Claim(name, says, document, section, kinds)


def check_sources(cursor: Cursor, names: Iterable[str], known: Iterable[str]) -> None:
    """Note each name that is neither a claim nor a document of any loaded file."""
    ids = tuple(known)
    for name in names:
        if name not in ids:
            message = "names no claim and no document of any loaded file"
            cursor.problem("unknown-source", message, found=name, allowed=ids)
