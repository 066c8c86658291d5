"""The records of a trace, ``llmrules.trace/1``, as values.

``given`` is what the decision rests on, ``found`` is a pure function of ``given``, and ``made_by`` is claimed:
sealed, reported, never compared. Every value in it is as JSON holds it: integers within ±(2**53 - 1) are numbers, all
other numbers and all points are texts, choices of a set are lists in their declared order.

The published JSON Schema, the checker and every rendering read a trace by these names alone.
"""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from llmrules.trace.record.found import (
    Applied,
    CandidateRecord,
    ComputedRecord,
    ConcludedRecord,
    ConflictRecord,
    ContradictionRecord,
    CriterionLeaf,
    CriterionRecord,
    DisputeRecord,
    FactRecord,
    FiringRecord,
    Found,
    LeafOutcome,
    LeafRecord,
    LeftOutRecord,
    OffersRecord,
    PlaceRecord,
    Result,
    RuleFound,
    StaleRecord,
    TableRecord,
    TermRecord,
    TestRecord,
    TrialPoints,
    TrialRecord,
    UnknownRecord,
    WaitRecord,
)
from llmrules.trace.record.given import (
    ApprovalRecord,
    AttributeRecord,
    ChoiceRecord,
    ClaimRecord,
    DatedRecord,
    DisableRecord,
    DocumentRecord,
    Given,
    IgnoreRecord,
    ModelRecord,
    OfferRecord,
    RequirementRecord,
    RuleRecord,
    StatedRecord,
    ValueRecord,
)
from llmrules.trace.record.plain import (
    Conditions,
    Holds,
    Json,
    Number,
    Origin,
    Outcome,
    Over,
    Scalar,
    Status,
    Threshold,
)

__all__ = [
    "FORMAT",
    "Applied",
    "ApprovalRecord",
    "AttributeRecord",
    "CandidateRecord",
    "ChoiceRecord",
    "ClaimRecord",
    "ComputedRecord",
    "ConcludedRecord",
    "Conditions",
    "ConflictRecord",
    "ContradictionRecord",
    "CriterionLeaf",
    "CriterionRecord",
    "DatedRecord",
    "Digests",
    "DisableRecord",
    "DisputeRecord",
    "DocumentRecord",
    "FactRecord",
    "FiringRecord",
    "Found",
    "Given",
    "Holds",
    "IgnoreRecord",
    "Json",
    "LeafOutcome",
    "LeafRecord",
    "LeftOutRecord",
    "MadeBy",
    "ModelRecord",
    "Number",
    "OfferRecord",
    "OffersRecord",
    "Origin",
    "Outcome",
    "Over",
    "PlaceRecord",
    "RequirementRecord",
    "Result",
    "RuleFound",
    "RulePlace",
    "RuleRecord",
    "Scalar",
    "StaleRecord",
    "StatedRecord",
    "Status",
    "TableRecord",
    "TermRecord",
    "TestRecord",
    "Threshold",
    "Trace",
    "TrialPoints",
    "TrialRecord",
    "UnknownRecord",
    "ValueRecord",
    "WaitRecord",
]

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

    def to_json(self) -> str:
        """Return the trace as canonical JSON on one line."""
        from llmrules.trace.document import write_trace

        return write_trace(self)

    def save(self, path: str | Path) -> None:
        """Write the trace to a file, whole or not at all."""
        from llmrules.reading.files import write_whole

        write_whole(Path(path), self.to_json() + "\n")

    @classmethod
    def load(cls, path: str | Path) -> Trace:
        """Read a trace from a file. Raises FileError or TraceError."""
        from llmrules.trace.document import read_trace

        return read_trace(Path(path))
