"""Who stands where: the candidates of one verdict by their points, as models or each offer for itself."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from llmrules.catalog.candidates import bits

if TYPE_CHECKING:
    from llmrules.decision.criteria import Criteria
    from llmrules.decision.judgement import Judgement

Over: TypeAlias = Literal["models", "offers"]
OVER: tuple[Over, ...] = ("models", "offers")
"""What a decision ranks."""


@frozen
class Placed:
    """A model in a ranking. Equal points share a place: 1, 1, 3.

    ``offers`` has the ids of those of its offers that share its verdict, the one with the most points first; it is
    empty where the model has but one. In a ranking of offers ``model`` names the candidate: ``model @ offer``.
    """

    place: int
    model: str
    points: Fraction
    offers: tuple[str, ...] = ()


@frozen(eq=False)
class Standing:
    """The rankings of a decision and the candidates that are out.

    ``carriers`` has the candidates that earn a place, with that place.
    """

    ranking: tuple[Placed, ...]
    unverified: tuple[Placed, ...]
    excluded: tuple[str, ...]
    carriers: dict[int, int]


def rank(criteria: Criteria, judgement: Judgement, over: Over) -> Standing:
    """Rank what was judged: models by the best of their offers, or every offer for itself."""
    candidates = criteria.candidates
    models = candidates.models if over == "models" else [(row.name, 1 << i) for i, row in enumerate(candidates.rows)]
    standing: dict[str, list[_Entry]] = {"eligible": [], "unverified": []}
    excluded = []
    for name, its in models:
        if its & judgement.eligible:
            standing["eligible"].append(_entry(name, its & judgement.eligible, its, criteria, judgement))
        elif its & judgement.unverified:
            standing["unverified"].append(_entry(name, its & judgement.unverified, its, criteria, judgement))
        elif its & judgement.excluded:
            excluded.append(name)
    carriers: dict[int, int] = {}
    eligible = _placed(standing["eligible"], criteria.scale, carriers)
    unverified = _placed(standing["unverified"], criteria.scale, carriers)
    return Standing(eligible, unverified, tuple(excluded), carriers)


@frozen
class _Entry:
    name: str
    points: int
    best: tuple[int, ...]
    offers: tuple[str, ...]


def _entry(name: str, sharing: int, its: int, criteria: Criteria, judgement: Judgement) -> _Entry:
    """Return what a model stands with: the candidates of its verdict, and those of them with the most points."""
    rows, points = criteria.candidates.rows, judgement.points
    if sharing == its and its & (its - 1) == 0:
        index = its.bit_length() - 1
        return _Entry(name, points[index], (index,), ())
    ordered = sorted(bits(sharing), key=lambda index: -points[index])
    most = points[ordered[0]]
    offers = tuple(str(rows[index].offer.id) for index in ordered)
    return _Entry(name, most, tuple(index for index in ordered if points[index] == most), offers)


def _placed(entries: list[_Entry], scale: int, carriers: dict[int, int]) -> tuple[Placed, ...]:
    """Place entries by their points, equal ones together in the order that they have."""
    placed: list[Placed] = []
    for points, group in groupby(sorted(entries, key=lambda entry: -entry.points), key=lambda entry: entry.points):
        place, exact = len(placed) + 1, Fraction(points, scale)
        for entry in group:
            placed.append(Placed(place, entry.name, exact, entry.offers))
            carriers.update(dict.fromkeys(entry.best, place))
    return tuple(placed)
