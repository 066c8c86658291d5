"""The kernel of the checker: its own copy of what is true, on purpose, by the standard library alone."""

from collections.abc import Iterator

from .candidates import derive_candidates, derive_ways
from .case import derive_case
from .consistent import check_consistent
from .given import Given
from .refusal import Record, compare
from .shape import digest, read_shape


def climb(raw: bytes) -> Iterator[Record]:
    """Yield the trace at each level that it reaches: shape, consistent, re-derived. Raises Refusal at what is wrong."""
    document = read_shape(raw)
    yield document
    given = check_consistent(document)
    yield document
    expected = derive(given, document["found"])
    if digest(expected) != document["digests"]["found"]:
        compare("derived", "/found", document["found"], expected, "does not follow from what is given")
    yield document


def derive(given: Given, found: Record) -> Record:
    """Return all that follows in the order of causes; what ``found`` claims to help is taken as far as it does."""
    case, facts = derive_case(given)
    candidates = derive_candidates(given, facts, case)
    return case | candidates | derive_ways(given, candidates["result"], found.get("relaxations", []))
