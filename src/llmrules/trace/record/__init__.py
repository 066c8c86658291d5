"""The records of a trace, ``llmrules.trace/1``, as values.

``given`` is what the decision rests on, ``found`` is a pure function of ``given``, and ``made_by`` is claimed:
sealed, reported, never compared. Every value in it is as JSON holds it: integers within ±(2**53 - 1) are numbers, all
other numbers and all points are texts, choices of a set are lists in their declared order.

The published JSON Schema, the checker and every rendering read a trace by these names alone.
"""

from __future__ import annotations

from llmrules.trace.codec import (
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
from llmrules.trace.given import Given
from llmrules.trace.record.found import (
    CandidateRecord,
    ChangeRecord,
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
    OutcomeRecord,
    PlaceRecord,
    RestingRecord,
    Result,
    RuleFound,
    TableRecord,
    TermRecord,
    TestRecord,
    TrialPoints,
    TrialRecord,
    UnknownRecord,
    WaitRecord,
)
from llmrules.trace.record.trace import FORMAT, Applied, Digests, MadeBy, RulePlace, Trace

__all__ = [
    "FORMAT",
    "Applied",
    "CandidateRecord",
    "ChangeRecord",
    "ComputedRecord",
    "ConcludedRecord",
    "Conditions",
    "ConflictRecord",
    "ContradictionRecord",
    "CriterionLeaf",
    "CriterionRecord",
    "Digests",
    "DisputeRecord",
    "FactRecord",
    "FiringRecord",
    "Found",
    "Given",
    "Holds",
    "Json",
    "LeafOutcome",
    "LeafRecord",
    "LeftOutRecord",
    "MadeBy",
    "Number",
    "OffersRecord",
    "Origin",
    "Outcome",
    "OutcomeRecord",
    "Over",
    "PlaceRecord",
    "RestingRecord",
    "Result",
    "RuleFound",
    "RulePlace",
    "Scalar",
    "Status",
    "TableRecord",
    "TermRecord",
    "TestRecord",
    "Threshold",
    "Trace",
    "TrialPoints",
    "TrialRecord",
    "UnknownRecord",
    "WaitRecord",
]
