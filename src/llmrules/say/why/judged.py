"""What was judged, by name: each model, and each model with one of its offers where it has several.

Both kinds of names are those of the decision. Nothing is said here, and nothing is put in another order.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from llmrules.errors import check_judged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmrules.trace.record import CandidateRecord, Trace

_VERDICTS = ("eligible", "unverified", "excluded")


def row_name(candidate: CandidateRecord) -> str:
    """Return what a decision calls a candidate: its model's id, and ``model @ offer`` where the model has several."""
    return candidate.model if candidate.offer is None else f"{candidate.model} @ {candidate.offer}"


class Judged:
    """The candidates of one trace by name."""

    def __init__(self, trace: Trace) -> None:
        self.candidates = {row_name(candidate): candidate for candidate in trace.found.candidates}
        self.of_model = {name: tuple(rows) for name, rows in grouped(trace.found.candidates).items()}
        self.several = any(candidate.offer is not None for candidate in trace.found.candidates)
        """Whether some model has several offers, so that models and candidates are not the same thing."""

    def known(self, name: str) -> None:
        """Raise UnknownModelError, with the nearest name, for a name of nothing that was judged."""
        if name not in self.candidates and name not in self.of_model:
            check_judged(name, self.names())

    def names(self) -> tuple[str, ...]:
        """Return every name: of models, and of each offer of those that have several."""
        return tuple(dict.fromkeys((*self.of_model, *self.candidates)))

    def standing(self, name: str) -> CandidateRecord:
        """Return the candidate that a name means: of a model, the best of its offers. Raises KeyError."""
        self.known(name)
        return self.candidates.get(name) or min(self.of_model[name], key=by_standing)

    def sharing(self, name: str) -> tuple[CandidateRecord, ...]:
        """Return all that earn a name its verdict and points, the same one first. Raises KeyError."""
        best = self.standing(name)
        if name in self.candidates:
            return (best,)
        return tuple(row for row in self.of_model[name] if (row.verdict, row.points) == (best.verdict, best.points))

    def meant(self, name: str) -> tuple[CandidateRecord, ...]:
        """Return the candidates that a name means: all offers of a model, or the one that is named."""
        self.known(name)
        return (self.candidates[name],) if name in self.candidates else self.of_model[name]


def grouped(rows: Iterable[CandidateRecord]) -> dict[str, list[CandidateRecord]]:
    """Return candidates by their models, in their order."""
    found: dict[str, list[CandidateRecord]] = {}
    for row in rows:
        found.setdefault(row.model, []).append(row)
    return found


def by_standing(candidate: CandidateRecord) -> tuple[int, Fraction]:
    """Order candidates: by verdict, then the most points."""
    return _VERDICTS.index(candidate.verdict), -Fraction(candidate.points or 0)
