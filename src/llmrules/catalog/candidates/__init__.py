"""The catalogue as columns of candidates: a test is evaluated over all of them at once, three-valued."""

from llmrules.catalog.candidates.arrangement import Reckoned, arrange, conclusions_over, reclassify, with_computed
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
    kept,
    mask_of,
    place_of,
    truth_of,
)

__all__ = [
    "Candidate",
    "Candidates",
    "Column",
    "Contradiction",
    "Dispute",
    "Grades",
    "Masks",
    "Reckoned",
    "Told",
    "arrange",
    "bits",
    "conclusions_over",
    "kept",
    "mask_of",
    "place_of",
    "reclassify",
    "truth_of",
    "with_computed",
]
