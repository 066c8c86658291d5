"""A trace as one document: its parts, their digests, and who made it.

Reading checks shape and types alone; whether a trace is true is for the checker to say.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from llmrules.errors import Place, TraceError
from llmrules.language.texts import Text
from llmrules.reading.files import read_json, write_whole
from llmrules.trace.codec import canonical, digest, plain
from llmrules.trace.given import Given, Spelling, structure
from llmrules.trace.record.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "llmrules.trace/1"


@frozen
class RulePlace:
    """Where a rule stood when it was loaded."""

    rule: str
    file: str
    line: int


@frozen
class MadeBy:
    """Who made the decision, when and how: claimed, sealed by a digest of its own, never compared."""

    llmrules: str
    python: str
    engine: str
    certified: bool
    decided_at: str
    nanoseconds: dict[str, int]
    places: tuple[RulePlace, ...]
    durable_rules: str | None = None
    settings: str | None = None
    catalogues: tuple[str, ...] = ()
    title: Text | None = None
    story: Text | None = None


@frozen
class Digests:
    """SHA-256 over canonical JSON (RFC 8785), in hexadecimal.

    ``parts`` has one digest for each part of ``given``; ``given`` is the digest of ``parts``.
    """

    parts: dict[str, str]
    given: str
    found: str
    made_by: str


@frozen
class Trace:
    """The complete record of one decision."""

    format: str
    given: Given
    found: Found
    made_by: MadeBy
    digests: Digests
    texts: tuple[tuple[object, str], ...] = field(default=(), init=False, eq=False, repr=False)
    """Parts as they were sealed, each beside its canonical text; a copy with other parts has none of them."""

    @classmethod
    def sealed(cls, given: Given, found: Found, made_by: MadeBy, texts: Iterable[tuple[object, str]] = ()) -> Trace:
        """Return the trace of these parts with their digests."""
        said, told = _texts(given, texts), canonical(plain(found))
        parts = {name: digest(text) for name, (_, text) in said.items()}
        digests = Digests(parts, digest(canonical(parts)), digest(told), digest(canonical(plain(made_by))))
        trace = cls(FORMAT, given, found, made_by, digests)
        object.__setattr__(trace, "texts", (*said.values(), (found, told)))
        return trace

    def to_json(self) -> str:
        """Return the trace as canonical JSON on one line."""
        return _object(
            digests=canonical(plain(self.digests)),
            format=canonical(self.format),
            found=_known(self.found, self.texts) or canonical(plain(self.found)),
            given=_object(**{name: text for name, (_, text) in _texts(self.given, self.texts).items()}),
            made_by=canonical(plain(self.made_by)),
        )

    def save(self, path: str | Path) -> None:
        """Write the trace to a file, whole or not at all."""
        write_whole(Path(path), self.to_json() + "\n")

    @classmethod
    def load(cls, path: str | Path) -> Trace:
        """Read a trace from a file strictly: every key known, every type exact. Raises FileError or TraceError."""
        source = read_json(Path(path))
        return cls.parse(source.data, source.name)

    @classmethod
    def parse(cls, data: dict[str, Any], name: str) -> Trace:
        """Return the trace that plain values describe; ``name`` is what messages call it. Raises TraceError."""
        if data.get("format") != FORMAT:
            message = "is not a trace of a format that this version reads"
            raise TraceError(
                message, code="format", place=Place(name, key="format"), found=data.get("format"), allowed=[FORMAT]
            )
        return structure(data, cls, name)


def parts_of(given: Given) -> list[tuple[str, object]]:
    """Return the parts of ``given`` by name; what has its default is left out, as everywhere."""
    parts = [(one, getattr(given, one.name)) for one in attrs.fields(type(given))]
    return [(one.name, part) for one, part in parts if part != one.default]


def _texts(given: Given, known: Iterable[tuple[object, str]]) -> dict[str, tuple[object, str]]:
    """Return the parts of ``given`` by name, each beside its canonical text: the known one, or one that is made."""
    parts = {name: (part, _known(part, known)) for name, part in parts_of(given)}
    write = plain if all(text is not None for _, text in parts.values()) else Spelling.of(given.vocabulary).write
    return {name: (part, canonical(write(part)) if text is None else text) for name, (part, text) in parts.items()}


def _known(part: object, known: Iterable[tuple[object, str]]) -> str | None:
    return next((text for one, text in known if one is part), None)


def _object(**members: str) -> str:
    """Join canonical texts into one canonical object."""
    return "{" + ",".join(f'"{name}":{text}' for name, text in sorted(members.items())) + "}"
