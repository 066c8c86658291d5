"""The catalogue as columns of candidates: a test is evaluated over all of them at once, three-valued."""

from llmrules.catalog.candidates.arrangement import (
    Reckoned,
    arrange,
    conclusions_over,
    reclassify,
    with_computed,
)
from llmrules.catalog.candidates.candidates import (
    BITS,
    Candidates,
    Column,
    Grades,
    Masks,
    Told,
    bits,
    kept,
    mask_of,
)

__all__ = [
    "BITS",
    "Candidates",
    "Column",
    "Grades",
    "Masks",
    "Reckoned",
    "Told",
    "arrange",
    "bits",
    "conclusions_over",
    "kept",
    "mask_of",
    "reclassify",
    "with_computed",
]
