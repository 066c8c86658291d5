"""Re-derivation: ``found`` computed again from ``given`` alone, and compared with what the trace says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmrules.verify.candidates import derive_candidates
from llmrules.verify.case import derive_case
from llmrules.verify.report import Plain, compare
from llmrules.verify.shape import digest

if TYPE_CHECKING:
    from llmrules.verify.given import Given


def check_rederived(given: Given, document: dict[str, Plain]) -> None:
    """Refuse the first thing in ``found`` that does not follow from ``given``."""
    expected = derive(given)
    if given.stale_after is None and "unknowns" not in document["found"]:
        expected.pop("unknowns", None)  # a trace made before anybody counted them says neither
    if digest(expected) != document["digests"]["found"]:
        compare("/found", document["found"], expected, "does not follow from what is given")


def derive(given: Given) -> dict[str, Plain]:
    """Return all that follows, in the order of causes, so that the first difference is the first cause."""
    case, facts = derive_case(given)
    return case | derive_candidates(given, facts, case["rules"])
