"""The catalogue as columns of candidates: a test is evaluated over all of them at once, three-valued."""

from llmrules.catalog.candidates.arrangement import arrange
from llmrules.catalog.candidates.candidates import (
    Candidate,
    Candidates,
    Column,
    Contradiction,
    Dispute,
    Grades,
    Masks,
    bits,
    place_of,
    truth_of,
)
from llmrules.catalog.candidates.costing import with_costs

__all__ = [
    "Candidate",
    "Candidates",
    "Column",
    "Contradiction",
    "Dispute",
    "Grades",
    "Masks",
    "arrange",
    "bits",
    "place_of",
    "truth_of",
    "with_costs",
]
