"""Who stands where: the places that verdicts and points of all candidates give, of models or of offers.

A model has the best verdict of its candidates, and of those that have it the most points.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from llmrules.verify.report import Record, sparse
from llmrules.verify.rows import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

VERDICTS = ("eligible", "unverified", "excluded")
"""From best to worst."""


@frozen(eq=False)
class Contender:
    """A model, or a single offer of one, with those of its candidates that have its verdict, most points first."""

    name: str
    verdict: str
    rows: list[Record]

    @property
    def points(self) -> Fraction:
        """The most points that one of its candidates has; none where it is excluded."""
        return Fraction(self.rows[0].get("points", 0))

    def carriers(self) -> list[Record]:
        """Return the candidates that earn it its place."""
        return [row for row in self.rows if Fraction(row["points"]) == self.points]

    def offers(self) -> Record | None:
        """Return the names of its offers, where it has several."""
        named = [row["offer"] for row in self.rows if "offer" in row]
        return {"model": self.name, "offers": named} if named else None


def contenders(records: list[Record], over: str) -> list[Contender]:
    """Return who is ranked, in the order of candidates."""
    if over == "offers":
        return [Contender(name_of(one), one["verdict"], [one]) for one in records]
    found = []
    for model, rows in groupby(records, key=lambda one: str(one["model"])):
        its = list(rows)
        verdict = min((row["verdict"] for row in its), key=VERDICTS.index)
        alike = [row for row in its if row["verdict"] == verdict]
        found.append(Contender(model, verdict, sorted(alike, key=lambda row: -Fraction(row.get("points", 0)))))
    return found


def result(ranked: list[Contender], over: str, *, refused: list[str], advice: list[str]) -> Record:
    """Return the outcome that verdicts and points imply."""
    ranking = [place for place, _ in _places(ranked, "eligible", over)]
    return {
        "best": ranking[0]["models"] if ranking and not refused else [],
        "refused": refused,
        "ranking": ranking,
        "unverified": [place for place, _ in _places(ranked, "unverified", over)],
        "excluded": [one.name for one in ranked if one.verdict == "excluded"],
        "advice": advice,
    }


def carried(ranked: list[Contender], over: str) -> Iterator[tuple[Record, int]]:
    """Yield each candidate that earns a place, with the place."""
    for verdict in ("eligible", "unverified"):
        for place, tied in _places(ranked, verdict, over):
            yield from ((row, place["place"]) for one in tied for row in one.carriers())


def _places(ranked: list[Contender], verdict: str, over: str) -> list[tuple[Record, list[Contender]]]:
    """Rank those of one verdict: equal points are one place, shared (1, 1, 3), in their order."""
    alike = [one for one in ranked if one.verdict == verdict]
    ordered = sorted(alike, key=lambda one: -one.points)
    found: list[tuple[Record, list[Contender]]] = []
    place = 1
    for its, group in groupby(ordered, key=lambda one: one.points):
        tied = list(group)
        offers = [one.offers() for one in tied] if over == "models" else []
        record = {"place": place, "points": str(its), "models": [one.name for one in tied]}
        found.append((record | sparse(offers=[one for one in offers if one]), tied))
        place += len(tied)
    for (one, _), (after, _) in pairwise(found):
        one["margin"] = str(Fraction(one["points"]) - Fraction(after["points"]))
    return found
