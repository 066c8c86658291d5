"""The claims and documents that the page cites, each with its own address there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from llmrules.say.page.links import address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmrules.say.page.links import Linker


@frozen
class Cited:
    """A claim or a document with its own address on this page, and one elsewhere if it is a web address."""

    anchor: str
    id: str
    says: str
    document: str
    url: str


def cited_sources(linker: Linker) -> Iterator[Cited]:
    """Yield what was cited anywhere on the page so far."""
    documents = {document.id: document for document in linker.index.trace.given.documents}
    claims = {claim.id: claim for claim in linker.index.trace.given.claims}
    for one in sorted(linker.cited):
        claim = claims.get(one)
        document = documents.get((claim.document or "") if claim is not None else one)
        title = f"{document.title} ({document.date})" if document is not None else ""
        url = _web_address(document.url) if document is not None and document.url is not None else ""
        says = linker.say.read(claim.says) if claim is not None else title
        yield Cited(address("source", one), one, says, title if claim is not None else "", url)


def _web_address(url: str) -> str:
    """Return an address that a browser opens as a page, and nothing for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc and url.isprintable() else ""
