"""The catalogue as columns of candidates: a test is evaluated over all of them at once, three-valued."""

from llmrules.catalog.candidates.arrangement import arrange, conclusions_over, reclassify
from llmrules.catalog.candidates.candidates import (
    Candidate,
    Candidates,
    Column,
    Contradiction,
    Dispute,
    Grades,
    Masks,
    Told,
    bits,
    mask_of,
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
    "Told",
    "arrange",
    "bits",
    "conclusions_over",
    "mask_of",
    "place_of",
    "reclassify",
    "truth_of",
    "with_costs",
]
